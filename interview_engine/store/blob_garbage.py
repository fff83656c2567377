"""Blobs that no row names any more are removed; nothing else is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.store.blob_keys import drop_own_keys
from interview_engine.store.blobs import BlobStore
from interview_engine.store.engine import Database
from interview_engine.store.tables import Blob

GRACE = timedelta(days=8)
"""A blob this young is left alone: what will name it may not be committed yet. Work that was interrupted can be resumed
for seven days; and what is stored again is rewritten long before (`blobs.REFRESH_S`)."""
BATCH = 200

Column = Any
"""A mapped column that holds the sha256 of a blob."""


@dataclass(frozen=True, slots=True)
class References:
    """Everything that may name a blob.

    Args:
        columns: each holds one sha256, or None.
        documents: each holds a JSON object whose values are sha256.
    """

    columns: tuple[Column, ...]
    documents: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Collected:
    """What was removed: blobs that were registered, and objects of a `put` whose transaction never came."""

    unnamed: int
    unregistered: int


def collect(database: Database, blobs: BlobStore, references: References, clock: Clock) -> Collected:
    """Remove every blob older than `GRACE` that nothing names. May be stopped at any point and run again.

    The row goes first, in a transaction that looks once more, then the object: a crash between leaves an object without
    a row, which the second half of the next run removes.
    """
    before = clock.now() - GRACE
    with database.reading() as session:
        candidates = list(session.scalars(_unnamed(references, before)))
        kept = _in_documents(session, references)
    unnamed = 0
    for start in range(0, len(candidates), BATCH):
        batch = [sha256 for sha256 in candidates[start : start + BATCH] if sha256 not in kept]
        unnamed += _remove(database, blobs, references, batch, before)
    return Collected(unnamed, _remove_unregistered(database, blobs, references, kept, before))


def _remove(
    database: Database, blobs: BlobStore, references: References, batch: Iterable[str], before: datetime
) -> int:
    """A transaction that refers to a blob registers it too, which makes its row young: see `before`."""
    with database.transaction() as session:
        still = delete(Blob).where(Blob.sha256.in_(list(batch)), _is_unnamed(references, before))
        gone = list(session.scalars(still.returning(Blob.sha256)))
        drop_own_keys(session, gone)
    for sha256 in gone:
        _delete_old(blobs, sha256, before)
    return len(gone)


def _remove_unregistered(
    database: Database, blobs: BlobStore, references: References, kept: set[str], before: datetime
) -> int:
    removed = 0
    for batch in _batches(sha256 for sha256, written in blobs.stored() if written < before):
        with database.reading() as session:
            known = set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(batch))))
            for column in references.columns:
                known.update(session.scalars(select(column).where(column.in_(batch))))
        for sha256 in batch:
            if sha256 not in known and sha256 not in kept and _delete_old(blobs, sha256, before):
                removed += 1
    return removed


def _delete_old(blobs: BlobStore, sha256: str, before: datetime) -> bool:
    """Somebody may have stored the same bytes again a moment ago; then the object is young and stays."""
    written = blobs.written_at(sha256)
    if written is None or written >= before:
        return False
    blobs.delete(sha256)
    return True


def _unnamed(references: References, before: datetime) -> Select[str]:
    return select(Blob.sha256).where(_is_unnamed(references, before)).order_by(Blob.sha256)


def _is_unnamed(references: References, before: datetime) -> ColumnElement[bool]:
    return and_(Blob.created_at < before, *(~exists().where(column == Blob.sha256) for column in references.columns))


def _in_documents(session: Session, references: References) -> set[str]:
    named: set[str] = set()
    for column in references.documents:
        for document in session.scalars(select(column).execution_options(yield_per=500)):
            named.update(str(value) for value in (document or {}).values())
    return named


def _batches(hashes: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for sha256 in hashes:
        batch.append(sha256)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
