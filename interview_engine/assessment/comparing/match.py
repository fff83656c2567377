"""How the match percentage is made up: one row per competency, and the rows sum exactly to it (row A13)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from interview_engine.assessment.comparing.ranking import EntryCompetency
from interview_engine.assessment.fulfilment import MEASURES, Measure, fulfilment
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import CompetencyResult, Overall, Score, level_of

MAX_DRIFT_PERCENT = 0.01
"""Scores are stored with four decimals, which moves a sum by at most 0.002; more means rows of another interview."""


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One requirement of the role.

    Args:
        weight: percent of the kit's total weight.
        level, required_level: 1..5; level is None when the competency was not assessed.
        ratio: how far the requirement is fulfilled, by the measure of the overall result, 0..1; None when not assessed.
        points: what it adds to the match percentage, weight x ratio over the weight that was assessed; None when not
            assessed or when there is no overall result.
    """

    competency_id: str
    weight: float
    level: float | None
    required_level: float
    ratio: float | None
    points: float | None


def apportion(values: Sequence[float], total: float, decimals: int) -> tuple[float, ...]:
    """Round `values` so that they sum exactly (as decimals) to `total` rounded (largest remainder, Hamilton's method).

    Args:
        values: not negative, and summing to about `total`; they are scaled to it first.
        decimals: digits kept after the point.

    Raises:
        ValueError: every value is 0 and the total is not.
    """
    unit = 10**decimals
    goal = round(total * unit)
    summed = sum(values)
    if summed == 0.0:
        if goal != 0:
            raise ValueError("nothing to share out")
        return tuple(0.0 for _ in values)
    exact = [value / summed * goal for value in values]
    whole = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: (whole[index] - exact[index], index))
    for index in by_remainder[: goal - sum(whole)]:
        whole[index] += 1
    return tuple(count / unit for count in whole)


def stored_match_band(
    competencies: Sequence[EntryCompetency], match_percent: float | None
) -> tuple[float, float] | None:
    """Lowest and highest match, 0..100, of an interview of which only the competencies and the match are kept.

    The measure is the one that `match_percent` follows from. None without a match, or when it follows from none.
    """
    counted = [(one, one.score) for one in competencies if one.score is not None]
    weight = sum(one.weight for one, _ in counted)
    missing = sum(one.weight for one in competencies if one.score is None and not _is_off(one))
    if match_percent is None or not weight:
        return None
    for measure in MEASURES:

        def whole(value: Callable[[Score], float], measure: Measure = measure) -> float:
            return sum(
                one.weight * fulfilment(level_of(value(score)), one.required_level, measure) for one, score in counted
            )

        if abs(100 * whole(lambda score: score.value) / weight - match_percent) <= MAX_DRIFT_PERCENT:
            total = weight + missing
            low, high = whole(lambda score: score.low), whole(lambda score: score.high)
            return 100 * low / total, 100 * (high + missing) / total
    return None


def _is_off(one: EntryCompetency) -> bool:
    return one.reason is not None and one.reason.code == "competency.delivery_off"


def match_rows(
    kit: Kit, results: Sequence[CompetencyResult], total: Overall, *, decimals: int = 4
) -> tuple[MatchRow, ...]:
    """Rows in kit order whose points sum to `total.match_percent` rounded to `decimals`, exactly as decimals.

    Raises:
        ValueError: `total` does not follow from `results`.
    """
    by_id = {result.competency_id: result for result in results}
    levels: list[float | None] = []
    ratios: list[float | None] = []
    for competency in kit.competencies:
        result = by_id.get(competency.id)
        level = None if result is None or result.score is None else result.score.level
        levels.append(level)
        ratios.append(None if level is None else fulfilment(level, competency.required_level, total.measure))
    points = _points(kit, ratios, total, decimals)
    return tuple(
        MatchRow(competency.id, competency.weight, level, competency.required_level, ratio, part)
        for competency, level, ratio, part in zip(kit.competencies, levels, ratios, points, strict=True)
    )


def _points(kit: Kit, ratios: Sequence[float | None], total: Overall, decimals: int) -> tuple[float | None, ...]:
    if total.match_percent is None:
        return tuple(None for _ in ratios)
    counted = sum(c.weight for c, ratio in zip(kit.competencies, ratios, strict=True) if ratio is not None)
    raw = [
        100.0 * c.weight * ratio / counted if ratio is not None and counted > 0 else 0.0
        for c, ratio in zip(kit.competencies, ratios, strict=True)
    ]
    if abs(sum(raw) - total.match_percent) > MAX_DRIFT_PERCENT:
        raise ValueError(f"match {total.match_percent} does not follow from its competencies ({sum(raw)})")
    shared = apportion(raw, total.match_percent, decimals)
    return tuple(part if ratio is not None else None for part, ratio in zip(shared, ratios, strict=True))
