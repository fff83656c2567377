"""The engine of requests: asked by anybody who works here, decided by the flow, done and undone in one transaction."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from hiring_world import World
from request_staff import START, Staff, employ
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import employee_actor
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.approvals import chores
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import ApprovalStep
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment import states
from interview_engine.hr.employment.tables import Assignment, Employment
from interview_engine.hr.org.service import set_manager
from interview_engine.hr.people.tables import Person
from interview_engine.hr.requests import service
from interview_engine.hr.requests.deciding import apply_due
from interview_engine.hr.requests.tables import Request, RequestEffect, RequestPaper
from interview_engine.i18n import Message
from interview_engine.store.tables import OutboxMessage

MANAGER = [{"rule": "any", "approvers": ["manager"]}]
FIRST, LAST = date(2026, 11, 9), date(2026, 11, 10)


def left(session: Session, staff: Staff, day: date) -> None:
    """The employment ends with that day."""
    actor = staff.world.actor("administrator")
    employment.end(session, actor, staff.employment_id, day, "协商", staff.world.clock)


def test_an_employee_without_an_account_asks_and_their_head_decides(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        row = staff.leave(session, FIRST, LAST)
        (waiting,) = approvals.pending_for(session, staff.world.actor("hiring_manager"), staff.world.clock)
        assert (waiting.approval.requested_by, waiting.approval.requested_by_person_id) == (None, staff.person_id)
        staff.decide(session, row)
        assert (row.state, row.department_id, row.employment_id) == (
            "done", staff.world.department_id, staff.employment_id,
        )  # fmt: skip
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "request.decided")).all()
        assert [one.recipient for one in told] == [f"person:{staff.person_id}"]
        assert told[0].payload == {"request": row.id}


def test_a_rejected_request_has_no_effect_and_is_told(small_staff: Staff) -> None:
    staff = small_staff
    with staff.world.database.transaction() as session:
        row = staff.ask(session, "certificate", purpose="签证")
        staff.decide(session, row, "reject")
        assert row.state == "rejected"
        assert session.scalar(select(func.count()).select_from(RequestPaper)) == 0


def test_the_effect_and_the_last_decision_are_one_transaction(staff: Staff) -> None:
    """What the kind refuses at that moment leaves the request undecided."""
    world = staff.world
    with world.database.transaction() as session:
        row = staff.ask(session, "resignation", last_day=date(2026, 12, 1), reason="回老家")
        request_id = row.id
        left(session, staff, date(2026, 12, 31))
    with pytest.raises(ConflictError) as caught, world.database.transaction() as session:
        staff.decide(session, session.get_one(Request, request_id))
    assert caught.value.code == "resignation.agreed"
    with world.database.reading() as session:
        assert session.get_one(Request, request_id).state == "pending"
        approval = approvals.of_subject(session, "resignation", f"resignation:{request_id}")
        assert approval is not None
        assert approval.state == "pending"
        assert session.scalars(select(ApprovalStep.decision).where(ApprovalStep.approval_id == approval.id)).all() == [
            None, None,
        ]  # fmt: skip


def test_sent_twice_by_phone_is_one_request(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        first = staff.ask(session, "certificate", key="k1", purpose="签证")
        assert staff.ask(session, "certificate", key="k1", purpose="签证") is first
        with pytest.raises(ConflictError) as caught:
            staff.ask(session, "certificate", key="k1", purpose="租房")
        assert caught.value.code == "request.sent"
        assert session.scalar(select(func.count()).select_from(Request)) == 1


def test_sent_twice_at_once_is_one_request(staff: Staff) -> None:
    found: list[str] = []

    def send() -> None:
        with staff.world.database.transaction() as session:
            found.append(staff.ask(session, "certificate", key="k1", purpose="签证").id)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_what_is_not_decided_is_withdrawn_and_its_approval_with_it(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        row = staff.leave(session, FIRST, LAST)
        service.withdraw(session, staff.me, row.id, staff.world.clock)
        assert row.state == "withdrawn"
        assert approvals.pending_for(session, staff.world.actor("hiring_manager"), staff.world.clock) == ()
        service.withdraw(session, staff.me, row.id, staff.world.clock)
        with pytest.raises(PermissionDenied):
            service.withdraw(session, staff.world.actor("recruiter"), row.id, staff.world.clock)


def test_a_cancellation_goes_through_the_flow_and_writes_counter_entries(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        row = service.ask(
            session, world.actor("hr"), "transfer",
            {"department": world.other_department_id, "title": "销售", "from_day": date(2026, 11, 1)},
            world.clock, person_id=staff.person_id,
        )  # fmt: skip
        staff.decide(session, row)
        assert (row.state, session.get_one(Employment, staff.employment_id).title) == ("done", "销售")
        service.cancel(session, staff.me, row.id, "我不想去", world.clock)
        assert row.state == "cancelling"
        assert session.get_one(Employment, staff.employment_id).title == "销售"
        staff.decide(session, row)
        assert (row.state, session.get_one(Employment, staff.employment_id).title) == ("cancelled", "客服专员")
        effects = service.effects_of(session, row.id)
        assert [(one.number, one.table_name, one.quantity, one.reverses) for one in effects] == [
            (1, "assignment", 1, None),
            (2, "assignment", -1, 1),
        ]
        moved = select(Assignment.dated_state).where(Assignment.employment_id == staff.employment_id)
        assert sorted(session.scalars(moved)) == ["holds", "holds", "withdrawn"]
        with pytest.raises(ConflictError):
            service.cancel(session, staff.me, row.id, "再来一次", world.clock)


def test_a_refused_or_withdrawn_cancellation_leaves_what_was_done(small_staff: Staff) -> None:
    staff = small_staff
    with staff.world.database.transaction() as session:
        row = staff.ask(session, "certificate", purpose="签证")
        staff.decide(session, row)
        service.cancel(session, staff.me, row.id, "不需要了", staff.world.clock)
        staff.decide(session, row, "reject")
        assert (row.state, len(service.effects_of(session, row.id))) == ("done", 1)
        service.cancel(session, staff.me, row.id, "不需要了", staff.world.clock)
        service.withdraw(session, staff.me, row.id, staff.world.clock)
        assert (row.state, len(service.effects_of(session, row.id))) == ("done", 1)


def test_a_condition_of_the_flow_tells_a_cancellation_from_a_request(small_staff: Staff) -> None:
    staff = small_staff
    only_first = {"match": "all", "conditions": [{"fact": "cancellation", "operator": "=", "value": "no"}]}
    steps = [
        {"rule": "any", "approvers": ["manager"]},
        {"rule": "any", "approvers": ["role:hr"], "when": only_first},
    ]
    with staff.world.database.transaction() as session:
        approvals.set_flow(session, staff.world.actor("hr"), "certificate", steps, staff.world.clock)
        row = staff.ask(session, "certificate", purpose="签证")
        staff.decide(session, row)
        assert row.state == "pending"
        staff.decide(session, row, role="hr")
        assert row.state == "done"
        service.cancel(session, staff.me, row.id, "不需要了", staff.world.clock)
        staff.decide(session, row)
        assert row.state == "cancelled"


def test_the_effects_of_a_request_can_neither_be_changed_nor_removed(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        staff.decide(session, staff.ask(session, "certificate", purpose="签证"))
    for statement in (update(RequestEffect).values(quantity=9), delete(RequestEffect)):
        with pytest.raises(DBAPIError), staff.world.database.transaction() as session:
            session.execute(statement)


def test_a_head_s_own_request_goes_to_the_next_head_up(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        head = employ(world, session, "部门主管")
        above = world.actor("other_manager")
        from interview_engine.hr.org.service import create_department

        team = create_department(
            session,
            world.actor("administrator"),
            world.entity_id,
            "一组",
            world.clock,
            parent_id=world.other_department_id,
        )
        set_manager(session, world.actor("administrator"), team.id, head.person_id, world.clock)
        session.get_one(Employment, head.employment_id).department_id = team.id
        session.flush()
        approvals.set_flow(
            session, world.actor("hr"), "leave", [{"rule": "any", "approvers": ["manager"]}], world.clock
        )
        head.leave(session, FIRST, LAST)
        assert len(approvals.pending_for(session, above, world.clock)) == 1


def test_nobody_decides_about_a_request_that_is_about_them(small_world: World) -> None:
    """HR asks for the head of the department: the head does not approve it."""
    world = small_world
    with world.database.transaction() as session:
        head = world.actor("hiring_manager")
        assert head.person_id is not None
        place = employment.Place(world.entity_id, world.department_id)
        employment.begin(session, world.actor("hr"), head.person_id, place, "主管", START, None, world.clock)
        row = service.ask(
            session, world.actor("hr"), "leave", {"leave_type": "annual", "first_day": FIRST, "last_day": LAST},
            world.clock, person_id=head.person_id,
        )  # fmt: skip
        approval = approvals.of_subject(session, "leave", f"leave:{row.id}")
        assert approval is not None
        holders = set(session.scalars(select(ApprovalStep.account_id).where(ApprovalStep.approval_id == approval.id)))
        assert holders == {world.actor("administrator").account_id}
        with pytest.raises(PermissionDenied):
            approvals.decide(session, head, approval.id, "approve", "", world.clock)


def test_an_approver_who_left_hands_on_to_the_next_head_or_an_administrator(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        approvals.set_flow(
            session, world.actor("hr"), "leave", [{"rule": "any", "approvers": ["manager"]}], world.clock
        )
        row = staff.leave(session, FIRST, LAST)
        account_id = world.actor("hiring_manager").account_id
        assert account_id is not None
        accounts.deactivate(session, world.actor("administrator"), account_id, world.clock)
        assert chores.hand_over(session, world.clock) == 1
        assert chores.hand_over(session, world.clock) == 0
        assert [
            one.approval.subject for one in approvals.pending_for(session, world.actor("administrator"), world.clock)
        ] == [f"leave:{row.id}"]
        staff.decide(session, row, role="administrator")
        assert row.state == "done"


def test_who_does_not_work_here_asks_for_nothing(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        applicant = world.applicant(session, world.post(session, world.open_job(session)))
        stranger = employee_actor(applicant.person_id, "zh")
        with pytest.raises(ConflictError) as caught:
            service.ask(session, stranger, "certificate", {"purpose": "签证"}, world.clock)
        assert caught.value.code == "request.not_here"
        assert service.askable(session, stranger, applicant.person_id) == []


def test_a_leaver_s_open_request_is_not_approved_any_more(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        row = staff.ask(session, "certificate", purpose="签证")
        left(session, staff, date(2026, 11, 1))
        with pytest.raises(ConflictError) as caught:
            staff.decide(session, row)
        assert caught.value.code == "request.not_here"


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("leave", {"leave_type": "sick", "first_day": date(2026, 9, 1), "last_day": date(2026, 9, 2)}),
        ("leave", {"leave_type": "sick", "first_day": LAST, "last_day": FIRST}),
        ("resignation", {"last_day": date(2026, 11, 1), "reason": "回老家"}),
        ("contact_change", {"phone": "13900000001", "from_day": date(2026, 11, 1)}),
        ("contact_change", {"phone": "abc"}),
        ("contact_change", {}),
        ("certificate", {}),
    ],
)
def test_days_that_cannot_be_and_empty_forms_are_refused_by_their_field(
    small_staff: Staff, kind: str, values: dict[str, object]
) -> None:
    with small_staff.world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        small_staff.ask(session, kind, **values)
    assert caught.value.field
    assert any("一" <= letter <= "鿿" for letter in caught.value.message.zh)


def test_two_leaves_of_one_day_are_refused_but_two_halves_are_not(small_staff: Staff) -> None:
    staff = small_staff
    with staff.world.database.transaction() as session:
        staff.leave(session, FIRST, FIRST, part="morning")
        staff.leave(session, FIRST, FIRST, part="afternoon")
        for part in ("morning", "whole"):
            with pytest.raises(ConflictError):
                staff.leave(session, FIRST, FIRST, part=part)


def test_a_change_from_a_day_on_waits_for_that_day(staff: Staff) -> None:
    world = staff.world
    with world.database.transaction() as session:
        row = staff.ask(session, "contact_change", phone="13900000001", from_day=date(2026, 11, 20))
        staff.decide(session, row)
        old = session.get_one(Person, staff.person_id).phone
        assert (row.state, old != "13900000001") == ("approved", True)
        assert apply_due(session, world.clock) == 0
        world.clock.pass_days(18)
        assert apply_due(session, world.clock) == 1
        assert apply_due(session, world.clock) == 0
        session.flush()
        assert (row.state, session.get_one(Person, staff.person_id).phone_key) == ("done", "+8613900000001")
        service.cancel(session, staff.me, row.id, "号码没开通", world.clock)
        staff.decide(session, row)
        assert session.get_one(Person, staff.person_id).phone == old


def test_a_change_whose_day_comes_after_the_person_left_ends_and_is_told(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    with world.database.transaction() as session:
        row = staff.ask(session, "contact_change", phone="13900000001", from_day=date(2026, 11, 20))
        staff.decide(session, row)
        left(session, staff, date(2026, 11, 2))
        world.clock.pass_days(20)
        states.step_those_due(session, world.clock)
        assert apply_due(session, world.clock) == 0
        assert row.state == "cancelled"
        assert apply_due(session, world.clock) == 0


def test_the_page_shows_the_old_beside_the_new(small_staff: Staff) -> None:
    staff = small_staff
    with staff.world.database.transaction() as session:
        old = session.get_one(Person, staff.person_id).phone
        row = staff.ask(session, "contact_change", phone="13900000001")
        seen = service.see(session, staff.world.actor("hiring_manager"), row.id, staff.world.clock)
        assert [(one.field.name, one.words("zh"), one.words_before("zh")) for one in seen.fields] == [
            ("phone", "13900000001", old)
        ]


def test_who_decides_on_sick_leave_sees_the_days_and_not_the_reason(small_staff: Staff) -> None:
    staff = small_staff
    with staff.world.database.transaction() as session:
        row = staff.leave(session, FIRST, LAST, reason="手术")
        head = service.see(session, staff.world.actor("hiring_manager"), row.id, staff.world.clock)
        assert {one.field.name for one in head.fields if one.hidden} == {"leave_type", "reason"}
        workdays, days = (one.value for one in head.lines)
        assert isinstance(workdays, Message)
        assert (workdays.get("en"), days) == ("2, by a calendar that is not confirmed yet", "2")
        assert head.may_decide
        hr = service.see(session, staff.world.actor("hr"), row.id, staff.world.clock)
        assert {one.field.name for one in hr.fields if one.hidden} == set()
        mine = service.see(session, staff.me, row.id, staff.world.clock)
        assert [one.words("zh") for one in mine.fields if one.field.name == "reason"] == ["手术"]
        assert (mine.may_withdraw, mine.may_decide) == (True, None)


def test_reports_to_never_opens_pay_in_a_request(small_staff: Staff) -> None:
    """A head sees no amount, so their approval is not the last: somebody who may see pay decides after them."""
    staff, world = small_staff, small_staff.world
    values = {"monthly": 1_200_000, "from_day": date(2026, 12, 1)}
    with world.database.transaction() as session:
        row = service.ask(session, world.actor("hr"), "pay_change", values, world.clock, person_id=staff.person_id)
        head = service.see(session, world.actor("hiring_manager"), row.id, world.clock)
        assert all(one.hidden for one in head.fields)
        staff.decide(session, row)
        assert row.state == "pending"
        staff.decide(session, row, role="administrator")
        assert row.state == "done"
        head = service.see(session, world.actor("hiring_manager"), row.id, world.clock)
        assert head.effects == ()
        assert [one.quantity for one in service.see(session, world.actor("hr"), row.id, world.clock).effects] == [
            1_200_000
        ]
        with pytest.raises(NotFoundError):
            service.see(session, world.actor("other_manager"), row.id, world.clock)
        for role in ("hiring_manager", "interviewer", "auditor"):
            with pytest.raises(PermissionDenied):
                service.ask(session, world.actor(role), "pay_change", values, world.clock, person_id=staff.person_id)
        with pytest.raises(PermissionDenied):
            staff.ask(session, "pay_change", **values)


def test_what_a_flow_asks_and_how_long_it_takes_counts_by_the_request_s_own_kind(small_staff: Staff) -> None:
    staff, world = small_staff, small_staff.world
    long = {"match": "all", "conditions": [{"fact": "days", "operator": ">", "value": "3"}]}
    steps = [{"rule": "any", "approvers": ["manager"]}, {"rule": "any", "approvers": ["role:hr"], "when": long}]
    with world.database.transaction() as session:
        approvals.set_flow(session, world.actor("hr"), "leave", steps, world.clock)
        short = staff.leave(session, FIRST, LAST)
        staff.decide(session, short)
        assert short.state == "done"
        longer = staff.leave(session, FIRST + timedelta(days=10), FIRST + timedelta(days=16))
        staff.decide(session, longer)
        assert longer.state == "pending"
        now = world.clock.now()
        times = approvals.decision_times(session, world.actor("hr"), now - timedelta(days=1), now)
        assert [(one.kind, one.department_id, one.count) for one in times] == [("leave", world.department_id, 1)]
