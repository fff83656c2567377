"""Tables of consent and deletion."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Consent(Row, Base):
    """What a person agreed to, by text version; never deleted, only withdrawn."""

    __tablename__ = "consent"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    invitation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    """recording, voice, face, automated_assessment, retention; photo, outside of interviews."""
    granted: Mapped[bool]
    policy: Mapped[str] = mapped_column(String(20))
    text_version: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(5))
    withdrawn_at: Mapped[datetime | None]


class ErasureRequest(Row, Base):
    """A request for deletion, and its receipt: sha256 of what was deleted, no content."""

    __tablename__ = "erasure_request"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    invitation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="interview")
    """interview (everything of one interview), person (everything of a person), retention (recordings past their
    time; scores stay), or a kind of the retention schedule: `invitation_id` then names the document."""
    due_at: Mapped[datetime]
    planned_for: Mapped[datetime | None] = mapped_column(index=True)
    """Not done before, because nobody asked for it and people may stop it. None when it was asked for."""
    held_at: Mapped[datetime | None]
    """A person stopped the plan until it is released."""
    cancelled_at: Mapped[datetime | None]
    """A person dropped the plan; it is made again a year later."""
    confirmed_at: Mapped[datetime | None]
    """A person said that it is right to delete so much at once."""
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    receipt: Mapped[dict[str, Any] | None]


class RetentionRule(Row, Base):
    """How long a kind of document is kept after the last day, where that is not what ships (`schedule.json`)."""

    __tablename__ = "retention_rule"

    kind: Mapped[str] = mapped_column(String(20), unique=True)
    months: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300))


class LegalHold(Row, Base):
    """Nothing of a person, of a kind, or of both together is destroyed until a day, for a reason.

    `person_id` None is everybody, `kind` "" every kind. `released_at` when somebody ended it before its day.
    """

    __tablename__ = "legal_hold"

    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(300))
    until: Mapped[date] = mapped_column(index=True)
    released_at: Mapped[datetime | None]
