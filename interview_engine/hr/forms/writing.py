"""From values to the cells of sheets, in the reader's language; `reading.read_value` reads every one of them back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from interview_engine.clock import CHINA
from interview_engine.hr.forms.fields import Kind, Shown, Value
from interview_engine.i18n import Text, msg
from interview_engine.store.money import from_fen

Cell = str | int | float | Decimal | None

PLAIN = (str, bool, int, Decimal, date, datetime)
"""Values; what is none of these is read in several languages."""
YES, NO = msg("Yes"), msg("No")


def written(kind: Kind, value: Shown, choices: Mapping[str, Text], language: str) -> Cell:
    """A value as a cell: numbers stay numbers (money in yuan), days are year-month-day, months year-month, moments
    are Beijing's with their offset, choices and flags are words."""
    if value is None:
        return None
    if not isinstance(value, PLAIN):
        return value.get(language)
    if isinstance(value, bool):
        return (YES if value else NO).get(language)
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="seconds")
    if isinstance(value, date):
        return f"{value:%Y-%m}" if kind == "month" else value.isoformat()
    if kind == "choice" and value in choices:
        return choices[str(value)].get(language)
    if kind == "money" and isinstance(value, int):
        return from_fen(value)
    return value


def typed(kind: Kind, value: Value) -> str:
    """A value as the field of a form holds it: keys of choices, "1" for yes, the local time of a moment."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return f"{value.astimezone(CHINA):%Y-%m-%dT%H:%M}"
    if kind == "month" and isinstance(value, date):
        return f"{value:%Y-%m}"
    if kind == "money" and isinstance(value, int):
        return f"{from_fen(value):f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def as_json(kind: Kind, value: Shown) -> str | int | float | bool | None:
    """A value as the API answers it: money and numbers as decimal strings, days and moments in ISO 8601, texts that are
    read in several languages in English."""
    if value is not None and not isinstance(value, PLAIN):
        return value.en
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if kind == "money" and isinstance(value, int):
        return f"{from_fen(value):f}"
    return f"{value:f}" if isinstance(value, Decimal) else value
