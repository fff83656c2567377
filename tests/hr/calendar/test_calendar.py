"""Which days are worked: a notice counts when a second person has checked it; a year without one is tentative."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hiring_world import World
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.calendar import service
from interview_engine.hr.calendar.notice import read_notice
from interview_engine.hr.calendar.rules import DAY_KINDS, Day, days, layered

NEW_YEAR = date(2026, 1, 1)
LABOUR = {
    "元旦": (NEW_YEAR,),
    "劳动节": (date(2026, 5, 1), date(2026, 5, 2)),
    "其他": tuple(date(2026, 10, 1) + timedelta(days=number) for number in range(10)),
}
"""Thirteen days, not those of the law."""


def notice_file(**changes: object) -> bytes:
    off = [day for found in LABOUR.values() for day in found] + [date(2026, 5, 4)]
    document = {
        "year": 2026,
        "papers": ["https://www.gov.cn/notice"],
        "days": [
            *({"name": "假", "date": str(day), "isOffDay": True} for day in off),
            {"name": "劳动节", "date": "2026-05-09", "isOffDay": False},
        ],
    }
    return json.dumps(document | changes, ensure_ascii=False).encode()


def test_a_notice_tells_statutory_days_from_substitutes_and_worked_weekends() -> None:
    found = {one.day: one.kind for one in read_notice(notice_file(), LABOUR).days}
    assert found[date(2026, 5, 1)] == "statutory"
    assert found[date(2026, 5, 4)] == "substitute"
    assert found[date(2026, 5, 9)] == "workday"


@pytest.mark.parametrize(
    "content",
    [
        b"{", b"[]", notice_file(year=None), notice_file(papers=[]), notice_file(days=[{"date": "2026-05-01"}]),
        notice_file(days=[]), notice_file(days=[{"name": "", "date": "2026-05-01", "isOffDay": False}]),
        notice_file(days=[{"name": "", "date": "2031-05-01", "isOffDay": True}]), "年".encode("gb18030"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_notice_is_refused_with_the_reason(content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_notice(content, LABOUR)
    assert caught.value.code == "calendar.notice"


entered = st.lists(
    st.builds(Day, st.dates(date(2026, 1, 1), date(2026, 3, 31)), st.sampled_from(DAY_KINDS)),
    max_size=20,
    unique_by=lambda one: one.day,
)


@given(entered, entered)
def test_a_narrower_calendar_wins_and_leaves_the_other_days(wide: list[Day], narrow: list[Day]) -> None:
    both, one, other = layered((wide, narrow), ()), layered((wide,), ()), {day.day: day for day in narrow}
    for day in days(date(2026, 1, 1), date(2026, 3, 31)):
        assert both.day(day) == other.get(day, one.day(day))


@given(entered, st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.integers(0, 60))
def test_workdays_of_two_stretches_add_up(known: list[Day], first: date, length: int) -> None:
    calendar = layered((known,), (2026,))
    middle, last = first + timedelta(days=length // 2), first + timedelta(days=length)
    together = calendar.workdays(first, middle) + calendar.workdays(middle + timedelta(days=1), last)
    assert together == calendar.workdays(first, last)


def test_days_of_a_year_without_a_notice_are_tentative() -> None:
    calendar = layered((), (2026,))
    assert calendar.tentative_days(date(2026, 12, 31), date(2027, 1, 2)) == (date(2027, 1, 1), date(2027, 1, 2))


# Entered by one, checked by another -------------------------------------------------------------------------------

DAYS = (Day(NEW_YEAR, "statutory", "元旦"), Day(date(2026, 1, 4), "workday", "元旦"))


def proposed(world: World, found: tuple[Day, ...] = DAYS, *, tentative: bool = False, role: str = "hr") -> str:
    with world.database.transaction() as session:
        return service.propose(
            session, world.actor(role), "CN", 2026, found, "国办发明电", world.clock, tentative=tentative
        ).id


def confirmed(world: World, notice_id: str, role: str = "administrator") -> None:
    with world.database.transaction() as session:
        service.confirm(session, world.actor(role), notice_id, world.clock)


def kind_of(world: World, day: date) -> tuple[str, bool]:
    with world.database.reading() as session:
        found = service.calendar(session).day(day)
        return found.kind, found.tentative


def test_nobody_works_by_a_notice_that_nobody_has_checked(world: World) -> None:
    notice_id = proposed(world)
    assert kind_of(world, NEW_YEAR) == ("workday", True)
    confirmed(world, notice_id)
    assert kind_of(world, NEW_YEAR) == ("statutory", False)


def test_who_entered_a_notice_does_not_check_it(world: World) -> None:
    notice_id = proposed(world)
    with pytest.raises(ConflictError) as caught:
        confirmed(world, notice_id, "hr")
    assert caught.value.code == "calendar.same_person"


def test_a_later_notice_replaces_all_of_the_former(world: World) -> None:
    confirmed(world, proposed(world))
    confirmed(world, proposed(world, (Day(NEW_YEAR, "statutory", "元旦"),)))
    assert kind_of(world, date(2026, 1, 4)) == ("restday", False)


def test_what_changes_is_shown_before_it_counts(world: World) -> None:
    confirmed(world, proposed(world))
    notice_id = proposed(world, (Day(NEW_YEAR, "statutory"), Day(date(2026, 1, 2), "substitute")))
    with world.database.reading() as session:
        (notice,) = (one for one in service.notices(session, "CN") if one.id == notice_id)
        found = [(one.day.day, one.before, one.after) for one in service.changes(session, notice)]
    assert found == [(2, "workday", "substitute"), (4, "workday", "restday")]


def test_a_guess_does_not_replace_a_confirmed_notice(world: World) -> None:
    confirmed(world, proposed(world))
    with pytest.raises(ConflictError) as caught:
        confirmed(world, proposed(world, tentative=True))
    assert caught.value.code == "calendar.confirmed_before"


def test_a_tentative_notice_is_named_tentative(world: World) -> None:
    confirmed(world, proposed(world, tentative=True))
    assert kind_of(world, NEW_YEAR) == ("statutory", True)


def test_a_recruiter_enters_no_notice(world: World) -> None:
    with pytest.raises(PermissionDenied):
        proposed(world, role="recruiter")


def test_days_without_a_source_are_refused(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        service.propose(session, world.actor("hr"), "CN", 2026, DAYS, " ", world.clock)
    assert caught.value.code == "calendar.source"
