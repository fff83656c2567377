"""API tokens of other systems: a secret shown once, scopes, an end. Never more than the account's own grants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotSignedIn
from interview_engine.hr.access.rules import TOKEN_SCOPES, Actor
from interview_engine.hr.access.service import check_row, denied, grants_of
from interview_engine.hr.accounts.tables import Account, ApiToken
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest, token

PREFIX = "iet_"
"""By it a token that leaked into a log or a repository can be found."""
TOUCH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token's row and its secret, which is nowhere else."""

    row: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class TokenVisit:
    """A request with a valid token. `stale`: `touch_token` should be called in a transaction that writes."""

    actor: Actor
    token_id: str
    stale: bool


def create_token(
    session: Session,
    actor: Actor,
    name: str,
    scopes: Iterable[str],
    clock: Clock,
    *,
    account_id: str | None = None,
    expires_at: datetime | None = None,
) -> IssuedToken:
    """A token for one's own account, or for another one as an administrator.

    Args:
        scopes: names of access.rules.TOKEN_SCOPES, at least one.

    Raises:
        PermissionDenied: a token asks for a token, or it is another's account.
        InvalidInput: name, scopes, an end that has passed.
    """
    owner = account_id or actor.account_id
    if owner is None or actor.token_scopes is not None:
        raise denied()
    if owner != actor.account_id:
        check_row(session, actor, "contact", "manage")
    if find(session, Account, owner) is None:
        raise missing("account", msg("account"))
    wanted = sorted(set(scopes))
    if not wanted or any(scope not in TOKEN_SCOPES for scope in wanted):
        shown = ", ".join(TOKEN_SCOPES)
        raise invalid(
            "scopes", "token.scopes", msg("Choose scopes that exist."),
            msg("Any of {shown}.", shown=shown),
        )  # fmt: skip
    if expires_at is not None and expires_at <= clock.now():
        raise invalid(
            "expires_at", "token.over", msg("The end time is in the past."),
            msg("Choose a future time."),
        )  # fmt: skip
    secret = PREFIX + token()
    row = ApiToken(
        **stamp(actor.id, clock),
        account_id=owner,
        name=text_within(name, "name", msg("name"), 120),
        token_hash=digest(secret),
        scopes=list(wanted),
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor.id, "token.create", f"api_token:{row.id}", {"account": owner, "scopes": list(wanted)}, clock
    )
    return IssuedToken(row, secret)


def visit_by_token(session: Session, secret: str, clock: Clock) -> TokenVisit:
    """The account of an API token. Reads only.

    Raises:
        NotSignedIn: `token.invalid`: unknown, revoked, expired, or its account is closed or awaits a new password.
    """
    row = session.scalars(select(ApiToken).where(ApiToken.token_hash == digest(secret))).one_or_none()
    now = clock.now()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and now >= row.expires_at):
        raise _invalid_token()
    account = session.get_one(Account, row.account_id)
    if not account.active or account.must_change_password:
        raise _invalid_token()
    person = session.get_one(Person, account.person_id)
    held = grants_of(session, account.id, person, now)
    actor = Actor(
        f"account:{account.id}", account.id, person.id, account.role, held, account.language, frozenset(row.scopes)
    )
    return TokenVisit(actor, row.id, row.last_used_at is None or now - row.last_used_at >= TOUCH)


def touch_token(session: Session, token_id: str, clock: Clock) -> None:
    """Note that the token is in use."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=clock.now()))


def list_tokens(session: Session, actor: Actor, account_id: str | None = None) -> list[ApiToken]:
    """Tokens of one's own account or, as an administrator, of another; the latest first, revoked ones too.

    Raises:
        PermissionDenied: it is another's account.
    """
    owner = account_id or actor.account_id
    if owner is None or owner != actor.account_id:
        check_row(session, actor, "contact", "manage")
    return list(session.scalars(select(ApiToken).where(ApiToken.account_id == owner).order_by(ApiToken.id.desc())))


def revoke_token(session: Session, actor: Actor, token_id: str, clock: Clock) -> None:
    """End a token of one's own, or any as an administrator; once more is no harm.

    Raises:
        NotFoundError: there is none. PermissionDenied: it is another's.
    """
    row = find(session, ApiToken, token_id, lock=True)
    if row is None:
        raise missing("token", msg("token"))
    if row.account_id != actor.account_id:
        check_row(session, actor, "contact", "manage")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "token.revoke", f"api_token:{row.id}", {}, clock)


def revoke_all(session: Session, account_id: str, clock: Clock) -> None:
    """End every token of an account."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def _invalid_token() -> NotSignedIn:
    return NotSignedIn(
        "token.invalid",
        msg("The token is not valid or has expired."),
        msg("Create a new one in the console."),
    )
