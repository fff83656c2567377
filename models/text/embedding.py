"""Sentence embedding: one model for all languages, loaded once in a process.

Embeddings find and route evidence. What matters here is that a text's vector depends on the text alone: the same bits
whether it is embedded by itself or among a thousand others.
"""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from models.text.own_e5 import load_e5
from models.text.vectors import Remembering, Vectors

MULTILINGUAL = "e5-small-zh-en"
"""Name of the weights."""

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
        return _identity(self._store)

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        """Unit vectors, len(texts) x 384, in order. They are the same in whatever language the text is said to be.

        Raises:
            WeightsError: the weights are not installed, or those of the user's own are of another model.
        """
        if self._model is None:
            self._model = _loaded(self._store)
        return self._model.embed(texts)


_MODELS: dict[str, Remembering] = {}
"""The models of this process by sha256 of their weights: each is loaded once, and each text embedded once."""

_LOADING = threading.Lock()


def _loaded(store: WeightFolders) -> Remembering:
    folder, sha256 = store.locate(MULTILINGUAL), store.sha256(MULTILINGUAL)
    with _LOADING:
        if sha256 not in _MODELS:
            _MODELS[sha256] = Remembering(load_e5(folder, sha256, store.root))
        return _MODELS[sha256]


def _identity(store: WeightFolders) -> str:
    libraries = [f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "openvino")]
    return ", ".join([store.sha256(MULTILINGUAL), f"arithmetic {ARITHMETIC}", *libraries])
