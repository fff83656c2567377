"""Kinds of requests that a company makes in the console, without code (F7): a name, fields, a flow; no effect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, owned, require
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.area import RequestKind
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.lists.service import CustomField, NewField, add_form_field, as_form_field, fields_of_forms
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.requests.deciding import as_request
from interview_engine.hr.requests.kinds import AskedKind
from interview_engine.hr.requests.tables import OwnRequestKind
from interview_engine.i18n import LocalizedText, Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

PREFIX = "own_"
MOST_KINDS = 60
"""Of one company, in use."""
CLASSES: Mapping[str, Text] = {
    "contact": msg("Those who may see names and contact"),
    "pay": msg("Those who may see pay"),
    "health": msg("Those who may see health"),
}
"""Who may read requests of the kind, beside who asks and who decides."""

FLOWS: Mapping[str, tuple[Text, tuple[Mapping[str, Any], ...]]] = {
    "manager": (msg("The department head"), ({"rule": "any", "approvers": ["manager"]},)),
    "hr": (msg("HR"), ({"rule": "any", "approvers": ["role:hr"]},)),
    "manager_hr": (
        msg("The department head, then HR"),
        ({"rule": "any", "approvers": ["manager"]}, {"rule": "any", "approvers": ["role:hr"]}),
    ),
    "managers": (
        msg("The department head, then the next head above"),
        ({"rule": "any", "approvers": ["manager"]}, {"rule": "any", "approvers": ["manager:2"]}),
    ),
}
"""By name, what it is called, and its steps. A longer flow is made on the page of approval flows."""


@dataclass(frozen=True, slots=True)
class NewKind:
    """A kind to be made; an empty English name is the Chinese one. `flow` is one of FLOWS."""

    name_zh: str
    name_en: str
    about_zh: str = ""
    about_en: str = ""
    field_class: str = "contact"
    flow: str = "manager"


def name_of(kind_id: str) -> str:
    """What requests, approvals and custom fields call the kind of a row."""
    return f"{PREFIX}{kind_id}"


def own_kinds(session: Session) -> Sequence[RequestKind]:
    """Every kind that a company made, as approvals know it; retired ones too, because requests of them are there."""
    rows = session.scalars(select(OwnRequestKind).order_by(OwnRequestKind.id)).all()
    if not rows:
        return ()
    fields: dict[str, list[CustomField]] = defaultdict(list)
    for field in fields_of_forms(session, [name_of(row.id) for row in rows]):
        fields[field.list_name].append(field)
    return tuple(as_request(_asked(row, fields[name_of(row.id)])) for row in rows)


def kinds_made(session: Session, actor: Actor) -> list[OwnRequestKind]:
    """The kinds in use of the companies that the actor manages; needs "public" manage."""
    require(actor, "public", "manage")
    rows = session.scalars(
        select(OwnRequestKind)
        .where(OwnRequestKind.retired_at.is_(None), owned(actor, OwnRequestKind.legal_entity_id))
        .order_by(OwnRequestKind.id)
    ).all()
    there = approvals.kinds_within(session, actor)
    return [row for row in rows if name_of(row.id) in there]


def kind_made(session: Session, actor: Actor, kind_id: str) -> tuple[OwnRequestKind, list[tuple[CustomField, Field]]]:
    """A kind in use with the fields of its form; needs "public" manage in its company.

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, "public", "manage")
    row = find(session, OwnRequestKind, kind_id)
    if row is None or row.retired_at is not None:
        raise missing("request_kind", msg("kind of request"))
    check_row(session, actor, "public", "manage", legal_entity_id=row.legal_entity_id)
    fields = fields_of_forms(session, [name_of(row.id)])
    return row, [(one, as_form_field(one)) for one in fields if one.retired_at is None]


