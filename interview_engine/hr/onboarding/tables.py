"""Tables of onboarding."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Onboarding(Row, Base):
    """Somebody on the way to their first day. `state` see `rules.STATES`.

    `employment_id` is None until they are employed, `application_id` where nobody applied. `owner_account_id` is the
    colleague who asks for the approval. `device_hash` is the phone on which the form was begun; `code_hash` of a code
    that lets another one take its place until `code_until`. `entry_sha256` is the filled form, a blob under a key of
    the person; None before, and once it has gone into the employee file. `draft` is what was typed and not sent yet,
    sealed under the same key.
    """

    __tablename__ = "onboarding"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"), unique=True)
    employment_id: Mapped[str | None] = mapped_column(ForeignKey("employment.id"), unique=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    job_description: Mapped[str] = mapped_column(Text, default="")
    first_day: Mapped[date] = mapped_column(index=True)
    owner_account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(12), default="asked", index=True)
    device_hash: Mapped[str | None] = mapped_column(String(64))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    codes_sent: Mapped[int] = mapped_column(default=0)
    code_sent_at: Mapped[datetime | None]
    entry_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    draft: Mapped[str | None] = mapped_column(Text)
    filled_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    reminded_on: Mapped[date | None]
    forgotten_on: Mapped[date | None]
    """The day on which what somebody filled in who did not come was deleted."""


class OnboardingLink(Row, Base):
    """A link to the form that was sent; every one of them leads there until the onboarding is over."""

    __tablename__ = "onboarding_link"

    onboarding_id: Mapped[str] = mapped_column(ForeignKey("onboarding.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)


class WelcomeText(Row, Base):
    """What who joins is told of a company or one of its departments; both None is the whole group."""

    __tablename__ = "welcome_text"

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"), unique=True)
    address_zh: Mapped[str] = mapped_column(Text, default="")
    address_en: Mapped[str] = mapped_column(Text, default="")
    way_zh: Mapped[str] = mapped_column(Text, default="")
    way_en: Mapped[str] = mapped_column(Text, default="")
    materials_zh: Mapped[str] = mapped_column(Text, default="")
    materials_en: Mapped[str] = mapped_column(Text, default="")
    more_zh: Mapped[str] = mapped_column(Text, default="")
    more_en: Mapped[str] = mapped_column(Text, default="")
