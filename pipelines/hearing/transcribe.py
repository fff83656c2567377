"""Speech to text with the time of every word, and the guards that keep what nobody said out of it.

The recogniser only ever hears windows of speech (pipelines/hearing/speech_windows.py), so a long recording takes the
memory of one window. Every window is decoded on its own, without sampling: a second run gives the same transcript.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interview_engine.assessment.chinese_script import to_simplified
from interview_engine.assessment.delivery.spans import total_s
from interview_engine.assessment.kits.kit import Phrases
from interview_engine.assessment.media import Audio
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.spoken_numbers import with_digits
from interview_engine.assessment.transcript import Segment, Transcript, Word
from models.speech.recogniser import Recogniser
from pipelines.hearing import answer_language
from pipelines.hearing.activity import Activity, SpeechProbability, find_activity
from pipelines.hearing.answer_language import LanguageFound
from pipelines.hearing.recogniser_prompt import STYLE
from pipelines.hearing.speech_windows import pack
from pipelines.hearing.transcript_guards import (
    WEAK_PROBABILITY,
    is_loop,
    is_no_speech,
    is_stock_phrase,
    is_weak_phrase,
    repeats_style,
)
from pipelines.hearing.window_hearing import CLEAR, HeardWindow, Hearer
from pipelines.hearing.word_times import (
    MIN_CONFIDENCE,
    Sentence,
    TimedWord,
    confidence,
    domain_words,
    in_order,
    joined,
    sentences,
)

MIN_SOURCE_RATE = 8_000
"""Hz. Telephone speech (G.711) is sampled at this rate; below it consonants cannot be told apart."""

MIN_SPEECH_S = 0.3
"""Less speech than this in a whole answer is a cough or a click."""

MAIN_SHARE = 0.7
"""An answer is in one language when so much of its words' time is; a window in the other one must then be clear."""

MUSIC_SHARE = 0.7
"""Music or strong noise in so much of an answer's silences makes words doubtful that are not clear. A sound that one
hears in the pauses goes on under the words; humming puppets became "不不不" at a confidence of 0.54."""

CLEAR_DESPITE_MUSIC = 0.8
"""From this confidence one word in ten is wrong (docs/cues.md), whatever sounds beside it."""

LANGUAGE_WINDOWS = 4
"""Windows, spread over the answer, that decide its language: up to two minutes of speech."""


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
            The only one of a kit is what its answers are decoded in, unless the sound clearly is in the other.
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
    encoded = recogniser.encode([windows[index].samples(audio.samples) for index in sampled])
    states = dict(zip(sampled, encoded, strict=True))
    del encoded
    told = answer_language.told(language, languages)
    found = answer_language.decide(
        [(state.language_probabilities, windows[index].speech_s) for index, state in states.items()], told
    )
    told = answer_language.despite(told, language, found)
    heard = Hearer(audio, spans, recogniser, found, told, vocabulary).hear(windows, states)
    return _assemble(_without_disagreeing(heard), found, languages)


def under_music(transcript: Transcript, share: float) -> Transcript:
    """The transcript of an answer with music or noise in that share of its silences: doubtful unless it is clear."""
    if transcript.reason is not None or share < MUSIC_SHARE or transcript.confidence >= CLEAR_DESPITE_MUSIC:
        return transcript
    return replace(transcript, reason=_low(transcript.confidence))


def written(text: str, language: str = "auto") -> Transcript:
    """A typed answer as a transcript, in the characters it was typed in: no times, no segments, confidence 1.

    Args:
        language: "zh" or "en" when it is known; "auto" tells it from script and words ("und" without any letters).
    """
    found = answer_language.of_text(text)
    if language in ("zh", "en") and found in ("zh", "en", "und"):
        found = language
    return Transcript(found, 1.0, 1.0, text, with_digits(to_simplified(text), found), (), ())


def _sampled(count: int) -> list[int]:
    if count <= LANGUAGE_WINDOWS:
        return list(range(count))
    return [round(step * (count - 1) / (LANGUAGE_WINDOWS - 1)) for step in range(LANGUAGE_WINDOWS)]


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


def _without_disagreeing(heard: Sequence[HeardWindow]) -> list[HeardWindow]:
    """Windows in another language than the answer are doubted where they are not heard clearly: an accent that was
    taken for the other language gives nonsense of weak words."""
    spoken = [answer_language.of_text("".join(word.text for word in window.words)) for window in heard]
    seconds = {"zh": 0.0, "en": 0.0}
    for language, window in zip(spoken, heard, strict=True):
        if language in seconds and window.fault is None:
            seconds[language] += sum(word.end_s - word.start_s for word in window.words)
    main = max(seconds, key=lambda language: seconds[language])
    if seconds[main] < MAIN_SHARE * sum(seconds.values()):
        return list(heard)
    return [
        replace(window, fault=_low(confidence(window.words)))
        if window.fault is None and window.words and language != main and confidence(window.words) < CLEAR
        else window
        for language, window in zip(spoken, heard, strict=True)
    ]


def _low(sure: float) -> Reason:
    return Reason("transcript.low_confidence", {"confidence": f"{sure:.2f}"})


def _assemble(heard: Sequence[HeardWindow], found: LanguageFound, languages: Sequence[str]) -> Transcript:
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
        return _low(sure)
    return None


def _nothing(reason: Reason) -> Transcript:
    segments: tuple[Segment, ...] = ()
    words: tuple[Word, ...] = ()
    return Transcript("und", 0.0, 0.0, "", "", segments, words, reason)
