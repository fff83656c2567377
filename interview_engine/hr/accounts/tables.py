"""Tables of console accounts and of sign-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


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


class AccountClosure(Row, Base):
    """An account that was closed because its owner had left, with what leads back when that is undone.

    `because` names the employment ("employment:<id>"): who is employed anew is given a role anew. `grants` are the rows
    that were taken away. `reopened_at` when it was undone: once.
    """

    __tablename__ = "account_closure"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    because: Mapped[str] = mapped_column(String(60))
    grants: Mapped[list[Any]]
    reopened_at: Mapped[datetime | None]


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
