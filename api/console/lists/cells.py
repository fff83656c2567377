"""What stands in the cells and fields of a list, in the page's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from api.export import Cell
from api.i18n import day_text, minute_text, money_text, month_text
from interview_engine.clock import CHINA
from interview_engine.hr.forms.fields import Shown
from interview_engine.hr.forms.spec import Column
from interview_engine.hr.forms.writing import PLAIN, written
from interview_engine.hr.lists.reading import ListRow
from interview_engine.store.money import from_fen

HIDDEN = "—"
"""Stands for what the reader may not see; nothing at all stands for nothing."""


@dataclass(frozen=True, slots=True)
class CellSeen:
    """What a cell shows.

    Args:
        text: "" for nothing. more: shown when one points at it. tone: "go", "look" or "tag" for a mark, "" for none.
    """

    text: str
    more: str = ""
    tone: str = ""


def cell(column: Column, row: ListRow, language: str) -> CellSeen:
    """A cell of the table."""
    value = row.values.get(column.name)
    if column.name in row.hidden:
        return CellSeen(HIDDEN)
    tone = column.tones.get(str(value), "tag" if column.kind == "choice" and column.tones else "")
    tone = tone or (column.tones.get("*", "") if value else "")
    more = "" if column.exact else _exactly(value, language)
    return CellSeen(words(column, value, language), more, tone if value is not None else "")


def words(column: Column, value: Shown, language: str) -> str:
    """A value as people read it in a page."""
    if value is None:
        return ""
    if not isinstance(value, PLAIN):
        return value.get(language)
    if isinstance(value, datetime):
        return (minute_text if column.exact else day_text)(value.astimezone(CHINA), language)
    if isinstance(value, date):
        return month_text(value, language) if column.kind == "month" else day_text(value, language)
    if column.kind == "money" and isinstance(value, int):
        return money_text(from_fen(value), language)
    if isinstance(value, Decimal):
        return f"{value:.{column.places}f}"
    return str(written(column.kind, value, column.choices, language))


def sheet_cell(column: Column, row: ListRow, language: str) -> Cell:
    """A cell of an export: empty where it may not leave the house."""
    return written(column.kind, row.values.get(column.name), column.choices, language)


def _exactly(value: Shown, language: str) -> str:
    return minute_text(value.astimezone(CHINA), language) if isinstance(value, datetime) else ""
