"""Proof that the owner is still at the keyboard, before anything changes by which they sign in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import SignInRefused
from interview_engine.hr.accounts import failures, passwords
from interview_engine.hr.accounts.tables import Account
from interview_engine.i18n import msg
from interview_engine.store import audit


def check_own_password(session: Session, account: Account, password: str, clock: Clock) -> None:
    """Whether it is the account's password.

    Raises:
        SignInRefused: `password.wrong`, counted like a failed sign-in. TooManyRequests: `sign_in.locked`.
    """
    failures.check_open(session, account.login, clock)
    if account.active and passwords.holds(account.password_hash, password):
        failures.forget(session, account.login)
        return
    count = failures.count(session, account.login, clock)
    subject = f"account:{account.id}"
    audit.record(session, subject, "password.check_fail", subject, {"failures": count}, clock)
    raise SignInRefused(
        "password.wrong",
        msg("The current password is not right."),
        msg("Type the current password again."),
    )
