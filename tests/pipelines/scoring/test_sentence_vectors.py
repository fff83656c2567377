"""Kept sentence vectors (A19): the same bits as new ones, and a file that cannot be used is as if there were none."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder
from numpy.typing import NDArray

from pipelines.scoring.sentence_vectors import FILE, SentenceVectors

TEXTS = ["我查了日志。", "我改了流程。", "我查了日志。"]


class Counting(HashingEmbedder):
    """Counts the texts it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], language: str) -> NDArray[np.float32]:
        self.asked += texts
        return super().embed(texts, language)


def _kept(folder: Path, weights: str = "w") -> NDArray[np.float32]:
    first = SentenceVectors(HashingEmbedder(), lambda: weights)
    first.begin()
    vectors = first.embed(TEXTS, "zh")
    document = first.document()
    assert document is not None
    (folder / FILE).write_bytes(document)
    return vectors


def test_kept_vectors_are_used_bit_for_bit_and_only_new_texts_are_embedded(tmp_path: Path) -> None:
    before = _kept(tmp_path)
    under = Counting()
    again = SentenceVectors(under, lambda: "w")
    again.begin(tmp_path)
    assert np.array_equal(again.embed(TEXTS, "zh"), before)
    assert under.asked == []
    assert not again.has_more
    mixed = again.embed(["新的一句。", TEXTS[1]], "zh")
    assert under.asked == ["新的一句。"]
    assert np.array_equal(mixed, HashingEmbedder().embed(["新的一句。", TEXTS[1]], "zh"))
    assert again.has_more


def test_a_vector_of_another_language_is_not_taken(tmp_path: Path) -> None:
    _kept(tmp_path)
    under = Counting()
    again = SentenceVectors(under, lambda: "w")
    again.begin(tmp_path)
    again.embed(TEXTS[:1], "en")
    assert under.asked == TEXTS[:1]


@pytest.mark.parametrize("damage", ["other weights", "cut", "changed", "not a zip", "pickle", "missing", "a folder"])
def test_a_file_that_cannot_be_used_is_as_if_there_were_none(tmp_path: Path, damage: str) -> None:
    _kept(tmp_path, "other" if damage == "other weights" else "w")
    path = tmp_path / FILE
    data = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "changed":
        data[len(data) - 1500] ^= 1
        path.write_bytes(data)
    elif damage == "not a zip":
        path.write_bytes(b"vectors")
    elif damage == "pickle":
        np.savez(path, weights=np.array(["w", None], dtype=object), digests=np.zeros(1), vectors=np.zeros(1))
    elif damage in ("missing", "a folder"):
        path.unlink()
        if damage == "a folder":
            path.mkdir()
    under = Counting()
    again = SentenceVectors(under, lambda: "w")
    again.begin(tmp_path)
    assert np.array_equal(again.embed(TEXTS[:2], "zh"), HashingEmbedder().embed(TEXTS[:2], "zh"))
    assert under.asked == TEXTS[:2]


def test_the_file_holds_no_text_and_nothing_of_the_interview_before(tmp_path: Path) -> None:
    vectors = SentenceVectors(HashingEmbedder(), lambda: "w")
    vectors.begin()
    assert vectors.document() is None
    vectors.embed(["I called the depot at noon."], "en")
    vectors.begin()
    vectors.embed(["Another candidate."], "en")
    document = vectors.document()
    assert document is not None
    assert b"depot" not in document
    (tmp_path / FILE).write_bytes(document)
    with np.load(tmp_path / FILE) as file:
        assert file["vectors"].shape == (1, 384)


def test_nothing_is_remembered_where_no_interview_was_begun() -> None:
    vectors = SentenceVectors(HashingEmbedder(), lambda: "w")
    assert np.array_equal(vectors.embed(TEXTS, "zh"), HashingEmbedder().embed(TEXTS, "zh"))
    assert vectors.document() is None
    assert not vectors.has_more
