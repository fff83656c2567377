"""When each token of a found text was spoken, from the decoder's attention to the sound.

As OpenAI's Whisper does it (timing.py) and CTranslate2 after it: the text is read once more, the attention of the heads
that follow the sound is taken as it is before the softmax, normalised over the tokens, smoothed along time with a
median of seven frames, averaged, and the cheapest path through it by dynamic time warping gives each token's first
frame of 20 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.speech.whisper.layers import Whisper
from models.speech.whisper.net import cross_keys, logits, read

FRAMES_PER_SECOND = 50
MEDIAN_WIDTH = 7

_TOGETHER = 16
"""Texts read at once: bounds the memory of attention (heads x tokens x 1500) and of the vocabulary's scores."""

_STEPS = ((1, 1), (1, 0), (0, 1))
"""Rows and columns back, by the path's choice: both, the row, the column."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text to find in its sound.

    Args:
        sound: what is attended to of the encoder's output (at most 1500, width).
        frames: mel frames of 10 ms that hold the sound; the rest is padding.
        start: tokens before the text, the last of them the one after which text comes.
        text: at least one token.
    """

    sound: Any
    frames: int
    start: tuple[int, ...]
    text: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Args:
    starts_s: of each token, and of the end, in seconds from the window's start; never decreasing.
    probabilities: of each token given the ones before it and the sound, among tokens of text.
    """

    starts_s: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def align(net: Whisper, texts: Sequence[Spoken], heads: Sequence[tuple[int, int]], end: int) -> list[Aligned]:
    """Times and probabilities of the texts' tokens.

    Args:
        heads: (layer, head) pairs that follow the sound, from the model's config.json.
        end: the end token; every smaller one is text.
    """
    aligned: list[Aligned] = []
    for first in range(0, len(texts), _TOGETHER):
        aligned += _align(net, texts[first : first + _TOGETHER], heads, end)
    return aligned


def _align(net: Whisper, texts: Sequence[Spoken], heads: Sequence[tuple[int, int]], end: int) -> list[Aligned]:
    tokens = [[*spoken.start, *spoken.text, end] for spoken in texts]
    longest = max(map(len, tokens))
    padded = torch.tensor([[*row, *[end] * (longest - len(row))] for row in tokens], device=net.device)
    cross = cross_keys(net, [spoken.sound for spoken in texts])
    reading = read(net, padded, cross, heads)
    assert reading.scores is not None
    probabilities = _probabilities(net, reading.hidden, padded, end)
    matrices = []
    for index, (spoken, row) in enumerate(zip(texts, tokens, strict=True)):
        columns = max(1, min(spoken.frames // 2, reading.scores.shape[-1]))
        weights = _smoothed(reading.scores[index, :, : len(row), :columns])
        # The row of a token says where the next is heard.
        matrices.append(weights[len(spoken.start) - 1 : -1])
    costs = [-matrix.cpu().numpy() for matrix in matrices]
    return [
        Aligned(
            starts / FRAMES_PER_SECOND,
            probabilities[index, len(spoken.start) - 1 :][: len(spoken.text)].astype(np.float64),
        )
        for index, (spoken, starts) in enumerate(zip(texts, first_columns(costs), strict=True))
    ]


def _probabilities(net: Whisper, hidden: torch.Tensor, tokens: torch.Tensor, end: int) -> NDArray[np.float32]:
    """Of the token after each position, (N, tokens - 1); those of text among tokens of text."""
    scores = logits(net, hidden[:, :-1])[..., :end]
    following = tokens[:, 1:, None]
    chosen = scores.gather(2, following.clamp(max=end - 1))[..., 0]
    found: NDArray[np.float32] = (chosen - scores.logsumexp(dim=-1)).exp().cpu().numpy()
    return found


def _smoothed(scores: torch.Tensor) -> torch.Tensor:
    """(heads, tokens, frames) attention scores to one (tokens, frames) matrix."""
    weights = torch.softmax(scores, dim=-1)
    spread, mean = torch.std_mean(weights, dim=1, keepdim=True, correction=0)
    weights = (weights - mean) / spread.clamp(min=torch.finfo(torch.float32).tiny)
    return _median(weights).mean(dim=0)


def _median(weights: torch.Tensor) -> torch.Tensor:
    """Median of seven frames, mirrored at both ends; too short a row stays as it is."""
    side = MEDIAN_WIDTH // 2
    if weights.shape[-1] <= side:
        return weights
    mirrored = torch.nn.functional.pad(weights, (side, side), mode="reflect")
    found: torch.Tensor = mirrored.unfold(-1, MEDIAN_WIDTH, 1).median(dim=-1).values
    return found


def first_columns(costs: Sequence[NDArray[np.float32]]) -> list[NDArray[np.int64]]:
    """Dynamic time warping of several matrices at once: on the cheapest path from the first cell to the last, the
    first column of every row.

    The path goes right, down, or both; of equal costs it came from the left. All matrices are worked through by
    diagonals together, since a step of a diagonal is one operation on all its cells.

    Args:
        costs: (rows, columns) each, finite.
    """
    rows = max(cost.shape[0] for cost in costs)
    columns = max(cost.shape[1] for cost in costs)
    diagonals = rows + columns - 1
    skewed = np.full((diagonals, len(costs), rows), np.inf, np.float32)
    for index, cost in enumerate(costs):
        for row, values in enumerate(cost):
            skewed[row : row + len(values), index, row] = values
    # Cell i of a diagonal sits at i + 1: its neighbour above is at i on the diagonal before.
    last = np.full((len(costs), rows + 1), np.inf, np.float32)
    before = last.copy()
    before[:, 0] = 0.0
    choices = np.empty((diagonals, len(costs), rows), np.int8)
    for diagonal in range(diagonals):
        both, above, left = before[:, :-1], last[:, :-1], last[:, 1:]
        least = np.minimum(np.minimum(both, above), left)
        choices[diagonal] = np.where((both < above) & (both < left), 0, np.where((above < both) & (above < left), 1, 2))
        before, last = last, np.full_like(last, np.inf)
        last[:, 1:] = skewed[diagonal] + least
    return [_walk_back(choices[:, index], cost.shape) for index, cost in enumerate(costs)]


def _walk_back(choices: NDArray[np.int8], shape: tuple[int, ...]) -> NDArray[np.int64]:
    first = np.zeros(shape[0], np.int64)
    row, column = shape[0] - 1, shape[1] - 1
    while row >= 0 and column >= 0:
        first[row] = column
        down, right = _STEPS[choices[row + column, row]]
        row, column = row - down, column - right
    return first
