"""Substitutes of approvers who are away: set by the approver for some days, ended at any time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.accounts.service import active_accounts, colleagues_by_name
from interview_engine.hr.approvals.tables import ApprovalSubstitute
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

ZONE = ZoneInfo("Asia/Shanghai")
"""In which a day begins and ends."""

LONGEST_DAYS = 366
CHAIN = 5
"""So many substitutes are asked for their own substitutes before a part stays where it is."""


def set_substitute(
    session: Session, actor: Actor, substitute_account_id: str, first_day: date, last_day: date, clock: Clock
) -> ApprovalSubstitute:
    """Name a substitute for those days, both included; parts that already wait are handed over too.

    Raises:
        PermissionDenied: no account, or no such colleague in the company.
        InvalidInput: `approval.absence`, the days are over, the wrong way round or too many;
            `approval.own_substitute`; `approval.absence_overlaps`.
    """
    if actor.account_id is None:
        raise denied()
    if substitute_account_id == actor.account_id:
        raise invalid(
            "substitute",
            "approval.own_substitute",
            msg("You cannot be your own substitute."),
            msg("Choose a colleague."),
        )
    if substitute_account_id not in dict(colleagues_by_name(session, actor)):
        raise denied()
    if last_day < max(first_day, today(clock)) or (last_day - first_day).days >= LONGEST_DAYS:
        raise invalid(
            "last_day",
            "approval.absence",
            msg("The days are over, in the wrong order, or more than a year."),
            msg("Choose a first and a last day; the last is today or later."),
        )
    if any(row.first_day <= last_day and first_day <= row.last_day for row in absences_of(session, actor, clock)):
        raise invalid(
            "first_day",
            "approval.absence_overlaps",
            msg("You already have a substitute on some of these days."),
            msg("End that one first, or choose other days."),
        )
    row = ApprovalSubstitute(
        **stamp(actor.id, clock),
        account_id=actor.account_id,
        substitute_account_id=substitute_account_id,
        first_day=first_day,
        last_day=last_day,
    )
    session.add(row)
    session.flush()
    detail = {"to": substitute_account_id, "first": first_day.isoformat(), "last": last_day.isoformat()}
    audit.record(session, actor.id, "approval.substitute", f"account:{actor.account_id}", detail, clock)
    return row


def end_substitute(session: Session, actor: Actor, substitute_id: str, clock: Clock) -> ApprovalSubstitute:
    """End a substitution; parts already handed over stay with the substitute. Repeating it changes nothing.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
    """
    row = find(session, ApprovalSubstitute, substitute_id, lock=True)
    if row is None or row.account_id != actor.account_id:
        raise missing("approval_substitute", msg("substitute"))
    if row.ended_at is None:
        row.ended_at = clock.now()
        touch(row, actor.id, clock)
        audit.record(session, actor.id, "approval.substitute_end", f"account:{actor.account_id}", {}, clock)
    return row


def absences_of(session: Session, actor: Actor, clock: Clock) -> tuple[ApprovalSubstitute, ...]:
    """The actor's own current and coming absences, the next first."""
    return tuple(
        session.scalars(
            select(ApprovalSubstitute)
            .where(
                ApprovalSubstitute.account_id == (actor.account_id or ""),
                ApprovalSubstitute.ended_at.is_(None),
                ApprovalSubstitute.last_day >= today(clock),
            )
            .order_by(ApprovalSubstitute.first_day, ApprovalSubstitute.id)
        )
    )


def substitutes_of(session: Session, account_ids: Iterable[str], clock: Clock) -> dict[str, str]:
    """By account, who decides instead today: an active account that is not away too, found along the substitutes."""
    named = select(ApprovalSubstitute.account_id, ApprovalSubstitute.substitute_account_id)
    away = dict(session.execute(named.where(_is_away(clock))).tuples().all())
    found = {}
    for account_id in set(account_ids) & away.keys():
        instead = account_id
        for _ in range(CHAIN):
            instead = away.get(instead, instead)
        if instead != account_id and instead not in away:
            found[account_id] = instead
    there = set(active_accounts(session, ids=found.values())) if found else set()
    return {account_id: instead for account_id, instead in found.items() if instead in there}


def away_today(clock: Clock) -> Select[str]:
    """A subquery of the accounts that are away today."""
    return select(ApprovalSubstitute.account_id).where(_is_away(clock))


def _is_away(clock: Clock) -> ColumnElement[bool]:
    day = today(clock)
    return and_(
        ApprovalSubstitute.ended_at.is_(None),
        ApprovalSubstitute.first_day <= day,
        ApprovalSubstitute.last_day >= day,
    )


def today(clock: Clock) -> date:
    """The day in the product's time zone."""
    return clock.now().astimezone(ZONE).date()
