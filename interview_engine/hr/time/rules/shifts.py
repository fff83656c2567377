"""What a shift is, and which instants its parts, its window and its nights are. Pure.

A shift says times of day in minutes from midnight of its own day, in its own zone; what goes past midnight goes on
counting (22:00–06:00 is 1320–1800). Minutes that pass are differences of instants: the night in which the clocks go
back is an hour longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

DAY = 24 * 60
MOST_PARTS = 4
MOST_SPAN = 24 * 60
"""Minutes from the beginning to the end of a shift."""
MOST_WINDOW = 12 * 60
"""Minutes before a shift, or after it, in which a punch may still belong to it."""

ShiftKind = Literal["fixed", "flexible"]
_TIME = re.compile(r"^(\d{1,2})[:：](\d{2})$")


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift.

    Args:
        kind: "fixed" begins and ends by its parts; "flexible" begins up to `flex` minutes later and ends as much later.
        zone: IANA name; every time of day of the shift is meant there.
        parts: (begin, end) in minutes from midnight of its day, in order; more than one is a split shift.
        break_minutes: unpaid, within the parts; taken off the time that is worked.
        before, after: how many minutes before its beginning and after its end a punch belongs to it.
        grace_late, grace_early: minutes that are not called late, or early.
        night: (begin, end) in minutes from midnight of what counts as night; None where nothing does.
    """

    id: str
    code: str
    name: str
    kind: ShiftKind
    zone: str
    parts: tuple[tuple[int, int], ...]
    break_minutes: int = 0
    before: int = 120
    after: int = 240
    grace_late: int = 0
    grace_early: int = 0
    flex: int = 0
    night: tuple[int, int] | None = None

    @property
    def begin(self) -> int:
        """Minutes from midnight of its day."""
        return self.parts[0][0]

    @property
    def end(self) -> int:
        """Minutes from midnight of its day; beyond 1440 on the next."""
        return self.parts[-1][1]

    @property
    def minutes(self) -> int:
        """Minutes that are to be worked, by its times of day."""
        return sum(end - begin for begin, end in self.parts) - self.break_minutes

    @property
    def crosses(self) -> bool:
        """Whether it goes past midnight."""
        return self.end > DAY


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when punches belong to a shift of a day; from `begin` on, before `end`. Aware, UTC."""

    begin: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """How long it is."""
        return int((self.end - self.begin).total_seconds() // 60)


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The moment of a time of day, in UTC. A time that the clocks jump over is the one an hour on.

    Args:
        minutes: from midnight of the day; 1500 is one in the morning of the next day.
    """
    days, rest = divmod(minutes, DAY)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    return local.astimezone(UTC)


def zone_of(shift: Shift) -> ZoneInfo:
    """Its zone."""
    return ZoneInfo(shift.zone)


def spans(shift: Shift, day: date) -> list[tuple[datetime, datetime]]:
    """The parts of a shift of a day as moments."""
    zone = zone_of(shift)
    return [(instant(day, begin, zone), instant(day, end, zone)) for begin, end in shift.parts]


def window(shift: Shift, day: date) -> Window:
    """When punches belong to a shift of a day."""
    zone = zone_of(shift)
    begin, end = instant(day, shift.begin, zone), instant(day, shift.end, zone)
    later = shift.flex if shift.kind == "flexible" else 0
    return Window(begin - timedelta(minutes=shift.before), end + timedelta(minutes=shift.after + later))


def windows(worked: Iterable[tuple[date, Shift]]) -> list[tuple[date, Shift, Window]]:
    """The windows of one person's shifts in the order of days, no two over each other: where two would meet, the
    punch belongs to the nearer shift, so the border lies halfway between the end of the one and the beginning of the
    other."""
    found = [(day, shift, window(shift, day)) for day, shift in sorted(worked, key=lambda one: one[0])]
    for place in range(len(found) - 1):
        (day, shift, mine), (next_day, following, theirs) = found[place], found[place + 1]
        if mine.end <= theirs.begin:
            continue
        end, begin = spans(shift, day)[-1][1], spans(following, next_day)[0][0]
        border = end + (begin - end) / 2 if begin > end else begin
        border = border.replace(second=0, microsecond=0)
        found[place] = (day, shift, Window(mine.begin, max(border, mine.begin)))
        found[place + 1] = (next_day, following, Window(max(border, theirs.begin), theirs.end))
    return found


def minutes_between(begin: datetime, end: datetime) -> int:
    """Whole minutes that pass; 0 where the end is not later."""
    return max(0, int((end.timestamp() - begin.timestamp()) // 60))


def overlap(begin: datetime, end: datetime, other: tuple[datetime, datetime]) -> int:
    """Minutes that two spans have in common."""
    return minutes_between(max(begin, other[0]), min(end, other[1]))


def night_minutes(spent: Sequence[tuple[datetime, datetime]], shift: Shift) -> int:
    """Minutes of these spans that lie in what the shift calls night, in its zone."""
    if shift.night is None:
        return 0
    zone = zone_of(shift)
    begin, end = shift.night
    total = 0
    for first, last in spent:
        day = first.astimezone(zone).date() - timedelta(days=1)
        while day <= last.astimezone(zone).date():
            total += overlap(first, last, (instant(day, begin, zone), instant(day, end, zone)))
            day += timedelta(days=1)
    return total


# As people write them ---------------------------------------------------------------------------------------------


def read_time(text: str) -> int:
    """Minutes from midnight of a time of day as people write it, "9:00", "24:00". ValueError: it is none."""
    found = _TIME.match(text.strip())
    if found is None or int(found[1]) > 24 or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > DAY:
        raise ValueError(f"no time of day: {text!r}")
    return int(found[1]) * 60 + int(found[2])


def read_parts(text: str) -> tuple[tuple[int, int], ...]:
    """The parts of "09:00-12:00, 13:00-18:00"; what is earlier than what stands before it is on the next day.

    Raises:
        ValueError: it is none, has too many parts, or is longer than a day.
    """
    found: list[tuple[int, int]] = []
    at = 0
    for one in re.split(r"[,，;；、]", text):
        sides = re.split(r"\s*[-–—~～至]\s*", one.strip())
        if len(sides) != 2:
            raise ValueError(f"no times: {one!r}")
        begin, end = read_time(sides[0]), read_time(sides[1])
        while begin < at:
            begin += DAY
        while end <= begin:
            end += DAY
        found.append((begin, end))
        at = end
    if len(found) > MOST_PARTS or found[0][0] >= DAY or found[-1][1] - found[0][0] > MOST_SPAN:
        raise ValueError(f"too many parts, or longer than a day: {text!r}")
    return tuple(found)


def time_text(minutes: int) -> str:
    """A time of day, "06:00"; of the next day too."""
    return f"{minutes % DAY // 60:02d}:{minutes % 60:02d}"


def parts_text(parts: Iterable[tuple[int, int]]) -> str:
    """Parts as people read them: "09:00-12:00, 13:00-18:00"."""
    return ", ".join(f"{time_text(begin)}-{time_text(end)}" for begin, end in parts)
