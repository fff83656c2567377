"""What a roster is: workers, days, shifts, what is needed of whom, and a plan. Values only.

Times within a day are minutes from its midnight; a shift belongs to the day it begins on, and one that goes past
midnight ends after minute 1440. A plan knows no zone: its day is the day of the place that the shifts are worked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

DAY = 1440
"""Minutes."""

MOST_MINUTE = 2 * DAY
"""A shift ends on the day after it began, at the latest."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes from `start` to before `end`, of a day's midnight.

    Raises:
        ValueError: it is empty, or lies outside of its day and the next.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MOST_MINUTE:
            raise ValueError(f"no span of a day: {self.start} to {self.end}")

    @property
    def minutes(self) -> int:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Shift:
    """What somebody works on a day.

    Args:
        code: short, "N"; what plans name it by.
        spans: times of presence in order; two or more of a split shift. What lies between is no rest.
        pause: minutes of a break within them that are not worked.

    Raises:
        ValueError: no span, spans that are out of order, or nothing but pause.
    """

    code: str
    spans: tuple[Span, ...]
    pause: int = 0

    def __post_init__(self) -> None:
        if not self.spans or any(first.end > second.start for first, second in pairwise(self.spans)):
            raise ValueError(f"spans of shift {self.code} are out of order")
        if not 0 <= self.pause < sum(span.minutes for span in self.spans):
            raise ValueError(f"shift {self.code} has no minute of work")

    @property
    def start(self) -> int:
        """The minute it begins."""
        return self.spans[0].start

    @property
    def end(self) -> int:
        """The minute it is over, from midnight of the day it begins on."""
        return self.spans[-1].end

    @property
    def minutes(self) -> int:
        """Worked minutes, without pauses."""
        return sum(span.minutes for span in self.spans) - self.pause

    def covers(self, start: int, end: int, day_offset: int = 0) -> bool:
        """Whether it is worked all the time from `start` to `end` of the day `day_offset` days after it begins."""
        start, end = start + day_offset * DAY, end + day_offset * DAY
        return any(span.start <= start and end <= span.end for span in self.spans)

    def touches(self, start: int, end: int, day_offset: int = 0) -> bool:
        """Whether any of it is worked between `start` and `end` of that day."""
        start, end = start + day_offset * DAY, end + day_offset * DAY
        return any(span.start < end and start < span.end for span in self.spans)


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """One worker, one day, one shift, in one post (a skill that the work asks for)."""

    day: date
    worker: str
    shift: str
    skill: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody would like of a day: to be off, off one shift, or to have one.

    Args:
        shift: None for any.
        wants: True for "I would like to work this", False for "I would like not to".
        weight: how much it counts, from 1.
    """

    day: date
    shift: str | None
    wants: bool = False
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Absence:
    """Minutes of a day on which somebody cannot work: leave, a training, not employed yet. All of it by default."""

    day: date
    start: int = 0
    end: int = DAY


@dataclass(frozen=True, slots=True)
class Worker:
    """One person of a roster.

    Args:
        id: what assignments name them by.
        skills: posts that they may fill.
        week_usual: minutes of a week by contract; more is overtime.
        week_most: minutes that a week may have at most.
        absences: when they cannot work.
        nursing_until: last day on which they nurse a child under one year: neither night nor overtime until then.
        wishes: what they would like.
        before: shifts of the days before the period, for rest, days in a row and the first week's hours.
    """

    id: str
    skills: frozenset[str]
    week_usual: int
    week_most: int
    absences: tuple[Absence, ...] = ()
    nursing_until: date | None = None
    wishes: tuple[Wish, ...] = ()
    before: tuple[Assignment, ...] = ()

    def nurses(self, day: date) -> bool:
        """Whether they nurse a child on that day."""
        return self.nursing_until is not None and day <= self.nursing_until


@dataclass(frozen=True, slots=True)
class ShiftDemand:
    """So many people in a post on a shift of a day."""

    day: date
    shift: str
    skill: str
    count: int


@dataclass(frozen=True, slots=True)
class HourDemand:
    """So many people in a post at every minute from `start` to `end` of a day, on whichever shifts."""

    day: date
    start: int
    end: int
    skill: str
    count: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What binds everybody.

    Args:
        rest_minutes: between the end of a shift and the beginning of the next.
        days_in_row: days with a shift, one after another, at most.
        day_usual: minutes of a day without overtime.
        night: a shift that touches this span is a night shift. It may end after minute 1440.
    """

    rest_minutes: int
    days_in_row: int
    day_usual: int
    night: Span

    def is_night(self, shift: Shift) -> bool:
        """Whether a shift touches the night that begins on its day, or the end of the one before."""
        early = self.night.end - DAY
        return shift.touches(self.night.start, self.night.end) or (early > 0 and shift.touches(0, early))


