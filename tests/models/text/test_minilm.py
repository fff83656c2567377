"""all-MiniLM-L6-v2: a text's vector is a function of the text alone, bit for bit (scoring principle 6)."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from interview_engine.errors import WeightsError
from models.text.minilm import BLOCK_ROWS, MiniLM, _seated
from models.text.vectors import DIMENSION
from models.weights.registry import WeightStore, default_root

TEXTS = ["I checked the order.", "I verified the shipment", "The weather is fine today.", "word " * 400]

IN_COMPANY_AND_ALONE = f"""
from {MiniLM.__module__} import MiniLM
from {WeightStore.__module__} import WeightStore, default_root
words = "I checked the order twice, called the customer back and wrote down what we had agreed on.".split()
texts = [" ".join((words * 20)[start : start + count]) for start in (0, 5) for count in (1, 4, 7, 9, 16, 28, 90, 240)]
model = MiniLM(WeightStore(default_root()).locate("minilm-en"))
together = model.embed(texts)
print(sum((vector == model.embed([text])[0]).all() for text, vector in zip(texts, together)), "of", len(texts))
"""


@cache
def model() -> MiniLM:
    try:
        return MiniLM(WeightStore(default_root()).locate("minilm-en"))
    except WeightsError as error:
        pytest.skip(f"weights not installed: {error.code}")


def test_a_vector_does_not_depend_on_what_else_is_embedded() -> None:
    together = model().embed(TEXTS)
    single = np.stack([model().embed([text])[0] for text in reversed(TEXTS)])[::-1]
    assert (together == single).all()


@pytest.mark.parametrize(("kernels", "flag"), [("Haswell", "avx2"), ("Zen", "avx2"), ("SkylakeX", "avx512vl")])
def test_a_vector_does_not_depend_on_its_company_with_any_of_openblas_kernels(kernels: str, flag: str) -> None:
    model()
    cpu = Path("/proc/cpuinfo")
    if not cpu.is_file() or flag not in cpu.read_text().split():
        pytest.skip(f"this processor has no {flag}")
    environment = os.environ | {"OPENBLAS_CORETYPE": kernels, "OPENBLAS_NUM_THREADS": "1"}
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", IN_COMPANY_AND_ALONE], cwd=root, env=environment, capture_output=True, text=True
    )
    assert (ran.stdout, ran.stderr) == ("16 of 16\n", "")


@pytest.mark.parametrize("lengths", [[3], [7, 9, 128, 2, 256, 30], [12] * 40, [6] * 100])
@pytest.mark.parametrize(
    ("block", "small"),
    [
        ([0] * 128, [0] * 96),
        (([0] * 6 + [1] * 6) * 10 + [2] * 8, ([0] * 6 + [1] * 6) * 8),
        ([0] * 60 + [1] * 68, [2] * 96),
        (list(range(128)), list(range(200, 296))),
    ],
)
def test_every_token_sits_once_and_in_a_seat_like_the_one_it_has_alone(
    lengths: list[int], block: list[int], small: list[int]
) -> None:
    blocks = _seated(lengths, (np.array(block), np.array(small)))
    wanted = [block[place % BLOCK_ROWS] for length in lengths for place in range(length)]
    seated = {}
    for rows in blocks:
        kinds = block if len(rows) == len(block) else small
        for seat, row in enumerate(rows.tolist()):
            if row < len(wanted):
                assert row not in seated
                seated[row] = kinds[seat]
    assert [seated[row] for row in range(len(wanted))] == wanted


def test_vectors_are_of_unit_length_and_near_when_the_meaning_is() -> None:
    vectors = model().embed(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_the_forward_pass_agrees_with_published_similarities_of_the_model() -> None:
    cat, feline, revenue = model().embed(
        ["The cat sat on the mat.", "A feline rested on the rug.", "Quarterly revenue grew."]
    )
    assert cat @ feline == pytest.approx(0.556, abs=0.01)
    assert abs(cat @ revenue) < 0.1
