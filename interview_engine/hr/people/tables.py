"""Tables of persons and of sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class Person(Row, Base):
    """One human being, from first application to last day.

    `email_key` and `phone_key` are the normalised forms by which one person applying twice is found.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_talent_pool", "talent_pool", "id"),)

    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    phone_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    id_number_encrypted: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    manager_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id", use_alter=True))
    level: Mapped[int | None]
    """Job level of an employee, higher is more senior; None for candidates. Grants may be limited by it."""
    talent_pool: Mapped[bool] = mapped_column(default=False)
    synthetic: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]


class PersonFlag(Row, Base):
    """Something about who a person is that a human must look at. Never merged silently. `state` open, resolved.

    `kind` two_persons (mail and phone belong to two persons), contact_differs, name_differs; `given` holds what the
    application form said.
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


class Account(Row, Base):
    """A console login. `role` is the preset that its grants came from, shown to people; grants decide."""

    __tablename__ = "account"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), unique=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    """Lower case."""
    role: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_set_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    """Somebody else has set it: it opens nothing but the page to change it, and only for some days."""
    totp_secret_encrypted: Mapped[str | None] = mapped_column(Text)
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    """The last time step used: a code works once."""
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="zh")


class RecoveryCode(Row, Base):
    """One of the codes that stand in for a lost second factor; works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "code_hash"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class SignInFailure(Base):
    """Failures to sign in by a name, whether or not there is such an account, so that nobody can tell by them."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """sha256 of the login, or of "totp:" and the account's id."""
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class LoginSession(Base):
    """A console session; the cookie holds the secret, the database its sha256."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    totp_passed: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(64), default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    revoked_at: Mapped[datetime | None]


class ApiToken(Row, Base):
    """A token of another system. `scopes` like "applications:read"; never more than its account's grants."""

    __tablename__ = "api_token"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Consent(Row, Base):
    """What a person agreed to, by text version; never deleted, only withdrawn."""

    __tablename__ = "consent"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    invitation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    """recording, voice, face, automated_assessment, retention."""
    granted: Mapped[bool]
    policy: Mapped[str] = mapped_column(String(20))
    text_version: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(5))
    withdrawn_at: Mapped[datetime | None]


class ErasureRequest(Row, Base):
    """A wish to be deleted, and the receipt that proves what was: sha256 of what went, no content."""

    __tablename__ = "erasure_request"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    invitation_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(20), default="interview")
    """interview (everything of one interview), person (everything of a person), retention (recordings past their
    time; scores stay)."""
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    receipt: Mapped[dict[str, Any] | None]
