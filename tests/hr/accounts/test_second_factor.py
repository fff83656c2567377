"""The second factor: enrolment, codes, recovery codes, its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sign_in_house import BOX, PASSWORD, House
from sqlalchemy import select

from interview_engine.errors import (
    ConflictError,
    NotSignedIn,
    PermissionDenied,
    SignInRefused,
    TooManyRequests,
)
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.accounts import failures, second_factor, service
from interview_engine.hr.accounts.sign_in import TO_SECOND_FACTOR
from interview_engine.hr.accounts.tables import Account, RecoveryCode


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


def test_a_reset_password_leaves_the_second_factor(house: House) -> None:
    house.enrol()
    with house.database.transaction() as session:
        password = service.reset_password(session, SYSTEM, house.account_id, house.clock)
    assert house.sign_in(password).needs_code


def test_a_second_factor_can_be_required_of_everybody(house: House) -> None:
    done = house.sign_in()
    seen = house.visit(done.secret, required=True)
    assert (seen.due, seen.actor.grants) == ("enrolment", ())
