"""Tables that people hand in: CSV as Excel and WPS save it in China and elsewhere, and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.text_files import decode_text

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file (header is 1) and its cells by column name, stripped."""

    number: int
    cells: dict[str, str]


def read_rows(path: Path, required: tuple[str, ...]) -> list[Row]:
    """The rows of a CSV (UTF-8, UTF-16 or GB18030; comma, semicolon or tab) or of an XLSX's first sheet.

    Column names are lower-cased; rows without any value are left out.

    Raises:
        UsageError: `table.unreadable`, `table.too_large`, `table.columns` (a required column is missing or doubled).
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path)
        lines = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if len(lines) > MAX_ROWS:
        raise _too_large(path)
    header = [name.strip().lower() for name in lines[0]] if lines else []
    missing = [name for name in required if name not in header]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if missing or doubled:
        raise _columns(path, missing, doubled, header)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = {name: value.strip() for name, value in zip(header, line, strict=False) if name}
        if any(cells.values()):
            rows.append(Row(number, {name: cells.get(name, "") for name in header if name}))
    return rows


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_PASSED_OVER = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\u3000\ufeff"


def safe_cell(value: str) -> str:
    """The value so that a spreadsheet shows it as text: what looks like the start of a formula gets an apostrophe.

    Full-width signs count as well, which a Chinese input method writes and Excel reads as the plain ones; so do signs
    behind spaces, line ends and invisible characters.
    """
    bare = value.lstrip(_PASSED_OVER)
    return f"'{value}" if value.startswith(("\t", "\r", "\n")) or bare.startswith(_FORMULA) else value


def write_csv(header: list[str], rows: list[list[str]]) -> bytes:
    """A CSV that Excel opens with Chinese intact (UTF-8 with mark) and without running anything."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _csv(path: Path) -> list[list[str]]:
    text = decode_text(path.read_bytes())
    if text is None:
        raise _unreadable(path, "encoding")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error


def _xlsx(path: Path) -> list[list[str]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        finally:
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError) as error:
        raise _unreadable(path, str(error)) from error


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
    if missing:
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
