"""What the sentences of an account tell of the deed, whatever words it is told in: a direction and three probes.

Both are linear in the sentence vectors, so every sentence has its own part in the result. The direction says how good
the deed is; a probe says how surely a sentence tells a wrong deed, denies a method, or takes back what was claimed.
Fitted by `python -m bench fit` on authored answers (deeds.json); no embedding of an answer as a whole is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]

KINDS = ("wrong", "denied", "taken_back")
"""What speaks against a deed: conduct contrary to the competency, a method that was not used, a claim taken back."""

NEIGHBOUR = 0.5
"""Weight of the sentences before and after among the features of a sentence ("I told him so. It was not true.")."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What one sentence tells.

    Args:
        points: what it adds to the level s (0..2) for each unit of its share in the answer; 0 is a usual sentence.
        against: per kind of KINDS how surely it speaks against the deed, in logits; 0 is even chances.
    """

    points: float
    against: tuple[float, float, float]

    @property
    def speaks_against(self) -> bool:
        """Whether it more likely than not tells a wrong deed, a denial or a taking back: then it counts for nothing."""
        return max(self.against) > 0.0


@dataclass(frozen=True, slots=True)
class DeedModel:
    """The fitted constants.

    Args:
        direction, typical: points of a sentence = direction · vector - typical.
        probes: per kind the weights of a sentence's features (`features`), the last one the intercept.
        answers: per kind how an answer's logit follows from its largest, second and mean logit, and the intercept.
        floor: level s towards which an answer falls that surely tells evidence against.
        grave: chance from which a wrong deed caps the competency and asks for a person.
    """

    direction: Vectors
    typical: float
    probes: Mapping[str, Vectors]
    answers: Mapping[str, tuple[float, float, float, float]]
    floor: float
    grave: float


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against an answer as a whole: per kind of KINDS its chance, 0..1."""

    chances: tuple[float, float, float]

    @property
    def any(self) -> float:
        """The chance of at least one kind, taken as independent."""
        left = 1.0
        for chance in self.chances:
            left *= 1.0 - chance
        return 1.0 - left

    @property
    def wrong(self) -> float:
        """The chance of a wrong deed."""
        return self.chances[0]


NOTHING_AGAINST = Against((0.0, 0.0, 0.0))


@cache
def model() -> DeedModel:
    """The constants that ship (deeds.json)."""
    text = files("interview_engine.assessment.evidence").joinpath("deeds.json").read_text(encoding="utf-8")
    return parsed(json.loads(text))


def parsed(raw: Mapping[str, object]) -> DeedModel:
    """The model of a JSON object with its fields."""
    probes, answers = raw["probes"], raw["answers"]
    assert isinstance(probes, Mapping)
    assert isinstance(answers, Mapping)
    return DeedModel(
        np.array(raw["direction"], dtype=np.float64),
        float(str(raw["typical"])),
        {kind: np.array(probes[kind], dtype=np.float64) for kind in KINDS},
        {kind: _four(answers[kind]) for kind in KINDS},
        float(str(raw["floor"])),
        float(str(raw["grave"])),
    )


def _four(values: Sequence[float]) -> tuple[float, float, float, float]:
    largest, second, mean, intercept = map(float, values)
    return largest, second, mean, intercept


def features(vectors: Vectors, shares: Sequence[float]) -> Vectors:
    """Per sentence: its vector, half of its neighbours', and the mean of the answer by `shares`; n x 4d."""
    if not len(vectors):
        return np.zeros((0, 4 * vectors.shape[1]))
    nothing = np.zeros((1, vectors.shape[1]))
    before, after = np.concatenate([nothing, vectors[:-1]]), np.concatenate([vectors[1:], nothing])
    mean = np.asarray(shares) @ vectors
    return np.hstack([vectors, NEIGHBOUR * before, NEIGHBOUR * after, np.repeat(mean[None], len(vectors), axis=0)])


def look(vectors: Vectors, words: Sequence[float], fitted: DeedModel) -> tuple[Deed, ...]:
    """The deed of each sentence of an answer.

    Args:
        vectors: of the sentences that count, in order, n x d.
        words: length of each, the weight of its vector in the answer's mean.
    """
    if not len(vectors):
        return ()
    total = sum(words)
    rows = features(vectors, [part / total for part in words])
    points = vectors @ fitted.direction - fitted.typical
    logits = np.stack([rows @ fitted.probes[kind][:-1] + fitted.probes[kind][-1] for kind in KINDS], axis=1)
    return tuple(
        Deed(float(point), (float(row[0]), float(row[1]), float(row[2])))
        for point, row in zip(points, logits, strict=True)
    )


def against(found: Sequence[Deed], fitted: DeedModel) -> Against:
    """What speaks against an answer, from the deeds of its sentences; nothing where there is no sentence."""
    if not found:
        return NOTHING_AGAINST
    chances = [
        chance(summary([deed.against[place] for deed in found]), fitted.answers[kind])
        for place, kind in enumerate(KINDS)
    ]
    return Against((chances[0], chances[1], chances[2]))


def summary(logits: Sequence[float]) -> tuple[float, float, float]:
    """The largest and the second logit of an answer's sentences, and their mean. One sentence stands for a second one
    that is two lower: a story whose every sentence speaks against is surer than a single sentence."""
    ordered = sorted(logits, reverse=True)
    second = ordered[1] if len(ordered) > 1 else ordered[0] - 2.0
    return ordered[0], second, sum(ordered) / len(ordered)


def chance(found: tuple[float, float, float], weights: tuple[float, float, float, float]) -> float:
    """Chance 0..1 of the summary under the weights of one kind."""
    z = weights[3] + sum(weight * value for weight, value in zip(weights, found, strict=False))
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, z))))


def shares_of(found: Sequence[Deed], chances: Against) -> tuple[tuple[float, str], ...]:
    """Per sentence its part 0..1 in what speaks against the answer, and the kind it is; the parts sum to 1.

    A kind's chance is divided among its sentences by their own chances, the surest of them at least."""
    parts: list[dict[str, float]] = [{} for _ in found]
    for place, kind in enumerate(KINDS):
        own = [1.0 / (1.0 + exp(-max(-30.0, min(30.0, deed.against[place])))) for deed in found]
        cut = min(0.5, max(own, default=0.0))
        kept = [value if value >= cut else 0.0 for value in own]
        total = sum(kept)
        for part, value in zip(parts, kept, strict=True):
            if value > 0:
                part[kind] = chances.chances[place] * value / total
    whole = sum(sum(part.values()) for part in parts)
    return tuple(
        (sum(part.values()) / whole if whole > 0 else 0.0, max(part, key=lambda kind: part[kind]) if part else "")
        for part in parts
    )
