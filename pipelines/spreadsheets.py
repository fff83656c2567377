"""Tables that people hand in: CSV as Excel and WPS save it in China and elsewhere, XLSX, and the XLS before it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum, load_workbook

from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.text_files import decode_text

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_UNPACKED = 1_000_000_000
"""Bytes of all files of an XLSX together, unpacked."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file (header is 1) and its cells by column name, stripped."""

    number: int
    cells: dict[str, str]


def read_rows(path: Path, required: tuple[str, ...]) -> list[Row]:
    """The rows of a CSV (any encoding of `decode_text`; comma, semicolon, tab or "|", also where "sep=" says so), XLSX
    or XLS.

    Of a workbook, by its content whatever its name, it is the first sheet whose header has the required columns, so
    that a page of instructions may stand in front; hidden sheets come last. The header is the first row, or two rows
    that cells merged over both make one, with the required columns: a title may stand above it. Column names are
    lower-cased, with plain letters for full-width ones and without invisible characters; rows without any value are
    left out.

    Raises:
        UsageError: `table.unreadable`, `table.too_large`, `table.columns` (a required column is missing or doubled).
    """
    sheets = _sheets(path)
    fitting = ((lines, header) for lines in sheets for header in _headers(lines) if set(required) <= set(header.names))
    lines, header = next(fitting, (sheets[0], _first_header(sheets[0])) if sheets else ([], _NO_HEADER))
    _check_header(path, header.names, required)
    return _rows_below(lines, header)


def read_table(path: Path, is_known: Callable[[str], bool]) -> list[Row]:
    """The rows of a table whose columns may be called anything, read as by `read_rows`.

    The header is the row with the most names that are known, among the first rows of each sheet: a title may stand
    above it. Cells that `safe_cell` has marked are freed of the mark.

    Raises:
        UsageError: as `read_rows`; `table.columns` also where no name is known.
    """
    sheets = _sheets(path)
    found = [
        (sum(map(is_known, filter(None, header.names))), -number, header.begins - header.ends, -header.begins)
        for number, lines in enumerate(sheets)
        for header in _headers(lines)
    ]
    known, number, rows, top = max(found, default=(0, 0, 0, 0))
    if known == 0:
        raise _columns(path, [], [], _first_header(sheets[0]).names if sheets else [])
    lines = sheets[-number]
    header = next(one for one in _headers(lines) if (one.begins, one.begins - one.ends) == (-top, rows))
    _check_header(path, header.names, ())
    return [
        Row(row.number, {name: plain_cell(cell) for name, cell in row.cells.items()})
        for row in _rows_below(lines, header)
    ]


_HEADER_WITHIN = 20
"""Rows in which the header is looked for: a title, a date and some lines of explanation stand above it."""


def _sheets(path: Path) -> list[list[list[str]]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path)
        sheets = list(read_sheets(path).values())
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    return sheets


def read_sheets(path: Path) -> dict[str, list[list[str]]]:
    """Every sheet of a workbook by its name, visible ones first, as rows of texts; of a CSV its one table, named "".

    Cells keep the text they have in the file; numbers without decimals have none here, days are year-month-day, errors
    are as Excel writes them ("#N/A").

    Raises:
        UsageError: `table.unreadable`, `table.too_large`.
    """
    return {name: one.rows for name, one in read_grids(path).items()}


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as rows of texts.

    Args:
        down: of cells that are merged over several rows, (column, first row, last row), all from 0: only the first of
            them holds the text.
    """

    rows: list[list[str]]
    down: tuple[tuple[int, int, int], ...] = ()


def read_grids(path: Path) -> dict[str, Grid]:
    """As `read_sheets`, with the cells that are merged over several rows; a CSV has none.

    Raises:
        As `read_sheets`.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path)
        with path.open("rb") as file:
            begins = file.read(8)
        is_book = begins.startswith((ZIP, OLE))  # what programs export as .xls is often text
        sheets = _workbook(path, begins.startswith(ZIP)) if is_book else {"": Grid(_csv(path))}
        if not is_book and path.suffix.lower() in _BOOKS and all(len(line) < 2 for line in sheets[""].rows):
            raise _unreadable(path, "no workbook")
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if any(len(one.rows) > MAX_ROWS for one in sheets.values()):
        raise _too_large(path)
    return sheets


