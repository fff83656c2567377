"""The headcount plan behind requisitions (M6): plan against actual, over plan said with numbers and routed further."""

from __future__ import annotations

from datetime import date

import pytest
from hiring_world import World
from request_staff import employ
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.flows import set_flow
from interview_engine.hr.approvals.standing import deciders_of
from interview_engine.hr.employment import service as employments
from interview_engine.hr.recruiting.headcount import service as headcount
from interview_engine.hr.recruiting.headcount.lists import HEADCOUNT
from interview_engine.hr.recruiting.headcount.service import NewPlan, Standing
from interview_engine.hr.recruiting.headcount.tables import HeadcountPlan
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition, facts_of, submit_for_approval
from interview_engine.hr.recruiting.tables import Requisition

FROM = date(2026, 1, 1)


def plan(world: World, session: Session, count: int, title: str = "", day: date = FROM, reason: str = "") -> str:
    new = NewPlan(world.department_id, title, day, count, reason)
    return headcount.set_plan(session, world.actor("hr"), new, world.clock).id


def wish(world: World, session: Session, **changes: object) -> Requisition:
    row = create_requisition(session, world.actor("recruiter"), world.new_requisition(**changes), world.clock)
    submit_for_approval(session, world.actor("recruiter"), row.id, world.clock)
    return row


def test_m6_a_requisition_over_plan_says_so_with_its_numbers(world: World) -> None:
    with world.database.transaction() as session:
        plan(world, session, 2)
        staff = employ(world, session)
        employ(world, session, "周宁远航")
        employments.end(session, SYSTEM, staff.employment_id, date(2026, 12, 31), "离职", world.clock)
        first = wish(world, session)  # 2 in post, 1 of them leaving, 1 wanted: as planned
        second = wish(world, session)
    assert first.plan_check is not None
    assert second.plan_check is not None
    assert Standing(**first.plan_check).over == 0
    seen = Standing(**second.plan_check)
    assert (seen.plan, seen.in_post, seen.leaving, seen.sought, seen.wanted, seen.over) == (2, 2, 1, 1, 1, 1)
    words = headcount.words_of(second.plan_check)
    assert "超编 1 人" in words.zh
    assert "planned with 2; in post 2, of them leaving 1" in words.en


def test_m6_over_plan_routes_further(world: World) -> None:
    over = {"match": "all", "conditions": [{"fact": "over_plan", "operator": "=", "value": "yes"}]}
    steps = [{"rule": "any", "approvers": ["manager"]}, {"rule": "any", "approvers": ["role:hr"], "when": over}]
    with world.database.transaction() as session:
        set_flow(session, world.actor("administrator"), "requisition", steps, world.clock)
        within = wish(world, session)
        plan(world, session, 0)
        beyond = wish(world, session)
        assert facts_of(session, within.id)["over_plan"] == "no_plan"
        assert facts_of(session, beyond.id)["over_plan"] == "yes"
        names = []
        for row in (within, beyond):
            approval = approvals.of_subject(session, "requisition", f"requisition:{row.id}")
            assert approval is not None
            names.append(len(deciders_of(session, approval.id)))
    assert names == [1, 2]


def test_a_job_has_its_own_plan_and_the_tightest_decides(world: World) -> None:
    with world.database.transaction() as session:
        plan(world, session, 50)
        plan(world, session, 0, "客服专员")
        row = wish(world, session)
        other = wish(world, session, title="客服组长")
    assert row.plan_check is not None
    assert (row.plan_check["title"], Standing(**row.plan_check).over) == ("客服专员", 1)
    assert other.plan_check is not None
    assert Standing(**other.plan_check).over < 0


def test_a_plan_holds_from_its_day_and_a_change_needs_its_reason(world: World) -> None:
    with world.database.transaction() as session:
        plan(world, session, 5)
        with pytest.raises(InvalidInput) as refused:
            plan(world, session, 8, day=date(2027, 1, 1))
        assert refused.value.field == "reason"
        plan(world, session, 0, day=date(2027, 1, 1), reason="明年缩编")
        row = wish(world, session)
    assert row.plan_check is not None
    assert row.plan_check["plan"] == 5  # next year's plan says nothing of today


def test_a_second_person_confirms_and_not_who_wrote_it(world: World) -> None:
    with world.database.transaction() as session:
        line = plan(world, session, 5)
        with pytest.raises(ConflictError):
            headcount.confirm(session, world.actor("hr"), line, world.clock)
        boss = world.actor("administrator")
        assert headcount.confirm(session, boss, line, world.clock).checked_by == boss.id


def test_a_line_that_is_taken_back_leaves_what_held_before(world: World) -> None:
    with world.database.transaction() as session:
        plan(world, session, 5)
        wrong = plan(world, session, 1, day=date(2026, 6, 1), reason="误录")
        headcount.call_off(session, world.actor("hr"), wrong, "填错了", world.clock)
        row = wish(world, session)
    assert row.plan_check is not None
    assert row.plan_check["plan"] == 5


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer"])
def test_who_wishes_to_hire_does_not_change_the_plan(world: World, role: str) -> None:
    new = NewPlan(world.department_id, "", FROM, 99)
    with world.database.transaction() as session, pytest.raises(PermissionDenied):
        headcount.set_plan(session, world.actor(role), new, world.clock)


def test_the_list_shows_plan_against_actual_and_a_sheet_finds_its_line(world: World) -> None:
    hr = world.actor("hr")
    with world.database.transaction() as session:
        line = plan(world, session, 1)
        employ(world, session)
        employ(world, session, "周宁远航")
        made = {name: value for fill in HEADCOUNT.fills for name, value in fill.make(session, hr, [line])[line].items()}
        assert (made["in_post"], made["leaving"], made["sought"], made["over"]) == (2, 0, 0, 1)
        form = HEADCOUNT.form
        assert form is not None
        assert form.load is not None
        assert form.find is not None
        values = form.load(session, hr, line)
        key = (values["department"], values["title"], values["valid_from"])
        assert form.find(session, hr, [key]) == {key: line}
        assert form.create(session, hr, values, world.clock) == line  # the same sheet twice changes nothing
        assert session.get_one(HeadcountPlan, line).revision == 1
