"""What the ledger of one kind of leave of one person must hold: openings, accruals, what is carried over, what ends.

Pure. Everything follows from the leave that was taken, the corrections and the openings: the same entries in any order
give the same balance of every day. Minutes everywhere; a balance is the sum of the entries up to a day.

Leave is taken from the part that ends first. An end takes what is left of its own part and nothing else, so it never
makes a balance smaller than 0 and never eats days of a later year. What was taken in advance is taken from the next
part that comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from interview_engine.hr.leave.annual import Accrued
from interview_engine.hr.months import add_months

Key = tuple[str, date, str]
"""Kind of entry (opening, accrual, carry, expiry), its day, and the part of the balance that it changes ("2026")."""


@dataclass(frozen=True, slots=True)
class Carry:
    """What becomes of a year's rest. None in `minutes`: all of it stays; None in `months`: for ever."""

    minutes: int | None
    months: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """What is known besides the entries.

    Args:
        openings: by day, what the system before counted on it; it stands for everything until that day, and nothing is
            accrued here before the first.
        accrued: days that are added, with the minutes of a day.
        carry: by year, what becomes of its rest; a year that is not in it simply stays.
    """

    openings: Mapping[date, int] = field(default_factory=lambda: MappingProxyType({}))
    accrued: Sequence[Accrued] = ()
    minutes_a_day: int = 480
    carry: Mapping[int, Carry] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Moved:
    """Minutes that were taken (less than 0), given back or added by hand on a day."""

    day: date
    minutes: int


@dataclass
class _Part:
    name: str
    minutes: int
    end: date | None
    carry: Carry | None = None


@dataclass
class _Run:
    parts: list[_Part]
    debt: int = 0
    short: int = 0

    @property
    def balance(self) -> int:
        return sum(one.minutes for one in self.parts) - self.debt

    def add(self, part: _Part) -> None:
        paid = min(self.debt, part.minutes)
        self.debt -= paid
        part.minutes -= paid
        held = next((one for one in self.parts if (one.name, one.end) == (part.name, part.end)), None)
        if held is None:
            self.parts.append(part)
        else:
            held.minutes += part.minutes

    def take(self, minutes: int) -> None:
        for part in sorted(self.parts, key=lambda one: (one.end is None, one.end or date.max, one.name)):
            taken = min(part.minutes, minutes)
            part.minutes -= taken
            minutes -= taken
        self.debt += minutes
        self.short += minutes


@dataclass(frozen=True, slots=True)
class Result:
    """What the entries besides those that were moved must be, by key; and how it stands on the last day.

    Args:
        short: minutes taken since the last opening for which there was nothing on their day.
    """

    entries: Mapping[Key, int]
    balance: int
    short: int


def derived(given: Given, moved: Iterable[Moved], until: date, wanted: Iterable[Moved] = ()) -> Result:
    """The entries that follow, up to a day.

    What is wanted comes after everything else of its day: what was given on that day has paid a debt before.
    """
    opened = min(given.openings, default=None)
    by_day, asked = _by_day(moved, until), _by_day(wanted, until)
    granted = [one for one in given.accrued if one.day <= until and (opened is None or one.day > opened)]
    run, entries = _Run([]), dict[Key, int]()
    days = {*by_day, *asked, *(one.day for one in granted), *(day for day in given.openings if day <= until)}
    for day in sorted(days):
        _end_parts(run, entries, day)
        for added in granted:
            if added.day == day:
                minutes = added.days * given.minutes_a_day
                _note(entries, ("accrual", day, str(added.year)), minutes)
                run.add(_part_of(given, added.year, minutes))
        _move(run, by_day.get(day, 0))
        _move(run, asked.get(day, 0))
        if day in given.openings:
            _note(entries, ("opening", day, "opening"), given.openings[day] - run.balance)
            run.parts, run.debt, run.short = [], 0, 0
            _open(run, given, day)
    _end_parts(run, entries, until)
    return Result({key: value for key, value in entries.items() if value}, run.balance, run.short)


def available(given: Given, moved: Sequence[Moved], day: date) -> int:
    """The most minutes that may be taken on a day, so that nothing that is taken later lacks its own; 0 at least."""
    until = max([day, *(one.day for one in moved)])
    before = derived(given, moved, until).short

    def fits(minutes: int) -> bool:
        return derived(given, moved, until, [Moved(day, -minutes)]).short <= before

    low, high = 0, max(0, derived(given, [one for one in moved if one.day <= day], day).balance)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def lacks(given: Given, moved: Sequence[Moved], wanted: Sequence[Moved]) -> int:
    """How many minutes are missing if this is taken as well, on its days or for what is taken later; 0 for none."""
    until = max(one.day for one in (*moved, *wanted)) if moved or wanted else date.min
    return derived(given, moved, until, wanted).short - derived(given, moved, until).short


def _by_day(moved: Iterable[Moved], until: date) -> dict[date, int]:
    found: dict[date, int] = {}
    for one in moved:
        if one.day <= until:
            found[one.day] = found.get(one.day, 0) + one.minutes
    return found


def _open(run: _Run, given: Given, day: date) -> None:
    minutes = given.openings[day]
    if minutes < 0:
        run.debt = -minutes
    elif given.accrued or given.carry:
        run.add(_part_of(given, day.year, minutes))
    else:
        run.add(_Part("opening", minutes, None))


def _part_of(given: Given, year: int, minutes: int) -> _Part:
    carry = given.carry.get(year)
    return _Part(str(year), minutes, None if carry is None else date(year, 12, 31), carry)


def _move(run: _Run, minutes: int) -> None:
    if minutes > 0:
        run.add(_Part("added", minutes, None))
    elif minutes < 0:
        run.take(-minutes)


def _end_parts(run: _Run, entries: dict[Key, int], day: date) -> None:
    """Let every part end whose last day is before a day, in the order of the days."""
    while ending := [one for one in run.parts if one.end is not None and one.end < day]:
        part = min(ending, key=lambda one: (one.end or date.max, one.name))
        run.parts.remove(part)
        assert part.end is not None
        after = part.end + timedelta(days=1)
        stays = 0
        if part.carry is not None:
            stays = part.minutes if part.carry.minutes is None else min(part.minutes, part.carry.minutes)
            _note(entries, ("carry", after, part.name), -stays)
            _note(entries, ("carry", after, f"{part.name}+"), stays)
            months = part.carry.months
            run.add(_Part(f"{part.name}+", stays, None if months is None else add_months(part.end, months)))
        _note(entries, ("expiry", after, part.name), stays - part.minutes)


def _note(entries: dict[Key, int], key: Key, minutes: int) -> None:
    entries[key] = entries.get(key, 0) + minutes
