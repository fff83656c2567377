"""Which processor a model runs on."""

from __future__ import annotations

import importlib.util
from typing import Literal

from interview_engine.errors import UsageError
from interview_engine.i18n import msg

Device = Literal["cpu", "cuda"]


def cuda_devices() -> int:
    """How many CUDA devices there are (asked of CTranslate2, which needs no torch for it)."""
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())


def has_torch() -> bool:
    """Whether torch is installed, which all work on a GPU is done with; it is not imported."""
    return importlib.util.find_spec("torch") is not None


def resolve(setting: str) -> Device:
    """The device of a setting: "auto" is CUDA where there is one and torch to use it, else the CPU.

    Raises:
        UsageError: `device.unknown` for another word; when "cuda" was asked for (it never falls back in silence),
            `device.no_cuda` without a device and `device.no_torch` without torch.
    """
    if setting == "cpu":
        return "cpu"
    if setting not in ("auto", "cuda"):
        raise UsageError(
            "device.unknown",
            msg("There is no device named {setting}.", setting=setting),
            msg("Use auto, cpu or cuda."),
        )
    found = cuda_devices() > 0
    if found and has_torch():
        return "cuda"
    if setting == "auto":
        return "cpu"
    if found:
        raise UsageError(
            "device.no_torch",
            msg("cuda needs torch, which is not installed."),
            msg("Run pip install -e '.[gpu]'."),
        )
    raise UsageError(
        "device.no_cuda",
        msg("cuda was asked for, but no CUDA device can be used."),
        msg("Use --device auto or cpu, or install the driver and the CUDA libraries."),
    )
