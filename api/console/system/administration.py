"""Users and grants (L4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.acting import act
from api.console.forms import Fields, Form
from api.console.frame import ROLE_LABELS, console_page, done
from api.context import Context
from api.deps import Ctx
from api.sessions import PageActor
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access import grants
from interview_engine.hr.access.grants import NewGrant
from interview_engine.hr.access.rules import ACTIONS, DEFAULT_SCOPES, FIELD_CLASSES, PRESETS, ROLES, SCOPES, Actor
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts import second_factor, service
from interview_engine.hr.accounts.service import NewAccount
from interview_engine.hr.org import service as org
from interview_engine.i18n import mark

router = APIRouter()

ACCOUNTS = "/console/accounts"
CLASS_WORDS = {
    "public": mark("Jobs and kits"),
    "contact": mark("Contact data"),
    "identity": mark("Identity and family"),
    "interview": mark("Interviews"),
    "performance": mark("Performance"),
    "pay": mark("Pay"),
    "payroll": mark("Payroll and payslips"),
    "health": mark("Health"),
    "succession": mark("Succession"),
}
ACTION_WORDS = {
    "read": mark("read"),
    "write": mark("write"),
    "decide": mark("decide"),
    "export": mark("export"),
    "manage": mark("manage"),
    "audit": mark("audit"),
}
SCOPE_WORDS = {
    "self": mark("oneself"),
    "reports": mark("one's reports"),
    "subtree": mark("a department and below"),
    "entity": mark("a company"),
    "all": mark("everybody"),
}


@router.get(ACCOUNTS)
def accounts(request: Request, context: Ctx, actor: PageActor, cursor: str = "") -> Response:
    """Everybody who can sign in, and what each role may do."""
    return _accounts(request, context, actor, cursor)


@router.post(ACCOUNTS)
def create(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Create a login; its password is shown once."""
    new = NewAccount(
        login=form.text("login"),
        name=form.text("name"),
        role=form.text("role"),
        email=form.text("email"),
        department_id=form.optional("department_id"),
        language=form.text("language", "zh"),
    )
    return act(
        context,
        lambda session: service.create_account(session, actor, new, context.clock),
        lambda made: _accounts(request, context, actor, "", issued=(made.account.login, made.password)),
        lambda problem: _accounts(request, context, actor, "", problem, form.values()),
    )


