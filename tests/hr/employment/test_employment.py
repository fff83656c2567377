"""Employment begins and ends in its own room, whoever asks for it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.employment import service
from interview_engine.hr.employment.service import Evidence, Place
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.people.tables import Department, Person
from interview_engine.store.tables import AuditEvent

START = date(2027, 1, 4)


def place(world: World, session: Session) -> Place:
    department = session.get_one(Department, world.department_id)
    return Place(department.legal_entity_id, department.id)


def employed(world: World, session: Session, evidence: Evidence | None = None) -> Employment:
    application = world.applicant(session, world.post(session, world.open_job(session)))
    person = session.get_one(Person, application.person_id)
    person.talent_pool = True
    hr = world.actor("hr")
    return service.begin(session, hr, person.id, place(world, session), "客服专员", START, evidence, world.clock)


def test_who_is_employed_belongs_to_the_department_and_leaves_the_pool(small_world: World) -> None:
    with small_world.database.transaction() as session:
        row = employed(small_world, session)
        person = session.get_one(Person, row.person_id)
        assert (row.state, row.start_date, row.interview) == ("pending", START, None)
        assert (person.department_id, person.talent_pool) == (small_world.department_id, False)
        assert service.works_here(session, person.id)


def test_an_employment_without_an_interview_needs_no_application(small_world: World) -> None:
    with small_world.database.transaction() as session:
        row = employed(small_world, session)
        assert row.application_id is None
    with small_world.database.reading() as session:
        detail = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "employment.create")).one()
        assert detail == {}


def test_an_application_leads_to_one_employment(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        evidence = Evidence(application.id, application.requisition_id, {"score": 7.0})
        arguments = (application.person_id, place(world, session), "客服专员", START, evidence, world.clock)
        row = service.begin(session, world.actor("hr"), *arguments)
        assert service.of_application(session, application.id) is row
        with pytest.raises(ConflictError) as caught:
            service.begin(session, world.actor("hr"), *arguments)
        assert caught.value.code == "employment.begun"


def test_nobody_who_is_not_there_is_employed(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session, pytest.raises(NotFoundError):
        service.begin(session, world.actor("hr"), "0" * 32, place(world, session), "x", START, None, world.clock)


def test_evidence_is_taken_out_of_the_file_and_the_employment_stays(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        evidence = Evidence(application.id, application.requisition_id, {"score": 7.0})
        where = place(world, session)
        row = service.begin(
            session, world.actor("hr"), application.person_id, where, "客服专员", START, evidence, world.clock
        )
        assert service.remove_evidence(session, application.id) == 1
        assert service.remove_evidence(session, application.id) == 0
        session.refresh(row)
        assert (row.state, row.interview) == ("pending", None)


def test_a_last_day_that_is_over_ends_an_employment(small_world: World) -> None:
    world, admin = small_world, small_world.actor("administrator")
    world.clock.at = datetime(2027, 7, 1, tzinfo=UTC)
    with world.database.transaction() as session:
        row = employed(world, session)
        ended = service.end(session, admin, row.id, date(2027, 6, 30), "本人辞职", world.clock)
        assert (ended.state, ended.last_day, ended.leaving_reason) == ("left", date(2027, 6, 30), "本人辞职")
        assert service.end(session, admin, row.id, date(2027, 6, 30), "本人辞职", world.clock) is ended
        with pytest.raises(ConflictError) as caught:
            service.end(session, admin, row.id, date(2027, 7, 31), "本人辞职", world.clock)
        assert caught.value.code == "employment.ended"


def test_a_last_day_ahead_can_be_another_one(small_world: World) -> None:
    world, admin = small_world, small_world.actor("administrator")
    with world.database.transaction() as session:
        row = employed(world, session)
        for day in (date(2027, 6, 30), date(2027, 7, 31)):
            service.end(session, admin, row.id, day, "本人辞职", world.clock)
        assert (row.state, row.last_day) == ("pending", date(2027, 7, 31))


def test_no_employment_ends_before_it_began(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        row = employed(world, session)
        with pytest.raises(InvalidInput) as caught:
            service.end(session, world.actor("administrator"), row.id, date(2026, 12, 31), "误操作", world.clock)
        assert caught.value.code == "employment.last_day"


def test_a_recruiter_ends_no_employment(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        row = employed(world, session)
        with pytest.raises(PermissionDenied):
            service.end(session, world.actor("recruiter"), row.id, date(2027, 6, 30), "误操作", world.clock)
