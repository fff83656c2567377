"""Tables of requests: what was asked for, what came of it, and the kinds that companies made themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row


class Request(Row, Base):
    """What somebody asks for. `state` see `kinds.STATES`.

    `person_id` is whom it is about, `asked_by_person_id` who asked: themselves, their head, or HR for them. Department
    and company are those in which the person worked when it was asked for; they decide who sees and approves it.
    `payload` holds the fields of its form as they are typed (`forms.writing.typed`), `before` what they would replace.
    `form_version` tells which fields the form had. `idempotency_key` is the sender's: sent twice, it is one request.
    """

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("asked_by_person_id", "idempotency_key"),
        Index("ix_request_person", "person_id", "id"),
        Index("ix_request_due", "state", "day_from"),
        # what the lists are counted by, and each order that they can have
        Index("ix_request_listed", "field_class", "id", "state", "department_id"),
        Index("ix_request_counted", "field_class", "state", "department_id", "person_id"),
        Index("ix_request_of_person", "person_id", "field_class", "state", "department_id"),
        Index("ix_request_of_department", "field_class", "department_id", "id"),
        Index("ix_request_first_day", "field_class", "day_from", "id"),
        Index("ix_request_last_day", "field_class", "day_to", "id"),
        Index("ix_request_asked", "field_class", "created_at", "id"),
    )

    kind: Mapped[str] = mapped_column(String(40), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_by_person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    field_class: Mapped[str] = mapped_column(String(20))
    payload: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    form_version: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(20), default="pending")
    day_from: Mapped[date | None]
    day_to: Mapped[date | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(80))
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")


@protect
class RequestEffect(Row, Base):
    """One thing that a request did: `quantity` of the row `row_id` in `table_name`, in that table's smallest unit.

    Nothing is taken back by removing it: a counter-entry names in `reverses` the number of what it undoes.
    """

    __tablename__ = "request_effect"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"), index=True)
    number: Mapped[int]
    table_name: Mapped[str] = mapped_column(String(60))
    row_id: Mapped[str] = mapped_column(String(32))
    quantity: Mapped[int] = mapped_column(BigInteger)
    reverses: Mapped[int | None]


class RequestPaper(Row, Base):
    """A paper that a request made, frozen as it was approved; its PDF is set from it and is the same each time.

    `content` is {language: {"title", "paragraphs": […], "signed"}}. `void` once its request was cancelled.
    """

    __tablename__ = "request_paper"

    request_id: Mapped[str] = mapped_column(ForeignKey("request.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    content: Mapped[dict[str, Any]]
    void: Mapped[bool] = mapped_column(default=False)


class OwnRequestKind(Row, Base):
    """A kind of request that a company made in the console (F7); its fields are those of the form "own_<id>"."""

    __tablename__ = "request_kind"

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))
    about_zh: Mapped[str] = mapped_column(String(300), default="")
    about_en: Mapped[str] = mapped_column(String(300), default="")
    field_class: Mapped[str] = mapped_column(String(20))
    retired_at: Mapped[datetime | None]
