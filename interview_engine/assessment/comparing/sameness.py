"""Whether answers of two people are nearly the same words: sketches of their runs of words, and how alike two are.

A sketch (MinHash: Broder 1997) holds the least of N random orders of the answer's runs; the share of places where two
sketches agree estimates the share of runs that both hold of those that either holds. It is short, holds no text, and
its bands let an index find what is alike without comparing everybody with everybody. How often people who know nothing
of each other are taken for copies is measured (docs/report.md, "Answers of two candidates").
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.plain import plain_text
from interview_engine.assessment.text import grams, units

RUN = {"en": 3, "zh": 3}
"""Words (en) or characters (zh) of a run."""

SHORTEST = {"en": 25, "zh": 40}
"""Words or characters below which an answer is not compared: two people may well say one short thing alike."""

NEARLY_SAME = 0.3
"""Estimated share of common runs from which two answers are nearly the same. Of 2.7 million pairs of real applicants'
answers to one question none that was not the same text lies above .27; a copy with a fifth of its words changed stands
at .3 (bench validity --sets same-answers)."""

ORDERS = 128
BANDS = 32
_ROWS = 2
"""Two answers with a share s of common runs are found by an index with chance 1 - (1 - s^2)^32: .95 at .3."""


def sketch(text: str, language: str, asked: str = "") -> bytes:
    """The sketch of an answer in "zh" or "en": ORDERS numbers of 32 bits; empty where it is too short to be compared.

    Args:
        asked: the question; its words are everybody's and do not count.
    """
    side = "zh" if language == "zh" else "en"
    read = plain_text(text, side)
    runs = set(grams(read, side, RUN[side])) - set(grams(plain_text(asked, side), side, RUN[side]))
    if units(read, side) < SHORTEST[side] or len(runs) < SHORTEST[side] // 2:
        return b""
    hashed = np.array([_hash(run) for run in sorted(runs)], dtype=np.uint64)
    with np.errstate(over="ignore"):
        orders = (hashed[:, None] * _FACTORS + _SHIFTS) >> np.uint64(32)
    made: bytes = orders.min(axis=0).astype("<u4").tobytes()
    return made


def bands(of: bytes, scope: str) -> tuple[int, ...]:
    """What an index keeps of a sketch: BANDS numbers (63 bits) of which two alike answers share at least one, nearly
    always. Sketches of different `scope` (company and language) share none."""
    if not of:
        return ()
    size = 4 * _ROWS
    return tuple(
        _hash(f"{scope}\x1f{band}\x1f{of[band * size : (band + 1) * size].hex()}") >> 1 for band in range(BANDS)
    )


def likeness(one: bytes, other: bytes) -> float:
    """The share of common runs of two answers, 0..1, from their sketches; 0 where one was too short."""
    if not one or not other:
        return 0.0
    return float(np.mean(_values(one) == _values(other)))


def likest(own: bytes, others: Sequence[bytes]) -> NDArray[np.float64]:
    """`likeness` of one sketch to each of many that are not empty."""
    if not own or not others:
        return np.zeros(len(others))
    found: NDArray[np.float64] = (np.stack([_values(other) for other in others]) == _values(own)).mean(axis=1)
    return found


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


_FACTORS = np.array([_hash(f"factor {number}") | 1 for number in range(ORDERS)], dtype=np.uint64)
_SHIFTS = np.array([_hash(f"shift {number}") for number in range(ORDERS)], dtype=np.uint64)
"""The random orders; made of hashes, so that every machine and every release has the same."""


def _values(of: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(of, dtype="<u4")
