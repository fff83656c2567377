"""Which processor a model runs on."""

from __future__ import annotations

from typing import Literal

from interview_engine.errors import Bilingual, UsageError

Device = Literal["cpu", "cuda"]
DeviceSetting = Literal["auto", "cpu", "cuda"]


def cuda_devices() -> int:
    """How many CUDA devices the recogniser can use."""
    import ctranslate2

    return int(ctranslate2.get_cuda_device_count())


def resolve(setting: str) -> Device:
    """The device of a setting: "auto" is CUDA where there is one, else the CPU.

    Raises:
        UsageError: `device.unknown` for another word; `device.no_cuda` when "cuda" was asked for and there is none
            (it never falls back in silence).
    """
    if setting == "cpu":
        return "cpu"
    if setting not in ("auto", "cuda"):
        raise UsageError(
            "device.unknown",
            Bilingual(f"没有名为 {setting} 的设备。", f"There is no device named {setting}."),
            Bilingual("请用 auto、cpu 或 cuda。", "Use auto, cpu or cuda."),
        )
    if cuda_devices() > 0:
        return "cuda"
    if setting == "auto":
        return "cpu"
    raise UsageError(
        "device.no_cuda",
        Bilingual("要求使用 cuda，但没有可用的 CUDA 设备。", "cuda was asked for, but no CUDA device can be used."),
        Bilingual(
            "请用 --device auto 或 cpu，或安装显卡驱动与 CUDA 库。",
            "Use --device auto or cpu, or install the driver and the CUDA libraries.",
        ),
    )
