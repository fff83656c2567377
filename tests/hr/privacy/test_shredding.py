"""With a person go the keys of their recordings, reports and documents: older copies of the store are dead (A16)."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hiring_world import PUBLIC, World
from sqlalchemy import func, select, update

from interview_engine.errors import NotFoundError
from interview_engine.hr.access.rules import SYSTEM, candidate_actor
from interview_engine.hr.area import Round
from interview_engine.hr.areas import AREAS
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import encrypting, erasure, shredding
from interview_engine.hr.privacy.consents import give_to
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.recruiting.applying.applications import NewPerson, NewResume, apply, attach_resume
from interview_engine.hr.recruiting.blob_owners import owner_of_interview, owners
from interview_engine.hr.recruiting.interviewing import answers, invitations
from interview_engine.hr.recruiting.tables import Answer, Invitation, Resume
from interview_engine.service_settings import read_service_settings
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, open_blobs, register
from interview_engine.store.engine import Database, open_database
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import AuditEvent, BlobKey

pytestmark = pytest.mark.slow

BOX = SecretBox("for-tests-only-" + "z" * 32)


def opened(world: World, database: Database, folder: Path) -> BlobStore:
    return open_blobs(f"file://{folder}", keys=BlobKeys(database, BOX, world.clock))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Ids of somebody with a résumé and a recorded interview, and what their blobs are called."""

    person_id: str
    invitation_id: str
    resume: str
    recording: str
    measured: str


def candidate(world: World, blobs: BlobStore, number: int, *, resume: bytes | None = None) -> Candidate:
    """Somebody who handed in a résumé and recorded an answer."""
    clock = world.clock
    sha256, key = blobs.put_for_new(resume or b"resume %d" % number, "application/pdf")
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session), channel=f"c{number}")
        new = NewPerson(f"Candidate {number}", f"c{number}@example.com", "")
        application = apply(session, PUBLIC, posting.code, new, clock)
        register(session, sha256, 8, "application/pdf", clock)
        attach_resume(
            session, world.actor("recruiter"), application.id,
            NewResume("cv.pdf", "application/pdf", sha256, "text", key=key), clock,
        )  # fmt: skip
        issued = invitations.invite(session, world.actor("recruiter"), application.id, clock)
        there = invitations.open_invitation(session, issued.token, None, clock)
        actor = candidate_actor(there.invitation.id, there.person.id, "zh")
        given = invitations.ConsentGiven(recording=True, voice=True, face=True, automated=True)
        invitations.give_consent(session, actor, there.invitation, given, clock)
        question = there.kit.questions[0].id
        answer_id = answers.record_answer(session, actor, there.invitation, question, "text", "words", clock).id
        invitations.submit(session, actor, there.invitation, clock, allow_missing=True)
        owner = owner_of_interview(session, there.invitation.id)
        invitation_id = there.invitation.id
    recording = blobs.put(b"recording %d" % number, "video/webm", owner)
    measured = blobs.put(b"transcript %d" % number, "application/json", owner)
    with world.database.transaction() as session:
        session.execute(
            update(Answer).where(Answer.id == answer_id).values(blob_sha256=recording, measured_blob=measured)
        )
        for name in (recording, measured):
            register(session, name, 12, "video/webm", clock)
    return Candidate(owner.person_id, invitation_id, sha256, recording, measured)


def erased(world: World, blobs: BlobStore, one: Candidate, *, interview: bool = False) -> ErasureRequest:
    """After the deletion of a person, or of their interview alone; the request with its receipt."""
    part = one.invitation_id if interview else None
    with world.database.transaction() as session:
        asked = erasure.request_erasure(
            session,
            SYSTEM,
            world.clock,
            person_id=one.person_id,
            invitation_id=part,
        )
    erasure.erase_what_is_asked(given(world, blobs))
    with world.database.reading() as session:
        return session.get_one(ErasureRequest, asked.id)


def given(world: World, blobs: BlobStore) -> Round:
    return Round(world.database, blobs, world.clock, read_service_settings({"INTERVIEW_ENGINE_DATA": "/nonexistent"}))


def keys_in(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(BlobKey)) or 0


@pytest.fixture
def blobs(small_world: World, tmp_path: Path) -> BlobStore:
    return opened(small_world, small_world.database, tmp_path / "blobs")


@pytest.fixture
def each(world: World, tmp_path: Path) -> BlobStore:
    """A store on each of the databases."""
    return opened(world, world.database, tmp_path / "blobs")


