"""Signing in: passwords, lock-out, sessions and their end, the second factor, tokens of other systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from hiring_world import MovingClock
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from interview_engine.errors import (
    ConflictError,
    InterviewEngineError,
    InvalidInput,
    NotSignedIn,
    PermissionDenied,
    SignInRefused,
    TooManyRequests,
)
from interview_engine.hr.access.rules import SYSTEM, Actor, may_at_all
from interview_engine.hr.accounts import failures, passwords, second_factor, service, sign_in, tokens
from interview_engine.hr.accounts.service import NewAccount
from interview_engine.hr.accounts.sign_in import HANDED_OVER, IDLE, LONGEST, TO_SECOND_FACTOR, SignedIn, Visit
from interview_engine.hr.accounts.tables import Account, ApiToken, LoginSession, RecoveryCode
from interview_engine.store import audit
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import AuditEvent

PASSWORD = "purple otter walks home"
BOX = SecretBox("a secret of thirty-two characters!")


@dataclass
class House:
    """A database with one account, and what a browser does with it."""

    database: Database
    clock: MovingClock
    account_id: str

    def sign_in(self, password: str = PASSWORD, login: str = "li") -> SignedIn:
        with self.database.transaction() as session:
            return sign_in.sign_in(session, login, password, self.clock, address="192.0.2.1")

    def refused(self, password: str = "wrong", login: str = "li") -> InterviewEngineError:
        with pytest.raises(InterviewEngineError) as caught:
            self.sign_in(password, login)
        return caught.value

    def visit(self, secret: str, *, required: bool = False) -> Visit:
        with self.database.reading() as session:
            return sign_in.visit(session, secret, self.clock, second_factor_required=required)

    def is_over(self, secret: str) -> bool:
        try:
            self.visit(secret)
        except NotSignedIn:
            return True
        return False

    def enrol(self) -> tuple[str, tuple[str, ...]]:
        with self.database.transaction() as session:
            secret = second_factor.enrol(session, BOX, self.account_id, PASSWORD, self.clock).secret
        with self.database.transaction() as session:
            codes = second_factor.confirm(session, BOX, self.account_id, self.code(secret), self.clock)
        self.clock.at += timedelta(seconds=30)
        return secret, codes

    def code(self, secret: str, *, steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(self.clock.at + timedelta(seconds=30 * steps))

    def second_step(self, secret: str, code: str) -> SignedIn:
        with self.database.transaction() as session:
            return sign_in.pass_second_factor(session, BOX, secret, code, self.clock)


def house_in(database: Database) -> House:
    clock = MovingClock()
    with database.transaction() as session:
        new = NewAccount("Li", "李雷", "recruiter", email="li@example.com", password=PASSWORD)
        account = service.create_account(session, SYSTEM, new, clock).account
    return House(database, clock, account.id)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow on purpose is made quick where it is not what is tested."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody's"))


@pytest.fixture
def house(sqlite_database: Database, _quick: None) -> House:
    return house_in(sqlite_database)


@pytest.fixture
def both(database: Database, _quick: None) -> House:
    return house_in(database)


# Passwords ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password.short"),
        ("short", "password.short"),
        ("elevenchars", "password.short"),
        ("password123456", "password.weak"),
        ("qwertyuiop12", "password.weak"),
        ("aaaaaaaaaaaaaaaa", "password.weak"),
        ("1qaz2wsx3edc", "password.weak"),
        ("lilei-lilei-lilei", "password.weak"),
        ("interview-engine", "password.weak"),
        ("correct horse battery staple", "password.weak"),
        ("Correct-Horse-Battery-Staple1!", "password.weak"),
        ("ｃｏｒｒｅｃｔ horse batterystaple", "password.weak"),
        ("The quick brown fox jumps over the lazy dog", "password.weak"),
        ("To be, or not to be: that is the question", "password.weak"),
        ("床前明月光，疑是地上霜。", "password.weak"),
        ("好好学习，天天向上！2026", "password.weak"),
        ("wo-ai-ni 1314520 woaini", "password.weak"),
        ("x" * 257, "password.long"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        passwords.check_strength(password, ("lilei",))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "password", [PASSWORD, "我家楼下的面馆今天又涨价了", "kx7-Trombone-Linden!", "a b  c déjà 猫 ☂ long"]
)
def test_any_characters_make_a_good_password(password: str) -> None:
    passwords.check_strength(password, ("lilei", "li@example.com"))


def test_a_known_phrase_with_enough_of_ones_own_is_no_longer_known() -> None:
    passwords.check_strength("correct horse battery staple grumbles on my lavender tractor", ("lilei",))


def test_a_password_is_kept_as_argon2id_with_its_own_salt() -> None:
    first, second = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert first != second
    assert passwords.holds(first, PASSWORD)
    assert not passwords.holds(first, PASSWORD + " ")
    assert not passwords.holds(None, PASSWORD)
    longest = passwords.hashed("x" * passwords.LONGEST)
    assert passwords.holds(longest, "x" * passwords.LONGEST)
    assert not passwords.holds(longest, "x" * (passwords.LONGEST + 1))
    assert not passwords.holds("", PASSWORD)
    assert not passwords.is_outdated(first)
    assert passwords.is_outdated(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A"
    )


def test_generated_passwords_pass_their_own_rule() -> None:
    made = {passwords.generated() for _ in range(20)}
    assert len(made) == 20
    for password in made:
        passwords.check_strength(password)


# Signing in and locking out ---------------------------------------------------------------------------------------


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


# Sessions ---------------------------------------------------------------------------------------------------------


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


# The second factor ------------------------------------------------------------------------------------------------


def test_with_a_second_factor_the_password_alone_opens_nothing(both: House) -> None:
    secret, _ = both.enrol()
    first = both.sign_in()
    assert first.needs_code
    seen = both.visit(first.secret)
    assert (seen.due, seen.actor.grants) == ("code", ())
    second = both.second_step(first.secret, both.code(secret))
    assert second.secret != first.secret
    assert both.is_over(first.secret)
    assert both.visit(second.secret).due is None


def test_a_code_works_once_and_no_earlier_one_after_it(both: House) -> None:
    secret, _ = both.enrol()
    code, before = both.code(secret), both.code(secret, steps=-1)
    both.second_step(both.sign_in().secret, code)
    for used in (code, before):
        with pytest.raises(SignInRefused):
            both.second_step(both.sign_in().secret, used)
    both.clock.at += timedelta(seconds=30)
    both.second_step(both.sign_in().secret, both.code(secret))


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, False), (0, True), (1, True), (2, False)])
def test_a_phone_clock_may_be_half_a_minute_off(house: House, steps: int, accepted: bool) -> None:
    """−1 is refused here because the code that confirmed the enrolment was of that very step."""
    secret, _ = house.enrol()
    first = house.sign_in().secret
    code = house.code(secret, steps=steps)
    if accepted:
        house.second_step(first, code)
        return
    with pytest.raises(SignInRefused):
        house.second_step(first, code)


def test_a_code_typed_in_full_width_digits_is_the_same_code(house: House) -> None:
    secret, _ = house.enrol()
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in house.code(secret))
    house.second_step(house.sign_in().secret, wide)


def renew(house: House, password: str, code: str) -> tuple[str, ...]:
    with house.database.transaction() as session:
        return second_factor.new_recovery_codes(session, BOX, house.account_id, password, code, house.clock)


def test_new_recovery_codes_end_the_old_ones(house: House) -> None:
    secret, old = house.enrol()
    new = renew(house, PASSWORD, house.code(secret))
    assert len(new) == len(old)
    assert not set(new) & set(old)
    with pytest.raises(SignInRefused):
        house.second_step(house.sign_in().secret, old[0])
    assert house.second_step(house.sign_in().secret, new[0]).secret


def test_new_recovery_codes_need_the_password_and_a_code_of_the_authenticator(house: House) -> None:
    secret, old = house.enrol()
    for password, code, why in (
        ("wrong", house.code(secret), "password.wrong"),
        (PASSWORD, "000000", "totp.code"),
        (PASSWORD, old[0], "totp.code"),
    ):
        with pytest.raises(SignInRefused) as refused:
            renew(house, password, code)
        assert refused.value.code == why
    assert house.second_step(house.sign_in().secret, old[0]).secret


def test_without_a_second_factor_there_are_no_recovery_codes_to_renew(house: House) -> None:
    with pytest.raises(ConflictError) as refused:
        renew(house, PASSWORD, "000000")
    assert refused.value.code == "totp.not_enrolled"


def test_a_recovery_code_works_once_and_is_kept_as_a_digest(both: House) -> None:
    _, codes = both.enrol()
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    both.second_step(both.sign_in().secret, codes[0].upper())
    with pytest.raises(SignInRefused):
        both.second_step(both.sign_in().secret, codes[0])
    both.second_step(both.sign_in().secret, codes[1].replace("-", " "))
    with both.database.reading() as session:
        assert second_factor.remaining_codes(session, both.account_id) == second_factor.RECOVERY_CODES - 2
        kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not set(kept) & {code.replace("-", "") for code in codes}


def test_guessing_codes_is_locked_out_too(house: House) -> None:
    secret, _ = house.enrol()
    first = house.sign_in().secret
    for _ in range(failures.FREE):
        with pytest.raises(SignInRefused):
            house.second_step(first, "000000")
    with pytest.raises(TooManyRequests):
        house.second_step(first, house.code(secret))


def test_the_first_step_lasts_ten_minutes(house: House) -> None:
    secret, _ = house.enrol()
    first = house.sign_in().secret
    house.clock.at += TO_SECOND_FACTOR
    with pytest.raises(NotSignedIn):
        house.second_step(first, house.code(secret))


@pytest.mark.parametrize(
    "code", ["", " ", "abcdef", "12345", "1234567", "１２３４５６", "一二三四五六", "-" * 50, "x" * 10_000]
)
def test_what_is_no_code_is_refused(house: House, code: str) -> None:
    house.enrol()
    with pytest.raises(SignInRefused):
        house.second_step(house.sign_in().secret, code)


def test_enrolling_counts_only_after_a_right_code(house: House) -> None:
    with house.database.transaction() as session:
        secret = second_factor.enrol(session, BOX, house.account_id, PASSWORD, house.clock).secret
    with pytest.raises(SignInRefused), house.database.transaction() as session:
        second_factor.confirm(session, BOX, house.account_id, "000000", house.clock)
    assert not house.sign_in().needs_code
    with house.database.transaction() as session:
        second_factor.confirm(session, BOX, house.account_id, house.code(secret), house.clock)
    with pytest.raises(ConflictError), house.database.transaction() as session:
        second_factor.enrol(session, BOX, house.account_id, PASSWORD, house.clock)
    with house.database.reading() as session:
        assert secret not in (session.get_one(Account, house.account_id).totp_secret_encrypted or "")


def test_a_session_left_open_cannot_lock_its_owner_out(house: House) -> None:
    """Setting up a second factor asks for the password."""
    with pytest.raises(SignInRefused), house.database.transaction() as session:
        second_factor.enrol(session, BOX, house.account_id, "guess", house.clock)


def test_a_second_factor_is_removed_with_a_code_or_by_an_administrator_but_not_their_own(house: House) -> None:
    secret, _ = house.enrol()
    with pytest.raises(SignInRefused), house.database.transaction() as session:
        second_factor.remove(session, BOX, house.account_id, "000000", house.clock)
    with house.database.transaction() as session:
        second_factor.remove(session, BOX, house.account_id, house.code(secret), house.clock)
    assert not house.sign_in().needs_code
    house.enrol()
    with house.database.transaction() as session:
        second_factor.reset(session, SYSTEM, house.account_id, house.clock)
    assert not house.sign_in().needs_code
    own = Actor(f"account:{house.account_id}", house.account_id, None, "", SYSTEM.grants, "zh")
    with pytest.raises(PermissionDenied), house.database.transaction() as session:
        second_factor.reset(session, own, house.account_id, house.clock)


def test_a_second_factor_can_be_required_of_everybody(house: House) -> None:
    done = house.sign_in()
    seen = house.visit(done.secret, required=True)
    assert (seen.due, seen.actor.grants) == ("enrolment", ())


# Tokens -----------------------------------------------------------------------------------------------------------


def issue(house: House, *scopes: str, days: int | None = None) -> str:
    actor = house.visit(house.sign_in().secret).actor
    ends = None if days is None else house.clock.at + timedelta(days=days)
    with house.database.transaction() as session:
        return tokens.create_token(session, actor, "ATS", scopes, house.clock, expires_at=ends).secret


def test_a_token_does_what_its_scopes_name_and_its_account_may(both: House) -> None:
    secret = issue(both, "applications:read", "administration:write")
    with both.database.reading() as session:
        actor = tokens.visit_by_token(session, secret, both.clock).actor
        assert secret not in session.scalars(select(ApiToken.token_hash)).all()
    assert may_at_all(actor, "contact", "read")
    assert not may_at_all(actor, "contact", "write")  # the account may, the token may not
    assert not may_at_all(actor, "contact", "manage")  # the token might, the account may not


def test_a_token_ends_on_its_day_and_when_it_is_revoked(both: House) -> None:
    ending, revoked = issue(both, "applications:read", days=1), issue(both, "applications:read")
    actor = both.visit(both.sign_in().secret).actor
    with both.database.transaction() as session:
        row = tokens.list_tokens(session, actor)[0]
        tokens.revoke_token(session, actor, row.id, both.clock)
    both.clock.at += timedelta(days=1)
    for secret in (ending, revoked, "", "iet_unknown"):
        with pytest.raises(NotSignedIn), both.database.reading() as session:
            tokens.visit_by_token(session, secret, both.clock)


def test_a_token_cannot_make_tokens(house: House) -> None:
    secret = issue(house, "administration:write")
    with house.database.reading() as session:
        actor = tokens.visit_by_token(session, secret, house.clock).actor
    with pytest.raises(PermissionDenied), house.database.transaction() as session:
        tokens.create_token(session, actor, "more", ["applications:read"], house.clock)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["applications:read", "*"]])
def test_scopes_that_do_not_exist_are_refused(house: House, scopes: list[str]) -> None:
    with pytest.raises(InvalidInput):
        issue(house, *scopes)


def test_nobody_makes_reads_or_ends_anothers_tokens(house: House) -> None:
    issue(house, "applications:read")
    with house.database.transaction() as session:
        made = service.create_account(
            session, SYSTEM, NewAccount("han", "韩梅梅", "hr", password=PASSWORD), house.clock
        )
        other = service.actor_of(session, made.account, house.clock)
        token_id = session.scalars(select(ApiToken.id)).one()
    with house.database.reading() as session:
        for call in (
            lambda: tokens.create_token(session, other, "x", ["audit:read"], house.clock, account_id=house.account_id),
            lambda: tokens.list_tokens(session, other, house.account_id),
            lambda: tokens.revoke_token(session, other, token_id, house.clock),
        ):
            with pytest.raises(PermissionDenied):
                call()
