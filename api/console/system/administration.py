"""Users and grants, the organisation (L4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from api.console.forms import Fields, Form
from api.console.frame import ROLE_LABELS, console_page, done
from api.context import Context
from api.deps import Ctx
from api.render import ZONE
from api.sessions import PageActor
from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput
from interview_engine.hr.access import grants
from interview_engine.hr.access.grants import NewGrant
from interview_engine.hr.access.rules import ACTIONS, DEFAULT_SCOPES, FIELD_CLASSES, PRESETS, ROLES, SCOPES, Actor
from interview_engine.hr.access.service import require
from interview_engine.hr.access.tables import Grant
from interview_engine.hr.accounts import second_factor, service
from interview_engine.hr.accounts.service import NewAccount
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import invalid

router = APIRouter()

ACCOUNTS = "/console/accounts"
CLASS_WORDS = {
    "public": "Jobs and kits",
    "contact": "Contact data",
    "interview": "Interviews",
    "pay": "Pay",
    "health": "Health",
}
ACTION_WORDS = {
    "read": "read",
    "write": "write",
    "decide": "decide",
    "export": "export",
    "manage": "manage",
    "audit": "audit",
}
SCOPE_WORDS = {
    "self": "oneself",
    "reports": "one's reports",
    "subtree": "a department and below",
    "entity": "a company",
    "all": "everybody",
}


@router.get(ACCOUNTS)
def accounts(request: Request, context: Ctx, actor: PageActor, cursor: str = "") -> Response:
    """Everybody who can sign in, and what each role may do."""
    return _accounts(request, context, actor, cursor)


@router.post(ACCOUNTS)
def create(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """A login; its password is shown this once."""
    new = NewAccount(
        login=form.text("login"),
        name=form.text("name"),
        role=form.text("role"),
        email=form.text("email"),
        department_id=form.optional("department_id"),
        language=form.text("language", "zh"),
    )
    try:
        with context.database.transaction() as session:
            issued = service.create_account(session, actor, new, context.clock)
    except (InvalidInput, ConflictError) as problem:
        return _accounts(request, context, actor, "", problem, form.values())
    return _accounts(request, context, actor, "", issued=(issued.account.login, issued.password))


@router.get(f"{ACCOUNTS}/{{account_id}}")
def account(account_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """One account with its grants."""
    return _account(account_id, request, context, actor)


@router.post(f"{ACCOUNTS}/{{account_id}}/role")
def role(account_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Another role, with its reach."""
    scope = form.optional("scope")
    try:
        with context.database.transaction() as session:
            service.set_role(
                session,
                actor,
                account_id,
                form.text("role"),
                context.clock,
                scope=scope,
                scope_ref=form.optional("scope_ref") if scope in ("subtree", "entity") else None,
            )
    except (InvalidInput, ConflictError) as problem:
        return _account(account_id, request, context, actor, problem)
    return done(f"{ACCOUNTS}/{account_id}", "saved")


@router.post(f"{ACCOUNTS}/{{account_id}}/password")
def password(account_id: str, request: Request, context: Ctx, actor: PageActor) -> Response:
    """A new password, shown this once."""
    with context.database.transaction() as session:
        made = service.reset_password(session, actor, account_id, context.clock)
    return _account(account_id, request, context, actor, password=made)


@router.post(f"{ACCOUNTS}/{{account_id}}/second-factor")
def reset_factor(account_id: str, context: Ctx, actor: PageActor) -> Response:
    """Take away the second step of somebody who lost the phone."""
    with context.database.transaction() as session:
        second_factor.reset(session, actor, account_id, context.clock)
    return done(f"{ACCOUNTS}/{account_id}", "totp-off")


