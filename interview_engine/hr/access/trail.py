"""Reading the audit trail: by whom, what, of what, when; its check and its export. Both are themselves in it (L10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_group, check_row
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg
from interview_engine.store import audit, clock_guard
from interview_engine.store.audit import Anchor, AuditProblem
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.tables import AuditEvent


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which events; None is any.

    Args:
        actor_id: "account:<id>", "candidate:<id>", "system", "anonymous".
        action: "report.read", or "report.*" for all of a subject.
        subject: "application:<id>", or "application:*" for all of a kind.
        since, until: aware; from `since` on, before `until`.
    """

    actor_id: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrailCheck:
    """The result of walking the chain: its end, and the first place where it does not hold."""

    end: Anchor
    problem: AuditProblem | None


def list_events(
    session: Session,
    actor: Actor,
    wanted: TrailFilter | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditEvent]:
    """Audit events that match a filter, latest first, a page at a time.

    Raises:
        PermissionDenied: may not audit. InvalidInput: the cursor.
    """
    check_row(session, actor, "interview", "audit")
    chosen = wanted or TrailFilter()
    limit = clamp(limit)
    statement = select(AuditEvent).order_by(AuditEvent.sequence.desc())
    if chosen.actor_id is not None:
        statement = statement.where(AuditEvent.actor == chosen.actor_id)
    if chosen.action is not None and chosen.action.endswith(".*"):
        statement = statement.where(AuditEvent.action.startswith(chosen.action[:-1], autoescape=True))
    elif chosen.action is not None:
        statement = statement.where(AuditEvent.action == chosen.action)
    if chosen.subject is not None and chosen.subject.endswith(":*"):
        statement = statement.where(AuditEvent.subject.startswith(chosen.subject[:-1], autoescape=True))
    elif chosen.subject is not None:
        statement = statement.where(AuditEvent.subject == chosen.subject)
    if chosen.since is not None:
        statement = statement.where(AuditEvent.at >= chosen.since)
    if chosen.until is not None:
        statement = statement.where(AuditEvent.at < chosen.until)
    if cursor is not None:
        statement = statement.where(AuditEvent.sequence < _sequence(cursor))
    rows = list(session.scalars(statement.limit(limit + 1)))
    return page_of(rows, limit, [(str(row.sequence),) for row in rows])


def _sequence(cursor: str) -> int:
    text = str(read_cursor(cursor, 1)[0])
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise invalid(
            "cursor", "page.cursor", msg("The page cursor is not valid."),
            msg("Start again from the first page."),
        )  # fmt: skip
    return int(text)


def kept_end(text: str) -> Anchor | None:
    """An end that somebody kept, "number:hash"; None for an empty text. InvalidInput: `trail.end`."""
    if not text.strip():
        return None
    found = audit.read_anchor(text)
    if found is None:
        raise invalid(
            "end", "trail.end", msg("This is not the end of an audit trail."),
            msg("Write it as number:hash, as the console shows it after a check."),
        )  # fmt: skip
    return found


def check_trail(session: Session, actor: Actor, clock: Clock, known: Anchor | None = None) -> TrailCheck:
    """Walk the whole chain and write down that it was done, with the result.

    Args:
        known: an end that was kept elsewhere, for instance from the last check.

    Raises:
        PermissionDenied: may not audit.
    """
    check_row(session, actor, "interview", "audit")
    end, problem = audit.anchor(session), audit.verify(session, known)
    detail = {"sequence": end.sequence, "hash": end.hash, "problem": problem.kind if problem else None}
    audit.record(session, actor.id, "audit.check", f"audit_event:{end.sequence}", detail, clock)
    return TrailCheck(end, problem)


def export_trail(session: Session, actor: Actor, clock: Clock) -> Iterator[str]:
    """The whole trail as JSON, one event a line, for `audit.verify_exported`. Writes down that it was taken.

    Raises:
        PermissionDenied: may not audit; at once, not at the first line.
    """
    check_row(session, actor, "interview", "audit")
    end = audit.anchor(session)
    audit.record(session, actor.id, "audit.export", f"audit_event:{end.sequence}", {"sequence": end.sequence}, clock)
    return audit.exported(session)


def confirm_clock(session: Session, actor: Actor, seen: datetime, clock: Clock) -> None:
    """A person confirms the time that they were shown: deletions by date continue.

    Args:
        seen: the time that the page showed. The request may have reached another server, or hours later: then nobody
            has looked at the time that would be believed now.

    Raises:
        PermissionDenied: may not manage the installation.
        ConflictError: `clock.other_time`, this server's time is another one.
    """
    check_group(session, actor, "public", "manage")
    now = clock.now()
    if abs(now - seen) > clock_guard.APART:
        raise ConflictError(
            "clock.other_time",
            msg("The time you confirmed is not this server's current time."),
            msg("Reload the operations page, check the time again and confirm it within five minutes."),
        )
    clock_guard.trust(session, now)
    clock_guard.forget_doubts(session)
    audit.record(session, actor.id, "audit.clock", "clock:1", {}, clock)
