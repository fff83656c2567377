"""The encoder of multilingual-e5-small (BERT: 12 layers, 12 heads, width 384) in OpenVINO, its weights in 4 bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.runtime.openvino_runtime import compile_model
from models.text.e5_file import E5File
from models.text.vectors import DIMENSION, Vectors

LENGTHS = (*range(4, 65, 4), *range(80, 129, 16), *range(192, 513, 64))
"""Tokens that an input is filled up to. OpenVINO prepares its kernels for each length that comes (5 to 30 ms and 1.2 MB
each, measured on two cores with AVX-512), so not every length may come."""

MASKED = np.float32(-1e30)
"""Added to the attention on filling: its share is exactly 0."""

ROWS = 80
"""Tokens of the inputs of one length that are computed together, at most. Up to here the kernels add in the order of an
input by itself (12 to 60 tokens by 2 to 6, AVX-512: the same bits up to 80 rows, others from 84 on)."""


class E5Network:
    """Hidden states of numbers of tokens.

    What comes out depends on the ids of a text alone: the length that they are filled up to is their own. Inputs of one
    length are computed together only in numbers of which this process has seen that they give the same bits as one at a
    time. The arithmetic is float32, whatever else the processor can do.

    Raises:
        WeightsError: `weights.unusable`: a tensor is missing.
    """

    def __init__(self, file: E5File) -> None:
        self._file = file
        self._places = file.numbers("emb.pos").reshape(-1, DIMENSION) + file.numbers("emb.type")[:DIMENSION]
        # weights in 4 bits invite OpenVINO to round what they are multiplied with to 8 bits; a group of 0 forbids it
        compiled = compile_model(_encoder(file), options={"DYNAMIC_QUANTIZATION_GROUP_SIZE": 0})
        self._request = compiled.create_infer_request()
        self._alike: dict[tuple[int, int], bool] = {}

    def run(self, ids: list[int]) -> Vectors:
        """Hidden states of the last layer, len(ids) x 384, for 1 to 512 ids, begin and end among them."""
        return self._infer([ids], _filled(ids))[0]

    def run_all(self, inputs: Sequence[list[int]]) -> list[Vectors]:
        """The same of every input, in order, bit for bit."""
        found: dict[int, Vectors] = {}
        by_length: dict[int, list[int]] = {}
        for place, ids in enumerate(inputs):
            by_length.setdefault(_filled(ids), []).append(place)
        for length, places in by_length.items():
            for group in _groups(places, ROWS // length):
                states = self._group([inputs[place] for place in group], length)
                found.update(zip(group, states, strict=True))
        return [found[place] for place in range(len(inputs))]

    def _group(self, inputs: Sequence[list[int]], length: int) -> list[Vectors]:
        """Inputs of one length together; the first time that so many of it come, one at a time as well."""
        shape = (len(inputs), length)
        if len(inputs) == 1 or self._alike.get(shape) is False:
            return [self.run(ids) for ids in inputs]
        together = self._infer(inputs, length)
        if shape in self._alike:
            return together
        single = [self.run(ids) for ids in inputs]
        self._alike[shape] = all(np.array_equal(one, other) for one, other in zip(single, together, strict=True))
        return single

    def _infer(self, inputs: Sequence[list[int]], length: int) -> list[Vectors]:
        tokens = np.zeros((len(inputs), length, DIMENSION), dtype=np.float32)
        mask = np.zeros((len(inputs), 1, 1, length), dtype=np.float32)
        for row, ids in enumerate(inputs):
            tokens[row, : len(ids)] = self._file.words(np.array(ids)) + self._places[: len(ids)]
            mask[row, ..., len(ids) :] = MASKED
        (hidden,) = self._request.infer([tokens, mask]).values()
        return [hidden[row, : len(ids)] for row, ids in enumerate(inputs)]


def _filled(ids: Sequence[int]) -> int:
    """The length that an input is filled up to."""
    found: int = next(length for length in LENGTHS if length >= len(ids))
    return found


def _groups(places: Sequence[int], most: int) -> list[Sequence[int]]:
    """The places in groups of `most`, what remains in pairs and one: each size of a group needs kernels of its own."""
    groups: list[Sequence[int]] = []
    at = 0
    for size in dict.fromkeys((max(1, most), 2 if most > 2 else 1, 1)):
        while len(places) - at >= size:
            groups.append(places[at : at + size])
            at += size
    return groups


def _encoder(file: E5File) -> Any:
    """The model: sums of word, place and type vectors, B x L x 384, and a mask, B x 1 x 1 x L, to hidden states."""
    import openvino
    from openvino import opset13 as op

    def integers(*values: int) -> Any:
        return op.constant(np.array(values, dtype=np.int64))

    def norm(rows: Any, name: str) -> Any:
        centred = op.mvn(rows, integers(-1), True, file.epsilon, "inside_sqrt")
        gain, bias = (op.constant(file.numbers(f"{name}.{part}")) for part in "wb")
        return op.add(op.multiply(centred, gain), bias)

    def linear(rows: Any, *names: str) -> Any:
        """rows x the matrices of these names, side by side."""
        parts = [file.matrix(f"{name}.w") for name in names]
        weights = np.concatenate([weights for weights, _ in parts])
        scales = np.concatenate([scales for _, scales in parts])
        packed = weights.reshape(-1, 2)
        halves = openvino.Tensor(
            packed[:, 0] | packed[:, 1] << 4, openvino.Shape(list(weights.shape)), openvino.Type.u4
        )
        middle = op.convert(op.constant(np.full((1, 1, 1), 8, dtype=np.uint8)), "f32")
        numbers = op.multiply(
            op.subtract(op.convert(op.constant(halves, shared_memory=False), "f32"), middle), op.constant(scales)
        )
        matrix = op.reshape(numbers, integers(len(weights), -1), False)
        bias = np.concatenate([file.numbers(f"{name}.b") for name in names])
        return op.add(op.matmul(rows, matrix, False, True), op.constant(bias))

    tokens = op.parameter(openvino.PartialShape([-1, -1, DIMENSION]), np.float32)
    mask = op.parameter(openvino.PartialShape([-1, 1, 1, -1]), np.float32)
    hidden = norm(tokens, "emb.ln")
    for layer in (f"l{index}" for index in range(file.layers)):
        joined = linear(hidden, f"{layer}.q", f"{layer}.k", f"{layer}.v")
        heads = op.reshape(joined, integers(0, 0, 3, file.heads, DIMENSION // file.heads), True)
        heads = op.transpose(heads, integers(2, 0, 3, 1, 4))
        query, key, value = (op.gather(heads, op.constant(part), op.constant(0)) for part in range(3))
        mixed = op.transpose(op.scaled_dot_product_attention(query, key, value, mask), integers(0, 2, 1, 3))
        mixed = op.reshape(mixed, integers(0, 0, DIMENSION), True)
        hidden = norm(op.add(hidden, linear(mixed, f"{layer}.ao")), f"{layer}.aln")
        inner = op.gelu(linear(hidden, f"{layer}.fi"), "erf")
        hidden = norm(op.add(hidden, linear(inner, f"{layer}.fo")), f"{layer}.oln")
    return openvino.Model([op.result(hidden)], [tokens, mask], "multilingual-e5-small")
