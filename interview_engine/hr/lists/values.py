"""Values of a list's columns: as databases give them, as statements compare them, as cursors carry them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Numeric

from interview_engine.clock import CHINA
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.query import Condition, ListQuery
from interview_engine.hr.forms.spec import Column
from interview_engine.store.money import Yuan, from_fen, to_fen
from interview_engine.store.page import bad_cursor

_MOST_INTEGER = 2**31 - 1
"""PostgreSQL refuses a larger one beside an integer column; no row holds one."""


def compared(column: Column, value: Any, one: Condition) -> ColumnElement[bool]:
    """The condition that a filter asks of a value."""
    found: ColumnElement[bool]
    if one.operator == "is":
        found = value.in_([bound(column, value, wanted) for wanted in one.values])
    elif one.operator == "has":
        found = value.icontains(one.values[0], autoescape=True)
    else:
        limit, beyond = _limit(column, value, one)
        found = value >= limit if one.operator == "from" else value < limit if beyond else value <= limit
    return found


def loaded(column: Column, value: Any) -> Value:
    """A value as the database gives it, as one of the column's kind."""
    if value is None:
        return None
    match column.kind:
        case "flag":
            return bool(value)
        case "money" if isinstance(value, Decimal):
            return to_fen(value)
        case "whole" | "money":
            return int(value)
        case "number":
            return value if isinstance(value, Decimal) else Decimal(repr(value))
        case "day" | "month" if isinstance(value, str):
            return date.fromisoformat(value)
        case "moment" if isinstance(value, str):
            return datetime.fromisoformat(value)
    return value  # type: ignore[no-any-return]  # what the column's type loads


def bound(column: Column, expression: Any, value: Value) -> Any:
    """A value as it is compared with the column."""
    if isinstance(value, Decimal):
        is_exact = isinstance(getattr(expression, "type", None), Numeric) and expression.type.asdecimal
        return value if is_exact else float(value)
    if isinstance(value, bool):
        return float(value) if column.stored == "text" else value
    if isinstance(value, int) and isinstance(getattr(expression, "type", None), Yuan):
        return from_fen(value)
    if isinstance(value, int):
        is_large = isinstance(getattr(expression, "type", None), BigInteger | Float)
        return value if is_large else max(-_MOST_INTEGER, min(value, _MOST_INTEGER))
    if column.stored == "text" and isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value.isoformat() if column.stored == "text" and isinstance(value, date) else value


def _limit(column: Column, expression: Any, one: Condition) -> tuple[Any, bool]:
    """What a range's end is compared with, and whether it lies just beyond what is wanted: the next day's beginning."""
    (value,) = one.values
    if column.kind != "moment" or not isinstance(value, date):
        return bound(column, expression, value), False
    start = datetime(value.year, value.month, value.day, tzinfo=CHINA)
    beyond = one.operator == "to"
    return bound(column, expression, start + timedelta(days=1) if beyond else start), beyond


def cursor_of(query: ListQuery, value: Value, row_id: str) -> tuple[Any, ...]:
    """What the cursor behind a row holds: the sorted value, and its id."""
    if not query.sort:
        return (row_id,)
    if isinstance(value, date):
        return (value.isoformat(), row_id)
    return (str(value) if isinstance(value, Decimal) else value if not isinstance(value, bool) else int(value), row_id)


def from_cursor(column: Column, raw: Any) -> Value:
    """The value in a cursor.

    Raises:
        InvalidInput: `page.cursor`, it is not of the column's kind.
    """
    try:
        match column.kind:
            case "day" | "month" if isinstance(raw, str):
                return date.fromisoformat(raw)
            case "moment" if isinstance(raw, str):
                found = datetime.fromisoformat(raw)
                if found.tzinfo is not None:
                    return found
            case "number" if isinstance(raw, str):
                if (number := Decimal(raw)).is_finite():
                    return number
            case "whole" | "money" if isinstance(raw, int):
                return raw
            case "flag" if isinstance(raw, int):
                return int(raw)
            case "text" | "area" | "choice" if isinstance(raw, str):
                return raw
    except (ValueError, ArithmeticError):
        pass
    raise bad_cursor()
