"""Embeddings kept on disk between benchmark runs, so that a change of the formula is measured in seconds."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.scoring import Embedder


class CachedEmbedder:
    """An Embedder that remembers vectors in `file`. The vectors are the embedder's own, bit for bit.

    The file's name names what they depend on (`MultilingualEmbedder.identity`).
    """

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder = embedder
        self._file = file
        self._known: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._fresh = False
        if file.is_file():
            self._known = pickle.loads(file.read_bytes())

    def embed(self, texts: Sequence[str], language: str) -> NDArray[np.float32]:
        """Vectors of texts as `Embedder.embed`, from the file of an earlier run where they are there."""
        missing = [text for text in dict.fromkeys(texts) if (language, text) not in self._known]
        for start in range(0, len(missing), 256):
            part = missing[start : start + 256]
            for text, vector in zip(part, self._embedder.embed(part, language), strict=True):
                self._known[language, text] = vector
            self._fresh = True
        return np.stack([self._known[language, text] for text in texts])

    def save(self) -> None:
        """Write what is new."""
        if not self._fresh:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._file.with_suffix(".part")
        temporary.write_bytes(pickle.dumps(self._known))
        temporary.replace(self._file)
        self._fresh = False
