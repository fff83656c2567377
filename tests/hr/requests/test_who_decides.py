"""Whose turn a request is when heads are away, ask themselves, have left or do nothing (F2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hiring_world import World
from request_staff import START, Staff, employ
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.approvals import chores
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import ApprovalStep
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.org.service import set_manager
from interview_engine.hr.requests import service
from interview_engine.hr.requests.tables import Request

MANAGER = [{"rule": "any", "approvers": ["manager"]}]
FIRST, LAST = date(2026, 11, 9), date(2026, 11, 10)


def by_the_head(world: World, session: Session, kind: str = "leave", **step: object) -> None:
    approvals.set_flow(session, world.actor("hr"), kind, [{**MANAGER[0], **step}], world.clock)


def holders(world: World, session: Session, row: Request, kind: str = "leave") -> set[str]:
    """The roles of the accounts whose decision it waits for."""
    approval = approvals.of_subject(session, kind, f"{kind}:{row.id}")
    assert approval is not None
    open_parts = select(ApprovalStep.account_id).where(
        ApprovalStep.approval_id == approval.id, ApprovalStep.decision.is_(None)
    )
    roles = ("administrator", "hr", "recruiter", "hiring_manager", "other_manager")
    by_account = {world.actor(role).account_id: role for role in roles}
    return {by_account[one] for one in session.scalars(open_parts)}


def works_here(world: World, session: Session, role: str) -> Staff:
    """Whoever has that account is employed in the department too."""
    person_id = world.actor(role).person_id
    assert person_id is not None
    place = employment.Place(world.entity_id, world.department_id)
    row = employment.begin(session, SYSTEM, person_id, place, "主管", START, None, world.clock)
    return Staff(world, person_id, row.id)


def away(world: World, session: Session, role: str, instead: str) -> None:
    to = world.actor(instead).account_id
    assert to is not None
    today = date(2026, 11, 2)
    approvals.set_substitute(session, world.actor(role), to, today, today + timedelta(days=9), world.clock)


def test_while_the_head_is_away_the_substitute_decides_and_the_head_does_not(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        by_the_head(world, session)
        staff = employ(world, session)
        away(world, session, "hiring_manager", "other_manager")
        row = staff.leave(session, FIRST, LAST)
        assert holders(world, session, row) == {"other_manager"}
        with pytest.raises(PermissionDenied):
            staff.decide(session, row)
        staff.decide(session, row, role="other_manager")
        assert row.state == "done"


def test_a_substitute_does_not_decide_on_a_request_of_their_own(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        by_the_head(world, session)
        asker = works_here(world, session, "other_manager")
        away(world, session, "hiring_manager", "other_manager")
        row = asker.leave(session, FIRST, LAST)
        assert "other_manager" not in holders(world, session, row)
        with pytest.raises(PermissionDenied):
            asker.decide(session, row, role="other_manager")


def test_the_request_of_the_head_of_all_goes_to_an_administrator(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        by_the_head(world, session)
        head = works_here(world, session, "hiring_manager")
        row = head.leave(session, FIRST, LAST)
        assert holders(world, session, row) == {"administrator"}
        with pytest.raises(PermissionDenied):
            head.decide(session, row)
        head.decide(session, row, role="administrator")
        assert row.state == "done"


def test_a_head_of_a_team_and_of_all_above_it_is_no_next_head_to_themselves(small_world: World) -> None:
    from interview_engine.hr.org.service import create_department

    world = small_world
    with world.database.transaction() as session:
        by_the_head(world, session)
        head = works_here(world, session, "hiring_manager")
        team = create_department(
            session, world.actor("administrator"), world.entity_id, "一组", world.clock, parent_id=world.department_id
        )
        set_manager(session, world.actor("administrator"), team.id, head.person_id, world.clock)
        session.get_one(Employment, head.employment_id).department_id = team.id
        session.flush()
        assert holders(world, session, head.leave(session, FIRST, LAST)) == {"administrator"}


def test_a_head_who_leaves_the_company_before_deciding_hands_on_at_midnight(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        by_the_head(world, session)
        head = works_here(world, session, "hiring_manager")
        staff = employ(world, session)
        row = staff.leave(session, FIRST, LAST)
        assert holders(world, session, row) == {"hiring_manager"}
        employment.end(session, SYSTEM, head.employment_id, date(2026, 11, 5), "离职", world.clock)
        account_id = world.actor("hiring_manager").account_id
        assert account_id is not None
        world.clock.at = datetime(2026, 11, 5, 16, 1, tzinfo=UTC)
        accounts.deactivate(session, SYSTEM, account_id, world.clock)
        assert chores.hand_over(session, world.clock) == 1
        approval = approvals.of_subject(session, "leave", f"leave:{row.id}")
        assert approval is not None
        waits = approvals.pending_for(session, world.actor("administrator"), world.clock)
        assert [one.approval.id for one in waits] == [approval.id]
        staff.decide(session, row, role="administrator")
        assert row.state == "done"


def test_a_cancellation_is_asked_of_the_head_of_now_and_not_of_who_agreed_once(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        by_the_head(world, session)
        staff = employ(world, session)
        row = staff.leave(session, FIRST, LAST)
        staff.decide(session, row)
        person_id = world.actor("other_manager").person_id
        set_manager(session, world.actor("administrator"), world.department_id, person_id, world.clock)
        service.cancel(session, staff.me, row.id, "行程取消", world.clock)
        assert (row.state, holders(world, session, row)) == ("cancelling", {"other_manager"})
        staff.decide(session, row, role="other_manager")
        assert row.state == "cancelled"
        effects = service.effects_of(session, row.id)
        balance: dict[str, int] = {}
        for one in effects:
            balance[one.table_name] = balance.get(one.table_name, 0) + one.quantity
        assert len(effects) >= 2
        assert set(balance.values()) == {0}
        done = {one.number for one in effects if one.reverses is None}
        assert {one.reverses for one in effects if one.reverses is not None} == done


def test_a_request_of_friday_evening_goes_to_the_next_head_on_monday_evening(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        by_the_head(world, session, escalate_after_h=24)
        staff = employ(world, session)
        world.clock.at = datetime(2026, 11, 6, 10, tzinfo=UTC)  # 18:00 in Shanghai
        row = staff.leave(session, FIRST, LAST)
        world.clock.at = datetime(2026, 11, 9, 9, 59, tzinfo=UTC)
        assert chores.end_and_escalate(session, world.clock) == 0
        world.clock.at = datetime(2026, 11, 9, 10, 1, tzinfo=UTC)
        assert chores.end_and_escalate(session, world.clock) == 1
        assert holders(world, session, row) == {"hiring_manager", "administrator"}
