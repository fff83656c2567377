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

TOGETHER = 128
"""Texts that a network is given at a time: what it keeps of them is 0.1 MB a sentence of 60 tokens."""


class MultilingualE5:
    """Unit vectors of texts: a vector is a function of its text alone, bit for bit.

    A text of more tokens than an input holds is cut into several inputs; its vector is their mean by tokens.

    Args:
        tokens: ids of a text, without begin and end.
        hidden: hidden states of each input, len(ids) x 384, in order; whatever inputs stand beside it.
        begin, end: ids around an input.
    """

    def __init__(
        self,
        tokens: Callable[[str], list[int]],
        hidden: Callable[[Sequence[list[int]]], Sequence[Vectors]],
        begin: int,
        end: int,
    ) -> None:
        self._tokens = tokens
        self._hidden = hidden
        self._begin = begin
        self._end = end

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, len(texts) x 384, in order."""
        out = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for start in range(0, len(texts), TOGETHER):
            part = texts[start : start + TOGETHER]
            out[start : start + len(part)] = self._vectors([self._tokens(PREFIX + text) for text in part])
        return out

    def _vectors(self, texts: Sequence[list[int]]) -> list[Vectors]:
        step = LONGEST - 2
        parts = [(place, ids[at : at + step]) for place, ids in enumerate(texts) for at in range(0, len(ids), step)]
        totals = [np.zeros(DIMENSION) for _ in texts]
        states = self._hidden([[self._begin, *ids, self._end] for _, ids in parts])
        for (place, ids), hidden in zip(parts, states, strict=True):
            totals[place] += hidden.mean(axis=0, dtype=np.float64) * len(ids)
        return [(total / np.sqrt((total * total).sum())).astype(np.float32) for total in totals]


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
    return MultilingualE5(Unigram(file.vocabulary).ids, network.run_all, file.vocabulary.begin, file.vocabulary.end)
