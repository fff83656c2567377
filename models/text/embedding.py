"""Sentence embedding behind one protocol: a model for each language, or one for both.

Embeddings find and route evidence. What matters here is that a text's vector depends on the text alone: the same bits
whether it is embedded by itself or among a thousand others.
"""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from models.text.minilm import MiniLM
from models.text.own_e5 import load_e5
from models.text.vectors import Remembering, Vectors

ENGLISH = "minilm-en"
MULTILINGUAL = "e5-small-zh-en"
"""Names of the weights."""

ARITHMETIC = 2
"""Version of the steps from a text to its vector. Raise it when a vector changes by a bit: vectors that were kept
(pipelines.scoring) are then not used any more."""


class WeightFolders(Protocol):
    """The part of models.weights.registry.WeightStore used here."""

    @property
    def root(self) -> Path:
        """The folder that the weights lie in."""
        ...

    def locate(self, name: str) -> Path:
        """Folder that holds the verified files of weight `name`."""
        ...

    def sha256(self, name: str) -> str:
        """What identifies the weight in a report."""
        ...


class TextEmbedder:
    """Chinese by multilingual-e5-small, every other language by all-MiniLM-L6-v2. Models load at first use."""

    def __init__(self, store: WeightFolders) -> None:
        self._store = store
        self._models: dict[str, Remembering] = {}

    @property
    def identity(self) -> str:
        """What the vectors depend on besides the text, for whoever keeps some.

        Raises:
            WeightsError: the weights are not installed.
        """
        return _identity(self._store, ENGLISH, MULTILINGUAL)

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        """Unit vectors, len(texts) x 384, in order. `language` is "zh" or "en".

        Raises:
            WeightsError: the weights are not installed, or those of the user's own are of another model.
        """
        name = MULTILINGUAL if language == "zh" else ENGLISH
        if name not in self._models:
            self._models[name] = _loaded(self._store, name)
        return self._models[name].embed(texts)


class MultilingualEmbedder:
    """Every language by multilingual-e5-small, so that texts of two languages can be compared. Loads at first use."""

    def __init__(self, store: WeightFolders) -> None:
        self._store = store
        self._model: Remembering | None = None

    @property
    def identity(self) -> str:
        """What the vectors depend on besides the text, for whoever keeps some.

        Raises:
            WeightsError: the weights are not installed.
        """
        return _identity(self._store, MULTILINGUAL)

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        """Unit vectors, len(texts) x 384, in order. They are the same in whatever language the text is said to be.

        Raises:
            WeightsError: the weights are not installed, or those of the user's own are of another model.
        """
        if self._model is None:
            self._model = _loaded(self._store, MULTILINGUAL)
        return self._model.embed(texts)


_MODELS: dict[str, Remembering] = {}
"""The models of this process by sha256 of their weights: each is loaded once, and each text embedded once."""

_LOADING = threading.Lock()


def _loaded(store: WeightFolders, name: str) -> Remembering:
    folder, sha256 = store.locate(name), store.sha256(name)
    with _LOADING:
        if sha256 not in _MODELS:
            model = MiniLM(folder) if name == ENGLISH else load_e5(folder, sha256, store.root)
            _MODELS[sha256] = Remembering(model)
        return _MODELS[sha256]


def _identity(store: WeightFolders, *names: str) -> str:
    libraries = [f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "openvino")]
    return ", ".join([*map(store.sha256, names), f"arithmetic {ARITHMETIC}", *libraries])
