"""Approvals under way: who must decide, in which order, and what a decision makes of the whole. One engine for all.

Steps and approvers come from the flow (`flows.py`). The step after opens when one is approved. Nobody approves what
they asked for themselves, except where nobody else could (a company of one administrator), which the record shows.

An approver reaches the place of what is asked for: chosen are only those who may read there, and the same is asked
again when they are told and when they decide. A part may be handed to a colleague of the same company who reads less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.access.service import reaches_group, visible
from interview_engine.hr.accounts.service import active_accounts, actors
from interview_engine.hr.approvals.absence import substitutes_of
from interview_engine.hr.approvals.conditions import applies
from interview_engine.hr.approvals.flows import DEFAULT_STEPS, MANAGERS, approvers_of, check_place, flow_of, reaches
from interview_engine.hr.approvals.tables import Approval, ApprovalFlow, ApprovalStep
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import settle_told, tell_account
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

Verdict = Literal["pending", "approved", "rejected"]
Decision = Literal["approve", "reject"]


@dataclass(frozen=True, slots=True)
class PendingApproval:
    """What waits for one approver."""

    approval: Approval
    step: ApprovalStep


def verdict(rule: str, decisions: Sequence[str | None], from_above: str | None = None) -> Verdict:
    """What the decisions of one step make of it. Pure.

    Args:
        rule: "any" or "all".
        decisions: of each approver: "approve", "reject" or None.
        from_above: of a head to whom the step was handed because it waited too long: it stands for all who have not
            decided.
    """
    if from_above is not None and "reject" not in decisions:
        return "approved" if from_above == "approve" else "rejected"
    if rule == "any":
        given = [decision for decision in decisions if decision is not None]
        if not given:
            return "pending"
        return "approved" if given[0] == "approve" else "rejected"
    if "reject" in decisions:
        return "rejected"
    return "approved" if decisions and all(decision == "approve" for decision in decisions) else "pending"


def start(session: Session, actor: Actor, kind: str, subject: str, department_id: str | None, clock: Clock) -> Approval:
    """Ask for approval of `subject` ("requisition:id"). The approvers of the first step are told.

    Raises:
        ConflictError: `approval.pending` (asked already), `approval.nobody` (no active account could approve).
        PermissionDenied: only accounts can ask. ValueError: no area hands over that kind of request.
    """
    if kind not in house().requests:
        raise ValueError(f"no area hands over requests of the kind {kind!r}")
    if actor.account_id is None:
        raise _not_yours()
    there = select(Approval).where(Approval.subject == subject, Approval.kind == kind, Approval.state == "pending")
    if session.scalars(there.limit(1)).one_or_none() is not None:
        raise conflict("approval.pending", msg("An approval is already under way."))
    flow = flow_of(session, kind, department_id)
    approval = Approval(
        **stamp(actor.id, clock),
        kind=kind,
        subject=subject,
        department_id=department_id,
        requested_by=actor.account_id,
        state="pending",
        step=0,
        expires_at=_expiry(flow, clock),
    )
    session.add(approval)
    session.flush()
    for place, step in enumerate(steps_for(session, kind, subject, flow)):
        approvers = approvers_of(session, step["approvers"], department_id, actor.account_id, clock)
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
    _open_step(session, approval, clock)
    return approval


def record_decision(
    session: Session, actor: Actor, approval_id: str, decision: Decision, comment: str, clock: Clock
) -> Approval:
    """Write one approver's decision and advance the approval. Its effects are `service.decide`'s part.

    Deciding the same again changes nothing.

    Raises:
        NotFoundError, ConflictError: `approval.decided`. PermissionDenied: not an approver of the open step, or one
            who does not reach its subject (any more).
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
    if not any(_may_take(session, actor, row, approval) for row in mine):
        raise _not_yours()
    if approval.state != "pending":
        raise conflict("approval.decided", msg("The approval is already decided."))
    own = next((row for row in mine if row.step == approval.step), None)
    if own is None or not _may_take(session, actor, own, approval):
        raise _not_yours()
    if own.decision is not None:
        raise conflict("approval.given", msg("You have already decided."))
    if decision == "reject" and not comment.strip():
        raise invalid("comment", "approval.comment", msg("Enter the reason for rejecting."), msg("Enter a reason."))
    own.decision = decision
    own.comment = comment.strip()[:2000]
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
    """Take back one's own request while it is pending. Effects are `service.withdraw`'s part."""
    approval = find(session, Approval, approval_id, lock=True)
    if approval is None:
        raise missing("approval", msg("approval"))
    if approval.requested_by != actor.account_id:
        raise _not_yours()
    if approval.state != "pending":
        raise conflict("approval.decided", msg("The approval is already decided."))
    _close(session, approval, "withdrawn", actor, clock)
    settle_told(session, f"approval.pending:{approval.id}:", clock)
    return approval


