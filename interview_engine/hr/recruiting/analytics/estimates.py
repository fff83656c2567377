"""Rates, means and durations with their uncertainty, from counts and sums. Pure rules (C4, C6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from interview_engine.assessment.comparing.comparison import SHARE, t_quantile


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval and the number of cases behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Sums:
    """A sample as its count, sum and sum of squares."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """Arithmetic mean; the sample must not be empty."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """Sample variance; 0 below two values (and never below 0 by rounding)."""
        return max(0.0, self.squares - self.total**2 / self.n) / (self.n - 1) if self.n > 1 else 0.0

    def shifted(self, by: float) -> Sums:
        """The sums of the same values, each moved by `by`."""
        return Sums(self.n, self.total + self.n * by, self.squares + 2 * by * self.total + self.n * by * by)

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares)


NOTHING = Sums(0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Durations:
    """How long something took, in hours: n cases, quartiles and the 90 % quantile, to the hour."""

    n: int
    quarter: float
    median: float
    three_quarters: float
    nine_tenths: float


def wilson(hits: int, n: int) -> Estimate | None:
    """A rate with Wilson's score interval (Wilson 1927); None without a case."""
    if n <= 0:
        return None
    z = NormalDist().inv_cdf(0.5 + SHARE / 2)
    rate = hits / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return Estimate(rate, max(0.0, min(rate, centre - half)), min(1.0, max(rate, centre + half)), n)


LEAST_SCORES = 10
"""Fewer scores say nothing of a channel: at n = 2 Student's quantile is 12.7, and the interval leaves the scale."""


def mean_estimate(sums: Sums, low: float, high: float) -> Estimate | None:
    """A mean with Student's t interval, within the scale `low`..`high`; None below `LEAST_SCORES` values."""
    if sums.n < LEAST_SCORES:
        return None
    half = t_quantile(0.5 + SHARE / 2, sums.n - 1) * math.sqrt(sums.variance / sums.n)
    mean = min(high, max(low, sums.mean))
    return Estimate(mean, max(low, mean - half), min(high, mean + half), sums.n)


def difference(first: Sums, second: Sums) -> Estimate | None:
    """First mean minus second with Welch's interval (Welch 1947); None when one has too few values."""
    if min(first.n, second.n) < LEAST_SCORES:
        return None
    a, b = first.variance / first.n, second.variance / second.n
    gap = first.mean - second.mean
    larger = max(a, b)
    if not larger:
        return Estimate(gap, gap, gap, first.n + second.n)
    x, y = a / larger, b / larger
    freedom = (x + y) ** 2 / (x**2 / (first.n - 1) + y**2 / (second.n - 1))
    half = t_quantile(0.5 + SHARE / 2, freedom) * math.sqrt(a + b)
    return Estimate(gap, gap - half, gap + half, first.n + second.n)


def durations(hours: Sequence[tuple[int, int]]) -> Durations | None:
    """Quantiles from (hour, count) pairs in any order (nearest rank); None without a case."""
    ordered = sorted(hours)
    n = sum(count for _, count in ordered)
    if not n:
        return None

    def quantile(share: float) -> float:
        rank, seen = max(1, math.ceil(share * n)), 0
        for hour, count in ordered:
            seen += count
            if seen >= rank:
                return float(hour)
        return float(ordered[-1][0])

    return Durations(n, quantile(0.25), quantile(0.5), quantile(0.75), quantile(0.9))