def test_an_erased_persons_files_are_unreadable_in_an_older_copy_of_the_store(
    world: World, each: BlobStore, tmp_path: Path
) -> None:
    gone, stays = candidate(world, each, 1), candidate(world, each, 2)
    shutil.copytree(tmp_path / "blobs", tmp_path / "copy")
    request = erased(world, each, gone)
    copy = opened(world, world.database, tmp_path / "copy")
    for sha256 in (gone.resume, gone.recording, gone.measured):
        assert copy.exists(sha256)
        with pytest.raises(NotFoundError, match="key is gone"):
            copy.read(sha256)
    assert copy.read(stays.recording) == b"recording 2"
    assert copy.read(stays.resume) == b"resume 2"
    assert len((request.receipt or {})["keys"]) == 2
    assert erasure.verify_receipt(request.receipt or {})
    assert keys_in(world.database) == 2


def test_a_deleted_interview_takes_its_key_and_leaves_the_resume(
    small_world: World, blobs: BlobStore, tmp_path: Path
) -> None:
    one = candidate(small_world, blobs, 1)
    shutil.copytree(tmp_path / "blobs", tmp_path / "copy")
    erased(small_world, blobs, one, interview=True)
    copy = opened(small_world, small_world.database, tmp_path / "copy")
    with pytest.raises(NotFoundError, match="key is gone"):
        copy.read(one.recording)
    assert copy.read(one.resume) == blobs.read(one.resume) == b"resume 1"


def test_a_key_leaves_no_trace_in_the_files_of_the_database(
    small_world: World, blobs: BlobStore, tmp_path: Path
) -> None:
    one = candidate(small_world, blobs, 1)
    with small_world.database.reading() as session:
        kept = list(session.scalars(select(BlobKey.key_encrypted)))
    assert len(kept) == 2
    files = [path for path in tmp_path.rglob("*.db*") if path.is_file()]
    assert all(any(key.encode() in path.read_bytes() for path in files) for key in kept)
    erased(small_world, blobs, one)
    assert not any(key.encode() in path.read_bytes() for path in files if path.exists() for key in kept)


@dataclass(frozen=True, slots=True)
class Restored:
    """A database from a backup beside a store whose notes are newer: one person was erased since, and one interview."""

    database: Database
    store: BlobStore
    old_store: BlobStore
    gone: Candidate
    stays: Candidate
    half: Candidate
    person: ErasureRequest
    interview: ErasureRequest


@pytest.fixture
def restored(small_world: World, blobs: BlobStore, tmp_path: Path) -> Iterator[Restored]:
    world = small_world
    gone, stays, half = (candidate(world, blobs, number) for number in (1, 2, 3))
    saved = _backup(world.database, tmp_path)
    person = erased(world, blobs, gone)
    interview = erased(world, blobs, half, interview=True)
    shutil.copy(saved / "database.db", tmp_path / "restored.db")
    shutil.copytree(saved / "blobs", tmp_path / "blobs", dirs_exist_ok=True)
    database = open_database(f"sqlite:///{tmp_path / 'restored.db'}")
    store, old_store = (opened(world, database, folder / "blobs") for folder in (tmp_path, saved))
    assert store.read(gone.recording) == b"recording 1", "a restore brings the key back; so the tests show something"
    yield Restored(database, store, old_store, gone, stays, half, person, interview)
    database.close()


def test_a_restored_older_database_deletes_again_what_was_deleted_since(small_world: World, restored: Restored) -> None:
    assert erasure.erase_again(restored.database, restored.store, small_world.clock) == 2
    with restored.database.reading() as session:
        assert session.get_one(Person, restored.gone.person_id).erased_at is not None
        again = session.get_one(ErasureRequest, restored.person.id)
        assert set((again.receipt or {})["keys"]) == set((restored.person.receipt or {})["keys"])
        assert session.get_one(ErasureRequest, restored.interview.id).done_at is not None
        events = list(session.scalars(select(AuditEvent.action).where(AuditEvent.subject.like("erasure_request:%"))))
        assert events.count("erasure.again") == 2
    assert erasure.erase_again(restored.database, restored.store, small_world.clock) == 0


def test_after_a_restore_the_files_of_the_erased_are_gone_and_the_backups_copies_dead(
    small_world: World, restored: Restored
) -> None:
    erasure.erase_again(restored.database, restored.store, small_world.clock)
    gone, half = restored.gone, restored.half
    for sha256 in (gone.resume, gone.recording, gone.measured, half.recording):
        assert not restored.store.exists(sha256)
        with pytest.raises(NotFoundError, match="key is gone"):
            restored.old_store.read(sha256)
    assert restored.store.read(restored.stays.recording) == b"recording 2"
    assert restored.store.read(half.resume) == b"resume 3"


