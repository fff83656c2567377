"""Sentence vectors, and a model that computes the vector of a text once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DIMENSION = 384
"""Width of both models' vectors."""

CACHE_TEXTS = 50_000
"""Texts kept per model (75 MB each): a rescoring run meets the same anchors and answers again and again."""


class SentenceModel(Protocol):
    """A text's vector is a function of the text alone, bit for bit: in any batch, after any other text."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, len(texts) x 384, in order."""
        ...


class Remembering:
    """A sentence model that computes each text's vector once, as long as `CACHE_TEXTS` hold it.

    Threads may share it; one of them computes at a time.
    """

    def __init__(self, model: SentenceModel) -> None:
        self._model = model
        self._known: dict[str, Vectors] = {}
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the model's."""
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        with self._lock:
            fresh = {text for text in texts if text not in self._known}
            if len(self._known) + len(fresh) > CACHE_TEXTS:
                self._known.clear()
                fresh = set(texts)
            if fresh:
                ordered = sorted(fresh, key=lambda text: (len(text), text))
                self._known.update(zip(ordered, self._model.embed(ordered), strict=True))
            return np.stack([self._known[text] for text in texts])
