"""Spans of time inside one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of an answer, in seconds from the answer's first sample. 0 <= start_s <= end_s."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """From start to end, in seconds; 0 or more."""
        return self.end_s - self.start_s


def total_s(spans: Iterable[Span]) -> float:
    """Sum of the lengths in seconds; the spans must not overlap."""
    return sum(span.duration_s for span in spans)


def listed(spans: Sequence[Span], most: int = 5) -> str:
    """Spans as a reader wants them, "3.2–5.0 s, 11.4–14.0 s", an ellipsis after the first `most`."""
    named = ", ".join(f"{span.start_s:.1f}–{span.end_s:.1f} s" for span in spans[:most])
    return named + (", …" if len(spans) > most else "")