def make_kind(session: Session, actor: Actor, legal_entity_id: str, new: NewKind, clock: Clock) -> OwnRequestKind:
    """Make a kind for a company, with its flow; needs "public" manage there.

    Raises:
        PermissionDenied. InvalidInput: names, class, flow. ConflictError: `request_kind.many`, `request_kind.twice`.
    """
    check_row(session, actor, "public", "manage", legal_entity_id=legal_entity_id)
    if new.field_class not in CLASSES:
        raise invalid("field_class", "custom.class", msg("There is no such group of data."), msg("Choose one of them."))
    if new.flow not in FLOWS:
        raise invalid("flow", "request_kind.flow", msg("There is no such flow."), msg("Choose one of them."))
    row = OwnRequestKind(
        **stamp(actor.id, clock),
        legal_entity_id=legal_entity_id,
        name_zh=text_within(new.name_zh or new.name_en, "name_zh", msg("name in Chinese"), 60),
        name_en=text_within(new.name_en or new.name_zh, "name_en", msg("name in English"), 60),
        about_zh=new.about_zh.strip()[:300],
        about_en=(new.about_en.strip() or new.about_zh.strip())[:300],
        field_class=new.field_class,
    )
    there = session.scalars(
        select(OwnRequestKind)
        .where(OwnRequestKind.legal_entity_id == legal_entity_id, OwnRequestKind.retired_at.is_(None))
        .with_for_update()
    ).all()
    if len(there) >= MOST_KINDS:
        raise conflict(
            "request_kind.many",
            msg("The company has {most} kinds of its own.", most=MOST_KINDS),
            msg("Retire one that you no longer need."),
        )
    if any(one.name_zh == row.name_zh or one.name_en == row.name_en for one in there):
        raise conflict("request_kind.twice", msg("There is a kind called that."), msg("Choose another name."))
    session.add(row)
    session.flush()
    detail = {"company": legal_entity_id, "class": row.field_class}
    audit.record(session, actor.id, "request_kind.make", f"request_kind:{row.id}", detail, clock)
    tops = select(Department.id).where(Department.legal_entity_id == legal_entity_id, Department.parent_id.is_(None))
    for department_id in session.scalars(tops).all():
        approvals.set_flow(session, actor, name_of(row.id), FLOWS[new.flow][1], clock, department_id=department_id)
    return row


def add_kind_field(session: Session, actor: Actor, kind_id: str, new: NewField, clock: Clock) -> CustomField:
    """Add a field to the form of a kind; needs "public" manage in its company.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput, ConflictError: as of custom fields of lists.
    """
    row = _in_use(session, actor, kind_id)
    return add_form_field(session, actor, name_of(row.id), row.legal_entity_id, new, clock)


def retire_kind(session: Session, actor: Actor, kind_id: str, clock: Clock) -> OwnRequestKind:
    """Let nobody ask for it any more; requests that are there stay and are decided.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = _in_use(session, actor, kind_id)
    row.retired_at = clock.now()
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "request_kind.retire", f"request_kind:{row.id}", {}, clock)
    return row


def _in_use(session: Session, actor: Actor, kind_id: str) -> OwnRequestKind:
    row = find(session, OwnRequestKind, kind_id, lock=True)
    if row is None or row.retired_at is not None:
        raise missing("request_kind", msg("kind of request"))
    check_row(session, actor, "public", "manage", legal_entity_id=row.legal_entity_id)
    return row


def _asked(row: OwnRequestKind, fields: Sequence[CustomField]) -> AskedKind:
    about = LocalizedText(row.about_zh, row.about_en) if row.about_zh else None
    in_use = [one for one in fields if one.retired_at is None]
    days = tuple(as_form_field(one).name for one in in_use if one.kind == "day")[:2]
    return AskedKind(
        name_of(row.id),
        LocalizedText(row.name_zh, row.name_en),
        tuple(as_form_field(one) for one in in_use),
        about,
        days=days,  # type: ignore[arg-type]
        field_class=row.field_class,
        classes={as_form_field(one).name: one.field_class for one in fields},
        for_others=(row.field_class, "write"),
        by_oneself=row.retired_at is None,
        legal_entity_id=row.legal_entity_id,
        retired=tuple(as_form_field(one) for one in fields if one.retired_at is not None),
        closed=row.retired_at is not None,
    )
