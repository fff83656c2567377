"""The audit trail as its readers see it: found by actor, action or subject, latest first."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.tables import AuditEvent


def list_events(
    session: Session,
    actor: Actor,
    *,
    subject: str | None = None,
    action: str | None = None,
    by: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditEvent]:
    """Events, latest first.

    Args:
        subject: "application:id". action: "report.read". by: the actor's id, "account:id". Each exactly as written.

    Raises:
        PermissionDenied: may not audit. InvalidInput: the cursor.
    """
    check_row(session, actor, "interview", "audit")
    limit = clamp(limit)
    statement = select(AuditEvent).order_by(AuditEvent.sequence.desc())
    for column, wanted in ((AuditEvent.subject, subject), (AuditEvent.action, action), (AuditEvent.actor, by)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if cursor is not None:
        last = str(read_cursor(cursor, 1)[0])
        statement = statement.where(AuditEvent.sequence < (int(last) if last.isdecimal() and len(last) < 19 else 0))
    rows = session.scalars(statement.limit(limit + 1)).all()
    return page_of(rows, limit, [(str(row.sequence),) for row in rows])
