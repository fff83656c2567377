"""What keeps an answer from any scorer: the evidence scorer's locks, for scorers that judge in another way."""

from __future__ import annotations

from interview_engine.assessment.kit import Kit
from interview_engine.assessment.reading import Reading, read
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.rubric import Encoder, KitIndex, build
from interview_engine.assessment.scoring import AnswerText, Embedder

WITHHELD = frozenset({"text.instruction", "text.anchor_read_aloud", "text.question_read_back", "text.repetition"})
"""Sentences that no judge gets to see: orders to the grader, text read from the screen, and what was said before."""


class Screening:
    """Calls the locks on one answer. Keeps the indexes of the kits it has seen.

    Implements judge.AnswerScreen.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._encoder = Encoder(embedder)
        self._indexes: dict[tuple[str, str], KitIndex] = {}

    def __call__(self, kit: Kit, answer: AnswerText) -> tuple[Reason | None, str]:
        """(why the answer cannot be used, or None; its text without the sentences in `WITHHELD`)."""
        language = "zh" if answer.language == "zh" else "en"
        key = (kit.sha256, language)
        if key not in self._indexes:
            self._indexes[key] = build(kit, language, self._encoder)
        reading = read(answer, self._indexes[key], self._encoder)
        return reading.reason, _shown(reading)


def _shown(reading: Reading) -> str:
    """The answer from its first character, with withheld sentences cut out."""
    text = reading.answer.text
    shown = []
    position = 0
    for piece in reading.pieces:
        if piece.left_out in WITHHELD:
            shown.append(text[position : piece.sentence.char_start])
            position = piece.sentence.char_end
    return "".join([*shown, text[position:]]).strip()
