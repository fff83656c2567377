"""Tables of the platform itself: audit trail, outbox, webhooks, idempotency keys, work, workers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class AuditEvent(Base):
    """Append-only, hash-chained: `hash` covers `prev_hash` and every other column. `sequence` has no gaps."""

    __tablename__ = "audit_event"

    sequence: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80), index=True)
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)
    """"table:id", for instance "application:01890…"."""
    detail: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    seal: Mapped[str | None] = mapped_column(String(64))
    """HMAC of `hash`; None before there was a key (see `trail_seal`)."""


class AuditHead(Base):
    """One row: the end of the chain. Locked by every append, so that two of them cannot take one place."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str | None] = mapped_column(String(64))
    """HMAC of sequence and hash."""
    key_encrypted: Mapped[str | None] = mapped_column(Text)
    """What the seals are made with."""


class OutboxMessage(Row, Base):
    """A message to be sent after its transaction; sent once in effect by its `dedupe_key`.

    `channel` is "inbox", "webhook", "email" or a WeChat channel; `state` queued, sent, delivered, failed, suppressed.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_due", "state", "due_at"),)

    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    channel: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(120), index=True)
    """"account:id", "person:id" or "webhook:id"."""
    template: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """Since when what it asks for is done, by whomever; of messages in the inbox."""
    via: Mapped[str | None] = mapped_column(String(40))
    """The channel it went by in the end; "person" finds one out."""
    error: Mapped[str | None] = mapped_column(Text)


class Webhook(Row, Base):
    """Where another system wants to be told. `secret` signs; kept encrypted."""

    __tablename__ = "webhook"

    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[Any]]
    secret_encrypted: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    """Failed deliveries since the last one that arrived."""
    paused_until: Mapped[datetime | None]
    """Nothing is sent before, because the last deliveries failed."""
    last_error: Mapped[str | None] = mapped_column(String(80))
    """Its code."""


class IdempotencyKey(Base):
    """The answer to a POST that carried a key, to be given again to the same request."""

    __tablename__ = "idempotency_key"

    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body_encrypted: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(index=True)


class WorkItem(Row, Base):
    """One piece of durable work as people see it; the workflow engine keeps its own records.

    `kind` is one that an area hands over (`hr.area.WorkKind`); `subject_id` the id of what it is about.
    `state` waiting, running, done, parked (a person must look; `reason` says why, zh and en), given_up (a person
    said to go on without it).
    """

    __tablename__ = "work_item"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "generation"), Index("ix_work_item_state", "state", "id"))

    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    generation: Mapped[int] = mapped_column(default=1)
    """Raised by a retry or a changed input, so that finished work can be asked for again."""
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    """Counted before the work begins, so that work which kills its worker is counted too."""
    run: Mapped[int] = mapped_column(default=0)
    """Raised when an attempt ended in order (failed, retried): the next one begins afresh. A crash keeps it, so that
    another worker resumes the engine's records of this run."""
    due_at: Mapped[datetime | None]
    """Not before this time (waiting after a failure)."""
    by_person: Mapped[bool] = mapped_column(default=False)
    """The work itself was given up: the worker hands its subject to a person as it is."""
    stage: Mapped[str] = mapped_column(String(40), default="")
    share: Mapped[float] = mapped_column(default=0.0)
    reason: Mapped[dict[str, Any] | None]
    worker_id: Mapped[str | None] = mapped_column(String(80))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    media_s: Mapped[float] = mapped_column(default=0.0)
    made: Mapped[list[Any] | None]
    """sha256 of what it put into the blob store and no row may name yet; None once it is done (see `work_made`)."""


class Worker(Base):
    """A worker process's lease: it lives while `heartbeat_at` is fresh."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int]
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime] = mapped_column(index=True)
    stopped_at: Mapped[datetime | None]


class ClockMark(Base):
    """One row: the latest time at which a process that runs housekeeping was sure of its clock."""

    __tablename__ = "clock_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    trusted_at: Mapped[datetime]


class ClockDoubt(Base):
    """A process that deletes nothing at the moment, because it doubts its clock (see clock_guard.py)."""

    __tablename__ = "clock_doubt"

    process: Mapped[str] = mapped_column(String(160), primary_key=True)
    at: Mapped[datetime]
    """By the clock that is in doubt."""
    code: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]]


class Blob(Base):
    """A stored blob, by sha256. Deleted when no row refers to it any more (retention job)."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    key_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """The key it was found encrypted with; None until `hr.privacy.encrypting` has looked at it."""


class BlobKey(Base):
    """What a person's blobs are encrypted with (see `blob_keys`). The key is destroyed by deleting the row."""

    __tablename__ = "blob_key"
    __table_args__ = (Index("ix_blob_key_owner", "person_id", "subject"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str | None] = mapped_column(String(32))
    """None when it is one blob's own, because persons share that blob; `subject` is its sha256 then. None too for the
    keys of keyed hashes (`vault`), whose purpose is in `subject`."""
    subject: Mapped[str] = mapped_column(String(64), index=True)
    """The part of the person that can be erased alone: an interview's id, "resumes"."""
    key_encrypted: Mapped[str] = mapped_column(Text)
    shared: Mapped[list[Any] | None]
    """sha256 of blobs that others need when the owner is gone; they are re-encrypted, then the key is destroyed."""
    created_at: Mapped[datetime]
