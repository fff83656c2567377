"""Encryption of files that are stored in clear, one by one while the service runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from interview_engine.errors import NotFoundError
from interview_engine.hr.area import Round
from interview_engine.hr.house import house
from interview_engine.hr.privacy.shredding import encrypt_blob
from interview_engine.store.blobs import BlobStore, Keys, Owner
from interview_engine.store.tables import Blob

BATCH = 50
ROUND_S = 20.0
"""A round ends after so long; the next goes on."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """Progress: stored files, and those not known to be encrypted; both 0 when all are."""

    files: int
    left: int


def encryption(session: Session, before: datetime) -> Encryption:
    """How far the encryption of the files is that were stored before a time; younger ones are only not written down."""
    old = select(func.count()).select_from(Blob).where(Blob.created_at < before)
    left = session.scalar(old.where(Blob.key_id.is_(None))) or 0
    return Encryption(left and (session.scalar(old) or 0), left)


def encrypt_what_is_plain(given: Round) -> int:
    """Job: encrypt files that are not, for `ROUND_S`; returns how many. A file that no row names is left to the garbage
    collection."""
    keys = given.blobs.keys
    if keys is None:
        return 0
    until_s, after, done = given.clock.monotonic_s() + ROUND_S, "", 0
    while given.clock.monotonic_s() < until_s:
        with given.database.reading() as session:
            batch = list(session.scalars(_not_known().where(Blob.sha256 > after).limit(BATCH)))
        if not batch:
            break
        after = batch[-1]
        done += _encrypt(given, keys, _plain(given, batch))
    return done


def _plain(given: Round, batch: list[str]) -> list[str]:
    """The files that are stored in clear; for the others the key is recorded."""
    found = {sha256: _key_of(given.blobs, sha256) for sha256 in batch}
    known = {sha256: key_id for sha256, key_id in found.items() if key_id}
    if known:
        with given.database.transaction() as session:
            for sha256, key_id in known.items():
                session.execute(update(Blob).where(Blob.sha256 == sha256).values(key_id=key_id))
    return [sha256 for sha256, key_id in found.items() if key_id == ""]


def _encrypt(given: Round, keys: Keys, plain: list[str]) -> int:
    if not plain:
        return 0
    owners: dict[str, Owner] = {}
    with given.database.reading() as session:
        for area in house().areas:
            if area.blob_owners is not None:
                owners |= area.blob_owners(session, plain)
    return sum(
        encrypt_blob(given.database, given.blobs, sha256, keys.writing(owner)) for sha256, owner in owners.items()
    )


def _not_known() -> Select[str]:
    return select(Blob.sha256).where(Blob.key_id.is_(None)).order_by(Blob.sha256)


def _key_of(blobs: BlobStore, sha256: str) -> str | None:
    """ "" when it is not encrypted, None when it is not there."""
    try:
        return blobs.key_of(sha256) or ""
    except NotFoundError:
        return None