def test_a_database_restored_alone_deletes_again_although_the_files_are_gone_already(
    small_world: World, blobs: BlobStore, tmp_path: Path
) -> None:
    """The folder of blobs was not rolled back: it holds the notes, and no longer what they are about."""
    gone, stays = candidate(small_world, blobs, 1), candidate(small_world, blobs, 2)
    saved = _backup(small_world.database, tmp_path)
    erased(small_world, blobs, gone)
    database = open_database(f"sqlite:///{saved / 'database.db'}")
    store = opened(small_world, database, tmp_path / "blobs")
    assert not store.exists(gone.recording)
    assert erasure.erase_again(database, store, small_world.clock) == 1
    with database.reading() as session:
        assert session.get_one(Person, gone.person_id).erased_at is not None
    assert store.read(stays.recording) == b"recording 2"
    database.close()


def test_a_note_about_somebody_whom_the_database_does_not_know_is_passed_over(
    small_world: World, blobs: BlobStore
) -> None:
    noted = {"request": "e" * 32, "kind": "person", "person": "f" * 32, "invitation": None, "keys": [], "at": "x"}
    blobs.note_erased("e" * 32, noted)
    assert erasure.erase_again(small_world.database, blobs, small_world.clock) == 0


@dataclass(frozen=True, slots=True)
class Shared:
    """Two persons who handed in the same file, of whom the first was erased."""

    first: Candidate
    second: Candidate
    under: str | None
    receipt: dict[str, Any]
    copy: BlobStore


SAME = b"the same template"


@pytest.fixture
def shared(small_world: World, blobs: BlobStore, tmp_path: Path) -> Shared:
    first, second = (candidate(small_world, blobs, number, resume=SAME) for number in (1, 2))
    assert first.resume == second.resume, "one file of both"
    under = blobs.key_of(first.resume)
    shutil.copytree(tmp_path / "blobs", tmp_path / "copy")
    receipt = erased(small_world, blobs, first).receipt or {}
    return Shared(first, second, under, receipt, opened(small_world, small_world.database, tmp_path / "copy"))


def test_the_same_file_of_two_persons_is_kept_for_the_other_and_the_receipt_says_so(
    blobs: BlobStore, shared: Shared
) -> None:
    assert shared.receipt["kept"] == [{"what": "resume", "sha256": shared.first.resume}]
    assert shared.under not in shared.receipt["keys"]
    assert blobs.read(shared.second.resume) == SAME, "readable at every moment"


def test_a_kept_file_gets_a_key_of_its_owner_and_older_copies_are_dead(
    small_world: World, blobs: BlobStore, shared: Shared
) -> None:
    assert shredding.release_shared(given(small_world, blobs)) == 1
    assert blobs.read(shared.second.resume) == SAME
    assert blobs.key_of(shared.second.resume) != shared.under
    with pytest.raises(NotFoundError, match="key is gone"):
        shared.copy.read(shared.first.resume)
    assert shredding.release_shared(given(small_world, blobs)) == 0


def test_a_kept_file_dies_with_the_last_person_who_has_it(
    small_world: World, blobs: BlobStore, shared: Shared, tmp_path: Path
) -> None:
    shredding.release_shared(given(small_world, blobs))
    own = blobs.key_of(shared.second.resume)
    shutil.copytree(tmp_path / "blobs", tmp_path / "later")
    assert own in (erased(small_world, blobs, shared.second).receipt or {})["keys"]
    with pytest.raises(NotFoundError, match="key is gone"):
        opened(small_world, small_world.database, tmp_path / "later").read(shared.second.resume)
    assert keys_in(small_world.database) == 0


