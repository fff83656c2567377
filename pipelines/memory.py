"""Memory that a stage has let go of or need not hold, handed back to the system before the next takes its own."""

from __future__ import annotations

import ctypes
import mmap
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


def return_free_memory() -> None:
    """Let the C library give its free pages back, where it can (glibc).

    Each stage frees what the next one cannot use: pieces between others. Without this a worker's memory is the sum of
    what its stages leave lying about. Takes some milliseconds.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


def return_pages(samples: NDArray[np.int16]) -> None:
    """Let the pages of an answer's sound go, where they are a file's (pipelines/media/mono.py) and the system can;
    they come back when they are looked at."""
    whole: Any = samples
    while isinstance(whole, np.ndarray):
        whole = whole.base
    mapped = whole.obj if isinstance(whole, memoryview) else whole
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


@cache
def _trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