def delegate(session: Session, actor: Actor, approval_id: str, to_account_id: str, clock: Clock) -> ApprovalStep:
    """Hand one's own part in the open step to a colleague, who then decides instead.

    Raises:
        ConflictError: decided already, or the colleague takes part already, asked for it, or is of another company.
        NotFoundError: account.
    """
    approval = find(session, Approval, approval_id, lock=True)
    if approval is None:
        raise missing("approval", msg("approval"))
    rows = session.scalars(
        select(ApprovalStep).where(ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step)
    ).all()
    own = next((row for row in rows if row.account_id == actor.account_id), None)
    if own is None or not _may_take(session, actor, own, approval):
        raise _not_yours()
    if approval.state != "pending" or own.decision is not None:
        raise conflict("approval.decided", msg("The approval is already decided."))
    if not active_accounts(session, ids=(to_account_id,)):
        raise missing("account", msg("account"))
    takes_part = to_account_id == approval.requested_by or any(row.account_id == to_account_id for row in rows)
    (colleague,) = actors(session, (to_account_id,), clock)
    there = reaches(session, colleague, approval.department_id) or _same_company(session, colleague, approval)
    if takes_part or not there:
        raise conflict("approval.delegate", msg("It cannot be delegated to that colleague."))
    settle_told(session, f"approval.pending:{approval.id}:{own.step}:", clock, account_id=own.account_id)
    _hand_on(session, approval, own, to_account_id, actor.id, clock)
    tell_approvers(session, approval, clock)
    return own


def hand_over_absent(session: Session, approval: Approval, clock: Clock) -> bool:
    """Give the open step's parts of those who are away to their substitutes; whether any changed hands.

    A substitute takes no part that they could not be delegated: they asked for it, take part already, or may not read
    there and are of another company.
    """
    rows = _open_parts(session, approval)
    instead = substitutes_of(session, [row.account_id for row in rows], clock)
    changed = False
    for row in rows:
        to = instead.get(row.account_id)
        if to is None or to == approval.requested_by or any(one.account_id == to for one in rows):
            continue
        (colleague,) = actors(session, (to,), clock)
        if reaches(session, colleague, approval.department_id) or _same_company(session, colleague, approval):
            _hand_on(session, approval, row, to, SYSTEM.id, clock)
            changed = True
    return changed


def escalate(session: Session, approval: Approval, clock: Clock) -> bool:
    """Hand the open step to the next head above who has no part in it, else to the administrators; whether to anybody.

    The approvers keep their parts; they are told once more. It happens once a step.
    """
    approval.escalate_at = None
    rows = session.scalars(
        select(ApprovalStep).where(ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step)
    ).all()
    taken = {row.account_id for row in rows} | {row.delegated_from for row in rows} | {approval.requested_by}
    above = next(
        (
            one
            for name in (*MANAGERS, "role:administrator")
            if (one := set(approvers_of(session, [name], approval.department_id, approval.requested_by, clock)) - taken)
        ),
        None,
    )
    if above is None:
        return False
    for account_id in sorted(above):
        session.add(
            ApprovalStep(
                **stamp(SYSTEM.id, clock),
                approval_id=approval.id,
                step=approval.step,
                rule=rows[0].rule,
                account_id=account_id,
                escalated=True,
            )
        )
    detail = {"step": approval.step, "to": sorted(above)}
    audit.record(session, SYSTEM.id, "approval.escalate", f"approval:{approval.id}", detail, clock)
    tell_approvers(session, approval, clock)
    return True


def expire(session: Session, approval: Approval, clock: Clock) -> None:
    """End a request that nobody decided in time. Effects are `chores`' part."""
    _close(session, approval, "expired", SYSTEM, clock)


def pending_for(session: Session, actor: Actor) -> tuple[PendingApproval, ...]:
    """What waits for this account now, oldest first."""
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
            _within(session, actor),
        )
        .order_by(Approval.id)
    )
    return tuple(PendingApproval(approval, step) for approval, step in rows.tuples())


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
    if actor.account_id != approval.requested_by and not any(_may_take(session, actor, row, approval) for row in own):
        check_place(session, actor, "decide", approval.department_id)
    return rows


def of_subject(session: Session, kind: str, subject: str) -> Approval | None:
    """The latest approval of a thing, or None."""
    return session.scalars(
        select(Approval).where(Approval.kind == kind, Approval.subject == subject).order_by(Approval.id.desc()).limit(1)
    ).one_or_none()


def cancel_for(session: Session, actor: Actor, kind: str, subject: str, clock: Clock) -> None:
    """End a pending approval whose subject is no longer wanted."""
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
        _open_step(session, approval, clock)
        return
    _close(session, approval, outcome, actor, clock)


