"""A network on the device that was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from models.runtime.bundle import Network
from models.runtime.device import Device
from models.runtime.openvino_network import OpenVinoNetwork
from models.runtime.torch_network import TorchNetwork


def load_network(tflite: bytes, outputs: Sequence[str], device: Device = "cpu", together: int = 1) -> Network:
    """A network on a device.

    Args:
        outputs: names of the wanted outputs. together: see `OpenVinoNetwork`; a GPU takes batches of any size.

    Raises:
        WeightsError: `weights.unusable`: the file is no network, or has no such output.
    """
    if device == "cpu":
        return OpenVinoNetwork(tflite, outputs, together)
    return TorchNetwork(tflite, outputs, device)
