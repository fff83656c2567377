"""Parts of an approval's open step: who holds one, who may decide, who is notified, and how one is reassigned.

An approver reaches the place of what is asked for: chosen are only those who may read there, and the same is asked
again when they are told and when they decide. A part may be handed to a colleague of the same company who reads less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.access.service import reaches_group, visible
from interview_engine.hr.accounts.service import active_accounts, actors
from interview_engine.hr.approvals.absence import substitutes_of
from interview_engine.hr.approvals.flows import MANAGERS, Requester, approvers_of, reaches, requester
from interview_engine.hr.approvals.rights import decides_blind, keeping_right
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.hr.approvals.working_time import due
from interview_engine.hr.messaging.service import settle_told, tell_account
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch


def delegate(session: Session, actor: Actor, approval_id: str, to_account_id: str, clock: Clock) -> ApprovalStep:
    """Delegate one's own part of the open step to a colleague, who then decides instead.

    Raises:
        ConflictError: decided already, or the colleague takes part already, asked for it, or is of another company;
            `approval.delegate_right`, the step needs a right (to see pay, say) that the colleague does not have.
        NotFoundError: account.
    """
    approval = find(session, Approval, approval_id, lock=True)
    if approval is None:
        raise missing("approval", msg("approval"))
    rows = session.scalars(
        select(ApprovalStep).where(ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step)
    ).all()
    own = next((row for row in rows if row.account_id == actor.account_id), None)
    if own is None or not may_take(session, actor, own, approval):
        raise not_yours()
    if approval.state != "pending" or own.decision is not None:
        raise conflict("approval.decided", msg("The approval is already decided."))
    check_use(session, actor, own, approval, clock)
    if not active_accounts(session, ids=(to_account_id,)):
        raise missing("account", msg("account"))
    takes_part = to_account_id in requester_of(session, approval).accounts or any(
        row.account_id == to_account_id for row in rows
    )
    (colleague,) = actors(session, (to_account_id,), clock)
    there = reaches(session, colleague, approval.department_id)
    if reaches(session, actor, approval.department_id):  # what was only handed to oneself opens nothing to a third
        there = there or _same_company(session, colleague, approval)
    if takes_part or not there:
        raise conflict("approval.delegate", msg("It cannot be delegated to that colleague."))
    if not _keeps_right(session, approval, own, to_account_id, clock):
        raise conflict(
            "approval.delegate_right",
            msg("That colleague may not see what this step decides on, such as pay."),
            msg("Delegate it to a colleague who may, or decide it yourself."),
        )
    settle_told(session, f"approval.pending:{approval.id}:{own.step}:", clock, account_id=own.account_id)
    _hand_on(session, approval, own, to_account_id, actor.id, clock)
    tell_approvers(session, approval, clock)
    return own


def hand_back(session: Session, approval: Approval, clock: Clock) -> bool:
    """Return parts of the open step that were handed to somebody who may not use them (any more): to who handed them
    on, where they reach the place, else to the next head above; True when any changed."""
    rows = open_parts(session, approval)
    holders = {one.account_id: one for one in actors(session, (row.account_id for row in rows), clock)}
    changed = False
    for row in rows:
        actor = holders.get(row.account_id)
        if row.delegated_from is None or actor is None or may_use(session, actor, row, approval, clock):
            continue
        giver = next(iter(actors(session, (row.delegated_from,), clock)), None)
        back = giver is not None and reaches(session, giver, approval.department_id)
        taken = {one.account_id for one in rows} | {row.delegated_from}
        to = {row.delegated_from} if back else _next_above(session, approval, taken, clock)
        if to is None or any(one.account_id == min(to) for one in rows):
            continue
        settle_told(session, f"approval.pending:{approval.id}:{row.step}:", clock, account_id=row.account_id)
        _hand_on(session, approval, row, min(to), SYSTEM.id, clock)
        if back:
            row.delegated_from = None
        changed = True
    return changed


def hand_over_absent(session: Session, approval: Approval, clock: Clock) -> bool:
    """Reassign parts of the open step from absent approvers to their substitutes; True when any changed.

    A substitute takes no part that they could not be delegated: they asked for it, take part already, may not read
    there and are of another company, or lack a right that the step needs. Such a part stays where it is.
    """
    rows = open_parts(session, approval)
    instead = substitutes_of(session, [row.account_id for row in rows], clock)
    asking = requester_of(session, approval)
    changed = False
    for row in rows:
        to = instead.get(row.account_id)
        if to is None or to in asking.accounts or any(one.account_id == to for one in rows):
            continue
        (colleague,) = actors(session, (to,), clock)
        there = reaches(session, colleague, approval.department_id) or _same_company(session, colleague, approval)
        if there and _keeps_right(session, approval, row, to, clock):
            _hand_on(session, approval, row, to, SYSTEM.id, clock)
            changed = True
    return changed


def escalate(session: Session, approval: Approval, clock: Clock) -> bool:
    """Escalate the open step to the next head above who has no part in it, else to the administrators; False when there
    is nobody.

    The approvers keep their parts; they are told once more. It happens once a step.
    """
    approval.escalate_at = None
    rows = session.scalars(
        select(ApprovalStep).where(ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step)
    ).all()
    taken = {row.account_id for row in rows} | {row.delegated_from for row in rows}
    above = _next_above(session, approval, {one for one in taken if one is not None}, clock)
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


def hand_over_gone(session: Session, approval: Approval, clock: Clock) -> bool:
    """Hand parts of the open step whose account is closed (an approver who left) to the next head above who has no part
    in it, else to an administrator; True when any changed.

    Where somebody else of the step may decide alone, nothing has to be done.
    """
    rows = open_parts(session, approval)
    there = set(active_accounts(session, ids=[row.account_id for row in rows]))
    gone = [row for row in rows if row.account_id not in there]
    if not gone or (gone[0].rule == "any" and there):
        return False
    changed = False
    for row in gone:
        taken = {one.account_id for one in rows} | {one.delegated_from for one in rows}
        above = _next_above(session, approval, {one for one in taken if one is not None}, clock)
        if above is None:
            break
        _hand_on(session, approval, row, min(above), SYSTEM.id, clock)
        changed = True
    return changed


def requester_of(session: Session, approval: Approval) -> Requester:
    """Who asked for it and whom it is about."""
    return requester(session, approval.requested_by, approval.requested_by_person_id, approval.person_id)


def _next_above(session: Session, approval: Approval, taken: set[str], clock: Clock) -> set[str] | None:
    """The accounts of the nearest head above who is none of `taken`, else of the administrators; None: nobody."""
    asking = requester_of(session, approval)
    deciding = {row.account_id for row in open_parts(session, approval)}
    taken = taken | asking.accounts

    def keep(after: set[str]) -> set[str]:
        about = approval.person_id
        return (
            keeping_right(session, approval.kind, approval.subject, about, deciding, after, clock) if after else after
        )

    return next(
        (
            one
            for name in (*MANAGERS, "role:administrator")
            if (one := keep(set(approvers_of(session, [name], approval.department_id, asking, clock)) - taken))
        ),
        None,
    )


def open_parts(session: Session, approval: Approval) -> Sequence[ApprovalStep]:
    """The parts of the open step that are not decided."""
    session.flush()
    return session.scalars(
        select(ApprovalStep).where(
            ApprovalStep.approval_id == approval.id,
            ApprovalStep.step == approval.step,
            ApprovalStep.decision.is_(None),
        )
    ).all()


def open_step(session: Session, approval: Approval, clock: Clock) -> None:
    """Open a step: set its times, replace absent approvers by their substitutes, notify the approvers."""
    now = clock.now()
    approval.step_opened_at = now
    hours = next((row.escalate_after_h for row in open_parts(session, approval) if row.escalate_after_h), None)
    approval.escalate_at = None if hours is None else due(session, approval, now, hours)
    hand_over_absent(session, approval, clock)
    tell_approvers(session, approval, clock)


def _keeps_right(session: Session, approval: Approval, part: ApprovalStep, to_account_id: str, clock: Clock) -> bool:
    """Whether a part that lies with somebody who has the right that its request asks for goes to one who has it too."""
    before, about = {part.account_id}, approval.person_id
    return bool(keeping_right(session, approval.kind, approval.subject, about, before, {to_account_id}, clock))


def _hand_on(
    session: Session, approval: Approval, part: ApprovalStep, to_account_id: str, actor_id: str, clock: Clock
) -> None:
    part.delegated_from = part.account_id
    part.account_id = to_account_id
    touch(part, actor_id, clock)
    detail = {"to": to_account_id, "step": part.step}
    audit.record(session, actor_id, "approval.delegate", f"approval:{approval.id}", detail, clock)


def tell_approvers(session: Session, approval: Approval, clock: Clock) -> None:
    """Notify the approvers whose part of the open step is undecided, once per step."""
    rows = open_parts(session, approval)
    there = {one.account_id: one for one in actors(session, (row.account_id for row in rows), clock)}
    for row in rows:
        approver = there.get(row.account_id)
        if approver is None or not may_use(session, approver, row, approval, clock):
            continue
        key = f"approval.pending:{approval.id}:{row.step}:{row.account_id}"
        payload = {"approval": approval.id, "kind": approval.kind, "subject": approval.subject}
        tell_account(session, row.account_id, key, "approval.pending", payload, clock)


def may_take(session: Session, actor: Actor, step: ApprovalStep, approval: Approval) -> bool:
    """Whether this part is still the account's: they may read there, or a colleague of their company handed it on."""
    handed_on = step.delegated_from is not None and _same_company(session, actor, approval)
    return handed_on or reaches(session, actor, approval.department_id)


