"""Keys of persons' blobs: random, one for each part of a person that can be erased alone, encrypted under the
installation's secret. With its row a key is gone, and with it every copy of what it opens, also in backups.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Iterable

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.store.blob_format import KEY_BYTES, DataKey, DraftKey
from interview_engine.store.blobs import Owner
from interview_engine.store.engine import Database
from interview_engine.store.ids import new_id
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import BlobKey

KEPT_S = 60.0
"""How long a process goes on with a key that it has read: so much later than the row it is gone from memory too."""
KEPT = 4096
"""Keys held in memory at most."""


class BlobKeys:
    """The keys in the database. Safe to share between threads; what was read is kept for `KEPT_S`."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock) -> None:
        self._database = database
        self._box = box
        self._clock = clock
        self._lock = threading.Lock()
        self._read: dict[str | Owner, tuple[float, DataKey]] = {}

    def writing(self, owner: Owner) -> DataKey:
        """The key for a new blob of theirs, made at the first. Not to be called in a transaction: it may need one."""
        known = self._known(owner)
        if known is not None:
            return known
        with self._database.reading() as session:
            row = newest_key(session, owner)
        if row is None:
            with self._database.transaction() as session:
                row = newest_key(session, owner) or self._add(session, owner, self.draft())
        return self._remember(owner, self._key(row))

    def opening(self, key_id: str) -> bytes | None:
        """The key's bytes; None when it was destroyed or never kept."""
        known = self._known(key_id)
        if known is not None:
            return known.secret
        with self._database.reading() as session:
            row = session.get(BlobKey, key_id)
        return None if row is None else self._remember(key_id, self._key(row)).secret

    def draft(self) -> DraftKey:
        """A new key that is kept nowhere yet."""
        secret = secrets.token_bytes(KEY_BYTES)
        encrypted = self._box.encrypt(base64.b64encode(secret).decode())
        return DraftKey(DataKey(new_id(self._clock.now()), secret), encrypted)

    def add(self, owner: Owner | None, subject: str = "") -> DataKey:
        """Keep a new key in a transaction of its own.

        Args:
            owner: None for a blob's own key; `subject` is its sha256 then.
        """
        draft = self.draft()
        with self._database.transaction() as session:
            keep_draft(session, draft, owner, self._clock, subject)
        return draft.key

    def forget(self) -> None:
        """Drop all cached keys: some were destroyed."""
        with self._lock:
            self._read.clear()

    def _add(self, session: Session, owner: Owner, draft: DraftKey) -> BlobKey:
        return keep_draft(session, draft, owner, self._clock)

    def _key(self, row: BlobKey) -> DataKey:
        return DataKey(row.id, base64.b64decode(self._box.decrypt(row.key_encrypted)))

    def _known(self, name: str | Owner) -> DataKey | None:
        with self._lock:
            read_s, key = self._read.get(name, (None, None))
        return key if read_s is not None and self._clock.monotonic_s() - read_s < KEPT_S else None

    def _remember(self, name: str | Owner, key: DataKey) -> DataKey:
        with self._lock:
            if len(self._read) >= KEPT:
                self._read.clear()
            self._read[name] = self._read[key.id] = (self._clock.monotonic_s(), key)
        return key


def keep_draft(session: Session, draft: DraftKey, owner: Owner | None, clock: Clock, subject: str = "") -> BlobKey:
    """Keep the key, as its owner's from now on; of no person when None, for the blob `subject`."""
    row = BlobKey(
        id=draft.key.id,
        person_id=None if owner is None else owner.person_id,
        subject=subject if owner is None else owner.subject,
        key_encrypted=draft.encrypted,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def keys_of(session: Session, person_id: str, subjects: Iterable[str] | None) -> list[BlobKey]:
    """A person's keys: those of some parts, or (None) all."""
    statement = select(BlobKey).where(BlobKey.person_id == person_id).order_by(BlobKey.id).with_for_update()
    return list(
        session.scalars(statement if subjects is None else statement.where(BlobKey.subject.in_(list(subjects))))
    )


def drop_own_keys(session: Session, hashes: Iterable[str]) -> list[str]:
    """Destroy the keys that blobs had of their own; returns their ids. The blobs are gone."""
    own = delete(BlobKey).where(BlobKey.person_id.is_(None), BlobKey.subject.in_(list(hashes)))
    return sorted(session.scalars(own.returning(BlobKey.id)))


def newest_key(session: Session, owner: Owner) -> BlobKey | None:
    """The key that something new of theirs is encrypted with; None where there is none yet."""
    return session.scalars(_of(owner)).first()


def _of(owner: Owner) -> Select[BlobKey]:
    return (
        select(BlobKey)
        .where(BlobKey.person_id == owner.person_id, BlobKey.subject == owner.subject, BlobKey.shared.is_(None))
        .order_by(BlobKey.id.desc())
        .limit(1)
    )
