"""Which steps a request takes: by condition, up the chain of heads, and back to the default when a flow ends."""

from __future__ import annotations

import pytest
from hiring_world import World
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, NotFoundError
from interview_engine.hr.access.rules import SYSTEM, preset_rules
from interview_engine.hr.accounts.service import actor_of
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department
from interview_engine.hr.recruiting.jobs import requisitions

MANY = {"match": "all", "conditions": [{"fact": "headcount", "operator": ">=", "value": "5"}]}


def asked(world: World, session: Session, role: str = "recruiter", headcount: int = 1) -> Approval:
    actor = world.actor(role)
    new = world.new_requisition(headcount=headcount)
    row = requisitions.create_requisition(session, actor, new, world.clock)
    return requisitions.submit_for_approval(session, actor, row.id, world.clock)


def approvers(world: World, session: Session, approval: Approval) -> list[str]:
    rows: tuple[ApprovalStep, ...] = approvals.steps_of(session, world.actor("administrator"), approval.id)
    by_account = {actor.account_id: role for role, actor in world.actors.items()}
    return [by_account[row.account_id] for row in rows]


def under(world: World, session: Session) -> None:
    """The other department stands above the one of the hiring manager."""
    root = SYSTEM.__class__("system", None, None, "system", preset_rules("administrator", "all"), "zh")
    org.move_department(session, root, world.department_id, world.other_department_id, world.clock)


@pytest.mark.parametrize(("headcount", "expected"), [(4, ["hr"]), (5, ["hr", "administrator"])])
def test_a_step_is_taken_where_its_condition_is_true(small_world: World, headcount: int, expected: list[str]) -> None:
    world = small_world
    with world.database.transaction() as session:
        steps = [
            {"rule": "any", "approvers": ["role:hr"]},
            {"rule": "any", "approvers": ["role:administrator"], "when": MANY},
        ]
        approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
        approval = asked(world, session, headcount=headcount)
        assert approvers(world, session, approval) == expected


def test_steps_that_are_left_out_leave_no_gap(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        steps = [
            {"rule": "any", "approvers": ["role:administrator"], "when": MANY},
            {"rule": "any", "approvers": ["manager"]},
            {"rule": "any", "approvers": ["role:hr"]},
        ]
        approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
        approval = asked(world, session)
        approvals.decide(session, world.actor("hiring_manager"), approval.id, "approve", "", world.clock)
        approvals.decide(session, world.actor("hr"), approval.id, "approve", "", world.clock)
        assert approval.state == "approved"


def test_a_flow_in_which_every_step_has_a_condition_is_refused(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        steps = [{"rule": "any", "approvers": ["role:hr"], "when": MANY}]
        with pytest.raises(InvalidInput) as caught:
            approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
    assert caught.value.code == "approval.unconditional"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"when": {"match": "all", "conditions": []}}, "approval.condition"),
        ({"escalate_after_h": 0}, "approval.flow"),
        ({"escalate_after_h": 721}, "approval.flow"),
        ({"approvers": ["manager:6"]}, "approval.flow"),
        ({"approvers": ["role:hr"] * 21}, "approval.flow"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(small_world: World, changes: dict[str, object], code: str) -> None:
    world = small_world
    with world.database.transaction() as session:
        steps = [{"rule": "any", "approvers": ["role:hr"]}, {"rule": "any", "approvers": ["manager"], **changes}]
        with pytest.raises(InvalidInput) as caught:
            approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
    assert caught.value.code == code


def test_a_kind_that_no_area_knows_is_refused(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        approvals.set_flow(session, world.actor("hr"), "wish", [{"rule": "any", "approvers": ["manager"]}], world.clock)
    assert caught.value.code == "approval.kind"


def test_f2_the_request_of_a_head_goes_to_the_next_head_up(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        under(world, session)
        steps = [{"rule": "any", "approvers": ["manager"]}]
        approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
        approval = asked(world, session, "hiring_manager")
        assert approvers(world, session, approval) == ["other_manager"]


def test_managers_are_named_by_how_far_up_they_are(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        under(world, session)
        account = session.get_one(Account, world.actor("other_manager").account_id)
        assert session.get_one(Department, world.other_department_id).manager_person_id == account.person_id
        assert actor_of(session, account, world.clock).account_id == account.id
        steps = [{"rule": "any", "approvers": ["manager"]}, {"rule": "any", "approvers": ["manager:2"]}]
        approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
        assert approvers(world, session, asked(world, session)) == ["hiring_manager", "other_manager"]


def test_a_flow_that_ends_gives_way_to_the_one_above_and_requests_under_way_keep_their_steps(
    small_world: World,
) -> None:
    world, hr = small_world, small_world.actor("hr")
    with world.database.transaction() as session:
        steps = [{"rule": "any", "approvers": ["role:administrator"]}]
        flow = approvals.set_flow(
            session, hr, "requisition", steps, world.clock, department_id=world.department_id, expires_after_days=9
        )
        assert [row.id for row in approvals.flows_in_force(session, hr)] == [flow.id]
        under_way = asked(world, session)
        approvals.end_flow(session, hr, flow.id, world.clock)
        assert approvals.flows_in_force(session, hr) == ()
        assert approvers(world, session, under_way) == ["administrator"]
        assert approvers(world, session, asked(world, session)) == ["hr", "hiring_manager"]
        with pytest.raises(NotFoundError):
            approvals.end_flow(session, hr, flow.id, world.clock)


def test_who_would_decide_is_said_before_it_is_sent(small_world: World) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    with world.database.transaction() as session:
        steps = [
            {"rule": "any", "approvers": ["role:hr"]},
            {"rule": "all", "approvers": ["role:administrator"], "when": MANY},
        ]
        approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock)
        few, many = (
            requisitions.create_requisition(session, recruiter, world.new_requisition(headcount=count), world.clock)
            for count in (4, 5)
        )
        planned = [
            approvals.planned_steps(
                session, recruiter, "requisition", f"requisition:{row.id}", row.department_id, world.clock
            )
            for row in (few, many)
        ]
        assert [[one.rule for one in steps] for steps in planned] == [["any"], ["any", "all"]]
        assert all(one.names for one in planned[1])
