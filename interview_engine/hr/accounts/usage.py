"""How much the product is used, from the audit trail (J7): who was active, what was looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
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


def usage(session: Session, since: datetime, until: datetime) -> Usage:
    """Use from `since` until before `until`, both aware."""
    within = (AuditEvent.at >= since, AuditEvent.at < until, AuditEvent.actor.startswith(ACCOUNT))
    counted = session.execute(
        select(AuditEvent.actor, AuditEvent.action, func.count())
        .where(*within)
        .group_by(AuditEvent.actor, AuditEvent.action)
    )
    events = ((actor, action) for actor, action, times in counted for _ in range(times))
    return usage_of(events, session.scalars(select(Account.id).where(Account.active.is_(True))))
