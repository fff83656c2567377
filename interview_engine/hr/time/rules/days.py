"""What a day of work was: punches and a shift in, minutes and what a person must look at out. Pure.

A punch belongs to the shift whose window holds it, not to a date, and nothing is decided before the window has ended.
Two punches are a span of presence. Only what lies in the shift's parts is worked; who comes early has not begun. An odd
number of punches, none at all, or one that looks forged holds the day for a person: nothing is cut by itself (G6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from interview_engine.hr.time.rules.shifts import (
    Shift,
    Window,
    minutes_between,
    night_minutes,
    overlap,
    spans,
    windows,
)

HELD = frozenset({"odd_punches", "no_punch", "flagged"})
"""What holds a day until a person has looked at it."""
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Punch:
    """A moment at which somebody was there. `flagged`: it shows signs of a forged place."""

    at: datetime
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What a day was, in minutes.

    Args:
        required: to be worked by the shift. worked: within its parts, without the break.
        leave: of it, excused. late, early, away, absent: missing at the beginning of parts, at their end, in between,
            and of parts in which nobody was there at all; what leave excuses is not in them.
        problems: late, early, away, absent, odd_punches, no_punch, flagged.
        punches: the moments that were counted.
    """

    required: int
    worked: int = 0
    night: int = 0
    leave: int = 0
    late: int = 0
    early: int = 0
    away: int = 0
    absent: int = 0
    problems: tuple[str, ...] = ()
    punches: tuple[datetime, ...] = ()

    @property
    def held(self) -> bool:
        """Whether a person must decide."""
        return any(one in HELD for one in self.problems)


@dataclass(slots=True)
class _Missing:
    """Minutes that are missing of the parts, by when."""

    late: int = 0
    early: int = 0
    away: int = 0
    absent: int = 0

    def excuse(self, minutes: int) -> int:
        """Take leave off what is missing; returns how much there was to excuse."""
        left = minutes
        for name in ("absent", "late", "early", "away"):
            part = min(left, getattr(self, name))
            setattr(self, name, getattr(self, name) - part)
            left -= part
        return minutes - left


def decide(shift: Shift, day: date, held: Window, punches: Sequence[Punch], leave: int = 0) -> Decided:
    """What a day was. The window has ended.

    Args:
        punches: in the window, in any order; those of one minute are one.
        leave: approved minutes of that day.
    """
    counted = _one_a_minute(punches)
    moments = tuple(one.at for one in counted)
    required = shift.minutes
    flagged = ("flagged",) if any(one.flagged for one in counted) else ()
    excused = min(leave, required)
    if not counted:
        problems = () if excused >= required else ("no_punch",)
        return Decided(required, leave=excused, absent=required - excused, problems=problems)
    if len(counted) % 2:
        return Decided(required, leave=excused, problems=("odd_punches", *flagged), punches=moments)
    present = [(first, last) for first, last in zip(moments[::2], moments[1::2], strict=True)]
    parts = _parts_of(shift, day, moments[0])
    within = [(max(first, part[0]), min(last, part[1])) for part in parts for first, last in present
              if first < part[1] and last > part[0]]  # fmt: skip
    gross = sum(minutes_between(first, last) for first, last in within)
    missing = _missing(parts, present)
    if missing.late <= shift.grace_late:
        missing.late = 0
    if missing.early <= shift.grace_early:
        missing.early = 0
    # where the break lies is not said: who has leave may have had it in what is missing
    missing.excuse(excused + shift.break_minutes if excused else 0)
    worked = gross - _break(shift, parts, gross, missing.away)
    found = tuple(name for name in ("late", "early", "away", "absent") if getattr(missing, name))
    return Decided(
        required, min(worked, held.minutes), min(night_minutes(within, shift), worked), excused, missing.late,
        missing.early, missing.away, missing.absent, (*found, *flagged), moments,
    )  # fmt: skip


def assigned(
    worked: Iterable[tuple[date, Shift]], punches: Sequence[Punch]
) -> list[tuple[date, Shift, Window, list[Punch]]]:
    """The punches of each shift of one person, by the window that holds them; punches outside every window are left
    out."""
    found = []
    rest = sorted(punches, key=lambda one: one.at)
    place = 0
    for day, shift, held in _windows(tuple(worked)):
        while place < len(rest) and rest[place].at < held.begin:
            place += 1
        first = place
        while place < len(rest) and rest[place].at < held.end:
            place += 1
        found.append((day, shift, held, rest[first:place]))
    return found


@lru_cache(maxsize=4096)
def _windows(worked: tuple[tuple[date, Shift], ...]) -> list[tuple[date, Shift, Window]]:
    return windows(worked)


@lru_cache(maxsize=16384)
def _spans(shift: Shift, day: date) -> tuple[Span, ...]:
    return tuple(spans(shift, day))


def _one_a_minute(punches: Sequence[Punch]) -> list[Punch]:
    found: list[Punch] = []
    for one in sorted(punches, key=lambda punch: punch.at):
        at = one.at.replace(second=0, microsecond=0)
        if found and found[-1].at == at:
            found[-1] = Punch(at, found[-1].flagged or one.flagged)
        else:
            found.append(Punch(at, one.flagged))
    return found


def _parts_of(shift: Shift, day: date, first: datetime) -> tuple[Span, ...]:
    """The parts as moments; of a flexible shift moved to when somebody came, as far as it may be."""
    parts = _spans(shift, day)
    if shift.kind != "flexible":
        return parts
    later = min(minutes_between(parts[0][0], first), shift.flex) if first > parts[0][0] else 0
    return tuple((begin + timedelta(minutes=later), end + timedelta(minutes=later)) for begin, end in parts)


def _missing(parts: Sequence[Span], present: Sequence[Span]) -> _Missing:
    found = _Missing()
    for begin, end in parts:
        there = [(max(first, begin), min(last, end)) for first, last in present if first < end and last > begin]
        if not there:
            found.absent += minutes_between(begin, end)
            continue
        found.late += minutes_between(begin, there[0][0])
        found.early += minutes_between(there[-1][1], end)
        found.away += minutes_between(there[0][0], there[-1][1]) - sum(minutes_between(*one) for one in there)
    return found


def _break(shift: Shift, parts: Sequence[Span], gross: int, away: int) -> int:
    """What the break takes off the time in the parts: nothing of the first half, and nothing that somebody was away
    for anyway."""
    if not shift.break_minutes:
        return 0
    whole = sum(minutes_between(begin, end) for begin, end in parts)
    return min(max(0, shift.break_minutes - away), max(0, gross - whole // 2))


def presence(punches: Sequence[datetime], span: Span) -> int:
    """Minutes of a span in which somebody was there by these punches, two by two; an odd last one says nothing."""
    return sum(overlap(first, last, span) for first, last in zip(punches[::2], punches[1::2], strict=False))
