"""ONNX files without the package `onnx`: the messages of onnx.proto that a network needs, and multilingual-e5-small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.text.e5_file import E5File
from models.text.vectors import DIMENSION

KINDS = {np.dtype(np.float32): 1, np.dtype(np.int8): 3, np.dtype(np.int32): 6, np.dtype(np.int64): 7}
"""onnx.TensorProto.DataType."""

Attribute = int | float | Sequence[int]


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _number(place: int, number: int) -> bytes:
    return _varint(place << 3) + _varint(number)


def _bytes(place: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return _varint(place << 3 | 2) + _varint(len(raw)) + raw


@dataclass
class OnnxGraph:
    """A graph being written. Every method that adds something returns the name of its result."""

    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes] = field(default_factory=list)

    def constant(self, values: NDArray[np.generic]) -> str:
        """A tensor of the file."""
        name = f"c{len(self.constants)}"
        dims = b"".join(_number(1, length) for length in values.shape)
        kind = KINDS[values.dtype]
        self.constants.append(dims + _number(2, kind) + _bytes(8, name) + _bytes(9, values.tobytes()))
        return name

    def node(self, kind: str, *inputs: str, name: str = "", outputs: int = 1, **attributes: Attribute) -> str:
        """An operation; with several outputs they are `NAME.0`, `NAME.1` …"""
        name = name or f"n{len(self.nodes)}"
        results = [name] if outputs == 1 else [f"{name}.{index}" for index in range(outputs)]
        node = b"".join(_bytes(1, entry) for entry in inputs) + b"".join(_bytes(2, entry) for entry in results)
        node += _bytes(3, name) + _bytes(4, kind)
        node += b"".join(_bytes(5, _attribute(key, value)) for key, value in attributes.items())
        self.nodes.append(node)
        return name

    def integers(self, *values: int) -> str:
        """A constant shape or list of axes."""
        return self.constant(np.array(values, dtype=np.int64))

    def file(self, inputs: Mapping[str, np.dtype[np.generic]], output: str, width: int) -> bytes:
        """The file: inputs of 1 x n, and one output of 1 x n x width."""
        graph = b"".join(_bytes(1, node) for node in self.nodes) + _bytes(2, "graph")
        graph += b"".join(_bytes(5, constant) for constant in self.constants)
        graph += b"".join(_bytes(11, _value(name, KINDS[kind], ["b", "n"])) for name, kind in inputs.items())
        graph += _bytes(12, _value(output, 1, ["b", "n", width]))
        return _number(1, 8) + _bytes(8, _bytes(1, "") + _number(2, 17)) + _bytes(7, graph)


def _attribute(name: str, value: Attribute) -> bytes:
    head = _bytes(1, name)
    if isinstance(value, float):
        return head + _varint(2 << 3 | 5) + np.float32(value).tobytes() + _number(20, 1)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, 2)
    return head + b"".join(_number(8, entry) for entry in value) + _number(20, 7)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    dims = [_bytes(2, length) if isinstance(length, str) else _number(1, length) for length in shape]
    tensor = _number(1, kind) + _bytes(2, b"".join(_bytes(1, dim) for dim in dims))
    return _bytes(1, name) + _bytes(2, _bytes(1, tensor))


INPUTS = {name: np.dtype(np.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}


def e5_onnx(source: E5File, ids: Sequence[int], layers: int = 12) -> bytes:
    """multilingual-e5-small as its publisher lays it out: three inputs, last_hidden_state out; 8-bit weights, float32.

    Args:
        ids: of the words that will be asked for; the others are left out of the table, and read as the first of these.
        layers: fewer make another model.
    """
    graph = OnnxGraph()
    words = sorted(set(ids))
    places = np.zeros(len(source.vocabulary.pieces), dtype=np.int32)
    places[words] = np.arange(len(words))

    def norm(rows: str, name: str) -> str:
        parts = [graph.constant(source.numbers(f"{name}.{part}").copy()) for part in "wb"]
        return graph.node("LayerNormalization", rows, *parts, axis=-1, epsilon=1e-12)

    def linear(rows: str, name: str) -> str:
        weights, scales = source.matrix(f"{name}.w")
        floats = graph.node("Cast", graph.constant((weights.astype(np.int8) - 8).astype(np.int8)), to=1)
        scaled = graph.node("Mul", floats, graph.constant(scales))
        matrix = graph.node("Transpose", graph.node("Reshape", scaled, graph.integers(len(weights), -1)), perm=[1, 0])
        return graph.node("Add", graph.node("MatMul", rows, matrix), graph.constant(source.numbers(f"{name}.b").copy()))

    # words, places and types
    table = graph.constant(source.words(np.array(words)))
    hidden = graph.node("Gather", table, graph.node("Gather", graph.constant(places), "input_ids"))
    length = graph.node("Slice", graph.node("Shape", "input_ids"), graph.integers(1), graph.integers(2))
    position = graph.constant(source.numbers("emb.pos").reshape(-1, DIMENSION).copy())
    hidden = graph.node("Add", hidden, graph.node("Slice", position, graph.integers(0), length))
    types = graph.constant(source.numbers("emb.type").reshape(-1, DIMENSION).copy())
    hidden = norm(graph.node("Add", hidden, graph.node("Gather", types, "token_type_ids")), "emb.ln")
    # attention leaves out what is masked
    seen = graph.node("Cast", graph.node("Unsqueeze", "attention_mask", graph.integers(1, 2)), to=1)
    hidden_from = graph.node(
        "Mul", graph.node("Sub", seen, graph.constant(np.float32([1]))), graph.constant(np.float32([1e9]))
    )

    def heads(rows: str, perm: Sequence[int]) -> str:
        return graph.node("Transpose", graph.node("Reshape", rows, graph.integers(0, 0, 12, 32)), perm=perm)

    for layer in (f"l{index}" for index in range(layers)):
        query, value = (heads(linear(hidden, f"{layer}.{part}"), [0, 2, 1, 3]) for part in "qv")
        key = heads(linear(hidden, f"{layer}.k"), [0, 2, 3, 1])
        likeness = graph.node("Mul", graph.node("MatMul", query, key), graph.constant(np.float32([32**-0.5])))
        share = graph.node("Softmax", graph.node("Add", likeness, hidden_from), axis=-1)
        mixed = graph.node("Transpose", graph.node("MatMul", share, value), perm=[0, 2, 1, 3])
        mixed = graph.node("Reshape", mixed, graph.integers(0, 0, DIMENSION))
        hidden = norm(graph.node("Add", hidden, linear(mixed, f"{layer}.ao")), f"{layer}.aln")
        inner = linear(hidden, f"{layer}.fi")
        half = graph.node("Erf", graph.node("Mul", inner, graph.constant(np.float32([0.5**0.5]))))
        half = graph.node(
            "Mul", graph.node("Add", half, graph.constant(np.float32([1]))), graph.constant(np.float32([0.5]))
        )
        inner = graph.node("Mul", inner, half)
        hidden = norm(graph.node("Add", hidden, linear(inner, f"{layer}.fo")), f"{layer}.oln")
    graph.node("Identity", hidden, name="last_hidden_state")
    return graph.file(INPUTS, "last_hidden_state", DIMENSION)
