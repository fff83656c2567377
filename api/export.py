"""Tables for export: CSV, XLSX with cells that no spreadsheet runs, and downloads."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote

import openpyxl
from fastapi.responses import Response
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from pipelines.spreadsheets import safe_cell, write_csv

Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""Title, head, lines."""
MOST_LISTED = 250
"""Letters of a list of choices that Excel takes in a cell's rule."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | float | int | Decimal | None


def attachment(data: bytes, media_type: str, filename: str) -> Response:
    """Saved by the browser under a name in any script (RFC 6266)."""
    plain = "".join(letter if letter.isalnum() or letter in ".-_" else "_" for letter in filename if letter.isascii())
    return Response(
        data,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain or 'export'}\"; filename*=UTF-8''{quote(filename)}"
        },
    )


def table_csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with mark; text that would start a formula is marked as text."""
    return write_csv(list(header), [["" if cell is None else _plain(cell) for cell in row] for row in rows])


def table_xlsx(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet with a frozen header; numbers stay numbers, text that would start a formula is marked as text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "".join(letter for letter in title if letter not in "[]:*?/\\")[:31] or "Sheet"
    sheet.append([safe_cell(name) for name in header])
    for row in rows:
        sheet.append([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    for column in sheet.columns:
        longest = max((_width(str(cell.value)) for cell in column if cell.value is not None), default=8)
        sheet.column_dimensions[column[0].column_letter].width = min(48, max(8, longest + 2))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def template_xlsx(title: str, heads: Sequence[str], choices: Mapping[int, Sequence[str]], help: Table) -> bytes:
    """An empty sheet to fill in: heads, lists to choose from, and a second sheet that explains every column.

    Args:
        choices: by place of the column, what can be chosen.
        help: title, head and lines of the second sheet.
    """
    book = openpyxl.load_workbook(io.BytesIO(table_xlsx(title, heads, [])))
    sheet = book.active
    for place, options in choices.items():
        listed = ",".join(option.replace(",", " ").replace('"', " ") for option in options)
        if len(listed) > MOST_LISTED:
            continue
        rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        column = get_column_letter(place + 1)
        rule.add(f"{column}2:{column}5000")
        sheet.add_data_validation(rule)
    name, head, lines = help
    more = book.create_sheet(name[:31])
    for line in (head, *lines):
        more.append([safe_cell(cell) for cell in line])
    for cell in more[1]:
        cell.font = Font(bold=True)
    for column in more.columns:
        more.column_dimensions[column[0].column_letter].width = min(
            60, max(_width(str(c.value or "")) for c in column) + 2
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(cell: str | float | int | Decimal) -> str:
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def _width(text: str) -> int:
    """Columns a text takes: a Chinese letter is as wide as two Latin ones."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
