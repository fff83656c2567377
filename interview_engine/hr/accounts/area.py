"""What accounts hand over: sign-in, tokens, second factors."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from interview_engine.hr.accounts.tables import Account, ApiToken, LoginSession, RecoveryCode, SignInFailure
from interview_engine.hr.area import Area, PersonColumn, Subject


def _has_account(session: Session, person_id: str) -> bool:
    return bool(session.scalar(select(exists().where(Account.person_id == person_id))))


AREA = Area(
    name="accounts",
    tables=(Account, ApiToken, LoginSession, RecoveryCode, SignInFailure),
    persons=(
        PersonColumn(
            Account.person_id, "kept", "who has a console account works here, and the trail names the account"
        ),
    ),
    holds=_has_account,
    subjects=tuple(Subject(name) for name in ("account", "password", "session", "sign_in", "token", "totp")),
)
