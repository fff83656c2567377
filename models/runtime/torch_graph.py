"""A .tflite network as a torch module whose batch dimension is free.

Values keep the file's own order of dimensions (pictures: batch, height, width, channels). torch's convolutions want
channels second, so they are given views: a picture stored channels-last is what torch calls the channels_last format,
nothing is copied, and that is also the faster format on a GPU.
"""

from __future__ import annotations

import operator as python_operator
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
import torch.fx
import torch.nn.functional as functional
from numpy.typing import NDArray

from models.runtime.tflite_file import (
    ACTIVATION_NONE,
    ACTIVATION_RELU,
    ACTIVATION_RELU6,
    PADDING_SAME,
    Operator,
    TfliteGraph,
    unusable,
)

Depthwise = Literal["convolution", "taps"]
"""How a convolution of every channel on its own is written: as torch's grouped convolution, or as a sum over the
filter's taps of shifted pictures times a weight. The second is many operators for an interpreter, but a compiler makes
one pass over memory of it together with the bias, activation and addition that follow."""


def build(graph: TfliteGraph, outputs: Sequence[int], depthwise: Depthwise = "convolution") -> Any:
    """A module from the batch to a tuple of the wanted outputs, in their order; what nothing needs is left out.

    Args:
        graph: with one input, of float32, batch first.
        outputs: tensor numbers.
        depthwise: see `Depthwise`; the results are the same up to rounding.

    Raises:
        WeightsError: `weights.unusable`: something in the graph is not supported.
    """
    return _Builder(graph, depthwise).module(outputs)


def needed(graph: TfliteGraph, outputs: Sequence[int]) -> list[Operator]:
    """The operators that the outputs (tensor numbers) depend on, in the file's order."""
    wanted, kept = set(outputs), []
    for operator in reversed(graph.operators):
        if wanted.intersection(operator.outputs):
            wanted.update(operator.inputs)
            kept.append(operator)
    return kept[::-1]


