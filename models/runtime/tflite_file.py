"""What is in a .tflite file: tensors, constants and operators, without TensorFlow Lite.

The file is a FlatBuffer: tables whose first number points back to a list of field offsets, so a field that was left out
costs nothing and reads as its default. Field numbers and operator codes are those of TensorFlow Lite's published schema
(schema.fbs, version 3). Constants come out ready to use: sparse ones dense, half-precision ones as float32, and the
operators that would have done so at run time (DENSIFY, DEQUANTIZE) gone.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import WeightsError
from interview_engine.i18n import msg

IDENTIFIER = b"TFL3"
VERSION = 3

TYPES: Mapping[int, str] = {0: "float32", 1: "float16", 2: "int32", 3: "uint8", 4: "int64", 6: "bool", 9: "int8"}
"""TensorType → numpy's name."""

OPERATORS: Mapping[int, str] = {
    0: "ADD",
    2: "CONCATENATION",
    3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D",
    5: "DEPTH_TO_SPACE",
    6: "DEQUANTIZE",
    9: "FULLY_CONNECTED",
    14: "LOGISTIC",
    17: "MAX_POOL_2D",
    18: "MUL",
    19: "RELU",
    22: "RESHAPE",
    23: "RESIZE_BILINEAR",
    34: "PAD",
    39: "TRANSPOSE",
    40: "MEAN",
    41: "SUB",
    42: "DIV",
    45: "STRIDED_SLICE",
    54: "PRELU",
    59: "NEG",
    74: "SUM",
    75: "SQRT",
    76: "RSQRT",
    99: "SQUARED_DIFFERENCE",
    124: "DENSIFY",
}
"""BuiltinOperator → name: those of the face, hand and pose networks. Any other is refused."""

_FUSED = {"activation": (0, "b", 0)}
_REDUCER = {"keep_dims": (0, "?", 0)}

OPTIONS: Mapping[str, Mapping[str, tuple[int, str, int]]] = {
    "CONV_2D": {
        "padding": (0, "b", 0),
        "stride_w": (1, "i", 0),
        "stride_h": (2, "i", 0),
        "activation": (3, "b", 0),
        "dilation_w": (4, "i", 1),
        "dilation_h": (5, "i", 1),
    },
    "DEPTHWISE_CONV_2D": {
        "padding": (0, "b", 0),
        "stride_w": (1, "i", 0),
        "stride_h": (2, "i", 0),
        "depth_multiplier": (3, "i", 0),
        "activation": (4, "b", 0),
        "dilation_w": (5, "i", 1),
        "dilation_h": (6, "i", 1),
    },
    "MAX_POOL_2D": {
        "padding": (0, "b", 0),
        "stride_w": (1, "i", 0),
        "stride_h": (2, "i", 0),
        "filter_w": (3, "i", 0),
        "filter_h": (4, "i", 0),
        "activation": (5, "b", 0),
    },
    "FULLY_CONNECTED": {"activation": (0, "b", 0), "weights_format": (1, "b", 0), "keep_num_dims": (2, "?", 0)},
    "CONCATENATION": {"axis": (0, "i", 0), "activation": (1, "b", 0)},
    "ADD": _FUSED,
    "SUB": _FUSED,
    "MUL": _FUSED,
    "DIV": _FUSED,
    "MEAN": _REDUCER,
    "SUM": _REDUCER,
    "RESIZE_BILINEAR": {"align_corners": (2, "?", 0), "half_pixel_centers": (3, "?", 0)},
    "DEPTH_TO_SPACE": {"block_size": (0, "i", 0)},
    "STRIDED_SLICE": {
        "begin_mask": (0, "i", 0),
        "end_mask": (1, "i", 0),
        "ellipsis_mask": (2, "i", 0),
        "new_axis_mask": (3, "i", 0),
        "shrink_axis_mask": (4, "i", 0),
    },
}
"""Operator → option → (field number, struct format, default)."""

PADDING_SAME, PADDING_VALID = 0, 1
ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU6 = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of the graph; `constant` is None where it is computed. Shapes are for a batch of one."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    constant: NDArray[np.generic] | None