@router.get(f"{ACCOUNTS}/{{account_id}}")
def account(account_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One account with its grants."""
    return _account(account_id, request, context, actor)


@router.post(f"{ACCOUNTS}/{{account_id}}/role")
def role(account_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Change the role and its reach."""
    scope = form.optional("scope")

    def change(session: Session) -> None:
        scope_ref = form.optional("scope_ref") if scope in ("subtree", "entity") else None
        service.set_role(session, actor, account_id, form.text("role"), context.clock, scope=scope, scope_ref=scope_ref)

    return _on_account(account_id, request, context, actor, change, "saved")


@router.post(f"{ACCOUNTS}/{{account_id}}/password")
def password(account_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Set a new password, shown once."""
    return act(
        context,
        lambda session: service.reset_password(session, actor, account_id, context.clock),
        lambda made: _account(account_id, request, context, actor, password=made),
        lambda problem: _account(account_id, request, context, actor, problem),
    )


@router.post(f"{ACCOUNTS}/{{account_id}}/second-factor")
def reset_factor(account_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """Remove the second factor of somebody who lost the phone."""

    def change(session: Session) -> None:
        second_factor.reset(session, actor, account_id, context.clock)

    return _on_account(account_id, request, context, actor, change, "totp-off")


@router.post(f"{ACCOUNTS}/{{account_id}}/active")
def active(account_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Close the account, or open it again with a new password."""

    def change(session: Session) -> str:
        if form.checked("active"):
            return service.reactivate(session, actor, account_id, context.clock)
        service.deactivate(session, actor, account_id, context.clock)
        return ""

    def then(made: str) -> Response:
        if made:
            return _account(account_id, request, context, actor, password=made)
        return done(f"{ACCOUNTS}/{account_id}", "closed")

    return act(context, change, then, lambda problem: _account(account_id, request, context, actor, problem))


@router.post(f"{ACCOUNTS}/{{account_id}}/grants")
def give(account_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Add a personal permission or a denial."""

    def change(session: Session) -> None:
        grants.give(session, actor, _grant(form, account_id), context.clock)

    return _on_account(account_id, request, context, actor, change, "granted")


@router.post("/console/grants/{grant_id}/remove")
def take_back(grant_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Remove a permission."""

    def change(session: Session) -> None:
        grants.take_back(session, actor, grant_id, context.clock)

    return _on_account(form.text("account"), request, context, actor, change, "removed")


def _on_account(
    account_id: str, request: Request, context: Context, actor: Actor, change: Callable[[Session], None], what: str
) -> Response:
    """Act on an account, then go back to its page."""
    return act(
        context,
        change,
        lambda _: done(f"{ACCOUNTS}/{account_id}", what),
        lambda problem: _account(account_id, request, context, actor, problem),
    )


def _accounts(
    request: Request,
    context: Context,
    actor: Actor,
    cursor: str,
    problem: InterviewEngineError | None = None,
    typed: dict[str, str] | None = None,
    issued: tuple[str, str] | None = None,
) -> Response:
    with context.database.reading() as session:
        page = service.list_accounts(session, actor, cursor=cursor or None)
        departments = org.departments(session)
    return console_page(
        request,
        actor,
        "system/accounts.html",
        problem=problem,
        typed=typed or {},
        issued=issued,
        page=page,
        departments=departments,
        roles=ROLE_LABELS,
        matrix=_matrix(),
        classes=CLASS_WORDS,
        scopes=SCOPE_WORDS,
        default_scopes=DEFAULT_SCOPES,
        action_words=ACTION_WORDS,
    )


def _matrix() -> list[dict[str, Any]]:
    """What each role may do to each field class."""
    lines = []
    for name in ROLES:
        held = PRESETS[name]
        cells = {
            field_class: [
                action
                for action in ACTIONS
                if any(have in ((field_class, action), ("*", action), ("*", "*")) for have in held)
            ]
            for field_class in FIELD_CLASSES
        }
        lines.append({"role": name, "cells": cells})
    return lines


def _account(
    account_id: str,
    request: Request,
    context: Context,
    actor: Actor,
    problem: InterviewEngineError | None = None,
    password: str = "",
) -> Response:
    with context.database.reading() as session:
        held = grants.grants_for(session, actor, account_id)
        row, person = service.get_account(session, actor, account_id)
        departments = org.departments(session)
        entities = org.legal_entities(session)
    names = {node.department.id: node.department.name for node in departments}
    names.update({entity.id: entity.name for entity in entities})
    return console_page(
        request,
        actor,
        "system/account_admin.html",
        problem=problem,
        row=row,
        person=person,
        password=password,
        preset=[one for one in held if one.role is not None],
        personal=[one for one in held if one.role is None],
        names=names,
        references=list(names.items()),
        roles=ROLE_LABELS,
        classes=CLASS_WORDS,
        actions=ACTION_WORDS,
        scopes=SCOPE_WORDS,
        reach=_reach(held),
    )


def _reach(held: list[Grant]) -> dict[str, str]:
    """The scope and its reference that the role's grants have."""
    first = next((one for one in held if one.role is not None), None)
    return {"scope": first.scope if first else "", "ref": (first.scope_ref or "") if first else ""}


def _grant(form: Fields, account_id: str) -> NewGrant:
    scope = form.choice("scope", SCOPES)
    return NewGrant(
        scope=scope,
        field_class=form.choice("field_class", ("*", *FIELD_CLASSES)),
        action=form.choice("action", ("*", *ACTIONS)),
        effect=form.choice("effect", ("allow", "deny")),
        account_id=account_id,
        scope_ref=form.optional("scope_ref") if scope in ("subtree", "entity") else None,
        expires_at=form.moment("expires_at"),
        reason=form.text("reason"),
    )
