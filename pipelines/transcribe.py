"""Speech to text with the time of every word, and the guards that keep what nobody said out of it.

The recogniser only ever hears windows of speech (pipelines/speech_windows.py), so a long recording takes the memory of
one window. Every window is decoded on its own, without sampling: a second run gives the same transcript.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from interview_engine.assessment.kit import Phrases
from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.spans import Span, total_s
from interview_engine.assessment.speech_rules import clip
from interview_engine.assessment.transcript import Segment, Transcript, Word
from models.asr import ENCODED_FRAME_S, DecodeRequest, EncodedWindow, Heard, Recogniser
from pipelines import answer_language
from pipelines.activity import Activity, SpeechProbability, find_activity
from pipelines.answer_language import LanguageFound
from pipelines.chinese_script import to_simplified
from pipelines.speech_windows import LEAD_S, Window, pack
from pipelines.spoken_numbers import with_digits
from pipelines.transcript_guards import (
    WEAK_PROBABILITY,
    is_echo,
    is_loop,
    is_no_speech,
    is_stock_phrase,
    is_weak_phrase,
    repeats_style,
)
from pipelines.word_times import Sentence, TimedWord, confidence, domain_words, in_order, joined, on_answer, sentences

MIN_SOURCE_RATE = 8_000
"""Hz. Telephone speech (G.711) is sampled at this rate; below it consonants cannot be told apart."""

MIN_SPEECH_S = 0.3
"""Less speech than this in a whole answer is a cough or a click."""

MIN_CONFIDENCE = 0.5
"""Confidence under which a transcript is not used but sent to a person.

Read off `python -m bench asr --sets noise` (30 clips of AISHELL and speechocean762 under white noise at 10, 0, -5 dB):
below 0.5 every clip had at least 0.4 of its characters or words wrong (pooled 0.9), at 0.5 to 0.7 0.7, from 0.7 to 0.8
0.35, above 0.8 0.09. Of 100 AISHELL utterances without noise 2 lie below: one wholly wrong, one a telephone number
(the model wavers between digits and numerals).
"""

LOOP_CONFIDENCE = 0.6
"""A window that looped is believed, once repeats are forbidden, only when its words are then heard clearly."""

CLEAR_ENGLISH = 0.6
"""A window that is likelier English than Mandarin, and whose English is heard this clearly, is not decoded as Mandarin
as well. Of 13 doubtful windows of Mandarin speakers' English six were likelier English: the one whose Mandarin decoding
was clearer had an English of 0.44. A window that is likelier Mandarin is always decoded both ways: there Mandarin was
heard at up to 0.64 in sentences whose English, at 0.92, was right."""

UNHEARD_S = 0.6
"""So much speech after the last word of a window is heard again on its own, without the end of that word, which
counts when it is longer than `FRAGMENT_S`."""

FRAGMENT_S = 0.3

SKIPPED_S = 1.2
"""So much speech between two words of a window is a sentence that the recogniser passed over: it is heard again from
there. Whisper without timestamps does so in windows of many sentences: hearing again what it had left out of three
minutes of learners' sentences, read one after the other, brought WER from 0.363 to 0.300."""

MOST_SKIPS = 4
"""A window is heard again at most so often for what was passed over."""

LANGUAGE_WINDOWS = 4
"""Windows, spread over the answer, that decide its language: up to two minutes of speech."""

STYLE = {
    "zh": "以下是普通话的句子。",
    "en": "Um, so, uh, I was, like, you know, um, thinking about it, uh, for a while.",
}
"""What the recogniser is told went before: its style goes on.

Mandarin: punctuated and mostly Simplified (CER on AISHELL S0150 0.156 instead of 0.160). English: hesitations are
written down, which Whisper otherwise leaves out. On the two recordings with marked fillers it then wrote 8 of 8 instead
of 0, WER 0.040 either way; on 50 learners' read sentences WER was 0.195 instead of 0.184, with 2 fillers too many.
Hesitations in front of the Mandarin sentence found 8 of 25 that were set before utterances, but CER rose to 0.177, so
Mandarin ones are only written where Whisper does so by itself (docs/cues.md).
"""

