"""A step that decides on pay goes to nobody who may not see pay: not by delegation, not to a substitute (L4)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from request_staff import Staff
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, PermissionDenied
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
