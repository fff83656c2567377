"""Pay profiles and attendance by forms and sheets: found again by number and day, loaded as written (G1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hiring_world import World
from pay_world import PayWorld
from sqlalchemy import func, select

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import Actor, preset_rules
from interview_engine.hr.forms.fields import Value, checked_form
from interview_engine.hr.forms.spec import FormSpec
from interview_engine.hr.pay.people_lists import ATTENDANCE, PAY_ATTENDANCE, PAY_PROFILES, PROFILE
from interview_engine.hr.pay.tables import PayAttendance, PayProfile

DAY = date(2026, 4, 1)


def _form(form: FormSpec | None) -> FormSpec:
    assert form is not None
    assert form.update is not None
    assert form.load is not None
    assert form.find is not None
    return form


PROFILES, SHEETS = _form(PAY_PROFILES.form), _form(PAY_ATTENDANCE.form)
NEW: Mapping[str, Value] = {
    "employee_number": "A-1", "first_day": DAY, "kind": "employee", "place": "示例市", "social_base": 1_000_000,
    "fund_base": 900_000, "special": 200_000, "other": 0, "start": "months", "allowance_meal": 2000,
    "opening_year": 2026, "opening_income": 3_000_000, "opening_contributions": 450_000, "opening_special": 0,
    "opening_other": 0, "opening_withheld": 31_500,
}  # fmt: skip
MONTH: Mapping[str, Value] = {
    "employee_number": "A-1", "month": DAY, "unpaid_days": Decimal("1.5"), "sick_days": Decimal(0), "held_days": 1,
    "hours_workday": Decimal("2.5"), "times_meal": Decimal(20), "commission": 123_456, "bonus_way": "best",
    "wins": False,
}  # fmt: skip


def profile(**changes: Value) -> dict[str, Value]:
    return checked_form(PROFILE, {**NEW, **changes})


def attendance(**changes: Value) -> dict[str, Value]:
    return checked_form(ATTENDANCE, {**MONTH, **changes})


def test_a_profile_is_loaded_as_written_and_the_same_line_again_changes_nothing(world: World) -> None:
    pay, hr = PayWorld(world), world.actor("hr")
    with world.database.transaction() as session:
        pay.hire(session, "A-1")
        row_id = PROFILES.create(session, hr, profile(), world.clock)
        assert PROFILES.find is not None
        assert PROFILES.load is not None
        assert PROFILES.update is not None
        assert PROFILES.find(session, hr, [("a-1", DAY), ("A-9", DAY)]) == {("a-1", DAY): row_id}
        assert dict(PROFILES.load(session, hr, row_id)) == profile(monthly=1_000_000)  # what the file says already
        PROFILES.update(session, hr, row_id, profile(), world.clock)
        assert session.scalar(select(func.count()).select_from(PayProfile)) == 2
        PROFILES.update(session, hr, row_id, profile(social_base=1_100_000), world.clock)
        newest = PROFILES.find(session, hr, [("A-1", DAY)])[("A-1", DAY)]
        assert newest != row_id
        assert PROFILES.load(session, hr, newest)["social_base"] == 1_100_000


def test_attendance_is_loaded_as_written_and_one_a_month(world: World) -> None:
    pay, hr = PayWorld(world), world.actor("hr")
    with world.database.transaction() as session:
        pay.hire(session, "A-1")
        row_id = SHEETS.create(session, hr, attendance(month=date(2026, 4, 17)), world.clock)
        assert SHEETS.find is not None
        assert SHEETS.load is not None
        assert SHEETS.update is not None
        key = ("A-1", date(2026, 4, 30))
        assert SHEETS.find(session, hr, [key]) == {key: row_id}
        assert dict(SHEETS.load(session, hr, row_id)) == attendance()
        SHEETS.update(session, hr, row_id, attendance(unpaid_days=None), world.clock)
        row = session.scalars(select(PayAttendance)).one()
        assert (row.unpaid_days, row.minutes, row.amounts) == ("0", {"workday": 150}, {"commission": "1234.56"})


def test_what_cannot_be_is_refused(small_world: World) -> None:
    pay, hr, clock = PayWorld(small_world), small_world.actor("hr"), small_world.clock
    cases: list[tuple[FormSpec, dict[str, Any], str]] = [
        (PROFILES, profile(employee_number="A-9"), "employee.unknown"),
        (PROFILES, profile(first_day=date(2024, 1, 1)), "pay.day"),
        (PROFILES, profile(place=None), "input.required"),
        (SHEETS, attendance(employee_number="A-9"), "employee.unknown"),
        (SHEETS, attendance(unpaid_days=Decimal(20), sick_days=Decimal(11)), "pay.days_of_month"),
    ]
    with small_world.database.transaction() as session:
        pay.hire(session, "A-1")
        for form, values, code in cases:
            with pytest.raises(InvalidInput) as refused:
                form.create(session, hr, values, clock)
            assert refused.value.code == code


def test_payroll_writes_profiles_and_a_manager_cannot(small_world: World) -> None:
    pay, clock = PayWorld(small_world), small_world.clock
    payroll = Actor("account:payroll", None, None, "payroll", preset_rules("payroll", "all"), "zh")
    with small_world.database.transaction() as session:
        pay.hire(session, "A-1")
        row_id = PROFILES.create(session, payroll, profile(), clock)
        assert PROFILES.load is not None
        with pytest.raises(PermissionDenied):
            PROFILES.load(session, small_world.actor("hiring_manager"), row_id)
        with pytest.raises(InvalidInput):
            PROFILES.create(session, small_world.actor("hiring_manager"), profile(), clock)
