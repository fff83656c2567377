"""Whisper's encoder on the CPU, built from the same weights that CTranslate2 reads and run by OpenVINO.

CTranslate2 then decodes from its output. In float32 it is what the published model computes, and still faster than
CTranslate2's own encoder with 8-bit weights; on processors that multiply bf16 matrices it runs in bf16.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.runtime.openvino_runtime import Precision, compile_model, fastest_precision
from models.speech.whisper.weights import read_variables

LAYER_NORM_EPSILON = 1e-5
"""PyTorch's default, with which Whisper was trained."""

MEL_FRAMES = 3000
"""Of 10 ms: thirty seconds, which the model was trained to hear at once."""


class WhisperEncoder:
    """The encoder of one model folder.

    Args:
        model_dir: a Whisper model in CTranslate2 form.
        precision: of the arithmetic; None takes `fastest_precision`.

    Raises:
        WeightsError: the weights cannot be read.
    """

    def __init__(self, model_dir: Path, precision: Precision | None = None) -> None:
        self.precision: Precision = precision or fastest_precision()
        graph = encoder_graph(read_variables(model_dir / "model.bin"))
        self._request = compile_model(graph, self.precision).create_infer_request()

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Encode one window.

        Args:
            features: log-mel, mels x an even number of frames, at most 3000. What is silent after a sound may be left
                out; its cost is proportional to the frames.

        Returns: float32, 1 x half as many frames x width.
        """
        output = self._request.infer([np.ascontiguousarray(features[None], dtype=np.float32)])
        return np.array(output[0], dtype=np.float32)


def encoder_graph(weights: Mapping[str, NDArray[Any]]) -> Any:
    """The OpenVINO graph of a CTranslate2 Whisper's encoder: 1 x mels x at most 3000 in, 1 x half as many x width out.

    One graph for every length, since each compiled one would hold the weights again.
    """
    import openvino
    import openvino.opset13 as ops

    build = _Builder(ops, weights)
    mels = weights["encoder/conv1/weight"].shape[1]
    shape = openvino.PartialShape([1, mels, openvino.Dimension(1, MEL_FRAMES)])
    features = ops.parameter(shape, np.float32, name="features")
    frames = build.convolution(features, "encoder/conv1", stride=1)
    frames = build.convolution(frames, "encoder/conv2", stride=2)
    frames = ops.transpose(frames, np.array([0, 2, 1]))
    frames = ops.add(frames, build.first(build.constant("encoder/position_encodings/encodings"), frames))
    heads = int(weights["encoder/num_heads"])
    layer = 0
    while f"encoder/layer_{layer}/ffn/linear_0/weight" in weights:
        frames = build.attention(frames, f"encoder/layer_{layer}/self_attention", heads)
        frames = build.feed_forward(frames, f"encoder/layer_{layer}/ffn")
        layer += 1
    return openvino.Model([build.layer_norm(frames, "encoder/layer_norm")], [features], "whisper-encoder")


class _Builder:
    """The parts of a transformer layer, by CTranslate2's names of its weights."""

    def __init__(self, ops: Any, weights: Mapping[str, NDArray[Any]]) -> None:
        self._ops = ops
        self._weights = weights

    def constant(self, name: str) -> Any:
        return self._ops.constant(self.values(name))

    def values(self, name: str) -> NDArray[np.float32]:
        """A weight as float32; one stored as whole numbers is divided by its scale (CTranslate2 multiplies by it)."""
        stored = self._weights[name]
        if np.issubdtype(stored.dtype, np.floating):
            return stored.astype(np.float32)
        scale = self._weights[f"{name}_scale"].astype(np.float32)
        return stored.astype(np.float32) / scale.reshape(scale.shape + (1,) * (stored.ndim - scale.ndim))

    def first(self, rows: Any, frames: Any) -> Any:
        """As many of the rows as there are frames (1 x frames x width)."""
        ops = self._ops
        count = ops.gather(ops.shape_of(frames), np.array([1]), np.array(0))
        return ops.slice(rows, np.array([0]), count, np.array([1]), np.array([0]))

    def convolution(self, frames: Any, name: str, stride: int) -> Any:
        kernel = self.constant(f"{name}/weight")
        bias = self._ops.constant(self.values(f"{name}/bias").reshape(1, -1, 1))
        found = self._ops.convolution(frames, kernel, [stride], [1], [1], [1])
        return self._ops.gelu(self._ops.add(found, bias), "erf")

    def linear(self, values: Any, name: str) -> Any:
        product = self._ops.matmul(values, self.constant(f"{name}/weight"), False, True)
        return self._ops.add(product, self.constant(f"{name}/bias"))

    def layer_norm(self, values: Any, name: str) -> Any:
        axes = self._ops.constant(np.array([-1], dtype=np.int64))
        normal = self._ops.mvn(values, axes, True, LAYER_NORM_EPSILON, "inside_sqrt")
        scaled = self._ops.multiply(normal, self.constant(f"{name}/gamma"))
        return self._ops.add(scaled, self.constant(f"{name}/beta"))

    def attention(self, values: Any, name: str, heads: int) -> Any:
        ops = self._ops
        both = self.linear(self.layer_norm(values, f"{name}/layer_norm"), f"{name}/linear_0")
        width = self._weights[f"{name}/linear_0/bias"].shape[0] // 3
        # batch x time x (query, key, value) x head x width of a head, then the three apart
        split = ops.reshape(both, np.array([0, 0, 3, heads, width // heads]), True)
        turned = ops.transpose(split, np.array([2, 0, 3, 1, 4]))
        query, key, value = (ops.squeeze(part, np.array([0])) for part in ops.split(turned, 0, 3).outputs())
        seen = ops.scaled_dot_product_attention(query, key, value, causal=False)
        joined = ops.reshape(ops.transpose(seen, np.array([0, 2, 1, 3])), np.array([0, 0, width]), True)
        return ops.add(values, self.linear(joined, f"{name}/linear_1"))

    def feed_forward(self, values: Any, name: str) -> Any:
        hidden = self.linear(self.layer_norm(values, f"{name}/layer_norm"), f"{name}/linear_0")
        return self._ops.add(values, self.linear(self._ops.gelu(hidden, "erf"), f"{name}/linear_1"))
