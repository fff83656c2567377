"""What accounts hand over: sign-in, tokens, second factors."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.accounts import failures, sign_in
from interview_engine.hr.accounts.tables import (
    Account,
    AccountClosure,
    ApiToken,
    LoginSession,
    RecoveryCode,
    SignInFailure,
)
from interview_engine.hr.area import Area, Job, PersonColumn, Subject, in_transaction


def _has_account(session: Session, person_id: str) -> bool:
    return bool(session.scalar(select(exists().where(Account.person_id == person_id))))


def _sweep(session: Session, clock: Clock) -> None:
    """Sessions that are over, and failures to sign in that no longer count."""
    sign_in.sweep(session, clock)
    failures.sweep(session, clock.now())


AREA = Area(
    name="accounts",
    tables=(Account, AccountClosure, ApiToken, LoginSession, RecoveryCode, SignInFailure),
    persons=(
        PersonColumn(
            Account.person_id, "kept", "who has a console account works here, and the trail names the account"
        ),
    ),
    holds=_has_account,
    jobs=(Job("sign-ins", 3600.0, in_transaction(_sweep), by_date=True),),
    subjects=tuple(Subject(name) for name in ("account", "password", "session", "sign_in", "token", "totp")),
)
