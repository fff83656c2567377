"""Every rule of rosters names itself, whom it binds and the day (E4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from interview_engine.hr.rosters.checking import Break, Gap, broken, gaps
from interview_engine.hr.rosters.plan import (
    Absence,
    Assignment,
    HourDemand,
    Problem,
    Shift,
    ShiftDemand,
    Span,
    Worker,
)
from interview_engine.hr.rosters.standard import limits_data, standard_limits

MONDAY = date(2026, 3, 2)
MORNING = Shift("M", (Span(480, 960),))
LATE = Shift("L", (Span(840, 1320),))
NIGHT = Shift("N", (Span(1320, 1800),))
SPLIT = Shift("S", (Span(600, 840), Span(1020, 1260)))
LONG = Shift("X", (Span(480, 1020),))
WORKER = Worker("a", frozenset({"till"}), 2400, 2400)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def problem(worker: Worker = WORKER, **changes: object) -> Problem:
    shifts = (MORNING, LATE, NIGHT, SPLIT, LONG)
    made = Problem(MONDAY, 14, shifts, (worker,), standard_limits())
    return replace(made, **changes)  # type: ignore[arg-type]


def of(worker: Worker, *worked: tuple[int, str]) -> list[tuple[str, int, int, int]]:
    plan = [Assignment(day(number), "a", code, "till") for number, code in worked]
    return [
        (each.rule, (each.day - MONDAY).days, each.measured, each.allowed) for each in broken(problem(worker), plan)
    ]


def test_five_early_shifts_of_a_week_break_nothing() -> None:
    assert of(WORKER, *((number, "M") for number in range(5))) == []


@pytest.mark.parametrize(
    ("first", "second", "minutes"),
    [("L", "M", 600), ("N", "M", 120), ("N", "L", 480), ("S", "M", 660), ("N", "N", 960)],
)
def test_eleven_hours_lie_between_two_shifts_also_across_midnight(first: str, second: str, minutes: int) -> None:
    expected = [] if minutes >= 660 else [("rest", 1, minutes, 660)]
    assert of(WORKER, (0, first), (1, second)) == expected


def test_the_pause_of_a_split_shift_is_no_work_and_no_rest() -> None:
    assert SPLIT.minutes == 480
    assert of(WORKER, (0, "S"), (1, "S")) == []


def test_a_pause_within_a_shift_is_not_worked() -> None:
    assert Shift("P", (Span(540, 1080),), 60).minutes == 480
    with pytest.raises(ValueError, match="no minute of work"):
        Shift("P", (Span(540, 600),), 60)


def test_a_shift_before_the_roster_asks_for_rest_too() -> None:
    worker = replace(WORKER, before=(Assignment(day(-1), "a", "N", "till"),))
    assert of(worker, (0, "M")) == [("rest", 0, 120, 660)]


def test_the_seventh_day_in_a_row_is_one_too_many_also_when_the_row_began_before_the_roster() -> None:
    worker = replace(WORKER, week_most=9000)
    assert of(worker, *((number, "M") for number in range(8))) == [
        ("days_in_row", 6, 7, 6),
        ("days_in_row", 7, 8, 6),
    ]
    before = replace(worker, before=tuple(Assignment(day(-number), "a", "M", "till") for number in (1, 2, 3)))
    assert of(before, *((number, "M") for number in range(4))) == [("days_in_row", 3, 7, 6)]


def test_a_week_has_its_hours_and_a_night_counts_in_the_week_it_begins_in() -> None:
    assert of(WORKER, *((number, "M") for number in range(6))) == [("week_hours", 0, 2880, 2400)]
    assert of(WORKER, (2, "M"), (3, "M"), (4, "M"), (5, "M"), (6, "N"), (8, "M")) == []


def test_hours_before_the_roster_count_in_a_week_that_it_begins_within() -> None:
    worker = replace(WORKER, before=tuple(Assignment(day(number), "a", "M", "till") for number in (0, 1, 2, 3)))
    plan = [Assignment(day(number), "a", "M", "till") for number in (4, 5)]
    assert broken(problem(worker, first=day(4)), plan) == (Break(day(4), "a", "week_hours", 2880, 2400),)


def test_no_shift_reaches_into_leave_and_the_night_before_does() -> None:
    worker = replace(WORKER, absences=(Absence(day(2)), Absence(day(5), 780, 1440)))
    assert of(worker, (1, "N")) == [("leave", 1, 0, 0)]
    assert of(worker, (2, "M")) == [("leave", 2, 0, 0)]
    assert of(worker, (1, "L"), (3, "M")) == []
    assert of(worker, (5, "M")) == [("leave", 5, 0, 0)]


def test_whoever_nurses_a_child_has_no_night_and_no_overtime_until_the_last_day_of_it() -> None:
    worker = replace(WORKER, nursing_until=day(6), week_most=3000)
    assert of(worker, (0, "N")) == [("nursing_night", 0, 0, 0)]
    assert of(worker, (0, "X")) == [("nursing_overtime", 0, 540, 480)]
    assert of(worker, *((number, "M") for number in range(6))) == [("nursing_overtime", 0, 2880, 2400)]
    assert of(worker, *((number, "M") for number in range(7, 13))) == []
    assert of(worker, (7, "N")) == []


def test_one_shift_a_day_and_only_in_a_post_that_one_has_the_skill_for() -> None:
    assert ("one_shift", 0, 2, 1) in of(WORKER, (0, "M"), (0, "N"))
    plan = [Assignment(day(0), "a", "M", "forklift")]
    assert broken(problem(), plan) == (Break(day(0), "a", "skill"),)


def test_an_unknown_worker_shift_or_day_is_named() -> None:
    plan = [
        Assignment(day(0), "nobody", "M", "till"),
        Assignment(day(0), "a", "Z", "till"),
        Assignment(day(99), "a", "M", "till"),
    ]
    assert [each.rule for each in broken(problem(), plan)] == ["unknown"] * 3


def test_what_is_needed_of_a_shift_and_not_there_is_a_gap() -> None:
    wanted = problem(shift_demand=(ShiftDemand(day(0), "M", "till", 3),))
    plan = frozenset({Assignment(day(0), "a", "M", "till")})
    assert gaps(wanted, plan) == (Gap(day(0), "till", "M", 480, 960, 2, 960),)


def test_what_is_needed_by_the_hour_is_cut_where_shifts_begin_and_end() -> None:
    wanted = problem(hour_demand=(HourDemand(day(0), 420, 1440, "till", 1),))
    plan = frozenset({Assignment(day(0), "a", "M", "till")})
    found = [(gap.start, gap.end) for gap in gaps(wanted, plan)]
    assert found[0] == (420, 480)
    assert min(start for start, _ in found[1:]) == 960
    assert sum(gap.minutes for gap in gaps(wanted, plan)) == 1020 - 480


def test_a_night_covers_the_morning_after_it_also_the_one_before_the_roster() -> None:
    wanted = problem(hour_demand=(HourDemand(day(0), 0, 360, "till", 1), HourDemand(day(1), 0, 360, "till", 1)))
    plan = frozenset({Assignment(day(0), "a", "N", "till")})
    assert {gap.day for gap in gaps(wanted, plan)} == {day(0)}
    eve = replace(WORKER, before=(Assignment(day(-1), "a", "N", "till"),))
    assert gaps(replace(wanted, workers=(eve,)), plan) == ()


def test_a_plan_cannot_be_asked_for_with_one_name_twice_or_needs_of_no_day() -> None:
    with pytest.raises(ValueError, match="two shifts of one code"):
        problem(workers=(WORKER, WORKER))
    with pytest.raises(ValueError, match="no day of the roster"):
        problem(shift_demand=(ShiftDemand(day(20), "M", "till", 1),))
    with pytest.raises(ValueError, match="needed twice"):
        problem(shift_demand=(ShiftDemand(day(0), "M", "till", 1), ShiftDemand(day(0), "M", "till", 2)))
    with pytest.raises(ValueError, match="no shift"):
        problem(shift_demand=(ShiftDemand(day(0), "Q", "till", 1),))
    with pytest.raises(ValueError, match="no span"):
        Span(100, 100)


def test_limits_that_are_law_name_their_article_and_source() -> None:
    for name, each in limits_data().items():
        assert each.get("basis") == "company" or each["source"].startswith("https://www.gov.cn/"), name
