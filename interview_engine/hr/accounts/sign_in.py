"""Signing in to the console: password, then the second factor where there is one; sessions and their end.

A session is a random secret in a cookie; the database keeps its sha256. It ends after `IDLE` without a request, after
`LONGEST` in any case, when it is signed out, and when the password changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotSignedIn, SignInRefused
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import grants_of
from interview_engine.hr.accounts import failures, passwords, second_factor
from interview_engine.hr.accounts.tables import Account, LoginSession
from interview_engine.hr.people.tables import Person
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.secrets import SecretBox, digest, token

IDLE = timedelta(hours=12)
LONGEST = timedelta(hours=72)
TO_SECOND_FACTOR = timedelta(minutes=10)
"""How long the password alone opens the page of the second factor."""
HANDED_OVER = timedelta(days=7)
"""How long a password that somebody else has set works for a first sign-in."""
TOUCH = timedelta(minutes=1)
"""`last_seen_at` is written at most this often, so that reading a page writes nothing."""

Due = Literal["code", "password", "enrolment"]
"""What stands between a session and the console: the second factor, a new password, setting up a second factor."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A step of signing in that succeeded.

    Args:
        secret: for the cookie; a new one at every step.
        needs_code: whether `pass_second_factor` comes next.
    """

    secret: str
    account: Account
    needs_code: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with a valid session.

    Args:
        actor: holds no grants while something is due, so that nothing opens by mistake.
        due: what has to be done first; None when the console is open.
        stale: `touch` should be called in a transaction that writes.
    """

    actor: Actor
    account: Account
    person: Person
    due: Due | None
    stale: bool


def sign_in(
    session: Session, login: str, password: str, clock: Clock, *, address: str = "", user_agent: str = ""
) -> SignedIn:
    """The first step. The answer to a wrong name, a wrong password and a closed account is the same, and takes as long.

    Raises:
        SignInRefused: `sign_in.wrong`; counted. TooManyRequests: `sign_in.locked`.
    """
    name = login.strip().lower()[:120]
    failures.check_open(session, name, clock)
    account = session.scalars(select(Account).where(Account.login == name)).one_or_none()
    usable = account is not None and account.active and not _has_lapsed(account, clock)
    if not passwords.holds(account.password_hash if account and usable else None, password) or account is None:
        count = failures.count(session, name, clock)
        who = f"account:{account.id}" if account is not None else "account:unknown"
        audit.record(session, "anonymous", "sign_in.fail", who, {"failures": count, "address": address}, clock)
        raise SignInRefused(
            "sign_in.wrong",
            msg("The login or the password is not right."),
            msg("Type them again; an administrator can reset a password."),
        )
    failures.forget(session, name)
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hashed(password)
    needs_code = account.totp_confirmed_at is not None
    secret = open_session(session, account, clock, complete=not needs_code, address=address, user_agent=user_agent)
    if not needs_code:
        audit.record(session, f"account:{account.id}", "sign_in", f"account:{account.id}", {"address": address}, clock)
    return SignedIn(secret, account, needs_code)


def pass_second_factor(session: Session, box: SecretBox, secret: str, code: str, clock: Clock) -> SignedIn:
    """The second step, with a code of the authenticator or a recovery code. The session gets a new secret.

    Raises:
        NotSignedIn: the first step is too long ago. SignInRefused: `sign_in.code`; counted.
        TooManyRequests: `sign_in.locked`.
    """
    row = _row(session, secret, clock, lock=True)
    account = session.get_one(Account, row.account_id, with_for_update=True)
    if not account.active:
        raise not_signed_in()
    what = f"totp:{account.id}"
    failures.check_open(session, what, clock)
    if not second_factor.accepts(session, box, account, code, clock):
        count = failures.count(session, what, clock)
        subject = f"account:{account.id}"
        audit.record(session, "anonymous", "sign_in.code_fail", subject, {"failures": count}, clock)
        raise SignInRefused(
            "sign_in.code",
            msg("The code is not right, or was used before."),
            msg("Wait for the next code, or use a recovery code."),
        )
    failures.forget(session, what)
    row.revoked_at = clock.now()
    fresh = open_session(session, account, clock, complete=True, address=row.address, user_agent=row.user_agent)
    audit.record(session, f"account:{account.id}", "sign_in", f"account:{account.id}", {"address": row.address}, clock)
    return SignedIn(fresh, account, False)


