"""Tables of the employee file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Contract(Row, Base):
    """A contract of work. `state` draft, signing (out for signature), active, ended, dropped; whether it has begun or
    expired follows from its days.

    `kind` fixed, open, task (`contract_rules.Kind`). `sign_count` which contract with the company it is, from 1.
    `number` what the company calls it; "" for none.
    `document_sha256` the signed paper or file. `asked_for_fixed`: the employee asked in writing for a fixed term.
    `told_on` the day the reminder went out, `decided` what was decided on it: renew, end.
    """

    __tablename__ = "contract"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[date]
    last_day: Mapped[date | None] = mapped_column(index=True)
    probation_last_day: Mapped[date | None]
    sign_count: Mapped[int] = mapped_column(default=1)
    number: Mapped[str] = mapped_column(String(60), default="")
    asked_for_fixed: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    document_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    told_on: Mapped[date | None]
    escalated_on: Mapped[date | None]
    decided: Mapped[str | None] = mapped_column(String(10))


class FileEntry(Row, Base):
    """An entry of a section of a person's file (`sections.SECTIONS`).

    `sealed` the values of its fields as a JSON object, under a key of the person (`store.vault`). `version` counts its
    changes from 1, `changes` says with which of them each field was last changed: who saves on top of another's change
    is told of it. `until` the day on which it runs out, `told_on` the day HR was told so.
    """

    __tablename__ = "file_entry"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    section: Mapped[str] = mapped_column(String(20))
    sealed: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    changes: Mapped[dict[str, Any]]
    until: Mapped[date | None] = mapped_column(index=True)
    told_on: Mapped[date | None]


class FileDocument(Row, Base):
    """A document in a person's file: a scan, a signed paper. `kind` see `documents.KINDS`.

    `name_sealed` its name under a key of the person, as its bytes are. It is not deleted before `retention_until` is
    over, nor while `hold_until` (a legal hold) is not; None is no such day.
    """

    __tablename__ = "file_document"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name_sealed: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(80))
    retention_until: Mapped[date | None] = mapped_column(index=True)
    hold_until: Mapped[date | None]
    hold_reason: Mapped[str] = mapped_column(String(300), default="")


class FilePhoto(Row, Base):
    """A photo that somebody gave of themselves for their colleagues; its bytes lie under a key of its own.

    `withdrawn_at` from when on nobody is shown it any more: its deletion is asked for, which takes the row away too.
    """

    __tablename__ = "file_photo"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    withdrawn_at: Mapped[datetime | None]
