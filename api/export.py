"""Tables for export: CSV, XLSX with cells that no spreadsheet runs, and downloads."""

from __future__ import annotations

import io
from collections.abc import Sequence
from urllib.parse import quote

import openpyxl
from fastapi.responses import Response
from openpyxl.styles import Alignment, Font

from pipelines.spreadsheets import safe_cell, write_csv

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | float | int | None


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


def _plain(cell: str | float | int) -> str:
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def _width(text: str) -> int:
    """Columns a text takes: a Chinese letter is as wide as two Latin ones."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
