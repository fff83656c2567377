"""The words for states and kinds that services name by codes; values are msgids of locale/zh/console.po."""

from __future__ import annotations

STAGES: dict[str, str] = {
    "new": "New",
    "screening": "Screening",
    "invited": "Invited",
    "interviewing": "Interviewing",
    "review": "To decide",
    "offer": "Offer",
    "hired": "Hired",
    "rejected": "Rejected",
    "withdrawn": "Withdrawn",
}

REQUISITION_STATES: dict[str, str] = {
    "draft": "Draft",
    "pending": "Waiting for approval",
    "approved": "Approved",
    "open": "Open",
    "on_hold": "On hold",
    "filled": "Filled",
    "cancelled": "Cancelled",
}

INVITATION_STATES: dict[str, str] = {
    "sent": "Link sent",
    "opened": "Link opened",
    "consented": "Agreed to the terms",
    "in_progress": "Answering",
    "submitted": "Submitted",
    "expired": "Expired",
    "revoked": "Taken back",
}

OFFER_STATES: dict[str, str] = {
    "draft": "Draft",
    "pending": "Waiting for approval",
    "approved": "Approved",
    "sent": "Sent",
    "accepted": "Accepted",
    "declined": "Declined",
    "expired": "Expired",
}

DECISIONS: dict[str, str] = {
    "advance": "On to an offer",
    "hold": "Not yet: keep in review",
    "reject": "Reject",
}

REQUIREMENT_KINDS: dict[str, str] = {
    "degree": "Degree",
    "experience": "Experience",
    "certificate": "Certificate",
    "language": "Language (requirement)",
    "skill": "Skill",
    "duty": "Duty",
}

COMPETENCY_KINDS: dict[str, str] = {"general": "General", "professional": "Professional", "role": "Role"}

SECTION_WORDS: dict[str, str] = {
    "cannot_assess": "Cannot be assessed",
    "needs_review": "Please review",
    "ranked": "Ranked",
}

VERSION_STATES: dict[str, str] = {"draft": "Draft", "published": "Published", "retired": "Retired"}

SOURCES: dict[str, str] = {
    "interview": "Interview",
    "survey": "Survey",
    "training": "Training",
    "appraisal": "Appraisal",
    "kudos": "Kudos",
}

EVENT_KINDS: dict[str, str] = {
    "applied": "Applied",
    "applied_again": "Applied again",
    "stage": "Stage changed",
    "invitation_revoked": "Invitation taken back",
    "invitation_extended": "Invitation extended",
    "invitation_expired": "Invitation expired",
    "device_moved": "Another device allowed",
    "submitted": "Interview submitted",
    "assessed": "Assessed",
    "decision": "A person decided",
    "override": "Score set by a person",
    "rerating_requested": "Candidate asked for a person to rate again",
    "rerated": "Rated again by a person",
    "offer_sent": "Offer sent",
    "offer_accepted": "Offer accepted",
    "offer_declined": "Offer declined",
    "offer_cancelled": "Offer taken back",
    "hired": "Hired",
    "withdrawn": "Withdrawn",
    "evidence_withdrawn": "Interview evidence removed",
    "note": "Note",
}
"""What an event of an application's history is called."""

ACTORS: dict[str, str] = {
    "system": "the system",
    "candidate": "a candidate",
    "person": "a person by a link",
    "anonymous": "nobody signed in",
    "account": "Account",
}
"""Who acted where no account did, by the beginning of the actor's id."""

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

ALL: tuple[dict[str, str], ...] = (
    STAGES,
    REQUISITION_STATES,
    INVITATION_STATES,
    OFFER_STATES,
    DECISIONS,
    REQUIREMENT_KINDS,
    COMPETENCY_KINDS,
    SECTION_WORDS,
    VERSION_STATES,
    SOURCES,
    EVENT_KINDS,
    ACTORS,
)
