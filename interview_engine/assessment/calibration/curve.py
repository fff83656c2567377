"""What more ratings are worth: the error on people left out, by the number of ratings a calibration was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.calibration.fit import Example, Map, fit

SIZES = (10, 20, 40, 80, 160, 320)
REPEATS = 4
FOLDS = 4
SEED = 1
MORE = 20
"""Further ratings whose worth is told."""


@dataclass(frozen=True, slots=True)
class Point:
    """`error`: root mean square distance from people's ratings, in points of 10, on people who were not in the fit."""

    ratings: int
    error: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What the curve leads to expect: the error with the ratings at hand, and with `MORE` further ones."""

    now: float
    then: float


def learning_curve(examples: Sequence[Example], parent: Map | None = None) -> tuple[Point, ...]:
    """The error of the score as it is (0 ratings), then of calibrations on so many ratings, as far as there are enough.

    Four folds by person; in each, `REPEATS` draws of ratings from the other people. Same examples, same curve.
    """
    people = sorted({example.person for example in examples})
    if len(people) < FOLDS:
        return ()
    folds = [set(people[fold::FOLDS]) for fold in range(FOLDS)]
    generator = np.random.default_rng(SEED)
    rest = [[one for one in examples if one.person not in fold] for fold in folds]
    held = [[one for one in examples if one.person in fold] for fold in folds]
    points = [Point(0, _error([(parent or Map(), out) for out in held]))]
    for size in SIZES:
        if size > min(len(known) for known in rest):
            break
        fitted = [
            (fit([known[i] for i in sorted(generator.choice(len(known), size, replace=False))], parent), out)
            for known, out in zip(rest, held, strict=True)
            for _ in range(REPEATS)
        ]
        points.append(Point(size, _error(fitted)))
    return tuple(points)


def worth(points: Sequence[Point], ratings: int) -> Worth | None:
    """What `MORE` ratings would add to `ratings`: error² = a + b / ratings, through the points with ratings by least
    squares, b not below 0. None with fewer than two such points."""
    seen = [point for point in points if point.ratings > 0]
    if len(seen) < 2 or ratings < 1:
        return None
    x: NDArray[np.float64] = np.array([[1.0, 1.0 / point.ratings] for point in seen])
    y = np.array([point.error**2 for point in seen])
    base, slope = np.linalg.lstsq(x, y, rcond=None)[0]
    if slope < 0:
        base, slope = float(y.mean()), 0.0
    least = max(0.0, float(base))
    return Worth(*(float(np.sqrt(least + slope / count)) for count in (ratings, ratings + MORE)))


def _error(fitted: Sequence[tuple[Map, Sequence[Example]]]) -> float:
    apart = [one.rating - made.predict(one.features) for made, out in fitted for one in out]
    return float(np.sqrt(np.mean(np.square(apart))))
