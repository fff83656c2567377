"""Approval requests: started, decided, ended. One engine for every kind.

Steps and approvers come from the flow (`flows.py`). The step after opens when one is approved. Nobody approves what
they asked for themselves, except where nobody else could (a company of one administrator), which the record shows.
Who holds a part of the open step is in `parts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.accounts.service import account_of_person
from interview_engine.hr.approvals.conditions import applies
from interview_engine.hr.approvals.flows import DEFAULT_STEPS, approvers_of, check_place, flow_of, requester
from interview_engine.hr.approvals.parts import check_use, may_take, may_use, not_yours, open_step, within
from interview_engine.hr.approvals.rights import with_right
from interview_engine.hr.approvals.tables import Approval, ApprovalFlow, ApprovalStep
from interview_engine.hr.approvals.verdict import Decision, verdict
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import settle_told, tell_account
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


@dataclass(frozen=True, slots=True)
class PendingApproval:
    """An undecided part of an approver, with its approval."""

    approval: Approval
    step: ApprovalStep


def start(
    session: Session,
    actor: Actor,
    kind: str,
    subject: str,
    department_id: str | None,
    clock: Clock,
    *,
    about: str | None = None,
) -> Approval:
    """Ask for approval of `subject` ("requisition:id"). The approvers of the first step are told.

    Args:
        about: the person it is about; neither they nor who asks decide about it.

    Raises:
        ConflictError: `approval.pending` (asked already), `approval.nobody` (no active account could approve),
            `approval.nobody_may` (none that may see what it is about).
        PermissionDenied: only people can ask. ValueError: no area hands over that kind of request.
    """
    if house().request_kind(session, kind) is None:
        raise ValueError(f"no area hands over requests of the kind {kind!r}")
    if actor.account_id is None and actor.person_id is None:
        raise not_yours()
    there = select(Approval).where(Approval.subject == subject, Approval.kind == kind, Approval.state == "pending")
    if session.scalars(there.limit(1)).one_or_none() is not None:
        raise conflict("approval.pending", msg("An approval is already under way."))
    flow = flow_of(session, kind, department_id)
    asking = requester(session, actor.account_id, actor.person_id, about)
    approval = Approval(
        **stamp(actor.id, clock),
        kind=kind,
        subject=subject,
        department_id=department_id,
        requested_by=actor.account_id or _account(session, actor.person_id),
        requested_by_person_id=actor.person_id,
        person_id=about,
        state="pending",
        step=0,
        expires_at=_expiry(flow, clock),
    )
    session.add(approval)
    session.flush()
    chosen = [
        (step, approvers_of(session, step["approvers"], department_id, asking, clock))
        for step in steps_for(session, kind, subject, flow)
    ]
    for place, (step, approvers) in enumerate(with_right(session, kind, subject, about, chosen, asking, clock)):
        if not approvers:
            raise conflict(
                "approval.nobody",
                msg("Nobody can approve this request."),
                msg("Give the department a manager, or add an HR account."),
            )
        for account_id in approvers:
            session.add(
                ApprovalStep(
                    **stamp(actor.id, clock),
                    approval_id=approval.id,
                    step=place,
                    rule=step["rule"],
                    account_id=account_id,
                    escalate_after_h=step.get("escalate_after_h"),
                )
            )
    session.flush()
    audit.record(session, actor.id, "approval.start", f"approval:{approval.id}", {"subject": subject}, clock)
    open_step(session, approval, clock)
    return approval


def record_decision(
    session: Session, actor: Actor, approval_id: str, decision: Decision, comment: str, clock: Clock
) -> Approval:
    """Write one approver's decision and advance the approval. `take_effect` is the caller's part.

    Deciding the same again changes nothing.

    Raises:
        NotFoundError, ConflictError: `approval.decided`. PermissionDenied: not an approver of the open step, or one
            who does not reach its subject (any more); `approval.delegate_right`, see `parts.check_use`.
        InvalidInput: a rejection without a comment.
    """
    approval = find(session, Approval, approval_id, lock=True)
    if approval is None:
        raise missing("approval", msg("approval"))
    mine = session.scalars(
        select(ApprovalStep)
        .where(ApprovalStep.approval_id == approval.id, ApprovalStep.account_id == (actor.account_id or ""))
        .order_by(ApprovalStep.step)
    ).all()
    if not any(may_take(session, actor, row, approval) for row in mine):
        raise not_yours()
    if approval.state != "pending":
        raise conflict("approval.decided", msg("The approval is already decided."))
    own = next((row for row in mine if row.step == approval.step), None)
    if own is None or not may_take(session, actor, own, approval):
        raise not_yours()
    if own.decision is not None:
        raise conflict("approval.given", msg("You have already decided."))
    check_use(session, actor, own, approval, clock)
    if decision == "reject" and not comment.strip():
        raise invalid("comment", "approval.comment", msg("Enter the reason for rejecting."), msg("Enter a reason."))
    own.decision = decision
    own.comment = text_within(comment, "comment", msg("reason"), 2000, least=0)
    own.decided_at = clock.now()
    touch(own, actor.id, clock)
    detail = {"step": approval.step, "decision": decision}
    audit.record(session, actor.id, "approval.decide", f"approval:{approval.id}", detail, clock)
    step = approval.step
    _advance(session, approval, actor, clock)
    if approval.state != "pending" or approval.step != step:
        settle_told(session, f"approval.pending:{approval.id}:{step}:", clock)
    else:
        settle_told(session, f"approval.pending:{approval.id}:{step}:", clock, account_id=actor.account_id)
    return approval


def withdraw(session: Session, actor: Actor, approval_id: str, clock: Clock) -> Approval:
    """Withdraw a pending request that one asked for, or that is about oneself. `take_effect` is the caller's part."""
    approval = find(session, Approval, approval_id, lock=True)
    if approval is None:
        raise missing("approval", msg("approval"))
    if not _is_own(approval, actor):
        raise not_yours()
    if approval.state != "pending":
        raise conflict("approval.decided", msg("The approval is already decided."))
    _close(session, approval, "withdrawn", actor, clock)
    settle_told(session, f"approval.pending:{approval.id}:", clock)
    return approval


