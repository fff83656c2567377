"""From what people type, and from what stands in the cells of their sheets, to values.

Sheets are met as they come: full-width digits, thousands separators, dates as text in several orders or as Excel's day
numbers, choices in any language of the product. What could mean two things is refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from interview_engine.clock import CHINA
from interview_engine.errors import InvalidInput
from interview_engine.hr.forms.fields import Field, Kind, Value, checked, no_choice
from interview_engine.hr.problems import invalid
from interview_engine.i18n import joined, languages, msg

YES = frozenset({"1", "1.0", "true", "yes", "y", "on", "是", "有", "对", "√", "はい", "sí", "si", "verdadero"})
NO = frozenset({"0", "0.0", "false", "no", "n", "off", "否", "无", "没有", "×", "いいえ", "falso"})

_DAY = re.compile(r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?")
_MONTH = re.compile(r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*月?")
_COMPACT_MONTH = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")
_COMPACT = re.compile(r"(19|20)(\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_TIME = re.compile(r"[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:\d{2})?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONEY = re.compile(r"^[¥￥$]|(?:元|RMB|CNY)$", re.IGNORECASE)
SERIALS_FROM = date(1899, 12, 30)
"""Excel's day 0, with the leap day of 1900 that it believes in: right from 1900-03-01 on."""
DayOrder = Literal["ymd", "dmy", "mdy"]
"""Of year, month and day in a short date: 24/3/5."""
ORDERS: tuple[DayOrder, ...] = get_args(DayOrder)
_SHORT = re.compile(r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?")
_CENTURY = 2000
"""Of a year in one or two digits from 0 to 59; those from 60 on are of the century before."""
_EARLIEST, _LATEST = date(1900, 3, 1), date(2199, 12, 31)
"""Anything else is a slip of the keyboard, and moments near the ends of the calendar have no UTC."""


def read_value(one: Field, raw: str, order: DayOrder | None = None) -> Value:
    """The value that a text stands for; None for an empty one.

    Args:
        order: of the parts of short dates, where somebody has said it.

    Raises:
        InvalidInput: it is no value of the field's kind, or not within the field's limits.
    """
    text = raw.replace("\r\n", "\n") if one.kind == "area" else raw.strip()
    if "\0" in text:
        raise invalid(one.name, "input.nul", msg("It holds a character that no text has."), msg("Delete it."))
    if not text.strip() or (one.nothing and is_like(text) in one.nothing):
        return checked(one, None)
    if one.reads is not None:
        return checked(one, text if one.kind == "text" else one.reads(text))
    if one.kind in ("day", "month") and order is not None and (day := _in_order(text, order)) is not None:
        return checked(one, day if one.kind == "day" else day.replace(day=1))
    return checked(one, _READERS[one.kind](one, text))


def is_like(value: str) -> str:
    """A text as it is compared: width, case and spaces do not count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", value)).strip().casefold()


def read_day(one: Field, raw: str) -> date:
    """A day: 2026-01-05, 2026/1/5, 2026年1月5日, 20260105, or a sheet's day number.

    Raises:
        InvalidInput: `input.day`.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    found = _DAY.fullmatch(_TIME.sub("", text)) or _DAY.fullmatch(text)
    parts = found.groups() if found else None
    if parts is None and (compact := _COMPACT.fullmatch(text)):
        parts = (compact[1] + compact[2], compact[3], compact[4])
    try:
        day = None
        if parts is not None:
            day = date(*map(int, parts))
        elif _SERIAL.fullmatch(text):
            day = SERIALS_FROM + timedelta(days=int(text.partition(".")[0]))
        if day is not None and _EARLIEST <= day <= _LATEST:
            return day
    except ValueError:
        pass
    meanings = sorted({day.isoformat() for order in ORDERS if (day := _in_order(text, order)) is not None})
    if meanings:
        raise invalid(
            one.name,
            "input.day_unclear",
            msg(
                "{thing}: “{raw}” can be {meanings}.", thing=one.label, raw=text, meanings=joined(meanings, msg(" or "))
            ),
            msg("Write the year in four digits and first, like 2026-01-31, or say the order of the column's dates."),
        )
    raise invalid(one.name, "input.day", msg("{thing}: this is no date.", thing=one.label),
                  msg("Write it as year-month-day, like 2026-01-31."))  # fmt: skip


def read_month(one: Field, raw: str) -> date:
    """A month as its first day: 2026-09, 2026/9, 2026年9月, 202609, or any day of it as `read_day` reads one.

    Raises:
        InvalidInput: `input.month`, `input.day_unclear`.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    found = _MONTH.fullmatch(text) or _COMPACT_MONTH.fullmatch(text)
    try:
        if found is None:
            return read_day(one, raw).replace(day=1)
        month = date(int(found[1]), int(found[2]), 1)
        if _EARLIEST <= month <= _LATEST:
            return month
    except InvalidInput as error:
        if error.code != "input.day":
            raise
    except ValueError:
        pass
    raise invalid(one.name, "input.month", msg("{thing}: this is no month.", thing=one.label),
                  msg("Write it as year-month, like 2026-09."))  # fmt: skip


def _in_order(raw: str, order: DayOrder) -> date | None:
    """A short date read in that order; None for what is no short date, or none in that order."""
    text = unicodedata.normalize("NFKC", raw).strip()
    found = _SHORT.fullmatch(_TIME.sub("", text).strip())
    if found is None or (len(found[1]) == 4 and order != "ymd"):
        return None
    parts = dict(zip(order, found.groups(), strict=True))
    if len(parts["y"]) == 3 or len(parts["d"]) > 2:
        return None
    year = int(parts["y"])
    if len(parts["y"]) < 3:
        year += _CENTURY if year < 60 else _CENTURY - 100
    try:
        day = date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None
    return day if _EARLIEST <= day <= _LATEST else None


def read_moment(one: Field, raw: str) -> datetime:
    """A moment: a day and a time, in Beijing where no offset is written; a day alone is its beginning.

    Raises:
        InvalidInput: `input.day`.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    day = read_day(one, text)
    found = _TIME.search(text)
    if found is None:
        return datetime(day.year, day.month, day.day, tzinfo=CHINA)
    clock = f"{int(found[1]):02d}:{found[2]}:{found[3] or '00'}"
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{clock}{found[4] or ''}")
    except ValueError:
        raise invalid(one.name, "input.day", msg("{thing}: this is no date.", thing=one.label),
                      msg("Write it as year-month-day, like 2026-01-31.")) from None  # fmt: skip
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CHINA)


