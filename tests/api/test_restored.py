"""A server or worker that starts over a restored database."""

from __future__ import annotations

from pathlib import Path

from hiring_world import make_world
from sqlalchemy import select

from api.serving import open_context
from interview_engine.clock import SystemClock
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.service_settings import ServiceSettings
from interview_engine.settings import read_settings
from interview_engine.store.blobs import Owner


def test_what_was_deleted_after_the_backup_is_gone_before_anything_is_served(tmp_path: Path) -> None:
    clock, settings = SystemClock(), read_settings({})
    service = ServiceSettings(
        data=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'service.db'}",
        blobs_url=f"file://{tmp_path / 'blobs'}",
        secret="for-tests-only-" + "r" * 32,
    )
    context = open_context(service, settings, clock)
    world = make_world(context.database)
    with context.database.transaction() as session:
        person = world.applicant(session, world.post(session, world.open_job(session)), 1).person_id
    sha256 = context.blobs.put(b"a recording", "video/webm", Owner(person, "i"))
    assert b"a recording" not in (tmp_path / "blobs" / sha256[:2] / sha256).read_bytes()
    noted = {"request": "e" * 32, "kind": "person", "person": person, "invitation": None, "keys": [], "at": "2026"}
    context.blobs.note_erased("e" * 32, noted)
    context.database.close()

    again = open_context(service, settings, clock)
    with again.database.reading() as session:
        assert session.get_one(Person, person).erased_at is not None
        assert session.scalars(select(ErasureRequest.id)).all() == ["e" * 32]
    again.database.close()
