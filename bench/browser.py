"""How benchmarks and tests may start Chromium without starving what runs beside it."""

from __future__ import annotations

import ctypes
import sys


def at_equal_priority() -> None:
    """Take from this process's future children the right to run before others.

    As root, Chromium gives its sound threads real-time priority and its picture threads a nice value of -8. Threads
    of a page that plays something then leave almost nothing of two cores to whatever waits for that page, for as long
    as an hour.
    """
    if sys.platform == "linux":
        drop_from_bounding_set, may_raise_priority = 24, 23
        ctypes.CDLL(None).prctl(drop_from_bounding_set, may_raise_priority, 0, 0, 0)