@dataclass(frozen=True, slots=True)
class Operator:
    """One step. `inputs` and `outputs` number the tensors; an input of -1 was left out (a convolution without bias)."""

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TfliteGraph:
    """A network: operators in an order in which they can run."""

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_tflite(data: bytes) -> TfliteGraph:
    """The network in a .tflite file with one graph and unquantised weights (float32, float16, sparse float16).

    Raises:
        WeightsError: `weights.unusable`: damaged, of another version, or with something in it that is not read here.
    """
    try:
        return _fold(_read(data))
    except (struct.error, ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:
        raise unusable(str(error) or type(error).__name__) from error


def unusable(problem: str) -> WeightsError:
    """The error for a network that cannot be used, in the words of the other runtimes."""
    return WeightsError(
        "weights.unusable",
        msg("The model file cannot be used: {problem}.", problem=problem),
        msg("Run `interview-engine models verify`."),
    )


class _Table:
    """A FlatBuffer table at `position`; fields by number."""

    __slots__ = ("_data", "_fields", "_position")

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position
        start = position - _number(data, position, "i")
        size = _number(data, start, "H")
        self._fields = struct.unpack_from(f"<{(size - 4) // 2}H", data, start + 4)

    def _at(self, field: int) -> int | None:
        offset = self._fields[field] if field < len(self._fields) else 0
        return self._position + offset if offset else None

    def _target(self, field: int) -> int | None:
        at = self._at(field)
        return None if at is None else at + _number(self._data, at, "I")

    def number(self, field: int, kind: str, default: int = 0) -> int:
        at = self._at(field)
        return default if at is None else _number(self._data, at, kind)

    def table(self, field: int) -> _Table | None:
        target = self._target(field)
        return None if target is None else _Table(self._data, target)

    def tables(self, field: int) -> list[_Table]:
        target = self._target(field)
        if target is None:
            return []
        places = range(target + 4, target + 4 + 4 * _number(self._data, target, "I"), 4)
        return [_Table(self._data, place + _number(self._data, place, "I")) for place in places]

    def array(self, field: int, dtype: str) -> NDArray[np.generic]:
        target = self._target(field)
        if target is None:
            return np.empty(0, dtype)
        return np.frombuffer(self._data, dtype, _number(self._data, target, "I"), target + 4)

    def integers(self, field: int) -> tuple[int, ...]:
        return tuple(int(value) for value in self.array(field, "<i4"))

    def text(self, field: int) -> str:
        return self.array(field, "u1").tobytes().decode()


def _number(data: bytes, position: int, kind: str) -> int:
    if position < 0:
        raise ValueError("an offset points before the file's start")
    return int(struct.unpack_from(f"<{kind}", data, position)[0])


def _read(data: bytes) -> TfliteGraph:
    if data[4:8] != IDENTIFIER:
        raise ValueError("not a .tflite file")
    model = _Table(data, _number(data, 0, "I"))
    graphs = model.tables(2)
    if model.number(0, "I") != VERSION or len(graphs) != 1:
        raise ValueError("not one graph of schema version 3")
    kinds = [_kind(code) for code in model.tables(1)]
    buffers = [buffer.array(0, "u1") for buffer in model.tables(4)]
    graph = graphs[0]
    return TfliteGraph(
        tensors=tuple(_tensor(table, buffers) for table in graph.tables(0)),
        operators=tuple(_operator(table, kinds) for table in graph.tables(3)),
        inputs=graph.integers(1),
        outputs=graph.integers(2),
    )


def _kind(code: _Table) -> str:
    """Codes below 127 stand in the older one-byte field, later ones in the newer; the larger counts."""
    number = max(code.number(0, "b"), code.number(3, "i"))
    if number not in OPERATORS:
        raise ValueError(f"operator {number} is not supported")
    return OPERATORS[number]


def _operator(table: _Table, kinds: list[str]) -> Operator:
    kind = kinds[table.number(0, "I")]
    options = table.table(4)
    return Operator(
        kind=kind,
        inputs=table.integers(1),
        outputs=table.integers(2),
        options={
            name: default if options is None else options.number(field, number, default)
            for name, (field, number, default) in OPTIONS.get(kind, {}).items()
        },
    )


def _tensor(table: _Table, buffers: list[NDArray[np.generic]]) -> Tensor:
    shape = table.integers(0)
    number = table.number(1, "b")
    if number not in TYPES:
        raise ValueError(f"tensor type {number} is not supported")
    dtype = TYPES[number]
    quantization = table.table(4)
    if quantization is not None and quantization.array(2, "<f4").size:
        raise ValueError("quantised weights are not supported")
    stored = buffers[table.number(2, "I")]
    constant: NDArray[np.generic] | None = None
    if stored.size:
        values = np.frombuffer(stored.tobytes(), np.dtype(dtype).newbyteorder("<"))
        sparsity = table.table(6)
        constant = values.reshape(shape) if sparsity is None else _dense(values, shape, sparsity)
    return Tensor(table.text(3), shape, dtype, constant)


def _dense(values: NDArray[np.generic], shape: tuple[int, ...], sparsity: _Table) -> NDArray[np.generic]:
    """Fill a tensor whose last dimension is stored as compressed sparse rows: row starts, then columns."""
    dimensions = sparsity.tables(2)
    formats = [dimension.number(0, "b") for dimension in dimensions]
    rank = len(shape)
    if sparsity.integers(0) != tuple(range(rank)) or sparsity.integers(1) or formats != [0] * (rank - 1) + [1]:
        raise ValueError("this kind of sparse weights is not supported")
    starts = _indices(dimensions[-1], 2)
    columns = _indices(dimensions[-1], 4)
    rows = np.zeros((int(np.prod(shape[:-1])), shape[-1]), values.dtype)
    if starts.size != rows.shape[0] + 1 or starts[-1] != columns.size or columns.size > values.size:
        raise ValueError("sparse weights do not add up")
    rows[np.repeat(np.arange(rows.shape[0]), np.diff(starts)), columns] = values[: columns.size]
    return rows.reshape(shape)


def _indices(dimension: _Table, field: int) -> NDArray[np.int64]:
    """A union of three vector tables: of int32, uint16 or uint8."""
    kind = dimension.number(field, "B")
    table = dimension.table(field + 1)
    if table is None or kind not in (1, 2, 3):
        raise ValueError("sparse weights without their places")
    return table.array(0, {1: "<i4", 2: "<u2", 3: "u1"}[kind]).astype(np.int64)


def _fold(graph: TfliteGraph) -> TfliteGraph:
    """Do DENSIFY and DEQUANTIZE of constants now."""
    tensors = list(graph.tensors)
    kept = []
    for operator in graph.operators:
        if operator.kind not in ("DENSIFY", "DEQUANTIZE"):
            kept.append(operator)
            continue
        (source,), (target,) = operator.inputs, operator.outputs
        constant = tensors[source].constant
        if constant is None:
            raise ValueError(f"{operator.kind} of a computed tensor is not supported")
        tensors[target] = replace(tensors[target], constant=constant.astype(tensors[target].dtype))
    return replace(graph, tensors=tuple(tensors), operators=tuple(kept))