_BOOKS = (".xlsx", ".xlsm", ".xls")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an XLSX and an XLS begin."""
MOST_CELLS = 20_000_000
"""Of a sheet, from A1 to its last cell: it is held in memory whole, and a stray cell may lie far out."""


def _check_header(path: Path, header: list[str], required: tuple[str, ...]) -> None:
    missing = [name for name in required if name not in header]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if missing or doubled:
        raise _columns(path, missing, doubled, header)


def _rows_below(lines: list[list[str]], header: _Header) -> list[Row]:
    rows = []
    for number, line in enumerate(lines[header.ends :], start=header.ends + 1):
        cells = {name: bare_cell(value) for name, value in zip(header.names, line, strict=False) if name}
        if any(cells.values()):
            rows.append(Row(number, {name: cells.get(name, "") for name in header.names if name}))
    return rows


_INVISIBLE = dict.fromkeys(
    [
        *(0, 0x00AD, 0x034F, 0x061C, 0x180E, 0x3164, 0xFEFF),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
    ]
)
"""Characters without width that copying from pages and chats leaves in cells: joiners, marks of direction, variants."""

_NARROW = {
    wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF3F)
}
"""Full-width letters and digits, and the low line, as a Chinese keyboard writes them in a header."""


def bare_cell(cell: str) -> str:
    """A cell without invisible characters and without spaces at its ends."""
    return cell.translate(_INVISIBLE).strip()


def _name(cell: str) -> str:
    return bare_cell(cell).translate(_NARROW).lower()


@dataclass(frozen=True, slots=True)
class _Header:
    """Column names, and the rows that hold them: from `begins` up to, without, `ends`."""

    begins: int
    ends: int
    names: list[str]


_NO_HEADER = _Header(0, 0, [])


def _headers(lines: list[list[str]]) -> list[_Header]:
    """What may be the header: each of the first rows with a value, then each two of them that follow one another."""
    plain = [
        _Header(place, place + 1, [_name(cell) for cell in line])
        for place, line in enumerate(lines[:_HEADER_WITHIN])
        if any(map(bare_cell, line))
    ]
    merged = [
        _Header(upper.begins, lower.ends, _merged(upper.names, lower.names))
        for upper, lower in pairwise(plain)
        if upper.ends == lower.begins
    ]
    return [*plain, *merged]


def _first_header(lines: list[list[str]]) -> _Header:
    return next(iter(_headers(lines)), _NO_HEADER)


def _merged(upper: list[str], lower: list[str]) -> list[str]:
    """A head of two rows: the lower name counts, the upper one where a cell reaches down from it."""
    return [below or above for above, below in zip_longest(upper, lower, fillvalue="")]


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_PASSED_OVER = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\u3000\ufeff"


def safe_cell(value: str) -> str:
    """The value so that a spreadsheet shows it as text: what looks like the start of a formula gets an apostrophe.

    Full-width signs count as well, which a Chinese input method writes and Excel reads as the plain ones; so do signs
    behind spaces, line ends and invisible characters.
    """
    bare = value.lstrip(_PASSED_OVER)
    return f"'{value}" if value.startswith(("\t", "\r", "\n")) or bare.startswith(_FORMULA) else value


def plain_cell(cell: str) -> str:
    """A cell without the apostrophe that `safe_cell` put before it."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell


