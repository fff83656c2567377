"""Corrections of punches within limits, and overtime by the kind of each hour's date (E3, F3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from request_staff import Staff
from sqlalchemy import func, select
from time_world import decided, punch, shift

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.leave.tables import LeaveEntry
from interview_engine.hr.requests import service as requests
from interview_engine.hr.time import service as time
from interview_engine.hr.time.tables import OvertimeEntry, Punch


def before(staff: Staff) -> date:
    """A Monday in the week before the clock of the tests."""
    today = staff.world.clock.now().date()
    return today - timedelta(days=today.weekday() + 7)


def test_an_approved_correction_is_a_punch_and_its_cancellation_takes_it_back(staff: Staff) -> None:
    day = before(staff)
    with staff.world.database.transaction() as session:
        shift(staff, session)
        punch(staff, session, day, "08:55")
        asked = staff.ask(session, "punch_correction", day=day, left="18:05", reason="忘记打卡")
        staff.decide(session, asked)
        row = decided(staff, session, day)
        assert row is not None
        assert (row.state, row.worked) == ("fine", 480)
        staff.decide(session, requests.cancel(session, staff.me, asked.id, "填错了", staff.world.clock))
        row = decided(staff, session, day)
        assert row is not None
        assert row.problems == ["odd_punches"]
        assert session.scalar(select(func.count(Punch.id))) == 3


def test_the_morning_after_a_night_is_of_the_next_day(staff: Staff) -> None:
    day = before(staff)
    with staff.world.database.transaction() as session:
        shift(staff, session, "N", "22:00-06:00")
        asked = staff.ask(session, "punch_correction", day=day, came="21:55", left="06:02", reason="终端断电")
        staff.decide(session, asked)
        row = decided(staff, session, day)
        assert row is not None
        assert (row.state, row.worked) == ("fine", 480)


def test_corrections_have_a_limit_a_month(staff: Staff) -> None:
    day = before(staff)
    with staff.world.database.transaction() as session:
        shift(staff, session)
        time.set_policy(session, SYSTEM, staff.world.entity_id, time.Policy(1, 31, "both"), staff.world.clock)
        staff.ask(session, "punch_correction", day=day, left="18:05", reason="忘记打卡")
        with pytest.raises(ConflictError, match="used up"):
            staff.ask(session, "punch_correction", day=day, came="09:00", reason="忘记打卡")
        with pytest.raises(InvalidInput, match="Neither"):
            staff.ask(session, "punch_correction", day=day, reason="忘记打卡")


def test_what_is_no_time_of_day_is_refused_where_it_stands(staff: Staff) -> None:
    with staff.world.database.transaction() as session, pytest.raises(InvalidInput, match="no time of day") as refused:
        staff.ask(session, "punch_correction", day=before(staff), came="09:00", left="later", reason="忘记打卡")
    assert refused.value.field == "left"


def test_overtime_of_a_workday_is_paid_and_counted_once(staff: Staff) -> None:
    day = before(staff)
    with staff.world.database.transaction() as session:
        shift(staff, session)
        with pytest.raises(ConflictError, match="in your shift"):
            staff.ask(session, "overtime", day=day, begin="17:00", end="20:00", paid_by="pay", reason="赶工")
        with pytest.raises(InvalidInput, match="days off"):
            staff.ask(session, "overtime", day=day, begin="18:30", end="20:00", paid_by="time_off", reason="赶工")
        asked = staff.ask(session, "overtime", day=day, begin="18:30", end="20:30", paid_by="pay", reason="赶工")
        staff.decide(session, asked)
        rows = session.execute(select(OvertimeEntry.kind, OvertimeEntry.minutes)).tuples().all()
        assert rows == [("workday", 120)]
        with pytest.raises(ConflictError, match="already"):
            staff.ask(session, "overtime", day=day, begin="20:00", end="21:00", paid_by="pay", reason="赶工")
        staff.decide(session, requests.cancel(session, staff.me, asked.id, "没有加", staff.world.clock))
        assert session.scalar(select(func.sum(OvertimeEntry.minutes))) == 0


def test_overtime_of_a_day_off_may_become_time_off(staff: Staff) -> None:
    saturday = before(staff) + timedelta(days=5)
    with staff.world.database.transaction() as session:
        shift(staff, session)
        asked = staff.ask(
            session, "overtime", day=saturday, begin="09:00", end="12:00", paid_by="time_off", reason="盘点"
        )
        staff.decide(session, asked)
        total = select(func.sum(LeaveEntry.minutes)).where(LeaveEntry.leave_type == "time_off")
        assert session.scalar(total) == 180
        staff.decide(session, requests.cancel(session, staff.me, asked.id, "取消", staff.world.clock))
        assert session.scalar(total) == 0


def test_a_month_has_at_most_36_hours(staff: Staff) -> None:
    first = before(staff)
    with staff.world.database.transaction() as session:
        shift(staff, session)
        for number in range(4):
            day = first + timedelta(days=number)
            staff.ask(session, "overtime", day=day, begin="18:30", end="03:30", paid_by="pay", reason="赶工")
        with pytest.raises(ConflictError, match="36"):
            staff.ask(
                session,
                "overtime",
                day=first + timedelta(days=4),
                begin="18:30",
                end="19:30",
                paid_by="pay",
                reason="赶工",
            )
