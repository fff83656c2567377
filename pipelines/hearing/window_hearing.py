"""Hears the windows of an answer: in which language, again where the recogniser looped, echoed or passed over speech.

Every window is decoded on its own, without sampling: a second run gives the same words.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

from interview_engine.assessment.delivery.spans import Span, clip, total_s
from interview_engine.assessment.kits.kit import Phrases
from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.reasons import Reason
from models.speech.recogniser import ENCODED_FRAME_S, DecodeRequest, EncodedWindow, Heard, HeardWord, Recogniser
from pipelines.hearing import answer_language
from pipelines.hearing.answer_language import LanguageFound
from pipelines.hearing.recogniser_prompt import STYLE, prompt_for
from pipelines.hearing.speech_windows import LEAD_S, Window, pack
from pipelines.hearing.transcript_guards import is_echo, is_loop, repeats_style
from pipelines.hearing.word_times import MIN_CONFIDENCE, TimedWord, confidence, on_answer
from pipelines.memory import return_pages

LOOP_CONFIDENCE = 0.6
"""A window that looped is believed, once repeats are forbidden, only when its words are then heard clearly."""

CLEAR = 0.65
"""A window that may be in either language is decoded in the second only when the first is not heard this clearly. On
196 such windows (English of Mandarin speakers, and both languages mixed) that took 216 decodings instead of 392, with
5 % fewer errors than taking the clearer of both: a translation is often heard more clearly than what was said."""

CLEARER_BY = 0.02
"""The second language has to be heard so much more clearly: number formats and libraries change the last bits of a
probability, and no verdict may hang on them."""

UNHEARD_S = 0.6
"""So much speech after the last word of a window is heard again on its own, without the end of that word, which
counts when it is longer than `FRAGMENT_S`."""

FRAGMENT_S = 0.3

SKIPPED_S = 1.2
"""So much speech between two words of a window is a sentence that the recogniser passed over: it is heard again from
there. On 9 minutes of learners' sentences, read one after the other, that brought WER from 0.191 to 0.181 (0.326 to
0.258 while English was searched without timestamps)."""

STRETCHED_S = 1.2
STRETCHED_PROBABILITY = 0.5
"""A word this long and this unsure is one whose beginning was set where a clause begins that was passed over."""

WORD_S = 0.4
"""What such a word takes itself, at its end."""

MAX_DECODINGS = 3
"""Of one window in one language."""

MAX_SKIPS = 4
"""A window is heard again at most so often for what was passed over."""

DIGIT_S = 0.4
"""What a digit of a number takes that is read out, with its pauses: such a number is one word, whose end is often found
too early."""


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """A decoded window: its words on the answer's axis, and why they cannot be used, or None."""

    words: tuple[TimedWord, ...]
    fault: Reason | None


def _clarity(heard: HeardWindow) -> float:
    """How well the words fit the sound; what a guard refuses fits worst. Each word counts the same: in what is heard in
    a wrong language a few words are stretched over all that fits none."""
    return _mean_probability(heard.words) if heard.fault is None else 0.0


