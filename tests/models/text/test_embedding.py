"""The embedder: a text's vector is a function of the text alone, bit for bit (scoring principle 6)."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from interview_engine.errors import WeightsError
from models.text.embedding import BLOCK_ROWS, DIMENSION, TextEmbedder, _seated
from models.weights.registry import WeightStore, default_root

EN = ["I checked the order.", "I verified the shipment", "The weather is fine today.", "word " * 400]
ZH = ["我核对了订单。", "我查了一下发货情况", "今天天气很好。"]


IN_COMPANY_AND_ALONE = f"""
from {TextEmbedder.__module__} import TextEmbedder
from {WeightStore.__module__} import WeightStore, default_root
words = "I checked the order twice, called the customer back and wrote down what we had agreed on.".split()
texts = [" ".join((words * 20)[start : start + count]) for start in (0, 5) for count in (1, 4, 7, 9, 16, 28, 90, 240)]
together = TextEmbedder(WeightStore(default_root())).embed(texts, "en")
alone = TextEmbedder(WeightStore(default_root()))
print(sum((vector == alone.embed([text], "en")[0]).all() for text, vector in zip(texts, together)), "of", len(texts))
"""


@cache
def embedder() -> TextEmbedder:
    made = TextEmbedder(WeightStore(default_root()))
    try:
        made.embed(["a"], "en")
    except WeightsError as error:
        pytest.skip(f"weights not installed: {error.code}")
    return made


@pytest.mark.parametrize(("language", "texts"), [("en", EN), ("zh", ZH)])
def test_a_vector_does_not_depend_on_what_else_is_embedded(language: str, texts: list[str]) -> None:
    together = embedder().embed(texts, language)
    alone = TextEmbedder(WeightStore(default_root()))
    single = np.stack([alone.embed([text], language)[0] for text in reversed(texts)])[::-1]
    assert (together == single).all()


@pytest.mark.parametrize(("kernels", "flag"), [("Haswell", "avx2"), ("Zen", "avx2"), ("SkylakeX", "avx512vl")])
def test_a_vector_does_not_depend_on_its_company_with_any_of_openblas_kernels(kernels: str, flag: str) -> None:
    embedder()
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


@pytest.mark.parametrize(("language", "texts"), [("en", EN), ("zh", ZH)])
def test_vectors_are_of_unit_length_and_near_when_the_meaning_is(language: str, texts: list[str]) -> None:
    vectors = embedder().embed(texts, language)
    assert vectors.shape == (len(texts), DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_the_forward_pass_agrees_with_published_similarities_of_the_model() -> None:
    cat, feline, revenue = embedder().embed(
        ["The cat sat on the mat.", "A feline rested on the rug.", "Quarterly revenue grew."], "en"
    )
    assert cat @ feline == pytest.approx(0.556, abs=0.01)
    assert abs(cat @ revenue) < 0.1


def test_nothing_in_nothing_out() -> None:
    assert embedder().embed([], "en").shape == (0, DIMENSION)
