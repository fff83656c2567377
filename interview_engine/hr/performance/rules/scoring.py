"""A score of 0 to 100 with its basis, which whoever reads it can recalculate (H5), and its band (H6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from interview_engine.hr.performance.rules.weights import CENT, WHOLE, renormalised, shared

EXCELLENT, GOOD = Decimal(85), Decimal(80)
"""Least scores of the bands 优秀 and 良好, where a company states no others."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score.

    Args:
        weight: as the cycle states it, in per cent.
        score: 0..100; None where the part does not apply to this person: it leaves, and never counts as 0.
    """

    name: str
    weight: Decimal
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """A part as the basis shows it.

    Args:
        stated: weight of the cycle. weight: what it counted with, once parts that do not apply have left.
        points: what it adds to the score; the points of all lines sum to it.
    """

    name: str
    stated: Decimal
    weight: Decimal
    score: Decimal | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Score:
    """A score and its basis; None where no part applies."""

    score: Decimal | None
    lines: tuple[Line, ...]

    @property
    def left(self) -> tuple[str, ...]:
        """Names of the parts that do not apply."""
        return tuple(one.name for one in self.lines if one.score is None)


def weighted(parts: Sequence[Part]) -> Score:
    """The weighted score, rounded half up to hundredths once; its lines sum to it.

    The weights that count are those of the parts that apply, in hundredths of a per cent, and sum to 100.
    """
    weights = renormalised(
        {one.name: one.weight for one in parts}, [one.name for one in parts if one.score is not None]
    )
    exact = {
        one.name: one.score * weights[one.name] / WHOLE
        for one in parts
        if one.score is not None and one.name in weights
    }
    if not exact:
        return Score(None, tuple(Line(one.name, one.weight, Decimal(0), None, None) for one in parts))
    total = sum(exact.values(), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    points = shared(total, exact)
    lines = tuple(
        Line(one.name, one.weight, weights.get(one.name, Decimal(0)), one.score, points.get(one.name)) for one in parts
    )
    return Score(total, lines)


def band_of(score: Decimal, bands: Sequence[tuple[str, Decimal]]) -> str:
    """The first band, from the best, whose least score is reached; "" below the last."""
    return next((name for name, least in sorted(bands, key=lambda one: -one[1]) if score >= least), "")


def achieved(actual: Decimal, target: Decimal, base: Decimal = Decimal(0), most: Decimal = Decimal(120)) -> Decimal:
    """How far a goal got, in per cent of the way from its base to its target: 0 to `most`.

    A target below its base (complaints from 20 to 15) is reached by going down. A target that is its base is kept or
    missed: 100 or 0.
    """
    if target == base:
        return WHOLE if actual == target else Decimal(0)
    share = (actual - base) * WHOLE / (target - base)
    return min(most, max(Decimal(0), share)).quantize(CENT, ROUND_HALF_UP)


def of_goals(goals: Mapping[str, tuple[Decimal, Decimal | None]]) -> Score:
    """The score of somebody's goals, by id (weight, per cent achieved); None has not been measured and leaves."""
    full = {name: (None if got is None else min(WHOLE, got)) for name, (_, got) in goals.items()}
    return weighted([Part(name, weight, full[name]) for name, (weight, _) in goals.items()])