def check_use(session: Session, actor: Actor, step: ApprovalStep, approval: Approval, clock: Clock) -> None:
    """Refuse to use a part that was handed on where it opens more than the actor and who handed it on have now.

    Raises:
        PermissionDenied: `approval.delegate_right`.
    """
    if not may_use(session, actor, step, approval, clock):
        raise PermissionDenied(
            "approval.delegate_right",
            msg("This was handed to you, but you may not see what it decides on, or your colleague has no part now."),
            msg("You have nothing to do: it goes back, or to the next head above."),
        )


def may_use(session: Session, actor: Actor, step: ApprovalStep, approval: Approval, clock: Clock) -> bool:
    """As `may_take`, and what came by delegation reaches no further than who handed it on reaches now: neither the
    place, nor a right such as seeing pay, which is asked of the actor whenever the part was handed on."""
    if not may_take(session, actor, step, approval):
        return False
    if step.delegated_from is None:
        return True
    if not reaches(session, actor, approval.department_id):
        givers = actors(session, (step.delegated_from,), clock)
        if not any(reaches(session, one, approval.department_id) for one in givers):
            return False
    parts = session.scalars(select(ApprovalStep).where(ApprovalStep.approval_id == approval.id)).all()
    held = {one: {one.account_id, one.delegated_from or one.account_id} for one in parts}
    beside = {account for one, accounts in held.items() if one.step == step.step for account in accounts}
    everybody = {account for accounts in held.values() for account in accounts}
    about, account_id = approval.person_id, actor.account_id or ""
    return not decides_blind(session, approval.kind, approval.subject, about, account_id, beside, everybody, clock)


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


def within(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The condition of `may_take` as SQL, for lists."""
    whole = replace(actor, token_scopes=None)
    there = or_(
        visible(whole, "public", "read", department=Approval.department_id),
        and_(ApprovalStep.delegated_from.is_not(None), Approval.department_id.in_(_company_of(actor))),
    )
    return or_(Approval.department_id.is_(None), there) if reaches_group(session, whole, "public", "read") else there


def not_yours() -> PermissionDenied:
    """The refusal of somebody who has no part in it."""
    return PermissionDenied(
        "access.denied",
        msg("You are not an approver of this request."),
        msg("Ask the requester or an administrator."),
    )
