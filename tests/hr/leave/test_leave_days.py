"""Days of leave are workdays of the calendar of the person's company; days of the calendar stand beside (F1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hiring_world import World, make_world
from request_staff import Staff, employ

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.calendar.service import Day
from interview_engine.hr.companies import service as companies
from interview_engine.hr.companies.service import Settings
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.deciding import facts_of
from interview_engine.store.engine import Database

FRIDAY, SUNDAY, MONDAY = date(2026, 11, 6), date(2026, 11, 8), date(2026, 11, 9)


@pytest.fixture
def staff(database: Database) -> Staff:
    world = make_world(database)
    with database.transaction() as session:
        return employ(world, session)


def set_days(world: World, region: str, *days: Day) -> None:
    with world.database.transaction() as session:
        notice = calendars.propose(session, SYSTEM, region, 2026, days, "https://example.org/notice", world.clock)
        calendars.confirm(session, world.actor("administrator"), notice.id, world.clock)


def seen(staff: Staff, **values: Any) -> dict[str, str]:
    asked = {"leave_type": "personal", "first_day": FRIDAY, "last_day": MONDAY} | values
    with staff.world.database.reading() as session:
        lines = requests.preview(session, staff.me, "leave", asked)
    return {one.label.en: one.value if isinstance(one.value, str) else one.value.en for one in lines}


def test_a_weekend_between_is_no_workday_and_what_is_not_confirmed_is_said_so(staff: Staff) -> None:
    assert seen(staff) == {
        "Workdays": "2, by a calendar that is not confirmed yet",
        "Days of the calendar": "4",
    }


def test_a_weekend_that_is_worked_counts_and_a_day_off_of_the_company_does_not(staff: Staff) -> None:
    world = staff.world
    set_days(world, "CN", Day(SUNDAY, "workday", "国庆节"))
    assert seen(staff) == {"Workdays": "3", "Days of the calendar": "4"}
    set_days(world, calendars.company_region(world.entity_id), Day(MONDAY, "restday", "店庆"))
    assert seen(staff)["Workdays"] == "2"


def test_the_province_of_the_company_counts(staff: Staff) -> None:
    world = staff.world
    set_days(world, "CN", Day(date(2026, 10, 1), "statutory", "国庆节"))
    set_days(world, "CN-45", Day(FRIDAY, "statutory", "三月三"))
    assert seen(staff)["Workdays"] == "2"
    with world.database.transaction() as session:
        companies.change(session, SYSTEM, world.entity_id, Settings(province="45"), world.clock)
    assert seen(staff)["Workdays"] == "1"


@pytest.mark.parametrize(("day", "count"), [(FRIDAY, "0.5"), (SUNDAY, "0")])
def test_half_a_day_is_half_a_workday_and_none_on_a_day_off(staff: Staff, day: date, count: str) -> None:
    set_days(staff.world, "CN", Day(date(2026, 10, 1), "statutory", "国庆节"))
    assert seen(staff, first_day=day, last_day=day, part="morning")["Workdays"] == count


def test_nothing_is_shown_while_days_are_missing_or_turned_round(staff: Staff) -> None:
    assert seen(staff, last_day=None) == {}
    assert seen(staff, first_day=MONDAY, last_day=FRIDAY) == {}


def test_conditions_of_a_flow_may_ask_for_workdays(staff: Staff) -> None:
    set_days(staff.world, "CN", Day(date(2026, 10, 1), "statutory", "国庆节"))
    with staff.world.database.transaction() as session:
        row = staff.leave(session, FRIDAY, MONDAY)
        facts = facts_of(session, row.id)
    assert (facts["days"], facts["calendar_days"]) == (Decimal(2), Decimal(4))