def _mean_probability(words: Sequence[TimedWord | HeardWord]) -> float:
    return sum(word.probability for word in words) / len(words) if words else 0.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A window to be heard; `state` is its encoding where there is one.

    `anew`: the window is the end of one that was heard in part. Its encoding knows what went before, and the decoder
    sometimes passes over the beginning then: this one is encoded and heard in its place.
    `before`: what was heard of it already, after something that was passed over; it stands unless more is heard now.
    `skips`: how often its window was heard again already.
    `from_s`, `until_s`: words whose middle lies before or behind are another window's.
    """

    index: int
    window: Window
    state: EncodedWindow | None = None
    anew: Window | None = None
    before: HeardWindow | None = None
    skips: int = 0
    from_s: float = -math.inf
    until_s: float = math.inf


@dataclass(frozen=True, slots=True)
class _Try:
    """A window decoded in one language.

    `place` is its index in the block. `once`: something else stands, or is heard next, when this decoding fails.
    """

    place: int
    window: Window
    request: DecodeRequest
    once: bool


class Hearer:
    """Decodes the windows of one answer, as many at a time as its recogniser takes."""

    def __init__(
        self,
        audio: Audio,
        spans: Sequence[Span],
        recogniser: Recogniser,
        found: LanguageFound,
        language: str,
        vocabulary: Phrases | None,
    ) -> None:
        self._audio = audio
        self._spans = spans
        self._recogniser = recogniser
        self._found = found
        self._language = language
        self._vocabulary = vocabulary

    def hear(self, windows: Sequence[Window], states: MutableMapping[int, EncodedWindow]) -> list[HeardWindow]:
        """What was heard in each window, in order of time; what the recogniser left out of one follows it.

        Args:
            states: those already encoded, by index. They are taken out: each is 3 MB, free once its window is heard.
        """
        heard: list[list[HeardWindow]] = [[] for _ in windows]
        waiting = deque(_Waiting(index, window, states.pop(index, None)) for index, window in enumerate(windows))
        while waiting:
            # A block at a time: the encodings of a long answer together would fill the memory.
            block = [waiting.popleft() for _ in range(min(self._recogniser.batch, len(waiting)))]
            encoded = self._encoded(block)
            return_pages(self._audio.samples)
            rests = []
            for item, state, best in zip(block, encoded, self._best(block, encoded), strict=True):
                if item.anew is not None and not _begins_in_time(best, item.anew):
                    rests.append(replace(item, window=item.anew, state=None, anew=None))
                    continue
                if item.until_s < math.inf:
                    heard[item.index].append(_within(best, item))
                    continue
                late = _late(best, item, self._spans, self._audio)
                if late is not None:
                    rests.append(late)
                skipped: HeardWindow | None = None
                if item.before is not None and not _begins_in_time(best, item.window):
                    best = item.before
                elif item.skips < MAX_SKIPS:
                    best, skipped = _until_skip(best, self._spans)
                parts, covered = _uncovered(best, item, self._spans, self._audio)
                heard[item.index] += parts
                rests += covered
                rest = _unheard(best, item.window, self._spans, self._audio)
                if rest is not None:
                    rests.append(self._rest(item, state, rest, skipped))
                elif skipped is not None:
                    heard[item.index].append(skipped)
            waiting.extendleft(reversed(rests))
        return [entry for entries in heard for entry in sorted(entries, key=_begins_s)]

    def _rest(self, item: _Waiting, state: EncodedWindow, rest: Window, before: HeardWindow | None) -> _Waiting:
        """What was left out of a window, out of the window's own encoding where that can be."""
        waiting = _Waiting(item.index, rest, before=before, skips=item.skips + (before is not None))
        from_s = int(item.window.window_time(rest.start_s) / ENCODED_FRAME_S) * ENCODED_FRAME_S
        later = self._recogniser.later(state, from_s)
        if later is None:
            return waiting
        return replace(waiting, window=item.window.after(from_s), state=later, anew=rest)

    def _encoded(self, block: Sequence[_Waiting]) -> list[EncodedWindow]:
        fresh = [item.window.samples(self._audio.samples) for item in block if item.state is None]
        encoded = iter(self._recogniser.encode(fresh) if fresh else [])
        return [item.state or next(encoded) for item in block]

    def _best(self, block: Sequence[_Waiting], states: Sequence[EncodedWindow]) -> list[HeardWindow]:
        """The clearest decoding of each window of a block, of the languages it may be in."""
        tries: list[_Try] = []
        doubts: list[_Try] = []
        for place, (item, state) in enumerate(zip(block, states, strict=True)):
            likelier, *others = [
                _Try(
                    place,
                    item.window,
                    DecodeRequest(state, spoken, prompt_for(spoken, self._vocabulary)),
                    once=item.anew is not None or item.before is not None or item.until_s < math.inf,
                )
                for spoken in self._decoding_languages(state)
            ]
            tries.append(likelier)
            doubts.extend(others)
        best = self._clearest(tries, {})
        unclear = [
            replace(attempt, once=attempt.once or clarity >= LOOP_CONFIDENCE)
            for attempt in doubts
            if (clarity := _clarity(best[attempt.place])) < CLEAR
        ]
        best = self._clearest(unclear, best)
        return [best[place] for place in range(len(block))]

    def _clearest(self, tries: Sequence[_Try], before: Mapping[int, HeardWindow]) -> dict[int, HeardWindow]:
        """By place the clearest of what was heard before and what these decodings hear."""
        best = dict(before)
        for attempt, result in zip(tries, self._decoded(tries) if tries else [], strict=True):
            if attempt.place not in best or _clarity(result) > _clarity(best[attempt.place]) + CLEARER_BY:
                best[attempt.place] = result
        return best

    def _decoding_languages(self, state: EncodedWindow) -> tuple[str, ...]:
        if self._found.language not in ("zh", "en"):
            return (self._found.language,)  # its own words are of more use to a reader than a forced translation
        if self._language != "auto":
            return (self._language,)
        return answer_language.decoding_languages(state.language_probabilities)

    def _decoded(self, tries: Sequence[_Try]) -> list[HeardWindow]:
        """Decode with the prompt; what echoes it, without; what loops, forbidding repeats.

        A language in which a window loops or echoes is given up when another one makes sound text of it, and so is what
        need not be heard. Never more than three decodings of a window in a language, and none by chance: Whisper's own
        fallback samples at up to five temperatures, each several times.
        """
        requests = [attempt.request for attempt in tries]
        heard = self._recogniser.decode(requests)
        echoed, looped = _failures(heard, requests)
        failed = echoed | looped
        sound = {tries[i].place for i, found in enumerate(heard) if i not in failed and _is_clear(found)}
        given_up = {i for i in failed if tries[i].once or tries[i].place in sound}
        failing = failed - given_up
        for _ in range(MAX_DECODINGS - 1):
            again = {
                i: request
                for i in sorted(failing)
                if (request := _otherwise(requests[i], echoed=i in echoed, looped=i in looped))
            }
            if not again:
                break
            for (i, request), found in zip(again.items(), self._recogniser.decode([*again.values()]), strict=True):
                requests[i], heard[i] = request, found
            echoes, loops = _failures(heard, requests)
            failing = (echoes | loops) & again.keys()
            echoed |= echoes
            looped |= loops
        results = []
        for i, attempt in enumerate(tries):
            words = tuple(on_answer(heard[i], attempt.window, self._spans, len(self._audio.samples) / SAMPLE_RATE))
            if i in given_up:
                fault = Reason("transcript.prompt_echo" if i in echoed else "transcript.phrase_loop")
                results.append(HeardWindow(words, fault))
            else:
                results.append(_judged(words, looped=i in looped, echoed=i in echoed))
        return results


