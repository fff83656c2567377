"""A notice of the State Council on one year's holidays, read from the JSON form of the holiday-cn project.

The form says which days are off and which weekends are worked. It does not say which of the days off are statutory:
those are law (`statutory`), and a person enters which days of that year they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from interview_engine.errors import InvalidInput
from interview_engine.hr.calendar.rules import Day, DayKind
from interview_engine.hr.calendar.statutory import slots
from interview_engine.i18n import Text, msg

MOST_DAYS = 120
"""Entries a notice may have; the longest so far has 41."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One year's notice.

    Args:
        papers: addresses of the notice.
        days: every day that is not as its weekday says, and the statutory ones.
    """

    year: int
    papers: tuple[str, ...]
    days: tuple[Day, ...]


def read_notice(content: bytes, statutory: Mapping[str, tuple[date, ...]]) -> Notice:
    """The notice in a file.

    Args:
        content: the file, UTF-8 JSON with `year`, `papers` and `days` (`name`, `date`, `isOffDay`).
        statutory: by the holiday's name, its statutory days that year. A person enters them with the notice.

    Raises:
        InvalidInput: `calendar.notice`, with what is wrong and where.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise _wrong(msg("The file is no JSON text.")) from None
    if not isinstance(document, dict) or not isinstance(document.get("days"), list):
        raise _wrong(msg("The file has no list “days”."))
    year = document.get("year")
    if not isinstance(year, int) or not 2000 <= year <= 2100:
        raise _wrong(msg("The file does not say which year it is for."))
    papers = document.get("papers")
    sources = tuple(str(one) for one in papers) if isinstance(papers, list) else ()
    if not sources:
        raise _wrong(msg("The file names no notice (“papers”): such days are someone's guess."))
    if len(document["days"]) > MOST_DAYS:
        raise _wrong(msg("The file has more than {most} days.", most=MOST_DAYS))
    found = _days(document["days"], year, sources[0], statutory)
    _check_statutory(found, statutory)
    return Notice(year, sources, tuple(found[day] for day in sorted(found)))


def _days(entries: list[Any], year: int, source: str, statutory: Mapping[str, tuple[date, ...]]) -> dict[date, Day]:
    by_law = {day: name for name, days in statutory.items() for day in days}
    found: dict[date, Day] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            day = date.fromisoformat(entry["date"])
            off, name = entry["isOffDay"], str(entry["name"])
        except (KeyError, TypeError, ValueError):
            raise _wrong(msg("Entry {number} has no name, date or isOffDay.", number=number)) from None
        if not isinstance(off, bool):
            raise _wrong(msg("Entry {number}: isOffDay is true or false.", number=number))
        # a year's notice may reach into the days around New Year of its neighbours
        if abs(day.year - year) > 1:
            raise _wrong(msg("Entry {number}: {day} is not of {year}.", number=number, day=str(day), year=year))
        if day in found:
            raise _wrong(msg("{day} is in the file twice.", day=str(day)))
        if not off and day in by_law:
            raise _wrong(msg("{day} is a statutory holiday and cannot be worked.", day=str(day)))
        found[day] = Day(day, _kind(day, off, day in by_law), name, source=source)
    return found


def _kind(day: date, off: bool, by_law: bool) -> DayKind:
    if not off:
        return "workday"
    if by_law:
        return "statutory"
    return "restday" if day.weekday() >= 5 else "substitute"


def _check_statutory(found: Mapping[date, Day], statutory: Mapping[str, tuple[date, ...]]) -> None:
    lost = sorted(day for days in statutory.values() for day in days if day not in found)
    if lost:
        raise _wrong(msg("Statutory holidays are missing: {days}.", days=", ".join(map(str, lost))))
    count = sum(len(days) for days in statutory.values())
    wanted = len(slots(2025))
    if count != wanted:
        raise _wrong(msg("The law knows {wanted} statutory days; {count} were given.", wanted=wanted, count=count))


def _wrong(message: Text) -> InvalidInput:
    return InvalidInput(
        "calendar.notice", message, msg("Take the notice's file as it is published, or mend it there."), field="file"
    )
