"""Whose open pages an approval changes: of everybody who decides in it, of who asked, and of whom it is about (J5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.approvals.tables import Approval, ApprovalStep


def concerned(session: Session, ids: Sequence[str]) -> Mapping[str, set[str]]:
    """By approval, keys of accounts and persons."""
    found: dict[str, set[str]] = {row_id: set() for row_id in ids}
    rows = select(
        Approval.id, Approval.requested_by, Approval.requested_by_person_id, Approval.person_id, Approval.subject
    ).where(Approval.id.in_(ids))
    for row_id, account_id, asker_id, person_id, subject in session.execute(rows).tuples():
        found[row_id] |= {f"person:{one}" for one in (asker_id, person_id) if one is not None}
        found[row_id] |= {subject} | ({f"account:{account_id}"} if account_id is not None else set())
    steps = select(ApprovalStep.approval_id, ApprovalStep.account_id, ApprovalStep.delegated_from)
    for row_id, account_id, before in session.execute(steps.where(ApprovalStep.approval_id.in_(ids))).tuples():
        found[row_id] |= {f"account:{one}" for one in (account_id, before) if one is not None}
    return found
