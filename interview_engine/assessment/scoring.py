"""The one protocol of all scorers, what goes in and what comes out, and the arithmetic of the whole interview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.fulfilment import MEASURE, Measure, fulfilment
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.transcript import Segment, Word

Polarity = Literal["for", "against"]
Status = Literal["assessed", "partial", "cannot_assess"]
MIN_WEIGHT_SHARE = 0.6
MIN_ANSWER_SHARE = 0.5
"""An overall result needs at least these shares of the kit's weight assessed and of its questions with an answer that
could be used; below it says so (a convention)."""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """What a scorer may see of an answer: text and times, nothing of voice or face.

    Args:
        question_id: which question of the kit it answers.
        language: "zh" or "en" (others are refused before scoring).
        text: verbatim; quotes are spans of it.
        segments, words: verbatim spans of text with times; empty for a written answer.
    """

    question_id: str
    language: str
    text: str
    segments: tuple[Segment, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote that moved a score.

    Args:
        question_id: of the answer it is from.
        quote: verbatim span of the answer's text, `text[char_start:char_start + len(quote)]`.
        char_start: offset in characters.
        start_s, end_s: when it was said; None and None in a written answer.
        indicator: id of the indicator it shows, or None when it speaks to the anchors in general.
        polarity: for or against the candidate.
        strength: the part it played, 0..1, largest first.
        why: categories of cues found in it ("action", "number", "outcome", "vague", …); see docs/scoring.md.
    """

    question_id: str
    quote: str
    char_start: int
    start_s: float | None
    end_s: float | None
    indicator: str | None
    polarity: Polarity
    strength: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A value on 0..10 with its band (docs/scoring.md says how many ratings fell inside). low <= value <= high."""

    value: float
    low: float
    high: float

    @property
    def level(self) -> float:
        """The same on the 1..5 scale of the anchors."""
        return level_of(self.value)


def level_of(score: float) -> float:
    """A score of 0..10 on the 1..5 scale of the anchors: 1 + 0.4 x score."""
    return 1.0 + 0.4 * score


@dataclass(frozen=True, slots=True)
class CompetencyResult:
    """What was found for one competency over the whole interview.

    Args:
        status: assessed or cannot_assess; score is None exactly when it is cannot_assess, and reason says why.
        level_distribution: probabilities of levels 1..5, sums to 1; empty when cannot_assess.
        evidence: at most a few quotes, strongest first.
        not_shown: ids of indicators without evidence.
        markers: id of each marker indicator and whether it was detected.
        reasons: coded reasons a reader needs (an ignored instruction, a read-back answer left out, …).
        is_delivery: scored from cues; reported apart.
        beside: in hybrid mode what the judge gave; it is in no total, and None where it gave nothing.
    """

    competency_id: str
    status: Status
    score: Score | None
    level_distribution: tuple[float, ...]
    evidence: tuple[Evidence, ...]
    not_shown: tuple[str, ...]
    markers: tuple[tuple[str, bool], ...]
    reason: Reason | None = None
    reasons: tuple[Reason, ...] = ()
    is_delivery: bool = False
    beside: Score | None = None


@dataclass(frozen=True, slots=True)
class AnswerFinding:
    """What the scorer says of one answer as a whole: None when it could be used, else why not."""

    question_id: str
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ContentScores:
    """A scorer's result: one entry per content competency in kit order, one finding per answer given.

    `settings` goes into the report's provenance: what the scoring took (a judge's model, requests, tokens, cost).
    """

    competencies: tuple[CompetencyResult, ...]
    answers: tuple[AnswerFinding, ...]
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)


class Embedder(Protocol):
    """Text embedding, injected by the caller of the scorer."""

    def embed(self, texts: Sequence[str], language: str) -> NDArray[np.float32]:
        """Unit vectors, len(texts) x d, in order; `language` is "zh" or "en". Deterministic."""
        ...


class Scorer(Protocol):
    """Scores the content of an interview from its text alone."""

    @property
    def scorer_id(self) -> str:
        """Name and version, "evidence/3"; part of every report."""
        ...

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """Score one interview. Answers may be in any order and of mixed languages; several may answer one question.

        Raises:
            ScorerError: the scorer failed as a whole. A poor answer is a result, never an error.
        """
        ...


@dataclass(frozen=True, slots=True)
class Overall:
    """The whole interview.

    Args:
        match_percent: the match with the job, the one number to read first: sum of weight x fulfilment over the weight
            that was assessed, 0..100; None when cannot_assess.
        score: weighted mean of the competency scores. Its band, like `match_band`, holds what was not assessed: such a
            competency may have been worth nothing or everything. None when cannot_assess.
        assessed_weight: percent of the kit's weight that was assessed, 0..100.
        match_band: lowest and highest match, 0..100; None when cannot_assess, and in reports of before.
        measure: of fulfilment, see `fulfilment`.
    """

    status: Status
    match_percent: float | None
    score: Score | None
    assessed_weight: float
    reason: Reason | None = None
    match_band: tuple[float, float] | None = None
    measure: Measure = MEASURE


def overall(kit: Kit, results: Sequence[CompetencyResult], answered: int, asked: int | None = None) -> Overall:
    """Combine competency results by the kit's weights (docs/scoring.md, step 10).

    What was not assessed is left out of the values, held by the bands and named by `assessed_weight`. There is no
    overall result below `MIN_WEIGHT_SHARE` of the weight or `MIN_ANSWER_SHARE` of the questions that were asked. The
    bands combine the competencies' half-widths as fully correlated errors (a stated, cautious choice: the scorer's
    error is mostly a bias per person, so it does not shrink with the number of competencies).

    Args:
        answered: how many questions of the kit have an answer that could be used.
        asked: how many were asked; None for all.
    """
    by_id = {result.competency_id: result for result in results}
    weight = match = match_low = match_high = value = low = high = 0.0
    for competency in kit.competencies:
        result = by_id.get(competency.id)
        if result is None or result.score is None:
            match_high += competency.weight
            high += competency.weight * 10.0
            continue
        score, required = result.score, competency.required_level
        weight += competency.weight
        match += competency.weight * fulfilment(score.level, required)
        match_low += competency.weight * fulfilment(level_of(score.low), required)
        match_high += competency.weight * fulfilment(level_of(score.high), required)
        value += competency.weight * score.value
        low += competency.weight * score.low
        high += competency.weight * score.high
    total = sum(competency.weight for competency in kit.competencies)
    share = weight / total
    reason = _too_little(share, answered, len(kit.questions) if asked is None else asked)
    if reason is not None:
        return Overall("cannot_assess", None, None, 100 * share, reason)
    return Overall(
        "assessed" if weight == total else "partial",
        100 * match / weight,
        Score(value / weight, low / total, high / total),
        100 * share,
        match_band=(100 * match_low / total, 100 * match_high / total),
    )


def _too_little(share: float, answered: int, asked: int) -> Reason | None:
    if share < MIN_WEIGHT_SHARE:
        return Reason("interview.too_little", {"share": f"{100 * share:.0f}"})
    if answered < MIN_ANSWER_SHARE * asked:
        return Reason("interview.too_few_answers", {"answered": str(answered), "asked": str(asked)})
    return None
