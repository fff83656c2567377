"""Fit the comparison with reference answers on SAF (MIT): ridge with fixed signs, written to reference.json."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.datasets.short_answers import ShortAnswer
from interview_engine.assessment.reference import FEATURES, SIGNS, ReferenceModel, measure
from interview_engine.assessment.rubric import Encoder
from interview_engine.assessment.scoring import Embedder

Matrix = NDArray[np.float64]

RIDGE = 20.0
BELIEF = (0.03, 0.04, 0.05, 0.03, 0.05, 0.05, 0.02, 0.03, 0.02, 0.04, -0.03, -0.03)
"""What the weights are drawn towards, in the order of FEATURES, with the strength of 20 answers: SAF has few numbers
and few contradictions, and a comparison that is blind to them would be wrong elsewhere."""

ANSWERS = 600
"""SAF answers used: enough for twelve weights, and the fit stays within minutes."""


def measured(answers: Sequence[ShortAnswer], embedder: Embedder) -> Matrix:
    """Features of every answer against its likest reference, answers x features."""
    encoder = Encoder(embedder)
    rows = []
    for answer in answers:
        found = [measure(answer.text, answer.question, one, "en", encoder) for one in answer.references]
        best = max(found, key=lambda features: features["likeness"] + features["recall"])
        rows.append([best[name] for name in FEATURES])
    return np.array(rows)


def sampled(answers: Sequence[ShortAnswer]) -> list[ShortAnswer]:
    """The answers that are fitted: the same ANSWERS of the set each time."""
    return random.Random(1).sample(list(answers), min(ANSWERS, len(answers)))


def fit(features: Matrix, marks: Matrix) -> ReferenceModel:
    """Ridge of the mark on standardised features towards BELIEF; a weight of the wrong sign becomes 0."""
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 0.05)
    z = np.clip((features - mean) / spread, -3.0, 3.0)
    centre = z.mean(axis=0)
    part = z - centre
    left = part.T @ part + RIDGE * np.eye(len(FEATURES))
    weights = np.linalg.solve(left, part.T @ (marks - marks.mean()) + RIDGE * np.array(BELIEF))
    weights = np.where(weights * np.array(SIGNS) < 0, 0.0, weights)
    named = [dict(zip(FEATURES, map(float, values), strict=True)) for values in (weights, mean, spread)]
    return ReferenceModel(float(marks.mean() - centre @ weights), *named)
