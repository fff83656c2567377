"""Tables of persons, and of the companies and departments they belong to.

One ground under every area: a person names a department, a department names the person who manages it, so neither can
lie below the other. Permissions are decided over these rows, and lists join them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Person(Row, Base):
    """One human being, from first application to last day.

    `email_key` and `phone_key` are the normalised forms by which one person applying twice is found.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_talent_pool", "talent_pool", "id"), Index("ix_person_name", "name", "id"))

    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    manager_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id", use_alter=True))
    level: Mapped[int | None]
    """Job level of an employee, higher is more senior; None for candidates. Grants may be limited by it."""
    talent_pool: Mapped[bool] = mapped_column(default=False)
    synthetic: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]


class IdNumberKey(Row, Base):
    """The keyed hash of a person's ID number (`id_keys`): two persons never have the same, and who comes back is found
    by it. The number itself lies encrypted in the person's file."""

    __tablename__ = "id_number_key"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class LegalEntity(Row, Base):
    """A company; the tenant boundary of scopes."""

    __tablename__ = "legal_entity"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    city: Mapped[str] = mapped_column(String(60), default="")


class Department(Row, Base):
    """`path` is "/id/id/": its own id last, so that a subtree is a prefix."""

    __tablename__ = "department"

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(700), unique=True)
    manager_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class PersonFlag(Row, Base):
    """Something about who a person is that a human must look at. Never merged silently. `state` open, resolved.

    `kind` two_persons (mail and phone belong to two persons), contact_differs, name_differs, resume_given (a
    public form brought another résumé for a known person's application); `given` holds what the form said.
    """

    __tablename__ = "person_flag"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    other_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    given: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), default="open", index=True)


class WechatIdentity(Row, Base):
    """A person's identity in one WeChat or WeCom application."""

    __tablename__ = "wechat_identity"
    __table_args__ = (UniqueConstraint("app_id", "openid"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    app_id: Mapped[str] = mapped_column(String(64))
    openid: Mapped[str] = mapped_column(String(64))
    unionid: Mapped[str | None] = mapped_column(String(64), index=True)
