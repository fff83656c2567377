"""Days of attendance on both databases: decided when their window is over, and again when something changes (G6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from request_staff import Staff
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from time_world import Fixed, decided, local, punch, shift

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.requests import service as requests
from interview_engine.hr.time import attendance, punching, shifts
from interview_engine.hr.time import service as time
from interview_engine.hr.time.places import NewPlace
from interview_engine.hr.time.shifts import NewShift
from interview_engine.hr.time.tables import AttendanceChange, AttendanceDay, Punch
from interview_engine.store.secrets import Signer

MON, TUE = date(2026, 11, 9), date(2026, 11, 10)
OFFICE = (31_230_416, 121_473_701)
SIGNER = Signer("a secret of the tests that is long enough")


def test_nothing_is_decided_before_the_window_is_over(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        shift(staff, session)
        punch(staff, session, MON, "08:55")
        assert decided(staff, session, MON, timedelta(hours=9)) is None
        row = decided(staff, session, MON)
        assert row is not None
        assert (row.state, row.problems) == ("held", ["odd_punches"])


def test_a_punch_that_comes_late_decides_the_day_again_and_nothing_else(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        shift(staff, session)
        punch(staff, session, MON, "08:55", "18:00")
        punch(staff, session, TUE, "08:55")
        assert decided(staff, session, TUE) is not None
        before = session.execute(select(AttendanceDay.day, AttendanceDay.updated_at)).tuples().all()
        time.enter(session, SYSTEM, staff.employment_id, local(TUE, "18:01"), "device",
                   Fixed(local(TUE + timedelta(days=3), "12:00")), device="1")  # fmt: skip
        row = decided(staff, session, TUE, timedelta(days=4))
        assert row is not None
        assert (row.state, row.worked) == ("fine", 480)
        after = dict(session.execute(select(AttendanceDay.day, AttendanceDay.updated_at)).tuples().all())
        assert after[MON] == dict(before)[MON]
        assert session.scalar(select(func.count(AttendanceChange.id))) == 0


def test_a_changed_shift_decides_its_days_again(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        held = shift(staff, session)
        punch(staff, session, MON, "08:55", "18:00")
        row = decided(staff, session, MON)
        assert row is not None
        assert row.state == "fine"
        shifts.change(session, SYSTEM, held, NewShift("D", "班次D", ((510, 720), (780, 1080))), staff.world.clock)
        row = decided(staff, session, MON)
        assert row is not None
        assert (row.state, row.late) == ("look", 25)


def test_approved_leave_excuses_a_day_and_its_cancellation_brings_it_back(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        shift(staff, session)
        row = decided(staff, session, MON)
        assert row is not None
        assert row.state == "held"
        asked = staff.leave(session, MON, MON)
        staff.decide(session, asked)
        row = decided(staff, session, MON)
        assert row is not None
        assert (row.state, row.leave) == ("fine", 480)
        back = requests.cancel(session, staff.me, asked.id, "不去了", staff.world.clock)
        staff.decide(session, back)
        row = decided(staff, session, MON)
        assert row is not None
        assert row.state == "held"


def test_nobody_decides_on_their_own_day_and_absence_is_what_somebody_decided(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        shift(staff, session)
        row = decided(staff, session, MON)
        assert row is not None
        month = attendance.months_of(session, [staff.employment_id], MON.replace(day=1))[staff.employment_id]
        assert (month.held > 0, month.absent_days) == (True, 0)
        with pytest.raises((PermissionDenied, ConflictError)):
            time.settle(session, staff.me, row.id, "present", "我来了", world.clock)
        time.explain(session, staff.me, row.id, "门禁坏了", world.clock)
        with pytest.raises(InvalidInput):
            time.settle(session, world.actor("hr"), row.id, "absent", "", world.clock)
        time.settle(session, world.actor("hr"), row.id, "absent", "未到岗", world.clock)
        month = attendance.months_of(session, [staff.employment_id], MON.replace(day=1))[staff.employment_id]
        assert month.absent_days == 1
        assert decided(staff, session, MON).state == "settled"  # type: ignore[union-attr]


def test_a_month_with_days_that_wait_is_neither_confirmed_nor_closed(staff: Staff) -> None:
    world = staff.world
    month = date(2026, 11, 1)
    after = Fixed(local(date(2026, 12, 2), "12:00"))
    with world.database.transaction() as session:
        shift(staff, session)
        row = decided(staff, session, MON)
        assert row is not None
        with pytest.raises(ConflictError, match="wait for a decision"):
            time.confirm(session, staff.me, staff.employment_id, month, after)
        assert time.lock(session, world.actor("hr"), world.entity_id, month, after).left == 1
        for one in session.scalars(select(AttendanceDay).where(AttendanceDay.state == "held")).all():
            time.settle(session, world.actor("hr"), one.id, "present", "外出见客户", world.clock)
        assert time.confirm(session, staff.me, staff.employment_id, month, after).state == "confirmed"
        assert time.lock(session, world.actor("hr"), world.entity_id, month, after).closed == 1
        found = time.closed_months(session, world.entity_id, month, month)
        assert found[staff.employment_id, month].unpaid_days == 0
        with pytest.raises(ConflictError, match="closed"):
            time.settle(session, world.actor("hr"), row.id, "absent", "改了", world.clock)


def test_a_closed_month_is_reopened_and_pay_takes_what_it_took_until_it_is_closed_again(staff: Staff) -> None:
    world = staff.world
    month = date(2026, 11, 1)
    after = Fixed(local(date(2026, 12, 2), "12:00"))
    with world.database.transaction() as session:
        shift(staff, session)
        row = decided(staff, session, MON)
        assert row is not None
        hr = world.actor("hr")
        for one in session.scalars(select(AttendanceDay).where(AttendanceDay.state == "held")).all():
            time.settle(session, hr, one.id, "absent", "没有来", world.clock)
        time.lock(session, hr, world.entity_id, month, after)
        closed = time.closed_months(session, world.entity_id, month, month)[staff.employment_id, month]
        assert closed.unpaid_days >= 1
        with pytest.raises(PermissionDenied):
            time.reopen(session, world.actor("interviewer"), closed.id, "说错了", after)
        with pytest.raises(InvalidInput):
            time.reopen(session, hr, closed.id, "", after)
        assert time.reopen(session, hr, closed.id, "说错了", after).state == "reopened"
        with pytest.raises(ConflictError, match="not closed"):
            time.reopen(session, hr, closed.id, "再一次", after)
        # what was decided is decided otherwise, and pay still takes what it took
        for one in session.scalars(select(AttendanceDay).where(AttendanceDay.verdict == "absent")).all():
            time.settle(session, hr, one.id, "present", "外出见客户", world.clock)
        assert time.closed_months(session, world.entity_id, month, month)[staff.employment_id, month] == closed
        with pytest.raises(ConflictError, match="worked out again"):
            time.lock(session, hr, world.entity_id, month, after)
        time.decide_changed(session, after)
        for one in session.scalars(select(AttendanceDay).where(AttendanceDay.state == "held")).all():
            time.settle(session, hr, one.id, "present", "外出见客户", world.clock)
        assert time.lock(session, hr, world.entity_id, month, after).closed == 1
        again = time.closed_months(session, world.entity_id, month, month)[staff.employment_id, month]
        assert again.id == closed.id
        assert again.unpaid_days == 0


def test_the_server_decides_where_somebody_is_and_signs_of_forgery_hold_the_day(staff: Staff) -> None:
    world = staff.world
    at = local(MON, "08:55")
    with world.database.transaction() as session:
        place = time.create_place(session, SYSTEM, world.entity_id, NewPlace("总部", *OFFICE), world.clock)
        far = time.Fix(OFFICE[0] + 100_000, OFFICE[1], 20)
        with pytest.raises(InvalidInput, match=r"m away"):
            time.punch(session, staff.me, time.FromPhone("key-00001", fix=far), SIGNER, Fixed(at))
        near = time.Fix(OFFICE[0] + 500, OFFICE[1], 20)
        row = time.punch(session, staff.me, time.FromPhone("key-00001", fix=near), SIGNER, Fixed(at))
        assert (row.source, row.place_id, row.flags) == ("gps", place.id, [])
        again = time.punch(session, staff.me, time.FromPhone("key-00001", fix=near), SIGNER, Fixed(at))
        assert again.id == row.id
        forged = time.Fix(*OFFICE, 20, mock=True)
        row = time.punch(
            session, staff.me, time.FromPhone("key-00002", fix=forged), SIGNER, Fixed(at + timedelta(hours=9))
        )
        assert row.flags == ["mock"]


def test_two_cities_within_minutes_are_a_jump(staff: Staff) -> None:
    world = staff.world
    at = local(MON, "08:55")
    beijing = (39_904_200, 116_407_400)
    with world.database.transaction() as session:
        for name, where in (("上海", OFFICE), ("北京", beijing)):
            time.create_place(session, SYSTEM, world.entity_id, NewPlace(name, *where), world.clock)
        time.punch(session, staff.me, time.FromPhone("key-00001", fix=time.Fix(*OFFICE, 20)), SIGNER, Fixed(at))
        row = time.punch(session, staff.me, time.FromPhone("key-00002", fix=time.Fix(*beijing, 20)), SIGNER,
                         Fixed(at + timedelta(minutes=30)))  # fmt: skip
        assert row.flags == ["jump"]


def test_a_code_of_the_door_counts_for_a_minute_and_at_its_own_company(staff: Staff) -> None:
    world = staff.world
    at = local(MON, "08:55")
    with world.database.transaction() as session:
        place = time.create_place(session, SYSTEM, world.entity_id, NewPlace("总部"), world.clock)
        code = time.door_code(SIGNER, place.id, Fixed(at))
        row = time.punch(session, staff.me, time.FromPhone("key-00001", code=code), SIGNER, Fixed(at))
        assert row.source == "code"
        with pytest.raises(Exception, match="expired"):
            time.punch(
                session, staff.me, time.FromPhone("key-00002", code=code), SIGNER, Fixed(at + timedelta(minutes=2))
            )
        later = time.FromPhone("key-00003", at=at + timedelta(seconds=20), code=code)
        late = time.punch(session, staff.me, later, SIGNER, Fixed(at + timedelta(hours=3)))
        assert (late.at, late.flags) == (at + timedelta(seconds=20), ["late"])


def test_the_companys_network_counts_where_the_phone_says_no_place(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        time.create_place(session, SYSTEM, world.entity_id, NewPlace("总部", networks=("203.0.113.0/24",)), world.clock)
        given = time.FromPhone("key-00001", address="203.0.113.9")
        assert time.punch(session, staff.me, given, SIGNER, world.clock).source == "network"
        with pytest.raises(InvalidInput, match="where you are"):
            time.punch(session, staff.me, time.FromPhone("key-00002", address="198.51.100.1"), SIGNER, world.clock)


def test_a_punch_is_never_changed_and_is_taken_back_by_a_further_row(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        punch(staff, session, MON, "08:55")
        row = session.scalars(select(Punch)).one()
        with pytest.raises(InvalidInput):
            time.enter(session, world.actor("hr"), staff.employment_id, local(MON, "09:00"), "supervisor",
                       Fixed(local(TUE, "09:00")))  # fmt: skip
        punching.void_for(session, world.actor("hr"), row.id, "刷错卡", world.clock)
        found = time.standing(session, [staff.employment_id], local(MON, "00:00"), local(TUE, "00:00"))
        assert found == {}
        with pytest.raises(NotFoundError):
            punching.void(session, "system", "nothing", "x", world.clock)
    with world.database.transaction() as session, pytest.raises(DBAPIError, match="append-only"):
        session.execute(update(Punch).values(device="2"))
