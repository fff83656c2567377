"""What a work item has put into the blob store, noted before it is there: it goes with the item unless a row names it.

Between the store and the row that names a result, its subject can be erased, or the worker can die. The garbage
collection would find what is left only after days (`blob_garbage.GRACE`).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import String, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.store.blob_garbage import References
from interview_engine.store.blobs import BlobStore
from interview_engine.store.tables import Blob, WorkItem
from interview_engine.store.work_run import Claim, made_so_far, note_made


def note(session: Session, held: Claim, hashes: Iterable[str], clock: Clock) -> bool:
    """Write down the sha256 of what is about to be put; False when the item is no longer held: then put nothing."""
    wanted = dict.fromkeys([*made_so_far(session, held.item_id), *hashes])
    return note_made(session, held, list(wanted), clock)


def clear(
    session: Session, blobs: BlobStore, references: References, item_id: str, named: Iterable[str] = ()
) -> tuple[str, ...]:
    """Delete what the item has put and nothing names, in the transaction that ends the item; returns what went.

    Blobs go before the commit: when that fails the item is done again, and deletes again what is no longer there.

    Args:
        named: what this transaction has just come to name; it is not looked for.
    """
    left = sorted(set(made_so_far(session, item_id)) - set(named))
    gone = tuple(sha256 for sha256 in left if not _is_named(session, references, sha256, item_id))
    session.execute(delete(Blob).where(Blob.sha256.in_(gone)))
    for sha256 in gone:
        blobs.delete(sha256)
    session.execute(update(WorkItem).where(WorkItem.id == item_id).values(made=None))
    return gone


def _is_named(session: Session, references: References, sha256: str, item_id: str) -> bool:
    """By a row, or by another item under way: equal texts may give equal results."""
    for column in references.columns:
        if session.scalar(select(column).where(column == sha256).limit(1)) is not None:
            return True
    pattern = f"%{sha256}%"
    for column in references.documents:
        if session.scalar(select(1).where(cast(column, String).like(pattern)).limit(1)) is not None:
            return True
    others = or_(WorkItem.state == "running", WorkItem.state == "waiting")
    by_other = select(WorkItem.id).where(WorkItem.id != item_id, others, cast(WorkItem.made, String).like(pattern))
    return session.scalar(by_other.limit(1)) is not None
