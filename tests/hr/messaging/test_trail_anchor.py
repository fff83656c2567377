"""The end of the audit trail goes out once a day, so that a trail rewritten as a whole is found by it (L10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hiring_world import World
from sqlalchemy import select

from interview_engine.hr.area import Round
from interview_engine.hr.messaging.trail_anchor import send_anchor, send_anchors
from interview_engine.service_settings import read_service_settings
from interview_engine.store import audit
from interview_engine.store.blobs import open_blobs
from interview_engine.store.rows import stamp
from interview_engine.store.tables import AuditEvent, OutboxMessage, Webhook


def sent(world: World) -> list[OutboxMessage]:
    with world.database.reading() as session:
        about = select(OutboxMessage).where(OutboxMessage.template == "trail.anchor", OutboxMessage.channel == "person")
        return list(session.scalars(about))


def test_auditors_and_administrators_get_an_end_that_still_is_in_the_trail(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        assert send_anchor(session, world.clock)
    messages = sent(world)
    wanted = {f"account:{world.actor(role).account_id}" for role in ("administrator", "auditor")}
    assert {message.recipient for message in messages} == wanted
    kept = audit.read_anchor(messages[0].payload["end"])
    assert kept is not None
    with world.database.reading() as session:
        assert audit.verify(session, kept) is None
        assert audit.verify(session, replace(kept, hash="0" * 64)) == audit.AuditProblem(kept.sequence, "rewritten")


def test_it_goes_out_once_a_day(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        assert send_anchor(session, world.clock)
        session.flush()
    with world.database.transaction() as session:
        assert not send_anchor(session, world.clock)
    world.clock.pass_days(1)
    with world.database.transaction() as session:
        assert send_anchor(session, world.clock)
    with world.database.reading() as session:
        assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "trail.anchor")).all()) == 2


def test_a_webhook_that_asks_for_it_gets_sequence_and_hash(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        asked = {"url": "https://a.example", "events": ["trail.anchor"], "secret_encrypted": "x"}
        hook = Webhook(**stamp("system", world.clock), **asked)
        session.add(hook)
        session.flush()
        end = audit.anchor(session)
        send_anchor(session, world.clock)
    with world.database.reading() as session:
        (told,) = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook")).all()
        assert (told.payload["data"]["sequence"], told.payload["data"]["hash"]) == (end.sequence, end.hash)


def test_nothing_goes_out_unless_the_settings_say_so(small_world: World, tmp_path: Path) -> None:
    world = small_world
    settings = read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path)})
    given = Round(world.database, open_blobs(f"file://{tmp_path / 'blobs'}"), world.clock, settings)
    assert not send_anchors(given)
    assert sent(world) == []
    assert send_anchors(replace(given, settings=replace(settings, trail_anchor=True)))
    assert sent(world)
