"""The speech recogniser of the settings."""

from __future__ import annotations

from pathlib import Path

from models.runtime.device import resolve
from models.runtime.openvino_runtime import fastest_precision
from models.speech.faster_whisper_recogniser import FasterWhisperRecogniser, backend
from models.speech.recogniser import Recogniser
from models.speech.torch_recogniser import CUDA_PRECISION, TorchRecogniser
from models.weights.registry import WeightStore


def load_recogniser(store: WeightStore, *, device: str = "auto", model: str = "whisper-base") -> Recogniser:
    """The recogniser of the settings: one window at a time on the CPU, batches in torch on a GPU.

    Args:
        device: "auto", "cpu" or "cuda".
        model: a name of the weight store, or the path of a folder with a Whisper model in CTranslate2 form.

    Raises:
        UsageError: `device.no_cuda`, `device.unknown`, `weights.unknown`.
        WeightsError: the weights are missing or damaged.
    """
    folder = store.locate(model) if model in store.names() or not Path(model).is_dir() else Path(model)
    if resolve(device) == "cpu":
        return FasterWhisperRecogniser(folder)
    return TorchRecogniser(folder, "cuda")


def speech_backend(device: str = "auto") -> str:
    """The `backend` of the recogniser that `load_recogniser` gives for this device; nothing is loaded.

    Raises:
        UsageError: `device.no_cuda`, `device.unknown`.
    """
    return backend(fastest_precision()) if resolve(device) == "cpu" else f"torch {CUDA_PRECISION}"
