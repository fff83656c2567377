"""The scorer asks for the vectors of an interview at once, and what it says does not depend on that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hashing_embedder import HashingEmbedder
from numpy.typing import NDArray

from interview_engine.assessment.evidence.rubric import Encoder
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.scoring import AnswerText

KIT = load_kit(shipped_kits()["customer-service"])
TOLD = (
    "A customer rang because her cake had not arrived. I let her finish and checked the order against the address. "
    "The house number was wrong, so I called the shop and it came at twenty past three. That evening I rang her back.",
    "I had two weeks to learn the new stock system. I listed four chapters and worked through one every evening. "
    "At the end of the week I set myself twenty questions and went back over the five I got wrong.",
)


class Counting:
    """Remembers the calls and what was asked for."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def embed(self, texts: Sequence[str], language: str) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        return HashingEmbedder().embed(texts, language)


def test_every_sentence_of_an_interview_is_embedded_once_and_all_in_one_call() -> None:
    embedder = Counting()
    scorer = EvidenceScorer(embedder)
    answers = [AnswerText(f"q{number}", "en", text) for number, text in enumerate(TOLD, 1)]
    scorer.score(
        KIT, [AnswerText("q1", "en", "I checked the invoice twice and found the missing box by noon on Monday.")]
    )
    embedder.calls.clear()
    scorer.score(KIT, answers)
    assert [len(call) for call in embedder.calls] == [7]


def test_vectors_that_were_prepared_are_those_of_texts_by_themselves() -> None:
    texts = ["I checked the order.", "It came at three.", "I checked the order."]
    prepared = Encoder(HashingEmbedder())
    prepared.prepare(texts, "en")
    alone = [Encoder(HashingEmbedder()).embed([text], "en")[0] for text in texts]
    assert (prepared.embed(texts, "en") == np.stack(alone)).all()
