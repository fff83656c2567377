"""A kit's own texts are embedded once for all processes, and no score moves by a bit for it (row A10)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from pipelines.hearing.transcribe import written
from pipelines.scoring.kit_vectors import KitVectors, PreparedScorer
from pipelines.scoring.score import answer_text

KIT = load_kit(shipped_kits()["customer-service"])
SPOKEN = "去年有一位客户非常着急，我先确认了她的情况，然后查了库存，当晚就给她换了货。我后来写了一页流程。"
ANSWERS = [answer_text(question.id, written(SPOKEN, "zh")) for question in KIT.questions[:2]]


class Digests:
    """A vector from each text's digest; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], language: str) -> NDArray[np.float32]:
        self.asked += texts
        rows = [np.frombuffer(hashlib.shake_256(f"{language}{text}".encode()).digest(384), np.uint8) for text in texts]
        return np.stack(rows).astype(np.float32) - 128 if rows else np.zeros((0, 384), np.float32)


def scored(folder: Path, weights: str = "w") -> tuple[object, list[str]]:
    embedder = Digests()
    vectors = KitVectors(embedder, folder, lambda: weights)
    return PreparedScorer(EvidenceScorer(vectors), vectors).score(KIT, ANSWERS), embedder.asked


def test_a_second_process_embeds_only_what_was_said_and_scores_the_same(tmp_path: Path) -> None:
    plain = EvidenceScorer(Digests()).score(KIT, ANSWERS)
    first, embedded = scored(tmp_path / "kept")
    second, again = scored(tmp_path / "kept")
    assert plain == first == second
    assert len(embedded) > 100
    assert set(again) <= set(embedded)
    assert len(again) < 10
    assert all(text in SPOKEN for text in again)


def test_nothing_that_was_said_is_kept(tmp_path: Path) -> None:
    scored(tmp_path / "kept")
    (path,) = (tmp_path / "kept").iterdir()
    with np.load(path) as file:
        assert not any(text in SPOKEN for text in file["texts"].tolist())


def test_a_file_of_other_weights_or_of_another_kit_or_a_damaged_one_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    _, embedded = scored(folder)
    assert len(scored(folder, "others")[1]) == len(embedded)
    vectors = KitVectors(embedder := Digests(), folder, lambda: "w")
    vectors.prepare(replace(KIT, sha256="0" * 64), "zh")
    assert len(embedder.asked) > 100
    for path in folder.iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    assert scored(folder)[1] == embedded
    assert len(scored(folder)[1]) < 10


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file", encoding="utf-8")
    once, embedded = scored(tmp_path / "kept")
    again, as_many = scored(tmp_path / "kept")
    assert once == again
    assert embedded == as_many


@pytest.mark.parametrize("texts", [[], ["a"], ["a", KIT.questions[0].text.zh], [KIT.questions[0].text.zh, "b", "a"]])
def test_known_and_new_texts_come_back_in_order(tmp_path: Path, texts: list[str]) -> None:
    vectors = KitVectors(Digests(), tmp_path / "kept", lambda: "w")
    vectors.prepare(KIT, "zh")
    assert np.array_equal(vectors.embed(texts, "zh"), Digests().embed(texts, "zh"))
