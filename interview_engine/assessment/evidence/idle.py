"""Sentences that tell nothing of a deed, whatever words they use: praise of oneself, mottoes and courtesies; private
life and verse.

The word lists of locks.py know the usual phrases; what else people pad an answer with is found by two linear probes on
the sentence vector. Fitted by `python -m bench fit --only idle` on invented sentences of these kinds (tests/data/idle)
against the sentences of authored answers (idle.json).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]

KINDS = ("text.self_praise", "text.off_topic")
"""Code of each probe, as in locks.sentence."""


@dataclass(frozen=True, slots=True)
class IdleModel:
    """The fitted constants.

    Args:
        probes: per code of KINDS the weights of the vector and, last, an intercept: a logit.
        cuts: per language and code the logit from which a sentence is left out: one in a hundred sentences of authors
            left out of the fit lies above.
    """

    probes: Mapping[str, Vectors]
    cuts: Mapping[str, Mapping[str, float]]


@cache
def model() -> IdleModel:
    """The constants that ship (idle.json)."""
    text = files("interview_engine.assessment.evidence").joinpath("idle.json").read_text(encoding="utf-8")
    return parsed(json.loads(text))


def parsed(raw: Mapping[str, Mapping[str, object]]) -> IdleModel:
    """The model of a JSON object with its fields."""
    probes = {code: np.array(raw["probes"][code], dtype=np.float64) for code in KINDS}
    cuts = {
        language: {code: float(str(value)) for code, value in by.items()}
        for language, by in raw["cuts"].items()
        if isinstance(by, Mapping)
    }
    return IdleModel(probes, cuts)


def logits(vectors: Vectors, fitted: IdleModel) -> Vectors:
    """Per code of KINDS and sentence how surely it is of that kind, len(KINDS) x n."""
    return np.array([vectors @ fitted.probes[code][:-1] + fitted.probes[code][-1] for code in KINDS])


def idle(vectors: Vectors, language: str, fitted: IdleModel) -> list[str | None]:
    """Per sentence the code it is left out for, or None.

    Args:
        vectors: centred unit vectors, n x d.
        language: "zh" or "en".
    """
    over = logits(vectors, fitted) - np.array([[fitted.cuts[language][code]] for code in KINDS])
    return [KINDS[int(column.argmax())] if column.max() > 0 else None for column in over.T]


def left_out(codes: Sequence[str | None], vectors: Vectors, language: str, fitted: IdleModel) -> list[str | None]:
    """`codes` with those of `idle` where there is none yet."""
    if not len(vectors):
        return list(codes)
    return [code or found for code, found in zip(codes, idle(vectors, language, fitted), strict=True)]
