"""A PDF's text as its pages show it: what is white on white, invisible or too small to read is left out and told of."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, NameObject

MAX_PAGES = 40
LEAST_PT = 2.0
"""Letters smaller than this nobody reads; the smallest print on paper has 4 points."""
WHITEST = 0.97
"""From this on, of 0 to 1 in every channel, a colour is not seen on white paper."""

LEAST_LINES = 4
"""Lines on either side before a page counts as two columns."""
GUTTER_PT = 80.0
"""Nothing begins in this breadth before a right column: words that are set one by one begin closer together."""
MOST_LABELS = 0.6
"""A left column of more labels and dates than this belongs to the lines beside it."""

_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_PATHS = frozenset({b"m", b"l", b"c", b"v", b"y"})
_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _State:
    """What decides whether letters are seen."""

    matrix: Matrix = _IDENTITY
    white: bool = False
    mode: int = 0
    size: float = 12.0


def text_of(path: Path) -> tuple[str, bool]:
    """The text of at most `MAX_PAGES` pages, and whether something on them is there but not to be seen.

    Raises:
        PermissionError: it needs a password. Whatever pypdf raises on a damaged file.
    """
    logging.disable(logging.CRITICAL)
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise PermissionError("locked")
    texts = [_text(page, reader) for page in reader.pages[:MAX_PAGES]]
    return "\n".join(text for text, _ in texts), any(hidden for _, hidden in texts)


def _text(page: PageObject, reader: PdfReader) -> tuple[str, bool]:
    """A page's text, of two columns first the left one; and whether text on it cannot be seen."""
    contents = page.get_contents()
    if contents is None:
        return "", False
    stream = ContentStream(contents, reader, "bytes")
    seen = _walked(stream.operations, page)
    shown = [one for one in seen if one.at is not None]
    hidden = len(seen) < len(stream.operations)
    edge = _gutter([one.at for one in shown if one.at is not None])
    if edge is not None:
        left, right = (
            _extracted(page, stream, [one for one in seen if one.at is None or (one.at[0] < edge) == is_left])
            for is_left in (True, False)
        )
        lines = [line.strip() for line in left.split("\n") if line.strip()]
        if sum(map(_is_label, lines)) <= MOST_LABELS * len(lines):
            return f"{left}\n{right}", hidden
    return _extracted(page, stream, seen), hidden


def _extracted(page: PageObject, stream: ContentStream, kept: list[_Operation]) -> str:
    stream.operations = [(one.operands, one.operator) for one in kept]
    page[NameObject("/Contents")] = stream
    return page.extract_text()


def _gutter(starts: list[tuple[float, float]]) -> float | None:
    """Where the right of two columns begins; None for a page of one.

    Args:
        starts: x and y of everything shown, in points.
    """
    for edge in sorted({round(x) for x, _ in starts}):
        right = {round(y) for x, y in starts if abs(x - edge) <= 2}
        if len(right) < LEAST_LINES:
            continue
        beside = [x for x, y in starts if x < edge - 2 and y <= max(right) + 2]
        lines = {round(y) for x, y in starts if x < edge - 2 and y <= max(right) + 2}
        if len(lines) >= LEAST_LINES and max(beside) < edge - GUTTER_PT:
            return edge - 2
    return None


def _is_label(line: str) -> bool:
    return len(line) <= 4 or line.endswith((":", "：")) or re.search(r"(?:19|20)\d\d", line) is not None


@dataclass(frozen=True, slots=True)
class _Operation:
    """One operation of a page; `at` is where it shows text, in points, None when it shows none."""

    operands: Any
    operator: bytes
    at: tuple[float, float] | None = None


def _walked(operations: list[tuple[Any, bytes]], page: PageObject) -> list[_Operation]:
    """The operations without those that show text which nobody sees."""
    state = _State()
    stack: list[_State] = []
    line: Matrix = _IDENTITY
    boxes: list[Box] = []
    points: list[tuple[float, float]] = []
    kept: list[_Operation] = []
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    for operands, operator in operations:
        numbers = [float(one) for one in operands if isinstance(one, int | float)] if isinstance(operands, list) else []
        at = None
        if operator == b"q":
            stack.append(state)
        elif operator == b"Q":
            state = stack.pop() if stack else _State()
        elif operator == b"BT":
            line = _IDENTITY
        elif operator == b"Tm" and len(numbers) == 6:
            line = _matrix(numbers)
        elif operator in (b"Td", b"TD") and len(numbers) == 2:
            line = _product((1.0, 0.0, 0.0, 1.0, numbers[0], numbers[1]), line)
        elif operator == b"re" and len(numbers) == 4:
            x, y, width, height = numbers
            points += [_at(state.matrix, x, y), _at(state.matrix, x + width, y + height)]
        elif operator in _PATHS and len(numbers) >= 2:
            points.append(_at(state.matrix, numbers[-2], numbers[-1]))
        elif operator in _FILLS or operator in (b"S", b"s", b"n"):
            if operator in _FILLS and not state.white and points:
                boxes.append(_box(points))
            points = []
        elif operator == b"Do":
            boxes.append(_box([_at(state.matrix, 0, 0), _at(state.matrix, 1, 1)]))
        elif operator in _SHOWS:
            whole = _product(line, state.matrix)
            x, y = at = whole[4], whole[5]
            size = abs(state.size) * (whole[2] ** 2 + whole[3] ** 2) ** 0.5
            outside = not (left - 1 <= x <= right + 1 and bottom - size <= y <= top + 1)
            unseen = state.white and not any(a <= x <= c and b <= y + size / 3 <= d for a, b, c, d in boxes)
            if unseen or outside or state.mode in (3, 7) or 0 < size < LEAST_PT:
                continue
        else:
            state = _after(state, operator, numbers)
        kept.append(_Operation(operands, operator, at))
    return kept


def _after(state: _State, operator: bytes, numbers: list[float]) -> _State:
    """The state after an operation that changes how text looks."""
    if operator == b"cm" and len(numbers) == 6:
        return replace(state, matrix=_product(_matrix(numbers), state.matrix))
    if operator in (b"rg", b"g", b"k", b"sc", b"scn"):
        return replace(state, white=_is_white(numbers))
    if operator == b"cs":
        return replace(state, white=False)
    if operator == b"Tr" and numbers:
        return replace(state, mode=int(numbers[0]))
    if operator == b"Tf" and numbers:
        return replace(state, size=numbers[-1])
    return state


def _matrix(numbers: list[float]) -> Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _is_white(channels: list[float]) -> bool:
    """Of grey and RGB the light ones; of CMYK without ink."""
    if len(channels) == 4:
        return all(one <= 1 - WHITEST for one in channels)
    return len(channels) in (1, 3) and all(one >= WHITEST for one in channels)


def _product(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    return matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]


def _box(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1
