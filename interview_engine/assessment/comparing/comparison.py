"""Differences between groups with n, interval and effect size: for fairness and for links to later outcomes (A17)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

TINY_MEAN = 1e-9
"""A reference mean below this has no meaningful percentage."""

SHARE = 0.95
"""Coverage of every interval here."""


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """First group minus second.

    Args:
        first_n, second_n: sizes; first_mean, second_mean: means.
        difference, low, high: difference of means with Welch's interval, in the outcome's unit.
        percent, percent_low, percent_high: the difference in percent of the second mean (Fieller's interval); nan
            when the second mean cannot be told from zero.
        effect, effect_low, effect_high: Hedges' g (difference over pooled standard deviation, small-sample corrected).
    """

    first_n: int
    second_n: int
    first_mean: float
    second_mean: float
    difference: float
    low: float
    high: float
    percent: float
    percent_low: float
    percent_high: float
    effect: float
    effect_low: float
    effect_high: float


def compare_groups(first: Sequence[float], second: Sequence[float]) -> GroupDifference:
    """Compare an outcome between two groups (Welch 1947; Fieller 1954; Hedges 1981).

    Raises:
        ValueError: a group has fewer than two values, or a value is not finite.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if min(len(x), len(y)) < 2 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("each group needs at least two finite values")
    mean_x, mean_y = float(x.mean()), float(y.mean())
    error_x, error_y = float(x.var(ddof=1)) / len(x), float(y.var(ddof=1)) / len(y)
    difference = mean_x - mean_y
    variance = error_x + error_y
    freedom = _welch_freedom(error_x, len(x), error_y, len(y))
    quantile = t_quantile(0.5 + SHARE / 2, freedom)
    half = quantile * math.sqrt(variance)
    percent = _fieller(mean_x, mean_y, error_x, error_y, quantile)
    effect = hedges_g(x, y)
    return GroupDifference(
        len(x), len(y), mean_x, mean_y, difference, difference - half, difference + half, *percent, *effect
    )


def hedges_g(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float]:
    """Hedges' g with a normal interval from its large-sample variance (Hedges & Olkin 1985); nan without spread."""
    n, m = len(x), len(y)
    pooled = math.sqrt(((n - 1) * float(x.var(ddof=1)) + (m - 1) * float(y.var(ddof=1))) / (n + m - 2))
    if not pooled:
        return (math.nan, math.nan, math.nan)
    correction = 1 - 3 / (4 * (n + m) - 9)
    g = correction * (float(x.mean()) - float(y.mean())) / pooled
    half = NormalDist().inv_cdf(0.5 + SHARE / 2) * math.sqrt((n + m) / (n * m) + g * g / (2 * (n + m)))
    return (g, g - half, g + half)


def ratio_of_rates(hits: int, n: int, reference_hits: int, reference_n: int) -> tuple[float, float, float]:
    """Ratio of two rates with Katz's log interval (Katz et al. 1978); half a case is added when a count is zero.

    Returns (ratio, low, high); the ratio itself is of the raw counts, nan when the reference rate is zero.
    """
    ratio = (hits / n) / (reference_hits / reference_n) if reference_hits else math.nan
    a, b = hits or 0.5, reference_hits or 0.5
    spread = math.sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / reference_n))
    half = NormalDist().inv_cdf(0.5 + SHARE / 2) * spread
    centre = math.log((a / n) / (b / reference_n))
    return (ratio, math.exp(centre - half), math.exp(centre + half))


def t_quantile(probability: float, freedom: float) -> float:
    """Quantile of Student's t for `probability` > 0.5, by Cornish–Fisher expansion (Abramowitz & Stegun 26.7.5).

    Within 0.1 % of the exact value from 5 degrees of freedom on, within 4 % at 3.
    """
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms))


def _welch_freedom(error_x: float, n: int, error_y: float, m: int) -> float:
    larger = max(error_x, error_y)
    if not larger:
        return float(n + m - 2)
    # relative to the larger one, so that squares of tiny variances do not vanish
    x, y = error_x / larger, error_y / larger
    return (x + y) ** 2 / (x**2 / (n - 1) + y**2 / (m - 1))


def _fieller(
    mean_x: float, mean_y: float, error_x: float, error_y: float, quantile: float
) -> tuple[float, float, float]:
    """Interval of mean_x / mean_y - 1 in percent for independent means."""
    if abs(mean_y) < TINY_MEAN:
        return (math.nan, math.nan, math.nan)
    ratio = mean_x / mean_y
    g = (quantile * math.sqrt(error_y) / mean_y) ** 2
    percent = 100 * (ratio - 1)
    if g >= 1:
        return (percent, math.nan, math.nan)
    half = quantile / abs(mean_y) * math.sqrt(max(0.0, (1 - g) * error_x + ratio**2 * error_y))
    low, high = (ratio - half) / (1 - g), (ratio + half) / (1 - g)
    return (percent, 100 * (low - 1), 100 * (high - 1))
