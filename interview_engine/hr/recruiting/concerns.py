"""Which open pages a row of recruiting changes: those of its job, the ranked list before all others (J5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.hr.recruiting.tables import (
    Answer,
    Application,
    Assessment,
    HumanReview,
    Invitation,
    Offer,
    Posting,
)

Concerns = Callable[[Session, Sequence[str]], Mapping[str, set[str]]]


def _of(rows: Select[str, str, str], key: InstrumentedAttribute[str]) -> Concerns:
    def concerned(session: Session, ids: Sequence[str]) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for row_id, application_id, requisition_id in session.execute(rows.where(key.in_(ids))).tuples():
            found.setdefault(row_id, set()).update((f"requisition:{requisition_id}", f"application:{application_id}"))
        return found

    return concerned


def _of_posting(session: Session, ids: Sequence[str]) -> Mapping[str, set[str]]:
    rows = select(Posting.id, Posting.requisition_id).where(Posting.id.in_(ids))
    return {row_id: {f"requisition:{requisition_id}"} for row_id, requisition_id in session.execute(rows).tuples()}


def _by_application(table: Any) -> Concerns:
    joined = select(table.id, Application.id, Application.requisition_id)
    return _of(joined.join(Application, Application.id == table.application_id), table.id)


_invited = select(Invitation.id, Application.id, Application.requisition_id).join(
    Application, Application.id == Invitation.application_id
)
_answered = (
    select(Answer.id, Application.id, Application.requisition_id)
    .join(Invitation, Invitation.id == Answer.invitation_id)
    .join(Application, Application.id == Invitation.application_id)
)
CONCERNS: Mapping[str, Concerns] = {
    "application": _of(select(Application.id, Application.id, Application.requisition_id), Application.id),
    "answer": _of(_answered, Answer.id),
    "assessment": _by_application(Assessment),
    "invitation": _of(_invited, Invitation.id),
    "offer": _by_application(Offer),
    "posting": _of_posting,
    "review": _by_application(HumanReview),
}
"""By the first part of an event's subject."""
