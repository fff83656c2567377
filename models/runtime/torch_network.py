"""Networks of .tflite files in PyTorch: batches on a GPU, and the same graph on a CPU, where tests can hold it.

On a GPU a network runs as captured CUDA graphs, one for each of a few batch sizes ("buckets"): launching some hundred
small kernels one by one would cost more than running them. A batch is padded to the next bucket; a larger one goes in
pieces, and while the GPU computes a piece the next is copied into pinned memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from models.runtime.bundle import Numbers
from models.runtime.tflite_file import TfliteGraph, read_tflite, unusable

Precision = Literal["f32", "bf16", "f16"]

BUCKETS = (16, 64, 128)
"""Batch sizes that are captured on a GPU, each when it is first needed."""

WARM_UP_RUNS = 3
"""Before a capture: compilers, libraries and allocators do on the first runs what must not be captured."""


class TorchNetwork:
    """`Network` on any torch device. Deterministic for a device, a precision and the buckets."""

    def __init__(
        self,
        tflite: bytes,
        outputs: Sequence[str],
        device: str = "cpu",
        precision: Precision = "f32",
        compiled: bool = False,
        buckets: Sequence[int] = BUCKETS,
    ) -> None:
        """Build the graph and put its weights on the device.

        Args:
            tflite: bytes of a .tflite file with one float32 input.
            outputs: names of the wanted outputs; what only the others need is not computed.
            device: torch's name of it, "cpu" or "cuda" or "cuda:1".
            precision: of weights and arithmetic; inputs and outputs are float32 always. "f32" is the full one: no TF32.
                Only it is within `check`'s limits everywhere. Measured on pictures of people: with "f16" points of
                faces move by 0.11 px and blendshapes by 0.004, but points of bodies by 0.6 px; with "bf16" points of
                faces by 1.3 px and of bodies by 10 px.
            compiled: whether torch.compile joins the element-by-element steps and writes the depthwise convolutions
                itself: less memory traffic, but it needs a C compiler, and minutes for the first run of a network.
            buckets: batch sizes, rising; on a CPU only the largest counts, as the size of a piece.

        Raises:
            WeightsError: `weights.unusable`: not such a file, no such output, or an operator that is not supported.
            UsageError: `gpu.no_torch`: PyTorch is not installed; `gpu.no_device`: it cannot use the device.
        """
        self._torch = _load_torch()
        self._device = _device(self._torch, device)
        self._buckets = tuple(buckets)
        graph = read_tflite(tflite)
        numbers = _numbered(graph, outputs)
        self._input_shape = graph.tensors[graph.inputs[0]].shape[1:]
        self._output_shapes = [_item_shape(graph.tensors[number].shape) for number in numbers]
        self._compute = self._computation(graph, numbers, precision, compiled)
        self._captured: dict[int, _CapturedBatch] = {}

    def run(self, batch: Numbers) -> tuple[Numbers, ...]:
        """See `Network.run`."""
        results = tuple(np.empty((len(batch), *shape), dtype=np.float32) for shape in self._output_shapes)
        if self._device.type == "cuda":
            self._run_captured(batch, results)
            return results
        for start, piece in self._pieces(batch):
            for result, value in zip(results, self.forward(self._torch.from_numpy(piece)), strict=True):
                result[start : start + len(piece)] = value.numpy()
        return results

    def forward(self, batch: Any) -> tuple[Any, ...]:
        """The outputs of a float32 tensor that is on the device already, as float32 tensors on the device.

        Nothing is captured or padded: every new batch size may compile once more.
        """
        with self._torch.no_grad(), self._exactly():
            values: tuple[Any, ...] = self._compute(batch)
            return values

    def captured(self, size: int) -> _CapturedBatch:
        """The captured graph for batches of `size`, made when it is first asked for; on a GPU only."""
        if size not in self._captured:
            with self._torch.cuda.device(self._device):
                self._captured[size] = _CapturedBatch(
                    self._torch, self.forward, (size, *self._input_shape), self._device
                )
        return self._captured[size]

    def _computation(
        self, graph: TfliteGraph, numbers: Sequence[int], precision: Precision, compiled: bool
    ) -> Callable[[Any], tuple[Any, ...]]:
        from models.runtime.torch_graph import build

        torch = self._torch
        kind = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}[precision]
        module = build(graph, numbers, "taps" if compiled else "convolution")
        module = module.to(device=self._device, dtype=kind)

        def compute(batch: Any) -> tuple[Any, ...]:
            return tuple(value.float() for value in module(batch.to(kind)))

        if not compiled:
            return compute
        joined: Callable[[Any], tuple[Any, ...]] = torch.compile(compute, fullgraph=True)
        return joined

    def _exactly(self) -> Any:
        """While it runs: no TF32, no choice of algorithm by timing, so that results do not change from run to run."""
        return self._torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)

    def _pieces(self, batch: Numbers) -> Iterator[tuple[int, Numbers]]:
        largest = self._buckets[-1]
        for start in range(0, len(batch), largest):
            yield start, np.ascontiguousarray(batch[start : start + largest], dtype=np.float32)

    def _run_captured(self, batch: Numbers, results: Sequence[Numbers]) -> None:
        """Two pieces are under way at a time, each in its own pinned memory."""
        under_way: deque[tuple[_CapturedBatch, int, int, int]] = deque()

        def collect() -> None:
            captured, place, start, count = under_way.popleft()
            for result, values in zip(results, captured.collect(place), strict=True):
                result[start : start + count] = values[:count]

        with self._torch.cuda.device(self._device), self._torch.no_grad():
            for index, (start, piece) in enumerate(self._pieces(batch)):
                if len(under_way) == 2:
                    collect()
                captured = self.captured(next(size for size in self._buckets if size >= len(piece)))
                captured.start(index % 2, piece)
                under_way.append((captured, index % 2, start, len(piece)))
            while under_way:
                collect()


class _CapturedBatch:
    """A computation captured as a CUDA graph for one batch size, with two sets of pinned memory."""

    def __init__(self, torch: Any, compute: Callable[[Any], tuple[Any, ...]], shape: tuple[int, ...], device: Any):
        self._torch = torch
        self.batch = torch.zeros(shape, dtype=torch.float32, device=device)
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP_RUNS):
                compute(self.batch)
        torch.cuda.current_stream().wait_stream(aside)
        torch.cuda.synchronize()
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._values = compute(self.batch)
        self._sent = [torch.zeros(shape, dtype=torch.float32, pin_memory=True) for _ in range(2)]
        self._received = [[torch.empty(v.shape, pin_memory=True) for v in self._values] for _ in range(2)]
        self._done = [torch.cuda.Event() for _ in range(2)]

    def replay(self) -> None:
        """Compute on what is in `batch` now."""
        self._graph.replay()

    def start(self, place: int, piece: Numbers) -> None:
        """Send a piece, compute, and ask for the results back; returns before any of it is done."""
        self._sent[place][: len(piece)].copy_(self._torch.from_numpy(piece))
        self.batch.copy_(self._sent[place], non_blocking=True)
        self._graph.replay()
        for received, value in zip(self._received[place], self._values, strict=True):
            received.copy_(value, non_blocking=True)
        self._done[place].record()

    def collect(self, place: int) -> list[NDArray[np.float32]]:
        """Wait for the results that `start` asked for; they are overwritten by the place's next use."""
        self._done[place].synchronize()
        return [received.numpy() for received in self._received[place]]


def _load_torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise UsageError(
            "gpu.no_torch",
            msg("PyTorch cannot be used: {error}.", error=error),
            msg("Run `pip install 'interview-engine[gpu]'`."),
        ) from error
    return torch


def _device(torch: Any, name: str) -> Any:
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UsageError(
            "gpu.no_device",
            msg("PyTorch cannot use the device {name}: {reason}.", name=name, reason=reason),
            msg("Use cpu, or install the driver and a CUDA PyTorch."),
        ) from error
    return device


def _numbered(graph: TfliteGraph, outputs: Sequence[str]) -> list[int]:
    known = {graph.tensors[number].name: number for number in graph.outputs}
    missing = [name for name in outputs if name not in known]
    if missing or len(graph.inputs) != 1 or graph.tensors[graph.inputs[0]].dtype != "float32":
        raise unusable(f"no output {', '.join(missing)}" if missing else "not one input of float32")
    return [known[name] for name in outputs]


def _item_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Without the batch of one; a file may have dropped it from its output already."""
    return shape[1:] if len(shape) > 1 else shape