def take_effect(session: Session, actor: Actor, approval: Approval, clock: Clock) -> None:
    """Run the effect that the area gave for an ended approval (`hr.area.RequestKind.effect`), in the same
    transaction."""
    if approval.state != "pending":
        kind = house().request_kind(session, approval.kind)
        if kind is not None:
            kind.effect(session, actor, approval.subject, approval.state, clock)


def expire(session: Session, approval: Approval, clock: Clock) -> None:
    """Expire a request that nobody decided in time. `take_effect` is the caller's part."""
    _close(session, approval, "expired", SYSTEM, clock)


def pending_for(session: Session, actor: Actor, clock: Clock) -> tuple[PendingApproval, ...]:
    """The undecided parts of this account that it may decide now, oldest request first: not what was handed to it and
    opens too much, which goes back (`parts.hand_back`)."""
    if actor.account_id is None:
        return ()
    rows = session.execute(
        select(Approval, ApprovalStep)
        .join(ApprovalStep, ApprovalStep.approval_id == Approval.id)
        .where(
            Approval.state == "pending",
            ApprovalStep.step == Approval.step,
            ApprovalStep.account_id == actor.account_id,
            ApprovalStep.decision.is_(None),
            within(session, actor),
        )
        .order_by(Approval.id)
    )
    return tuple(
        PendingApproval(approval, step)
        for approval, step in rows.tuples()
        if may_use(session, actor, step, approval, clock)
    )


def steps_of(session: Session, actor: Actor, approval_id: str) -> tuple[ApprovalStep, ...]:
    """Every part of an approval in order, for those who asked, who decide, and who may decide there."""
    approval = find(session, Approval, approval_id)
    if approval is None:
        raise missing("approval", msg("approval"))
    rows = tuple(
        session.scalars(
            select(ApprovalStep)
            .where(ApprovalStep.approval_id == approval_id)
            .order_by(ApprovalStep.step, ApprovalStep.id)
        )
    )
    own = [row for row in rows if row.account_id == actor.account_id]
    if not _is_own(approval, actor) and not any(may_take(session, actor, row, approval) for row in own):
        check_place(session, actor, "decide", approval.department_id)
    return rows


def of_subject(session: Session, kind: str, subject: str, *, lock: bool = False) -> Approval | None:
    """The latest approval of a thing, or None; with `lock`, kept from others until the transaction ends."""
    latest = select(Approval).where(Approval.kind == kind, Approval.subject == subject).order_by(Approval.id.desc())
    row = session.scalars(latest.limit(1)).one_or_none()
    return find(session, Approval, row.id, lock=True) if lock and row is not None else row


