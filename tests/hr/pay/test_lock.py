"""What payslips are opened with: a PIN of one's own with limits on guesses, a code, a reset that opens nothing (G1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hiring_world import World
from pay_world import PayWorld
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied, TooManyRequests
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.pay import lock
from interview_engine.hr.pay.tables import PayLock
from interview_engine.store.tables import AuditEvent, OutboxMessage

PIN = "730418"


def somebody(world: World, session: Session) -> str:
    return PayWorld(world).hire(session, "A-1").person_id


def codes(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.template == "payslip.code")))


def test_a_pin_is_kept_as_a_slow_hash_and_opens(world: World) -> None:
    with world.database.transaction() as session:
        me = somebody(world, session)
        lock.set_pin(session, me, PIN, PIN, world.clock)
        kept = session.scalars(select(PayLock.pin_hash)).one()
        assert kept is not None
        assert kept.startswith("$argon2id$")
        assert lock.take_pin(session, me, "７３０４１８", world.clock)
        assert not lock.take_pin(session, me, "730419", world.clock)


def test_five_wrong_pins_block_it_until_a_code_or_a_reset(world: World) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        me = somebody(world, session)
        lock.set_pin(session, me, PIN, PIN, clock)
        for _ in range(lock.PIN_TRIES):
            assert not lock.take_pin(session, me, "000001", clock)
        with pytest.raises(TooManyRequests) as refused:
            lock.take_pin(session, me, PIN, clock)
        assert refused.value.code == "pay.pin_blocked"
        assert lock.ways(session, me, clock).blocked
        lock.send_code(session, me, clock, make=lambda: "482915")
        assert lock.take_code(session, me, "482915", clock)
        assert lock.take_pin(session, me, PIN, clock)


@pytest.mark.parametrize("pin", ["111111", "123456", "987654", "135791", "121212", "123123", "112211"])
def test_a_pin_that_everybody_guesses_is_refused(small_world: World, pin: str) -> None:
    with small_world.database.transaction() as session:
        me = somebody(small_world, session)
        with pytest.raises(InvalidInput) as refused:
            lock.set_pin(session, me, pin, pin, small_world.clock)
        assert refused.value.code == "pay.pin_weak"


@pytest.mark.parametrize(("pin", "again", "code"), [
    ("", "", "pay.pin_form"), ("12345", "12345", "pay.pin_form"), ("7304185", "7304185", "pay.pin_form"),
    ("73o418", "73o418", "pay.pin_form"), (PIN, "730419", "pay.pin_again"),
])  # fmt: skip
def test_what_is_no_pin_is_said(small_world: World, pin: str, again: str, code: str) -> None:
    with small_world.database.transaction() as session:
        me = somebody(small_world, session)
        with pytest.raises(InvalidInput) as refused:
            lock.set_pin(session, me, pin, again, small_world.clock)
        assert refused.value.code == code
        assert not lock.has_pin(session, me)


def test_a_code_opens_once_for_ten_minutes_and_leaves_the_message(world: World) -> None:
    clock = world.clock
    with world.database.transaction() as session:
        me = somebody(world, session)
        lock.send_code(session, me, clock, make=lambda: "482915")
        (told,) = codes(session)
        assert "482915" in words_for(told.template, told.payload, "zh", "").body
        assert not lock.take_code(session, me, "482916", clock)
        assert lock.take_code(session, me, " 482 915 ", clock)
        assert "482915" not in str(codes(session)[0].payload)
        with pytest.raises(ConflictError):
            lock.take_code(session, me, "482915", clock)
        clock.at += timedelta(minutes=2)
        lock.send_code(session, me, clock, make=lambda: "111222")
        clock.at += lock.CODE_LIFE
        with pytest.raises(ConflictError) as refused:
            lock.take_code(session, me, "111222", clock)
        assert refused.value.code == "pay.code_over"


def test_five_wrong_codes_end_it_and_so_many_a_day_are_sent(small_world: World) -> None:
    clock = small_world.clock
    with small_world.database.transaction() as session:
        me = somebody(small_world, session)
        lock.send_code(session, me, clock, make=lambda: "482915")
        with pytest.raises(TooManyRequests) as refused:
            lock.send_code(session, me, clock)
        assert refused.value.code == "pay.code_wait"
        for _ in range(lock.CODE_TRIES):
            assert not lock.take_code(session, me, "000000", clock)
        with pytest.raises(ConflictError):
            lock.take_code(session, me, "482915", clock)
        for _ in range(lock.CODES_A_DAY - 1):
            clock.at += timedelta(minutes=1)
            lock.send_code(session, me, clock)
        clock.at += timedelta(minutes=1)
        with pytest.raises(TooManyRequests) as refused:
            lock.send_code(session, me, clock)
        assert refused.value.code == "pay.codes"
        clock.at += timedelta(days=1)
        lock.send_code(session, me, clock)


def test_who_chose_the_pin_alone_gets_no_code_until_it_is_reset(small_world: World) -> None:
    clock = small_world.clock
    with small_world.database.transaction() as session:
        me = somebody(small_world, session)
        before = lock.set_pin(session, me, PIN, PIN, clock, only_pin=True)
        with pytest.raises(ConflictError) as refused:
            lock.send_code(session, me, clock)
        assert refused.value.code == "pay.only_pin"
        lock.reset_pin(session, small_world.actor("hr"), me, clock)
        assert not lock.has_pin(session, me)
        assert lock.generation(session, me) > before, "what is open closes"
        lock.send_code(session, me, clock)
        told = session.scalars(select(OutboxMessage.template)).all()
        assert "payslip.pin_changed" in told, "its owner hears of it"


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_who_has_no_payroll_resets_nothing(small_world: World, role: str) -> None:
    with small_world.database.transaction() as session:
        me = somebody(small_world, session)
        lock.set_pin(session, me, PIN, PIN, small_world.clock)
        with pytest.raises(PermissionDenied):
            lock.reset_pin(session, small_world.actor(role), me, small_world.clock)
        assert lock.has_pin(session, me)


def test_the_trail_says_that_it_was_tried_and_never_with_what(small_world: World) -> None:
    with small_world.database.transaction() as session:
        me = somebody(small_world, session)
        lock.set_pin(session, me, PIN, PIN, small_world.clock)
        lock.take_pin(session, me, "000001", small_world.clock)
        lock.drop_pin(session, me, small_world.clock)
    with small_world.database.reading() as session:
        trail = session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("pay_lock."))).all()
        assert [one.action for one in trail] == ["pay_lock.set", "pay_lock.fail", "pay_lock.drop"]
        assert not any(pin in str(one.detail) for one in trail for pin in (PIN, "000001"))
