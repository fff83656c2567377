"""Where an upload stands, on SQLite and on PostgreSQL: offsets by compare-and-set, one answer, nothing left behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, GoneError, NotFoundError
from interview_engine.hr.access.rules import candidate_actor
from interview_engine.hr.recruiting import reach
from interview_engine.hr.recruiting.interviewing import invitations, uploads
from interview_engine.hr.recruiting.interviewing.answers import RecordedUpload
from interview_engine.hr.recruiting.interviewing.upload_rules import (
    MAX_PRACTICE,
    SPARE_UPLOADS,
    NewUpload,
    UploadLimits,
)
from interview_engine.hr.recruiting.tables import Invitation, Upload, UploadPart
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.tables import Blob

LIMITS = UploadLimits.of_megabytes(1)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs(f"file://{tmp_path / 'blobs'}")


def invited(world: World, session: Session, *, recording: bool = True) -> Invitation:
    application = world.applicant(session, world.post(session, world.open_job(session)))
    issued = invitations.invite(session, world.actor("recruiter"), application.id, world.clock)
    opened = invitations.open_invitation(session, issued.token, None, world.clock)
    actor = candidate_actor(opened.invitation.id, opened.person.id, "zh")
    given = invitations.ConsentGiven(recording=recording, voice=False, face=False, automated=True)
    return invitations.give_consent(session, actor, opened.invitation, given, world.clock)


def begun(
    world: World, session: Session, invitation: Invitation, key: str = "k" * 16, *, practice: bool = False
) -> Upload:
    new = NewUpload(key, "" if practice else "q1", "video/webm", None, practice)
    return uploads.begin(session, invitation, reach.kit_of(session, invitation), new, LIMITS, world.clock)


def test_parts_follow_each_other_and_a_second_at_one_offset_is_refused(
    world: World, blobs: BlobStore, tmp_path: Path
) -> None:
    with world.database.transaction() as session:
        upload = begun(world, session, invited(world, session))
    for start, data in ((0, b"first "), (6, b"second")):
        with world.database.transaction() as session:
            uploads.add_part(session, upload.id, start, 6, uploads.store_part(blobs, data), world.clock)
    with pytest.raises(ConflictError) as refused, world.database.transaction() as session:
        uploads.add_part(session, upload.id, 6, 6, uploads.store_part(blobs, b"other!"), world.clock)
    assert refused.value.code == "upload.offset"
    with world.database.transaction() as session:
        uploads.set_length(session, upload.id, 12, world.clock)
    with world.database.reading() as session:
        kept = uploads.find_upload(session, upload.invitation_id, upload.id)
        uploads.assemble(blobs, uploads.parts_of(session, kept), tmp_path / "whole")
    assert (tmp_path / "whole").read_bytes() == b"first second"


def test_an_incomplete_upload_is_not_assembled(world: World, blobs: BlobStore) -> None:
    with world.database.transaction() as session:
        upload = begun(world, session, invited(world, session))
        uploads.add_part(session, upload.id, 0, 4, uploads.store_part(blobs, b"1234"), world.clock)
        uploads.set_length(session, upload.id, 9, world.clock)
        session.expire_all()
        with pytest.raises(ConflictError):
            uploads.parts_of(session, session.get_one(Upload, upload.id))
        with pytest.raises(ConflictError):
            uploads.set_length(session, upload.id, 8, world.clock)
        assert not uploads.mark_finished(session, upload.id, "video/webm", world.clock)


def test_finishing_is_one_transaction_and_again_the_same_answer(world: World) -> None:
    with world.database.transaction() as session:
        invitation = invited(world, session)
        actor = candidate_actor(invitation.id, "", "zh")
        upload = begun(world, session, invitation)
        recording = RecordedUpload(upload.id, "a" * 64, "video/webm", 9, 2.0)
        with pytest.raises(ConflictError) as refused:
            uploads.finish(session, actor, recording, "video", world.clock)
        assert refused.value.code == "upload.incomplete"
        uploads.add_part(session, upload.id, 0, 9, "b" * 64, world.clock)
        uploads.set_length(session, upload.id, 9, world.clock)
        invitation.state = "submitted"
    with pytest.raises(ConflictError), world.database.transaction() as session:
        uploads.finish(session, actor, recording, "video", world.clock)
    with world.database.reading() as session:
        assert session.get_one(Upload, upload.id).state == "open", "what was refused closed nothing"
        assert session.get(Blob, recording.blob_sha256) is None
    with world.database.transaction() as session:
        session.get_one(Invitation, upload.invitation_id).state = "consented"
        first = uploads.finish(session, actor, recording, "video", world.clock)
        assert uploads.finish(session, actor, recording, "video", world.clock).id == first.id
        session.expire_all()
        assert session.get_one(Upload, upload.id).state == "finished"
        assert session.get_one(Blob, recording.blob_sha256).size == 9


def test_equal_parts_of_two_uploads_are_two_blobs(blobs: BlobStore) -> None:
    first, second = (uploads.store_part(blobs, b"the same bytes") for _ in range(2))
    assert first != second
    blobs.delete(first)
    assert blobs.exists(second)


def test_one_key_is_one_upload_and_is_free_again_once_discarded(world: World, blobs: BlobStore) -> None:
    with world.database.transaction() as session:
        invitation = invited(world, session)
        upload = begun(world, session, invitation)
        assert begun(world, session, invitation).id == upload.id
        uploads.add_part(session, upload.id, 0, 4, uploads.store_part(blobs, b"1234"), world.clock)
        assert uploads.clear_parts(session, blobs, upload.id) == 0, "an open upload keeps its parts"
        assert uploads.discard(session, upload.id, world.clock)
        assert not uploads.discard(session, upload.id, world.clock)
        assert uploads.clear_parts(session, blobs, upload.id) == 1
        assert list(blobs.stored()) == []
        with pytest.raises(GoneError):
            uploads.add_part(session, upload.id, 4, 4, "0" * 64, world.clock)
        session.expire_all()
        assert begun(world, session, invitation).id != upload.id


def test_recordings_that_broke_off_are_spared_a_few_times(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        invitation = invited(world, session)
        attempts = reach.kit_of(session, invitation).question("q1").attempts
        for number in range(attempts + SPARE_UPLOADS):
            begun(world, session, invitation, f"{number:016d}")
        with pytest.raises(ConflictError) as refused:
            begun(world, session, invitation, "x" * 16)
        assert refused.value.code == "upload.too_many"
        for number in range(MAX_PRACTICE):
            begun(world, session, invitation, f"p{number:016d}", practice=True)
        with pytest.raises(ConflictError):
            begun(world, session, invitation, "p" * 16, practice=True)


def test_nothing_is_taken_without_consent_or_for_another(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        invitation = invited(world, session, recording=False)
        with pytest.raises(ConflictError) as refused:
            begun(world, session, invitation)
        assert refused.value.code == "upload.not_consented"
        with pytest.raises(NotFoundError):
            uploads.find_upload(session, invitation.id, "0" * 32)


def test_what_was_abandoned_is_cleared_after_a_week(small_world: World, blobs: BlobStore) -> None:
    world = small_world
    with world.database.transaction() as session:
        upload = begun(world, session, invited(world, session))
        uploads.add_part(session, upload.id, 0, 4, uploads.store_part(blobs, b"1234"), world.clock)
    world.clock.at += timedelta(days=6)
    with world.database.transaction() as session:
        assert uploads.to_clear(session, world.clock) == ()
    world.clock.at += timedelta(days=2)
    with world.database.transaction() as session:
        assert uploads.to_clear(session, world.clock) == (upload.id,)
        uploads.clear_parts(session, blobs, upload.id)
        assert session.scalars(select(UploadPart)).all() == []
        assert uploads.to_clear(session, world.clock) == ()
