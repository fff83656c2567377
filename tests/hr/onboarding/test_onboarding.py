"""From an accepted offer to the first day: asked once, approved, told, and undone without residue (D1, D3, D4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, GoneError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.approvals.service import decide, pending_for
from interview_engine.hr.competency.tables import CompetencyEvidence
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment import states
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber, Employment
from interview_engine.hr.onboarding import entry_form, links, no_shows, service, welcome
from interview_engine.hr.onboarding.service import Onboarding
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.tables import Application, ApplicationEvent, Requisition
from interview_engine.hr.tasks import service as tasks
from interview_engine.store.rows import stamp
from interview_engine.store.tables import Blob, OutboxMessage

FIRST = date(2026, 12, 1)
SHA = "ab" * 32


@dataclass(frozen=True)
class Accepted:
    """Somebody has accepted an offer for 1 December."""

    world: World
    application_id: str
    person_id: str

    def row(self, session: Session) -> Onboarding:
        found = service.of_application(session, self.application_id)
        assert found is not None
        return found

    def link(self, session: Session, template: str = "onboarding.form") -> str:
        sent = session.scalars(
            select(OutboxMessage).where(OutboxMessage.template == template).order_by(OutboxMessage.id.desc())
        ).first()
        assert sent is not None
        return str(sent.payload["token"])

    def filled(self, session: Session) -> Onboarding:
        token = self.link(session)
        secret = links.begin(session, token, self.world.clock)
        return entry_form.submit(session, token, secret, SHA, self.world.clock)

    def decided(self, session: Session, decision: str = "approve", comment: str = "") -> None:
        (waiting,) = [
            one
            for one in pending_for(session, self.world.actor("hiring_manager"), self.world.clock)
            if one.approval.kind == service.KIND
        ]
        decide(
            session, self.world.actor("hiring_manager"), waiting.approval.id, decision, comment, self.world.clock,  # type: ignore[arg-type]
        )  # fmt: skip

    def approved(self, session: Session) -> Onboarding:
        self.filled(session)
        self.decided(session)
        return self.row(session)

    def on(self, day: date) -> None:
        self.world.clock.at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


@pytest.fixture
def accepted(world: World) -> Accepted:
    clock, recruiter = world.clock, world.actor("recruiter")
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        world.assessed(session, world.interviewed(session, application))
        reviews.decide(session, recruiter, application.id, "advance", "投诉处理讲得具体", clock)
        new = offers.NewOffer("客服专员", Decimal(9000), FIRST)
        sent = offers.send_offer(
            session, recruiter, offers.draft_offer(session, recruiter, application.id, new, clock).id, clock
        )
        offers.answer_offer(session, sent.token, True, clock)
        offers.answer_offer(session, sent.token, True, clock)
        session.add(Blob(sha256=SHA, size=1, media_type="application/json", created_at=clock.now()))
        return Accepted(world, application.id, application.person_id)


def measures(session: Session, accepted: Accepted) -> list[str]:
    own = CompetencyEvidence.person_id == accepted.person_id
    return list(session.scalars(select(CompetencyEvidence.reference).where(own)))


def test_d1_who_accepts_is_asked_once(accepted: Accepted) -> None:
    with accepted.world.database.transaction() as session:
        row = accepted.row(session)
        assert (row.state, row.title, row.first_day) == ("asked", "客服专员", FIRST)
        asked = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "onboarding.form")).all()
        assert [one.recipient for one in asked] == [f"person:{accepted.person_id}"]


def test_a_look_at_the_link_binds_nothing_and_the_first_phone_that_begins_keeps_it(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        token = accepted.link(session)
        assert links.glance(session, token).device_hash is None
        secret = links.begin(session, token, world.clock)
        links.check_device(accepted.row(session), secret)
        with pytest.raises(ConflictError):
            links.begin(session, token, world.clock)
        with pytest.raises(PermissionDenied):
            entry_form.submit(session, token, "another phone", SHA, world.clock)


def test_a_code_lets_another_phone_in_and_shuts_the_first_out(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        token = accepted.link(session)
        first = links.begin(session, token, world.clock)
        links.send_code(session, token, world.clock, lambda: "123456")
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "onboarding.code")).one()
        assert (told.recipient, told.payload["token"]) == (f"person:{accepted.person_id}", "123456")
        assert links.take_code(session, token, "654321", world.clock) is None
        second = links.take_code(session, token, " 123456 ", world.clock)
        assert second is not None
        row = accepted.row(session)
        assert (links.is_bound(row, first), links.is_bound(row, second)) == (False, True)
        with pytest.raises(ConflictError):
            links.take_code(session, token, "123456", world.clock)


def test_a_code_serves_for_ten_minutes_and_five_tries(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        token = accepted.link(session)
        links.begin(session, token, world.clock)
        links.send_code(session, token, world.clock, lambda: "123456")
        with pytest.raises(ConflictError) as caught:
            links.send_code(session, token, world.clock)
        assert caught.value.code == "onboarding.code_wait"
        for _ in range(5):
            assert links.take_code(session, token, "000000", world.clock) is None
        with pytest.raises(ConflictError):
            links.take_code(session, token, "123456", world.clock)
        world.clock.pass_days(0.1)
        links.send_code(session, token, world.clock, lambda: "123456")
        world.clock.pass_days(11 / 1440)
        with pytest.raises(ConflictError):
            links.take_code(session, token, "123456", world.clock)


def test_in_their_own_wechat_the_form_opens_on_any_phone(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        token = accepted.link(session)
        first = links.begin(session, token, world.clock)
        stranger = world.actor("recruiter").person_id
        assert stranger is not None
        assert links.enter(session, token, stranger, "", world.clock) is None
        assert links.enter(session, token, accepted.person_id, first, world.clock) is None
        second = links.enter(session, token, accepted.person_id, "", world.clock)
        assert second is not None
        assert links.is_bound(accepted.row(session), second)


def test_d3_the_managers_approval_hires_opens_the_tasks_and_sends_the_welcome(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.approved(session)
        assert row.state == "approved"
        employment = session.get_one(Employment, row.employment_id)
        assert (employment.start_date, employment.application_id) == (FIRST, accepted.application_id)
        assert session.get_one(Application, accepted.application_id).stage == "hired"
        opened = tasks.of_ref(session, service.ref_of(row))
        assert {task.owner for task in opened} == {"it", "hr", "manager", "person"}
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "onboarding.welcome")).one()
        assert (told.payload["start"], told.payload["title"]) == ("2026-12-01", "客服专员")
        assert links.glance(session, told.payload["token"]).id == row.id


def test_hired_by_the_recruiter_first_there_is_one_employment_and_the_welcome_still_comes(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        hired = offers.hire(session, world.actor("recruiter"), accepted.application_id, world.clock)
        row = accepted.approved(session)
        assert row.employment_id == hired.id
        assert len(session.scalars(select(Employment)).all()) == 1
        assert session.scalars(select(OutboxMessage).where(OutboxMessage.template == "onboarding.welcome")).one()


def test_a_form_that_is_sent_back_says_why_and_can_be_sent_again(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        accepted.filled(session)
        accepted.decided(session, "reject", "地址不完整")
        row = accepted.row(session)
        assert (row.state, row.reason, row.employment_id) == ("returned", "地址不完整", None)
        token = accepted.link(session, "onboarding.returned")
        secret = links.enter(session, token, accepted.person_id, "", world.clock)
        assert secret is not None
        assert entry_form.submit(session, token, secret, SHA, world.clock).state == "filled"
        accepted.decided(session)
        assert accepted.row(session).state == "approved"


def test_an_approved_form_takes_no_correction(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        token = accepted.link(session)
        secret = links.begin(session, token, world.clock)
        entry_form.submit(session, token, secret, SHA, world.clock)
        entry_form.submit(session, token, secret, SHA, world.clock)
        accepted.decided(session)
        with pytest.raises(ConflictError):
            entry_form.submit(session, token, secret, SHA, world.clock)


def test_a_changed_first_day_moves_employment_tasks_and_tells_the_person(accepted: Accepted) -> None:
    world, later = accepted.world, date(2026, 12, 15)
    with world.database.transaction() as session:
        row = accepted.approved(session)
        due = {task.id: task.due for task in tasks.of_ref(session, service.ref_of(row))}
        service.change_first_day(session, world.actor("hr"), row.id, later, world.clock)
        employment = session.get_one(Employment, row.employment_id)
        assert (row.first_day, employment.start_date, employment.state) == (later, later, "pending")
        assert {(task.due - due[task.id]).days for task in tasks.of_ref(session, service.ref_of(row))} == {14}
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "onboarding.moved")).one()
        assert told.payload["start"] == "2026-12-15"
        first = session.get_one(Assignment, employment.assignment_id)
        assert first.valid_from == later


def test_who_does_not_come_leaves_no_residue(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.approved(session)
        employment_id = row.employment_id
        accepted.on(date(2026, 12, 2))
        service.does_not_come(session, world.actor("hr"), row.id, "没有报到", world.clock)
        assert (row.state, row.entry_sha256) == ("no_show", SHA)
        assert no_shows.forget(session, world.clock) == 0
        world.clock.pass_days(1)
        assert [no_shows.forget(session, world.clock) for _ in range(2)] == [1, 0]
        assert row.entry_sha256 is None
        assert {task.state for task in tasks.of_ref(session, service.ref_of(row))} == {"waived"}
        assert not employments.works_here(session, accepted.person_id)
        assert session.scalars(select(EmployeeNumber).where(EmployeeNumber.person_id == accepted.person_id)).all() == []
        assert session.get_one(Person, accepted.person_id).department_id is None
        assert session.get_one(Employment, employment_id).state == "left"
        with pytest.raises(GoneError):
            links.glance(session, accepted.link(session))
        where = employments.Place(world.entity_id, world.department_id)
        again = employments.begin(
            session, SYSTEM, accepted.person_id, where, "客服", date(2026, 12, 7), None, world.clock
        )
        assert again.id != employment_id


def test_the_application_of_who_does_not_come_says_so_and_the_job_has_its_place_free_again(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.approved(session)
        application = session.get_one(Application, accepted.application_id)
        requisition = session.get_one(Requisition, application.requisition_id)
        requisition.headcount, requisition.state = 1, "filled"
        measured = len(measures(session, accepted))
        assert measured > 0
        accepted.on(FIRST)
        service.does_not_come(session, world.actor("hr"), row.id, "没有报到", world.clock)
        assert (application.stage, requisition.state) == ("not_started", "open")
        assert measures(session, accepted) == []
        assert session.get_one(Employment, row.employment_id).interview is None
        (event,) = session.scalars(select(ApplicationEvent).where(ApplicationEvent.kind == "not_started"))
        assert (event.from_stage, event.reason) == ("hired", "没有报到")


def test_on_the_same_day_it_is_taken_back_and_everything_is_as_before(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.approved(session)
        application = session.get_one(Application, accepted.application_id)
        employment = session.get_one(Employment, row.employment_id)
        employment.probation_end = date(2027, 2, 28)
        number = session.scalars(select(EmployeeNumber.number)).one()
        was = (employment.interview, len(measures(session, accepted)))
        accepted.on(FIRST)
        states.step(session, employment, "system", world.clock)
        opened = {task.id: task.state for task in tasks.of_ref(session, service.ref_of(row))}
        service.does_not_come(session, world.actor("hr"), row.id, "没有报到", world.clock)
        no_shows.take_back(session, world.actor("hr"), row.id, world.clock)
        assert (row.state, row.entry_sha256, application.stage) == ("approved", SHA, "hired")
        assert (employment.state, employment.last_day, employment.probation_end) == (
            "probation", None, date(2027, 2, 28),
        )  # fmt: skip
        assert session.scalars(select(EmployeeNumber.number)).one() == number
        assert session.get_one(Person, accepted.person_id).department_id == world.department_id
        assert {task.id: task.state for task in tasks.of_ref(session, service.ref_of(row))} == opened
        assert (employment.interview, len(measures(session, accepted))) == was


def test_on_a_later_day_it_is_not_taken_back(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.approved(session)
        accepted.on(FIRST)
        with pytest.raises(ConflictError):
            no_shows.take_back(session, world.actor("hr"), row.id, world.clock)
        service.does_not_come(session, world.actor("hr"), row.id, "没有报到", world.clock)
        with pytest.raises(PermissionDenied):
            no_shows.take_back(session, world.actor("interviewer"), row.id, world.clock)
        accepted.on(date(2026, 12, 2))
        with pytest.raises(ConflictError) as caught:
            no_shows.take_back(session, world.actor("hr"), row.id, world.clock)
        assert caught.value.code == "onboarding.too_late"


def test_who_was_employed_again_meanwhile_is_not_employed_twice(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.approved(session)
        accepted.on(FIRST)
        service.does_not_come(session, world.actor("hr"), row.id, "没有报到", world.clock)
        where = employments.Place(world.entity_id, world.department_id)
        employments.begin(session, SYSTEM, accepted.person_id, where, "客服", FIRST, None, world.clock)
        with pytest.raises(ConflictError) as caught:
            no_shows.take_back(session, world.actor("hr"), row.id, world.clock)
        assert caught.value.code == "employment.overlaps"


def test_who_calls_off_before_the_approval_ends_it_too(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.filled(session)
        service.does_not_come(session, world.actor("recruiter"), row.id, "另有安排", world.clock)
        assert row.state == "called_off"
        assert [
            one
            for one in pending_for(session, world.actor("hiring_manager"), world.clock)
            if one.approval.kind == service.KIND
        ] == []


def test_nobody_has_come_before_the_first_day(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        row = accepted.approved(session)
        with pytest.raises(ConflictError) as caught:
            service.has_come(session, world.actor("hr"), row.id, world.clock)
        assert caught.value.code == "onboarding.early"
        accepted.on(FIRST)
        assert service.has_come(session, world.actor("hr"), row.id, world.clock).state == "joined"


@pytest.mark.parametrize("role", ["interviewer", "auditor", "hiring_manager", "other_manager"])
def test_only_who_may_write_contact_data_changes_it(accepted: Accepted, role: str) -> None:
    world = accepted.world
    with world.database.transaction() as session, pytest.raises(PermissionDenied):
        service.change_first_day(session, world.actor(role), accepted.row(session).id, date(2026, 12, 8), world.clock)


def test_who_has_not_filled_in_is_reminded_once_with_the_owner(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        assert service.remind(session, world.clock) == 0
        world.clock.pass_days(2.1)
        assert service.remind(session, world.clock) == 1
        world.clock.pass_days(3)
        assert service.remind(session, world.clock) == 0
        templates = session.scalars(select(OutboxMessage.template).where(OutboxMessage.channel == "inbox")).all()
        assert "onboarding.unfilled" in templates


def test_an_employee_without_application_is_asked_by_hand_and_once(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        person = Person(**stamp("system", world.clock), name="钱多", language="zh")
        session.add(person)
        session.flush()
        where = employments.Place(world.entity_id, world.department_id)
        row = employments.begin(session, world.actor("hr"), person.id, where, "出纳", FIRST, None, world.clock)
        made = service.begin_by_hand(session, world.actor("hr"), row.id, world.clock)
        assert (made.employment_id, made.state) == (row.id, "asked")
        with pytest.raises(ConflictError):
            service.begin_by_hand(session, world.actor("hr"), row.id, world.clock)


def test_d4_the_welcome_takes_each_part_from_the_nearest_place(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session:
        hr = world.actor("hr")
        welcome.keep(session, hr, welcome.Place(), {"address_zh": "总部", "materials_zh": "身份证"}, world.clock)
        place = welcome.Place(world.entity_id, world.department_id)
        welcome.keep(session, hr, place, {"address_zh": "客服楼", "address_en": "Service house"}, world.clock)
        told = welcome.told_at(session, world.department_id)
        assert (told["address"].zh, told["address"].en, told["materials"].en) == ("客服楼", "Service house", "身份证")
        assert welcome.told_at(session, world.other_department_id)["address"].zh == "总部"
        with pytest.raises(ConflictError):
            welcome.keep(session, hr, place, {"address_zh": "二号楼"}, world.clock)


def test_an_unknown_link_leads_nowhere(accepted: Accepted) -> None:
    with accepted.world.database.transaction() as session, pytest.raises(NotFoundError):
        links.glance(session, "x" * 43)


def test_taking_somebody_off_needs_a_reason(accepted: Accepted) -> None:
    world = accepted.world
    with world.database.transaction() as session, pytest.raises(InvalidInput):
        service.does_not_come(session, world.actor("hr"), accepted.row(session).id, "", world.clock)
