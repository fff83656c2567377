"""Modules on and off per company (L8): what is kept, what is refused, and what waits is decided as before."""

from __future__ import annotations

from datetime import date

import pytest
from hiring_world import World, make_world
from request_staff import employ
from sqlalchemy import select

from interview_engine.errors import GoneError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.companies import service as companies
from interview_engine.hr.companies.service import Settings, Switched
from interview_engine.hr.house import house
from interview_engine.hr.org.service import create_legal_entity
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs import postings
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.tables import Request
from interview_engine.i18n import languages
from interview_engine.store import audit
from interview_engine.store.engine import Database
from interview_engine.store.tables import AuditEvent

DAY = date(2026, 11, 9)


@pytest.fixture
def world(database: Database) -> World:
    return make_world(database)


def _switch(world: World, module: str, on: bool, company: str = "", role: str = "administrator") -> None:
    with world.database.transaction() as session:
        companies.switch(session, world.actor(role), company or world.entity_id, module, on, world.clock)


def test_a_request_in_flight_is_decided_and_a_new_one_is_refused(world: World) -> None:
    with world.database.transaction() as session:
        staff = employ(world, session)
        waiting = staff.leave(session, DAY, DAY)
        assert "leave" in [kind.name for kind in requests.askable(session, staff.me, staff.person_id)]
    with world.database.reading() as session:
        counted = companies.affected(session, world.actor("administrator"), world.entity_id, "leave")
        assert [(words.en, count) for words, count in counted] == [("requests that wait for a decision", 1)]
    _switch(world, "leave", False)
    with world.database.transaction() as session:
        assert "leave" not in [kind.name for kind in requests.askable(session, staff.me, staff.person_id)]
        with pytest.raises(NotFoundError) as refused:
            staff.leave(session, date(2026, 11, 20), date(2026, 11, 20))
        assert refused.value.code == "module.off"
    with world.database.transaction() as session:
        staff.decide(session, session.get_one(Request, waiting.id))
    with world.database.reading() as session:
        assert session.get_one(Request, waiting.id).state == "done"
    _switch(world, "leave", True)
    with world.database.transaction() as session:
        assert staff.leave(session, date(2026, 11, 20), date(2026, 11, 20)).state == "pending"


def test_nothing_new_is_recruited_where_recruiting_is_off(world: World) -> None:
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        world.applicant(session, posting)
    with world.database.reading() as session:
        counted = companies.affected(session, world.actor("administrator"), world.entity_id, "recruiting")
    assert {words.en: count for words, count in counted} == {"open jobs": 1, "applicants under way": 1}
    _switch(world, "recruiting", False)
    with world.database.transaction() as session:
        with pytest.raises(NotFoundError, match=r"module\.off"):
            create_requisition(session, world.actor("recruiter"), world.new_requisition(), world.clock)
        with pytest.raises(GoneError) as told:
            world.applicant(session, posting, 2)
        assert told.value.code == "posting.paused"


def test_people_outside_are_told_whom_to_ask_and_an_interview_under_way_goes_on(world: World) -> None:
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session), postings.PUBLIC_CHANNEL)
        application = world.applicant(session, posting)
        secret = invitations.invite(session, world.actor("recruiter"), application.id, world.clock).token
        code, company = posting.code, session.get_one(LegalEntity, world.entity_id).name
        assert [job.code for job in postings.public_jobs(session, world.clock)] == [code]
    _switch(world, "recruiting", False)
    with world.database.transaction() as session:
        assert postings.public_jobs(session, world.clock) == ()
        with pytest.raises(GoneError) as told:
            postings.by_code(session, code, world.clock)
        assert company in told.value.message.en
        assert company in told.value.next_step.zh
        for language in languages():
            assert "{" not in told.value.message.get(language) + told.value.next_step.get(language)
        with pytest.raises(NotFoundError, match=r"module\.off"):
            invitations.invite(session, world.actor("recruiter"), application.id, world.clock)
        opened = invitations.open_invitation(session, secret, None, world.clock)
        assert opened.invitation.state == "opened"
    _switch(world, "recruiting", True)
    with world.database.reading() as session:
        assert postings.by_code(session, code, world.clock)[0].id == posting.id


def test_each_module_is_switched_off_and_on_again_and_the_trail_says_so(world: World) -> None:
    assert len(house().modules) >= 6
    for name in house().modules:
        _switch(world, name, False)
        _switch(world, name, False)
        with world.database.reading() as session:
            assert companies.settings_of(session, world.entity_id).modules_off == {name}
        _switch(world, name, True)
    with world.database.reading() as session:
        told = select(AuditEvent.action).where(AuditEvent.action.startswith("company."))
        actions = session.scalars(told.order_by(AuditEvent.sequence)).all()
        assert actions == ["company.module_off", "company.module_on"] * len(house().modules)
        assert audit.verify(session) is None


def test_a_company_switches_its_own_only(world: World) -> None:
    with world.database.transaction() as session:
        other = create_legal_entity(session, SYSTEM, "别的公司", "", world.clock)
    _switch(world, "leave", False, other.id)
    with world.database.reading() as session:
        off = companies.switched(session)
    assert off.is_off("leave", other.id)
    assert not off.is_off("leave", world.entity_id)
    assert not off.is_off("leave", None)
    _switch(world, "leave", False)
    with world.database.reading() as session:
        assert companies.switched(session).is_off("leave", None), "of no company: once it is off in all"
    for role in ("recruiter", "interviewer"):
        with pytest.raises(PermissionDenied):
            _switch(world, "leave", True, role=role)
    with pytest.raises(NotFoundError):
        _switch(world, "gravity", False)


def test_where_nothing_is_off_nothing_is_asked() -> None:
    assert not Switched().is_off("leave", "x")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"time_zone": "Asia/Atlantis"}, "company.time_zone"),
        ({"time_zone": "../etc/passwd"}, "company.time_zone"),
        ({"province": "浙江"}, "company.province"),
        ({"province": "330"}, "company.province"),
    ],
)
def test_settings_that_cannot_be_are_refused(world: World, changes: dict[str, str], code: str) -> None:
    with world.database.transaction() as session:
        with pytest.raises(InvalidInput) as refused:
            companies.change(session, SYSTEM, world.entity_id, Settings(**changes), world.clock)  # type: ignore[arg-type]
        assert refused.value.code == code


def test_the_province_of_a_company_adds_its_days(world: World) -> None:
    with world.database.transaction() as session:
        companies.change(session, SYSTEM, world.entity_id, Settings(province="33"), world.clock)
        assert companies.regions_of(session, world.entity_id) == ("CN", "CN-33", f"company:{world.entity_id}")
