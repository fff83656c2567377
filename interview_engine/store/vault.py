"""Values that die with their person: encrypted under a key of theirs, the same kind that their blobs have
(`blob_keys`). When the key is destroyed, every copy of the value is unreadable, in backups too.

The installation's box, which opens the keys, is at hand in every session (`engine.Database.box`).
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from interview_engine.store.blob_format import KEY_BYTES
from interview_engine.store.blob_keys import newest_key
from interview_engine.store.blobs import Owner
from interview_engine.store.engine import BOX
from interview_engine.store.ids import new_id
from interview_engine.store.rows import AT_ONCE, batched
from interview_engine.store.secrets import NONCE_BYTES, SecretBox
from interview_engine.store.tables import BlobKey
from interview_engine.store.upsert import insert_for

VERSION = "p1"


def seal(session: Session, owner: Owner, text: str, about: str, clock: Clock) -> str:
    """The text under the owner's key, made at the first: "p1:", the key's id, ":", base64 of nonce and ciphertext.

    Args:
        about: what the text is, "file_entry:<id>": moved to another row it is not opened.
    """
    row = newest_key(session, owner)
    if row is None:
        row = _new_key(session, new_id(clock.now()), owner.person_id, owner.subject, clock)
    return _sealed(session, row, text, about)


def opened(session: Session, sealed: str, about: str) -> str | None:
    """The text again; None when its key was destroyed.

    Raises:
        UsageError: `secret.cannot_decrypt`, it was changed, or is another row's.
    """
    version, _, rest = sealed.partition(":")
    key_id, _, encoded = rest.partition(":")
    row = session.get(BlobKey, key_id) if version == VERSION else None
    if row is None and version == VERSION:
        return None
    try:
        raw = base64.b64decode(encoded, validate=True)
        assert row is not None
        return _cipher(session, row).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode()).decode()
    except (AssertionError, ValueError, InvalidTag):
        raise UsageError(
            "secret.cannot_decrypt",
            msg("A stored value cannot be decrypted."),
            msg(
                "Check whether the secret in the settings was changed; keep the old one beside the new one when it is."
            ),
        ) from None


def seal_many(session: Session, given: Sequence[tuple[Owner, str, str]], clock: Clock) -> list[str]:
    """`seal` for thousands of (owner, text, about) in a few statements."""
    keys: dict[tuple[str | None, str], BlobKey] = {}
    for part in batched(sorted({owner.person_id or "" for owner, _, _ in given} - {""}), AT_ONCE):
        rows = select(BlobKey).where(BlobKey.person_id.in_(part), BlobKey.shared.is_(None)).order_by(BlobKey.id)
        keys |= {(row.person_id, row.subject): row for row in session.scalars(rows)}
    fresh: dict[tuple[str | None, str], BlobKey] = {}
    for owner, _, _ in given:
        place = (owner.person_id, owner.subject)
        if place not in keys and place not in fresh:
            fresh[place] = BlobKey(
                id=new_id(clock.now()), person_id=owner.person_id, subject=owner.subject, created_at=clock.now(),
                key_encrypted=_box(session).encrypt(base64.b64encode(os.urandom(KEY_BYTES)).decode()),
            )  # fmt: skip
    session.add_all(fresh.values())
    session.flush()
    keys |= fresh
    return [_sealed(session, keys[owner.person_id, owner.subject], text, about) for owner, text, about in given]


def opened_many(session: Session, given: Sequence[tuple[str, str]]) -> list[str | None]:
    """`opened` for thousands of (sealed, about)."""
    wanted = sorted({sealed.split(":", 2)[1] for sealed, _ in given if sealed.count(":") >= 2})
    held: list[BlobKey] = []  # the session forgets rows that nobody holds
    for part in batched(wanted, AT_ONCE):
        held += session.scalars(select(BlobKey).where(BlobKey.id.in_(part)))
    found = [opened(session, sealed, about) for sealed, about in given]
    held.clear()
    return found


def keyed_hashes(session: Session, purpose: str, texts: Sequence[str]) -> dict[str, str]:
    """`keyed_hash` of many texts; none where nothing of that purpose was ever hashed. Writes nothing."""
    row = session.get(BlobKey, _key_id(purpose))
    if row is None:
        return {}
    secret = _secret(session, row)
    return {text: hmac.digest(secret, text.encode(), "sha256").hex() for text in texts}


def keyed_hash(session: Session, purpose: str, text: str, clock: Clock) -> str:
    """HMAC-SHA256 of a text in hexadecimal, by which an encrypted value is found again: the same in one installation,
    worth nothing to who has the database alone. Its key is random and kept encrypted, so a new secret changes nothing.
    """
    key_id = _key_id(purpose)
    row = session.get(BlobKey, key_id)
    if row is None:
        row = _new_key(session, key_id, None, purpose, clock)
    return hmac.digest(_secret(session, row), text.encode(), "sha256").hex()


def _sealed(session: Session, row: BlobKey, text: str, about: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(session, row).encrypt(nonce, text.encode(), about.encode())
    return f"{VERSION}:{row.id}:{base64.b64encode(sealed).decode()}"


def _key_id(purpose: str) -> str:
    """Of the key of a purpose: always the same, so that two who make it at once make one."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(f"interview-engine keyed hash {purpose}".encode())
    return digest.finalize().hex()[:32]


def _new_key(session: Session, key_id: str, person_id: str | None, subject: str, clock: Clock) -> BlobKey:
    encrypted = _box(session).encrypt(base64.b64encode(os.urandom(KEY_BYTES)).decode())
    values = {"id": key_id, "person_id": person_id, "subject": subject, "key_encrypted": encrypted,
              "created_at": clock.now()}  # fmt: skip
    session.execute(insert_for(session, BlobKey).values(**values).on_conflict_do_nothing())
    return session.get_one(BlobKey, key_id)


def _cipher(session: Session, row: BlobKey) -> AESGCM:
    derive = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"interview-engine value")
    return AESGCM(derive.derive(_secret(session, row)))


def _secret(session: Session, row: BlobKey) -> bytes:
    return base64.b64decode(_box(session).decrypt(row.key_encrypted))


def _box(session: Session) -> SecretBox:
    box = session.info.get(BOX)
    if not isinstance(box, SecretBox):
        raise RuntimeError("the database was opened without the installation's secret (Database.box)")
    return box
