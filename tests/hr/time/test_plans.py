"""Which shift somebody works on a day: planned rows before defaults, the nearest default first (E4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from request_staff import Staff
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.time import plans, shifts
from interview_engine.hr.time import service as time
from interview_engine.hr.time.plans import NewDefault, PlanRow
from interview_engine.hr.time.rules.shifts import read_parts
from interview_engine.hr.time.shifts import NewShift

MON, SAT = date(2026, 11, 9), date(2026, 11, 14)


def a_shift(staff: Staff, session: Session, code: str = "D", parts: str = "09:00-12:00,13:00-18:00") -> str:
    new = NewShift(code, f"班次{code}", read_parts(parts))
    return shifts.create(session, SYSTEM, staff.world.entity_id, new, staff.world.clock).id


def codes(staff: Staff, session: Session, first: date, count: int) -> list[str]:
    last = first + timedelta(days=count - 1)
    found = time.plans_of(session, staff.world.entity_id, [staff.employment_id], first, last)
    days = (found.on(staff.employment_id, first + timedelta(days=one)) for one in range(count))
    return ["-" if one.shift is None else one.shift.code for one in days]


def default(
    staff: Staff, session: Session, day: date, *cycle: str | None, by_calendar: bool = True, **subject: str
) -> None:
    whom = subject or {"employment_id": staff.employment_id}
    time.set_default(session, SYSTEM, NewDefault(day, cycle, by_calendar, **whom), staff.world.clock)


def test_nothing_is_worked_until_somebody_says_so(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        found = time.plans_of(session, staff.world.entity_id, [staff.employment_id], MON, MON)
        assert found.on(staff.employment_id, MON).source == "none"


def test_the_persons_default_is_before_the_departments_before_the_companys(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        a, b, c = (a_shift(staff, session, code) for code in "ABC")
        default(staff, session, MON, c, legal_entity_id=world.entity_id)
        assert codes(staff, session, MON, 7) == ["C"] * 5 + ["-", "-"]
        default(staff, session, MON + timedelta(days=1), b, department_id=world.department_id)
        default(staff, session, MON + timedelta(days=2), a)
        assert codes(staff, session, MON, 4) == ["C", "B", "A", "A"]
        default(staff, session, MON + timedelta(days=3))
        assert codes(staff, session, MON, 4) == ["C", "B", "A", "B"]


def test_a_rotation_goes_on_over_weekends(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        a, b = a_shift(staff, session, "A"), a_shift(staff, session, "B", "22:00-06:00")
        default(staff, session, MON, a, a, b, None, by_calendar=False)
        assert codes(staff, session, MON, 9) == ["A", "A", "B", "-", "A", "A", "B", "-", "A"]


def test_a_planned_day_is_before_every_default_and_can_be_cleared(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        a, b = a_shift(staff, session, "A"), a_shift(staff, session, "B")
        default(staff, session, MON, a)
        rows = [PlanRow(staff.employment_id, MON, None), PlanRow(staff.employment_id, SAT, b)]
        assert time.write_plan(session, SYSTEM, rows, "roster:1", staff.world.clock) == 2
        assert time.write_plan(session, SYSTEM, rows, "roster:1", staff.world.clock) == 0
        assert codes(staff, session, MON, 6) == ["-", "A", "A", "A", "A", "B"]
        mine = [(staff.employment_id, MON), (staff.employment_id, SAT)]
        assert time.clear_plan(session, SYSTEM, mine, "roster:2", staff.world.clock) == 0
        assert time.clear_plan(session, SYSTEM, mine, "roster:1", staff.world.clock) == 2
        assert codes(staff, session, MON, 6) == ["A"] * 5 + ["-"]


def test_days_outside_the_employment_and_foreign_shifts_are_refused(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        a = a_shift(staff, session)
        with pytest.raises(ConflictError, match=r"2026-01-04"):
            time.write_plan(
                session, SYSTEM, [PlanRow(staff.employment_id, date(2026, 1, 4), a)], "person", staff.world.clock
            )
        with pytest.raises(InvalidInput, match="no such shift"):
            time.write_plan(
                session, SYSTEM, [PlanRow(staff.employment_id, MON, "nobody's")], "person", staff.world.clock
            )


def test_who_works_the_shift_cannot_plan_it(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        a = a_shift(staff, session)
        with pytest.raises(PermissionDenied):
            shifts.create(session, staff.me, staff.world.entity_id, NewShift("Z", "z", ((0, 60),)), staff.world.clock)
        with pytest.raises(PermissionDenied):
            plans.set_default(
                session, staff.me, NewDefault(MON, (a,), True, legal_entity_id=staff.world.entity_id), staff.world.clock
            )


def test_a_shift_is_changed_and_ended(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        a = a_shift(staff, session, "A")
        shifts.change(session, SYSTEM, a, NewShift("A", "早班", ((480, 960),), break_minutes=30), staff.world.clock)
        found = shifts.of_company(session, staff.world.entity_id)[a]
        assert (found.minutes, found.name) == (450, "早班")
        shifts.end(session, SYSTEM, a, staff.world.clock)
        with pytest.raises(InvalidInput):
            shifts.named(session, staff.world.entity_id, "A")


def test_a_code_is_there_once(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        a_shift(staff, session, "A")
        with pytest.raises(ConflictError, match="code A"):
            a_shift(staff, session, "A")
