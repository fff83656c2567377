"""The people who rate: how far they agree with each other, how severe each is, and whether one drifts.

Ratings are on 0..10 here whatever scale they were given on; levels 1..5 are 2.5 points apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.calibration.agreement import (
    Interval,
    IntraclassCorrelation,
    bootstrap,
    intraclass_correlation,
    pearson,
    quadratic_weighted_kappa,
    severity,
)

Matrix = NDArray[np.float64]

LEVEL_POINTS = 2.5
SEVERE = 0.5 * LEVEL_POINTS
"""Half a level: a rater further than this from the panel, or from their own first half, is named (a convention)."""

SEED = 1


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating: 0..10, in the order it was given."""

    interview: str
    competency: str
    rater: str
    value: float


@dataclass(frozen=True, slots=True)
class Rater:
    """One rater. `severity` is the mean distance from the others on shared items in points of 10 (positive is
    lenient), nan without shared items; `drift` the same of the later half of the ratings less the earlier half."""

    name: str
    ratings: int
    severity: float
    drift: float

    @property
    def alarms(self) -> tuple[str, ...]:
        """ "severity" and "drift" where they exceed half a level."""
        found = (("severity", self.severity), ("drift", self.drift))
        return tuple(name for name, value in found if np.isfinite(value) and abs(value) > SEVERE)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two columns of ratings of the same items compared: absolute agreement, kappa on the five levels, correlation."""

    icc: IntraclassCorrelation
    kappa: Interval
    r: float


@dataclass(frozen=True, slots=True)
class Panel:
    """The ratings as a table.

    Args:
        items: (interview, competency), in order of first rating.
        raters: names in order.
        table: items x raters, 0..10, nan where not rated.
        order: the place of each rating among its rater's, nan where not rated.
    """

    items: tuple[tuple[str, str], ...]
    raters: tuple[str, ...]
    table: Matrix
    order: Matrix

    @property
    def interviews(self) -> tuple[str, ...]:
        """Ids of the interviews that were rated, each once, in the order of the items."""
        return tuple(dict.fromkeys(interview for interview, _ in self.items))

    def shared(self) -> Matrix:
        """Items x raters without a gap: of the groups of two or more raters, the one that rated most items together,
        the larger group where two rated the same."""
        there = np.isfinite(self.table)
        best: tuple[int, int] = (0, 0)
        chosen: tuple[int, ...] = ()
        sizes = range(len(self.raters), 1, -1) if len(self.raters) <= 8 else (len(self.raters), 2)
        for size in sizes:
            for group in combinations(range(len(self.raters)), size):
                count = int(there[:, group].all(axis=1).sum())
                if (count, size) > best:
                    best, chosen = (count, size), group
        rows = there[:, chosen].all(axis=1) if chosen else np.zeros(len(self.items), dtype=bool)
        complete: Matrix = self.table[np.ix_(np.flatnonzero(rows), np.array(chosen, dtype=np.intp))]
        return complete

    def shared_interviews(self) -> int:
        """Interviews with an item that two raters rated."""
        twice = np.isfinite(self.table).sum(axis=1) >= 2
        return len({item[0] for item, both in zip(self.items, twice, strict=True) if both})

    def fair(self) -> Matrix:
        """The mean rating of each item after each rater's severity is taken away, 0..10."""
        lean = np.nan_to_num(severity(self.table), nan=0.0)
        mean: Matrix = np.clip(np.nanmean(self.table - lean, axis=1), 0.0, 10.0)
        return mean

    def describe(self) -> tuple[Rater, ...]:
        """Every rater, with severity and drift."""
        lean = severity(self.table)
        several = np.isfinite(self.table).sum(axis=1) >= 2
        found = []
        for column, name in enumerate(self.raters):
            own = np.isfinite(self.table[:, column])
            rows = np.flatnonzero(own & several)
            rows = rows[np.argsort(self.order[rows, column], kind="stable")]
            apart = self.table[rows, column] - np.nanmean(self.table[rows], axis=1) if len(rows) else np.zeros(0)
            half = len(rows) // 2
            drift = float(apart[-half:].mean() - apart[:half].mean()) if half >= 5 else float("nan")
            found.append(Rater(name, int(own.sum()), float(lean[column]), drift))
        return tuple(found)


def panel(ratings: Sequence[Rating]) -> Panel:
    """The table of `ratings`; of two ratings of one item by one rater the later one counts."""
    items = tuple(dict.fromkeys((rating.interview, rating.competency) for rating in ratings))
    raters = tuple(sorted({rating.rater for rating in ratings}))
    row = {item: i for i, item in enumerate(items)}
    column = {name: i for i, name in enumerate(raters)}
    table, order = np.full((len(items), len(raters)), np.nan), np.full((len(items), len(raters)), np.nan)
    for place, rating in enumerate(ratings):
        at = row[rating.interview, rating.competency], column[rating.rater]
        table[at], order[at] = rating.value, place
    return Panel(items, raters, table, order)


def levels(values: Matrix) -> Matrix:
    """The nearest of the levels 1..5 to scores 0..10."""
    nearest: Matrix = np.clip(np.floor(values / LEVEL_POINTS + 0.5), 0, 4) + 1
    return nearest


def compare(one: Matrix, other: Matrix, people: Sequence[str]) -> Agreement:
    """Two columns of scores 0..10 of the same items; the kappa's interval draws people. At least two items."""
    a, b = levels(one), levels(other)
    kappa = bootstrap(
        lambda i: quadratic_weighted_kappa(a[i], b[i], (1, 2, 3, 4, 5)), list(people), seed=SEED, draws=200
    )
    return Agreement(intraclass_correlation(np.stack([one, other], axis=1)), kappa, pearson(one, other))


def among(table: Matrix) -> tuple[IntraclassCorrelation, float]:
    """Human-human over a complete table: the intraclass correlations and the mean kappa of all pairs of raters."""
    pairs = combinations(range(table.shape[1]), 2)
    kappas = [quadratic_weighted_kappa(levels(table[:, i]), levels(table[:, j]), (1, 2, 3, 4, 5)) for i, j in pairs]
    return intraclass_correlation(table), float(np.mean(kappas))
