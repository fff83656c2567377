"""Hybrid mode: the default scorer's score counts, a judge reads the same answers beside it, and a person decides where
the two are apart. The two are never averaged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from interview_engine.assessment.judge.asking import APART
from interview_engine.assessment.judge.scorer import FAILURES
from interview_engine.assessment.kits.kit import Competency, Kit
from interview_engine.assessment.reasons import Reason, named
from interview_engine.assessment.scoring import AnswerText, CompetencyResult, ContentScores, Score, Scorer
from interview_engine.errors import ScorerError

VERSION = "hybrid/1"

MAX_ID = 80


@dataclass(frozen=True, slots=True)
class HybridScorer:
    """Implements scoring.Scorer over two others.

    Args:
        default: its scores count.
        judge: reads the same answers; it decides nothing.
        threshold: points of 10 above which the two are apart, see `APART`.
    """

    default: Scorer
    judge: Scorer
    threshold: float = APART

    @property
    def scorer_id(self) -> str:
        """See `hybrid_id`."""
        return hybrid_id(self.default.scorer_id, self.judge.scorer_id)

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """See `Scorer.score`. A judge that fails leaves every competency to a person, beside the default's score.

        Raises:
            ScorerError: the default scorer failed.
        """
        own = self.default.score(kit, answers)
        try:
            other = self.judge.score(kit, answers)
        except ScorerError as error:
            other = _failed(own, error.code)
        beside = {result.competency_id: result for result in other.competencies}
        results = tuple(
            self._compared(kit.competency(result.competency_id), result, beside[result.competency_id])
            for result in own.competencies
        )
        apart = sum(any(reason.code.startswith("hybrid.") for reason in result.reasons) for result in results)
        settings = {
            **own.settings,
            **other.settings,
            "hybrid_default": self.default.scorer_id,
            "hybrid_judge": self.judge.scorer_id,
            "hybrid_threshold": self.threshold,
            "hybrid_for_a_person": apart,
        }
        return ContentScores(results, own.answers, settings)

    def _compared(self, competency: Competency, own: CompetencyResult, other: CompetencyResult) -> CompetencyResult:
        reason = self._difference(competency, own, other)
        score = own.score
        if score is not None and other.score is not None and reason is not None:
            # the printed band holds both numbers: one of them is wrong, and nobody knows yet which
            low, high = min(score.low, other.score.value), max(score.high, other.score.value)
            score = Score(score.value, low, high)
        reasons = (*own.reasons, *(() if reason is None else (reason,)))
        return replace(own, score=score, reasons=reasons, beside=other.score)

    def _difference(self, competency: Competency, own: CompetencyResult, other: CompetencyResult) -> Reason | None:
        """Why a person has to look, or None where the two agree."""
        facts = named(competency.name)
        if other.score is None and other.reason is not None and other.reason.code in FAILURES:
            code = other.reason.detail.get("code", other.reason.code)
            return Reason("hybrid.judge_failed", {**facts, "code": code, "score": _shown(own.score)})
        if own.score is None:
            return None if other.score is None else Reason("hybrid.only_judge", {**facts, "judge": _shown(other.score)})
        if other.score is None:
            return Reason("hybrid.only_default", {**facts, "score": _shown(own.score)})
        apart = abs(own.score.value - other.score.value)
        if apart <= self.threshold:
            return None
        return Reason(
            "hybrid.disagree",
            {
                **facts,
                "score": _shown(own.score),
                "judge": _shown(other.score),
                "apart": f"{apart:.1f}",
                "threshold": f"{self.threshold:g}",
            },
        )


def hybrid_id(default: str, judge: str) -> str:
    """What reports name: both scorers, the judge's shortened to its hash where that is too long to store."""
    whole = f"{VERSION}:{default}+{judge}"
    if len(whole) <= MAX_ID:
        return whole
    return f"{VERSION}:{default}+{hashlib.sha256(judge.encode()).hexdigest()[:8]}"


def _failed(own: ContentScores, code: str) -> ContentScores:
    reason = Reason("judge.failed", {"code": code})
    results = tuple(
        CompetencyResult(result.competency_id, "cannot_assess", None, (), (), (), (), reason)
        for result in own.competencies
    )
    return ContentScores(results, own.answers, {"judge_failed": code, "judge_failed_competencies": len(results)})


def _shown(score: Score | None) -> str:
    return "–" if score is None else f"{score.value:.1f}"
