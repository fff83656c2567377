"""A PDF's text as its pages show it: what is white on white, invisible or too small to read is left out and told of, as
are letters of fonts that do not say which letters their codes stand for."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject, NameObject, StreamObject

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


@dataclass(slots=True)
class LeftOut:
    """What of a file's text was not taken.

    Attributes:
        hidden: something is there that nobody sees.
        unknown: letters whose font does not say which they are; seen by a reader, codes for a program.
    """

    hidden: bool = False
    unknown: int = 0


def text_of(path: Path | IO[bytes]) -> tuple[str, LeftOut]:
    """The text of at most `MAX_PAGES` pages, and what was left out of it.

    Raises:
        PermissionError: it needs a password. Whatever pypdf raises on a damaged file.
    """
    logging.disable(logging.CRITICAL)
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise PermissionError("locked")
    left_out = LeftOut()
    return "\n".join(_text(page, reader, left_out) for page in reader.pages[:MAX_PAGES]), left_out


def _text(page: PageObject, reader: PdfReader, left_out: LeftOut) -> str:
    """A page's text, of two columns first the left one."""
    contents = page.get_contents()
    if contents is None:
        return ""
    stream = ContentStream(contents, reader, "bytes")
    known, unknown = _known_letters(stream.operations, page)
    left_out.unknown += unknown
    seen = _walked(known, page)
    shown = [one for one in seen if one.at is not None]
    left_out.hidden = left_out.hidden or len(seen) < len(known)
    edge = _gutter([one.at for one in shown if one.at is not None])
    if edge is not None:
        left, right = (
            _extracted(page, stream, [one for one in seen if one.at is None or (one.at[0] < edge) == is_left])
            for is_left in (True, False)
        )
        lines = [line.strip() for line in left.split("\n") if line.strip()]
        if sum(map(_is_label, lines)) <= MOST_LABELS * len(lines):
            return f"{left}\n{right}"
    return _extracted(page, stream, seen)


_ALIASES = {
    f"/{ours}-{way}": NameObject(f"/{pypdfs}-{way}")
    for ours, pypdfs in (("GBKp-EUC", "GBK-EUC"), ("90msp-RKSJ", "90ms-RKSJ"), ("90pv-RKSJ", "90ms-RKSJ"))
    for way in "HV"
}
"""Encodings of composite fonts that pypdf does not know and that differ in widths alone from one it knows."""
_KNOWN = re.compile(r"/(?:GBp?c?-EUC|GBK-EUC|GBK2K|ETen(?:ms)?-B5|90ms-RKSJ|Uni\w+-(?:UCS2|UTF16|UTF32)(?:-HW)?)-[HV]")
"""Encodings (ISO 32000-1, table 118) whose codes are letters."""


def _known_letters(operations: list[tuple[Any, bytes]], page: PageObject) -> tuple[list[tuple[Any, bytes]], int]:
    """The operations without those that show letters of a font that does not say which they are, and how many
    letters those are: in a composite font without /ToUnicode a code is the number of a drawing."""
    kept: list[tuple[Any, bytes]] = []
    is_known, unknown = True, 0
    resources = page.get("/Resources", DictionaryObject()).get_object()
    states: list[bool] = []
    for operands, operator in operations:
        if operator == b"q":
            states.append(is_known)
        elif operator == b"Q":
            is_known = states.pop() if states else True
        elif operator == b"Tf" and operands:
            is_known = _says_letters(_named(resources, "/Font", operands[0]))
        elif operator == b"Do" and operands and (drawing := _drawing_of_unknown(resources, operands[0])):
            unknown += drawing
            continue
        elif operator in _SHOWS and not is_known:
            unknown += _codes_in(operands) // 2
            continue
        kept.append((operands, operator))
    return kept, unknown


def _named(resources: Any, kind: str, name: Any) -> Any:
    """A font or drawing of the page by its name; None where there is none."""
    try:
        return resources[kind][name].get_object()
    except (KeyError, TypeError, AttributeError):
        return None


def _says_letters(font: Any) -> bool:
    """Whether a font's codes can be told to be letters. One under another name of a known encoding gets the known."""
    if not isinstance(font, DictionaryObject) or font.get("/Subtype") != "/Type0" or "/ToUnicode" in font:
        return True
    encoding = font.get("/Encoding")
    if encoding in _ALIASES:
        font[NameObject("/Encoding")] = _ALIASES[encoding]
        return True
    return isinstance(encoding, NameObject) and _KNOWN.fullmatch(encoding) is not None


def _drawing_of_unknown(resources: Any, name: Any) -> int:
    """Bytes of a form that shows text in a font whose letters are not known; 0 for others and for pictures."""
    form = _named(resources, "/XObject", name)
    if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
        return 0
    fonts = form.get("/Resources", DictionaryObject()).get_object().get("/Font", DictionaryObject()).get_object()
    return 0 if all(_says_letters(fonts[name].get_object()) for name in fonts) else len(form.get_data())


def _codes_in(operands: Any) -> int:
    if isinstance(operands, str | bytes):
        return len(operands)
    return sum(map(_codes_in, operands)) if isinstance(operands, list) else 0


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