def steps_for(session: Session, kind: str, subject: str, flow: ApprovalFlow | None) -> list[Mapping[str, Any]]:
    """The steps that a request takes: those of the flow whose condition is true of it."""
    steps: Sequence[Mapping[str, Any]] = flow.steps if flow is not None else DEFAULT_STEPS
    facts_of = house().requests[kind].facts_of
    facts = facts_of(session, subject.partition(":")[2]) if facts_of is not None else {}
    return [step for step in steps if applies(step.get("when"), facts)]


def _expiry(flow: ApprovalFlow | None, clock: Clock) -> datetime | None:
    if flow is None or flow.expires_after_days is None:
        return None
    return clock.now() + timedelta(days=flow.expires_after_days)


def _open_parts(session: Session, approval: Approval) -> Sequence[ApprovalStep]:
    """The parts of the open step that are not decided."""
    session.flush()
    return session.scalars(
        select(ApprovalStep).where(
            ApprovalStep.approval_id == approval.id,
            ApprovalStep.step == approval.step,
            ApprovalStep.decision.is_(None),
        )
    ).all()


def _open_step(session: Session, approval: Approval, clock: Clock) -> None:
    """The step's time begins; who is away is stood in for, and who decides is told."""
    now = clock.now()
    approval.step_opened_at = now
    hours = next((row.escalate_after_h for row in _open_parts(session, approval) if row.escalate_after_h), None)
    approval.escalate_at = None if hours is None else now + timedelta(hours=hours)
    hand_over_absent(session, approval, clock)
    tell_approvers(session, approval, clock)


def _hand_on(
    session: Session, approval: Approval, part: ApprovalStep, to_account_id: str, actor_id: str, clock: Clock
) -> None:
    part.delegated_from = part.account_id
    part.account_id = to_account_id
    touch(part, actor_id, clock)
    detail = {"to": to_account_id, "step": part.step}
    audit.record(session, actor_id, "approval.delegate", f"approval:{approval.id}", detail, clock)


def _close(session: Session, approval: Approval, state: str, actor: Actor, clock: Clock) -> None:
    approval.state = state
    approval.decided_at = clock.now()
    approval.escalate_at = approval.expires_at = None
    touch(approval, actor.id, clock)
    detail = {"subject": approval.subject, "state": state}
    audit.record(session, actor.id, "approval.close", f"approval:{approval.id}", detail, clock)
    payload = {"approval": approval.id, "kind": approval.kind, "subject": approval.subject, "state": state}
    tell_account(session, approval.requested_by, f"approval.decided:{approval.id}", "approval.decided", payload, clock)


def tell_approvers(session: Session, approval: Approval, clock: Clock) -> None:
    """Tell those whose part of the open step waits for them, each once a step."""
    rows = _open_parts(session, approval)
    there = {one.account_id: one for one in actors(session, (row.account_id for row in rows), clock)}
    for row in rows:
        approver = there.get(row.account_id)
        if approver is None or not _may_take(session, approver, row, approval):
            continue
        key = f"approval.pending:{approval.id}:{row.step}:{row.account_id}"
        payload = {"approval": approval.id, "kind": approval.kind, "subject": approval.subject}
        tell_account(session, row.account_id, key, "approval.pending", payload, clock)


def _may_take(session: Session, actor: Actor, step: ApprovalStep, approval: Approval) -> bool:
    """Whether this part is still the account's: they may read there, or a colleague of their company handed it on."""
    handed_on = step.delegated_from is not None and _same_company(session, actor, approval)
    return handed_on or reaches(session, actor, approval.department_id)


def _same_company(session: Session, actor: Actor, approval: Approval) -> bool:
    return approval.department_id is not None and bool(
        session.scalar(select(literal(1)).where(literal(approval.department_id).in_(_company_of(actor))))
    )


def _company_of(actor: Actor) -> Select[str]:
    """Every department of the company that the actor works in."""
    own = aliased(Department)
    company = select(own.legal_entity_id).join(Person, Person.department_id == own.id)
    return select(Department.id).where(
        Department.legal_entity_id.in_(company.where(Person.id == (actor.person_id or "")))
    )


def _within(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The condition that `_may_take` is, for a list."""
    whole = replace(actor, token_scopes=None)
    there = or_(
        visible(whole, "public", "read", department=Approval.department_id),
        and_(ApprovalStep.delegated_from.is_not(None), Approval.department_id.in_(_company_of(actor))),
    )
    return or_(Approval.department_id.is_(None), there) if reaches_group(session, whole, "public", "read") else there


def _not_yours() -> PermissionDenied:
    return PermissionDenied(
        "access.denied",
        msg("You are not an approver of this request."),
        msg("Ask the requester or an administrator."),
    )