@router.post(f"{ACCOUNTS}/{{account_id}}/active")
def active(account_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Close the account, or open it again with a new password."""
    try:
        with context.database.transaction() as session:
            if form.checked("active"):
                made = service.reactivate(session, actor, account_id, context.clock)
            else:
                service.deactivate(session, actor, account_id, context.clock)
                made = ""
    except ConflictError as problem:
        return _account(account_id, request, context, actor, problem)
    if made:
        return _account(account_id, request, context, actor, password=made)
    return done(f"{ACCOUNTS}/{account_id}", "closed")


@router.post(f"{ACCOUNTS}/{{account_id}}/grants")
def give(account_id: str, request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """A personal permission, or a denial."""
    try:
        with context.database.transaction() as session:
            grants.give(session, actor, _grant(form, account_id), context.clock)
    except InvalidInput as problem:
        return _account(account_id, request, context, actor, problem)
    return done(f"{ACCOUNTS}/{account_id}", "granted")


@router.post("/console/grants/{grant_id}/remove")
def take_back(grant_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Take a permission back."""
    with context.database.transaction() as session:
        grants.take_back(session, actor, grant_id, context.clock)
    return done(f"{ACCOUNTS}/{form.text('account')}", "removed")


@router.get("/console/organisation")
def organisation(request: Request, context: Ctx, actor: PageActor) -> Response:
    """Companies and departments."""
    return _organisation(request, context, actor)


@router.post("/console/organisation/companies")
def company(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """A new company."""
    try:
        with context.database.transaction() as session:
            org.create_legal_entity(session, actor, form.text("name"), form.text("city"), context.clock)
    except (InvalidInput, ConflictError) as problem:
        return _organisation(request, context, actor, problem)
    return done("/console/organisation", "added")


@router.post("/console/organisation/departments")
def department(request: Request, context: Ctx, actor: PageActor, form: Form) -> Response:
    """A new department."""
    try:
        with context.database.transaction() as session:
            org.create_department(
                session,
                actor,
                form.text("company"),
                form.text("name"),
                context.clock,
                parent_id=form.optional("parent"),
                manager_person_id=form.optional("manager"),
            )
    except (InvalidInput, ConflictError) as problem:
        return _organisation(request, context, actor, problem)
    return done("/console/organisation", "added")


@router.post("/console/organisation/departments/{department_id}/manager")
def manager(department_id: str, context: Ctx, actor: PageActor, form: Form) -> Response:
    """Who manages it."""
    with context.database.transaction() as session:
        org.set_manager(session, actor, department_id, form.optional("manager"), context.clock)
    return done("/console/organisation", "saved")


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
        status=200 if problem is None else 422,
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
        row, person = service.account_and_person(session, account_id)
        departments = org.departments(session)
        entities = org.legal_entities(session)
    names = {node.department.id: node.department.name for node in departments}
    names.update({entity.id: entity.name for entity in entities})
    return console_page(
        request,
        actor,
        "system/account_admin.html",
        status=200 if problem is None else 422,
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


def _organisation(
    request: Request, context: Context, actor: Actor, problem: InterviewEngineError | None = None
) -> Response:
    with context.database.reading() as session:
        require(actor, "public", "manage")
        entities = org.legal_entities(session)
        departments = org.departments(session)
        people = (
            session.execute(
                select(Person.id, Person.name).join(Account, Account.person_id == Person.id).order_by(Person.name)
            )
            .tuples()
            .all()
        )
    return console_page(
        request,
        actor,
        "system/organisation.html",
        status=200 if problem is None else 422,
        problem=problem,
        entities=entities,
        departments=departments,
        people=people,
    )


def _grant(form: Fields, account_id: str) -> NewGrant:
    scope = form.choice("scope", SCOPES)
    return NewGrant(
        scope=scope,
        field_class=form.choice("field_class", ("*", *FIELD_CLASSES)),
        action=form.choice("action", ("*", *ACTIONS)),
        effect=form.choice("effect", ("allow", "deny")),
        account_id=account_id,
        scope_ref=form.optional("scope_ref") if scope in ("subtree", "entity") else None,
        expires_at=_until(form.text("expires_at")),
        reason=form.text("reason"),
    )


def _until(raw: str) -> datetime | None:
    if not raw:
        return None
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=ZONE)
    except ValueError:
        raise invalid(
            "expires_at", "form.day", "请填写日期。", "Give a day.", "格式为 年-月-日。", "Write it as year-month-day."
        ) from None
