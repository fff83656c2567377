"""The arithmetic of a calibration: Gaussian priors in closed form; ten ratings move a little, hundreds a lot.

rating - score = shift + (slope - 1) x (score - 5) + competency + sum of weight x feature

Three layers. The product: the score as it was, to which everything on the right is drawn. The kit: the map of earlier
ratings of the same kit (`parent`), where there is one, from which this fit begins. The role: the ratings at hand. How
far the right side may move at all is not set by hand: three factors, of the line, of cues and words, and of the
direction in which answers were rated, are tried in steps, and the maps of all steps are averaged by how well each does
on people left out of it (in closed form; stacking, Wolpert 1992). No weight is dropped; its interval is that of the
best step and of the steps' disagreement. Relative strengths inside a part were picked on the simulated interviews.
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
COMPETENCY, CUE, GROUP, OWN, VECTOR, TOLD = "competency:", "cue:", "words:", "own:", "vector:", "told:"
LINE = (SHIFT, SLOPE, COMPETENCY)
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
    TOLD: 1.0,
}
"""Prior variance of each kind's part in a rating (of 10), in units of the noise variance."""

Z = 1.96
FOLDS = 5

LINE_FACTORS = (0.03, 0.3, 1.0)
REST_FACTORS = (0.0, 1.0, 3.0, 9.0)
TOLD_FACTORS = (0.0, 1.0, 4.0)
"""How far the line, cues and words, and the direction may move, in the strengths above: the steps that are averaged."""

NOISE, LEFT_OUT, NOISE_RATINGS = 1.5, 1.9, 10.0
"""Spread of a rating about the map, of ratings at hand and of people left out, in points of 10, before anything is
seen, and how many ratings these guesses are worth. Three fifths of a level: what single raters of structured interviews
differ by."""

LEAST_STEP = 0.05
"""A step with less than this part of the best one's share is left out of the average: it would only fill the file."""

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
    """A weight: `value` per unit of (feature - centre) x scale, and its 95 % interval, which may hold zero."""

    value: float
    low: float
    high: float
    centre: float
    scale: float


@dataclass(frozen=True, slots=True)
class Map:
    """A fitted map from features to what is added to the score, on top of its parent's. Empty: nothing is added."""

    weights: Mapping[str, Weight] = field(default_factory=dict)
    parent: Map | None = None

    def added(self, features: Features) -> float:
        """What the map and those it stands on add to the score."""
        raw = _columns(features)
        own = sum(
            weight.value * _scaled(name, raw.get(name, 0.0), weight.centre, weight.scale)
            for name, weight in self.weights.items()
            if _applies(name, features.competency_id)
        )
        return own + (self.parent.added(features) if self.parent is not None else 0.0)

    def predict(self, features: Features) -> float:
        """The calibrated score, 0..10."""
        assert features.value is not None
        return min(10.0, max(0.0, features.value + self.added(features)))

    @property
    def moves(self) -> bool:
        """Whether any score changes."""
        return bool(self.weights) or (self.parent is not None and self.parent.moves)


