"""Geometry of the console's charts: numbers in, coordinates out. The SVG is in templates/console/charts.html."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from markupsafe import Markup

RADIUS = 90.0
LABEL_RADIUS = 104.0
SCALE = 10.0
"""Scores are on 0..SCALE."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a radar: name, value with its band (0..10, None where nothing was measured), what is required."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    required: float | None = None


def radar(axes: Sequence[Axis]) -> dict[str, Any]:
    """A radar of at least three axes, the first at the top, clockwise.

    An axis without a value is drawn as one that is missing, without a dot, and the outline passes it by: nothing
    measured is not a zero.
    """
    turns = [2 * math.pi * place / max(1, len(axes)) - math.pi / 2 for place in range(len(axes))]
    measured = [axis for axis in axes if axis.value is not None]
    there = [turn for turn, axis in zip(turns, axes, strict=True) if axis.value is not None]
    whole = len(measured) == len(axes) >= 3
    return {
        "rings": [_polygon(turns, [share * SCALE] * len(axes)) for share in (0.25, 0.5, 0.75, 1.0)],
        "value": _polygon(there, [axis.value or 0.0 for axis in measured]) if len(measured) >= 3 else "",
        "band": _ring(turns, axes) if whole and all(axis.low is not None for axis in axes) else "",
        "required": _polygon(turns, [axis.required or 0.0 for axis in axes])
        if axes and all(axis.required is not None for axis in axes)
        else "",
        "axes": [_axis(axis, turn) for axis, turn in zip(axes, turns, strict=True)],
    }


def qr_code(text: str) -> Markup:
    """The text as a QR code in SVG, without a size of its own."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, dark="#1c2127", lineclass=None
    )
    return Markup(drawn.getvalue().decode())


def intervals(rows: Sequence[tuple[float, float, float]], low: float, high: float) -> list[dict[str, float]]:
    """(value, low, high) of each row as percent of the axis low..high, cut at its ends."""
    return [
        {"value": _percent(value, low, high), "low": _percent(bottom, low, high), "high": _percent(top, low, high)}
        for value, bottom, top in rows
    ]


def position(value: float, low: float, high: float) -> float:
    """Where a value lies on the axis low..high, in percent."""
    return _percent(value, low, high)


def columns(
    counts: Sequence[float], gap: float = 0.2, marks: Sequence[float | None] = ()
) -> dict[str, Any]:  # fmt: skip
    """Columns side by side in a box 100 high; the largest reaches the top.

    Args:
        marks: by column, what it is held against, on the same scale: a line across it; None without one.
    """
    most = max((*counts, *(one for one in marks if one is not None)), default=0.0) or 1.0
    return {
        "width": len(counts),
        "columns": [
            {
                "x": round(place + gap / 2, 3),
                "width": round(1 - gap, 3),
                "y": round(100 - 100 * count / most, 2),
                "height": round(100 * count / most, 2),
            }
            for place, count in enumerate(counts)
        ],
        "marks": [
            {"x": round(place + gap / 4, 3), "width": round(1 - gap / 2, 3), "y": round(99 - 99 * mark / most, 2)}
            for place, mark in enumerate(marks)
            if mark is not None
        ],
    }


def _axis(axis: Axis, turn: float) -> dict[str, Any]:
    x, y = math.cos(turn), math.sin(turn)
    anchor = "middle" if abs(x) < 0.25 else ("start" if x > 0 else "end")
    return {
        "name": axis.name,
        "x": round(RADIUS * x, 1),
        "y": round(RADIUS * y, 1),
        "label_x": round(LABEL_RADIUS * x, 1),
        "label_y": round(LABEL_RADIUS * y + 3.5, 1),
        "anchor": anchor,
        "missing": axis.value is None,
        "dot": None if axis.value is None else _point(turn, axis.value),
    }


def _point(turn: float, value: float) -> tuple[float, float]:
    reach = RADIUS * min(max(value, 0.0), SCALE) / SCALE
    return round(reach * math.cos(turn), 1), round(reach * math.sin(turn), 1)


def _polygon(turns: Sequence[float], values: Sequence[float]) -> str:
    points = (_point(turn, value) for turn, value in zip(turns, values, strict=True))
    return " ".join(f"{x},{y}" for x, y in points)


def _ring(turns: Sequence[float], axes: Sequence[Axis]) -> str:
    """The area between lower and upper ends, as a path that is filled where the two outlines differ."""
    outer = _polygon(turns, [axis.high or 0.0 for axis in axes])
    inner = _polygon(turns, [axis.low or 0.0 for axis in axes])
    return f"M{outer.replace(' ', 'L')}ZM{inner.replace(' ', 'L')}Z"


def _percent(value: float, low: float, high: float) -> float:
    if high <= low:
        return 0.0
    return round(100 * min(1.0, max(0.0, (value - low) / (high - low))), 2)
