"""The words for states and kinds of recruiting that services name by codes; values are msgids."""

from __future__ import annotations

from collections.abc import Mapping

from interview_engine.hr.recruiting.words import REQUISITION_STATES
from interview_engine.i18n import mark

STAGES: dict[str, str] = {
    "new": mark("New"),
    "screening": mark("Screening"),
    "invited": mark("Invited"),
    "interviewing": mark("Interviewing"),
    "review": mark("To decide"),
    "offer": mark("Offer"),
    "hired": mark("Hired"),
    "rejected": mark("Rejected"),
    "withdrawn": mark("Withdrawn"),
    "not_started": mark("Did not start"),
}

INVITATION_STATES: dict[str, str] = {
    "sent": mark("Link sent"),
    "opened": mark("Link opened"),
    "consented": mark("Agreed to the terms"),
    "in_progress": mark("Answering"),
    "submitted": mark("Submitted"),
    "expired": mark("Expired"),
    "revoked": mark("Revoked"),
}

OFFER_STATES: dict[str, str] = {
    "draft": mark("Draft"),
    "pending": mark("Waiting for approval"),
    "approved": mark("Approved"),
    "sent": mark("Sent"),
    "accepted": mark("Accepted"),
    "declined": mark("Declined"),
    "expired": mark("Expired"),
}

DECISIONS: dict[str, str] = {
    "advance": mark("Proceed to an offer"),
    "hold": mark("Not yet: keep in review"),
    "reject": mark("Reject"),
    "taken_back": mark("The decision was undone"),
}

BULK: dict[str, str] = {
    "reject": mark("Reject"),
    "offer": mark("Proceed to an offer"),
    "review": mark("Move to: to decide"),
    "screening": mark("Move to screening"),
    "message": mark("Write to them"),
    "invite": mark("Invite to the interview"),
}
"""What can be done to several candidates at once."""

REQUIREMENT_KINDS: dict[str, str] = {
    "degree": mark("Degree"),
    "experience": mark("Experience"),
    "certificate": mark("Certificate"),
    "language": mark("Language (requirement)"),
    "skill": mark("Skill"),
    "duty": mark("Duty"),
}

SECTION_WORDS: dict[str, str] = {
    "cannot_assess": mark("Cannot be assessed"),
    "needs_review": mark("Please review"),
    "ranked": mark("Ranked"),
}

EVENT_KINDS: dict[str, str] = {
    "applied": mark("Applied"),
    "applied_again": mark("Applied again"),
    "stage": mark("Stage changed"),
    "invitation_revoked": mark("Invitation revoked"),
    "invitation_extended": mark("Invitation extended"),
    "invitation_expired": mark("Invitation expired"),
    "device_moved": mark("Another device allowed"),
    "submitted": mark("Interview submitted"),
    "assessed": mark("Assessed"),
    "decision": mark("A person decided"),
    "override": mark("Score set by a person"),
    "rerating_requested": mark("Candidate requested a human re-rating"),
    "rerated": mark("Re-rated by a person"),
    "offer_sent": mark("Offer sent"),
    "offer_accepted": mark("Offer accepted"),
    "offer_declined": mark("Offer declined"),
    "offer_cancelled": mark("Offer withdrawn"),
    "hired": mark("Hired"),
    "not_started": mark("Did not start"),
    "started_after_all": mark("Came after all"),
    "withdrawn": mark("Withdrawn"),
    "evidence_withdrawn": mark("Interview evidence removed"),
    "note": mark("Note"),
    "undone": mark("Undone"),
    "message": mark("Message to the candidate"),
    "message_stopped": mark("Message stopped before it was sent"),
}
"""What an event of an application's history is called."""

CHANNELS: tuple[str, ...] = (
    "公众号",
    "企业微信",
    "Boss直聘",
    "智联招聘",
    "前程无忧",
    "猎聘",
    "LinkedIn",
    "内推",
    "校园招聘",
    "官网",
)
"""Offered when a posting is made; any other name can be typed. Names of channels are not translated."""

ALL: tuple[Mapping[str, str], ...] = (
    STAGES,
    REQUISITION_STATES,
    INVITATION_STATES,
    OFFER_STATES,
    DECISIONS,
    BULK,
    REQUIREMENT_KINDS,
    SECTION_WORDS,
    EVENT_KINDS,
)
