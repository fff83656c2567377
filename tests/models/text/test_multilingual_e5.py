"""multilingual-e5-small, its weights read as data: the vectors of the package they come from, whatever runs beside."""

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from interview_engine.errors import WeightsError
from models.text.e5_file import FILE, read_e5
from models.text.e5_network import LENGTHS, ROWS, E5Network
from models.text.multilingual_e5 import PREFIX, MultilingualE5, load_file
from models.text.own_e5 import reference
from models.text.unigram import Unigram
from models.text.vectors import DIMENSION, Vectors
from models.weights.registry import WeightStore, default_root

TEXTS = ["我核对了订单。", "我查了一下发货情况", "I checked the order.", "今天天气很好。", "嗯", "word " * 100]

COSINES = f"""
import hashlib
from {load_file.__module__} import load_file
from {WeightStore.__module__} import WeightStore, default_root
model = load_file(WeightStore(default_root()).locate("e5-small-zh-en") / {FILE!r})
texts = {TEXTS!r}
together = model.embed(texts)
assert all((model.embed([text])[0] == vector).all() for text, vector in zip(texts, together))
print(hashlib.sha256(together.tobytes()).hexdigest())
"""


@cache
def path() -> Path:
    try:
        return WeightStore(default_root()).locate("e5-small-zh-en") / FILE
    except WeightsError as error:
        pytest.skip(f"weights not installed: {error.code}")


@cache
def model() -> MultilingualE5:
    return load_file(path())


def test_vectors_agree_with_those_of_the_packages_own_engine() -> None:
    known = reference()
    cosines = (model().embed(known.texts) * known.vectors).sum(axis=1)
    assert cosines.min() > 0.9998
    assert np.median(cosines) > 0.9999


def test_the_arithmetic_is_float32_whatever_the_processor_prefers() -> None:
    """The first layer by numpy in double precision: bf16, or 8-bit activations, would be off by a thousandth."""
    file = read_e5(path())
    ids = [0, *Unigram(file.vocabulary).ids(PREFIX + TEXTS[0]), 2]
    found = E5Network(file).run(ids)
    assert np.abs(found - _by_numpy(ids)).max() < 2e-5


def _by_numpy(ids: list[int]) -> Vectors:
    from scipy.special import erf, softmax

    file = read_e5(path())

    def numbers(name: str) -> np.ndarray:
        return file.numbers(name).astype(np.float64)

    def norm(rows: np.ndarray, name: str) -> np.ndarray:
        spread = np.sqrt(rows.var(axis=1, keepdims=True) + 1e-12)
        return (rows - rows.mean(axis=1, keepdims=True)) / spread * numbers(f"{name}.w") + numbers(f"{name}.b")

    def linear(rows: np.ndarray, name: str) -> np.ndarray:
        weights, scales = file.matrix(f"{name}.w")
        matrix = ((weights.astype(np.float64) - 8) * scales).reshape(len(weights), -1)
        return rows @ matrix.T + numbers(f"{name}.b")

    places = numbers("emb.pos").reshape(-1, DIMENSION)[: len(ids)] + numbers("emb.type")[:DIMENSION]
    hidden = norm(file.words(np.array(ids)) + places, "emb.ln")
    for layer in (f"l{index}" for index in range(12)):
        query, key, value = (linear(hidden, f"{layer}.{part}").reshape(-1, 12, 32).transpose(1, 0, 2) for part in "qkv")
        share = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(32), axis=2)
        mixed = (share @ value).transpose(1, 0, 2).reshape(-1, DIMENSION)
        hidden = norm(hidden + linear(mixed, f"{layer}.ao"), f"{layer}.aln")
        inner = linear(hidden, f"{layer}.fi")
        inner = inner * (0.5 * (1 + erf(inner / np.sqrt(2))))
        hidden = norm(hidden + linear(inner, f"{layer}.fo"), f"{layer}.oln")
    return hidden.astype(np.float32)


def test_a_vector_does_not_depend_on_what_else_is_embedded_or_on_what_came_before() -> None:
    together = model().embed(TEXTS)
    single = np.stack([model().embed([text])[0] for text in reversed(TEXTS)])[::-1]
    assert (together == single).all()
    assert (load_file(path()).embed(TEXTS[2:3])[0] == together[2]).all()


def test_inputs_of_one_length_that_are_computed_together_give_the_bits_of_each_by_itself() -> None:
    network = E5Network(read_e5(path()))
    inputs = [
        [0, *range(100 + 7 * place, 100 + 7 * place + length), 2] for place in range(9) for length in (13, 18, 60)
    ]
    single = [network.run(ids) for ids in inputs]
    for _ in range(2):  # the first time groups are tried, the second time trusted
        assert all((one == other).all() for one, other in zip(network.run_all(inputs), single, strict=True))
    assert {shape for shape in network._alike if shape[1] in (16, 20)} >= {(5, 16), (4, 20)}
    assert not [shape for shape in network._alike if shape[0] * shape[1] > ROWS]


