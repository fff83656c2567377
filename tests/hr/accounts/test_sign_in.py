"""Signing in: right and wrong passwords, lock-out, sessions and their end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hiring_world import MovingClock
from hypothesis import given
from hypothesis import strategies as st
from sign_in_house import PASSWORD, House
from sqlalchemy import select

from interview_engine.errors import (
    InvalidInput,
    NotSignedIn,
    SignInRefused,
    TooManyRequests,
)
from interview_engine.hr.access.rules import SYSTEM, may_at_all
from interview_engine.hr.accounts import failures, service, sign_in, tokens
from interview_engine.hr.accounts.service import NewAccount
from interview_engine.hr.accounts.sign_in import HANDED_OVER, IDLE, LONGEST
from interview_engine.hr.accounts.tables import LoginSession
from interview_engine.store import audit
from interview_engine.store.engine import Database
from interview_engine.store.tables import AuditEvent


def test_the_right_password_opens_a_session_that_is_kept_as_a_digest_only(both: House) -> None:
    done = both.sign_in(login=" LI ")
    seen = both.visit(done.secret)
    assert (seen.account.id, seen.due, seen.actor.id) == (both.account_id, None, f"account:{both.account_id}")
    assert may_at_all(seen.actor, "interview", "read")
    with both.database.reading() as session:
        kept = session.scalars(select(LoginSession.token_hash)).all()
    assert done.secret not in kept
    assert len(kept) == 1


def test_wrong_name_wrong_password_and_closed_account_get_the_same_answer(house: House) -> None:
    with house.database.transaction() as session:
        closed = service.create_account(
            session, SYSTEM, NewAccount("han", "韩梅梅", "auditor", password=PASSWORD), house.clock
        )
        service.deactivate(session, SYSTEM, closed.account.id, house.clock)
    answers = {house.refused(login=login).text("zh") for login in ("li", "nobody", "", "x" * 500)}
    answers.add(house.refused(PASSWORD, "han").text("zh"))
    assert len(answers) == 1


@pytest.mark.parametrize("login", ["li", "nobody"])
def test_failures_lock_a_name_for_longer_each_time_whether_it_exists_or_not(both: House, login: str) -> None:
    waits = []
    for number in range(9):
        error = both.refused(login=login)
        assert isinstance(error, SignInRefused), number
        if number >= failures.FREE - 1:
            locked = both.refused(PASSWORD, login)  # not even the right password
            assert isinstance(locked, TooManyRequests)
            waits.append(locked.retry_after_s)
            both.clock.at += timedelta(seconds=locked.retry_after_s)
    assert [round(wait, -1) for wait in waits] == [30, 60, 120, 240, 480]
    if login == "li":
        both.sign_in()
        assert isinstance(both.refused(), SignInRefused)  # success starts the count anew


@given(st.integers(0, 10_000))
def test_the_pause_grows_and_ends_at_an_hour(count: int) -> None:
    assert failures.pause_s(count) <= failures.pause_s(count + 1) <= failures.LONGEST_PAUSE_S
    assert (failures.pause_s(count) == 0) is (count < failures.FREE)


def test_failures_of_yesterday_no_longer_count(house: House) -> None:
    for _ in range(failures.FREE - 1):
        house.refused()
    house.clock.at += timedelta(days=1, seconds=1)
    house.refused()
    house.sign_in()


def test_one_name_that_is_locked_locks_no_other(house: House) -> None:
    for _ in range(failures.FREE):
        house.refused(login="nobody")
    house.sign_in()


def test_sign_ins_and_failures_are_in_the_audit_trail(both: House) -> None:
    both.refused()
    both.sign_in()
    with both.database.reading() as session:
        rows = session.execute(select(AuditEvent.actor, AuditEvent.action, AuditEvent.subject)).all()
        assert audit.verify(session) is None
    account = f"account:{both.account_id}"
    assert ("anonymous", "sign_in.fail", account) in [tuple(row) for row in rows]
    assert (account, "sign_in", account) in [tuple(row) for row in rows]


def test_a_session_ends_when_it_is_idle_and_in_any_case(house: House) -> None:
    idle = house.sign_in().secret
    house.clock.at += IDLE - timedelta(minutes=1)
    assert house.visit(idle).stale
    house.clock.at += timedelta(minutes=1)
    assert house.is_over(idle)
    used = house.sign_in().secret
    for _ in range(int(LONGEST / IDLE) * 2 - 1):
        house.clock.at += IDLE / 2
        assert not house.is_over(used)
        with house.database.transaction() as session:
            sign_in.touch(session, used, house.clock)
    house.clock.at += IDLE / 2
    assert house.is_over(used)


def test_signing_out_ends_this_session_only(house: House) -> None:
    first, second = house.sign_in().secret, house.sign_in().secret
    with house.database.transaction() as session:
        sign_in.sign_out(session, first, house.clock)
        sign_in.sign_out(session, "unknown", house.clock)
    assert house.is_over(first)
    assert not house.is_over(second)


def test_another_session_of_ones_own_can_be_ended_and_nobody_elses(house: House) -> None:
    done = house.sign_in()
    with house.database.transaction() as session:
        (row,) = sign_in.sessions_of(session, house.account_id, house.clock)
        sign_in.revoke_session(session, "somebody-else", row.token_hash, house.clock)
    assert not house.is_over(done.secret)
    with house.database.transaction() as session:
        sign_in.revoke_session(session, house.account_id, row.token_hash, house.clock)
        assert sign_in.sessions_of(session, house.account_id, house.clock) == []
    assert house.is_over(done.secret)


def test_a_new_password_ends_every_session_and_opens_one(both: House) -> None:
    old = [both.sign_in().secret for _ in range(2)]
    with both.database.transaction() as session:
        fresh = service.change_password(session, both.account_id, PASSWORD, "winter coat on the roof", both.clock)
    assert all(both.is_over(secret) for secret in old)
    assert both.visit(fresh).due is None
    assert isinstance(both.refused(PASSWORD), SignInRefused)
    both.sign_in("winter coat on the roof")


def test_the_current_password_is_asked_for_and_guessing_it_is_counted(house: House) -> None:
    for _ in range(failures.FREE):
        with pytest.raises(SignInRefused), house.database.transaction() as session:
            service.change_password(session, house.account_id, "guess", "winter coat on the roof", house.clock)
    with pytest.raises(TooManyRequests), house.database.transaction() as session:
        service.change_password(session, house.account_id, PASSWORD, "winter coat on the roof", house.clock)


@pytest.mark.parametrize(("new", "code"), [(PASSWORD, "password.same"), ("short", "password.short")])
def test_a_new_password_is_new_and_strong(house: House, new: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught, house.database.transaction() as session:
        service.change_password(session, house.account_id, PASSWORD, new, house.clock)
    assert (caught.value.code, caught.value.field) == (code, "new")


def test_the_first_administrator_must_change_the_password_before_anything_opens(database: Database) -> None:
    clock = MovingClock()
    with database.transaction() as session:
        made = service.first_administrator(session, clock)
        assert made is not None
        assert service.first_administrator(session, clock) is None
    account, password = made
    house = House(database, clock, account.id)
    done = house.sign_in(password, "admin")
    seen = house.visit(done.secret)
    assert seen.due == "password"
    assert seen.actor.grants == ()
    with database.transaction() as session:
        fresh = service.change_password(session, account.id, password, PASSWORD, clock)
    seen = house.visit(fresh)
    assert seen.due is None
    assert may_at_all(seen.actor, "contact", "manage")


def test_a_password_handed_over_lapses_after_a_week(both: House) -> None:
    with both.database.transaction() as session:
        password = service.reset_password(session, SYSTEM, both.account_id, both.clock)
    both.clock.at += HANDED_OVER - timedelta(minutes=1)
    both.sign_in(password)
    both.clock.at += timedelta(minutes=1)
    assert isinstance(both.refused(password), SignInRefused)


def test_a_password_of_ones_own_never_lapses(house: House) -> None:
    house.clock.at += timedelta(days=1000)
    assert house.visit(house.sign_in().secret).due is None


def test_a_reset_password_ends_every_session(both: House) -> None:
    secrets = [both.sign_in().secret for _ in range(2)]
    with both.database.transaction() as session:
        service.reset_password(session, SYSTEM, both.account_id, both.clock)
    assert all(both.is_over(secret) for secret in secrets)


def test_a_closed_account_loses_sessions_and_tokens_at_once(both: House) -> None:
    done = both.sign_in()
    actor = both.visit(done.secret).actor
    with both.database.transaction() as session:
        issued = tokens.create_token(session, actor, "ATS", ["applications:read"], both.clock)
        service.deactivate(session, SYSTEM, both.account_id, both.clock)
    assert both.is_over(done.secret)
    with pytest.raises(NotSignedIn), both.database.reading() as session:
        tokens.visit_by_token(session, issued.secret, both.clock)
    with both.database.transaction() as session:
        password = service.reactivate(session, SYSTEM, both.account_id, both.clock)
    assert both.visit(both.sign_in(password).secret).due == "password"


def test_old_sessions_and_failures_are_forgotten(both: House) -> None:
    both.sign_in()
    both.refused()
    both.clock.at += timedelta(days=10)
    fresh = both.sign_in()
    with both.database.transaction() as session:
        assert sign_in.sweep(session, both.clock) == 1
        assert failures.sweep(session, both.clock.at) == 0  # the sign-in has taken it along
    both.refused(login="nobody")
    both.clock.at += timedelta(days=3)
    with both.database.transaction() as session:
        assert failures.sweep(session, both.clock.at) == 1
        assert session.get(LoginSession, fresh.secret) is None
