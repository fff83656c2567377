"""Memory that a stage has let go of, handed back to the system before the next stage takes its own."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def return_free_memory() -> None:
    """Let the C library give its free pages back, where it can (glibc).

    Each stage frees what the next one cannot use: pieces between others. Without this a worker's memory is the sum of
    what its stages leave lying about. Takes some milliseconds.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
