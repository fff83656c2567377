"""State transitions of recruiting and who may make them. Pure rules, no database.

```
requisition   draft → pending → approved → open ⇄ on_hold → filled      (cancelled from all but filled)
application   new → screening → invited → interviewing → review → offer → hired   (rejected, withdrawn beside)
invitation    sent → opened → consented → in_progress → submitted         (expired, revoked before that)
offer         draft → pending → approved → sent → accepted | declined | expired
```

No application is rejected, offered or hired but by a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, get_args

Stage = Literal[
    "new", "screening", "invited", "interviewing", "review", "offer", "hired", "rejected", "withdrawn", "not_started"
]
STAGES: tuple[Stage, ...] = get_args(Stage)

RequisitionState = Literal["draft", "pending", "approved", "open", "on_hold", "filled", "cancelled"]
REQUISITION_STATES: tuple[RequisitionState, ...] = get_args(RequisitionState)

EmploymentType = Literal["full_time", "part_time", "internship", "fixed_term", "labour_service"]
EMPLOYMENT_TYPES: tuple[EmploymentType, ...] = get_args(EmploymentType)

InvitationState = Literal["sent", "opened", "consented", "in_progress", "submitted", "expired", "revoked"]
INVITATION_STATES: tuple[InvitationState, ...] = get_args(InvitationState)

OfferState = Literal["draft", "pending", "approved", "sent", "accepted", "declined", "expired"]
OFFER_STATES: tuple[OfferState, ...] = get_args(OfferState)

Mover = Literal["person", "candidate", "system"]
Decision = Literal["advance", "hold", "reject"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
"""What a person decides after an interview: on to an offer, not yet, or no."""

_PEOPLE: frozenset[Mover] = frozenset({"person"})
_CANDIDATE: frozenset[Mover] = frozenset({"candidate", "person"})
_ANYBODY: frozenset[Mover] = frozenset({"person", "candidate", "system"})
_WORK: frozenset[Mover] = frozenset({"person", "system"})

STAGE_MOVES: Mapping[tuple[Stage, Stage], frozenset[Mover]] = MappingProxyType(
    {
        ("new", "screening"): _WORK,
        ("new", "invited"): _WORK,
        ("new", "review"): _PEOPLE,
        ("screening", "invited"): _WORK,
        ("screening", "review"): _PEOPLE,
        ("invited", "screening"): _WORK,
        ("invited", "interviewing"): _ANYBODY,
        ("invited", "review"): _PEOPLE,
        ("interviewing", "review"): _ANYBODY,
        ("interviewing", "screening"): _WORK,
        ("review", "invited"): _PEOPLE,
        ("review", "screening"): _PEOPLE,
        ("review", "offer"): _PEOPLE,
        ("offer", "review"): _CANDIDATE,
        ("offer", "hired"): _PEOPLE,
        ("hired", "not_started"): _PEOPLE,
        ("not_started", "hired"): _PEOPLE,
        ("rejected", "screening"): _PEOPLE,
        ("rejected", "review"): _PEOPLE,
        ("withdrawn", "new"): _CANDIDATE,
        **{
            (stage, "rejected"): _PEOPLE for stage in ("new", "screening", "invited", "interviewing", "review", "offer")
        },
        **{
            (stage, "withdrawn"): _ANYBODY
            for stage in ("new", "screening", "invited", "interviewing", "review", "offer", "rejected")
        },
    }
)
"""Every move of an application, and who may make it. "system" withdraws only where a person was erased."""

REASON_NEEDED: frozenset[tuple[Stage | None, Stage]] = frozenset(
    {(None, "rejected"), ("rejected", "screening"), ("rejected", "review"), ("review", "screening")}
)
"""Moves that a person must give a reason for; None stands for every stage."""

OPEN_STAGES: tuple[Stage, ...] = ("new", "screening", "invited", "interviewing", "review", "offer")
"""Where an application is still going on."""

REQUISITION_MOVES: Mapping[RequisitionState, frozenset[RequisitionState]] = MappingProxyType(
    {
        "draft": frozenset({"pending", "cancelled"}),
        "pending": frozenset({"draft", "approved", "cancelled"}),
        "approved": frozenset({"draft", "open", "cancelled"}),
        "open": frozenset({"on_hold", "filled", "cancelled"}),
        "on_hold": frozenset({"open", "filled", "cancelled"}),
        "filled": frozenset({"open"}),
        "cancelled": frozenset(),
    }
)

TAKE_BACK = timedelta(days=1)
"""How long what closes links can be undone: a job paused, filled or cancelled, candidates moved together."""

BulkKind = Literal["reject", "offer", "review", "screening", "message"]
BULK_KINDS: tuple[BulkKind, ...] = get_args(BulkKind)
BULK_STAGES: Mapping[BulkKind, Stage] = MappingProxyType(
    {"reject": "rejected", "offer": "offer", "review": "review", "screening": "screening"}
)
"""Where an action on several applications moves them; a message moves nobody."""
MOST_AT_ONCE = 200
"""Applications that one action takes: four pages of a list."""
MESSAGE_GRACE = timedelta(minutes=10)
"""How long a message to several candidates waits before it goes out, so that it can be stopped."""

INVITATION_MOVES: Mapping[InvitationState, frozenset[InvitationState]] = MappingProxyType(
    {
        "sent": frozenset({"opened", "expired", "revoked"}),
        "opened": frozenset({"consented", "expired", "revoked"}),
        "consented": frozenset({"in_progress", "submitted", "expired", "revoked"}),
        "in_progress": frozenset({"submitted", "expired", "revoked"}),
        "submitted": frozenset({"revoked"}),
        "expired": frozenset({"sent", "opened", "consented", "in_progress", "revoked"}),
        "revoked": frozenset(),
    }
)
"""An expired invitation that is extended goes back to where it was; a submitted one is revoked by withdrawal only."""

LIVE_INVITATION: tuple[InvitationState, ...] = ("sent", "opened", "consented", "in_progress")

OFFER_MOVES: Mapping[OfferState, frozenset[OfferState]] = MappingProxyType(
    {
        "draft": frozenset({"pending", "sent", "expired"}),
        "pending": frozenset({"draft", "approved"}),
        "approved": frozenset({"sent", "draft", "expired"}),
        "sent": frozenset({"accepted", "declined", "expired"}),
        "accepted": frozenset({"declined"}),
        "declined": frozenset(),
        "expired": frozenset(),
    }
)


def may_move(from_stage: Stage, to_stage: Stage, by: Mover) -> bool:
    """Whether an actor of this kind may move an application from one stage to another."""
    return by in STAGE_MOVES.get((from_stage, to_stage), frozenset())


def needs_reason(from_stage: Stage, to_stage: Stage) -> bool:
    """Whether a person must say why."""
    return (None, to_stage) in REASON_NEEDED or (from_stage, to_stage) in REASON_NEEDED


def next_stages(from_stage: Stage, by: Mover) -> tuple[Stage, ...]:
    """The stages an application may move to, in pipeline order."""
    return tuple(stage for stage in STAGES if may_move(from_stage, stage, by))


def mover(actor_id: str) -> Mover:
    """The kind of actor behind an id that rows keep: "account:…", "system", else a candidate."""
    if actor_id.startswith("account:"):
        return "person"
    return "system" if actor_id == "system" else "candidate"
