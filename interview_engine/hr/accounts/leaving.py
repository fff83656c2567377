"""Accounts of those who have left: closed with their permissions taken away, and opened again as they were when the
leaving is undone."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access import grants
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.tables import Account, AccountClosure
from interview_engine.store import audit
from interview_engine.store.rows import stamp, touch


def take_grants(session: Session, actor: Actor, account_id: str, because: str, clock: Clock) -> None:
    """Take every permission of an account that is closed away, and keep what leads back.

    Args:
        because: what it ended with, for `reopen`.
    """
    held = grants.grants_for(session, actor, account_id)
    session.add(
        AccountClosure(
            **stamp(actor.id, clock),
            account_id=account_id,
            because=because,
            grants=[grants.as_kept(grant) for grant in held],
        )
    )
    for grant in held:
        grants.take_back(session, actor, grant.id, clock)


def reopen(session: Session, actor: Actor, person_id: str, because: str, clock: Clock) -> bool:
    """Open somebody's account again that was closed because of this, with every permission that it had; its owner
    signs in with the password and the second factor of before. Whether there was one to open: once, and not where
    somebody has opened it since.
    """
    account = session.scalar(select(Account).where(Account.person_id == person_id).with_for_update())
    if account is None:
        return False
    last = session.scalar(
        select(AccountClosure)
        .where(AccountClosure.account_id == account.id)
        .order_by(AccountClosure.id.desc())
        .limit(1)
        .with_for_update()
    )
    if last is None or last.because != because or last.reopened_at is not None or account.active:
        return False
    last.reopened_at = clock.now()
    touch(last, actor.id, clock)
    account.active = True
    touch(account, actor.id, clock)
    audit.record(session, actor.id, "account.reopen", f"account:{account.id}", {"grants": len(last.grants)}, clock)
    for kept in last.grants:
        grants.give_again(session, actor, kept, clock)
    return True
