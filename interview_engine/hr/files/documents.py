"""Documents in a person's file: their bytes and names under a key of the person, kept as long as they must be (D10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.errors import UnsupportedMedia
from interview_engine.hr.access.rules import Action, Actor, FieldClass
from interview_engine.hr.access.service import check_persons, reached_persons
from interview_engine.hr.files.entries import PART
from interview_engine.hr.files.tables import FileDocument
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy import service as privacy
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit, vault
from interview_engine.store.blobs import BlobStore, Owner, register
from interview_engine.store.rows import find, stamp, touch

MAX_BYTES = 20 * 1024 * 1024
KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "identity": msg("Copy of an identity card"),
        "contract": msg("Contract or agreement"),
        "diploma": msg("Diploma or certificate"),
        "leaving": msg("Papers of an earlier employer"),
        "medical": msg("Medical certificate"),
        "other": msg("Other", context="document"),
    }
)
_TYPES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document whose bytes are stored (`store_document`)."""

    kind: str
    name: str
    sha256: str
    size: int
    media_type: str
    retention_until: date | None = None


@dataclass(frozen=True, slots=True)
class DocumentSeen:
    """A document as a file shows it; `name` "" when its key was destroyed. `kept_until` the last day on which it must
    not be deleted, None where it may be."""

    row: FileDocument
    name: str
    kept_until: date | None


def store_document(blobs: BlobStore, person_id: str, data: bytes) -> tuple[str, str]:
    """Store the bytes under a key of the person, before the transaction that names them; (sha256, media type).

    Raises:
        UnsupportedMedia: `document.media_type`, neither PDF nor picture, or larger than 20 MB. OutputError: the store.
    """
    kind = next((name for begins, name in _TYPES if data.startswith(begins)), None)
    if kind is None or len(data) > MAX_BYTES:
        raise UnsupportedMedia(
            "document.media_type",
            msg("A document is a PDF, JPEG or PNG file up to 20 MB."),
            msg("Save it as one of these and send it again."),
        )
    return blobs.put(data, kind, owner=Owner(person_id, PART)), kind


def add_document(session: Session, actor: Actor, person_id: str, new: NewDocument, clock: Clock) -> FileDocument:
    """Put a stored document into a person's file; the same bytes of the same kind once more change nothing.

    Raises:
        NotFoundError: person. PermissionDenied. InvalidInput: `document.kind`, name.
    """
    person = find(session, Person, person_id, lock=True)
    if person is None or person.erased_at is not None:
        raise missing("person", msg("person"))
    if new.kind not in KINDS:
        raise invalid("kind", "document.kind", msg("There is no such value."), msg("Choose the kind of document."))
    check_persons(session, actor, _class(new.kind), "write", (person_id,))
    name = text_within(new.name, "name", msg("name"), 200)
    again = session.scalar(
        select(FileDocument).where(
            FileDocument.person_id == person_id, FileDocument.sha256 == new.sha256, FileDocument.kind == new.kind
        )
    )
    if again is not None:
        return again
    row = FileDocument(
        **stamp(actor.id, clock), person_id=person_id, kind=new.kind, name_sealed="", sha256=new.sha256, size=new.size,
        media_type=new.media_type, retention_until=new.retention_until,
    )  # fmt: skip
    row.name_sealed = vault.seal(session, Owner(person_id, PART), name, _about(row), clock)
    register(session, new.sha256, new.size, new.media_type, clock)
    session.add(row)
    session.flush()
    _note(session, actor, row, "file_document.add", clock)
    return row


def documents_of(session: Session, actor: Actor, person_id: str, clock: Clock) -> tuple[DocumentSeen, ...]:
    """The documents of a file that the actor may read, newest first."""
    rows = session.scalars(
        select(FileDocument).where(FileDocument.person_id == person_id).order_by(FileDocument.id.desc())
    ).all()
    reads = {kind: _may_read(session, actor, kind, person_id) for kind in {row.kind for row in rows}}
    return tuple(
        DocumentSeen(row, vault.opened(session, row.name_sealed, _about(row)) or "", _kept_until(row, clock))
        for row in rows
        if reads[row.kind]
    )


