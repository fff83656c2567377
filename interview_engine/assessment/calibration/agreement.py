"""How well raters agree: quadratic-weighted kappa, intraclass correlations, severity, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its percentile bootstrap interval. `n` is the number of items behind it."""

    value: float
    low: float
    high: float
    n: int


def pearson(a: ArrayLike, b: ArrayLike) -> float:
    """Product-moment correlation, -1..1; nan when either side does not vary or fewer than two pairs are given."""
    x, y = _pair(a, b)
    if len(x) < 2 or not np.ptp(x) or not np.ptp(y):
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def quadratic_weighted_kappa(a: ArrayLike, b: ArrayLike, levels: Sequence[float]) -> float:
    """Cohen's kappa with weights (i - j)^2 over the ordered `levels` (Cohen 1968).

    Values must be levels. 1 is perfect, 0 is chance; nan when both raters use one and the same level throughout.

    Raises:
        ValueError: a value is not one of `levels`, or the lengths differ.
    """
    x, y = _pair(a, b)
    scale = np.asarray(levels, dtype=np.float64)
    i, j = _indices(x, scale), _indices(y, scale)
    observed = np.zeros((len(scale), len(scale)))
    np.add.at(observed, (i, j), 1.0)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(1, len(x))
    index = np.arange(len(scale))
    weights = (index[:, None] - index[None, :]) ** 2
    disagreement = float((weights * expected).sum())
    return 1.0 - float((weights * observed).sum()) / disagreement if disagreement else float("nan")


def cohens_kappa(a: ArrayLike, b: ArrayLike) -> float:
    """Unweighted kappa over the values that occur (Cohen 1960); nan when there is nothing but one value."""
    x, y = _pair(a, b)
    values = np.unique(np.concatenate([x, y]))
    observed = float(np.mean(x == y)) if len(x) else float("nan")
    expected = float(sum(np.mean(x == value) * np.mean(y == value) for value in values))
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """ICC for absolute agreement, two-way random effects: `single` is ICC(A,1), `average` ICC(A,k)."""

    single: float
    average: float
    items: int
    raters: int


def intraclass_correlation(ratings: ArrayLike) -> IntraclassCorrelation:
    """ICC(A,1) and ICC(A,k) of a complete items x raters table (McGraw & Wong 1996, cases 2A).

    Raises:
        ValueError: fewer than two items or raters, or a missing value.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all():
        raise ValueError("a complete table of at least two items and two raters is needed")
    n, k = table.shape
    mean = table.mean()
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between_items = k * float(((rows - mean) ** 2).sum()) / (n - 1)
    between_raters = n * float(((columns - mean) ** 2).sum()) / (k - 1)
    residual = table - rows[:, None] - columns[None, :] + mean
    error = float((residual**2).sum()) / ((n - 1) * (k - 1))
    single = between_items + (k - 1) * error + k * (between_raters - error) / n
    average = between_items + (between_raters - error) / n
    signal = between_items - error
    return IntraclassCorrelation(
        signal / single if single else float("nan"), signal / average if average else float("nan"), n, k
    )


def severity(ratings: ArrayLike) -> Vector:
    """Each rater's mean deviation from the item means, in rating units (positive is lenient). Missing values are nan.

    Items with one rating say nothing of severity and are left out; a rater without a shared item gets nan.
    """
    table = np.asarray(ratings, dtype=np.float64)
    shared = table[np.isfinite(table).sum(axis=1) >= 2]
    if not len(shared):
        return np.full(table.shape[1], np.nan)
    deviation = shared - np.nanmean(shared, axis=1, keepdims=True)
    counts = np.isfinite(deviation).sum(axis=0)
    sums = np.nansum(deviation, axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def bootstrap(
    statistic: Callable[[NDArray[np.intp]], float],
    groups: Sequence[object],
    *,
    seed: int,
    draws: int = 1000,
    share: float = 0.95,
) -> Interval:
    """Percentile interval of `statistic(indices)` by resampling whole groups (persons), so that items of one person
    stay together.

    Args:
        statistic: from item indices (with repeats) to a number; draws that give nan are left out.
        groups: the group of each item.
        seed: makes the interval repeatable.
    """
    order: dict[object, list[int]] = {}
    for index, group in enumerate(groups):
        order.setdefault(group, []).append(index)
    members = [np.asarray(indices, dtype=np.intp) for indices in order.values()]
    value = statistic(np.arange(len(groups), dtype=np.intp))
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        chosen = generator.integers(0, len(members), len(members))
        drawn.append(statistic(np.concatenate([members[index] for index in chosen])))
    usable = np.asarray([number for number in drawn if np.isfinite(number)])
    if not len(usable):
        return Interval(value, float("nan"), float("nan"), len(groups))
    tail = (1 - share) / 2
    low, high = np.quantile(usable, [tail, 1 - tail])
    return Interval(value, float(low), float(high), len(groups))


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[Vector, Vector]:
    x, y = np.asarray(a, dtype=np.float64).ravel(), np.asarray(b, dtype=np.float64).ravel()
    if len(x) != len(y):
        raise ValueError("both raters must rate the same items")
    return x, y


def _indices(values: Vector, levels: Vector) -> NDArray[np.intp]:
    matches = values[:, None] == levels[None, :]
    if not matches.any(axis=1).all():
        raise ValueError("a rating is not one of the levels")
    indices: NDArray[np.intp] = matches.argmax(axis=1)
    return indices
