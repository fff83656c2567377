"""all-MiniLM-L6-v2 in numpy: English sentence vectors, the same bits whatever else is embedded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from models.text.vectors import DIMENSION, Vectors

Blocks = Sequence[NDArray[np.intp]]
Kinds = tuple[NDArray[np.intp], NDArray[np.intp]]

MAX_TOKENS = 256
"""all-MiniLM-L6-v2 was trained with 256 tokens (its sentence_bert_config.json); longer texts are cut there."""

BLOCK_ROWS = 128
"""Token rows of a matrix product. A BLAS orders its sums by the shape of the product, so the shapes are fixed, and some
order them by a row's place in it as well (OpenBLAS for Haswell and Zen: six rows one way, six another): `_seated`."""

SMALL_BLOCK_ROWS = 96
"""Token rows of a product for the kinds of row that occur in it. With OpenBLAS for Haswell a block of 128 ends in eight
rows of a kind that short texts have no use for; this one does not, and a kit's texts take 6 % less time."""


def _gelu(values: Vectors) -> Vectors:
    gated: Vectors = (values * (0.5 * (1.0 + erf(values / np.float32(np.sqrt(2.0)))))).astype(np.float32)
    return gated


def _normalise(values: Vectors, gain: Vectors, bias: Vectors) -> Vectors:
    centred = values - values.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + np.float32(1e-12))
    scaled: Vectors = centred / spread * gain + bias
    return scaled


def _linear(rows: Vectors, blocks: Blocks, weight: Vectors, bias: Vectors) -> Vectors:
    """rows x weight + bias, block by block."""
    out = np.empty((rows.shape[0], weight.shape[1]), dtype=np.float32)
    for block in blocks:
        out[block] = rows[block] @ weight
    out += bias
    return out


def _kinds_of_seats(weights: Sequence[Vectors]) -> Kinds:
    """The kind of each row of a block and of a small block.

    Rows of one kind give the same bits for the same values, with all the weights. Measured with this processor, this
    BLAS and its threads: a row of noise is put into every seat.
    """
    noise = np.random.default_rng(0)
    found = []
    for weight in weights:
        row = noise.standard_normal((1, weight.shape[0]), dtype=np.float32)
        products = [np.repeat(row, rows, axis=0) @ weight for rows in (BLOCK_ROWS, SMALL_BLOCK_ROWS)]
        found.append(np.concatenate(products))
    _, kinds = np.unique(np.concatenate(found, axis=1), axis=0, return_inverse=True)
    block, small = np.split(kinds.reshape(-1), [BLOCK_ROWS])
    return block, small


def _seated(lengths: Sequence[int], kinds: Kinds) -> Blocks:
    """Which rows each matrix product takes: every row sits in a seat of the kind that it has when its text is alone.

    Alone, a text fills the seats of a block from the first on. So a text has the bits that it has alone, in whatever
    company.

    Args:
        lengths: rows of the texts, which lie one after the other.
        kinds: of the seats, by `_kinds_of_seats`.

    Returns: the rows of each block. Seats that stay empty take the row after the last text's.
    """
    block, small = kinds
    total = sum(lengths)
    wanted = np.concatenate([block[np.arange(length) % BLOCK_ROWS] for length in lengths])
    fits_small = np.isin(wanted, small)
    blocks: list[NDArray[np.intp]] = []
    for seats, mine in ((small, fits_small), (block, ~fits_small)):
        groups = [
            (np.flatnonzero(mine & (wanted == kind)), np.flatnonzero(seats == kind)) for kind in np.unique(wanted[mine])
        ]
        count = max((-(-len(rows) // len(places)) for rows, places in groups), default=0)
        seated = np.full((count, len(seats)), total)
        for rows, places in groups:
            turn = np.arange(len(rows))
            seated[turn // len(places), places[turn % len(places)]] = rows
        blocks += list(seated)
    return blocks


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
        self._kinds = _kinds_of_seats([self._layers[0][name][0] for name in ("qkv", "out", "up", "down")])

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, len(texts) x 384, in order; bit-for-bit a function of each text alone."""
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        out = np.empty((len(encoded), DIMENSION), dtype=np.float32)
        batch: list[int] = []
        rows = 0
        for index, ids in enumerate(encoded):
            batch.append(index)
            rows += len(ids)
            if rows >= 16 * BLOCK_ROWS or index == len(encoded) - 1:
                out[batch] = self._forward([encoded[i] for i in batch])
                batch, rows = [], 0
        return out

    def _forward(self, sequences: Sequence[Sequence[int]]) -> Vectors:
        lengths = [len(ids) for ids in sequences]
        ends = np.cumsum(lengths)
        spans = [(int(end) - length, int(end)) for length, end in zip(lengths, ends, strict=True)]
        blocks = _seated(lengths, self._kinds)
        hidden = np.zeros((int(ends[-1]) + 1, DIMENSION), dtype=np.float32)
        for ids, (start, end) in zip(sequences, spans, strict=True):
            hidden[start:end] = self._words[list(ids)] + self._places[: end - start]
        hidden = _normalise(hidden, *self._first)
        for layer in self._layers:
            mixed = _attend(_linear(hidden, blocks, *layer["qkv"]), spans)
            hidden = _normalise(hidden + _linear(mixed, blocks, *layer["out"]), *layer["norm1"])
            inner = _gelu(_linear(hidden, blocks, *layer["up"]))
            hidden = _normalise(hidden + _linear(inner, blocks, *layer["down"]), *layer["norm2"])
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
