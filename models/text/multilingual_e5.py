"""multilingual-e5-small: sentence vectors of all languages in one space (Wang et al. 2024, Multilingual E5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from models.runtime.bundle import unusable
from models.text.e5_file import read_e5
from models.text.e5_network import E5Network
from models.text.unigram import Unigram
from models.text.vectors import DIMENSION, Vectors

PREFIX = "query: "
"""The model was trained with a prefix; its authors ask for this one where texts are compared with each other."""

LONGEST = 512
"""Tokens of an input, begin and end among them."""


class MultilingualE5:
    """Unit vectors of texts, one text at a time: a vector is a function of its text alone, bit for bit.

    A text of more tokens than an input holds is cut into several inputs; its vector is their mean by tokens.

    Args:
        tokens: ids of a text, without begin and end.
        hidden: hidden states of ids, len(ids) x 384.
        begin, end: ids around an input.
    """

    def __init__(
        self, tokens: Callable[[str], list[int]], hidden: Callable[[list[int]], Vectors], begin: int, end: int
    ) -> None:
        self._tokens = tokens
        self._hidden = hidden
        self._begin = begin
        self._end = end

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, len(texts) x 384, in order."""
        out = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for place, text in enumerate(texts):
            out[place] = self._vector(self._tokens(PREFIX + text))
        return out

    def _vector(self, ids: list[int]) -> Vectors:
        step = LONGEST - 2
        total = np.zeros(DIMENSION)
        for start in range(0, len(ids), step):
            part = ids[start : start + step]
            hidden = self._hidden([self._begin, *part, self._end])
            total += hidden.mean(axis=0, dtype=np.float64) * len(part)
        unit: Vectors = (total / np.sqrt((total * total).sum())).astype(np.float32)
        return unit


def load_file(path: Path) -> MultilingualE5:
    """The model of a file in 4 bits (`FILE`).

    Raises:
        WeightsError: `weights.unusable`.
    """
    file = read_e5(path)
    if file.longest != LONGEST:
        raise unusable(path.name, f"inputs of {file.longest} tokens")
    try:
        network = E5Network(file)
    except (ValueError, RuntimeError) as error:  # tensors of other sizes
        raise unusable(path.name, str(error)) from error
    return MultilingualE5(Unigram(file.vocabulary).ids, network.run, file.vocabulary.begin, file.vocabulary.end)