def open_document(session: Session, actor: Actor, document_id: str, clock: Clock) -> DocumentSeen:
    """A document to be read; the reading is noted.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = _found(session, document_id)
    if not _may_read(session, actor, row.kind, row.person_id):
        check_persons(session, actor, _class(row.kind), "read", (row.person_id,))
    _note(session, actor, row, "file_document.read", clock)
    return DocumentSeen(row, vault.opened(session, row.name_sealed, _about(row)) or "", _kept_until(row, clock))


def hold(session: Session, actor: Actor, document_id: str, until: date | None, reason: str, clock: Clock) -> str:
    """Keep a document until a day whatever its retention says (a legal hold), with the reason; None ends the hold.
    Returns whose it is.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `document.hold` (a day that is over), the reason.
    """
    row = _writable(session, actor, document_id)
    if until is not None and until < china_day(clock):
        raise invalid("hold_until", "document.hold", msg("The day is over already."), msg("Choose a day to come."))
    row.hold_until = until
    row.hold_reason = text_within(reason, "hold_reason", msg("reason"), 300, least=2) if until else ""
    touch(row, actor.id, clock)
    _note(session, actor, row, "file_document.hold" if until else "file_document.release", clock)
    return row.person_id


def delete_document(session: Session, actor: Actor, document_id: str, clock: Clock) -> str:
    """Take a document out of a file; its bytes go when nothing names them any more. Returns whose it was.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `document.kept`, it must be kept until a day.
    """
    row = _writable(session, actor, document_id)
    held = privacy.held_until(session, row.person_id, f"doc_{row.kind}", clock)
    kept = max((day for day in (_kept_until(row, clock), held) if day is not None), default=None)
    if kept is not None:
        raise conflict(
            "document.kept",
            msg("This document must be kept until {day}.", day=kept.isoformat()),
            msg("Delete it after that day, or end the hold first."),
        )
    session.delete(row)
    _note(session, actor, row, "file_document.delete", clock)
    session.flush()
    return row.person_id


def must_be_kept(session: Session, person_id: str) -> bool:
    """Whether a document of the person is kept until a day; when that is over it is destroyed by plan (`retained`)."""
    kept = or_(FileDocument.retention_until.is_not(None), FileDocument.hold_until.is_not(None))
    return bool(session.scalar(select(exists().where(FileDocument.person_id == person_id, kept))))


def end_holds(session: Session, clock: Clock) -> int:
    """Job: holds whose day is over end; how many. What they held is then destroyed by plan, where it is over."""
    ended = 0
    for row in session.scalars(
        select(FileDocument).where(FileDocument.hold_until < china_day(clock)).with_for_update()
    ):
        row.hold_until, row.hold_reason = None, ""
        audit.record(session, "system", "file_document.release", f"person:{row.person_id}",
                     {"document": row.id, "kind": row.kind}, clock)  # fmt: skip
        ended += 1
    return ended


def document_owners(session: Session, hashes: Sequence[str]) -> dict[str, Owner]:
    """Whose the documents among these blobs are."""
    rows = session.execute(select(FileDocument.sha256, FileDocument.person_id).where(FileDocument.sha256.in_(hashes)))
    return {sha256: Owner(person_id, PART) for sha256, person_id in rows.tuples()}


def _class(kind: str) -> FieldClass:
    return "health" if kind == "medical" else "identity"


def _may_read(session: Session, actor: Actor, kind: str, person_id: str) -> bool:
    return bool(reached_persons(session, actor, _class(kind), "read", (person_id,)))


def _found(session: Session, document_id: str, *, lock: bool = False) -> FileDocument:
    row = find(session, FileDocument, document_id, lock=lock)
    if row is None:
        raise missing("file_document", msg("document"))
    return row


def _writable(session: Session, actor: Actor, document_id: str) -> FileDocument:
    row = _found(session, document_id, lock=True)
    action: Action = "write"
    check_persons(session, actor, _class(row.kind), action, (row.person_id,))
    return row


def _kept_until(row: FileDocument, clock: Clock) -> date | None:
    days = [day for day in (row.retention_until, row.hold_until) if day is not None and day >= china_day(clock)]
    return max(days, default=None)


def _about(row: FileDocument) -> str:
    return f"file_document:{row.id}"


def _note(session: Session, actor: Actor, row: FileDocument, action: str, clock: Clock) -> None:
    detail = {"document": row.id, "kind": row.kind}
    audit.record(session, actor.id, action, f"person:{row.person_id}", detail, clock)
