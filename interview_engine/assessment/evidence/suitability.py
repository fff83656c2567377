"""Whether an answer was meant for another question of the kit: then it is no evidence here, however good it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from interview_engine.assessment.evidence import level
from interview_engine.assessment.evidence.quotes import showings
from interview_engine.assessment.evidence.reading import Reading
from interview_engine.assessment.evidence.rubric import KitIndex, unit
from interview_engine.assessment.reasons import Reason

OTHER_QUESTION = (-1.6, 0.0)
"""Where an answer begins to count although another question of the kit would suit it better, and from where in full; in
the units of `_margin`. Authored answers lie above -1.0 (5 %), answers put to another question have their median at -2.0
(zh) and -3.5 (en); development half."""

HARMLESS = (1.0, 1.2)
"""Levels s up to which an ill-suited answer is scored all the same, and from which not: up to the middle it
earns nothing by being misplaced, and thin answers of one trade resemble each other too much to be told apart."""

LEAST_GATE = 0.12


def suited(reading: Reading, index: KitIndex, fitted: level.Constants) -> Reading:
    """The reading with its gate lowered, and text.off_topic near zero, where another question suits it better."""
    if reading.reason is not None or any(
        q.references for q in index.kit.questions if q.id == reading.answer.question_id
    ):
        return reading
    margin = _margin(reading, index)
    if margin is None or _shows_its_own(reading, index):
        return reading
    weights = [piece.weight for piece in reading.pieces]
    s = level.level(level.parts(reading.pieces, weights, reading.language, fitted), None, fitted)
    fits = _ramp(margin, *OTHER_QUESTION)
    harmless = 1.0 - _ramp(s, *HARMLESS)
    gate = reading.gate * (fits + (1.0 - fits) * harmless)
    if gate < LEAST_GATE:
        return replace(reading, gate=0.0, reason=Reason("text.off_topic"))
    return replace(reading, gate=gate)


def _shows_its_own(reading: Reading, index: KitIndex) -> bool:
    """Whether it shows an indicator of what its question probes: then it answers that question, whatever it is near.

    Without this a full account of teamwork around a complaint was called off topic. On the authored answers it undoes
    three of four false alarms and one of nine true ones.
    """
    return any(showings([reading], index.competencies[position]) for position in reading.probed)


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _margin(reading: Reading, index: KitIndex) -> float | None:
    """How much better the answer suits its own question than any that probes other competencies; None without such.

    A linear rule over two margins of cosine (question text; mean anchor of what it probes), fitted by logistic
    regression on the development twins (AUC .93).
    """
    own = set(reading.probed)
    others = [
        _likeness(reading, index, question.id)
        for question in index.kit.questions
        if index.probed(question.id) and not own & set(index.probed(question.id))
    ]
    if not others:
        return None
    to_question, to_anchors = _likeness(reading, index, reading.answer.question_id)
    margin = 2.0 + 11.0 * (to_question - max(pair[0] for pair in others))
    return margin + 30.0 * (to_anchors - max(pair[1] for pair in others))


def _likeness(reading: Reading, index: KitIndex, question_id: str) -> tuple[float, float]:
    """Cosine of the answer to a question, and to the mean anchor of the competencies it probes."""
    anchors = np.concatenate([index.competencies[i].anchors for i in index.probed(question_id)])
    return float(reading.vector @ index.questions[question_id]), float(reading.vector @ unit(anchors.mean(axis=0)))
