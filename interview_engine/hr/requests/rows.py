"""From the row of a request to what its kind reads, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from sqlalchemy.orm import Session

from interview_engine.clock import CHINA, Clock
from interview_engine.errors import InvalidInput
from interview_engine.hr.area import Post
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.house import house
from interview_engine.hr.problems import missing
from interview_engine.hr.requests.kinds import SEALED, Ask, AskedKind
from interview_engine.hr.requests.tables import Request
from interview_engine.i18n import msg
from interview_engine.store import vault
from interview_engine.store.blobs import Owner

PART = "request"
"""The part of a person whose key opens what they asked for."""
Which = Literal["payload", "before"]


def kind_named(session: Session, name: str) -> AskedKind:
    """The kind of that name.

    Raises:
        NotFoundError: there is none that persons can ask for.
    """
    made = house().request_kind(session, name)
    if made is None or not isinstance(made.asked, AskedKind):
        raise missing("request_kind", msg("kind of request"))
    return made.asked


def kinds_of_house(session: Session) -> dict[str, AskedKind]:
    """Every kind that persons can ask for, by name, in the order of the areas."""
    kinds = house().request_kinds(session)
    return {name: kind.asked for name, kind in kinds.items() if isinstance(kind.asked, AskedKind)}


def fields_for(session: Session, kind: AskedKind, post: Post) -> tuple[Field, ...]:
    """The fields of the form for somebody who works there: choices that depend on it are filled in, and a field with
    nothing to choose from is left out."""
    if kind.offers is None:
        return kind.fields
    offered = kind.offers(session, post)
    return tuple(
        replace(one, kind="choice", choices=offered[one.name]) if one.name in offered else one
        for one in kind.fields
        if offered.get(one.name, True)
    )


def written(fields: tuple[Field, ...], values: Mapping[str, Value]) -> dict[str, str]:
    """Values as the row keeps them; those that say nothing are left out."""
    found = {one.name: typed(one.kind, values.get(one.name)) for one in fields}
    return {name: text for name, text in found.items() if text}


def kept(
    session: Session, kind: AskedKind, row: Request, which: Which, values: Mapping[str, Value], clock: Clock
) -> dict[str, str]:
    """A form as its row keeps it: sealed where the kind asks for it."""
    plain = written(kind.fields, values)
    if not kind.sealed or not plain:
        return plain
    owner = Owner(row.person_id, PART)
    return {SEALED: vault.seal(session, owner, json.dumps(plain), _about(row, which), clock)}


def held(session: Session, kind: AskedKind, row: Request, which: Which) -> Mapping[str, str]:
    """The form that a row keeps, opened; nothing when its key was destroyed. The caller has checked."""
    form: dict[str, str] = getattr(row, which)
    if not kind.sealed or SEALED not in form:
        return form
    text = vault.opened(session, form[SEALED], _about(row, which))
    opened: dict[str, str] = {} if text is None else json.loads(text)
    return opened


def read(fields: tuple[Field, ...], kept: Mapping[str, str]) -> dict[str, Value]:
    """Back to values; what a field of today no longer takes is shown as it was typed."""
    found: dict[str, Value] = {}
    for one in fields:
        raw = str(kept.get(one.name, ""))
        try:
            found[one.name] = (raw == "1") if one.kind == "flag" else read_value(one, raw) if raw else None
        except InvalidInput:
            found[one.name] = raw
    return found


def days_of(kind: AskedKind, values: Mapping[str, Value]) -> tuple[date | None, date | None]:
    """The first and the last day that a form speaks of."""
    found = [value for name in kind.days if isinstance(value := values.get(name), date)]
    if not found:
        return None, None
    return found[0], found[-1] if len(kind.days) == 2 else None


def as_ask(session: Session, kind: AskedKind, row: Request) -> Ask:
    """The request as its kind reads it."""
    post = house().post_of(session, row.person_id)
    there = post if post is not None and post.employment_id == row.employment_id else _post_then(row)
    return Ask(
        row.id,
        row.person_id,
        there,
        read(kind.fields, held(session, kind, row, "payload")),
        row.day_from,
        row.day_to,
        read(kind.fields, held(session, kind, row, "before")),
    )


def _about(row: Request, which: Which) -> str:
    return f"request:{row.id}:{which}"


def _post_then(row: Request) -> Post:
    """Where they worked when they asked, of somebody who does not work there any more."""
    return Post(
        row.employment_id, row.department_id, row.legal_entity_id, "left", row.created_at.astimezone(CHINA).date()
    )
