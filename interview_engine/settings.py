"""Typed settings. Read from the environment once, at the edge (command line, server), and passed down as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from interview_engine.errors import Bilingual, UsageError

Device = Literal["auto", "cpu", "cuda"]
PREFIX = "INTERVIEW_ENGINE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation works; none of it changes what a score means.

    Args:
        weights: folder of the verified weights; None is the user's cache folder.
        own_weights: the user's own folders by weight name ("whisper-base" → a larger Whisper in CTranslate2 format).
        device: where recognition runs.
        workers: processes that assess side by side; 0 is one a core.
        frames_per_second: pictures looked at each second; 12 or more also counts blinks.
        max_minutes: longest recording that is accepted for one answer.
    """

    weights: Path | None = None
    own_weights: tuple[tuple[str, Path], ...] = ()
    device: Device = "auto"
    workers: int = 0
    frames_per_second: float = 5.0
    max_minutes: float = 90.0


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from variables INTERVIEW_ENGINE_WEIGHTS, _DEVICE, _WORKERS, _FRAMES_PER_SECOND, _MAX_MINUTES and
    INTERVIEW_ENGINE_WEIGHTS_<NAME> (upper case, "-" as "_") for one's own folders.

    Raises:
        UsageError: `settings.invalid`, naming the variable.
    """

    def number(name: str, default: float, low: float, high: float) -> float:
        raw = environment.get(PREFIX + name, "").strip()
        if not raw:
            return default
        try:
            value = float(raw)
        except ValueError:
            raise _invalid(name, raw, f"{low:g}–{high:g}") from None
        if not low <= value <= high:
            raise _invalid(name, raw, f"{low:g}–{high:g}")
        return value

    device = environment.get(PREFIX + "DEVICE", "").strip() or "auto"
    if device not in get_args(Device):
        raise _invalid("DEVICE", device, " | ".join(get_args(Device)))
    own_prefix = PREFIX + "WEIGHTS_"
    own = tuple(
        (key.removeprefix(own_prefix).lower().replace("_", "-"), Path(value).expanduser())
        for key, value in sorted(environment.items())
        if key.startswith(own_prefix) and value.strip()
    )
    weights = environment.get(PREFIX + "WEIGHTS", "").strip()
    return Settings(
        weights=Path(weights).expanduser() if weights else None,
        own_weights=own,
        device=device,  # type: ignore[arg-type]
        workers=int(number("WORKERS", 0, 0, 512)),
        frames_per_second=number("FRAMES_PER_SECOND", 5.0, 0.5, 30.0),
        max_minutes=number("MAX_MINUTES", 90.0, 0.1, 240.0),
    )


def _invalid(name: str, value: str, allowed: str) -> UsageError:
    return UsageError(
        "settings.invalid",
        Bilingual(f"环境变量 {PREFIX}{name} 的值 {value!r} 无效。", f"{PREFIX}{name}={value!r} is not valid."),
        Bilingual(f"允许的值：{allowed}。", f"Allowed: {allowed}."),
    )
