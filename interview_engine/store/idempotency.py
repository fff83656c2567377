"""The same request sent twice has one effect: a key of the caller's choice, kept with the answer for a day (L1).

The row is written in the transaction of the effect, so there is never the one without the other: two requests with
one key at the same time wait for each other in the database, and the second gets the answer of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.i18n import msg
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import IdempotencyKey
from interview_engine.store.upsert import insert_for

KEPT = timedelta(hours=24)
"""How long an answer is given again; afterwards the key is free."""
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that was given: HTTP status and JSON body."""

    status: int
    body: str


def begin(session: Session, box: SecretBox, actor_id: str, key: str, request_sha256: str, clock: Clock) -> Kept | None:
    """Take the key for this request, or find the answer that it got before.

    Waits while another transaction holds the key. None means: do the work, then `keep` its answer in this transaction.

    Raises:
        InvalidInput: `idempotency.key`, not 1..200 visible ASCII characters.
        ConflictError: `idempotency.reused`, the key came with another request before; `idempotency.forgotten`, it was
            carried out, and the answer went with somebody's deletion.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= character <= "~" for character in key):
        raise InvalidInput(
            "idempotency.key",
            msg("The Idempotency-Key is not valid."),
            msg("Use 1 to {longest_key} visible ASCII characters, for instance a UUID.", longest_key=LONGEST_KEY),
            field="header.Idempotency-Key",
        )
    now = clock.now()
    sweep(session, now)
    taken = session.execute(
        insert_for(session, IdempotencyKey)
        .values(actor=actor_id, key=key, request_sha256=request_sha256, status=0, body_encrypted="", created_at=now)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    ).one_or_none()
    if taken is not None:
        return None
    row = session.execute(
        select(IdempotencyKey.request_sha256, IdempotencyKey.status, IdempotencyKey.body_encrypted).where(
            IdempotencyKey.actor == actor_id, IdempotencyKey.key == key
        )
    ).one()
    if row.request_sha256 != request_sha256:
        raise ConflictError(
            "idempotency.reused",
            msg("This Idempotency-Key was used with another request."),
            msg("Use a new key for each new request."),
        )
    if not row.body_encrypted:
        raise ConflictError(
            "idempotency.forgotten",
            msg("This request has been carried out already; its answer is no longer kept."),
            msg("Read what it changed instead of sending it again."),
        )
    return Kept(row.status, box.decrypt(row.body_encrypted))


def keep(session: Session, box: SecretBox, actor_id: str, key: str, answer: Kept) -> None:
    """Store the answer under the key taken by `begin`. Encrypted: an answer may hold a link's token."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.actor == actor_id, IdempotencyKey.key == key)
        .values(status=answer.status, body_encrypted=box.encrypt(answer.body))
    )


def forget_answers(session: Session) -> None:
    """Empty every kept answer: whose data an encrypted answer holds cannot be found. The keys stay, so nothing happens
    twice."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.body_encrypted != "")
        .values(body_encrypted="")
        .execution_options(synchronize_session=False)
    )


def sweep(session: Session, now: datetime) -> int:
    """Remove the keys whose time is over; returns how many."""
    gone = session.execute(
        delete(IdempotencyKey)
        .where(IdempotencyKey.created_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", gone).rowcount
