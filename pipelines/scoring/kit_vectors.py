"""Vectors of a kit's own texts, kept beside the weights, so that not every process embeds them again.

The scorer compares answers with every anchor, indicator and question of its kit. Embedding those takes four CPU seconds
in Chinese, in each process that scores; read from a file it takes milliseconds. A vector depends on its text, the
weights and the embedding code alone, bit for bit (models.text.embedding), so a kept one is as good as a new one. Only
texts of kits are kept here: what candidates say never leaves their interview's folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import models.text
from interview_engine.assessment.evidence.rubric import Encoder, build
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText, ContentScores, Embedder, Scorer
from pipelines.scoring.sentence_vectors import DAMAGED

FOLDER = "kit-vectors"
"""Beside the weights' own folders."""

KEPT_FILES = 200
"""More are not kept; the oldest go. A file is about 200 kB: one a kit and language."""

Vectors = NDArray[np.float32]


class KitVectors:
    """An Embedder that knows the texts of kits that were prepared.

    Args:
        embedder: asked for what is not known.
        folder: where the files are; one that cannot be written only costs the time of embedding again.
        weights: what vectors depend on besides their text (`MultilingualEmbedder.identity`); called once, when a kit
        is first
            prepared.
    """

    def __init__(self, embedder: Embedder, folder: Path, weights: Callable[[], str]) -> None:
        self._embedder = embedder
        self._folder = folder
        self._weights = weights
        self._identity = ""
        self._known: dict[tuple[str, str], Vectors] = {}
        self._prepared: set[tuple[str, str]] = set()

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        """Vectors of texts as `Embedder.embed`, from memory where the kit's own texts are asked for."""
        missing = [text for text in texts if (language, text) not in self._known]
        if missing or not texts:
            if len(missing) == len(texts):
                return self._embedder.embed(texts, language)
            fresh = dict(zip(missing, self._embedder.embed(missing, language), strict=True))
            return np.stack([fresh[text] if text in fresh else self._known[language, text] for text in texts])
        return np.stack([self._known[language, text] for text in texts])

    def prepare(self, kit: Kit, language: str) -> None:
        """Know all texts of `kit` in `language` ("zh" or "en"): from the file, or embedded now and written there."""
        key = (kit.sha256, language)
        if key in self._prepared:
            return
        path = self._folder / f"{self._name(kit, language)}.npz"
        kept = _read(path)
        self._known.update({(language, text): vector for text, vector in kept.items()})
        asked = _Asked(self)
        build(kit, language, Encoder(asked))
        self._known.update({(language, text): vector for text, vector in asked.vectors.items()})
        self._prepared.add(key)
        if asked.vectors.keys() - kept.keys():
            _write(path, asked.vectors)

    def _name(self, kit: Kit, language: str) -> str:
        if not self._identity:
            code = b"".join(path.read_bytes() for path in sorted(Path(models.text.__path__[0]).glob("*.py")))
            self._identity = f"{self._weights()} {hashlib.sha256(code).hexdigest()}"
        return hashlib.sha256(f"{self._identity} {kit.sha256} {language}".encode()).hexdigest()[:32]


class PreparedScorer:
    """A scorer whose kit's vectors are at hand before it begins; its results are the scorer's own."""

    def __init__(self, scorer: Scorer, vectors: KitVectors) -> None:
        self._scorer = scorer
        self._vectors = vectors

    @property
    def scorer_id(self) -> str:
        """The id of the scorer inside: prepared vectors change no score."""
        return self._scorer.scorer_id

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        """See `Scorer.score`; the kit's vectors are prepared in each language of the answers first."""
        for language in sorted({kit.languages[0], *(answer.language for answer in answers)}):
            self._vectors.prepare(kit, "zh" if language == "zh" else "en")
        return self._scorer.score(kit, answers)


class _Asked:
    """Remembers what the index of a kit asks for: its own texts and the neutral sentences, and nothing else."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.vectors: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        found = self._embedder.embed(texts, language)
        self.vectors.update(zip(texts, found, strict=True))
        return found


def _read(path: Path) -> dict[str, Vectors]:
    """What a file holds; nothing when there is none or it is damaged (it is then written anew)."""
    if not path.is_file():
        return {}
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            texts, vectors, digest = file["texts"].tolist(), file["vectors"], str(file["digest"])
    except DAMAGED:
        return {}
    if vectors.dtype != np.float32 or len(texts) != len(vectors) or digest != _digest(texts, vectors):
        return {}
    return dict(zip(texts, vectors, strict=True))


def _write(path: Path, found: dict[str, Vectors]) -> None:
    texts, vectors = list(found), np.stack(list(found.values())).astype(np.float32)
    data = io.BytesIO()
    np.savez(data, texts=np.array(texts), vectors=vectors, digest=np.array(_digest(texts, vectors)))
    with contextlib.suppress(OSError):  # weights on a read-only disk: every process embeds for itself
        path.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), 0o644)  # as readable as the weights beside it
                file.write(data.getvalue())
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
        kept = sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-KEPT_FILES]:
            old.unlink(missing_ok=True)


def _digest(texts: Sequence[str], vectors: Vectors) -> str:
    digest = hashlib.sha256(vectors.tobytes())
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\x1f")
    return digest.hexdigest()
