"""Which language a page is in, and how its dates and numbers are written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_decimal
from fastapi import Request

from interview_engine.i18n import languages

CONSOLE_LANGUAGES = ("zh", "en")
"""Languages of the pages that staff use."""

COOKIE = "language"
_STAFF = ("/console", "/wechat/todo")


def choices(request: Request) -> tuple[str, ...]:
    """The languages that a page can be read in: two in the console, everywhere else those with catalogues."""
    return CONSOLE_LANGUAGES if request.url.path.startswith(_STAFF) else languages()


def language_of(request: Request) -> str:
    """The page's language: the switch (cookie), else what the browser asks for first, else Chinese."""
    offered = choices(request)
    chosen = request.cookies.get(COOKIE)
    if chosen in offered:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        name = part.split(";")[0].strip().lower()[:2]
        if name in offered:
            return name
    return "zh"


def export_languages(request: Request, asked_in: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The languages that the console exports a report in: those at hand, and the rest.

    Args:
        asked_in: the languages of the interview. With the reader's own they are at hand.
    """
    own = language_of(request)
    near = (own, *(one for one in languages() if one in asked_in and one != own))
    return near, tuple(one for one in languages() if one not in near)


def day_text(value: date, language: str) -> str:
    """A date as the language writes it; Chinese and English pages write year-month-day."""
    return f"{value:%Y-%m-%d}" if language in CONSOLE_LANGUAGES else format_date(value, "medium", locale=language)


def month_text(value: date, language: str) -> str:
    """A month as the language writes it: 2026年9月, September 2026, septiembre de 2026."""
    return str(format_skeleton("yMMMM", value, locale=language))


def minute_text(value: datetime, language: str) -> str:
    """A date and time as the language writes them; Chinese and English pages write year-month-day and hours."""
    if language in CONSOLE_LANGUAGES:
        return f"{value:%Y-%m-%d %H:%M}"
    return format_datetime(value, "medium", locale=language).rpartition(":")[0]


def money_text(value: Decimal, language: str) -> str:
    """An amount with two decimals as the language writes it: 12,345.60, in Spanish 12.345,60."""
    return str(format_decimal(value, "#,##0.00", locale=language))
