"""Who is away is stood in for; what nobody decides goes upwards, and in the end expires with what follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.chores import end_and_escalate, hand_over
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.approvals.verdict import verdict
from interview_engine.hr.approvals.working_time import LONGEST_BREAK, after
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.store.tables import OutboxMessage

DAY = date(2026, 11, 2)
"""The first day of the world's clock, in Shanghai."""


def asked(world: World, session: Session) -> Approval:
    actor = world.actor("recruiter")
    row = requisitions.create_requisition(session, actor, world.new_requisition(), world.clock)
    return requisitions.submit_for_approval(session, actor, row.id, world.clock)


def flow(world: World, session: Session, *steps: dict[str, object], days: int | None = None) -> None:
    approvals.set_flow(session, world.actor("hr"), "requisition", steps, world.clock, expires_after_days=days)


def away(world: World, session: Session, role: str, instead: str, first: int = 0, last: int = 3) -> str:
    to = world.actor(instead).account_id
    assert to is not None
    days = (DAY + timedelta(days=first), DAY + timedelta(days=last))
    return approvals.set_substitute(session, world.actor(role), to, *days, world.clock).id


def waiting(world: World, session: Session, *roles: str) -> list[int]:
    return [len(approvals.pending_for(session, world.actor(role), world.clock)) for role in roles]


def test_a_substitute_decides_while_the_approver_is_away(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"]})
        away(world, session, "hr", "hiring_manager")
        approval = asked(world, session)
        assert waiting(world, session, "hr", "hiring_manager") == [0, 1]
        with pytest.raises(PermissionDenied):
            approvals.decide(session, world.actor("hr"), approval.id, "approve", "", world.clock)
        approvals.decide(session, world.actor("hiring_manager"), approval.id, "approve", "", world.clock)
        assert approval.state == "approved"


def test_what_waits_already_is_handed_over_and_told_once(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"]})
        approval = asked(world, session)
        away(world, session, "hr", "hiring_manager")
        assert hand_over(session, world.clock) == 0
        to = world.actor("hiring_manager").id
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == to)).all()
        assert [message.payload["approval"] for message in sent if message.channel == "inbox"] == [approval.id]