class _Builder:
    """Writes a torch.fx graph, one tflite operator after the other."""

    def __init__(self, graph: TfliteGraph, depthwise: Depthwise) -> None:
        self._file = graph
        self._depthwise = depthwise
        self._root = torch.nn.Module()
        self._graph = torch.fx.Graph()
        self._values: dict[int, Any] = {}
        self._padded: dict[int, tuple[int, int]] = {}
        self._uses = Counter(number for operator in graph.operators for number in operator.inputs)
        self._emitters: dict[str, Callable[[Operator], Any]] = {
            "ADD": self._binary(python_operator.add),
            "SUB": self._binary(python_operator.sub),
            "MUL": self._binary(python_operator.mul),
            "DIV": self._binary(python_operator.truediv),
            "SQUARED_DIFFERENCE": self._squared_difference,
            "NEG": self._unary(torch.neg),
            "RELU": self._unary(torch.relu),
            "LOGISTIC": self._unary(torch.sigmoid),
            "SQRT": self._unary(torch.sqrt),
            "RSQRT": self._unary(torch.rsqrt),
            "PRELU": self._prelu,
            "CONV_2D": self._convolution,
            "DEPTHWISE_CONV_2D": self._depthwise_convolution,
            "FULLY_CONNECTED": self._fully_connected,
            "MAX_POOL_2D": self._max_pool,
            "RESIZE_BILINEAR": self._resize_bilinear,
            "DEPTH_TO_SPACE": self._depth_to_space,
            "PAD": self._pad,
            "CONCATENATION": self._concatenation,
            "RESHAPE": self._reshape,
            "TRANSPOSE": self._transpose,
            "STRIDED_SLICE": self._strided_slice,
            "MEAN": self._reduce(torch.mean),
            "SUM": self._reduce(torch.sum),
        }

    def module(self, outputs: Sequence[int]) -> Any:
        (source,) = self._file.inputs
        self._values[source] = self._graph.placeholder("batch")
        for operator in needed(self._file, outputs):
            if operator.kind not in self._emitters or len(operator.outputs) != 1:
                raise unusable(f"operator {operator.kind} is not supported on a GPU")
            self._values[operator.outputs[0]] = self._emitters[operator.kind](operator)
        self._graph.output(tuple(self._values[number] for number in outputs))
        self._graph.lint()
        return torch.fx.GraphModule(self._root, self._graph).eval().requires_grad_(False)

    # ---- values ----

    def _shape(self, number: int) -> tuple[int, ...]:
        return self._file.tensors[number].shape

    def _constant(self, number: int) -> NDArray[Any]:
        constant = self._file.tensors[number].constant
        if constant is None:
            raise unusable(f"tensor {number} should be a constant")
        return constant

    def _integers(self, number: int) -> list[int]:
        return [int(value) for value in self._constant(number).reshape(-1)]

    def _stored(self, name: str, values: NDArray[Any]) -> Any:
        """A buffer of the module: follows it to a device and a precision."""
        if not hasattr(self._root, name):
            self._root.register_buffer(name, torch.from_numpy(np.array(values, dtype=np.float32, order="C")))
        return self._graph.get_attr(name)

    def _value(self, number: int) -> Any:
        if number in self._values:
            return self._values[number]
        return self._stored(f"constant_{number}", self._constant(number))

    def _call(self, function: Any, *arguments: Any, **named: Any) -> Any:
        return self._graph.call_function(function, arguments, named)

    def _method(self, name: str, *arguments: Any) -> Any:
        return self._graph.call_method(name, arguments)

    def _channels_second(self, value: Any) -> Any:
        return self._method("permute", value, 0, 3, 1, 2)

    def _channels_last(self, value: Any) -> Any:
        return self._method("permute", value, 0, 2, 3, 1)

    def _activated(self, value: Any, operator: Operator) -> Any:
        activation = operator.options.get("activation", ACTIVATION_NONE)
        if activation == ACTIVATION_NONE:
            return value
        if activation == ACTIVATION_RELU:
            return self._call(torch.relu, value)
        if activation == ACTIVATION_RELU6:
            return self._call(torch.clamp, value, 0.0, 6.0)
        raise unusable(f"activation {activation} is not supported on a GPU")

    # ---- element by element ----

    def _unary(self, function: Any) -> Callable[[Operator], Any]:
        return lambda operator: self._call(function, self._value(operator.inputs[0]))

    def _binary(self, function: Any) -> Callable[[Operator], Any]:
        def emit(operator: Operator) -> Any:
            left, right = (self._value(number) for number in operator.inputs)
            return self._activated(self._call(function, left, right), operator)

        return emit

    def _squared_difference(self, operator: Operator) -> Any:
        left, right = (self._value(number) for number in operator.inputs)
        return self._call(torch.square, self._call(python_operator.sub, left, right))

    def _prelu(self, operator: Operator) -> Any:
        """One slope a channel."""
        slopes = self._constant(operator.inputs[1])
        if slopes.size != slopes.shape[-1] or len(self._shape(operator.inputs[0])) != 4:
            raise unusable("PRELU with slopes by place is not supported on a GPU")
        weight = self._stored(f"slopes_{operator.inputs[1]}", slopes.reshape(-1))
        value = self._channels_second(self._value(operator.inputs[0]))
        return self._channels_last(self._call(functional.prelu, value, weight))

    # ---- sums over channels and neighbours ----

    def _convolution(self, operator: Operator) -> Any:
        filters = self._constant(operator.inputs[1])
        options = operator.options
        out, height, width, _ = filters.shape
        if filters.shape[3] != self._shape(operator.inputs[0])[3]:
            raise unusable("a grouped convolution is not supported on a GPU")
        bias = self._bias(operator, out)
        value = self._value(operator.inputs[0])
        if (height, width, options["stride_h"], options["stride_w"]) == (1, 1, 1, 1) and not self._folded(operator):
            weight = self._stored(f"matrix_{operator.inputs[1]}", filters.reshape(out, -1))
            return self._activated(self._call(functional.linear, value, weight, bias), operator)
        weight = self._filters(operator.inputs[1], filters.transpose(0, 3, 1, 2))
        value, padding = self._room(operator, value, (height, width))
        done = self._call(
            functional.conv2d,
            self._channels_second(value),
            weight,
            bias,
            stride=(options["stride_h"], options["stride_w"]),
            padding=padding,
            dilation=(options["dilation_h"], options["dilation_w"]),
        )
        return self._activated(self._channels_last(done), operator)

    def _depthwise_convolution(self, operator: Operator) -> Any:
        filters = self._constant(operator.inputs[1])
        options = operator.options
        _, height, width, channels = filters.shape
        if channels != self._shape(operator.inputs[0])[3]:
            raise unusable("a depthwise convolution with a multiplier is not supported on a GPU")
        bias = self._bias(operator, channels)
        value, padding = self._room(operator, self._value(operator.inputs[0]), (height, width))
        if self._depthwise == "taps":
            return self._activated(self._taps(operator, value, padding, filters, bias), operator)
        done = self._call(
            functional.conv2d,
            self._channels_second(value),
            self._filters(operator.inputs[1], filters.transpose(3, 0, 1, 2)),
            bias,
            stride=(options["stride_h"], options["stride_w"]),
            padding=padding,
            dilation=(options["dilation_h"], options["dilation_w"]),
            groups=channels,
        )
        return self._activated(self._channels_last(done), operator)

    def _taps(self, operator: Operator, value: Any, padding: tuple[int, int], filters: NDArray[Any], bias: Any) -> Any:
        """The sum over a filter's places of the picture, shifted, times the place's weights."""
        options = operator.options
        _, height, width, channels = filters.shape
        _, rows, columns, _ = self._shape(operator.outputs[0])
        if padding != (0, 0):
            value = self._call(functional.pad, value, (0, 0, padding[1], padding[1], padding[0], padding[0]))
        total = bias
        for y in range(height):
            for x in range(width):
                weight = self._stored(f"tap_{operator.inputs[1]}_{y}_{x}", filters[0, y, x].reshape(channels))
                window = (
                    slice(None),
                    _every(y * options["dilation_h"], options["stride_h"], rows),
                    _every(x * options["dilation_w"], options["stride_w"], columns),
                )
                shifted = self._call(python_operator.getitem, value, window)
                total = self._call(python_operator.add, total, self._call(python_operator.mul, shifted, weight))
        return total

    def _fully_connected(self, operator: Operator) -> Any:
        weights = self._constant(operator.inputs[1])
        if operator.options["weights_format"] or len(self._shape(operator.inputs[0])) != 2:
            raise unusable("this kind of FULLY_CONNECTED is not supported on a GPU")
        weight = self._stored(f"matrix_{operator.inputs[1]}", weights)
        bias = self._bias(operator, weights.shape[0])
        return self._activated(self._call(functional.linear, self._value(operator.inputs[0]), weight, bias), operator)

    def _bias(self, operator: Operator, channels: int) -> Any:
        number = operator.inputs[2] if len(operator.inputs) > 2 else -1
        if number < 0:
            return self._stored(f"zeros_{channels}", np.zeros(channels))
        return self._stored(f"constant_{number}", self._constant(number))

    def _filters(self, number: int, values: NDArray[Any]) -> Any:
        """Filters in torch's order of dimensions (out, in, height, width), stored channels-last as pictures are."""
        name = f"filters_{number}"
        if not hasattr(self._root, name):
            stored = torch.from_numpy(np.array(values, dtype=np.float32, order="C"))
            self._root.register_buffer(name, stored.to(memory_format=torch.channels_last))
        return self._graph.get_attr(name)

    def _folded(self, operator: Operator) -> bool:
        return operator.inputs[0] in self._padded

    def _room(self, operator: Operator, value: Any, size: tuple[int, int]) -> tuple[Any, tuple[int, int]]:
        """What to put around a picture for a window of `size`: the picture, perhaps larger, and torch's padding.

        SAME means ceil(n / stride) outputs, with the odd row or column of room after the picture; torch's own padding
        is the same on both sides.
        """
        if operator.inputs[0] in self._padded:
            return value, self._padded[operator.inputs[0]]
        if operator.options["padding"] != PADDING_SAME:
            return value, (0, 0)
        options = operator.options
        vertical = _same(self._shape(operator.inputs[0])[1], size[0], options["stride_h"], options.get("dilation_h", 1))
        across = _same(self._shape(operator.inputs[0])[2], size[1], options["stride_w"], options.get("dilation_w", 1))
        if vertical[0] == vertical[1] and across[0] == across[1]:
            return value, (vertical[0], across[0])
        fill = -np.inf if operator.kind == "MAX_POOL_2D" else 0.0
        return self._call(functional.pad, value, (0, 0, *across, *vertical), "constant", fill), (0, 0)

    # ---- places ----

    def _max_pool(self, operator: Operator) -> Any:
        options = operator.options
        size = (options["filter_h"], options["filter_w"])
        value, padding = self._room(operator, self._value(operator.inputs[0]), size)
        stride = (options["stride_h"], options["stride_w"])
        done = self._call(functional.max_pool2d, self._channels_second(value), size, stride, padding)
        return self._activated(self._channels_last(done), operator)

    def _resize_bilinear(self, operator: Operator) -> Any:
        """torch samples at pixel centres when corners are not aligned; the file's third kind, neither, is not here."""
        corners, centres = operator.options["align_corners"], operator.options["half_pixel_centers"]
        if bool(corners) == bool(centres):
            raise unusable("this kind of RESIZE_BILINEAR is not supported on a GPU")
        done = self._call(
            functional.interpolate,
            self._channels_second(self._value(operator.inputs[0])),
            size=tuple(self._integers(operator.inputs[1])),
            mode="bilinear",
            align_corners=bool(corners),
        )
        return self._channels_last(done)

    def _depth_to_space(self, operator: Operator) -> Any:
        """Channel (y * block + x) * depth + c of a pixel goes to its sub-pixel (y, x)."""
        block = operator.options["block_size"]
        _, height, width, depth = self._shape(operator.outputs[0])
        split = (-1, height // block, width // block, block, block, depth)
        value = self._method("reshape", self._value(operator.inputs[0]), split)
        value = self._method("permute", value, 0, 1, 3, 2, 4, 5)
        return self._method("reshape", value, (-1, height, width, depth))

    def _pad(self, operator: Operator) -> Any:
        """Room around a picture that one convolution needs becomes that convolution's own padding."""
        amounts = self._constant(operator.inputs[1]).reshape(-1, 2).tolist()
        (target,) = operator.outputs
        value = self._value(operator.inputs[0])
        users = [other for other in self._file.operators if target in other.inputs]
        if (
            len(amounts) == 4
            and amounts[0] == amounts[3] == [0, 0]
            and amounts[1][0] == amounts[1][1]
            and amounts[2][0] == amounts[2][1]
            and target not in self._file.outputs
            and all(user.kind.endswith("CONV_2D") and user.options["padding"] != PADDING_SAME for user in users)
        ):
            self._padded[target] = (amounts[1][0], amounts[2][0])
            return value
        if amounts[0] != [0, 0]:
            raise unusable("PAD of the batch is not supported on a GPU")
        return self._call(functional.pad, value, tuple(side for pair in amounts[:0:-1] for side in pair))

    def _concatenation(self, operator: Operator) -> Any:
        rank = len(self._shape(operator.outputs[0]))
        axis = operator.options["axis"] % rank
        if axis == 0:
            raise unusable("CONCATENATION of batches is not supported on a GPU")
        computed = next(self._values[number] for number in operator.inputs if number in self._values)
        batch = self._method("size", computed, 0)
        parts = [
            self._value(number)
            if number in self._values
            else self._method("expand", self._value(number), batch, *self._shape(number)[1:])
            for number in operator.inputs
        ]
        return self._activated(self._call(torch.cat, parts, axis), operator)

    def _reshape(self, operator: Operator) -> Any:
        before, after = self._shape(operator.inputs[0]), self._shape(operator.outputs[0])
        if before[0] != 1 or after[0] != 1:
            raise unusable("RESHAPE across the batch is not supported on a GPU")
        return self._method("reshape", self._value(operator.inputs[0]), (-1, *after[1:]))

    def _transpose(self, operator: Operator) -> Any:
        order = self._integers(operator.inputs[1])
        if order[0] != 0:
            raise unusable("TRANSPOSE of the batch is not supported on a GPU")
        return self._method("permute", self._value(operator.inputs[0]), *order)

    def _strided_slice(self, operator: Operator) -> Any:
        """A part of each item. A file may drop its batch of one at the very end: the batch stays then."""
        options = operator.options
        shape = self._shape(operator.inputs[0])
        begins, ends, steps = (self._integers(number) for number in operator.inputs[1:])
        if options["ellipsis_mask"] or options["new_axis_mask"] or min(steps) < 1:
            raise unusable("this kind of STRIDED_SLICE is not supported on a GPU")
        if options["shrink_axis_mask"] & 1 and self._uses[operator.outputs[0]]:
            raise unusable("STRIDED_SLICE that drops the batch is not supported on a GPU")
        window: list[Any] = []
        for axis, size in enumerate(shape):
            begin = 0 if options["begin_mask"] >> axis & 1 else begins[axis] % size
            if options["shrink_axis_mask"] >> axis & 1:
                window.append(begin)
                continue
            end = size if options["end_mask"] >> axis & 1 else min(ends[axis] + (size if ends[axis] < 0 else 0), size)
            window.append(slice(begin, end, steps[axis]))
        if window[0] not in (0, slice(0, 1, 1)):
            raise unusable("STRIDED_SLICE of the batch is not supported on a GPU")
        return self._call(python_operator.getitem, self._value(operator.inputs[0]), (slice(None), *window[1:]))

    def _reduce(self, function: Any) -> Callable[[Operator], Any]:
        def emit(operator: Operator) -> Any:
            rank = len(self._shape(operator.inputs[0]))
            axes = tuple(axis % rank for axis in self._integers(operator.inputs[1]))
            if 0 in axes:
                raise unusable("a sum over the batch is not supported on a GPU")
            keep = bool(operator.options["keep_dims"])
            return self._call(function, self._value(operator.inputs[0]), dim=axes, keepdim=keep)

        return emit


def _same(length: int, size: int, stride: int, dilation: int) -> tuple[int, int]:
    """TensorFlow's SAME padding of one dimension, before and after."""
    outputs = -(-length // stride)
    room = max((outputs - 1) * stride + (size - 1) * dilation + 1 - length, 0)
    return room // 2, room - room // 2


def _every(begin: int, step: int, count: int) -> slice:
    return slice(begin, begin + step * (count - 1) + 1, step)
