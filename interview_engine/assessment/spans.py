"""Spans of time inside one answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of an answer, in seconds from the answer's first sample. 0 <= start_s <= end_s."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


def total_s(spans: Iterable[Span]) -> float:
    """Sum of the lengths in seconds; the spans must not overlap."""
    return sum(span.duration_s for span in spans)
