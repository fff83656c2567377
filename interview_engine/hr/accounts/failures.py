"""Throttling of guesses: failures are counted by what was tried, existing or not, and the pause grows."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import TooManyRequests
from interview_engine.hr.accounts.tables import SignInFailure
from interview_engine.i18n import msg
from interview_engine.store.secrets import digest
from interview_engine.store.upsert import insert_for

FREE = 5
"""Failures before the first pause."""
FIRST_PAUSE_S = 30
LONGEST_PAUSE_S = 3600
FORGET_S = 86_400
"""Failures that lie this far back no longer count."""


def pause_s(failures: int) -> int:
    """Seconds of waiting after that many failures in a row: none at first, then doubling to an hour."""
    if failures < FREE:
        return 0
    return int(min(FIRST_PAUSE_S * 2 ** min(failures - FREE, 20), LONGEST_PAUSE_S))


def check_open(session: Session, what: str, clock: Clock) -> None:
    """Refuse another try while the pause lasts. `what` is a login in lower case, or "totp:<account id>".

    Takes the row's lock, so that tries at the same moment are counted one after the other.

    Raises:
        TooManyRequests: `sign_in.locked`.
    """
    row = _row(session, what, clock)
    now = clock.now()
    if row.locked_until is not None and now < row.locked_until:
        wait_s = int((row.locked_until - now).total_seconds()) + 1
        minutes = -(-wait_s // 60)
        raise TooManyRequests(
            "sign_in.locked",
            msg("Too many failures; signing in is paused."),
            msg("Try again in {minutes} min.", minutes=minutes),
            wait_s,
        )


def count(session: Session, what: str, clock: Clock) -> int:
    """Count another failure; returns the total."""
    row = _row(session, what, clock)
    now = clock.now()
    row.failures = 1 if now - row.last_at > timedelta(seconds=FORGET_S) else row.failures + 1
    row.last_at = now
    pause = pause_s(row.failures)
    row.locked_until = now + timedelta(seconds=pause) if pause else None
    session.flush()
    return row.failures


def forget(session: Session, what: str) -> None:
    """Reset the count after a success."""
    session.execute(delete(SignInFailure).where(SignInFailure.key == digest(what)))


def sweep(session: Session, now: datetime) -> int:
    """Remove what no longer counts; returns how many rows."""
    old = delete(SignInFailure).where(SignInFailure.last_at < now - timedelta(seconds=2 * FORGET_S))
    return len(session.scalars(old.returning(SignInFailure.key)).all())


def _row(session: Session, what: str, clock: Clock) -> SignInFailure:
    key = digest(what)
    found = session.get(SignInFailure, key, with_for_update=True, populate_existing=True)
    if found is not None:
        return found
    session.execute(
        insert_for(session, SignInFailure).values(key=key, failures=0, last_at=clock.now()).on_conflict_do_nothing()
    )
    return session.get_one(SignInFailure, key, with_for_update=True)
