"""Documents of a file: under the person's key, kept as long as they must be, gone with the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hiring_world import BOX, World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied, UnsupportedMedia
from interview_engine.hr.files import documents, entries
from interview_engine.hr.files.documents import NewDocument
from interview_engine.hr.files.retained import KEPT
from interview_engine.hr.files.tables import FileDocument, FileEntry
from interview_engine.hr.people.tables import IdNumberKey, Person
from interview_engine.hr.privacy.erasing import erase_person
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.rows import stamp
from interview_engine.store.tables import BlobKey

OVER = {one.name: one.over for one in KEPT}
PDF = b"%PDF-1.7 an invented diploma"


@dataclass(frozen=True)
class Cabinet:
    world: World
    blobs: BlobStore
    person_id: str

    def put(self, kind: str = "diploma", retention: date | None = None, role: str = "hr") -> FileDocument:
        sha256, media_type = documents.store_document(self.blobs, self.person_id, PDF)
        new = NewDocument(kind, "测试毕业证.pdf", sha256, len(PDF), media_type, retention)
        with self.world.database.transaction() as session:
            return documents.add_document(session, self.world.actor(role), self.person_id, new, self.world.clock)

    def erase(self, session: Session) -> dict[str, int]:
        return erase_person(session, self.blobs, self.person_id, self.world.clock).rows


@pytest.fixture
def cabinet(world: World, tmp_path: Path) -> Cabinet:
    blobs = open_blobs((tmp_path / "blobs").as_uri(), keys=BlobKeys(world.database, BOX, world.clock))
    with world.database.transaction() as session:
        person = Person(**stamp("system", world.clock), name="测试甲", language="zh", department_id=world.department_id)
        session.add(person)
    return Cabinet(world, blobs, person.id)


def test_bytes_and_name_lie_encrypted_and_are_read_by_who_may(cabinet: Cabinet) -> None:
    row = cabinet.put()
    with cabinet.world.database.transaction() as session:
        seen = documents.open_document(session, cabinet.world.actor("hr"), row.id, cabinet.world.clock)
        assert seen.name == "测试毕业证.pdf"
        assert "毕业证" not in row.name_sealed
    assert cabinet.blobs.key_of(row.sha256) is not None
    assert cabinet.blobs.read(row.sha256) == PDF


@pytest.mark.parametrize("role", ["recruiter", "hiring_manager", "interviewer", "auditor"])
def test_others_neither_see_nor_add_documents(cabinet: Cabinet, role: str) -> None:
    row = cabinet.put()
    actor = cabinet.world.actor(role)
    with cabinet.world.database.transaction() as session:
        assert documents.documents_of(session, actor, cabinet.person_id, cabinet.world.clock) == ()
        with pytest.raises(PermissionDenied):
            documents.open_document(session, actor, row.id, cabinet.world.clock)
    with pytest.raises(PermissionDenied):
        cabinet.put("contract", role=role)


def test_the_same_document_twice_is_one(cabinet: Cabinet) -> None:
    assert cabinet.put().id == cabinet.put().id


@pytest.mark.parametrize("data", [b"", b"MZ a program", b"%PDF-" + bytes(documents.MAX_BYTES)])
def test_what_is_no_document_is_refused(cabinet: Cabinet, data: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        documents.store_document(cabinet.blobs, cabinet.person_id, data)


def test_a_document_is_kept_until_its_day_and_is_over_afterwards(cabinet: Cabinet) -> None:
    world = cabinet.world
    row = cabinet.put(retention=date(2028, 12, 31))
    with world.database.transaction() as session, pytest.raises(ConflictError) as refused:
        documents.delete_document(session, world.actor("hr"), row.id, world.clock)
    assert "2028-12-31" in refused.value.message.en
    over = []
    for day in (date(2028, 12, 30), date(2028, 12, 31)):
        with world.database.reading() as session:
            over.append([one.subject_id for one in OVER["doc_diploma"](session, 24, 0, day)])
    assert over == [[], [row.id]]


def test_a_hold_outlasts_the_retention_and_ends_on_its_day(cabinet: Cabinet) -> None:
    world = cabinet.world
    row = cabinet.put(retention=date(2027, 1, 31))
    with world.database.transaction() as session:
        documents.hold(session, world.actor("hr"), row.id, date(2027, 6, 30), "劳动仲裁", world.clock)
    ended, over = [], []
    for month in (3, 7):
        world.clock.at = datetime(2027, month, 1, 2, tzinfo=UTC)
        with world.database.transaction() as session:
            ended.append(documents.end_holds(session, world.clock))
            over.append(len(OVER["doc_diploma"](session, 24, 0, world.clock.at.date())))
    assert (ended, over) == ([0, 1], [0, 1])


def test_a_hold_needs_a_reason_and_a_day_to_come(cabinet: Cabinet) -> None:
    row, hr = cabinet.put(), cabinet.world.actor("hr")
    for until, reason in ((date(2020, 1, 1), "reason"), (date(2030, 1, 1), "")):
        with cabinet.world.database.transaction() as session, pytest.raises(InvalidInput):
            documents.hold(session, hr, row.id, until, reason, cabinet.world.clock)


def test_an_erasure_takes_rows_bytes_and_the_key_of_a_person_who_is_forgotten(cabinet: Cabinet) -> None:
    row = cabinet.put()
    with cabinet.world.database.transaction() as session:
        values = {"id_number": "110105199003070025"}
        hr = cabinet.world.actor("hr")
        entries.add(session, hr, cabinet.person_id, "identity", values, cabinet.world.clock)
    with cabinet.world.database.transaction() as session:
        rows = cabinet.erase(session)
        assert {"file_entry", "file_document", "id_number_key"} <= rows.keys()
        assert not session.scalars(select(BlobKey).where(BlobKey.person_id == cabinet.person_id)).all()
        for table in (FileEntry, FileDocument, IdNumberKey):
            assert not session.scalars(select(table)).all()
    with pytest.raises(NotFoundError):
        cabinet.blobs.read(row.sha256)


def test_a_person_with_a_document_that_must_be_kept_is_not_forgotten_as_a_whole(cabinet: Cabinet) -> None:
    cabinet.put(retention=date(2030, 1, 1))
    with cabinet.world.database.transaction() as session:
        assert "file_document" not in cabinet.erase(session)
        assert session.get_one(Person, cabinet.person_id).name == "测试甲"
