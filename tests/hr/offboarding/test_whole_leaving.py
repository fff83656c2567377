"""From hired to gone and back, as one scripted run of the services (D6, D10): resignation, approval, handover, things
given back, exit interview, settlement, the end at midnight, and the same person hired again by an application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hiring_world import PUBLIC, World
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM, employee_actor
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts.service import NewAccount, account_of_person, create_account, reactivate
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.assets import service as assets
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.states import step_those_due
from interview_engine.hr.employment.tables import Employment, LifecycleEvent
from interview_engine.hr.offboarding import interviews, service, settlement
from interview_engine.hr.onboarding import entry_form, links
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying.applications import NewPerson, apply
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.requests import service as requests
from interview_engine.hr.tasks import service as tasks
from interview_engine.store.tables import Blob, OutboxMessage

LIN = NewPerson("林晓", "linxiao@example.com", "13800005555", synthetic=True)
FIRST, LAST, AGAIN = date(2026, 12, 1), date(2027, 1, 31), date(2027, 4, 1)


@dataclass(frozen=True)
class Story:
    """What could be seen on the way."""

    handed_out_with: str
    while_asked: str
    once_approved: str
    tasks_of_leaving: set[str]
    blocked_by: str
    answered: str
    settled: str
    facts: dict[str, str]
    at_the_last_minute: tuple[str, bool]
    after_midnight: tuple[str, bool]
    person_ids: list[str]
    employments: list[tuple[date, date | None, str]]
    first_history: list[str]
    history_later: list[str]
    second_tasks: int
    account_again: bool
    grants_again: int
    separations: list[str]


def hire(world: World, session: Session, first: date, number: int) -> Employment:
    """Somebody applies from outside, is taken, accepts, fills the entry form in and is approved."""
    clock, recruiter = world.clock, world.actor("recruiter")
    posting = world.post(session, world.open_job(session), f"channel-{number}")
    application = apply(session, PUBLIC, posting.code, LIN, clock)
    world.assessed(session, world.interviewed(session, application))
    reviews.decide(session, recruiter, application.id, "advance", "投诉处理讲得具体", clock)
    draft = offers.draft_offer(
        session, recruiter, application.id, offers.NewOffer("客服专员", Decimal(9000), first), clock
    )
    offers.submit_offer(session, recruiter, draft.id, clock)
    offers.approval_closed(session, SYSTEM, f"offer:{draft.id}", "approved", clock)
    sent = offers.send_offer(session, recruiter, draft.id, clock)
    offers.answer_offer(session, sent.token, True, clock)
    told = session.scalars(
        select(OutboxMessage).where(OutboxMessage.template == "onboarding.form").order_by(OutboxMessage.id.desc())
    ).first()
    assert told is not None
    sha256 = f"{number:064d}"
    session.add(Blob(sha256=sha256, size=1, media_type="application/json", created_at=clock.now()))
    session.flush()
    token = str(told.payload["token"])
    row = entry_form.submit(session, token, links.begin(session, token, clock), sha256, clock)
    asked = approvals.of_subject(session, onboarding.KIND, onboarding.ref_of(row))
    assert asked is not None
    approvals.decide(session, world.actor("hiring_manager"), asked.id, "approve", "", clock)
    held = employments.of_application(session, application.id)
    assert held is not None
    return held


def states(session: Session, world: World) -> None:
    step_those_due(session, world.clock)
    service.follow(session, world.clock)


@pytest.fixture(scope="module")
def story(world_of_a_story: World) -> Story:
    world = world_of_a_story
    clock, hr, boss = world.clock, world.actor("hr"), world.actor("administrator")
    with world.database.transaction() as session:
        held = hire(world, session, FIRST, 1)
        person_id, employment_id = held.person_id, held.id
    clock.at = datetime(2026, 12, 1, 2, tzinfo=UTC)
    with world.database.transaction() as session:
        states(session, world)
        wanted = NewAccount("linxiao", "林晓", "recruiter", person_id=person_id)
        account_id = create_account(session, boss, wanted, clock).account.id
        opened = tasks.of_ref(session, f"onboarding:{_joining_of(session, employment_id)}")
        (equipment,) = [one for one in opened if one.category == "equipment"]
        thing = NewHolding("computer", "笔记本电脑", FIRST, "NB-7", task_id=equipment.id)
        laptop = assets.hand_out(session, boss, employment_id, thing, clock).id
        card = assets.hand_out(session, hr, employment_id, NewHolding("card", "门禁卡", FIRST, "C-7"), clock).id
        handed_out_with = equipment.state
    me = employee_actor(person_id, "zh")
    clock.at = datetime(2026, 12, 28, 2, tzinfo=UTC)
    with world.database.transaction() as session:
        values = {"last_day": LAST, "reason": "回老家发展"}
        asked = requests.ask(session, me, "resignation", values, clock, key="phone-1")
        row = service.current(session, employment_id)
        assert row is not None
        while_asked, separation_id = row.state, row.id
    with world.database.transaction() as session:
        pending = approvals.of_subject(session, "resignation", f"resignation:{asked.id}")
        assert pending is not None
        approvals.decide(session, world.actor("hiring_manager"), pending.id, "approve", "", clock)
        states(session, world)
        once_approved = service.get_for(session, hr, separation_id, "read").state
        leaving = tasks.of_ref(session, service.ref_of(employment_id))
        categories = {one.category for one in leaving}
        for one in leaving:
            tasks.close(session, SYSTEM, one.id, "done", "", clock)
    clock.at = datetime(2027, 1, 20, 2, tzinfo=UTC)
    with world.database.transaction() as session:
        states(session, world)
        interviews.answer(session, me, separation_id, {"reason": "private", "led": "5"}, clock)
        said = interviews.of_separation(session, separation_id)
        assert said is not None
        answered = said.state
    blocked = ""
    with world.database.transaction() as session:
        try:
            service.settle(session, hr, separation_id, clock)
        except Exception as problem:  # noqa: BLE001 what it is, a test below looks at
            blocked = str(getattr(problem, "code", problem))
    with world.database.transaction() as session:
        assets.end(session, hr, laptop, "returned", "", clock)
        assets.end(session, hr, card, "lost", "搬家时遗失", clock)
        settled = service.settle(session, hr, separation_id, clock).state
        facts = {one["name"]: one["value"] for one in _facts(session, separation_id)}
    ends = []
    for at in (datetime(2027, 1, 31, 15, 59, tzinfo=UTC), datetime(2027, 1, 31, 16, 1, tzinfo=UTC)):
        clock.at = at
        with world.database.transaction() as session:
            states(session, world)
            state = service.get_for(session, hr, separation_id, "read").state
            ends.append((state, account_of_person(session, person_id) is not None))
    with world.database.reading() as session:
        first_history = _history(session, employment_id)
    clock.at = datetime(2027, 3, 1, 2, tzinfo=UTC)
    with world.database.transaction() as session:
        again = hire(world, session, AGAIN, 2)
        account_again = account_of_person(session, person_id) is not None
        reactivate(session, boss, account_id, clock)
        grants = session.scalar(select(func.count(Grant.id)).where(Grant.account_id == account_id))
        return Story(
            handed_out_with, while_asked, once_approved, categories, blocked, answered, settled, facts, *ends,
            person_ids=list(session.scalars(select(Person.id).where(Person.name == "林晓"))),
            employments=[(one.start_date, one.last_day, one.state) for one in employments.all_of(session, person_id)],
            first_history=first_history,
            history_later=_history(session, employment_id),
            second_tasks=len(tasks.of_ref(session, f"onboarding:{_joining_of(session, again.id)}")),
            account_again=account_again,
            grants_again=grants or 0,
            separations=[one.state for one in service.of_person(session, person_id)],
        )  # fmt: skip


def _facts(session: Session, separation_id: str) -> list[dict[str, str]]:
    row = settlement.of_separation(session, separation_id)
    assert row is not None
    return list(row.facts)


def _history(session: Session, employment_id: str) -> list[str]:
    statement = select(LifecycleEvent.kind).where(LifecycleEvent.employment_id == employment_id)
    return list(session.scalars(statement.order_by(LifecycleEvent.id)))


def _joining_of(session: Session, employment_id: str) -> str:
    row = onboarding.of_employment(session, employment_id)
    assert row is not None
    return row.id


def test_d6_a_resignation_by_phone_is_seen_at_once_and_opens_the_handover_when_it_is_approved(story: Story) -> None:
    assert (story.while_asked, story.once_approved) == ("requested", "handover")
    assert {"access", "equipment", "handover", "pay", "retention"} <= story.tasks_of_leaving


def test_a_thing_is_handed_out_with_its_task_and_given_back_before_the_settlement(story: Story) -> None:
    assert story.handed_out_with == "done"
    assert story.blocked_by == "separation.assets"
    assert (story.facts["assets_open"], story.facts["assets_lost"]) == ("0", "1")


def test_the_settlement_goes_to_pay_with_its_facts(story: Story) -> None:
    assert (story.answered, story.settled) == ("answered", "handed_over")
    assert (story.facts["last_day"], story.facts["notice_given"]) == ("2027-01-31", "34")
    assert story.facts["severance"] == "no"


def test_it_is_closed_and_access_ends_at_midnight_in_china(story: Story) -> None:
    assert story.at_the_last_minute == ("settled", True)
    assert story.after_midnight == ("closed", False)


def test_d10_an_application_from_outside_finds_the_same_person(story: Story) -> None:
    assert len(story.person_ids) == 1
    assert story.employments == [(FIRST, LAST, "left"), (AGAIN, None, "pending")]


def test_the_first_employments_history_stays_as_it_was(story: Story) -> None:
    assert story.first_history == story.history_later
    assert story.first_history[-1] == "left"
    assert story.separations == ["closed"]


def test_tasks_accounts_and_grants_begin_anew(story: Story) -> None:
    assert story.second_tasks > 0
    assert not story.account_again
    assert story.grants_again == 0