def open_session(
    session: Session, account: Account, clock: Clock, *, complete: bool, address: str = "", user_agent: str = ""
) -> str:
    """A new session; returns its secret. `complete` False opens only the second factor, for a short time."""
    now, secret = clock.now(), token()
    row = LoginSession(
        token_hash=digest(secret),
        account_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (LONGEST if complete else TO_SECOND_FACTOR),
        totp_passed=complete,
        address=address[:64],
        user_agent=user_agent[:200],
    )
    session.add(row)
    session.flush()
    return secret


def visit(session: Session, secret: str, clock: Clock, *, second_factor_required: bool = False) -> Visit:
    """The session and account of a session secret. Reads only.

    Args:
        second_factor_required: whether accounts without a second factor must set one up first.

    Raises:
        NotSignedIn: `session.over`: no such session, ended, idle too long, or the account is closed.
    """
    row = _row(session, secret, clock)
    account = session.get_one(Account, row.account_id)
    if not account.active:
        raise not_signed_in()
    person = session.get_one(Person, account.person_id)
    now = clock.now()
    due = _due(row, account, second_factor_required)
    held = () if due is not None else grants_of(session, account.id, person, now)
    actor = Actor(f"account:{account.id}", account.id, person.id, account.role, held, account.language)
    return Visit(actor, account, person, due, now - row.last_seen_at >= TOUCH)


def touch(session: Session, secret: str, clock: Clock) -> None:
    """Note that the session is in use."""
    session.execute(
        update(LoginSession).where(LoginSession.token_hash == digest(secret)).values(last_seen_at=clock.now())
    )


def sign_out(session: Session, secret: str, clock: Clock) -> None:
    """End this session; nothing happens when it is over already."""
    row = session.get(LoginSession, digest(secret))
    if row is not None and row.revoked_at is None:
        row.revoked_at = clock.now()
        audit.record(session, f"account:{row.account_id}", "sign_out", f"account:{row.account_id}", {}, clock)


def sessions_of(session: Session, account_id: str, clock: Clock) -> list[LoginSession]:
    """The sessions of an account that are open now, latest first."""
    now = clock.now()
    statement = (
        select(LoginSession)
        .where(
            LoginSession.account_id == account_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - IDLE,
        )
        .order_by(LoginSession.last_seen_at.desc())
    )
    return list(session.scalars(statement))


def revoke_session(session: Session, account_id: str, token_hash: str, clock: Clock) -> None:
    """End one session of one's own account, for instance on a computer left behind."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == token_hash, LoginSession.account_id == account_id)
        .values(revoked_at=clock.now())
    )
    audit.record(session, f"account:{account_id}", "session.revoke", f"account:{account_id}", {}, clock)


def revoke_all(session: Session, account_id: str, clock: Clock) -> None:
    """End every session of an account."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def sweep(session: Session, clock: Clock) -> int:
    """Remove the rows of sessions that ended more than `LONGEST` ago; returns how many."""
    old = clock.now() - LONGEST
    ended = delete(LoginSession).where(or_(LoginSession.expires_at < old, LoginSession.revoked_at < old))
    return len(session.scalars(ended.returning(LoginSession.token_hash)).all())


def not_signed_in() -> NotSignedIn:
    """The refusal of a session that is unknown or over."""
    return NotSignedIn(
        "session.over",
        msg("You are not signed in, or your session is over."),
        msg("Sign in again."),
    )


def _has_lapsed(account: Account, clock: Clock) -> bool:
    """Whether a temporary password was not used in time."""
    if not account.must_change_password or account.password_set_at is None:
        return False
    return clock.now() - account.password_set_at >= HANDED_OVER


def _due(row: LoginSession, account: Account, second_factor_required: bool) -> Due | None:
    if not row.totp_passed:
        return "code"
    if account.must_change_password:
        return "password"
    if second_factor_required and account.totp_confirmed_at is None:
        return "enrolment"
    return None


def _row(session: Session, secret: str, clock: Clock, *, lock: bool = False) -> LoginSession:
    row = session.get(LoginSession, digest(secret), with_for_update=lock or None)
    now = clock.now()
    if row is None or row.revoked_at is not None or now >= row.expires_at or now - row.last_seen_at >= IDLE:
        raise not_signed_in()
    return row