def _otherwise(asked: DecodeRequest, *, echoed: bool, looped: bool) -> DecodeRequest | None:
    """The request without an echoed prompt, and without repeats where it looped; None when it was so already."""
    prompt = "" if echoed else asked.prompt
    if (prompt, looped) == (asked.prompt, asked.avoid_repeats):
        return None
    return replace(asked, prompt=prompt, avoid_repeats=looped)


def _failures(heard: Sequence[Heard], requests: Sequence[DecodeRequest]) -> tuple[set[int], set[int]]:
    """Which of the decodings echo their prompt, and which loop."""
    pairs = zip(heard, requests, strict=True)
    echoed = {i for i, (found, request) in enumerate(pairs) if _echoes(found.text, request)}
    return echoed, {i for i, found in enumerate(heard) if _loops(found)}


def _is_clear(heard: Heard) -> bool:
    """Whether the words fit the sound so well that another language need not be tried harder."""
    return _mean_probability(heard.words) >= LOOP_CONFIDENCE


def _begins_in_time(heard: HeardWindow, rest: Window) -> bool:
    """Whether the words of a rest begin where its speech does, and can be believed."""
    return bool(heard.words) and heard.fault is None and heard.words[0].start_s < rest.start_s + LEAD_S + UNHEARD_S


def _begins_s(heard: HeardWindow) -> float:
    return heard.words[0].start_s if heard.words else 0.0


def _within(heard: HeardWindow, item: _Waiting) -> HeardWindow:
    middles = ((word, (word.start_s + word.end_s) / 2) for word in heard.words)
    words = tuple(word for word, middle_s in middles if item.from_s < middle_s < item.until_s)
    return HeardWindow(words, heard.fault)


