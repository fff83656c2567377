"""Times of words: the cheapest path through attention, whatever windows are worked through together (A1)."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.speech.whisper.align import Spoken, align, first_columns
from models.speech.whisper.layers import Sizes, random_network


def warped(cost: NDArray[np.float32]) -> list[int]:
    """First column of every row on the cheapest path, cell by cell."""
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf, np.float32)
    total[0, 0] = 0
    came = np.zeros((rows, columns), int)
    for row in range(rows):
        for column in range(columns):
            both, above, left = total[row, column], total[row, column + 1], total[row + 1, column]
            came[row, column] = 0 if both < min(above, left) else 1 if above < min(both, left) else 2
            total[row + 1, column + 1] = cost[row, column] + min(both, above, left)
    row, column = rows - 1, columns - 1
    first = [0] * rows
    while row >= 0 and column >= 0:
        first[row] = column
        choice = came[row, column]
        row, column = row - (choice != 2), column - (choice != 1)
    return first


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_matrices_of_any_shape_are_warped_together_as_each_alone(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    costs = [
        generator.standard_normal((generator.integers(1, 9), generator.integers(1, 14))).astype(np.float32)
        for _ in range(count)
    ]
    assert [first.tolist() for first in first_columns(costs)] == [warped(cost) for cost in costs]


def test_equal_costs_are_warped_as_the_reference_does() -> None:
    cost = np.zeros((4, 6), np.float32)
    assert first_columns([cost])[0].tolist() == warped(cost)


def test_a_text_gets_the_same_times_in_any_company() -> None:
    sizes = Sizes(8, 1, 2, 32, 2, 40, text_positions=448, sound_positions=50)
    net = random_network(sizes, "cpu", torch.float32, seed=2)
    generator = np.random.default_rng(0)
    texts = [
        Spoken(
            torch.from_numpy(generator.standard_normal((min(50, frames // 2 + 10), 32)).astype(np.float32)),
            frames,
            (36, 37, 38),
            tuple(generator.integers(0, 30, length).tolist()),
        )
        for frames, length in ((100, 5), (0, 1), (5, 9), (60, 20))
    ]
    heads = ((1, 0), (0, 1))
    together = align(net, texts, heads, end=30)
    for text, found in zip(texts, together, strict=True):
        (alone,) = align(net, [text], heads, end=30)
        assert found.starts_s.tolist() == alone.starts_s.tolist()
        np.testing.assert_allclose(found.probabilities, alone.probabilities, atol=1e-5)
        assert len(found.starts_s) == len(text.text) + 1
        assert (np.diff(found.starts_s) >= 0).all()
        assert 0 <= found.starts_s[0] <= found.starts_s[-1] <= max(1, text.frames // 2) / 50
