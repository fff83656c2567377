"""What is deleted is dead in backups too: the keys of its blobs go with it, and a note of it lies beside the blobs, so
that a database restored from an older day deletes it again before anything is served.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import NotFoundError
from interview_engine.hr.area import Round
from interview_engine.hr.privacy.tables import ErasureRequest
from interview_engine.hr.removal import Removal
from interview_engine.store.blob_format import DataKey
from interview_engine.store.blob_keys import drop_own_keys, keys_of
from interview_engine.store.blobs import BlobStore
from interview_engine.store.engine import Database
from interview_engine.store.tables import Blob, BlobKey


def destroy_keys(session: Session, blobs: BlobStore, person_id: str, removal: Removal) -> None:
    """Destroy the keys of what was just deleted: all keys of an erased person, else those of the deleted parts.

    A key that still opens a blob which stays, because somebody else handed in the same bytes, goes a little later
    (`release_shared`): that blob is given a key of its own first.
    """
    removal.keys |= set(drop_own_keys(session, [sha256 for _, sha256 in removal.blobs]))
    rows = keys_of(session, person_id, None if removal.whole else sorted(removal.subjects))
    if not rows:
        return
    shared: dict[str, list[str]] = {}
    for _, sha256 in sorted(removal.kept):
        key_id = _key_of(blobs, sha256)
        if key_id is not None:
            shared.setdefault(key_id, []).append(sha256)
    for row in rows:
        if row.id in shared:
            row.shared = sorted({*(row.shared or ()), *shared[row.id]})
        elif row.shared is None:
            session.delete(row)
            removal.keys.add(row.id)
    session.flush()


def note(blobs: BlobStore, request: ErasureRequest, removal: Removal, clock: Clock) -> None:
    """Keep a note of the deletion beside the blobs: identifiers, no content. Repeating it does no harm.

    Raises:
        OutputError: the store does not take it; nothing counts as deleted then.
    """
    content = {
        "request": request.id,
        "kind": request.kind,
        "person": request.person_id,
        "invitation": request.invitation_id,
        "keys": sorted(removal.keys),
        "at": clock.now().isoformat(),
    }
    blobs.note_erased(request.id, content)


def release_shared(given: Round) -> int:
    """Job: give blobs that outlive their key's owner a key of their own, then destroy the owner's; returns how many
    keys went. A crash in between leaves work for the next round, never a blob without its key."""
    keys = given.blobs.keys
    if keys is None:
        return 0
    with given.database.reading() as session:
        waiting = {row.id: list(row.shared or ()) for row in session.scalars(select(BlobKey).where(_is_shared()))}
    gone = 0
    for key_id, hashes in waiting.items():
        for sha256 in hashes:
            if _key_of(given.blobs, sha256) == key_id:
                encrypt_blob(given.database, given.blobs, sha256, keys.add(None, sha256))
        if all(_key_of(given.blobs, sha256) != key_id for sha256 in hashes):
            with given.database.transaction() as session:
                row = session.get(BlobKey, key_id, with_for_update=True)
                if row is not None and row.shared == hashes:
                    session.delete(row)
                    gone += 1
    if gone:
        keys.forget()
        given.database.empty_log()
    return gone


def missing_again(database: Database, blobs: BlobStore) -> list[str]:
    """Ids of requests whose deletion is noted beside the blobs and that this database, restored from an older day, does
    not know as done."""
    names = blobs.notes_of_erased()
    found: list[str] = []
    for start in range(0, len(names), 500):
        batch = names[start : start + 500]
        with database.reading() as session:
            done = select(ErasureRequest.id).where(ErasureRequest.id.in_(batch), ErasureRequest.done_at.is_not(None))
            known = set(session.scalars(done))
        found += [name for name in batch if name not in known]
    return found


def encrypt_blob(database: Database, blobs: BlobStore, sha256: str, key: DataKey) -> bool:
    """Re-encrypt a blob under a key, with its row locked against deletion. False when the blob is gone.

    What takes long is done before the row is held.
    """
    try:
        with blobs.encrypted(sha256, key) as file, database.transaction() as session:
            row = session.get(Blob, sha256, with_for_update=True)
            if not blobs.exists(sha256):
                return False
            blobs.replace(sha256, file)
            if row is not None:
                row.key_id = key.id
    except NotFoundError:
        return False
    return True


def _is_shared() -> ColumnElement[bool]:
    return BlobKey.shared.is_not(None)


def _key_of(blobs: BlobStore, sha256: str) -> str | None:
    try:
        return blobs.key_of(sha256)
    except NotFoundError:
        return None