def _late(heard: HeardWindow, item: _Waiting, spans: Sequence[Span], audio: Audio) -> _Waiting | None:
    """The beginning of a window of which the recogniser passed over so much that it is heard again, on its own."""
    if not heard.words or heard.fault is not None or item.skips or item.anew is not None:
        return None
    first_s = heard.words[0].start_s
    missed = [span for span in clip(spans, Span(item.window.start_s, first_s)) if span.duration_s > FRAGMENT_S]
    if total_s(missed) < SKIPPED_S:
        return None
    return _Waiting(item.index, pack(missed, audio.samples)[0], until_s=first_s)


def _said_until_s(word: TimedWord) -> float:
    return max(word.end_s, word.start_s + DIGIT_S * sum(character.isdigit() for character in word.text))


def _uncovered(
    heard: HeardWindow, item: _Waiting, spans: Sequence[Span], audio: Audio
) -> tuple[list[HeardWindow], list[_Waiting]]:
    """The words of a window, parted where a stretched word covers speech that was passed over, and that speech as
    windows of its own. Heard on its own it changes none of the words around it. Of a window that is not heard clearly
    as a whole nothing is heard again: noise is given long unsure words too."""
    if _clarity(heard) < CLEAR:
        return [heard], []
    parts: list[list[TimedWord]] = [[]]
    waiting = []
    said_until_s = item.window.start_s
    for word in heard.words:
        from_s = word.end_s - WORD_S if _is_stretched(word) else word.start_s
        missed = clip(spans, Span(min(said_until_s, from_s), from_s)) if from_s > word.start_s else ()
        if total_s(missed) >= SKIPPED_S:
            window = pack(missed, audio.samples)[0]
            waiting.append(_Waiting(item.index, window, from_s=said_until_s, until_s=from_s))
            parts.append([replace(word, start_s=from_s)])
        else:
            parts[-1].append(word)
        said_until_s = _said_until_s(word)
    return [HeardWindow(tuple(words), None) for words in parts], waiting


def _is_stretched(word: TimedWord) -> bool:
    """Whether a word covers more than itself; not a number, whose digits take long."""
    is_long = word.end_s - word.start_s >= STRETCHED_S and word.probability < STRETCHED_PROBABILITY
    return is_long and not any(character.isdigit() for character in word.text)


def _until_skip(heard: HeardWindow, spans: Sequence[Span]) -> tuple[HeardWindow, HeardWindow | None]:
    """The words up to where speech was passed over, and those after it; None for those when nothing was."""
    if heard.fault is not None:
        return heard, None
    for place, (word, following) in enumerate(itertools.pairwise(heard.words), start=1):
        between = Span(min(_said_until_s(word), following.start_s), following.start_s)
        if between.duration_s >= SKIPPED_S and total_s(clip(spans, between)) >= SKIPPED_S:
            return HeardWindow(heard.words[:place], None), HeardWindow(heard.words[place:], None)
    return heard, None


def _echoes(text: str, request: DecodeRequest) -> bool:
    return is_echo(text, request.prompt) or repeats_style(text, STYLE.get(request.language, ""))


def _judged(words: tuple[TimedWord, ...], *, looped: bool, echoed: bool) -> HeardWindow:
    """The words of a window and whether they can be believed after what happened while decoding."""
    if looped:
        fault = Reason("transcript.phrase_loop") if words and confidence(words) < LOOP_CONFIDENCE else None
        return HeardWindow(words, fault)
    if echoed and (not words or confidence(words) < MIN_CONFIDENCE):
        return HeardWindow(words, Reason("transcript.prompt_echo"))
    return HeardWindow(words, None)


def _unheard(heard: HeardWindow, window: Window, spans: Sequence[Span], audio: Audio) -> Window | None:
    """A window of the speech that follows the last word, when that is too much to be its ending: the recogniser
    sometimes stops early, at a change of language or a long pause."""
    if not heard.words or heard.fault is not None:
        return None
    last_s = min(_said_until_s(heard.words[-1]), window.end_s)
    if last_s <= window.start_s + FRAGMENT_S:
        return None  # it would be the same window again
    rest = [span for span in clip(spans, Span(last_s, window.end_s)) if span.duration_s > FRAGMENT_S]
    if total_s(rest) < UNHEARD_S:
        return None
    return pack(rest, audio.samples)[0].starting_at(last_s)


def _loops(heard: Heard) -> bool:
    return heard.cut_off or is_loop(heard.text)