def fit(examples: Sequence[Example], parent: Map | None = None) -> Map:
    """The map of these examples over that of earlier ratings of the kit, if there is one.

    The same examples in the same order give the same map.
    """
    begin = parent or Map()
    y = np.array([example.rating - example.value - begin.added(example.features) for example in examples])
    design = _design(examples)
    kinds = [_kind(name) for name in design.names]
    parts = (
        np.array([kind in LINE for kind in kinds]),
        np.array([kind not in LINE and kind != TOLD for kind in kinds]),
        np.array([kind == TOLD for kind in kinds]),
    )
    steps = _steps([example.person for example in examples], y, _kernels(design.x, parts), examples, begin)
    shares = np.array([step.share for step in steps])
    best = int(shares.argmax())
    scale = [np.sqrt(sum(factor * part for factor, part in zip(step.factors, parts, strict=True))) for step in steps]
    each = np.array([own**2 * (design.x.T @ step.solved) for own, step in zip(scale, steps, strict=True)])
    weights = shares @ each
    apart = shares @ (each - weights) ** 2
    kept = weights.astype(bool) | (apart > 0)
    x = design.x * scale[best]
    whole = x @ x.T + np.eye(len(y))
    left = np.maximum(0.0, 1.0 - np.einsum("ij,ij->j", x, np.linalg.solve(whole, x)))
    spread = np.sqrt(_noise(y, steps[best].solved) * left * scale[best] ** 2 + apart)
    return Map(
        {
            design.names[column]: Weight(
                float(weights[column] * design.scale[column]),
                float((weights[column] - Z * spread[column]) * design.scale[column]),
                float((weights[column] + Z * spread[column]) * design.scale[column]),
                float(design.centre[column]),
                float(design.unit[column]),
            )
            for column in np.flatnonzero(kept)
        },
        parent,
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """One choice of factors: (K + 1) solved for the residuals, and its share in the average."""

    factors: tuple[float, float, float]
    solved: Matrix
    share: float


def _kernels(x: Matrix, parts: Sequence[NDArray[np.bool_]]) -> tuple[Matrix, ...]:
    return tuple(x[:, part] @ x[:, part].T for part in parts)


def _steps(
    people: Sequence[str], y: Matrix, kernels: Sequence[Matrix], examples: Sequence[Example], begin: Map
) -> tuple[_Step, ...]:
    """Every step with its share: by the squared error, on the scale, of each person as predicted from all others."""
    rows = [np.flatnonzero([person == one for one in people]) for person in sorted(set(people))]
    start = np.array([example.value + begin.added(example.features) for example in examples])
    chosen = [
        (a, b, c)
        for a in LINE_FACTORS
        for b in (REST_FACTORS if kernels[1].any() else (0.0,))
        for c in (TOLD_FACTORS if kernels[2].any() else (0.0,))
    ]
    found: list[tuple[tuple[float, float, float], Matrix, float]] = []
    for factors in chosen:
        kernel = sum((f * part for f, part in zip(factors, kernels, strict=True)), np.eye(len(y)))
        inverse = np.linalg.inv(kernel)
        solved = inverse @ y
        error = 0.0
        for own in rows:
            added = y[own] - np.linalg.solve(inverse[np.ix_(own, own)], solved[own])
            error += float(((start[own] + y[own] - np.clip(start[own] + added, 0.0, 10.0)) ** 2).sum())
        size = -0.5 * (len(y) + NOISE_RATINGS) * np.log(error + NOISE_RATINGS * LEFT_OUT**2)
        found.append((factors, solved, float(size)))
    highest = max(size for _, _, size in found)
    kept = [(factors, solved, float(np.exp(size - highest))) for factors, solved, size in found]
    kept = [one for one in kept if one[2] >= LEAST_STEP]
    total = sum(share for _, _, share in kept)
    return tuple(_Step(factors, solved, share / total) for factors, solved, share in kept)


def _noise(y: Matrix, solved: Matrix) -> float:
    """Variance of a rating about the map, the guess of before counted in."""
    return float((y @ solved + NOISE_RATINGS * NOISE**2) / (len(y) + NOISE_RATINGS))


def cross_validated(examples: Sequence[Example], parent: Map | None = None, folds: int = FOLDS) -> Matrix:
    """The score (0..10) each example gets from a map fitted without any example of its person."""
    names = sorted({example.person for example in examples})
    found = np.zeros(len(examples))
    for fold in range(min(folds, len(names))):
        out = set(names[fold::folds])
        fitted = fit([example for example in examples if example.person not in out], parent)
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
    found |= {f"{TOLD}{i}": value for i, value in enumerate(features.told)}
    return found


def _kind(name: str) -> str:
    return name if name in (SHIFT, SLOPE) else name[: name.index(":") + 1]


def _applies(name: str, competency_id: str) -> bool:
    return not name.startswith(OWN) or name.startswith(f"{OWN}{competency_id}:")


def _scaled(name: str, value: float, centre: float, unit: float) -> float:
    z = (value - centre) * unit
    return min(CUE_LIMIT, max(-CUE_LIMIT, z)) if name.startswith(CUE) else z


def _design(examples: Sequence[Example]) -> _Design:
    names = _names(examples)
    order = {name: i for i, name in enumerate(names)}
    raw = np.zeros((len(examples), len(names)))
    for i, example in enumerate(examples):
        for name, value in _columns(example.features).items():
            if name in order:
                raw[i, order[name]] = value
    kind = np.array([_kind(name) for name in names])
    centre, unit, scale = np.zeros(len(names)), np.ones(len(names)), np.ones(len(names))
    cues, shared, vector, told = kind == CUE, kind == GROUP, kind == VECTOR, kind == TOLD
    for block in (cues, shared, vector, told):
        centre[block] = raw[:, block].mean(axis=0)
    unit[cues] = 1.0 / np.maximum(raw[:, cues].std(axis=0), LEAST_SPREAD)
    share = (raw[:, shared] > 0).mean(axis=0)
    unit[shared] = np.log(1.0 + 1.0 / np.maximum(share, 1e-9))
    for block in (shared, vector, told):
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


def _names(examples: Sequence[Example]) -> tuple[str, ...]:
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
        if kind == GROUP:
            return name.removeprefix(GROUP) in words
        if kind == OWN:
            return len(competencies) > 1 and name.split(":", 2)[2] in words and len(people[name]) >= LEAST_PEOPLE
        return True

    return tuple(name for name in sorted(people) if counts(name))
