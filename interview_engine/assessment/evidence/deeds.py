"""What the sentences of an account tell of the deed, whatever words it is told in: a direction and three probes.

Both are linear in the sentence vectors, so every sentence has its own part in the result. The direction says how good
the deed is; a probe says, from the vectors and the cues of a sentence, how surely it tells a wrong deed, denies a
method, or takes back what was claimed. Fitted by `python -m bench fit` on authored answers (deeds.json); no embedding
of an answer as a whole is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.evidence.cues import Cue, negators

Vectors = NDArray[np.float64]

KINDS = ("wrong", "denied", "taken_back")
"""What speaks against a deed: conduct contrary to the competency, a method that was not used, a claim taken back."""

FLAGS = (
    "negated", "undone", "unknown", "taken_back", "external", "no_method", "deflect", "default", "vague", "reactive",
    "habit", "general", "uncertain", "simple", "method", "check", "action", "learning", "outcome", "probe", "modest",
    "hedge", "restraint",
)  # fmt: skip
"""Categories of cues that a probe counts in a sentence, up to two of each; negators and their density follow them."""

FLAG_SCALE = 0.3
"""Scale of a flag beside vectors of unit length; of .1 and .3 the better on the authors that fit and choose."""

MOST_FLAGS = 2.0

UNSURE = (0.25, 0.32, 0.32)
"""Per kind of KINDS the chance below which nothing is taken to speak against an answer. A chance that is never nought
would draw every account down: it cost r .15 on plain accounts of authors left out. Each .1 more gives those r .04 in
Mandarin and .03 in English, and leaves one wrong deed in twenty more unheard; of .2, .25, .32, .4 and .5 for each kind
these give the best r over all tellings of authors left out in turn."""

RAMP = 0.2
"""From so much above UNSURE something surely speaks against an answer; straight in between."""


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
        answers: per kind how an answer's logit follows from its largest and second logit, and the intercept.
        floor: level s towards which an answer falls that surely tells evidence against.
        grave: chance from which a wrong deed caps the competency and asks for a person.
    """

    direction: Vectors
    typical: float
    probes: Mapping[str, Vectors]
    answers: Mapping[str, tuple[float, float, float]]
    floor: float
    grave: float


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against an answer as a whole: per kind of KINDS its chance, 0..1."""

    chances: tuple[float, float, float]

    @property
    def any(self) -> float:
        """How much is heard of at least one kind, 0..1, taken as independent."""
        left = 1.0
        for place, chance in enumerate(self.chances):
            left *= 1.0 - heard(chance, place)
        return 1.0 - left

    @property
    def wrong(self) -> float:
        """The chance of a wrong deed."""
        return self.chances[0]


NOTHING_AGAINST = Against((0.0, 0.0, 0.0))


def heard(chance: float, place: int) -> float:
    """How much of a chance counts, 0..1, for the kind at `place` of KINDS: a ramp."""
    return min(1.0, max(0.0, (chance - UNSURE[place]) / RAMP))


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
        {kind: _three(answers[kind]) for kind in KINDS},
        float(str(raw["floor"])),
        float(str(raw["grave"])),
    )


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    largest, second, intercept = map(float, values)
    return largest, second, intercept


def flags(cues: Sequence[Cue], text: str, words: float, language: str) -> Vectors:
    """Per category of FLAGS the cues of a sentence, then its negators and their number over the square root of its
    words; each up to MOST_FLAGS, times FLAG_SCALE."""
    counts = dict.fromkeys(FLAGS, 0.0)
    for cue in cues:
        name = "negated" if cue.negated else cue.category
        if name in counts:
            counts[name] += 1.0
    denied = float(negators(text, language))
    found = np.array([*counts.values(), denied, denied / sqrt(max(4.0, words))])
    scaled: Vectors = FLAG_SCALE * np.minimum(found, MOST_FLAGS)
    return scaled


def features(vectors: Vectors, shares: Sequence[float], marks: Vectors) -> Vectors:
    """Per sentence: its vector, the mean of the answer by `shares`, its flags and half of their plain mean; n x
    (2d + 2 x (len(FLAGS) + 2)). The order of the sentences tells nothing.

    Args:
        marks: the flags of each sentence (`flags`).
    """
    count = len(vectors)
    if not count:
        return np.zeros((0, 2 * vectors.shape[1] + 2 * marks.shape[1]))
    mean = np.repeat((np.asarray(shares) @ vectors)[None], count, axis=0)
    marked = np.repeat(0.5 * marks.mean(axis=0)[None], count, axis=0)
    return np.hstack([vectors, mean, marks, marked])


def look(vectors: Vectors, words: Sequence[float], marks: Vectors, fitted: DeedModel) -> tuple[Deed, ...]:
    """The deed of each sentence of an answer.

    Args:
        vectors: of the sentences that count, in order, n x d.
        words: length of each, the weight of its vector in the answer's mean.
        marks: the flags of each.
    """
    if not len(vectors):
        return ()
    total = sum(words)
    rows = features(vectors, [part / total for part in words], marks)
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


def summary(logits: Sequence[float]) -> tuple[float, float]:
    """The largest and the second logit of an answer's sentences. One sentence stands for a second one that is two
    lower."""
    ordered = sorted(logits, reverse=True)
    return ordered[0], ordered[1] if len(ordered) > 1 else ordered[0] - 2.0


def chance(found: tuple[float, float], weights: tuple[float, float, float]) -> float:
    """Chance 0..1 of the summary under the weights of one kind."""
    z = weights[2] + weights[0] * found[0] + weights[1] * found[1]
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
                part[kind] = heard(chances.chances[place], place) * value / total
    whole = sum(sum(part.values()) for part in parts)
    return tuple(
        (sum(part.values()) / whole if whole > 0 else 0.0, max(part, key=lambda kind: part[kind]) if part else "")
        for part in parts
    )