def test_an_absence_that_begins_later_hands_over_on_its_first_day(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"]})
        asked(world, session)
        away(world, session, "hr", "hiring_manager", first=2)
        assert waiting(world, session, "hr", "hiring_manager") == [1, 0]
        world.clock.pass_days(2)
        assert hand_over(session, world.clock) == 1
        assert waiting(world, session, "hr", "hiring_manager") == [0, 1]


def test_a_substitute_who_is_away_too_has_the_next_one_decide(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"]})
        away(world, session, "hiring_manager", "administrator")
        away(world, session, "hr", "hiring_manager")
        asked(world, session)
        assert waiting(world, session, "hr", "hiring_manager", "administrator") == [0, 0, 1]


def test_a_circle_of_substitutes_leaves_the_part_where_it_is(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"]})
        away(world, session, "hiring_manager", "hr")
        away(world, session, "hr", "hiring_manager")
        asked(world, session)
        assert waiting(world, session, "hr", "hiring_manager") == [1, 0]


def test_nobody_stands_in_to_approve_what_they_asked_for(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"]})
        away(world, session, "hr", "recruiter")
        asked(world, session)
        assert waiting(world, session, "hr", "recruiter") == [1, 0]


def test_an_absence_taken_back_is_over_at_once(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"]})
        absence = away(world, session, "hr", "hiring_manager")
        with pytest.raises(NotFoundError):
            approvals.end_substitute(session, world.actor("recruiter"), absence, world.clock)
        approvals.end_substitute(session, world.actor("hr"), absence, world.clock)
        asked(world, session)
        assert waiting(world, session, "hr", "hiring_manager") == [1, 0]
        assert approvals.absences_of(session, world.actor("hr"), world.clock) == ()


@pytest.mark.parametrize(
    ("instead", "first", "last", "code"),
    [
        ("hr", 0, 1, "approval.own_substitute"),
        ("recruiter", 2, 1, "approval.absence"),
        ("recruiter", -3, -1, "approval.absence"),
        ("recruiter", 0, 366, "approval.absence"),
        ("recruiter", 9, 12, "approval.absence_overlaps"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    small_world: World, instead: str, first: int, last: int, code: str
) -> None:
    world = small_world
    with world.database.transaction() as session:
        away(world, session, "hr", "hiring_manager", first=10, last=20)
        with pytest.raises(InvalidInput) as caught:
            away(world, session, "hr", instead, first=first, last=last)
    assert caught.value.code == code


def test_a_step_nobody_decides_goes_to_the_next_head_once(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"], "escalate_after_h": 24})
        approval = asked(world, session)
        world.clock.pass_days(0.9)
        assert end_and_escalate(session, world.clock) == 0
        world.clock.pass_days(0.2)
        assert end_and_escalate(session, world.clock) == 1
        assert waiting(world, session, "hr", "hiring_manager") == [1, 1]
        world.clock.pass_days(5)
        assert end_and_escalate(session, world.clock) == 0
        approvals.decide(session, world.actor("hiring_manager"), approval.id, "approve", "", world.clock)
        assert approval.state == "approved"


def test_hours_of_a_weekend_and_of_a_holiday_do_not_make_a_step_late(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"], "escalate_after_h": 24})
        world.clock.pass_days(4)  # a Friday
        asked(world, session)
        world.clock.pass_days(2.9)
        assert end_and_escalate(session, world.clock) == 0
        world.clock.pass_days(0.2)
        assert end_and_escalate(session, world.clock) == 1


SHANGHAI = timezone(timedelta(hours=8))
HOLIDAY = {date(2026, 10, 1) + timedelta(days=number) for number in range(7)}


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (datetime(2026, 9, 30, 18, tzinfo=SHANGHAI), 24, datetime(2026, 10, 8, 18, tzinfo=SHANGHAI)),
        (datetime(2026, 9, 30, 18, tzinfo=SHANGHAI), 6, datetime(2026, 10, 1, 0, tzinfo=SHANGHAI)),
        (datetime(2026, 10, 3, 9, tzinfo=SHANGHAI), 1, datetime(2026, 10, 8, 1, tzinfo=SHANGHAI)),
        (datetime(2026, 9, 30, 16, 30, tzinfo=UTC), 24, datetime(2026, 10, 8, 16, tzinfo=UTC)),
    ],
)
def test_the_clock_stands_still_from_the_evening_before_a_holiday_to_its_end(
    start: datetime, hours: int, due: datetime
) -> None:
    assert after(start, hours, lambda day: day not in HOLIDAY) == due


def test_a_calendar_without_workdays_does_not_keep_a_step_for_ever() -> None:
    start = datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert after(start, 48, lambda _: False) == start + timedelta(days=LONGEST_BREAK + 2)


def test_a_head_above_settles_a_step_that_needs_all(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        step = {"rule": "all", "approvers": ["role:hr", "manager"], "escalate_after_h": 1}
        flow(world, session, step)
        approval = asked(world, session)
        approvals.decide(session, world.actor("hr"), approval.id, "approve", "", world.clock)
        world.clock.pass_days(1)
        assert end_and_escalate(session, world.clock) == 1
        approvals.decide(session, world.actor("administrator"), approval.id, "approve", "", world.clock)
        assert approval.state == "approved"


def test_a_rejection_stands_against_the_head_above() -> None:
    assert verdict("all", ["reject", None], "approve") == "rejected"
    assert verdict("all", ["approve", None], "approve") == "approved"
    assert verdict("any", [None, None], "reject") == "rejected"


def test_a_request_expires_with_what_follows_from_it(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        flow(world, session, {"rule": "any", "approvers": ["role:hr"], "escalate_after_h": 24}, days=3)
        approval = asked(world, session)
        world.clock.pass_days(3)
        assert end_and_escalate(session, world.clock) == 1
        row = session.get_one(Requisition, approval.subject.partition(":")[2])
        assert (approval.state, row.state) == ("expired", "draft")
        assert end_and_escalate(session, world.clock) == 0
        assert (
            requisitions.submit_for_approval(session, world.actor("recruiter"), row.id, world.clock).id != approval.id
        )


def test_a_request_without_an_end_waits_for_ever(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        approval = asked(world, session)
        world.clock.pass_days(400)
        assert end_and_escalate(session, world.clock) == 0
        assert approval.state == "pending"
