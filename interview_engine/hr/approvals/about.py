"""What an approval is about, in words: for lists, cards and the inbox. The caller has checked who may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.area import Found
from interview_engine.hr.house import house
from interview_engine.hr.people.names import person_names
from interview_engine.i18n import Text


@dataclass(frozen=True, slots=True)
class About:
    """`word` is what its kind is called, `found` its subject, `asked_by` the name of who asked ("" when unknown)."""

    word: Text
    found: Found
    asked_by: str


def about_approvals(session: Session, approvals: Sequence[Approval]) -> Mapping[str, About]:
    """By the approval's id, in a few queries for any number."""
    found = house().find_subjects(session, [row.subject for row in approvals])
    kinds = house().request_kinds(session)
    accounts = names_of(session, {row.requested_by for row in approvals if row.requested_by})
    persons = person_names(session, {row.requested_by_person_id for row in approvals if row.requested_by_person_id})
    return {
        row.id: About(
            kinds[row.kind].word,
            found.get(row.subject, Found(row.subject, "")),
            accounts.get(row.requested_by or "") or persons.get(row.requested_by_person_id or "", ""),
        )
        for row in approvals
    }


def about_approval(session: Session, approval_id: str) -> About | None:
    """One of them; None when there is no such approval."""
    row = session.scalar(select(Approval).where(Approval.id == approval_id))
    return None if row is None else about_approvals(session, [row])[row.id]
