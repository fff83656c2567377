"""The part of a recording that is read, on its own clock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.media.container import Limits, Opened, too_long

BEHIND_S = 10.0
"""Packets this far behind a window's end are the last that are read of it: streams lie beside each other in a file."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is read of a recording. All times are seconds from the window's start unless they say otherwise.

    Args:
        path, limits: of the file, for what is refused.
        start_s: the window's start, seconds from the recording's start.
        zero_s: the same moment on the container's own clock.
        length_s: of the window; None reads to the end.
        declared_s: where the header says that the file ends; None where it does not say.
    """

    path: Path
    limits: Limits
    start_s: float
    zero_s: float
    length_s: float | None
    declared_s: float | None

    @property
    def expected_s(self) -> float | None:
        """How much there should be to read; None when neither the window nor the header says."""
        known = [length for length in (self.declared_s, self.length_s) if length is not None]
        return min(known) if known else None

    def is_behind(self, time_s: float) -> bool:
        """Whether a time lies at the window's end or behind it."""
        return self.length_s is not None and time_s >= self.length_s

    def check_length(self, time_s: float) -> None:
        """Refuse a recording that turns out longer than allowed.

        Raises:
            MediaError: `media.too_long`.
        """
        if time_s > self.limits.max_duration_s:
            raise too_long(self.path, time_s, self.limits)


def window_of(
    path: Path, limits: Limits, opened: Opened, start_s: float, end_s: float | None, *, begins_s: float = 0.0
) -> Window:
    """The window from `start_s` to `end_s`, seconds from the recording's start; None is to the end.

    Args:
        begins_s: where this container begins in the recording: the length of those before it in the same file.
    """
    ends_s = None if opened.declared_s is None else begins_s + opened.declared_s
    return Window(
        path=path,
        limits=limits,
        start_s=start_s,
        zero_s=opened.origin_s + start_s - begins_s,
        length_s=None if end_s is None else end_s - start_s,
        declared_s=None if ends_s is None else max(0.0, ends_s - start_s),
    )
