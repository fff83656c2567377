"""J4: a notice can wait: as a draft, as a template that others begin from, or until its time comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hiring_world import World, make_world
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.messaging import notice_drafts, notices
from interview_engine.hr.messaging.notice_drafts import Written
from interview_engine.hr.messaging.tables import Notice, NoticeReceiver
from interview_engine.hr.people.tables import Person
from interview_engine.store.engine import Database
from interview_engine.store.tables import OutboxMessage

MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TEXT = Written("info", "团建", "", {"departments": [], "roles": ["recruiter"], "persons": []})


@pytest.fixture
def world(sqlite_database: Database) -> World:
    made = make_world(sqlite_database)
    made.clock.at = MORNING
    return made


def scheduled(world: World, session: Session, *roles: str, minutes: float = 60.0) -> Notice:
    persons = [world.actor(role).person_id or "" for role in roles]
    at = world.clock.now() + timedelta(minutes=minutes)
    return notices.send_notice(session, world.actor("hr"), "info", "团建", "周五见", persons, world.clock, send_at=at)


def sent_to(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.template == "notice.info")))


def test_a_draft_is_changed_and_thrown_away_and_tells_nobody(world: World) -> None:
    hr = world.actor("hr")
    with world.database.transaction() as session:
        draft = notice_drafts.keep(session, hr, TEXT, "draft", world.clock)
        again = notice_drafts.keep(
            session, hr, Written("important", "改期", "下周", {}), "draft", world.clock, notice_id=draft.id
        )
        assert (again.id, again.title, again.level) == (draft.id, "改期", "important")
        assert [one.id for one in notice_drafts.list_kept(session, hr)] == [draft.id]
        assert notices.list_notices(session, hr) == ()
        notice_drafts.drop(session, hr, draft.id)
        assert notice_drafts.list_kept(session, hr) == ()
        assert sent_to(session) == []


def test_a_draft_needs_a_title_and_a_level(world: World) -> None:
    with world.database.transaction() as session:
        for wrong in (
            Written("info", " ", "", {}),
            Written("loud", "团建", "", {}),
            Written("info", "长" * 61, "", {}),
        ):
            with pytest.raises(InvalidInput):
                notice_drafts.keep(session, world.actor("hr"), wrong, "draft", world.clock)


def test_a_scheduled_notice_goes_out_at_its_time_and_once(world: World) -> None:
    with world.database.transaction() as session:
        notice = scheduled(world, session, "recruiter", "interviewer")
        notices.escalate(session, world.clock)
        assert (notice.state, sent_to(session)) == ("scheduled", [])
        world.clock.at += timedelta(minutes=61)
        assert notices.escalate(session, world.clock) == 2
        assert notices.escalate(session, world.clock) == 0
        persons = [f"person:{world.actor(role).person_id}" for role in ("recruiter", "interviewer")]
        accounts = [f"account:{world.actor(role).account_id}" for role in ("recruiter", "interviewer")]
        assert notice.state == "sent"
        assert sorted(sent_to(session)) == sorted(persons + accounts)


def test_whoever_was_erased_meanwhile_is_not_told(world: World) -> None:
    with world.database.transaction() as session:
        scheduled(world, session, "recruiter")
        session.get_one(Person, world.actor("recruiter").person_id).erased_at = world.clock.now()
        world.clock.at += timedelta(hours=2)
        assert notices.escalate(session, world.clock) == 0
        assert sent_to(session) == []


def test_a_time_that_is_over_is_refused(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        scheduled(world, session, "recruiter", minutes=-1)
    assert caught.value.code == "notice.past"


def test_what_is_scheduled_is_taken_back_as_a_draft_and_what_is_out_is_not(world: World) -> None:
    hr = world.actor("hr")
    with world.database.transaction() as session:
        notice = scheduled(world, session, "recruiter")
        notice_drafts.take_back(session, hr, notice.id, world.clock)
        assert (notice.state, notice.send_at) == ("draft", None)
        assert session.scalars(select(NoticeReceiver)).all() == []
        world.clock.at += timedelta(hours=2)
        assert notices.escalate(session, world.clock) == 0
        out = notices.send_notice(session, hr, "info", "团建", "今天", [hr.person_id or ""], world.clock)
        with pytest.raises(ConflictError):
            notice_drafts.take_back(session, hr, out.id, world.clock)


def test_drafts_are_for_who_may_send(world: World) -> None:
    with world.database.transaction() as session:
        draft = notice_drafts.keep(session, world.actor("hr"), TEXT, "template", world.clock)
        recruiter = world.actor("recruiter")
        with pytest.raises(PermissionDenied):
            notice_drafts.list_kept(session, recruiter)
        with pytest.raises(PermissionDenied):
            notice_drafts.drop(session, recruiter, draft.id)
        with pytest.raises(NotFoundError):
            notice_drafts.take_back(session, world.actor("hr"), draft.id, world.clock)
