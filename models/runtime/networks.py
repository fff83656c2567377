"""Neural networks out of .task bundles, run over batches: OpenVINO on the CPU, PyTorch on a GPU.

A network knows nothing of pictures or people: numbers in, numbers out. What they mean stands where they are used.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.errors import Bilingual, WeightsError
from models.runtime.device import Device
from models.runtime.openvino_runtime import compile_model, core

Numbers = NDArray[np.float32]

CPU_BLOCK = 16
"""Pictures worth giving to one call on the CPU: more do not make it faster, only larger."""

GPU_BLOCK = 128
"""Pictures worth giving to one call on a GPU."""


class Network(Protocol):
    """A network over batches. Deterministic; keeps nothing from one call to the next."""

    def run(self, batch: Numbers) -> tuple[Numbers, ...]:
        """The wanted outputs of a batch.

        Args:
            batch: float32, N x the .tflite file's own input shape without its leading 1; N may be 0.

        Returns: one array an output, N x its own shape in the file without its leading 1, in the order asked for.
        """
        ...


class OpenVinoNetwork:
    """`Network` on the CPU, one thread. Compiled when it is first run: not every recording shows a hand."""

    def __init__(self, tflite: bytes, outputs: Sequence[str], together: int = 1) -> None:
        """Load.

        Args:
            tflite: bytes of a .tflite file with one input.
            outputs: names of the wanted outputs; what only the others need is not computed.
            together: pictures that are run at once; a batch is filled up to a multiple of it. Which number is fastest
                differs: in a batch some networks spend less time a picture, others more. The results are the same.

        Raises:
            WeightsError: `weights.unusable`: the file is no network, or has no such output.
        """
        self._model = _pruned(tflite, outputs)
        self._shapes = [_numbers(output.get_partial_shape()) for output in self._model.outputs]
        self._together = together
        self._request: Any = None

    def run(self, batch: Numbers) -> tuple[Numbers, ...]:
        """See `Network.run`."""
        results = tuple(np.empty((len(batch), *shape), dtype=np.float32) for shape in self._shapes)
        if self._request is None and len(batch) > 0:
            self._request = _compiled(self._model, self._together)
        for start in range(0, len(batch), self._together):
            piece = batch[start : start + self._together]
            full = np.resize(piece, (self._together, *piece.shape[1:])) if len(piece) < self._together else piece
            found = self._request.infer([full], share_inputs=True, share_outputs=True)
            for result, values in zip(results, found.values(), strict=True):
                result[start : start + len(piece)] = values.reshape((self._together, *result.shape[1:]))[: len(piece)]
        return results


def load_network(tflite: bytes, outputs: Sequence[str], device: Device = "cpu", together: int = 1) -> Network:
    """A network on a device.

    Args:
        outputs: names of the wanted outputs. together: see `OpenVinoNetwork`; a GPU takes batches of any size.

    Raises:
        WeightsError: `weights.unusable`: the file is no network, or has no such output.
    """
    if device == "cpu":
        return OpenVinoNetwork(tflite, outputs, together)
    from models.runtime.torch_network import TorchNetwork

    network: Network = TorchNetwork(tflite, outputs, device)
    return network


def read_bundle(bundle: Path, *members: str) -> tuple[bytes, ...]:
    """Members of a .task bundle, which is a zip file.

    Raises:
        WeightsError: `weights.unusable`: the bundle or one of its members is missing or damaged.
    """
    try:
        with zipfile.ZipFile(bundle) as file:
            return tuple(file.read(member) for member in members)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise unusable(bundle.name, str(error)) from error


def unusable(name: str, problem: str) -> WeightsError:
    """The error for weights that cannot be used."""
    return WeightsError(
        "weights.unusable",
        Bilingual(f"模型文件 {name} 无法使用：{problem}。", f"The model file {name} cannot be used: {problem}."),
        Bilingual("请运行 interview-engine models verify。", "Run `interview-engine models verify`."),
    )


def _pruned(tflite: bytes, outputs: Sequence[str]) -> Any:
    """An OpenVINO model with only these outputs; OpenVINO reads .tflite from a file only."""
    import openvino

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.tflite"
        path.write_bytes(tflite)
        try:
            model = core().read_model(path)
        except RuntimeError as error:
            raise unusable("OpenVINO", str(error).strip().splitlines()[-1]) from error
    named = {name: output for output in model.outputs for name in output.get_names()}
    missing = [name for name in outputs if name not in named]
    if missing:
        raise unusable("OpenVINO", f"no output {', '.join(missing)}")
    return openvino.Model([named[name] for name in outputs], model.get_parameters(), "network")


def _compiled(model: Any, together: int) -> Any:
    """An inference request for batches of exactly `together`; changes the model."""
    import openvino

    if together > 1:
        _free_batch(model, together)
        entry = model.inputs[0]
        model.reshape({entry: openvino.PartialShape([together, *_numbers(entry.get_partial_shape())])})
    return compile_model(model).create_infer_request()


def _free_batch(model: Any, together: int) -> None:
    """Let reshapes that are written down for a batch of one take this many: their leading 1 becomes `together`."""
    import openvino

    for operation in model.get_ops():
        if operation.get_type_name() != "Reshape":
            continue
        data, target = (operation.input_value(place).get_node() for place in (0, 1))
        if data.get_type_name() == "Constant" or target.get_type_name() != "Constant":
            continue
        shape = np.array(target.data).reshape(-1)
        if len(shape) > 1 and shape[0] == 1:
            shape[0] = together
            operation.input(1).replace_source_output(openvino.opset13.constant(shape).output(0))


def _numbers(shape: Any) -> list[int]:
    """The lengths of a shape for one picture: without its leading 1 (or open batch), where it has one."""
    first, *others = list(shape)
    batch = first.is_dynamic or first.get_length() == 1
    return [int(length.get_length()) for length in (others if batch else (first, *others))]