def test_a_group_that_gives_other_bits_is_not_computed_together_again(monkeypatch: pytest.MonkeyPatch) -> None:
    network = E5Network(read_e5(path()))
    inputs = [[0, *range(100, 113), 2], [0, *range(200, 213), 2]]
    single = [network.run(ids) for ids in inputs]
    infer = network._infer

    def drifting(group: Sequence[list[int]], length: int) -> list[Vectors]:
        return [states + np.float32(1e-6) * (len(group) > 1) for states in infer(group, length)]

    monkeypatch.setattr(network, "_infer", drifting)
    for _ in range(2):
        assert all((one == other).all() for one, other in zip(network.run_all(inputs), single, strict=True))
    assert network._alike == {(2, 16): False}


@pytest.mark.slow  # a process each
def test_vectors_are_the_same_bits_with_any_of_openblas_kernels() -> None:
    path()
    root = Path(__file__).parents[3]
    found = set()
    for kernels in ("Haswell", "Prescott"):
        environment = os.environ | {"OPENBLAS_CORETYPE": kernels, "OMP_NUM_THREADS": "1"}
        ran = subprocess.run([sys.executable, "-c", COSINES], cwd=root, env=environment, capture_output=True, text=True)
        assert ran.stderr == ""
        found.add(ran.stdout)
    assert len(found) == 1


def test_vectors_are_of_unit_length_and_near_when_the_meaning_is_in_either_language() -> None:
    vectors = model().embed(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSION)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[3]
    assert vectors[0] @ vectors[2] > vectors[3] @ vectors[2]


def test_a_sentence_in_traditional_characters_is_nearest_to_itself_in_simplified_ones() -> None:
    simplified, traditional, other = model().embed(["我们核对了订单。", "我們核對了訂單。", "今天天气很好。"])
    assert simplified @ traditional > max(simplified @ other, traditional @ other) + 0.05


def test_filling_an_input_up_changes_nothing_of_what_it_says() -> None:
    file = read_e5(path())
    network = E5Network(file)
    full = [0, *range(100, 162), 2]
    assert len(full) in LENGTHS
    longer = [0, *range(100, 162), 500, 2]
    assert np.abs(network.run(longer)[-1] - network.run(full)[-1]).max() > 1e-3
    assert network.run(longer).shape == (65, DIMENSION)
    assert np.abs(network.run(longer) - _by_numpy(longer)).max() < 2e-5


class Hidden:
    """A network whose states say which input they are of; remembers the inputs."""

    def __init__(self) -> None:
        self.inputs: list[list[int]] = []

    def run_all(self, inputs: Sequence[list[int]]) -> list[Vectors]:
        self.inputs += inputs
        states = [np.zeros((len(ids), DIMENSION), dtype=np.float32) for ids in inputs]
        for place, rows in enumerate(states):
            rows[:, place] = 1
        return states


@pytest.mark.parametrize(("count", "inputs"), [(1, [1]), (510, [510]), (511, [510, 1]), (1275, [510, 510, 255])])
def test_a_long_text_is_the_mean_of_its_inputs_by_tokens(count: int, inputs: list[int]) -> None:
    hidden = Hidden()
    ids = list(range(10, 10 + count))
    (vector,) = MultilingualE5(lambda text: ids, hidden.run_all, 0, 2).embed(["x"])
    assert [len(found) - 2 for found in hidden.inputs] == inputs
    assert all((found[0], found[-1]) == (0, 2) for found in hidden.inputs)
    assert [id_ for found in hidden.inputs for id_ in found[1:-1]] == ids
    shares = np.array(inputs) / np.linalg.norm(inputs)
    assert vector[: len(inputs)] == pytest.approx(shares, abs=1e-6)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_no_text_is_too_strange_to_embed() -> None:
    vectors = model().embed(["", " ", "\x00", "😀👍🏽", "\ud800", "ꙮ" * 50, "</s>"])
    assert np.isfinite(vectors).all()
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("damage", ["empty", "magic", "cut in the pieces", "cut in the numbers"])
def test_a_file_that_is_none_or_was_cut_is_refused_with_an_error(damage: str, tmp_path: Path) -> None:
    with path().open("rb") as file:
        start = file.read(8_000_000)
    data = {
        "empty": b"",
        "magic": b"GGUF" + start[4:],
        "cut in the pieces": start[:2_000_000],
        "cut in the numbers": start,
    }[damage]
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(WeightsError) as caught:
        load_file(tmp_path / FILE)
    assert caught.value.code == "weights.unusable"