@dataclass(frozen=True)
class Problem:
    """What a plan is made for.

    Args:
        first: first day; `days` of them.
        kept: assignments that must stay as they are.
        weights: what a refused wish (times its own weight), a night more and a weekend shift more than others cost.

    Raises:
        ValueError: two workers or shifts of one name, or something that is needed on no day or of no shift of these.
    """

    first: date
    days: int
    shifts: tuple[Shift, ...]
    workers: tuple[Worker, ...]
    limits: Limits
    shift_demand: tuple[ShiftDemand, ...] = ()
    hour_demand: tuple[HourDemand, ...] = ()
    kept: tuple[Assignment, ...] = ()
    weights: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({"wish": 4, "night": 2, "weekend": 2}))

    def __post_init__(self) -> None:
        if len(self.shift_by_code) != len(self.shifts) or len(self.worker_by_id) != len(self.workers):
            raise ValueError("two shifts of one code, or two workers of one id")
        for day in (*(each.day for each in self.shift_demand), *(each.day for each in self.hour_demand)):
            if not self.holds(day):
                raise ValueError(f"no day of the roster: {day}")
        places = [(needed.day, needed.shift, needed.skill) for needed in self.shift_demand]
        if len(set(places)) != len(places):
            raise ValueError("one place is needed twice: add the counts up")
        for needed in self.shift_demand:
            if needed.shift not in self.shift_by_code:
                raise ValueError(f"no shift {needed.shift}")

    @cached_property
    def shift_by_code(self) -> Mapping[str, Shift]:
        """The shifts."""
        return {shift.code: shift for shift in self.shifts}

    @cached_property
    def worker_by_id(self) -> Mapping[str, Worker]:
        """The workers."""
        return {worker.id: worker for worker in self.workers}

    @cached_property
    def all_days(self) -> tuple[date, ...]:
        """Its days in order."""
        return tuple(self.first + timedelta(days=number) for number in range(self.days))

    def holds(self, day: date) -> bool:
        """Whether the day is one of it."""
        return self.first <= day < self.first + timedelta(days=self.days)

    def in_order(self) -> Problem:
        """The same in one order of everything, whatever order it came in."""
        return replace(
            self,
            shifts=tuple(sorted(self.shifts, key=lambda shift: (shift.spans, shift.code))),
            workers=tuple(sorted(self.workers, key=lambda worker: worker.id)),
            shift_demand=tuple(sorted(self.shift_demand, key=_demand_order)),
            hour_demand=tuple(sorted(self.hour_demand, key=_hours_order)),
            kept=tuple(sorted(self.kept)),
        )


def _demand_order(each: ShiftDemand) -> tuple[date, str, str, int]:
    return (each.day, each.shift, each.skill, each.count)


def _hours_order(each: HourDemand) -> tuple[date, int, int, str, int]:
    return (each.day, each.start, each.end, each.skill, each.count)


Plan = frozenset[Assignment]
"""Who works what; a day without an assignment is free."""


def week_of(day: date) -> date:
    """The Monday of its week. A shift past midnight counts in the week that it begins in."""
    return day - timedelta(days=day.weekday())


def is_weekend(day: date) -> bool:
    """Whether a shift that begins on that day is one of the weekend."""
    return day.weekday() >= 5


def of_worker(plan: Iterable[Assignment]) -> dict[str, list[Assignment]]:
    """A plan by worker, each by day."""
    found: dict[str, list[Assignment]] = {}
    for assignment in sorted(plan):
        found.setdefault(assignment.worker, []).append(assignment)
    return found
