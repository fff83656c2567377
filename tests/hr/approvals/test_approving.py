"""Approvals: any and all steps, delegation, nobody approves their own wish, an end and its effects are one."""

from __future__ import annotations

import threading

import pytest
from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.org import service as org
from interview_engine.hr.recruiting.jobs import closing, requisitions
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.store.tables import OutboxMessage


def asked(world: World, session: Session, role: str = "recruiter") -> tuple[Requisition, Approval]:
    actor = world.actor(role)
    row = requisitions.create_requisition(session, actor, world.new_requisition(), world.clock)
    return row, requisitions.submit_for_approval(session, actor, row.id, world.clock)


def test_by_default_the_manager_or_hr_decides_whoever_is_first(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        row, approval = asked(world, session)
        for role in ("hiring_manager", "hr"):
            assert [one.approval.id for one in approvals.pending_for(session, world.actor(role), world.clock)] == [
                approval.id
            ]
        assert approvals.pending_for(session, world.actor("other_manager"), world.clock) == ()
        approvals.decide(session, world.actor("hr"), approval.id, "approve", "", clock)
        assert (approval.state, row.state) == ("approved", "approved")
        assert approvals.pending_for(session, world.actor("hiring_manager"), world.clock) == ()
        with pytest.raises(ConflictError) as caught:
            approvals.decide(session, world.actor("hiring_manager"), approval.id, "reject", "太多人", clock)
        assert caught.value.code == "approval.decided"
        told = _told(session)
        assert ("approval.decided", world.actor("recruiter").id) in told
        assert sum(template == "approval.pending" for template, _ in told) == 2


def test_a_rejection_needs_a_reason_and_makes_a_draft_again(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        row, approval = asked(world, session)
        with pytest.raises(InvalidInput):
            approvals.decide(session, world.actor("hr"), approval.id, "reject", " ", clock)
        approvals.decide(session, world.actor("hr"), approval.id, "reject", "预算不足", clock)
        assert (approval.state, row.state) == ("rejected", "draft")
        assert requisitions.submit_for_approval(session, world.actor("recruiter"), row.id, clock).id != approval.id


def test_nobody_approves_what_they_asked_for_and_nobody_else_s_part(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        _, approval = asked(world, session, "hr")
        for role in ("hr", "recruiter", "administrator", "other_manager"):
            with pytest.raises(PermissionDenied):
                approvals.decide(session, world.actor(role), approval.id, "approve", "", clock)
        approvals.decide(session, world.actor("hiring_manager"), approval.id, "approve", "", clock)
        assert approval.state == "approved"


def test_where_nobody_else_is_left_the_only_administrator_approves_openly(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        for account in session.scalars(select(Account).where(Account.role != "administrator")):
            account.active = False
        session.flush()
        row, approval = asked(world, session, "administrator")
        assert row.state == "pending"  # it is not approved by itself
        (step,) = approvals.steps_of(session, world.actor("administrator"), approval.id)
        assert step.account_id == approval.requested_by
        approvals.decide(session, world.actor("administrator"), approval.id, "approve", "", clock)
        assert row.state == "approved"


def test_steps_follow_each_other_and_all_means_all(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        steps = [
            {"rule": "all", "approvers": ["role:hr", "manager"]},
            {"rule": "any", "approvers": ["role:administrator"]},
        ]
        approvals.set_flow(session, world.actor("hr"), "requisition", steps, clock, department_id=world.department_id)
        row, approval = asked(world, session)
        admin = world.actor("administrator")
        with pytest.raises(PermissionDenied):
            approvals.decide(session, admin, approval.id, "approve", "", clock)  # not yet its turn
        approvals.decide(session, world.actor("hr"), approval.id, "approve", "", clock)
        with pytest.raises(ConflictError) as caught:
            approvals.decide(session, world.actor("hr"), approval.id, "approve", "", clock)
        assert caught.value.code == "approval.given"
        assert approval.step == 0
        approvals.decide(session, world.actor("hiring_manager"), approval.id, "approve", "", clock)
        assert (approval.step, approval.state) == (1, "pending")
        assert [one.step.step for one in approvals.pending_for(session, admin, world.clock)] == [1]
        approvals.decide(session, admin, approval.id, "approve", "", clock)
        assert row.state == "approved"


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"rule": "most", "approvers": ["manager"]}],
        [{"rule": "any", "approvers": []}],
        [{"rule": "any", "approvers": ["role:nobody"]}],
        [{"rule": "any"}],
    ],
)
def test_a_flow_that_makes_no_sense_is_refused(small_world: World, steps: list[dict[str, object]]) -> None:
    world = small_world
    with world.database.transaction() as session:
        with pytest.raises(InvalidInput) as caught:
            approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
        assert caught.value.code == "approval.flow"


def test_a_part_is_handed_to_a_colleague_who_then_decides_instead(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        row, approval = asked(world, session)
        colleague = world.actor("other_manager")
        requester = world.actor("recruiter")
        assert colleague.account_id is not None
        assert requester.account_id is not None
        manager = world.actor("hiring_manager")
        with pytest.raises(ConflictError):
            approvals.delegate(session, manager, approval.id, requester.account_id, clock)
        step = approvals.delegate(session, manager, approval.id, colleague.account_id, clock)
        assert step.delegated_from == manager.account_id
        with pytest.raises(PermissionDenied):
            approvals.decide(session, manager, approval.id, "approve", "", clock)
        approvals.decide(session, colleague, approval.id, "approve", "", clock)
        assert row.state == "approved"


def test_a_request_is_withdrawn_by_its_requester_only(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        row, approval = asked(world, session)
        with pytest.raises(PermissionDenied):
            approvals.withdraw(session, world.actor("hr"), approval.id, clock)
        approvals.withdraw(session, world.actor("recruiter"), approval.id, clock)
        assert (approval.state, row.state) == ("withdrawn", "draft")


def test_a_cancelled_requisition_ends_its_approval(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        row, approval = asked(world, session)
        closing.close_requisition(session, world.actor("recruiter"), row.id, "cancelled", clock)
        assert approval.state == "withdrawn"
        assert approvals.pending_for(session, world.actor("hr"), world.clock) == ()


def test_two_approvers_at_once_decide_once(world: World) -> None:
    with world.database.transaction() as session:
        row, approval = asked(world, session)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def send(role: str, decision: str) -> None:
        start.wait()
        try:
            with world.database.transaction() as session:
                approvals.decide(session, world.actor(role), approval.id, decision, "理由", world.clock)  # type: ignore[arg-type]
            outcomes.append(decision)
        except InterviewEngineError as error:
            outcomes.append(error.code)

    threads = [
        threading.Thread(target=send, args=("hr", "approve")),
        threading.Thread(target=send, args=("hiring_manager", "reject")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("approval.decided") == 1
    with world.database.reading() as session:
        state = session.get_one(Requisition, row.id).state
        assert state == ("approved" if "approve" in outcomes else "draft")
        assert sum(template == "approval.decided" for template, _ in _told(session)) == 1


def _told(session: Session) -> list[tuple[str, str]]:
    """(template, recipient) of every message in an inbox; their pushed copies tell nothing else."""
    rows = session.execute(
        select(OutboxMessage.template, OutboxMessage.recipient).where(OutboxMessage.channel == "inbox")
    )
    return list(rows.tuples())


def company_b(world: World, session: Session) -> tuple[str, str, dict[str, Actor]]:
    """A second company with a department, and accounts of it and of the first one that reach their company only."""
    clock = world.clock
    other = org.create_legal_entity(session, SYSTEM, "乙公司", "苏州", clock)
    theirs = org.create_department(session, SYSTEM, other.id, "乙部门", clock)
    people = {}
    for name, entity, department in (("a", world.entity_id, world.department_id), ("b", other.id, theirs.id)):
        for role in ("hr", "recruiter", "administrator"):
            new = accounts.NewAccount(
                f"{name}-{role}", f"{name}-{role}", role, department_id=department, scope="entity", scope_ref=entity
            )
            account = accounts.create_account(session, SYSTEM, new, clock).account
            people[f"{name}-{role}"] = accounts.actor_of(session, account, clock)
    return other.id, theirs.id, people


def without_group(session: Session) -> None:
    """Nobody is left who reaches every company."""
    for account in session.scalars(select(Account).where(~Account.login.contains("-"))):
        account.active = False
    session.flush()


def asked_in(world: World, session: Session, entity: str, department: str, actor: Actor) -> tuple[str, Approval]:
    new = world.new_requisition(title="乙公司的秘密职位", legal_entity_id=entity, department_id=department)
    row = requisitions.create_requisition(session, actor, new, world.clock)
    return row.id, requisitions.submit_for_approval(session, actor, row.id, world.clock)


def test_by_default_only_hr_that_reaches_the_company_is_asked_and_told(world: World) -> None:
    with world.database.transaction() as session:
        entity, department, people = company_b(world, session)
        without_group(session)
        _, approval = asked_in(world, session, entity, department, people["b-recruiter"])
        steps = approvals.steps_of(session, people["b-recruiter"], approval.id)
        assert [step.account_id for step in steps] == [people["b-hr"].account_id]
        told = [one for one in session.scalars(select(OutboxMessage)) if approval.id in str(one.payload)]
        assert {one.recipient for one in told} == {people["b-hr"].id}
        for role in ("a-hr", "a-administrator"):
            assert approvals.pending_for(session, people[role], world.clock) == ()
            with pytest.raises(PermissionDenied):
                approvals.decide(session, people[role], approval.id, "approve", "", world.clock)
            with pytest.raises(PermissionDenied):
                approvals.steps_of(session, people[role], approval.id)
        assert approvals.decide(session, people["b-hr"], approval.id, "approve", "", world.clock).state == "approved"


def test_where_a_company_has_no_hr_its_own_administrator_is_asked(world: World) -> None:
    with world.database.transaction() as session:
        entity, department, people = company_b(world, session)
        without_group(session)
        accounts.deactivate(session, SYSTEM, people["b-hr"].account_id or "", world.clock)
        _, approval = asked_in(world, session, entity, department, people["b-recruiter"])
        steps = approvals.steps_of(session, people["b-recruiter"], approval.id)
        assert [step.account_id for step in steps] == [people["b-administrator"].account_id]


def test_a_request_that_nobody_of_the_company_can_approve_is_not_sent_to_another_company(world: World) -> None:
    with world.database.transaction() as session:
        entity, department, people = company_b(world, session)
        without_group(session)
        for role in ("b-hr", "b-administrator"):
            accounts.deactivate(session, SYSTEM, people[role].account_id or "", world.clock)
        with pytest.raises(ConflictError) as caught:
            asked_in(world, session, entity, department, people["b-recruiter"])
        assert caught.value.code == "approval.nobody"


def test_an_account_that_a_flow_names_is_left_out_where_it_does_not_reach_the_department(world: World) -> None:
    with world.database.transaction() as session:
        entity, department, people = company_b(world, session)
        without_group(session)
        named = [f"account:{people['a-hr'].account_id}"]
        steps = [{"rule": "any", "approvers": named}]
        approvals.set_flow(session, SYSTEM, "requisition", steps, world.clock, department_id=department)
        _, approval = asked_in(world, session, entity, department, people["b-recruiter"])
        asked_of = {step.account_id for step in approvals.steps_of(session, people["b-recruiter"], approval.id)}
        assert asked_of == {people["b-administrator"].account_id}


def test_an_approver_who_has_lost_the_company_neither_sees_nor_decides(world: World) -> None:
    with world.database.transaction() as session:
        entity, department, people = company_b(world, session)
        without_group(session)
        _, approval = asked_in(world, session, entity, department, people["b-recruiter"])
        account_id = people["b-hr"].account_id or ""
        account = accounts.set_role(
            session, SYSTEM, account_id, "hr", world.clock, scope="entity", scope_ref=world.entity_id
        )
        moved = accounts.actor_of(session, account, world.clock)
        assert approvals.pending_for(session, moved, world.clock) == ()
        with pytest.raises(PermissionDenied):
            approvals.decide(session, moved, approval.id, "approve", "", world.clock)
        assert approval.state == "pending"


def test_a_part_is_not_delegated_into_another_company(world: World) -> None:
    with world.database.transaction() as session:
        entity, department, people = company_b(world, session)
        without_group(session)
        _, approval = asked_in(world, session, entity, department, people["b-recruiter"])
        with pytest.raises(ConflictError) as caught:
            approvals.delegate(session, people["b-hr"], approval.id, people["a-hr"].account_id or "", world.clock)
        assert caught.value.code == "approval.delegate"
        there = people["b-administrator"].account_id or ""
        assert approvals.delegate(session, people["b-hr"], approval.id, there, world.clock).account_id == there


def test_nothing_of_an_unknown_kind_is_asked_for(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session, pytest.raises(ValueError, match="'sabbatical'"):
        approvals.start(session, world.actor("hr"), "sabbatical", "sabbatical:1", world.department_id, world.clock)
