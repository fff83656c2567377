"""The embedders of the scorer: by language, or one model for both; each text is embedded once in a process."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from models.text import embedding
from models.text.embedding import ENGLISH, MULTILINGUAL, MultilingualEmbedder, TextEmbedder
from models.text.vectors import CACHE_TEXTS, DIMENSION, Remembering, Vectors


class Store:
    """Two weights without files; `edition` goes into their hashes."""

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
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Model]]:
    """The models that were loaded, by weight."""
    found: dict[str, list[Model]] = {ENGLISH: [], MULTILINGUAL: []}

    def loader(name: str, mark: float) -> Callable[..., Model]:
        def load(folder: Path, *how: object) -> Model:
            found[name].append(Model(mark))
            return found[name][-1]

        return load

    monkeypatch.setattr(embedding, "MiniLM", loader(ENGLISH, 1.0))
    monkeypatch.setattr(embedding, "load_e5", loader(MULTILINGUAL, 2.0))
    monkeypatch.setattr(embedding, "_MODELS", {})
    return found


def test_chinese_has_the_multilingual_model_and_english_its_own(made: dict[str, list[Model]]) -> None:
    embedder = TextEmbedder(Store("a"))
    assert embedder.embed(["x"], "en")[0, 0] == 1.0
    assert not made[MULTILINGUAL]
    assert embedder.embed(["x"], "zh")[0, 0] == 2.0


def test_the_multilingual_embedder_gives_a_text_one_vector_in_all_languages(made: dict[str, list[Model]]) -> None:
    embedder = MultilingualEmbedder(Store("a"))
    assert (embedder.embed(["x", "y"], "en") == embedder.embed(["x", "y"], "zh")).all()
    assert not made[ENGLISH]
    assert [sorted(model.asked) for model in made[MULTILINGUAL]] == [["x", "y"]]


def test_a_text_is_embedded_once_in_a_process_whoever_asks(made: dict[str, list[Model]]) -> None:
    TextEmbedder(Store("a")).embed(["x", "x", "y"], "zh")
    MultilingualEmbedder(Store("a")).embed(["y", "z"], "en")
    assert [sorted(model.asked) for model in made[MULTILINGUAL]] == [["x", "y", "z"]]


def test_other_weights_are_another_model_with_vectors_of_its_own(made: dict[str, list[Model]]) -> None:
    for edition in ("a", "b"):
        MultilingualEmbedder(Store(edition)).embed(["x"], "zh")
    assert [model.asked for model in made[MULTILINGUAL]] == [["x"], ["x"]]


def test_the_identity_names_the_weights_and_what_computes() -> None:
    store, other = Store("a"), Store("b")
    by_language, one = TextEmbedder(store).identity, MultilingualEmbedder(store).identity
    assert store.sha256(ENGLISH) in by_language
    assert store.sha256(MULTILINGUAL) in by_language
    assert store.sha256(MULTILINGUAL) in one
    assert len({by_language, one, TextEmbedder(other).identity, MultilingualEmbedder(other).identity}) == 4
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
