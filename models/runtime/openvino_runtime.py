"""OpenVINO on the CPU, set up the way our worker processes need it.

One process a core, one thread each: a second thread in a process, or a thread pinned to a core that another process
is pinned to as well, makes several workers slower than one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from interview_engine.errors import WeightsError
from interview_engine.i18n import msg

Precision = Literal["f32", "bf16"]


@cache
def core() -> Any:
    """The process's OpenVINO core."""
    import openvino

    made = openvino.Core()
    made.set_property(
        "CPU",
        {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False, "PERFORMANCE_HINT": "LATENCY"},
    )
    return made


def compile_model(model: Any, precision: Precision = "f32", options: dict[str, Any] | None = None) -> Any:
    """A model ready to run on the CPU.

    Args:
        model: an OpenVINO model, or the path of a file that OpenVINO reads (.tflite, .onnx, .xml).
        precision: of the arithmetic, always said: left alone, OpenVINO takes bf16 where there is hardware for it.
            "bf16" only where `has_bf16()`, since elsewhere it is emulated.
        options: further properties of OpenVINO's CPU plugin.

    Raises:
        WeightsError: `weights.unusable`: the file is no model that OpenVINO can read.
    """
    try:
        return core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision, **(options or {})})
    except RuntimeError as error:
        name = model.name if isinstance(model, Path) else "OpenVINO"
        raise WeightsError(
            "weights.unusable",
            msg("The model file {name} cannot be used: {error}.", name=name, error=error),
            msg("Run `interview-engine models verify`."),
        ) from error


def fastest_precision() -> Precision:
    """The precision of a transformer where the caller asks for none: bf16 where the hardware has it, else f32."""
    return "bf16" if has_bf16() else "f32"


def has_bf16() -> bool:
    """Whether this processor multiplies bf16 matrices in hardware (AMX, AVX512-BF16, or Arm's BF16)."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
