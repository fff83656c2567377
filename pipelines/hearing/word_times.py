"""Recognised words on the answer's time axis: out of the windows, off the silences, in order, split into sentences."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from interview_engine.assessment.chinese_script import to_simplified
from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.transcript import Segment, Word
from models.speech.recogniser import Heard
from pipelines.hearing.speech_windows import Window

SENTENCE_PAUSE_S = 1.2
"""A silence this long ends a sentence without punctuation (the same convention as the scorer's own splitting)."""

COMMA_PAUSE_S = 0.7
"""A comma and a silence this long end one too."""

LONGEST_S = 30.0
"""A run-on sentence is cut at its longest silence beyond this."""

MIN_CONFIDENCE = 0.65
"""Confidence under which a transcript is not used but sent to a person.

From recordings whose words are known, with and without noise (docs/cues.md has the table): from 0.6 to 0.65 about every
second word is wrong, from 0.65 to 0.7 every third, from 0.7 to 0.8 one in five (zh) or eight (en). At 0.65, 11 of 18
transcripts with more than 40 % of their words wrong are stopped (at 0.5, 3), and 68 of 88 with noise; it costs 4 of 109
Mandarin and 9 of 140 English ones that were good.
"""

_STOP = re.compile(r"[.!?。！？…][\"'”’)）」』]*$")
_COMMA = re.compile(r"[,，、;；:：][\"'”’)）]*$")
_ABBREVIATION = re.compile(r"^(?:mr|mrs|ms|dr|st|vs|etc|no|e\.g|i\.e|[a-z](?:\.[a-z])*)\.$", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_FULL_WIDTH = str.maketrans(",?!:;", "，？！：；")


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word on the answer's time axis. `text` keeps the leading space it was decoded with."""

    text: str
    start_s: float
    end_s: float
    probability: float
    no_speech_probability: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """Neighbouring words that make about a sentence."""

    words: tuple[TimedWord, ...]

    @property
    def text(self) -> str:
        """As shown: Simplified Chinese, Chinese punctuation after Chinese characters."""
        return "".join(clean([word.text for word in self.words])).strip()

    @property
    def start_s(self) -> float:
        """Start of the first word."""
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last word."""
        return self.words[-1].end_s

    @property
    def probability(self) -> float:
        """Mean word probability weighted by duration; see `confidence`."""
        return confidence(self.words)

    def segment(self) -> Segment:
        """As a value of the domain; the log probability is the mean over its words."""
        mean = sum(math.log(max(word.probability, 1e-6)) for word in self.words) / len(self.words)
        return Segment(self.text, self.start_s, self.end_s, mean, self.words[0].no_speech_probability)


def on_answer(heard: Heard, window: Window, spans: Sequence[Span], length_s: float) -> list[TimedWord]:
    """A window's words on the answer's time axis, each moved off the silence beside it.

    The aligner gives a word the silence before or after it; a pause would then vanish into the word. So a word is
    clipped to the span of speech that it shares most with. Words that touch no speech stay where they are.
    """
    words = []
    before_s = 0.0
    for word in heard.words:
        start_s, end_s = window.answer_time(word.start_s), window.answer_time(word.end_s)
        start_s, end_s = _off_silence(start_s, end_s, spans)
        start_s = min(length_s, max(before_s, start_s))
        end_s = min(length_s, max(start_s, end_s))
        words.append(TimedWord(word.text, start_s, end_s, word.probability, heard.no_speech_probability))
        before_s = end_s
    return words


def _off_silence(start_s: float, end_s: float, spans: Sequence[Span]) -> tuple[float, float]:
    first = max(0, bisect_right([span.start_s for span in spans], start_s) - 1)
    best = Span(start_s, end_s)
    most = 0.0
    for span in spans[first:]:
        if span.start_s >= end_s:
            break
        shared = min(end_s, span.end_s) - max(start_s, span.start_s)
        if shared > most:
            most = shared
            best = Span(max(start_s, span.start_s), min(end_s, span.end_s))
    return best.start_s, best.end_s


def in_order(words: Sequence[TimedWord]) -> list[TimedWord]:
    """The same words with times that never run backwards (windows may touch)."""
    result: list[TimedWord] = []
    before_s = 0.0
    for word in words:
        start_s = max(before_s, _milliseconds(word.start_s))
        before_s = max(start_s, _milliseconds(word.end_s))
        result.append(replace(word, start_s=start_s, end_s=before_s))
    return result


def _milliseconds(time_s: float) -> float:
    """Rounded down, so that nothing ends after the sound."""
    return math.floor(time_s * 1000) / 1000


def sentences(words: Sequence[TimedWord]) -> list[Sentence]:
    """Words split where a sentence ends: at its punctuation, at long silences, at a comma with a silence."""
    result: list[Sentence] = []
    group: list[TimedWord] = []
    for index, word in enumerate(words):
        group.append(word)
        after = words[index + 1] if index + 1 < len(words) else None
        if after is None or _ends(word, after):
            result += _cut_long(group)
            group = []
    return result


def _ends(word: TimedWord, after: TimedWord) -> bool:
    text = word.text.strip()
    silence_s = after.start_s - word.end_s
    if silence_s >= SENTENCE_PAUSE_S:
        return True
    if _COMMA.search(text):
        return silence_s >= COMMA_PAUSE_S
    return bool(_STOP.search(text)) and not _ABBREVIATION.match(text)


def _cut_long(group: Sequence[TimedWord]) -> list[Sentence]:
    if group[-1].end_s - group[0].start_s <= LONGEST_S or len(group) < 2:
        return [Sentence(tuple(group))]
    silences = [group[index + 1].start_s - group[index].end_s for index in range(len(group) - 1)]
    cut = silences.index(max(silences)) + 1
    return _cut_long(group[:cut]) + _cut_long(group[cut:])


def clean(texts: Sequence[str]) -> list[str]:
    """Word texts as shown, each as long as it was or shorter: no unreadable characters, half-width letters and digits,
    Simplified Chinese (converted in context), Chinese punctuation after a Chinese character."""
    readable = ["".join(character for character in text if _is_readable(character)) for text in texts]
    whole = "".join(readable)
    if not _HAN.search(whole):
        return readable
    whole = to_simplified("".join(_half_width(character) for character in whole))
    shown = []
    for index, character in enumerate(whole):
        before = whole[index - 1] if index else ""
        beside_han = _HAN.match(before) or _HAN.match(whole[index + 1 : index + 2])
        if beside_han and character in ",?!:;":
            character = character.translate(_FULL_WIDTH)
        elif _HAN.match(before) and character == "." and whole[index + 1 : index + 2] in ("", " "):
            character = "。"
        shown.append(character)
    result, position = [], 0
    for text in readable:
        result.append("".join(shown[position : position + len(text)]))
        position += len(text)
    return result


def _is_readable(character: str) -> bool:
    return character != "\ufffd" and unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs")


def _half_width(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and folded.isalnum() and not _HAN.match(folded) else character


def joined(parts: Sequence[Sentence]) -> str:
    """The whole text. Sentences are joined by a space, Chinese ones that end with punctuation by nothing."""
    text = ""
    for part in parts:
        if text and not (_HAN.search(text[-2:]) and unicodedata.category(text[-1]) == "Po" and not text[-1].isascii()):
            text += " "
        text += part.text
    return text


def domain_words(parts: Sequence[Sentence]) -> tuple[Word, ...]:
    """The words as values of the domain: texts as in the sentence, no surrounding spaces."""
    result = []
    for part in parts:
        for word, text in zip(part.words, clean([word.text for word in part.words]), strict=True):
            if text.strip():
                result.append(Word(text.strip(), word.start_s, word.end_s, min(1.0, max(0.0, word.probability))))
    return tuple(result)


def confidence(words: Sequence[TimedWord]) -> float:
    """Mean probability, each word weighted by its seconds (at least 0.05), 0..1."""
    weights = [max(0.05, word.end_s - word.start_s) for word in words]
    weighted = sum(weight * word.probability for weight, word in zip(weights, words, strict=True))
    return min(1.0, max(0.0, weighted / sum(weights)))
