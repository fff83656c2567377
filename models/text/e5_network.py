"""The encoder of multilingual-e5-small (BERT: 12 layers, 12 heads, width 384) in OpenVINO, its weights in 4 bits."""

from __future__ import annotations

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


class E5Network:
    """Numbers of tokens, one text at a time.

    What comes out depends on the ids alone: the length that they are filled up to is their own, and nothing is
    computed beside them. The arithmetic is float32, whatever else the processor can do.

    Raises:
        WeightsError: `weights.unusable`: a tensor is missing.
    """

    def __init__(self, file: E5File) -> None:
        self._file = file
        self._places = file.numbers("emb.pos").reshape(-1, DIMENSION) + file.numbers("emb.type")[:DIMENSION]
        # weights in 4 bits invite OpenVINO to round what they are multiplied with to 8 bits; a group of 0 forbids it
        compiled = compile_model(_encoder(file), options={"DYNAMIC_QUANTIZATION_GROUP_SIZE": 0})
        self._request = compiled.create_infer_request()

    def run(self, ids: list[int]) -> Vectors:
        """Hidden states of the last layer, len(ids) x 384, for 1 to 512 ids, begin and end among them."""
        count = len(ids)
        length = next(length for length in LENGTHS if length >= count)
        tokens = np.zeros((1, length, DIMENSION), dtype=np.float32)
        tokens[0, :count] = self._file.words(np.array(ids)) + self._places[:count]
        mask = np.zeros((1, 1, 1, length), dtype=np.float32)
        mask[..., count:] = MASKED
        (hidden,) = self._request.infer([tokens, mask]).values()
        found: Vectors = hidden[0, :count]
        return found


def _encoder(file: E5File) -> Any:
    """The model: sums of word, place and type vectors, 1 x L x 384, and a mask, 1 x 1 x 1 x L, to hidden states."""
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

    tokens = op.parameter(openvino.PartialShape([1, -1, DIMENSION]), np.float32)
    mask = op.parameter(openvino.PartialShape([1, 1, 1, -1]), np.float32)
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
