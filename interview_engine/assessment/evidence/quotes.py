"""Choose the quotes that carry a score: verbatim sentences, their times, the part they played, the cues in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interview_engine.assessment.evidence import account, level
from interview_engine.assessment.evidence.account import AccountLevel
from interview_engine.assessment.evidence.cues import is_denied_after, is_negated
from interview_engine.assessment.evidence.grounds import can_be_said
from interview_engine.assessment.evidence.reading import Piece, Reading
from interview_engine.assessment.evidence.rubric import CompetencyIndex, IndicatorIndex
from interview_engine.assessment.scoring import Evidence, Polarity
from interview_engine.assessment.text import fold

MAX_QUOTES = 4
ALIKE = 0.93
"""Cosine from which two quotes say the same (docs/scoring.md, "Set by hand")."""

LEAST_POINTS = 0.02
"""A sentence that moved s by less is no evidence."""

SHOWS = {"en": 0.60, "zh": 0.62}
"""Cosine of a sentence to an indicator's own text from which it shows the indicator without using one of its phrases,
if nothing in the sentence is negated and it tells of something done. Set high: phrases are the usual way."""

WORDS_ALONE = frozenset({"upper", "lower"})
"""Codes that only say which words a sentence shares with the anchors; other codes are named before them."""

NO_GROUND = frozenset({"lower", "weak_deed"})
"""Codes that are no ground to quote a sentence against somebody: a word that the lower anchors use too, and a sentence
that tells of little. Such a sentence lowers the mean of an answer and shows nothing by itself."""

SITUATION = frozenset({"deed", "episode", "named", "sequence", "upper", "number", "precise"})
"""Codes that are no ground to quote a sentence for somebody: it may only tell what had happened ("We had a customer
whose invoice was wrong for the third time")."""

AGAINST_THE_DEED = frozenset(account.WHY.values())
"""Codes of what speaks against a deed, which is said against every competency that its question probes."""

_DONE = frozenset({"action", "method", "check", "probe", "instrument", "outcome"})


@dataclass(frozen=True, slots=True)
class Showing:
    """A sentence that shows an indicator."""

    indicator: str
    reading: int
    piece: int


def shows(piece: Piece, indicator: IndicatorIndex, language: str) -> bool:
    """Whether the sentence shows the indicator: by one of its phrases, not negated, or by saying the same thing."""
    if piece.left_out is not None or piece.weight <= 0:
        return False
    folded = fold(piece.sentence.text)
    if indicator.pattern is not None:
        for match in indicator.pattern.finditer(folded):
            denied = is_negated(folded, match.start(), language) or is_denied_after(folded, match.end(), language)
            if not denied or _holds_negation(match.group(), language):
                return True
    told = {cue.category for cue in piece.cues if not cue.negated}
    against = any(cue.negated or cue.category == "undone" for cue in piece.cues)
    return not against and bool(told & _DONE) and float(piece.vector @ indicator.vector) >= SHOWS[language]


def _holds_negation(phrase: str, language: str) -> bool:
    """Phrases such as "did not interrupt" or 没有打断 are themselves negative."""
    marks = ("没", "不", "未") if language == "zh" else ("not ", "n't", "never", "without", "no ")
    return any(mark in phrase for mark in marks)


def showings(readings: Sequence[Reading], entry: CompetencyIndex) -> tuple[Showing, ...]:
    """All sentences of the readings that show an indicator of the competency, in order; of several that one sentence
    shows the one first that it is nearest to in meaning."""
    return tuple(
        Showing(indicator.id, at, number)
        for at, reading in enumerate(readings)
        for number, piece in enumerate(reading.pieces)
        for indicator in sorted(entry.indicators, key=lambda one: -round(float(piece.vector @ one.vector), 6))
        if shows(piece, indicator, reading.language)
    )


def elsewhere(
    reading: Reading, row: Sequence[float], entry: CompetencyIndex, others: Sequence[CompetencyIndex]
) -> frozenset[int]:
    """The sentences that speak of `others`, what else their question probes, and not of this competency: they show an
    indicator of another one and none of this, or none at all and are nearer to another one. They count for this one as
    far as they are like it, and are no quote for it.

    Args:
        row: per sentence how much it counts for this competency (routing.sentence_weights).
    """
    own = {one.piece for one in showings([reading], entry)}
    shown = {one.piece for other in others for one in showings([reading], other)}
    nearer = {place for place, piece in enumerate(reading.pieces) if row[place] < piece.weight} if others else set()
    return frozenset((shown | nearer) - own)


@dataclass(frozen=True, slots=True)
class _Candidate:
    reading: int
    piece: int
    points: dict[str, float]
    strength: float
    said: frozenset[str]

    @property
    def only_shows(self) -> bool:
        """Whether it is quoted for an indicator that it shows and for nothing else that it does."""
        codes = {code for code, value in self.points.items() if value > 0 and code in self.said}
        return self.strength > 0 and not codes - SITUATION - {"indicator"}

    @property
    def speaks(self) -> bool:
        """Whether a reader can follow what the sentence is quoted for: it shows more than SITUATION for somebody, or
        more than NO_GROUND against."""
        sign, weak = (1.0, SITUATION) if self.strength > 0 else (-1.0, NO_GROUND)
        return any(value * sign > 0 and code not in weak for code, value in self.points.items() if code in self.said)


def choose(
    readings: Sequence[Reading],
    weights: Sequence[Sequence[float]],
    shares: Sequence[float],
    shown: Sequence[Showing],
    fitted: level.Constants,
    accounts: Sequence[AccountLevel | None],
    of_others: Sequence[frozenset[int]],
) -> tuple[Evidence, ...]:
    """The strongest quotes, at most MAX_QUOTES, one of them against the candidate if there is one. A sentence that
    shows nothing by itself, or speaks of another competency, is quoted only where there is nothing else to quote.

    Args:
        weights: per reading and piece, how much the sentence counted for this competency.
        shares: per reading, its weight in the pooled score.
        accounts: per reading the parts of its level where it is an account.
        of_others: per reading the sentences that speak of another competency (`elsewhere`).
    """
    found = _candidates(readings, weights, shares, shown, fitted, accounts)
    speaking = [candidate for candidate in found if candidate.speaks] or found
    own = [one for one in speaking if one.piece not in of_others[one.reading] or AGAINST_THE_DEED & one.points.keys()]
    settled = {one.strength > 0 for one in own}
    candidates = [one for one in speaking if one in own or (one.strength > 0) not in settled]
    indicators = {(one.reading, one.piece): one.indicator for one in reversed(shown)}
    chosen: list[_Candidate] = []
    named: set[str] = set()
    for candidate in candidates:
        if len(chosen) == MAX_QUOTES:
            break
        indicator = indicators.get((candidate.reading, candidate.piece), "")
        if _known(candidate, chosen, readings) or (indicator in named and candidate.only_shows):
            continue
        chosen.append(candidate)
        named.add(indicator)
    against = [candidate for candidate in candidates if candidate.strength < 0]
    if against and len(chosen) == MAX_QUOTES and all(candidate.strength > 0 for candidate in chosen):
        chosen[-1] = against[0]
    largest = max((abs(candidate.strength) for candidate in chosen), default=1.0)
    return tuple(_evidence(candidate, readings, shown, largest) for candidate in chosen)


def compared(reading: Reading, score: float) -> Evidence:
    """The quote of an answer that was compared with a reference: its longest sentence that counts."""
    kept = [piece for piece in reading.pieces if piece.left_out is None]
    piece = max(kept, key=lambda one: (one.words, -one.sentence.char_start))
    sentence = piece.sentence
    return Evidence(
        reading.answer.question_id,
        sentence.quote,
        sentence.char_start,
        sentence.start_s,
        sentence.end_s,
        None,
        "for" if score >= 0.5 else "against",
        1.0,
        ("reference",),
    )


def _candidates(
    readings: Sequence[Reading],
    weights: Sequence[Sequence[float]],
    shares: Sequence[float],
    shown: Sequence[Showing],
    fitted: level.Constants,
    accounts: Sequence[AccountLevel | None],
) -> list[_Candidate]:
    indicated = {(showing.reading, showing.piece) for showing in shown}
    found = []
    for at, (reading, row, share, told) in enumerate(zip(readings, weights, shares, accounts, strict=True)):
        words = sum(piece.words * weight for piece, weight in zip(reading.pieces, row, strict=True))
        for number, (piece, weight) in enumerate(zip(reading.pieces, row, strict=True)):
            points = level.piece_points(piece, weight, words, reading.language, fitted)
            if told is not None and piece.deed is not None:
                points.update({code: points.get(code, 0.0) + value for code, value in told.points(number).items()})
            if (at, number) in indicated:
                points["indicator"] = fitted.indicator_weight
            strength = share * sum(points.values())
            if abs(strength) >= LEAST_POINTS * min(1.0, share):
                said = frozenset(filter(can_be_said(piece, reading.language), points))
                found.append(_Candidate(at, number, points, strength, said))
    return sorted(found, key=lambda entry: (-round(abs(entry.strength), 6), entry.reading, entry.piece))


def _known(candidate: _Candidate, chosen: Sequence[_Candidate], readings: Sequence[Reading]) -> bool:
    own = readings[candidate.reading]
    vector = own.pieces[candidate.piece].vector
    same = [entry for entry in chosen if readings[entry.reading].language == own.language]
    return any(float(np.dot(vector, readings[e.reading].pieces[e.piece].vector)) > ALIKE for e in same)


def _evidence(candidate: _Candidate, readings: Sequence[Reading], shown: Sequence[Showing], largest: float) -> Evidence:
    reading = readings[candidate.reading]
    sentence = reading.pieces[candidate.piece].sentence
    polarity: Polarity = "for" if candidate.strength > 0 else "against"
    sign = 1.0 if candidate.strength > 0 else -1.0
    leading = sorted(
        (name for name, value in candidate.points.items() if value * sign > 0),
        key=lambda name: (name in WORDS_ALONE, -round(abs(candidate.points[name]), 6), name),
    )
    leading = [name for name in leading if name in candidate.said] or leading
    here = [entry.indicator for entry in shown if (entry.reading, entry.piece) == (candidate.reading, candidate.piece)]
    indicator = here[0] if here and polarity == "for" else None  # what speaks against somebody shows no indicator
    return Evidence(
        reading.answer.question_id,
        sentence.quote,
        sentence.char_start,
        sentence.start_s,
        sentence.end_s,
        indicator,
        polarity,
        min(1.0, abs(candidate.strength) / largest) if largest else 0.0,
        tuple(leading[:4]),
    )
