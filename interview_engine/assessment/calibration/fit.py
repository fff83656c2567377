"""The arithmetic of a calibration: ridge in closed form, bootstrap by person, and weights that do not move.

rating - score = shift + (slope - 1) x (score - 5) + competency + sum of weight x feature

Everything on the right is drawn to 0, so that without evidence the score stays what it was. The interval of a weight is
weight ± 1.96 x its spread over bootstrap samples of people (Efron & Tibshirani 1993, chapter 13). A weight whose
interval holds zero is dropped and the rest is fitted again, until every weight that is left has an interval apart from
zero; this goes for each single word group too. Strengths were picked on the simulated interviews.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.calibration.features import Features
from interview_engine.assessment.evidence import level

Matrix = NDArray[np.float64]

SHIFT, SLOPE = "shift", "slope"
COMPETENCY, CUE, GROUP, OWN, VECTOR = "competency:", "cue:", "words:", "own:", "vector:"
"""Kinds of features by the start of their names; "own:communication:…" is a word group in one competency alone."""

MIDDLE = 5.0
"""The slope turns about the middle of the scale."""

STRENGTH = {
    SHIFT: 10.0,
    SLOPE: 2.0,
    COMPETENCY: 0.3,
    CUE: 0.2,
    GROUP: 2.0,
    OWN: 8.0,
    VECTOR: 4.0,
}
"""Prior variance of each kind's part in a rating (of 10), in units of the noise variance."""

Z = 1.96
DRAWS = 50
FOLDS = 5
SEED = 1

LEAST_PEOPLE = 5
LEAST_SHARE = 0.2
"""A word group counts when at least this many people and, outside knowledge answers, this share of the examples have
it: rarer ones say more of a person than of a level (and would keep names in the file)."""

CUE_LIMIT = 3.0
LEAST_SPREAD = 0.02


