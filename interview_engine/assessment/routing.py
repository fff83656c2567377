"""Which competencies an answer, and each of its sentences, is evidence for."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.reading import Reading
from interview_engine.assessment.rubric import KitIndex, standardise

Vectors = NDArray[np.float64]

DECLARED_PROBES = 3
"""A question that probes at most this many competencies was written for them, and its answer counts in full for each;
one that probes more (an interview without a plan) is routed by likeness."""

ANSWER_SHARE = 0.7
TEMPERATURE = 1.1
BIAS_SHARE = 0.8
"""Routing by likeness: z(cos(question, target)) + .7 z(cos(answer, target)) - .8 bias, softmax at 1.1
(SCORING_RECIPE.md, step 5, there .6: softer misses fewer competencies and agrees a little better). The bias is taken
from the kit's own clauses, so one answer's route never depends on another answer."""


def route(reading: Reading, index: KitIndex) -> dict[int, float]:
    """Weight 0..1 of the answer for each competency (position in the index) it is evidence for; empty if unusable."""
    if reading.reason is not None or not reading.probed:
        return {}
    if len(reading.probed) <= DECLARED_PROBES:
        return dict.fromkeys(reading.probed, reading.gate)
    targets = np.stack([index.competencies[position].target for position in reading.probed])
    question = index.questions[reading.answer.question_id]
    pull = standardise((targets @ question)[None])[0] + ANSWER_SHARE * standardise((targets @ reading.vector)[None])[0]
    pull = pull - BIAS_SHARE * (1 + ANSWER_SHARE) * index.bias[list(reading.probed)]
    share = _softmax(pull / TEMPERATURE)
    return {position: reading.gate * float(part) for position, part in zip(reading.probed, share, strict=True)}


def sentence_weights(reading: Reading, index: KitIndex, position: int) -> list[float]:
    """How much each sentence counts for one competency: its relevance, and where the question probes two or three, up
    to half of it by which of them the sentence is nearest to."""
    if not 1 < len(reading.probed) <= DECLARED_PROBES:
        return [piece.weight for piece in reading.pieces]
    targets = np.stack([index.competencies[probe].target for probe in reading.probed])
    place = reading.probed.index(position)
    rows = []
    for piece in reading.pieces:
        share = _softmax(4.0 * (targets @ piece.vector))
        rows.append(piece.weight * (0.5 + 0.5 * min(1.0, len(targets) * float(share[place]))))
    return rows


def _softmax(values: Vectors) -> Vectors:
    raised = np.array([exp(float(value)) for value in values - values.max()])
    share: Vectors = raised / raised.sum()
    return share
