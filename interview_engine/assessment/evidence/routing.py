"""Which competencies an answer, and each of its sentences, is evidence for."""

from __future__ import annotations

from math import exp

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.evidence.reading import DECLARED_PROBES, Reading
from interview_engine.assessment.evidence.rubric import CompetencyIndex, KitIndex, standardise
from interview_engine.assessment.text import terms

Vectors = NDArray[np.float64]

LIKENESS_SHARE = 0.6
WORD_SHARE = 0.24
"""Routing by likeness: .6 z(likeness) + .24 rubric words, for question and answer alike, softmax. Fitted (multinomial,
rounded) on the simulated judge tests' evidence turns of one domain and right on 77 to 87 % of the other domain's."""


def route(reading: Reading, index: KitIndex) -> dict[int, float]:
    """Weight 0..1 of the answer for each competency (position in the index) it is evidence for; empty if unusable."""
    if reading.reason is not None or not reading.probed:
        return {}
    if len(reading.probed) <= DECLARED_PROBES:
        return dict.fromkeys(reading.probed, reading.gate)
    share = _softmax(_pull(reading, index))
    return {position: reading.gate * float(part) for position, part in zip(reading.probed, share, strict=True)}


def _pull(reading: Reading, index: KitIndex) -> Vectors:
    """How strongly question and answer draw to each probed competency.

    Likeness is that of their sentences to the competency's likest clause (question: the best sentence, answer: the mean
    of its sentences), in standard deviations over the competencies; rubric words are the sum of ln(D / number of
    competencies whose rubric holds the stem) over the stems they share with its rubric.
    """
    entries = [index.competencies[position] for position in reading.probed]
    asked = index.question_parts[reading.answer.question_id]
    told = np.array([piece.vector for piece in reading.pieces])
    of_question = np.array([(asked @ entry.clauses.T).max() for entry in entries])
    of_answer = np.array([(told @ entry.clauses.T).max(axis=1).mean() for entry in entries])
    likeness = standardise(of_question[None])[0] + standardise(of_answer[None])[0]
    used = terms(" ".join(piece.sentence.text for piece in reading.pieces), index.language)
    words = [
        _rarity(index.question_terms[reading.answer.question_id], entry, index) + _rarity(used, entry, index)
        for entry in entries
    ]
    pull: Vectors = LIKENESS_SHARE * likeness + WORD_SHARE * np.array(words)
    return pull


def _rarity(used: frozenset[str], entry: CompetencyIndex, index: KitIndex) -> float:
    return sum(index.rarity[term] for term in sorted(used & entry.terms))


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