def _text(_: Field, text: str) -> str:
    return text


def _decimal(one: Field, raw: str) -> Decimal:
    text = _MONEY.sub("", unicodedata.normalize("NFKC", raw).strip()).strip().replace(" ", "")
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _no_number(one) from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        raise _no_number(one)
    return value


def _whole(one: Field, raw: str) -> int:
    value = _decimal(one, raw)
    if value != value.to_integral_value():
        raise invalid(one.name, "input.whole", msg("{thing}: a whole number.", thing=one.label),
                      msg("Correct it and send again."))  # fmt: skip
    return int(value)


def _number(one: Field, raw: str) -> Decimal:
    value = _decimal(one, raw)
    if value != round(value, one.places):
        raise _too_fine(one, one.places)
    return round(value, one.places)


def _money(one: Field, raw: str) -> int:
    fen = _decimal(one, raw) * 100
    if fen != fen.to_integral_value():
        raise _too_fine(one, 2)
    return int(fen)


def _choice(one: Field, raw: str) -> str:
    if raw in one.choices:
        return raw
    wanted = is_like(raw)
    found = {
        key
        for key, label in one.choices.items()
        if wanted in {is_like(key), *(is_like(label.get(language)) for language in languages())}
    }
    if len(found) != 1:
        raise no_choice(one)
    return found.pop()


def _flag(one: Field, raw: str) -> bool:
    said = is_like(raw)
    if said in YES:
        return True
    if said in NO:
        return False
    raise invalid(one.name, "input.flag", msg("{thing}: yes or no.", thing=one.label),
                  msg("Correct it and send again."))  # fmt: skip


_READERS: Mapping[Kind, Callable[[Field, str], Value]] = {
    "text": _text,
    "area": _text,
    "whole": _whole,
    "number": _number,
    "money": _money,
    "day": read_day,
    "month": read_month,
    "moment": read_moment,
    "choice": _choice,
    "flag": _flag,
}


def _no_number(one: Field) -> Exception:
    return invalid(one.name, "input.number", msg("{thing}: this is no number.", thing=one.label),
                   msg("Correct it and send again."))  # fmt: skip


def _too_fine(one: Field, places: int) -> Exception:
    return invalid(
        one.name,
        "input.places",
        msg("{thing}: {places} decimals at most.", thing=one.label, places=places),
        msg("Correct it and send again."),
    )
