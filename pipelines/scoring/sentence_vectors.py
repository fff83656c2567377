"""Sentence vectors kept beside a report, so that scoring an archive again need not embed its sentences again.

Embedding takes nine tenths of a rescoring's time. A vector depends on its text and the weights alone, bit for bit
(models.text.embedding), so a kept one is as good as a new one. The file holds digests of texts, no text, and lies in
the interview's folder: whoever deletes the folder deletes it as well.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.scoring import Embedder

FILE = "sentence-vectors.npz"
DIGEST_BYTES = 16
DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
"""What reading a cut, changed or foreign file can raise; the zip's own check sums find a changed byte."""

Vectors = NDArray[np.float32]


class SentenceVectors:
    """An Embedder that knows an interview's vectors beforehand and, from `begin` on, remembers what was asked for.

    A process that never begins an interview (a server that answers many) remembers nothing.

    Args:
        embedder: asked for what is not known.
        weights: what vectors depend on besides their text (`MultilingualEmbedder.identity`); a file of another
        identity is
            not used. Called once, when a file is first read or written.
    """

    def __init__(self, embedder: Embedder, weights: Callable[[], str]) -> None:
        self._embedder = embedder
        self._weights = weights
        self._identity = ""
        self._known: dict[bytes, Vectors] = {}
        self._asked: dict[bytes, Vectors] = {}
        self._begun = False

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        """Vectors of texts as `Embedder.embed`, kept for each sentence once the collection has begun."""
        if not self._begun:
            return self._embedder.embed(texts, language)
        digests = [_digest(text, language) for text in texts]
        missing = [text for text, digest in zip(texts, digests, strict=True) if digest not in self._known]
        if not missing:
            found = [self._known[digest] for digest in digests]
            self._asked.update(zip(digests, found, strict=True))
            return np.stack(found) if found else self._embedder.embed(texts, language)
        fresh = dict(zip(missing, self._embedder.embed(missing, language), strict=True))
        rows = [
            fresh[text] if text in fresh else self._known[digest] for text, digest in zip(texts, digests, strict=True)
        ]
        self._asked.update(zip(digests, rows, strict=True))
        return np.stack(rows)

    def begin(self, folder: Path | None = None) -> None:
        """Start an interview: forget the last one's vectors and take those kept in `folder`, where they can be used."""
        self._begun = True
        self._asked = {}
        self._known = self._read(folder / FILE) if folder is not None else {}

    @property
    def has_more(self) -> bool:
        """Whether vectors were asked for that the interview's file does not hold."""
        return any(digest not in self._known for digest in self._asked)

    def document(self) -> bytes | None:
        """The file with every vector asked for since `begin`; None when there was none."""
        if not self._asked:
            return None
        data = io.BytesIO()
        digests = np.frombuffer(b"".join(self._asked), dtype=np.uint8).reshape(-1, DIGEST_BYTES)
        vectors = np.stack(list(self._asked.values())).astype(np.float32)
        np.savez(data, weights=np.array(self._of_weights()), digests=digests, vectors=vectors)
        return data.getvalue()

    def _read(self, path: Path) -> dict[bytes, Vectors]:
        if not path.is_file():
            return {}
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                weights, digests, vectors = str(file["weights"]), file["digests"], file["vectors"]
        except DAMAGED:
            return {}
        fits = digests.ndim == 2 and vectors.ndim == 2 and len(digests) == len(vectors)
        if weights != self._of_weights() or not fits or vectors.dtype != np.float32:
            return {}
        return {digest.tobytes(): vector for digest, vector in zip(digests, vectors, strict=True)}

    def _of_weights(self) -> str:
        if not self._identity:
            self._identity = self._weights()
        return self._identity


def _digest(text: str, language: str) -> bytes:
    return hashlib.sha256(f"{language}\x1f{text}".encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES]
