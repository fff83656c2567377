"""What keeps an answer, or sentences of it, from any language model: orders to the grader, and the common locks.

First what speaks to the grader is cut out, each sentence judged alone, so that an answer with an order and the same
answer without it leave the same text. Then the evidence scorer's locks read what is left: lists of keywords, verse,
what was read from the screen, other people's answers, one account given to two questions, and grave wrong deeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from interview_engine.assessment.evidence import deeds
from interview_engine.assessment.evidence.conduct import is_grave
from interview_engine.assessment.evidence.copies import without_copies
from interview_engine.assessment.evidence.order_likeness import OrderLikeness
from interview_engine.assessment.evidence.orders import addresses_grader
from interview_engine.assessment.evidence.reading import Reading, read
from interview_engine.assessment.evidence.rubric import Encoder, KitIndex, build
from interview_engine.assessment.evidence.sentences import Sentence, split
from interview_engine.assessment.judge.shown import Shown, shown
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import AnswerText, Embedder

WITHHELD = frozenset({"text.instruction", "text.anchor_read_aloud", "text.question_read_back", "text.repetition"})
"""Sentences that no judge gets to see: orders to the grader, text read from the screen, and what was said before."""

_LITTLE_LEFT = frozenset({"text.empty", "text.too_short"})


@dataclass(frozen=True, slots=True)
class Screened:
    """An answer ready to be judged.

    Args:
        reason: why it cannot be used, or None.
        shown: what a model may see of it.
        notes: what a reader must know although the answer counts ("text.instruction").
        grave: ids of competencies against which the answer tells a grave wrong deed (docs/scoring.md).
    """

    reason: Reason | None
    shown: Shown
    notes: tuple[Reason, ...] = ()
    grave: frozenset[str] = frozenset()

    def is_grave(self, competency_id: str) -> bool:
        """Whether the answer tells a grave wrong deed against that competency."""
        return competency_id in self.grave


class Screening:
    """Screens one person's answers. Keeps the indexes of the kits it has seen; implements judge.AnswerScreen."""

    def __init__(self, embedder: Embedder) -> None:
        self._encoder = Encoder(embedder)
        self._is_like_an_order = OrderLikeness(
            lambda texts, language: embedder.embed(list(texts), language).astype(np.float64)
        )
        self._indexes: dict[tuple[str, str], KitIndex] = {}

    def __call__(self, kit: Kit, answers: Sequence[AnswerText]) -> tuple[Screened, ...]:
        """What may be shown of each of `answers`, in their order. Never raises for a poor answer."""
        cleaned = [self._without_orders(answer) for answer in answers]
        readings = [
            read(
                replace(answer, text=visible.text, segments=(), words=()),
                self._index(kit, _side(answer)),
                self._encoder,
            )
            for answer, visible in zip(answers, cleaned, strict=True)
        ]
        for language in sorted({reading.language for reading in readings}):
            readings = without_copies(readings, self._index(kit, language))
        return tuple(
            self._screened(visible, reading, self._index(kit, reading.language))
            for visible, reading in zip(cleaned, readings, strict=True)
        )

    def _screened(self, cleaned: Shown, reading: Reading, index: KitIndex) -> Screened:
        left = cleaned.without(_withheld(reading))
        ordered = bool(cleaned.withheld) or any(note.code == "text.instruction" for note in reading.notes)
        notes = (Reason("text.instruction"),) if ordered else ()
        reason = reading.reason
        if reason is not None and ordered and reason.code in _LITTLE_LEFT:
            reason = Reason("text.instruction")
        if reason is None and not left.text:
            reason = Reason("text.empty")
        return Screened(reason, left, notes, _grave(reading, index))

    def _without_orders(self, answer: AnswerText) -> Shown:
        """The answer without what speaks to the grader: first by its own sentences (pauses and lines part them), then
        by those of the cleaned text, where an order that was spread over lines is whole again."""
        visible = shown(answer.text)
        first = [(s.char_start, s.char_end) for s in self._flagged(split(answer, join_short=False), _side(answer))]
        visible = visible.without([visible.place_of(start, end) for start, end in first])
        again = split(replace(answer, text=visible.text, segments=(), words=()), join_short=False)
        return visible.without([(s.char_start, s.char_end) for s in self._flagged(again, _side(answer))])

    def _flagged(self, sentences: Sequence[Sentence], side: str) -> list[Sentence]:
        likely = self._is_like_an_order([sentence.text for sentence in sentences], side)
        return [s for s, like in zip(sentences, likely, strict=True) if like or addresses_grader(s.text)]

    def _index(self, kit: Kit, language: str) -> KitIndex:
        key = (kit.sha256, language)
        if key not in self._indexes:
            self._indexes[key] = build(kit, language, self._encoder)
        return self._indexes[key]


def _withheld(reading: Reading) -> list[tuple[int, int]]:
    return [
        (piece.sentence.char_start, piece.sentence.char_end) for piece in reading.pieces if piece.left_out in WITHHELD
    ]


def _side(answer: AnswerText) -> str:
    return "zh" if answer.language == "zh" else "en"


def _grave(reading: Reading, index: KitIndex) -> frozenset[str]:
    if reading.reason is not None or not reading.is_account:
        return frozenset()
    entries = [index.competencies[position] for position in reading.probed]
    return frozenset(entry.competency.id for entry in entries if is_grave(reading, entry, deeds.model()))