def all_of_subject(session: Session, kind: str, subject: str) -> tuple[Approval, ...]:
    """Every approval of a thing, the first first. The caller has checked that the thing may be seen."""
    wanted = select(Approval).where(Approval.kind == kind, Approval.subject == subject)
    return tuple(session.scalars(wanted.order_by(Approval.id)))


def takes_part(session: Session, actor: Actor, kind: str, subject: str) -> bool:
    """Whether the account holds a part of an approval of a thing that is open to it: decided by it, or of the open
    step, while it still reaches the place."""
    rows = session.execute(
        select(Approval, ApprovalStep)
        .join(ApprovalStep, ApprovalStep.approval_id == Approval.id)
        .where(Approval.kind == kind, Approval.subject == subject, ApprovalStep.account_id == (actor.account_id or ""))
    ).tuples()
    return any(
        (step.decision is not None or (approval.state == "pending" and step.step == approval.step))
        and may_take(session, actor, step, approval)
        for approval, step in rows
    )


def cancel_for(session: Session, actor: Actor, kind: str, subject: str, clock: Clock) -> None:
    """Withdraw the pending approval of a subject that is no longer wanted."""
    approval = of_subject(session, kind, subject)
    if approval is not None and approval.state == "pending":
        _close(session, approval, "withdrawn", actor, clock)


def _advance(session: Session, approval: Approval, actor: Actor, clock: Clock) -> None:
    session.flush()
    rows = session.scalars(
        select(ApprovalStep)
        .where(ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step)
        .order_by(ApprovalStep.decided_at, ApprovalStep.id)
    ).all()
    from_above = next((row.decision for row in rows if row.escalated and row.decision is not None), None)
    outcome = verdict(rows[0].rule, [row.decision for row in rows if not row.escalated], from_above)
    if outcome == "pending":
        return
    more = select(ApprovalStep.id).where(
        ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step + 1
    )
    if outcome == "approved" and session.scalars(more.limit(1)).one_or_none() is not None:
        approval.step += 1
        touch(approval, actor.id, clock)
        open_step(session, approval, clock)
        return
    _close(session, approval, outcome, actor, clock)


def steps_for(session: Session, kind: str, subject: str, flow: ApprovalFlow | None) -> list[Mapping[str, Any]]:
    """The steps that a request takes: those of the flow whose condition is true of it."""
    steps: Sequence[Mapping[str, Any]] = flow.steps if flow is not None else DEFAULT_STEPS
    made = house().request_kind(session, kind)
    facts_of = None if made is None else made.facts_of
    facts = facts_of(session, subject.partition(":")[2]) if facts_of is not None else {}
    return [step for step in steps if applies(step.get("when"), facts)]


def _is_own(approval: Approval, actor: Actor) -> bool:
    """Whether the actor asked for it, or it is about them."""
    if actor.account_id is not None and approval.requested_by == actor.account_id:
        return True
    return actor.person_id is not None and actor.person_id in (approval.requested_by_person_id, approval.person_id)


def _account(session: Session, person_id: str | None) -> str | None:
    """The account of a person who asks outside the console, where they have one: the answer comes to its inbox too."""
    row = None if person_id is None else account_of_person(session, person_id)
    return None if row is None else row.id


def _expiry(flow: ApprovalFlow | None, clock: Clock) -> datetime | None:
    if flow is None or flow.expires_after_days is None:
        return None
    return clock.now() + timedelta(days=flow.expires_after_days)


def _close(session: Session, approval: Approval, state: str, actor: Actor, clock: Clock) -> None:
    approval.state = state
    approval.decided_at = clock.now()
    approval.escalate_at = approval.expires_at = None
    touch(approval, actor.id, clock)
    detail = {"subject": approval.subject, "state": state}
    audit.record(session, actor.id, "approval.close", f"approval:{approval.id}", detail, clock)
    payload = {"approval": approval.id, "kind": approval.kind, "subject": approval.subject, "state": state}
    if approval.requested_by is None:
        return  # the effect tells a person without an account
    tell_account(session, approval.requested_by, f"approval.decided:{approval.id}", "approval.decided", payload, clock)
