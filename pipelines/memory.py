"""Memory of a worker process: one heap for all threads, and what a stage has let go of handed back to the system."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

_M_ARENA_MAX = -8
"""malloc.h"""


def return_free_memory() -> None:
    """Let the C library give its free pages back, where it can (glibc).

    Each stage frees what the next one cannot use: pieces between others. Without this a worker's memory is the sum of
    what its stages leave lying about. Takes some milliseconds.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


def use_one_heap() -> None:
    """Let all threads of this process take memory from one heap, where the C library can (glibc).

    CTranslate2 searches in a thread of its own. With a heap of its own that thread keeps what it has freed from all the
    others: 25 MiB after a minute of speech, 50 after fifteen. Threads that have a heap already keep it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


@cache
def _trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
