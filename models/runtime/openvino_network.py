"""Networks of .tflite files on the CPU, by OpenVINO on one thread."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.runtime.bundle import Numbers, unusable
from models.runtime.openvino_runtime import compile_model, core


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
