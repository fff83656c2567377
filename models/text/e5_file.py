"""Reading the file of multilingual-e5-small in 4 bits: its numbers, and the vocabulary with the pieces' scores.

Layout (magic E5S1, version 1, little-endian), as the reader in the source of the package that brings it: a header;
the pieces of the tokenizer as one blob with offsets, and a score each; what the normaliser makes of single characters;
a directory of tensors; the tensors. Matrices are Q4_0: blocks of 32 weights along a row, a float16 scale and 16 bytes,
the low half of byte j being weight j and the high half weight j + 16; a weight is (half - 8) x scale.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.bundle import unusable
from models.text.vectors import DIMENSION, Vectors

FILE = "e5-small-q4.bin"

BLOCK = 32
"""Weights under one scale."""

BLOCK_BYTES = 2 + BLOCK // 2

HEADER = struct.Struct("<4s8if6iQ")
"""Magic, version, width, layers, heads, inner width, words, longest input, token types, epsilon, block; then of the
vocabulary: pieces, ids of begin, end, padding and unknown, bytes of all pieces."""

FLOAT32, Q4 = 0, 1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The unigram vocabulary of XLM-RoBERTa.

    Args:
        pieces: by id; "▁" stands for a space.
        scores: log probability of each piece.
        begin, end, padding, unknown: ids of pieces that no text holds.
        replaced: what the normaliser (nmt_nfkc) makes of a character, by code point; other characters stay.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    padding: int
    unknown: int
    replaced: dict[int, str]


@dataclass(frozen=True, slots=True)
class E5File:
    """The file, open. Matrices are read when they are asked for; rows of the word table one by one.

    Args:
        layers, heads, inner: of the encoder. longest: tokens of an input, begin and end included.
        epsilon: of the layer norms.
    """

    layers: int
    heads: int
    inner: int
    longest: int
    epsilon: float
    vocabulary: Vocabulary
    _data: NDArray[np.uint8]
    _places: dict[str, tuple[int, int, int]]

    def numbers(self, name: str) -> Vectors:
        """A float32 tensor, flat.

        Raises:
            WeightsError: `weights.unusable`: no such tensor.
        """
        start, length = self._place(name, FLOAT32)
        return self._data[start : start + length].view(np.float32)

    def matrix(self, name: str) -> tuple[NDArray[np.uint8], Vectors]:
        """A 4-bit matrix: its weights as 0..15, rows x blocks x 32, and the scales, rows x blocks x 1.

        Raises:
            WeightsError: `weights.unusable`: no such tensor.
        """
        start, length = self._place(name, Q4)
        columns = self.inner if name.endswith(".fo.w") else DIMENSION
        return _halves(self._data[start : start + length].reshape(-1, columns // BLOCK, BLOCK_BYTES))

    def words(self, ids: NDArray[np.intp]) -> Vectors:
        """Rows of the word table, len(ids) x 384."""
        start, length = self._place("emb.word", Q4)
        table = self._data[start : start + length].reshape(-1, DIMENSION // BLOCK, BLOCK_BYTES)
        weights, scales = _halves(table[ids])
        return ((weights.astype(np.float32) - np.float32(8)) * scales).reshape(len(ids), DIMENSION)

    def _place(self, name: str, kind: int) -> tuple[int, int]:
        found = self._places.get(name)
        if found is None or found[0] != kind:
            raise unusable(FILE, f"no tensor {name}")
        return found[1], found[2]


def read_e5(path: Path) -> E5File:
    """Open the file; its pages are read as they are needed and shared among processes.

    Raises:
        WeightsError: `weights.unusable`: not such a file, of another model, or cut.
    """
    try:
        with path.open("rb") as file:
            return _read(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise unusable(path.name, str(error)) from error


def _read(data: mmap.mmap) -> E5File:
    (magic, version, width, layers, heads, inner, _words, longest, _types, epsilon, block, *rest) = HEADER.unpack_from(
        data
    )
    if (magic, version, width, block) != (b"E5S1", 1, DIMENSION, BLOCK):
        raise ValueError(f"{magic!r} version {version}, width {width}, blocks of {block}")
    count, begin, end, padding, unknown, blob_bytes = rest
    cursor = HEADER.size
    # the pieces: offsets into the blob, scores, blob
    offsets = np.frombuffer(data, np.uint32, count + 1, cursor).tolist()
    cursor += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, cursor).tolist()
    cursor += 4 * count
    blob = data[cursor : cursor + blob_bytes]
    cursor += blob_bytes
    pieces = tuple(blob[start:stop].decode() for start, stop in pairwise(offsets))
    # the normaliser: code point, length, code points
    replacements, table_bytes = struct.unpack_from("<iI", data, cursor)
    cursor += 8
    table = data[cursor : cursor + table_bytes]
    cursor += table_bytes
    vocabulary = Vocabulary(pieces, tuple(scores), begin, end, padding, unknown, _replaced(table, replacements))
    numbers = np.frombuffer(data, np.uint8)
    return E5File(layers, heads, inner, longest, epsilon, vocabulary, numbers, _directory(data, cursor))


def _replaced(table: bytes, count: int) -> dict[int, str]:
    replaced: dict[int, str] = {}
    cursor = 0
    for _ in range(count):
        character, length = struct.unpack_from("<IB", table, cursor)
        replaced[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", table, cursor + 5)))
        cursor += 5 + 4 * length
    return replaced


def _directory(data: mmap.mmap, cursor: int) -> dict[str, tuple[int, int, int]]:
    """Kind, first byte and bytes of each tensor."""
    (count,) = struct.unpack_from("<i", data, cursor)
    cursor += 4
    places: dict[str, tuple[int, int, int]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, cursor)
        name = data[cursor + 2 : cursor + 2 + length].decode()
        kind, _numbers, start, size = struct.unpack_from("<BIQQ", data, cursor + 2 + length)
        cursor += 2 + length + 21
        if start + size > len(data):
            raise ValueError(f"{name} ends after the file")
        places[name] = (kind, start, size)
    return places


def _halves(blocks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Vectors]:
    """Weights as 0..15 and scales of Q4_0 blocks, ... x 18 bytes."""
    scales = blocks[..., :2].copy().view(np.float16).astype(np.float32)
    packed = blocks[..., 2:]
    return np.concatenate([packed & 15, packed >> 4], axis=-1), scales
