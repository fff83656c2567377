"""Split an answer into sentences with their verbatim spans and times, whether it was typed or recognised from speech.

The text alone decides where a sentence ends. Pauses and the recogniser's segments would move with a telephone band or a
codec while every word stays, and with them the score.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from interview_engine.assessment.plain import plain
from interview_engine.assessment.scoring import AnswerText
from interview_engine.assessment.text import units
from interview_engine.assessment.transcript import Word

SHORTEST = {"en": 4, "zh": 6}
"""Words (en) or characters (zh) below which a piece joins its neighbour: "And then." carries nothing alone."""

LONGEST = {"en": 45, "zh": 60}
"""Words or characters above which a run-on piece is cut at a comma or a connective: recognised Mandarin often has no
full stop at all."""

_STOP = re.compile(r"[。！？；!?;\n]+[\"'”’」』）)]*|\.{1,}[\"'”’)]*(?=\s|$)|(?<=[\u4e00-\u9fff])\.{1,}")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|approx|mr|mrs|ms|dr|no|st|inc|co|ltd)|\b[a-z])\.$", re.IGNORECASE)
_SOFT = {
    "en": re.compile(
        r"[,，:：—–]\s*|\s+(?=(?:and then|so then|so|then|but|because|after that|finally|next)\s)", re.IGNORECASE
    ),
    "zh": re.compile(r"[,，、:：]\s*|\s+|(?=然后|所以|但是|后来|最后|接着|因为|于是|另外|结果|那么)"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Args:
        text: as the rules read it (plain.py).
        quote: as it was given, `answer.text[char_start:char_end]`.
        start_s, end_s: when it was said; None in a written answer.
    """

    text: str
    quote: str
    char_start: int
    start_s: float | None
    end_s: float | None

    @property
    def char_end(self) -> int:
        """Offset just after the last character."""
        return self.char_start + len(self.quote)


def split(answer: AnswerText, join_short: bool = True) -> tuple[Sentence, ...]:
    """Sentences of `answer` in order; together they hold every word of it. With `join_short` a piece below `SHORTEST`
    joins its neighbour."""
    language = "zh" if answer.language == "zh" else "en"
    read = plain(answer.text, language)
    text = read.text
    starts = _offsets(answer.text, answer.words)
    spans = _trim(text, sorted({0, len(text)} | _punctuation_cuts(text)))
    spans = [piece for span in spans for piece in _shorten(text, span, language)]
    if join_short:
        spans = _join_short(text, spans, language)
    return tuple(
        Sentence(text[start:end], answer.text[first:last], first, *_times(answer, first, last, starts))
        for start, end in spans
        for first, last in (read.source(start, end),)
    )


def _offsets(text: str, words: Sequence[Word]) -> list[int]:
    """Character offset of each word; -1 for a word that is not in the text at its turn."""
    offsets = []
    position = 0
    for word in words:
        found = text.find(word.text, position)
        offsets.append(found)
        if found >= 0:
            position = found + len(word.text)
    return offsets


def _punctuation_cuts(text: str) -> set[int]:
    return {
        match.end()
        for match in _STOP.finditer(text)
        if not (match.group().startswith(".") and _ABBREVIATION.search(text[: match.start() + 1]))
    }


def _trim(text: str, cuts: Sequence[int]) -> list[tuple[int, int]]:
    spans = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        if piece.strip():
            spans.append((start + left, start + left + len(piece.strip())))
    return spans


def _shorten(text: str, span: tuple[int, int], language: str) -> list[tuple[int, int]]:
    """Cut a run-on span into pieces of at least a third of the limit, at soft boundaries; else leave it whole."""
    start, end = span
    if units(text[start:end], language) <= LONGEST[language]:
        return [span]
    least = LONGEST[language] // 3
    cuts = [start]
    for match in _SOFT[language].finditer(text, start, end):
        at = match.end()
        if units(text[cuts[-1] : at], language) >= least and units(text[at:end], language) >= least // 2:
            cuts.append(at)
    return _trim(text, [*cuts, end])


def _join_short(text: str, spans: Sequence[tuple[int, int]], language: str) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        too_short = joined and (
            units(text[start:end], language) < SHORTEST[language]
            or units(text[joined[-1][0] : joined[-1][1]], language) < SHORTEST[language]
        )
        if too_short:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _times(answer: AnswerText, start: int, end: int, starts: Sequence[int]) -> tuple[float | None, float | None]:
    """When the characters `start` to `end` of the answer were said; `starts` are the offsets of its words."""
    inside = [
        word
        for word, at in zip(answer.words, starts, strict=True)
        if at >= 0 and at < end and at + len(word.text) > start
    ]
    if inside:
        return inside[0].start_s, inside[-1].end_s
    touching = []
    position = 0
    for segment in answer.segments:
        at = answer.text.find(segment.text, position)
        if at < 0:
            continue
        position = at + len(segment.text)
        if at < end and position > start:
            touching.append(segment)
    if touching:
        return touching[0].start_s, touching[-1].end_s
    return None, None


def located(answer: AnswerText, char_start: int, length: int) -> tuple[float | None, float | None]:
    """When the characters `char_start` to `char_start + length` were said; None and None in a written answer."""
    return _times(answer, char_start, char_start + length, _offsets(answer.text, answer.words))
