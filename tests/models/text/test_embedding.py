"""The embedder of the scorer: one model for all languages; each text is embedded once in a process."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.text import embedding
from models.text.embedding import MULTILINGUAL, MultilingualEmbedder
from models.text.vectors import CACHE_TEXTS, DIMENSION, Remembering, Vectors


class Store:
    """A weight without files; `edition` goes into its hash."""

    def __init__(self, edition: str) -> None:
        self._edition = edition

    @property
    def root(self) -> Path:
        return Path("weights")

    def locate(self, name: str) -> Path:
        return Path(name)

    def sha256(self, name: str) -> str:
        return hashlib.sha256(f"{name} {self._edition}".encode()).hexdigest()


class Model:
    """A vector of one number, by the model's own name; remembers what it was asked."""

    def __init__(self, mark: float = 1.0) -> None:
        self.asked: list[str] = []
        self.mark = mark

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.full((len(texts), DIMENSION), self.mark, dtype=np.float32)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Model]:
    """The models that were loaded."""
    found: list[Model] = []

    def load(folder: Path, *how: object) -> Model:
        found.append(Model(2.0))
        return found[-1]

    monkeypatch.setattr(embedding, "load_e5", load)
    monkeypatch.setattr(embedding, "_MODELS", {})
    return found


def test_the_multilingual_embedder_gives_a_text_one_vector_in_all_languages(made: list[Model]) -> None:
    embedder = MultilingualEmbedder(Store("a"))
    assert (embedder.embed(["x", "y"], "en") == embedder.embed(["x", "y"], "zh")).all()
    assert [sorted(model.asked) for model in made] == [["x", "y"]]


def test_a_text_is_embedded_once_in_a_process_whoever_asks(made: list[Model]) -> None:
    MultilingualEmbedder(Store("a")).embed(["x", "x", "y"], "zh")
    MultilingualEmbedder(Store("a")).embed(["y", "z"], "en")
    assert [sorted(model.asked) for model in made] == [["x", "y", "z"]]


def test_other_weights_are_another_model_with_vectors_of_its_own(made: list[Model]) -> None:
    for edition in ("a", "b"):
        MultilingualEmbedder(Store(edition)).embed(["x"], "zh")
    assert [model.asked for model in made] == [["x"], ["x"]]


def test_the_identity_names_the_weights_and_what_computes() -> None:
    store, other = Store("a"), Store("b")
    one = MultilingualEmbedder(store).identity
    assert store.sha256(MULTILINGUAL) in one
    assert one != MultilingualEmbedder(other).identity
    assert f"arithmetic {embedding.ARITHMETIC}" in one
    assert "openvino 2" in one


def test_nothing_in_nothing_out() -> None:
    model = Model()
    assert Remembering(model).embed([]).shape == (0, DIMENSION)
    assert model.asked == []


def test_what_is_remembered_has_an_end_and_every_answer_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CACHE_TEXTS > 1000
    monkeypatch.setattr("models.text.vectors.CACHE_TEXTS", 3)
    model = Model()
    remembering = Remembering(model)
    assert remembering.embed(["a", "b"]).shape == (2, DIMENSION)
    assert remembering.embed(["b", "c", "d"]).shape == (3, DIMENSION)
    assert remembering.embed(["e", "f", "g", "h"]).shape == (4, DIMENSION)
    assert model.asked == ["a", "b", "b", "c", "d", "e", "f", "g", "h"]
