"""Fit the comparison with reference answers on SAF (MIT): ridge with fixed signs, written to reference.json."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.datasets.short_answers import ShortAnswer
from interview_engine.assessment.reference import FEATURES, SIGNS, ReferenceModel, measure
from interview_engine.assessment.rubric import Encoder
from interview_engine.assessment.scoring import Embedder

Matrix = NDArray[np.float64]

RIDGE = 20.0


def measured(answers: Sequence[ShortAnswer], embedder: Embedder) -> Matrix:
    """Features of every answer against its likest reference, answers x features."""
    encoder = Encoder(embedder)
    rows = []
    for answer in answers:
        found = [measure(answer.text, answer.question, one, "en", encoder) for one in answer.references]
        best = max(found, key=lambda features: features["likeness"] + features["recall"])
        rows.append([best[name] for name in FEATURES])
    return np.array(rows)


def fit(features: Matrix, marks: Matrix) -> ReferenceModel:
    """Ridge of the mark on standardised features; weights of the wrong sign are dropped and the rest fitted again."""
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 0.05)
    z = np.clip((features - mean) / spread, -3.0, 3.0)
    centre = z.mean(axis=0)
    free = np.ones(len(FEATURES), dtype=bool)
    while True:
        part = z[:, free] - centre[free]
        weights = np.zeros(len(FEATURES))
        left = part.T @ part + RIDGE * np.eye(int(free.sum()))
        weights[free] = np.linalg.solve(left, part.T @ (marks - marks.mean()))
        wrong = weights * np.array(SIGNS) < -1e-12
        if not wrong.any():
            break
        free &= ~wrong
    named = [dict(zip(FEATURES, map(float, values), strict=True)) for values in (weights, mean, spread)]
    return ReferenceModel(float(marks.mean() - centre @ weights), *named)
