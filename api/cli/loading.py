"""Importing the application makes half a million objects that all stay: nothing of it is worth collecting."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (20_000, 20, 20)
"""Python's own threshold, 700, is for small programs: a page makes more objects than that, and none of them in circles
that anybody waits for."""


@contextmanager
def loading() -> Iterator[None]:
    """Import in this block: no collection during it, which takes a sixth of its time; what it has made is never looked
    at again by later ones."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()
