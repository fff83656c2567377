"""How much the product is used, from the audit trail (J7): who was active, what was looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from interview_engine.hr.accounts.tables import Account
from interview_engine.store.tables import AuditEvent

ACCOUNT = "account:"
READ = ".read"
"""Ends the actions by which something was looked up."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Use within a time.

    Args:
        accounts: active accounts there are.
        active: accounts that did anything.
        queries: by action, how often something was looked up.
    """

    accounts: int
    active: int
    queries: dict[str, int]

    @property
    def most_looked_up(self) -> list[tuple[str, int]]:
        """What was looked up most often, five at most."""
        return sorted(self.queries.items(), key=lambda one: (-one[1], one[0]))[:5]

    @property
    def active_rate(self) -> float | None:
        """Active among all accounts, 0..1; None where there are none."""
        return self.active / self.accounts if self.accounts else None


def usage_of(events: Iterable[tuple[str, str]], accounts: Iterable[str]) -> Usage:
    """Use from (actor, action) of audit events. Candidates, jobs and accounts that are gone do not count as active."""
    known = {f"{ACCOUNT}{account}" for account in accounts}
    seen: set[str] = set()
    queries: Counter[str] = Counter()
    for actor, action in events:
        if actor in known:
            seen.add(actor)
            if action.endswith(READ):
                queries[action] += 1
    return Usage(len(known), len(seen), dict(sorted(queries.items())))


def usage(session: Session, since: Sequence[datetime], until: datetime) -> list[Usage]:
    """Use since each of the times until before `until`, all aware, in one pass over the trail; in the order asked."""
    counts = [func.sum(case((AuditEvent.at >= one, 1), else_=0)) for one in since]
    counted = session.execute(
        select(AuditEvent.actor, AuditEvent.action, *counts)
        .where(AuditEvent.at >= min(since), AuditEvent.at < until, AuditEvent.actor.startswith(ACCOUNT))
        .group_by(AuditEvent.actor, AuditEvent.action)
    ).all()
    accounts = session.scalars(select(Account.id).where(Account.active.is_(True))).all()
    return [
        usage_of(((actor, action) for actor, action, *times in counted for _ in range(times[place])), accounts)
        for place in range(len(since))
    ]