def test_a_crash_while_a_shared_file_gets_its_own_key_loses_nothing(
    small_world: World, blobs: BlobStore, shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(BlobStore, "replace", _dies)
        with pytest.raises(KeyboardInterrupt):
            shredding.release_shared(given(small_world, blobs))
    assert blobs.read(shared.second.resume) == SAME
    assert shredding.release_shared(given(small_world, blobs)) == 1
    assert blobs.read(shared.second.resume) == SAME


def test_files_from_before_are_encrypted_beside_the_service(world: World, each: BlobStore, tmp_path: Path) -> None:
    plain = open_blobs(f"file://{tmp_path / 'blobs'}")
    one = candidate(world, plain, 1)
    names = (one.resume, one.recording, one.measured)
    assert all(each.key_of(name) is None for name in names)
    assert _left(world.database) == encrypting.Encryption(3, 3)
    assert encrypting.encrypt_what_is_plain(given(world, each)) == 3
    assert _left(world.database) == encrypting.Encryption(0, 0)
    assert [each.read(name) for name in names] == [b"resume 1", b"recording 1", b"transcript 1"]
    assert each.key_of(one.recording) == each.key_of(one.measured) != each.key_of(one.resume)
    assert encrypting.encrypt_what_is_plain(given(world, each)) == 0
    shutil.copytree(tmp_path / "blobs", tmp_path / "copy")
    erased(world, each, one)
    with pytest.raises(NotFoundError, match="key is gone"):
        opened(world, world.database, tmp_path / "copy").read(one.recording)


def test_what_is_encrypted_already_is_only_written_down_and_what_nobody_names_is_left(
    small_world: World, blobs: BlobStore
) -> None:
    candidate(small_world, blobs, 1)
    nobodys = blobs.put(b"nobody's", "text/plain")
    with small_world.database.transaction() as session:
        register(session, nobodys, 8, "text/plain", small_world.clock)
    assert encrypting.encrypt_what_is_plain(given(small_world, blobs)) == 0
    assert _left(small_world.database) == encrypting.Encryption(4, 1)
    assert blobs.read(nobodys) == b"nobody's"


def test_a_file_that_is_deleted_while_it_is_encrypted_does_not_come_back(
    small_world: World, blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = open_blobs(f"file://{tmp_path / 'blobs'}")
    one = candidate(small_world, plain, 1)
    key = blobs.keys
    assert key is not None
    with small_world.database.reading() as session:
        owner = owner_of_interview(session, one.invitation_id)
    prepared = BlobStore.encrypted

    def erased_meanwhile(store: BlobStore, sha256: str, under: object) -> object:
        made = prepared(store, sha256, under)  # type: ignore[arg-type]
        small = made.__enter__()
        erased(small_world, blobs, one)

        class _Made:
            def __enter__(self) -> object:
                return small

            def __exit__(self, *error: object) -> None:
                made.__exit__(None, None, None)

        return _Made()

    monkeypatch.setattr(BlobStore, "encrypted", erased_meanwhile)
    assert not shredding.encrypt_blob(small_world.database, blobs, one.recording, key.writing(owner))
    assert not blobs.exists(one.recording)


def test_two_records_of_one_person_are_erased_with_the_keys_of_both(small_world: World, blobs: BlobStore) -> None:
    one, other = candidate(small_world, blobs, 1), candidate(small_world, blobs, 2)
    with small_world.database.transaction() as session:
        give_to(session, other.person_id, one.person_id)
        held = select(BlobKey.person_id).distinct()
        assert list(session.scalars(held)) == [one.person_id]


def test_an_erased_persons_key_is_never_used_again(small_world: World, blobs: BlobStore) -> None:
    one = candidate(small_world, blobs, 1)
    with small_world.database.reading() as session:
        owner = owner_of_interview(session, one.invitation_id)
    assert blobs.keys is not None
    before = blobs.keys.writing(owner).id
    erased(small_world, blobs, one)
    assert blobs.keys.opening(before) is None
    assert blobs.keys.writing(owner).id != before


def test_every_blob_that_an_area_names_has_an_owner_that_the_area_finds(world: World, each: BlobStore) -> None:
    assert all(area.blob_owners is not None for area in AREAS if area.blobs or area.blob_documents)
    one = candidate(world, each, 1)
    with world.database.reading() as session:
        found = owners(session, [one.resume, one.recording, one.measured, "0" * 64])
        assert session.scalar(select(Invitation.id)) == one.invitation_id
        assert session.scalar(select(Resume.person_id)) == one.person_id
    assert {name: owner.subject for name, owner in found.items()} == {
        one.resume: "resumes",
        one.recording: one.invitation_id,
        one.measured: one.invitation_id,
    }
    assert {owner.person_id for owner in found.values()} == {one.person_id}


def _left(database: Database) -> encrypting.Encryption:
    with database.reading() as session:
        return encrypting.encryption(session, datetime.max.replace(tzinfo=UTC))


def _backup(database: Database, folder: Path) -> Path:
    """As docs/operations.md says: the database first, then the blobs."""
    saved = folder / "backup"
    saved.mkdir()
    with sqlite3.connect(str(database.engine.url.database)) as plain:
        plain.execute("VACUUM INTO ?", [str(saved / "database.db")])
    shutil.copytree(folder / "blobs", saved / "blobs")
    return saved


def _dies(*_: object) -> None:
    raise KeyboardInterrupt
