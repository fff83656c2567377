"""Time, injected: the only place that asks the operating system for it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""What people read is Beijing time, the company's and its candidates', and says so; data for programs is in UTC."""


class Clock(Protocol):
    """What the product may know of time."""

    def now(self) -> datetime:
        """The time of day, aware, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only go forward, for measuring stages."""
        ...


def china_day(clock: Clock) -> date:
    """The day it is in China: by it employments begin, move and end, and jobs stop taking applications."""
    return clock.now().astimezone(CHINA).date()


class SystemClock:
    """The clock of this machine, as `Clock`."""

    def now(self) -> datetime:
        """The time of day, aware, UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds from an arbitrary start."""
        return time.perf_counter()


def cpu_s() -> float:
    """Processor seconds of this process so far, all threads together."""
    return time.process_time()
