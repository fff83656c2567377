"""The deletion itself, in one transaction: every area deletes its rows, then blobs that nothing refers to go.

Blobs go first and the rows with the transaction: deleting a blob that is gone is no error, so a deletion that was cut
off is simply done again.
"""

from __future__ import annotations

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.house import house
from interview_engine.hr.privacy.shredding import destroy_keys
from interview_engine.hr.removal import Removal
from interview_engine.store import idempotency
from interview_engine.store.blobs import BlobStore
from interview_engine.store.tables import Blob, OutboxMessage


def erase_person(session: Session, blobs: BlobStore, person_id: str, clock: Clock) -> Removal:
    """Everything of a person. Who is employed keeps name, contact and file: the law asks the employer to keep them;
    all interviews and what came from them go all the same.

    Raises:
        RuntimeError: an area left rows that it says go; nothing is deleted then.
    """
    areas = house().areas
    held = any(area.holds is not None and area.holds(session, person_id) for area in areas)
    removal = Removal(clock, whole=not held)
    removal.delete(session, OutboxMessage, OutboxMessage.recipient == f"person:{person_id}")
    idempotency.forget_answers(session)
    for area in areas:
        if area.erase is not None:
            area.erase(session, person_id, removal)
    session.flush()
    _check_gone(session, person_id, removal)
    _delete_blobs(session, blobs, removal)
    destroy_keys(session, blobs, person_id, removal)
    return removal


def erase_part(session: Session, blobs: BlobStore, kind: str, person_id: str, subject_id: str, clock: Clock) -> Removal:
    """Less than a person, by the kind of the request: an interview, recordings past their time. Its keys go with it.

    Raises:
        KeyError: no area knows that kind.
    """
    erase = {name: one for area in house().areas for name, one in area.erasures.items()}[kind]
    removal = Removal(clock, subjects={subject_id})
    erase(session, subject_id, removal)
    idempotency.forget_answers(session)
    session.flush()
    _delete_blobs(session, blobs, removal)
    destroy_keys(session, blobs, person_id, removal)
    return removal


def _check_gone(session: Session, person_id: str, removal: Removal) -> None:
    """Refuse a receipt while rows are left."""
    for area in house().areas:
        for named in area.persons:
            goes = named.fate == "erased" or (named.fate == "forgotten" and removal.whole)
            if goes and session.scalar(select(exists().where(named.column == person_id))):
                raise RuntimeError(f"area {area.name!r} left rows by {named.column} of an erased person")


def _delete_blobs(session: Session, blobs: BlobStore, removal: Removal) -> None:
    columns = [column for column in house().references().columns if not any(column is one for one in removal.past)]
    for what, sha256 in sorted(removal.found):
        if any(session.scalar(select(func.count()).where(column == sha256)) for column in columns):
            removal.kept.add((what, sha256))
            continue
        session.execute(delete(Blob).where(Blob.sha256 == sha256))  # first: it waits for who is encrypting the file
        blobs.delete(sha256)
        removal.blobs.add((what, sha256))