@dataclass(frozen=True, slots=True)
class Example:
    """One rated competency of one interview. `rating` is 0..10, the mean over raters."""

    interview: str
    person: str
    features: Features
    rating: float

    @property
    def value(self) -> float:
        """The scorer's own score, 0..10."""
        assert self.features.value is not None
        return self.features.value


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight that moved: `value` per unit of (feature - centre) x scale, and its 95 % interval, apart from zero."""

    value: float
    low: float
    high: float
    centre: float
    scale: float


@dataclass(frozen=True, slots=True)
class Map:
    """A fitted map from features to what is added to the score. Empty: nothing is added."""

    weights: Mapping[str, Weight] = field(default_factory=dict)

    def predict(self, features: Features) -> float:
        """The calibrated score, 0..10."""
        assert features.value is not None
        raw = _columns(features)
        added = sum(
            weight.value * _scaled(name, raw.get(name, 0.0), weight.centre, weight.scale)
            for name, weight in self.weights.items()
            if _applies(name, features.competency_id)
        )
        return min(10.0, max(0.0, features.value + added))


def fit(examples: Sequence[Example], plain: bool = False) -> Map:
    """The map of these examples; `plain` leaves everything out but shift, slope and competencies.

    The same examples in the same order give the same map.
    """
    design = _design(examples, plain)
    y = np.array([example.rating - example.value for example in examples])
    people = [example.person for example in examples]
    keep = np.arange(len(design.names))
    while True:
        x = design.x[:, keep]
        weights = _ridge(x, y)
        half = Z * _spread(x, y, people)
        apart = np.abs(weights) > half
        if apart.all():
            break
        keep = keep[apart]
    return Map(
        {
            design.names[column]: Weight(
                float(weight * design.scale[column]),
                float((weight - width) * design.scale[column]),
                float((weight + width) * design.scale[column]),
                float(design.centre[column]),
                float(design.unit[column]),
            )
            for column, weight, width in zip(keep, weights, half, strict=True)
        }
    )


def cross_validated(examples: Sequence[Example], plain: bool = False, folds: int = FOLDS) -> Matrix:
    """The score (0..10) each example gets from a map fitted without any example of its person."""
    names = sorted({example.person for example in examples})
    found = np.zeros(len(examples))
    for fold in range(min(folds, len(names))):
        out = set(names[fold::folds])
        fitted = fit([example for example in examples if example.person not in out], plain)
        for i, example in enumerate(examples):
            if example.person in out:
                found[i] = fitted.predict(example.features)
    return found


@dataclass(frozen=True, slots=True)
class _Design:
    """Examples x columns, each scaled so that its weight has prior variance 1; `unit` scales the raw feature, `scale`
    what comes after it."""

    names: tuple[str, ...]
    x: Matrix
    centre: Matrix
    unit: Matrix
    scale: Matrix


def _columns(features: Features) -> dict[str, float]:
    assert features.value is not None
    found = {SHIFT: 1.0, SLOPE: features.value - MIDDLE, COMPETENCY + features.competency_id: 1.0}
    found |= {CUE + name: value for name, value in zip(level.CATEGORIES, features.densities, strict=True)}
    found |= {GROUP + name: value for name, value in features.grams.items()}
    found |= {f"{OWN}{features.competency_id}:{name}": value for name, value in features.grams.items()}
    found |= {f"{VECTOR}{i}": value for i, value in enumerate(features.vector)}
    return found


def _kind(name: str) -> str:
    return name if name in (SHIFT, SLOPE) else name[: name.index(":") + 1]


def _applies(name: str, competency_id: str) -> bool:
    return not name.startswith(OWN) or name.startswith(f"{OWN}{competency_id}:")


def _scaled(name: str, value: float, centre: float, unit: float) -> float:
    z = (value - centre) * unit
    return min(CUE_LIMIT, max(-CUE_LIMIT, z)) if name.startswith(CUE) else z


def _design(examples: Sequence[Example], plain: bool) -> _Design:
    names = _names(examples, plain)
    order = {name: i for i, name in enumerate(names)}
    raw = np.zeros((len(examples), len(names)))
    for i, example in enumerate(examples):
        for name, value in _columns(example.features).items():
            if name in order:
                raw[i, order[name]] = value
    kind = np.array([_kind(name) for name in names])
    centre, unit, scale = np.zeros(len(names)), np.ones(len(names)), np.ones(len(names))
    cues, shared, vector = kind == CUE, kind == GROUP, kind == VECTOR
    for block in (cues, shared, vector):
        centre[block] = raw[:, block].mean(axis=0)
    unit[cues] = 1.0 / np.maximum(raw[:, cues].std(axis=0), LEAST_SPREAD)
    share = (raw[:, shared] > 0).mean(axis=0)
    unit[shared] = np.log(1.0 + 1.0 / np.maximum(share, 1e-9))
    for block in (shared, vector):
        part = (raw[:, block] - centre[block]) * unit[block]
        size = float(np.sqrt((part**2).sum(axis=1).mean())) if block.any() else 0.0
        unit[block] /= size if size > 0 else 1.0
    for i, name in enumerate(names):
        if kind[i] == OWN:
            # measured like the group in all competencies, about its mean in all
            twin = order[GROUP + name.split(":", 2)[2]]
            centre[i], unit[i] = centre[twin], unit[twin]
    z = (raw - centre) * unit
    for competency_id in {example.features.competency_id for example in examples}:
        rows = np.array([example.features.competency_id != competency_id for example in examples])
        columns = np.array([name.startswith(f"{OWN}{competency_id}:") for name in names])
        z[np.ix_(rows, columns)] = 0.0
    z[:, cues] = np.clip(z[:, cues], -CUE_LIMIT, CUE_LIMIT)
    for name in np.unique(kind):
        variance = STRENGTH[str(name)] / (len(level.CATEGORIES) if name == CUE else 1)
        scale[kind == name] = np.sqrt(variance)
    return _Design(names, z * scale, centre, unit, scale)


def _names(examples: Sequence[Example], plain: bool) -> tuple[str, ...]:
    people: dict[str, set[str]] = {}
    count: dict[str, int] = {}
    for example in examples:
        least = 0.0 if example.features.vector else LEAST_SHARE
        for name in _columns(example.features):
            people.setdefault(name, set()).add(example.person)
            count[name] = count.get(name, 0) + 1
    competencies = {example.features.competency_id for example in examples}
    words = {
        name.removeprefix(GROUP)
        for name in people
        if name.startswith(GROUP) and len(people[name]) >= LEAST_PEOPLE and count[name] >= least * len(examples)
    }

    def counts(name: str) -> bool:
        kind = _kind(name)
        if kind in (SHIFT, SLOPE):
            return True
        if kind == COMPETENCY:
            return len(competencies) > 1
        if plain:
            return False
        if kind == GROUP:
            return name.removeprefix(GROUP) in words
        if kind == OWN:
            return len(competencies) > 1 and name.split(":", 2)[2] in words and len(people[name]) >= LEAST_PEOPLE
        return True

    return tuple(name for name in sorted(people) if counts(name))


def _ridge(x: Matrix, y: Matrix) -> Matrix:
    """Ridge with prior and noise variance 1: dual where columns outnumber rows."""
    n, p = x.shape
    if p == 0:
        return np.zeros(0)
    if p > n:
        dual: Matrix = x.T @ np.linalg.solve(x @ x.T + np.eye(n), y)
        return dual
    primal = np.linalg.solve(x.T @ x + np.eye(p), x.T @ y)
    return np.asarray(primal, dtype=np.float64)


def _spread(x: Matrix, y: Matrix, people: Sequence[str]) -> Matrix:
    """Standard deviation of each weight over `DRAWS` samples of people. A person drawn twice weighs twice."""
    names = sorted(set(people))
    place = {name: i for i, name in enumerate(names)}
    who = np.array([place[person] for person in people])
    generator = np.random.default_rng(SEED)
    kernel = x @ x.T
    found = np.zeros((DRAWS, x.shape[1]))
    for draw in range(DRAWS):
        times = np.bincount(generator.integers(0, len(names), len(names)), minlength=len(names))[who]
        rows = np.flatnonzero(times)
        part = kernel[np.ix_(rows, rows)] + np.diag(1.0 / times[rows])
        found[draw] = x[rows].T @ np.linalg.solve(part, y[rows])
    return np.asarray(found.std(axis=0, ddof=1), dtype=np.float64)
