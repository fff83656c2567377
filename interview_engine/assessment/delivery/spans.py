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


def merge(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The union of spans: in order, none empty, none touching the next."""
    merged: list[Span] = []
    for span in sorted(spans):
        if span.duration_s <= 0.0:
            continue
        if merged and span.start_s <= merged[-1].end_s:
            merged[-1] = Span(merged[-1].start_s, max(merged[-1].end_s, span.end_s))
        else:
            merged.append(span)
    return tuple(merged)


def clip(spans: Sequence[Span], extent: Span) -> tuple[Span, ...]:
    """The parts of merged spans that lie inside `extent`."""
    cut = ((max(span.start_s, extent.start_s), min(span.end_s, extent.end_s)) for span in spans)
    return tuple(Span(start_s, end_s) for start_s, end_s in cut if end_s > start_s)


def gaps(spans: Sequence[Span], extent: Span) -> tuple[Span, ...]:
    """What merged spans inside `extent` leave of it."""
    edges = [extent.start_s]
    for span in spans:
        edges += [span.start_s, span.end_s]
    edges.append(extent.end_s)
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Span(start_s, end_s) for start_s, end_s in pairs if end_s > start_s)


def listed(spans: Sequence[Span], most: int = 5) -> str:
    """Spans as a reader wants them, "3.2–5.0 s, 11.4–14.0 s", an ellipsis after the first `most`."""
    named = ", ".join(f"{span.start_s:.1f}–{span.end_s:.1f} s" for span in spans[:most])
    return named + (", …" if len(spans) > most else "")
