"""The ledger of leave on both databases: entries of requests and corrections, and what follows from them (E5)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from request_staff import Staff
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.leave import entering, ledger, service
from interview_engine.hr.leave.balances import Moved
from interview_engine.hr.leave.entering import NewRule
from interview_engine.hr.leave.history import NewHistory, set_history
from interview_engine.hr.leave.service import Opening
from interview_engine.hr.leave.tables import LeaveAccount, LeaveEntry, LeaveOpening
from interview_engine.hr.requests import service as requests
from interview_engine.store import append_only

DAY = 480
MON, TUE, WED = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 11)


def history(staff: Staff, session: Session, months: int = 120, year: int = 2026) -> None:
    """Ten years elsewhere: 361 of 365 days of 10 are 9 days of 2026."""
    hr = staff.world.actor("hr")
    set_history(session, hr, staff.employment_id, NewHistory(months, from_year=year), staff.world.clock)


def take(staff: Staff, session: Session, first: date, last: date, leave_type: str = "annual", **values: object) -> str:
    """Ask for leave and have it approved."""
    row = staff.ask(session, "leave", leave_type=leave_type, first_day=first, last_day=last, **values)
    staff.decide(session, row)
    return row.id


def give_back(staff: Staff, session: Session, request_id: str) -> None:
    row = requests.cancel(session, staff.me, request_id, "不去了", staff.world.clock)
    staff.decide(session, row)


def account(staff: Staff, session: Session, name: str = "annual") -> LeaveAccount:
    return session.scalars(
        select(LeaveAccount).where(LeaveAccount.employment_id == staff.employment_id, LeaveAccount.leave_type == name)
    ).one()


def entries(session: Session) -> list[tuple[str, str, int]]:
    rows = session.scalars(select(LeaveEntry).order_by(LeaveEntry.day, LeaveEntry.id))
    return [(one.kind, one.day.isoformat(), one.minutes) for one in rows]


def test_an_approval_takes_the_days_and_a_cancellation_gives_them_back(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        history(staff, session)
        request_id = take(staff, session, MON, WED)
        assert entries(session) == [
            ("accrual", "2026-01-05", 9 * DAY),
            ("use", "2026-11-09", -DAY), ("use", "2026-11-10", -DAY), ("use", "2026-11-11", -DAY),
        ]  # fmt: skip
        assert ledger.balance_on(session, account(staff, session), TUE) == 7 * DAY
        give_back(staff, session, request_id)
        assert ledger.balance_on(session, account(staff, session), WED) == 9 * DAY
        assert [one[0] for one in entries(session)].count("reversal") == 3
        effects = requests.effects_of(session, request_id)
        assert [(one.table_name, one.quantity, one.reverses) for one in effects] == [
            ("leave_account", -3 * DAY, None), ("leave_account", 3 * DAY, 1),
        ]  # fmt: skip


def test_the_same_effect_twice_is_one(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        history(staff, session)
        request_id = take(staff, session, MON, MON)
        again = (session, "system", staff.employment_id, "annual", request_id, [Moved(MON, -DAY)], world.clock)
        ledger.use(*again)
        for _ in range(2):
            ledger.give_back(session, "system", request_id, world.clock)
        assert [one for one in entries(session) if one[0] != "accrual"] == [
            ("use", "2026-11-09", -DAY), ("reversal", "2026-11-09", DAY),
        ]  # fmt: skip


def test_nobody_changes_an_entry(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        history(staff, session)
    with pytest.raises(DBAPIError), staff.world.database.transaction() as session:
        session.execute(delete(LeaveEntry))


def test_half_days_and_hours_are_minutes_of_the_person_s_day(small_staff: Staff) -> None:
    staff = small_staff
    with staff.world.database.transaction() as session:
        hr = staff.world.actor("hr")
        set_history(session, hr, staff.employment_id, NewHistory(120, 450), staff.world.clock)
        take(staff, session, MON, MON, part="morning")
        take(staff, session, TUE, TUE, "personal", hours=2)
        assert [one[2] for one in entries(session) if one[0] == "use"] == [-225, -120]


def test_a_correction_has_its_reason_and_whoever_writes_files(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        hr = world.actor("hr")
        ledger.correct(session, hr, staff.employment_id, "time_off", Moved(MON, 240), "周末加班", world.clock)
        row = session.scalars(select(LeaveEntry)).one()
        assert (row.kind, row.minutes, row.reason) == ("correction", 240, "周末加班")
        for name, minutes, reason in (("time_off", 0, "无"), ("time_off", 60, " "), ("sick", 60, "病假")):
            with pytest.raises(InvalidInput):
                ledger.correct(session, hr, staff.employment_id, name, Moved(MON, minutes), reason, world.clock)
        interviewer = world.actor("interviewer")
        with pytest.raises(PermissionDenied):
            ledger.correct(session, interviewer, staff.employment_id, "time_off", Moved(MON, 60), "给他", world.clock)


def test_what_was_taken_over_is_the_balance_of_its_day_whatever_was_written_before(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        history(staff, session)
        hr = world.actor("hr")
        for minutes in (1200, 1440):
            service.bring_along(session, hr, staff.employment_id, Opening("annual", date(2026, 10, 31), minutes, 480),
                                world.clock)  # fmt: skip
        assert ledger.balance_on(session, account(staff, session), date(2026, 10, 31)) == 1440
        take(staff, session, MON, MON)
        assert ledger.balance_on(session, account(staff, session), MON) == 1440 - DAY


def test_a_new_year_adds_its_days_carries_over_and_ends_by_the_company_s_rule(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        region = entering.regions_of(session, world.entity_id)[-1]
        new = NewRule(region, "annual", date(2026, 1, 1), "考勤制度", "https://example.org/1",
                      values={"carry_days": 3, "carry_months": 3})  # fmt: skip
        row = entering.enter(session, SYSTEM, new, world.clock)
        entering.check(session, world.actor("administrator"), row.id, world.clock)
        history(staff, session)
    for at, days in ((datetime(2026, 12, 31, 16, 1, tzinfo=UTC), 13), (datetime(2027, 3, 31, 16, 1, tzinfo=UTC), 10)):
        world.clock.at = at
        with world.database.transaction() as session:
            assert ledger.settle_those_due(session, world.clock) == 1
            assert ledger.settle_those_due(session, world.clock) == 0
            assert account(staff, session).minutes == days * DAY
    with world.database.transaction() as session:
        take(staff, session, date(2027, 3, 22), date(2027, 3, 22))  # entered late: the expiry is one day smaller
        assert account(staff, session).minutes == 10 * DAY
        assert ("expiry", "2027-04-01", DAY) in entries(session)


def test_long_sick_leave_cancels_the_year_that_was_not_taken(small_staff: Staff) -> None:
    """Three months from ten years of work on: 92 days of the calendar."""
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        history(staff, session)
        for month in (6, 7, 8):
            row = staff.leave(session, MON, MON)
            requests.withdraw(session, staff.me, row.id, world.clock)
            taken = [Moved(date(2026, month, day), -DAY) for day in (1, 30)]
            ledger.use(session, "system", staff.employment_id, "sick", row.id, taken, world.clock)
        staff.decide(session, staff.leave(session, TUE, TUE))
        assert account(staff, session).minutes == 9 * DAY
        staff.decide(session, staff.leave(session, WED, WED))
        assert account(staff, session).minutes == 0


def test_a_leaver_has_what_was_earned_by_the_last_day(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        history(staff, session)
        employments.end(
            session, world.actor("administrator"), staff.employment_id, date(2026, 11, 30), "协商", world.clock
        )
        (left,) = service.left_on(session, staff.employment_id, date(2026, 11, 30))
        assert (left.kind, left.minutes, left.minutes_a_day) == ("annual", 9 * DAY, DAY)  # 330 of 365 days of 10
    with world.database.transaction() as session:
        employments.end(
            session, world.actor("administrator"), staff.employment_id, date(2026, 11, 9), "协商", world.clock
        )
        (left,) = service.left_on(session, staff.employment_id, date(2026, 11, 9))
        assert left.minutes == 8 * DAY


def test_an_import_that_is_rolled_back_leaves_no_account_behind(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        hr, since = world.actor("hr"), world.clock.now()
        new = Opening("time_off", date(2026, 10, 31), 600, None)
        row = service.bring_along(session, hr, staff.employment_id, new, world.clock)
        assert account(staff, session, "time_off").minutes == 600
        assert service.take_back(session, hr, [row.id], since, world.clock) == {}
        for table in (LeaveOpening, LeaveAccount, LeaveEntry):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_openings_of_before_there_was_a_ledger_are_taken_up(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        row = service.bring_along(session, world.actor("hr"), staff.employment_id,
                                  Opening("time_off", date(2026, 10, 31), 600, None), world.clock)  # fmt: skip
        held = account(staff, session, "time_off")
        with append_only.passage(session, "system", "test", world.clock):
            session.execute(delete(LeaveEntry))
            session.execute(delete(LeaveAccount))
        session.expunge(held)
        assert row.id
        assert ledger.settle_those_due(session, world.clock) == 1
        assert account(staff, session, "time_off").minutes == 600


TAKEN = (date(2026, 10, 12), date(2026, 10, 21))


def play(staff: Staff, session: Session, steps: list[str]) -> None:
    world, hr, requested = staff.world, staff.world.actor("hr"), dict[str, str]()
    for step in steps:
        match step:
            case "history":
                history(staff, session)
            case "opening":
                new = Opening("annual", date(2026, 9, 30), 2400, 480)
                service.bring_along(session, hr, staff.employment_id, new, world.clock)
            case "correct":
                added = Moved(TAKEN[0], 1440)
                ledger.correct(session, hr, staff.employment_id, "annual", added, "补记", world.clock)
            case "take 0" | "take 1":
                day = TAKEN[int(step[-1])]
                requested[step] = take(staff, session, day, day)
            case "back 0":
                give_back(staff, session, requested["take 0"])
            case "rule":
                region = entering.regions_of(session, world.entity_id)[-1]
                said = NewRule(region, "annual", date(2026, 1, 1), "制度", "https://example.org/1",
                               values={"carry_days": 1, "carry_months": 1})  # fmt: skip
                row = entering.enter(session, SYSTEM, said, world.clock)
                entering.check(session, world.actor("administrator"), row.id, world.clock)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(["history", "opening", "correct", "take 0", "take 1", "back 0", "rule"]))
def test_any_order_of_approving_cancelling_correcting_and_entering_gives_the_same_balance(
    small_staff: Staff, order: list[str]
) -> None:
    """Each order is played and rolled back; a cancellation that comes before its leave waits for it."""
    steps = [one for one in order if one != "back 0"]
    steps.insert(max(order.index("back 0"), steps.index("take 0") + 1), "back 0")
    with small_staff.world.database.transaction() as session:
        play(small_staff, session, steps)
        held = account(small_staff, session)
        ledger.settle(session, held, "system", small_staff.world.clock)
        sums = [ledger.balance_on(session, held, day) for day in (date(2026, 9, 30), *TAKEN, MON)]
        assert sums == [2400, 3840, 3360, 3360]
        assert held.minutes == 3360
        session.rollback()