def write_csv(header: list[str], rows: list[list[str]]) -> bytes:
    """A CSV that Excel opens with Chinese intact (UTF-8 with mark) and without running anything."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _csv(path: Path) -> list[list[str]]:
    text = decode_text(path.read_bytes())
    if text is None or re.match(r"\s*<(?:!doctype|html|\?xml|table|meta|head)\b", text, re.IGNORECASE):
        raise _unreadable(path, "encoding" if text is None else "HTML, XML")
    told = re.match(r"\s*\"?sep=([^\"\r\n])\"?[ ,;\t]*(?:\r\n|\r|\n|$)", text, re.IGNORECASE)
    if told:  # Excel writes and obeys it; the row is kept as an empty one, so that rows keep their numbers
        text = "\n" + text[told.end() :]
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = told.group(1) if told else max(",;\t|", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error


def _workbook(path: Path, is_package: bool) -> dict[str, Grid]:
    try:
        errors = _errors_in(path) if is_package else {}
        with path.open("rb") as file:
            book: CalamineWorkbook = load_workbook(file)
            found = sorted(book.sheets_metadata, key=lambda one: one.visible != SheetVisibleEnum.Visible)
            return {one.name: _cells(book, one.name, errors.get(one.name, {})) for one in found}
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, ValueError, KeyError, IndexError) as error:
        raise _unreadable(path, str(error)) from error


def _cells(book: CalamineWorkbook, name: str, errors: Mapping[tuple[int, int], str]) -> Grid:
    """All rows of a sheet: what it states as its dimension is not believed (WPS writes A1 for any)."""
    sheet = book.get_sheet_by_name(name)
    rows = [[_written(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    merged = sheet.merged_cell_ranges or []
    return Grid(rows, tuple((left, top, bottom) for (top, left), (bottom, _) in merged if bottom > top))


def _written(cell: object) -> str:
    """A cell as text. A number that a sheet cannot hold to the digit keeps the look of one: 3.3e+17."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return cell if isinstance(cell, str) else str(cell)


_EXACT = 1e15
"""Digits that a spreadsheet keeps of a number: fifteen."""
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_ERROR = re.compile(rb"\bt=\"e\"")
_SHOWN = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def _errors_in(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Cells with an error, by sheet, by row and column from 0: the reader gives them as empty ones.

    Looks also how far out a sheet's last cell lies.

    Raises:
        UsageError: `table.too_large`.
    """
    found: dict[str, dict[tuple[int, int], str]] = {}
    with zipfile.ZipFile(path) as book:
        if sum(one.file_size for one in book.infolist()) > MAX_UNPACKED:
            raise _too_large(path)
        names = set(book.namelist())
        if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
            return {}
        parts = {one.get("Id"): one.get("Target", "") for one in fromstring(book.read("xl/_rels/workbook.xml.rels"))}
        for sheet in fromstring(book.read("xl/workbook.xml")).iter():
            target = parts.get(sheet.get(f"{_RELATIONS}id", ""), "") if sheet.tag.endswith("}sheet") else ""
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if target and part in names:
                found[sheet.get("name", "")] = _errors_of(path, book.read(part))
    return found


def _errors_of(path: Path, sheet: bytes) -> dict[tuple[int, int], str]:
    errors: dict[tuple[int, int], str] = {}
    rows = columns = 0
    for letters, digits in _PLACE.findall(sheet):
        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    if rows * columns > MOST_CELLS:
        raise _too_large(path)
    if b't="e"' in sheet:
        for attributes, inner in _CELL.findall(sheet):
            place, shown = _PLACE.search(attributes), _SHOWN.search(inner)
            if place and shown and _ERROR.search(attributes):
                errors[int(place[2]) - 1, _column(place[1]) - 1] = shown[1].decode("utf-8", "replace")
    return errors


def _column(letters: bytes) -> int:
    """A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _unreadable(path: Path, detail: str) -> UsageError:
    return UsageError(
        "table.unreadable",
        msg("The table {name} cannot be read ({detail}).", name=path.name, detail=detail),
        msg("Save it as CSV (UTF-8) or XLSX."),
    )


def _too_large(path: Path) -> UsageError:
    return UsageError(
        "table.too_large",
        msg("The table {name} is too large.", name=path.name),
        msg(
            "The limit is {max_bytes} MB and {max_rows} rows; please split it.",
            max_bytes=MAX_BYTES // 1000000,
            max_rows=MAX_ROWS,
        ),
    )


def _columns(path: Path, missing: list[str], doubled: list[str], header: list[str]) -> UsageError:
    found = ", ".join(name for name in header if name) or "–"
    if not missing and not doubled:
        message = msg("{name} has none of the expected columns.", name=path.name)
    elif missing:
        names = ", ".join(missing)
        message = msg("{name} lacks the columns: {names}.", name=path.name, names=names)
    else:
        names = ", ".join(doubled)
        message = msg("{name} has columns twice: {names}.", name=path.name, names=names)
    return UsageError(
        "table.columns",
        message,
        msg("The first row holds column names; found: {found}.", found=found),
    )
