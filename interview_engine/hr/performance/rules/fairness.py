"""Hints on how people rate: severity and spread of who rates, and gaps between groups of who is rated.

Hints for calibration, never corrections: no score is changed by them. Each says how many it rests on and its interval.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_RATED = 4
"""Ratings of one rater below which nothing is said: with three, an interval is wider than the scale."""
LEAST_GROUP = 5
"""People of a group below which a gap is not shown: it would be about persons."""
NARROW = 0.5
"""A spread of less than half of what others have: everybody is rated alike."""
T95: tuple[tuple[int, float], ...] = (
    (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (6, 2.447), (7, 2.365), (8, 2.306), (9, 2.262),
    (10, 2.228), (12, 2.179), (15, 2.131), (20, 2.086), (30, 2.042), (60, 2.0), (120, 1.98),
)  # fmt: skip
"""Two-sided 95 % quantiles of Student's t by degrees of freedom (any table of it); between rows the smaller row counts,
which makes intervals wider and never narrower."""


@dataclass(frozen=True, slots=True)
class Severity:
    """How one rater's ratings lie beside those of others.

    Args:
        n: people rated. mean: of their ratings beside the mean of all other raters' (below zero: severe).
        low, high: 95 % interval of it. spread: standard deviation; others: that of everybody's.
    """

    rater: str
    n: int
    mean: float
    low: float
    high: float
    spread: float
    others: float

    @property
    def severe(self) -> bool:
        """Rates lower than others, beyond chance."""
        return self.high < 0

    @property
    def lenient(self) -> bool:
        """Rates higher than others, beyond chance."""
        return self.low > 0

    @property
    def alike(self) -> bool:
        """Rates everybody alike."""
        return self.others > 0 and self.spread < NARROW * self.others


@dataclass(frozen=True, slots=True)
class Gap:
    """Mean of one group less the mean of another, with the 95 % interval by Welch."""

    n: int
    n_other: int
    difference: float
    low: float
    high: float

    @property
    def told_apart(self) -> bool:
        """Whether it is more than chance."""
        return self.low > 0 or self.high < 0


def quantile(freedom: float) -> float:
    """Student's t, two-sided 95 %."""
    rows = [value for degrees, value in T95 if degrees <= freedom]
    return rows[-1] if rows else T95[0][1]


def severities(ratings: Mapping[str, Sequence[float]]) -> list[Severity]:
    """By rater (a manager, who is known by name), beside the ratings of all others; raters of few people leave."""
    found = []
    for rater, own in sorted(ratings.items()):
        rest = [value for other, values in ratings.items() if other != rater for value in values]
        if len(own) < LEAST_RATED or len(rest) < LEAST_RATED:
            continue
        gap = _welch(own, rest)
        found.append(
            Severity(rater, len(own), gap.difference, gap.low, gap.high, statistics.stdev(own), statistics.stdev(rest))
        )
    return found


def gap_between(group: Sequence[float], other: Sequence[float]) -> Gap | None:
    """The gap between two groups of people; None where one of them is too small to be shown."""
    if min(len(group), len(other)) < LEAST_GROUP:
        return None
    return _welch(group, other)


def _welch(one: Sequence[float], other: Sequence[float]) -> Gap:
    """Welch (1947): unequal variances, Satterthwaite's degrees of freedom."""
    first, second = statistics.variance(one) / len(one), statistics.variance(other) / len(other)
    difference = statistics.fmean(one) - statistics.fmean(other)
    error = math.sqrt(first + second)
    if not error:
        return Gap(len(one), len(other), difference, difference, difference)
    share = first / (first + second)
    freedom = 1 / (share**2 / (len(one) - 1) + (1 - share) ** 2 / (len(other) - 1))
    half = quantile(freedom) * error
    return Gap(len(one), len(other), difference, difference - half, difference + half)
