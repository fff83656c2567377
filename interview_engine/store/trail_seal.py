"""Seals of the audit trail: HMAC-SHA256 beside its chain of hashes, which anybody with the database could recompute.

The key is random and lies encrypted under the installation's secret (`audit_head.key_encrypted`): who has the database
alone cannot use it, and a new secret keeps it. The end's seal covers the whole chain before it; an event's own seal
shows where a change is.
"""

from __future__ import annotations

import hmac
import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import AuditHead
from interview_engine.store.upsert import insert_for

GENESIS = "0" * 64
"""What the first event's `prev_hash` is."""
HEAD_ID = 1
KEY = "trail key"
"""Where a session has it (`Session.info`)."""


def open_key(session: Session, box: SecretBox) -> tuple[bytes, int | None]:
    """The key of this database, made the first time; with the sequence from which on it seals when it was made now.

    Events from before, when there are any, are covered by the seal of the end alone.

    Raises:
        UsageError: `secret.cannot_decrypt`, the settings' secret is another one.
    """
    first = insert_for(session, AuditHead).values(id=HEAD_ID, sequence=0, hash=GENESIS)
    session.execute(first.on_conflict_do_nothing())
    head = session.scalars(select(AuditHead).where(AuditHead.id == HEAD_ID).with_for_update()).one()
    if head.key_encrypted is not None:
        return bytes.fromhex(box.decrypt(head.key_encrypted)), None
    key = secrets.token_bytes(32)
    head.key_encrypted = box.encrypt(key.hex())
    head.seal = seal_of_end(key, head.sequence, head.hash)
    session.flush()
    return key, head.sequence


def key_of(session: Session) -> bytes | None:
    """The key that this session's database was opened with; None where it was opened without."""
    key = session.info.get(KEY)
    return key if isinstance(key, bytes) else None


def seal_of_event(key: bytes, digest: str) -> str:
    """The seal of an event, by its hash."""
    return _hmac(key, f"event\n{digest}")


def seal_of_end(key: bytes, sequence: int, digest: str) -> str:
    """The seal of the end of the chain."""
    return _hmac(key, f"end\n{sequence}\n{digest}")


def is_ours(key: bytes, seal: str | None, sequence: int, digest: str) -> bool:
    """Whether the end bears the right seal."""
    return seal is not None and hmac.compare_digest(seal.encode(), seal_of_end(key, sequence, digest).encode())


def move_end(session: Session, sequence: int, digest: str, seal: str | None) -> None:
    """Write the new end of the chain."""
    session.execute(update(AuditHead).where(AuditHead.id == HEAD_ID).values(sequence=sequence, hash=digest, seal=seal))


def _hmac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()
