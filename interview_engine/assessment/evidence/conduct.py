"""Whether an account tells a grave wrong deed: then the competency is not above level 2 and a person has to look."""

from __future__ import annotations

from interview_engine.assessment.evidence.cues import is_negated
from interview_engine.assessment.evidence.deeds import DeedModel
from interview_engine.assessment.evidence.reading import Piece, Reading
from interview_engine.assessment.evidence.rubric import CompetencyIndex
from interview_engine.assessment.text import fold

SUSPECT = -1.0
"""Logit of a wrong deed from which a phrase of a grave counter-indicator settles it: a phrase alone never does, since
people also tell what others did and what they refused to do."""


def is_grave(reading: Reading, entry: CompetencyIndex, fitted: DeedModel) -> bool:
    """Whether the answer as a whole surely tells a wrong deed, or a sentence that may tell one uses a phrase of a grave
    counter-indicator of the competency, not negated, in an answer that more likely than not tells one."""
    if reading.against.wrong >= fitted.grave:
        return True
    return reading.against.wrong >= 0.5 and any(
        _uses_phrase(piece, entry, reading.language) for piece in reading.pieces
    )


def _uses_phrase(piece: Piece, entry: CompetencyIndex, language: str) -> bool:
    if piece.deed is None or piece.deed.against[0] < SUSPECT:
        return False
    folded = fold(piece.sentence.text)
    return any(
        not is_negated(folded, match.start(), language)
        for counter in entry.counters
        if counter.grave and counter.pattern is not None
        for match in counter.pattern.finditer(folded)
    )
