"""A step that decides on pay goes to nobody who may not see pay: not by delegation, not to a substitute (L4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from request_staff import Staff
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.approvals import chores
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.absence import today
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.hr.requests import service
from interview_engine.hr.requests.tables import Request


def asked(staff: Staff, session: Session) -> tuple[Request, Approval]:
    """A pay change that HR asks for."""
    values = {"monthly": 1_200_000, "from_day": date(2026, 12, 1)}
    actor = staff.world.actor("hr")
    row = service.ask(session, actor, "pay_change", values, staff.world.clock, person_id=staff.person_id)
    approval = approvals.of_subject(session, row.kind, f"{row.kind}:{row.id}")
    assert approval is not None
    return row, approval


def deciding(session: Session, approval: Approval) -> list[str]:
    session.flush()
    now = ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step
    return sorted(session.scalars(select(ApprovalStep.account_id).where(*now)))


def test_a_step_on_pay_is_not_delegated_to_who_may_not_see_pay(small_staff: Staff) -> None:
    staff, world, clock = small_staff, small_staff.world, small_staff.world.clock
    head, administrator = world.actor("hiring_manager"), world.actor("administrator")
    with world.database.transaction() as session:
        row, approval = asked(staff, session)
        staff.decide(session, row)
        before = deciding(session, approval)
        assert administrator.account_id in before
        with pytest.raises(ConflictError) as refused:
            approvals.delegate(session, administrator, approval.id, head.account_id or "", clock)
        assert refused.value.code == "approval.delegate_right"
        assert refused.value.message.en == "That colleague may not see what this step decides on, such as pay."
        assert deciding(session, approval) == before
        with pytest.raises(PermissionDenied):
            approvals.decide(session, head, approval.id, "approve", "", clock)
        approvals.decide(session, administrator, approval.id, "approve", "", clock)
        assert row.state == "done"


def test_a_step_on_leave_is_delegated_to_the_same_colleague(small_staff: Staff) -> None:
    staff, world, clock = small_staff, small_staff.world, small_staff.world.clock
    steps = [{"rule": "any", "approvers": ["role:administrator"]}]
    with world.database.transaction() as session:
        approvals.set_flow(session, world.actor("administrator"), "leave", steps, clock)
        row = staff.leave(session, date(2026, 11, 10), date(2026, 11, 11))
        approval = approvals.of_subject(session, row.kind, f"{row.kind}:{row.id}")
        assert approval is not None
        head = world.actor("hiring_manager")
        approvals.delegate(session, world.actor("administrator"), approval.id, head.account_id or "", clock)
        approvals.decide(session, head, approval.id, "approve", "", clock)
        assert row.state == "done"


@pytest.mark.parametrize("named", ["before", "while it waits"])
def test_a_step_on_pay_stays_where_it_is_while_the_substitute_may_not_see_pay(small_staff: Staff, named: str) -> None:
    staff, world, clock = small_staff, small_staff.world, small_staff.world.clock
    head, administrator = world.actor("hiring_manager"), world.actor("administrator")
    first = today(clock)

    def name() -> None:
        last = first + timedelta(days=2)
        approvals.set_substitute(session, administrator, head.account_id or "", first, last, clock)

    with world.database.transaction() as session:
        if named == "before":
            name()
        row, approval = asked(staff, session)
        staff.decide(session, row)
        if named != "before":
            name()
        assert administrator.account_id in deciding(session, approval)
        assert head.account_id not in deciding(session, approval)
        with pytest.raises(PermissionDenied):
            approvals.decide(session, head, approval.id, "approve", "", clock)


def handed_before(session: Session, approval: Approval, giver: str, to: str) -> ApprovalStep:
    """A part that was handed on before the rules of today: nobody asked whether the colleague may see pay."""
    session.flush()
    now = ApprovalStep.approval_id == approval.id, ApprovalStep.step == approval.step
    row = session.scalars(select(ApprovalStep).where(*now, ApprovalStep.account_id == giver)).one()
    row.account_id, row.delegated_from = to, giver
    session.flush()
    return row


def test_a_part_on_pay_that_was_handed_on_before_is_not_used_by_who_may_not_see_pay_and_goes_back(staff: Staff) -> None:
    world, clock = staff.world, staff.world.clock
    head, administrator = world.actor("hiring_manager"), world.actor("administrator")
    with world.database.transaction() as session:
        row, approval = asked(staff, session)
        staff.decide(session, row)
        before = deciding(session, approval)
        part = handed_before(session, approval, administrator.account_id or "", head.account_id or "")
        assert approvals.pending_for(session, head, clock) == ()  # what may not be used is not listed as waiting either
        assert not service.see(session, head, row.id, clock).may_decide
        with pytest.raises(PermissionDenied) as refused:
            approvals.decide(session, head, approval.id, "approve", "", clock)
        assert refused.value.code == "approval.delegate_right"
        with pytest.raises(PermissionDenied):
            approvals.delegate(session, head, approval.id, world.actor("hr").account_id or "", clock)
        assert part.decision is None
        assert chores.hand_over(session, clock) == 1
        assert deciding(session, approval) == before
        assert chores.hand_over(session, clock) == 0
        approvals.decide(session, administrator, approval.id, "approve", "", clock)
        assert row.state == "done"


def test_a_delegate_decides_no_longer_where_who_handed_it_on_has_lost_the_place(staff: Staff) -> None:
    world, clock = staff.world, staff.world.clock
    giver, other = world.actor("recruiter"), world.actor("other_manager")
    steps = [{"rule": "any", "approvers": [f"account:{giver.account_id}"]}]
    with world.database.transaction() as session:
        approvals.set_flow(session, world.actor("administrator"), "leave", steps, clock)
        row = staff.leave(session, date(2026, 11, 10), date(2026, 11, 11))
        approval = approvals.of_subject(session, row.kind, f"{row.kind}:{row.id}")
        assert approval is not None
        approvals.delegate(session, giver, approval.id, other.account_id or "", clock)
        new = accounts.NewAccount("sales", "销售", "interviewer", department_id=world.other_department_id)
        third = accounts.create_account(session, SYSTEM, new, clock).account
        with pytest.raises(ConflictError):  # what was only handed to them is not theirs to hand on
            approvals.delegate(session, other, approval.id, third.id, clock)
        accounts.set_role(
            session, SYSTEM, giver.account_id or "", "hiring_manager", clock, scope="reports", scope_ref=None
        )
        with pytest.raises(PermissionDenied):
            approvals.decide(session, other, approval.id, "approve", "", clock)
        assert chores.hand_over(session, clock) == 1
        assert other.account_id not in deciding(session, approval)
        staff.decide(session, row)
        assert row.state == "done"


def test_a_delegate_decides_while_who_handed_it_on_reaches_the_place(staff: Staff) -> None:
    world, clock = staff.world, staff.world.clock
    giver, other = world.actor("recruiter"), world.actor("other_manager")
    steps = [{"rule": "any", "approvers": [f"account:{giver.account_id}"]}]
    with world.database.transaction() as session:
        approvals.set_flow(session, world.actor("administrator"), "leave", steps, clock)
        row = staff.leave(session, date(2026, 11, 10), date(2026, 11, 11))
        approval = approvals.of_subject(session, row.kind, f"{row.kind}:{row.id}")
        assert approval is not None
        approvals.delegate(session, giver, approval.id, other.account_id or "", clock)
        assert chores.hand_over(session, clock) == 0
        approvals.decide(session, other, approval.id, "approve", "", clock)
        assert row.state == "done"
