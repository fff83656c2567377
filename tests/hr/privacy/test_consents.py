"""Consents are kept by purpose and text version, withdrawn but never deleted."""

from __future__ import annotations

from hiring_world import World
from sqlalchemy import select

from interview_engine.hr.privacy.consents import consents_of, give_to, may_be_kept, record_consents
from interview_engine.hr.privacy.erasure import request_erasure
from interview_engine.hr.privacy.service import TextRead, interviews_asked_for, latest_request, persons_asked_for
from interview_engine.hr.privacy.tables import Consent, ErasureRequest

TEXT = TextRead("cn", "2026-11", "zh")
INVITATION = "invitation-1"


def test_what_was_said_last_holds_and_what_was_said_before_stays_as_withdrawn(small_world: World) -> None:
    world, person = small_world, small_world.actor("auditor").person_id or ""
    with world.database.transaction() as session:
        actor, clock = world.actor("auditor"), world.clock
        record_consents(session, actor, person, INVITATION, {"recording": True, "retention": True}, TEXT, clock)
        session.flush()
        assert may_be_kept(session, person)
        record_consents(session, actor, person, INVITATION, {"recording": True, "retention": False}, TEXT, clock)
        session.flush()
        assert consents_of(session, INVITATION) == {"recording": True, "retention": False}
        assert not may_be_kept(session, person)
        rows = session.scalars(select(Consent).order_by(Consent.id)).all()
        assert [row.withdrawn_at is None for row in rows] == [False, False, True, True]
        assert {row.text_version for row in rows} == {"2026-11"}


def test_an_invitation_without_consent_holds_nothing(small_world: World) -> None:
    with small_world.database.reading() as session:
        assert consents_of(session, "unknown") == {}
        assert not may_be_kept(session, small_world.actor("hr").person_id or "")


def test_consents_and_requests_for_deletion_follow_a_person_who_turns_out_to_be_another(small_world: World) -> None:
    world = small_world
    dropped, kept = (world.actor(role).person_id or "" for role in ("auditor", "hr"))
    with world.database.transaction() as session:
        actor = world.actor("auditor")
        record_consents(session, actor, dropped, INVITATION, {"retention": True}, TEXT, world.clock)
        request_erasure(session, actor, world.clock, person_id=dropped, invitation_id=INVITATION)
        session.flush()
        give_to(session, dropped, kept)
        assert may_be_kept(session, kept)
        assert not may_be_kept(session, dropped)
        assert session.scalars(select(ErasureRequest.person_id)).all() == [kept]


def test_what_is_asked_to_be_deleted_is_known_by_interview_and_by_person(small_world: World) -> None:
    world, actor = small_world, small_world.actor("auditor")
    person = actor.person_id or ""
    with world.database.transaction() as session:
        first = request_erasure(session, actor, world.clock, person_id=person, invitation_id=INVITATION)
        request_erasure(session, actor, world.clock, person_id=person)
        found = latest_request(session, INVITATION)
        assert found is not None
        assert found.id == first.id
        assert session.scalars(interviews_asked_for(world.clock)).all() == [INVITATION]
        assert session.scalars(persons_asked_for(world.clock)).all() == [person]
