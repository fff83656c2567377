"""What answers a request for approval, of a requisition and of an offer alike."""

from __future__ import annotations

from api.routes.frame import Out
from interview_engine.hr.approvals.service import Approval


class ApprovalStarted(Out):
    """The approval that was asked for."""

    approval_id: str
    state: str


def started(approval: Approval) -> ApprovalStarted:
    """The approval as the API answers it."""
    return ApprovalStarted(approval_id=approval.id, state=approval.state)