VOCABULARY_WORDS = 24
"""Role words put into the prompt at most; more would push out the style and slow down every window."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A decoded window: its words on the answer's axis, and why they cannot be used, or None."""

    words: tuple[TimedWord, ...]
    fault: Reason | None


def transcribe(
    audio: Audio,
    recogniser: Recogniser,
    vad: SpeechProbability,
    *,
    language: str = "auto",
    languages: Sequence[str] = ("zh", "en"),
    vocabulary: Phrases | None = None,
    activity: Activity | None = None,
) -> Transcript:
    """The transcript of one answer.

    Args:
        audio: 16 kHz mono.
        language: "zh" or "en" to decode all of it so; "auto" finds out, window by window. The transcript's own language
            is always that of its text.
        languages: those the kit covers; an answer in another one gets its text and the reason `language.not_covered`.
        vocabulary: role words, told to the recogniser.
        activity: where there is voice, when the caller has it (`listen.hear`).

    Returns:
        Never raises for a poor recording: `reason` then says why it cannot be used, and `dropped` holds what guards
        removed. Times are seconds from the first sample and never beyond the last.
    """
    if 0 < audio.source_rate < MIN_SOURCE_RATE:
        return _nothing(Reason("audio.too_low_rate", {"rate": str(audio.source_rate)}))
    spans = (activity or find_activity(audio.samples, vad)).spans
    if total_s(spans) < MIN_SPEECH_S:
        return _nothing(Reason("audio.no_speech"))
    windows = pack(spans, audio.samples)
    sampled = _sampled(len(windows))
    states = recogniser.encode([windows[index].samples(audio.samples) for index in sampled])
    found = answer_language.decide(
        [(state.language_probabilities, windows[index].speech_s) for index, state in zip(sampled, states, strict=True)],
        language,
    )
    hearer = _Hearer(audio, spans, recogniser, found, language, vocabulary)
    heard = hearer.hear(windows, dict(zip(sampled, states, strict=True)))
    return _assemble(heard, found, languages)


def written(text: str, language: str = "auto") -> Transcript:
    """A typed answer as a transcript: no times, no segments, confidence 1.

    Args:
        language: "zh" or "en" when it is known; "auto" tells it from script and words ("und" without any letters).
    """
    text = to_simplified(text)
    found = answer_language.of_text(text)
    if language in ("zh", "en") and found in ("zh", "en", "und"):
        found = language
    return Transcript(found, 1.0, 1.0, text, with_digits(text, found), (), ())


def _sampled(count: int) -> list[int]:
    if count <= LANGUAGE_WINDOWS:
        return list(range(count))
    return [round(step * (count - 1) / (LANGUAGE_WINDOWS - 1)) for step in range(LANGUAGE_WINDOWS)]


