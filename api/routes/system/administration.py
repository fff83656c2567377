"""Accounts, grants and tokens. A token can be revoked here, but not made: a token that made tokens would never end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import (
    Cursor,
    Done,
    Id,
    IdField,
    IdQuery,
    In,
    Language,
    Limit,
    Out,
    PageOut,
    list_out,
    new_router,
    page_out,
)
from interview_engine.hr.access import grants
from interview_engine.hr.access.rules import Action, Effect, FieldClass, Role, Scope
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts import service as people
from interview_engine.hr.accounts import tokens
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.people.tables import Person

router = new_router("administration")


class NewAccount(In):
    """A login for a person; the grants of the role come with it."""

    login: str = Field(min_length=2, max_length=120, examples=["li.na"])
    name: str = Field(min_length=1, max_length=120, examples=["李娜"])
    role: Role
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=40)
    person_id: IdField | None = Field(default=None, description="When the person is known already.")
    department_id: IdField | None = None
    level: int | None = Field(default=None, ge=0, le=99)
    scope: Scope | None = Field(default=None, description="How far the role reaches; the role's own when left out.")
    scope_ref: IdField | None = Field(default=None, description="The department for subtree, the company for entity.")
    language: Language = "zh"


class AccountOut(Out):
    """A console account: whose it is, its role, and whether it can sign in."""

    id: str
    login: str
    name: str
    role: str
    person_id: str
    active: bool
    second_factor: bool
    must_change_password: bool
    language: str
    created_at: datetime


class IssuedAccount(AccountOut):
    """An account with a new password, to be handed over; it must be changed at the first sign-in."""

    password: str


class RoleChange(In):
    """The account's new role; its personal grants stay."""

    role: Role
    scope: Scope | None = None
    scope_ref: IdField | None = None


class NewGrant(In):
    """A permission or a denial, for one account, one department with those below, or one level and those above."""

    scope: Scope
    field_class: FieldClass | Annotated[str, Field(pattern=r"^\*$")]
    action: Action | Annotated[str, Field(pattern=r"^\*$")]
    effect: Effect = "allow"
    account_id: IdField | None = None
    holder_department_id: IdField | None = None
    holder_level: int | None = Field(default=None, ge=0, le=99)
    scope_ref: IdField | None = None
    level_low: int | None = Field(default=None, ge=0, le=99)
    level_high: int | None = Field(default=None, ge=0, le=99)
    expires_at: AwareDatetime | None = None
    reason: str = Field(default="", max_length=300)


class GrantOut(Out):
    """A grant. `role` names the preset it came from; null for a personal one."""

    id: str
    account_id: str | None
    holder_department_id: str | None
    holder_level: int | None
    scope: str
    scope_ref: str | None
    field_class: str
    action: str
    effect: str
    level_low: int | None
    level_high: int | None
    role: str | None
    expires_at: datetime | None
    reason: str
    created_at: datetime


class TokenOut(Out):
    """A token without its secret."""

    id: str
    account_id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@router.get("/accounts")
def list_accounts(
    call: Annotated[Call, needs("contact", "manage")], cursor: Cursor = None, limit: Limit = 50
) -> PageOut[AccountOut]:
    """Accounts ordered by login, page by page."""
    with call.reading() as session:
        page = people.list_accounts(session, call.actor, cursor=cursor, limit=limit)
    return page_out(page, lambda row: _account(*row))


@router.post("/accounts", status_code=201)
def create_account(body: NewAccount, call: Annotated[Call, needs("contact", "manage")]) -> IssuedAccount:
    """A login with the grants of a role. Nobody gives what they do not hold."""
    return call.once(lambda s: _issued(s, *_pair(people.create_account(s, call.actor, _new_account(body), call.clock))))


@router.get("/accounts/{account_id}")
def get_account(account_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> AccountOut:
    """One account; its grants are under /grants."""
    with call.reading() as session:
        return _account(*people.get_account(session, call.actor, account_id))


@router.put("/accounts/{account_id}/role")
def set_role(account_id: Id, body: RoleChange, call: Annotated[Call, needs("contact", "manage")]) -> AccountOut:
    """Change the role of an account."""
    with call.writing() as session:
        people.set_role(
            session, call.actor, account_id, body.role, call.clock, scope=body.scope, scope_ref=body.scope_ref
        )
        return _account(*people.account_and_person(session, account_id))


@router.post("/accounts/{account_id}/reset-password")
def reset_password(account_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> IssuedAccount:
    """Set a new password, to be handed over. Sessions of the account end."""
    return call.once(lambda s: _issued(s, account_id, people.reset_password(s, call.actor, account_id, call.clock)))


@router.post("/accounts/{account_id}/deactivate")
def deactivate_account(account_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> AccountOut:
    """Close an account: its sessions and tokens end."""

    def work(session: Session) -> AccountOut:
        people.deactivate(session, call.actor, account_id, call.clock)
        return _account(*people.account_and_person(session, account_id))

    return call.once(work)


@router.post("/accounts/{account_id}/reactivate")
def reactivate_account(account_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> IssuedAccount:
    """Reopen an account, with a new password."""
    return call.once(lambda s: _issued(s, account_id, people.reactivate(s, call.actor, account_id, call.clock)))


@router.get("/grants")
def list_grants(
    call: Annotated[Call, needs("contact", "manage")], account_id: IdQuery | None = None
) -> PageOut[GrantOut]:
    """The grants of an account; without one, those of departments and levels."""
    with call.reading() as session:
        return list_out(grants.grants_for(session, call.actor, account_id), _grant)


@router.post("/grants", status_code=201)
def give_grant(body: NewGrant, call: Annotated[Call, needs("contact", "manage")]) -> GrantOut:
    """Give a permission, or a denial."""
    new = grants.NewGrant(**body.model_dump())
    return call.once(lambda s: _grant(grants.give(s, call.actor, new, call.clock)))


@router.delete("/grants/{grant_id}")
def take_back_grant(grant_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> Done:
    """Remove a permission or a denial; it has no effect from the next request on."""
    with call.writing() as session:
        grants.take_back(session, call.actor, grant_id, call.clock)
    return Done()


@router.get("/tokens")
def list_tokens(
    call: Annotated[Call, needs("contact", "manage")], account_id: IdQuery | None = None
) -> PageOut[TokenOut]:
    """Tokens of an account, your own without one; the latest first, revoked ones too."""
    with call.reading() as session:
        return list_out(tokens.list_tokens(session, call.actor, account_id), TokenOut.model_validate)


@router.delete("/tokens/{token_id}")
def revoke_token(token_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> Done:
    """Revoke a token; repeating it does no harm."""
    with call.writing() as session:
        tokens.revoke_token(session, call.actor, token_id, call.clock)
    return Done()


def _new_account(body: NewAccount) -> people.NewAccount:
    return people.NewAccount(**body.model_dump())


def _pair(issued: people.IssuedAccount) -> tuple[str, str]:
    return issued.account.id, issued.password


def _issued(session: Session, account_id: str, password: str) -> IssuedAccount:
    made = _account(*people.account_and_person(session, account_id))
    return IssuedAccount(**made.model_dump(), password=password)


def _account(account: Account, person: Person) -> AccountOut:
    return AccountOut(
        id=account.id,
        login=account.login,
        name=person.name,
        role=account.role,
        person_id=person.id,
        active=account.active,
        second_factor=account.totp_confirmed_at is not None,
        must_change_password=account.must_change_password,
        language=account.language,
        created_at=account.created_at,
    )


def _grant(row: Grant) -> GrantOut:
    return GrantOut.model_validate(row)
