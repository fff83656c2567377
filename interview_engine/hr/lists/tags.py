"""Words that people put on rows to find them again: of one company, seen by who reads something in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied, owned
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Fill, Filter, ListSpec, Undo
from interview_engine.hr.lists.reading import reached
from interview_engine.hr.lists.tables import RowTag
from interview_engine.hr.lists.views import home_company
from interview_engine.hr.problems import conflict
from interview_engine.i18n import LocalizedText, Text, joined, msg
from interview_engine.store import audit

MOST_TAGS = 20
"""Of one row and company."""
MOST_OFFERED = 100
_FIELD = Field("tag", msg("Tag"), required=True, most=40)


def with_tags(spec: ListSpec) -> ListSpec:
    """The list with a column of tags, a filter, and actions that put a tag on rows and take it off."""

    def wearing(asked: Asked) -> ColumnElement[bool]:
        own = (RowTag.list_name == spec.name, RowTag.row_id == spec.key, owned(asked.actor, RowTag.legal_entity_id))
        return exists(select(RowTag.tag).where(*own, RowTag.tag == str(asked.value)))

    def filled(session: Session, actor: Actor, ids: Sequence[str]) -> Mapping[str, Mapping[str, Shown]]:
        rows = session.execute(
            select(RowTag.row_id, RowTag.tag)
            .where(RowTag.list_name == spec.name, RowTag.row_id.in_(ids), owned(actor, RowTag.legal_entity_id))
            .order_by(RowTag.tag)
        ).tuples()
        found: dict[str, dict[str, None]] = {}
        for row_id, tag in rows:
            found.setdefault(row_id, {})[tag] = None
        return {row_id: {"tags": joined(tags, msg(", "))} for row_id, tags in found.items()}

    def offered(session: Session, actor: Actor) -> Mapping[str, Text]:
        own = (RowTag.list_name == spec.name, owned(actor, RowTag.legal_entity_id))
        tags = session.scalars(select(RowTag.tag).where(*own).distinct().order_by(RowTag.tag).limit(MOST_OFFERED))
        return {tag: LocalizedText(tag, tag) for tag in tags}

    def put_on(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
        tag(session, actor, spec, row_id, str(values["tag"]), clock)

    def take_off(session: Session, actor: Actor, row_id: str, values: Mapping[str, Value], clock: Clock) -> None:
        untag(session, actor, spec, row_id, str(values["tag"]), clock)

    def holds(session: Session, actor: Actor, ids: Sequence[str], values: Mapping[str, Value]) -> dict[str, bool]:
        worn = select(RowTag.row_id).where(
            RowTag.list_name == spec.name, RowTag.row_id.in_(ids), RowTag.tag == str(values["tag"]),
            RowTag.legal_entity_id == home_company(session, actor),
        )  # fmt: skip
        there = set(session.scalars(worn))
        return {row_id: row_id in there for row_id in ids}

    def give_back(
        session: Session, actor: Actor, row_id: str, before: bool, values: Mapping[str, Value], clock: Clock
    ) -> None:
        (tag if before else untag)(session, actor, spec, row_id, str(values["tag"]), clock)

    needs, undo = (spec.field_class, "write"), Undo(holds, give_back)
    return replace(
        spec,
        tags=False,
        columns=(*spec.columns, Column("tags", msg("Tags"))),
        fills=(*spec.fills, Fill(("tags",), filled)),
        filters=(*spec.filters, Filter(replace(_FIELD, required=False), wearing, None, offered)),
        bulk=(
            *spec.bulk,
            Bulk("tag", msg("Add a tag"), needs, put_on, msg("{count} rows have the tag."), fields=(_FIELD,),
                 undo=undo),
            Bulk("untag", msg("Remove a tag"), needs, take_off, msg("{count} rows no longer have the tag."),
                 fields=(_FIELD,), undo=undo),
        ),
    )  # fmt: skip


def tag(session: Session, actor: Actor, spec: ListSpec, row_id: str, word: str, clock: Clock) -> None:
    """Put a tag on a row, for one's own company; twice is once.

    Raises:
        PermissionDenied: the row is not the actor's to write. ConflictError: `tag.many`; `view.no_company`.
    """
    _check(session, actor, spec, row_id)
    company = home_company(session, actor)
    own = (RowTag.list_name == spec.name, RowTag.row_id == row_id, RowTag.legal_entity_id == company)
    there = set(session.scalars(select(RowTag.tag).where(*own)))
    if word in there:
        return
    if len(there) >= MOST_TAGS:
        raise conflict("tag.many", msg("It has {most} tags.", most=MOST_TAGS), msg("Remove one first."))
    about = spec.place.person
    statement = spec.rows().where(spec.key == row_id)
    person = None if about is None else session.scalar(statement.with_only_columns(about))
    session.add(RowTag(list_name=spec.name, row_id=row_id, legal_entity_id=company, tag=word, person_id=person))
    audit.record(session, actor.id, "list.tag", f"list:{spec.name}", {"row": row_id}, clock)


def untag(session: Session, actor: Actor, spec: ListSpec, row_id: str, word: str, clock: Clock) -> None:
    """Take a tag of one's own company off a row; one that is not there is no error.

    Raises:
        PermissionDenied: the row is not the actor's to write. ConflictError: `view.no_company`.
    """
    _check(session, actor, spec, row_id)
    company = home_company(session, actor)
    own = (RowTag.list_name == spec.name, RowTag.row_id == row_id, RowTag.legal_entity_id == company)
    session.execute(delete(RowTag).where(*own, RowTag.tag == word))
    audit.record(session, actor.id, "list.untag", f"list:{spec.name}", {"row": row_id}, clock)


def _check(session: Session, actor: Actor, spec: ListSpec, row_id: str) -> None:
    if row_id not in reached(session, actor, spec, (row_id,), spec.field_class, "write"):
        raise denied()