def _clarity(heard: _Heard) -> float:
    """How well the words fit the sound; what a guard refuses fits worst."""
    return confidence(heard.words) if heard.words and heard.fault is None else 0.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A window to be heard; `state` is its encoding where there is one.

    `anew`: the window is the end of one that was heard in part. Its encoding knows what went before, and the decoder
    sometimes passes over the beginning then: this one is encoded and heard in its place.
    `before`: what was heard of it already, after something that was passed over; it stands unless more is heard now.
    `skips`: how often its window was heard again already.
    `until_s`: words that begin later are another window's.
    """

    index: int
    window: Window
    state: EncodedWindow | None = None
    anew: Window | None = None
    before: _Heard | None = None
    skips: int = 0
    until_s: float = math.inf


@dataclass(frozen=True, slots=True)
class _Try:
    """A window decoded in one language; `place` is its index in the block."""

    place: int
    window: Window
    request: DecodeRequest


class _Hearer:
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

    def hear(self, windows: Sequence[Window], states: Mapping[int, EncodedWindow]) -> list[_Heard]:
        """What was heard in each window, in order of time; what the recogniser left out of one follows it.

        Args:
            states: those already encoded, by index.
        """
        heard: list[list[_Heard]] = [[] for _ in windows]
        waiting = deque(_Waiting(index, window, states.get(index)) for index, window in enumerate(windows))
        while waiting:
            # A block at a time: the encodings of a long answer together would fill the memory.
            block = [waiting.popleft() for _ in range(min(self._recogniser.batch, len(waiting)))]
            encoded = self._encoded(block)
            rests = []
            for item, state, best in zip(block, encoded, self._best(block, encoded), strict=True):
                if item.anew is not None and not _begins_in_time(best, item.anew):
                    rests.append(replace(item, window=item.anew, state=None, anew=None))
                    continue
                if item.until_s < math.inf:
                    heard[item.index].append(_until(best, item.until_s))
                    continue
                late = _late(best, item, self._spans, self._audio)
                if late is not None:
                    rests.append(late)
                skipped: _Heard | None = None
                if item.before is not None and not _begins_in_time(best, item.window):
                    best = item.before
                elif item.skips < MOST_SKIPS:
                    best, skipped = _until_skip(best, self._spans)
                heard[item.index].append(best)
                rest = _unheard(best, item.window, self._spans, self._audio)
                if rest is not None:
                    rests.append(self._rest(item, state, rest, skipped))
                elif skipped is not None:
                    heard[item.index].append(skipped)
            waiting.extendleft(reversed(rests))
        return [entry for entries in heard for entry in sorted(entries, key=_begins_s)]

    def _rest(self, item: _Waiting, state: EncodedWindow, rest: Window, before: _Heard | None) -> _Waiting:
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

    def _best(self, block: Sequence[_Waiting], states: Sequence[EncodedWindow]) -> list[_Heard]:
        """The clearest decoding of each window of a block, of the languages it may be in."""
        tries: list[_Try] = []
        doubts: list[_Try] = []
        for place, (item, state) in enumerate(zip(block, states, strict=True)):
            likelier, *others = [
                _Try(place, item.window, DecodeRequest(state, spoken, prompt_for(spoken, self._vocabulary)))
                for spoken in self._decoding_languages(state)
            ]
            tries.append(likelier)
            (doubts if likelier.request.language == "en" else tries).extend(others)
        best = self._clearest(tries, {})
        unclear = [attempt for attempt in doubts if _clarity(best[attempt.place]) < CLEAR_ENGLISH]
        best = self._clearest(unclear, best)
        return [best[place] for place in range(len(block))]

    def _clearest(self, tries: Sequence[_Try], before: Mapping[int, _Heard]) -> dict[int, _Heard]:
        """By place the clearest of what was heard before and what these decodings hear."""
        best = dict(before)
        for attempt, result in zip(tries, self._decoded(tries) if tries else [], strict=True):
            if attempt.place not in best or _clarity(result) > _clarity(best[attempt.place]):
                best[attempt.place] = result
        return best

    def _decoding_languages(self, state: EncodedWindow) -> tuple[str, ...]:
        if self._found.language not in ("zh", "en"):
            return (self._found.language,)  # its own words are of more use to a reader than a forced translation
        if self._language != "auto":
            return (self._language,)
        return answer_language.decoding_languages(state.language_probabilities)

    def _decoded(self, tries: Sequence[_Try]) -> list[_Heard]:
        """Decode with the prompt; what loops or echoes it, without; what then loops, forbidding repeats.

        A language in which a window loops or echoes is given up when another one makes sound text of it. Never more
        than three decodings of a window in a language, and none by chance: Whisper's own fallback samples at up to
        five temperatures, each several times.
        """
        requests = [attempt.request for attempt in tries]
        heard = self._recogniser.decode(requests)
        echoed = [_echoes(found.text, request) for found, request in zip(heard, requests, strict=True)]
        failed = [echo or _loops(found) for found, echo in zip(heard, echoed, strict=True)]
        sound = {tries[i].place for i, found in enumerate(heard) if found.words and not failed[i]}
        given_up = {i for i, attempt in enumerate(tries) if failed[i] and attempt.place in sound}
        doubtful = [i for i, request in enumerate(requests) if request.prompt and failed[i] and i not in given_up]
        self._decode_again(doubtful, requests, heard, avoid_repeats=False)
        looping = [i for i, found in enumerate(heard) if _loops(found) and i not in given_up]
        self._decode_again(looping, requests, heard, avoid_repeats=True)
        results = []
        for i, attempt in enumerate(tries):
            words = tuple(on_answer(heard[i], attempt.window, self._spans, len(self._audio.samples) / SAMPLE_RATE))
            if i in given_up:
                fault = Reason("transcript.prompt_echo" if echoed[i] else "transcript.phrase_loop")
                results.append(_Heard(words, fault))
            else:
                results.append(_judged(words, looped=i in looping, echoed=echoed[i]))
        return results

    def _decode_again(
        self, indices: Sequence[int], requests: Sequence[DecodeRequest], heard: list[Heard], *, avoid_repeats: bool
    ) -> None:
        """Replace those entries of `heard` by a decoding without prompt."""
        plain = [replace(requests[index], prompt="", avoid_repeats=avoid_repeats) for index in indices]
        for index, found in zip(indices, self._recogniser.decode(plain) if plain else [], strict=True):
            heard[index] = found


def _begins_in_time(heard: _Heard, rest: Window) -> bool:
    """Whether the words of a rest begin where its speech does, and can be believed."""
    return bool(heard.words) and heard.fault is None and heard.words[0].start_s < rest.start_s + LEAD_S + UNHEARD_S


def _begins_s(heard: _Heard) -> float:
    return heard.words[0].start_s if heard.words else 0.0


def _until(heard: _Heard, until_s: float) -> _Heard:
    return _Heard(tuple(word for word in heard.words if word.start_s < until_s), heard.fault)


def _late(heard: _Heard, item: _Waiting, spans: Sequence[Span], audio: Audio) -> _Waiting | None:
    """The beginning of a window of which the recogniser passed over so much that it is heard again, on its own."""
    if not heard.words or heard.fault is not None or item.skips or item.anew is not None:
        return None
    first_s = heard.words[0].start_s
    missed = [span for span in clip(spans, Span(item.window.start_s, first_s)) if span.duration_s > FRAGMENT_S]
    if total_s(missed) < SKIPPED_S:
        return None
    return _Waiting(item.index, pack(missed, audio.samples)[0], until_s=first_s)


def _until_skip(heard: _Heard, spans: Sequence[Span]) -> tuple[_Heard, _Heard | None]:
    """The words up to where speech was passed over, and those after it; None for those when nothing was."""
    if heard.fault is not None:
        return heard, None
    for place, (word, following) in enumerate(itertools.pairwise(heard.words), start=1):
        between = Span(word.end_s, following.start_s)
        if between.duration_s >= SKIPPED_S and total_s(clip(spans, between)) >= SKIPPED_S:
            return _Heard(heard.words[:place], None), _Heard(heard.words[place:], None)
    return heard, None


def _echoes(text: str, request: DecodeRequest) -> bool:
    return is_echo(text, request.prompt) or repeats_style(text, STYLE.get(request.language, ""))


def _judged(words: tuple[TimedWord, ...], *, looped: bool, echoed: bool) -> _Heard:
    """The words of a window and whether they can be believed after what happened while decoding."""
    if looped:
        fault = Reason("transcript.phrase_loop") if words and confidence(words) < LOOP_CONFIDENCE else None
        return _Heard(words, fault)
    if echoed and (not words or confidence(words) < MIN_CONFIDENCE):
        return _Heard(words, Reason("transcript.prompt_echo"))
    return _Heard(words, None)


def _unheard(heard: _Heard, window: Window, spans: Sequence[Span], audio: Audio) -> Window | None:
    """A window of the speech that follows the last word, when that is too much to be its ending: the recogniser
    sometimes stops early, at a change of language or a long pause."""
    if not heard.words or heard.fault is not None:
        return None
    last_s = heard.words[-1].end_s
    if last_s <= window.pieces[0].start / SAMPLE_RATE + FRAGMENT_S:
        return None  # it would be the same window again
    end_s = window.pieces[-1].end / SAMPLE_RATE
    rest = [span for span in clip(spans, Span(last_s, end_s)) if span.duration_s > FRAGMENT_S]
    if total_s(rest) < UNHEARD_S:
        return None
    return pack(rest, audio.samples)[0].starting_at(last_s)


def _loops(heard: Heard) -> bool:
    return heard.cut_off or is_loop(heard.text)


def prompt_for(language: str, vocabulary: Phrases | None) -> str:
    """What the recogniser is told went before: role words, then the style sentence (the end weighs most)."""
    style = STYLE.get(language, "")
    words = vocabulary.get(language)[:VOCABULARY_WORDS] if vocabulary and language in ("zh", "en") else ()
    if not words:
        return style
    listed = "，".join(words) + "。" if language == "zh" else ", ".join(words) + "."
    return f"{listed}{style}" if language == "zh" else f"{listed} {style}".strip()


def _fault_of(sentence: Sentence) -> Reason | None:
    """Why a sentence was not said, or None."""
    text = sentence.text
    if is_no_speech(text):
        return Reason("transcript.not_speech")
    if is_stock_phrase(text):
        return Reason("transcript.hallucination")
    if repeats_style(text, STYLE["zh"]):
        return Reason("transcript.prompt_echo")
    if is_loop(text):
        return Reason("transcript.phrase_loop")
    if is_weak_phrase(text) and sentence.probability < WEAK_PROBABILITY:
        return Reason("transcript.hallucination")
    return None


def _assemble(heard: Sequence[_Heard], found: LanguageFound, languages: Sequence[str]) -> Transcript:
    dropped: list[tuple[Segment, Reason]] = []
    usable: list[TimedWord] = []
    for window in heard:
        if window.fault is None:
            usable += window.words
        else:
            dropped += [(sentence.segment(), window.fault) for sentence in sentences(in_order(window.words))]
    kept = []
    for sentence in sentences(in_order(usable)):
        fault = _fault_of(sentence)
        if fault is None:
            kept.append(sentence)
        else:
            dropped.append((sentence.segment(), fault))
    dropped.sort(key=lambda entry: entry[0].start_s)
    words = [word for sentence in kept for word in sentence.words]
    spoken = _spoken(kept, found)
    text = joined(kept)
    sure = confidence(words) if words else 0.0
    return Transcript(
        language=spoken if words else "und",
        language_probability=found.probabilities.get(spoken, 0.0),
        confidence=sure,
        text=text,
        text_digits=with_digits(text, spoken),
        segments=tuple(sentence.segment() for sentence in kept),
        words=domain_words(kept),
        reason=_reason(kept, dropped, spoken, languages, sure),
        dropped=tuple(dropped),
    )


def _spoken(kept: Sequence[Sentence], found: LanguageFound) -> str:
    """The language of the text: of Mandarin and English whichever was spoken longer (recognised text shows both as
    they are), else what was found in the sound."""
    if found.language not in ("zh", "en"):
        return found.language
    seconds = {"zh": 0.0, "en": 0.0}
    for sentence in kept:
        language = answer_language.of_text(sentence.text)
        if language in seconds:
            seconds[language] += sentence.end_s - sentence.start_s
    if seconds["zh"] == seconds["en"]:
        return found.language
    return "zh" if seconds["zh"] > seconds["en"] else "en"


def _reason(
    kept: Sequence[Sentence],
    dropped: Sequence[tuple[Segment, Reason]],
    spoken: str,
    languages: Sequence[str],
    sure: float,
) -> Reason | None:
    """Why the whole transcript cannot be used, or None."""
    kept_s = sum(sentence.end_s - sentence.start_s for sentence in kept)
    lost: dict[str, float] = {}
    for segment, reason in dropped:
        lost[reason.code] = lost.get(reason.code, 0.0) + max(0.01, segment.end_s - segment.start_s)
    if not kept and not lost:
        return Reason("audio.no_speech")
    if not kept or sum(lost.values()) > kept_s:
        return Reason(max(lost, key=lambda code: lost[code]))
    if spoken not in languages:
        return Reason("language.not_covered", {"language": spoken})
    if sure < MIN_CONFIDENCE:
        return Reason("transcript.low_confidence", {"confidence": f"{sure:.2f}"})
    return None


def _nothing(reason: Reason) -> Transcript:
    segments: tuple[Segment, ...] = ()
    words: tuple[Word, ...] = ()
    return Transcript("und", 0.0, 0.0, "", "", segments, words, reason)
