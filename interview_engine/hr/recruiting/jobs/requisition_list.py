"""The list of requisitions, as lists are declared (`hr.forms`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.accounts.service import holder_name
from interview_engine.hr.forms.fields import Field, Shown, Value
from interview_engine.hr.forms.spec import Asked, Bulk, Column, Filter, ListSpec, Place, Undo
from interview_engine.hr.people.tables import Department, LegalEntity
from interview_engine.hr.problems import conflict
from interview_engine.hr.recruiting.jobs import closing, requisitions
from interview_engine.hr.recruiting.jobs.requisition_sheet import SHEET
from interview_engine.hr.recruiting.rules import OPEN_STAGES, RequisitionState
from interview_engine.hr.recruiting.tables import Application, Posting, Requisition
from interview_engine.hr.recruiting.words import EMPLOYMENT, REQUISITION_STATES, texts
from interview_engine.i18n import Text, msg

_NOT_OPEN_YET = ("draft", "pending", "approved")
"""States in which the page of the job is what one wants to see; later it is the ranked list."""


def _rows() -> Select[Any]:
    return select(Requisition.id).select_from(Requisition)


# names are looked up for the rows that are shown: joins would be paid for by every count of the list
_DEPARTMENT = select(Department.name).where(Department.id == Requisition.department_id).scalar_subquery()
_COMPANY = select(LegalEntity.name).where(LegalEntity.id == Requisition.legal_entity_id).scalar_subquery()


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many applications of the requisition are of that kind."""
    own = Application.requisition_id == Requisition.id
    return select(func.count()).select_from(Application).where(own, *conditions).scalar_subquery()


_OPEN = Application.stage.in_(OPEN_STAGES)
_LOOK = Application.section.in_(("cannot_assess", "needs_review"))


def _href(values: Mapping[str, Shown], row_id: str, actor: Actor) -> str:
    """The ranked list for those who may read interviews, once there can be one; else what is said of the job."""
    ranked = values["state"] not in _NOT_OPEN_YET and may_at_all(actor, "interview", "read")
    return f"/console/requisitions/{row_id}" + ("" if ranked else "/job")


def _mine(asked: Asked) -> ColumnElement[bool]:
    return Requisition.owner_account_id == (asked.actor.account_id or "")


def _hold(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return closing.hold_requisition(session, actor, row_id, clock)


def _open(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
    return requisitions.open_requisition(session, actor, row_id, clock)


def _states(session: Session, _: Actor, ids: Sequence[str], __: Mapping[str, Value]) -> dict[str, str]:
    rows = session.execute(select(Requisition.id, Requisition.state).where(Requisition.id.in_(ids)))
    return dict(rows.tuples().all())


def _back(session: Session, actor: Actor, row_id: str, before: str, _: Mapping[str, Value], clock: Clock) -> object:
    if before not in ("open", "on_hold"):
        raise conflict("requisition.state", msg("It was not open before: what led to it is not undone."),
                       msg("Put it on hold instead."))  # fmt: skip
    act = requisitions.open_requisition if before == "open" else closing.hold_requisition
    return act(session, actor, row_id, clock)


UNDO = Undo(_states, _back)


def _close(state: RequisitionState) -> Callable[[Session, Actor, str, Mapping[str, Value], Clock], object]:
    def close(session: Session, actor: Actor, row_id: str, _: Mapping[str, Value], clock: Clock) -> object:
        return closing.close_requisition(session, actor, row_id, state, clock)

    return close


def _touched(session: Session, _: Actor, ids: Sequence[str]) -> Text | None:
    """How many candidates are under way, and how many links are open."""
    people = session.scalar(
        select(func.count()).select_from(Application).where(Application.requisition_id.in_(ids), _OPEN)
    )
    links = session.scalar(
        select(func.count()).select_from(Posting).where(Posting.requisition_id.in_(ids), Posting.closed_at.is_(None))
    )
    if not people and not links:
        return None
    return msg("{people} candidates are under way, {links} links take applications.", people=people, links=links)


REQUISITIONS = ListSpec(
    name="requisitions",
    title=msg("Requisitions"),
    about=msg("Positions and their progress."),
    thing=msg("requisition"),
    empty=msg("No requisition here yet"),
    field_class="public",
    rows=_rows,
    key=Requisition.id,
    place=Place(Requisition.department_id, Requisition.legal_entity_id),
    href=_href,
    custom=True,
    form=SHEET,
    columns=(
        Column("title", msg("Job"), "text", Requisition.title, searched=True, opens=True),
        Column("department", msg("Department"), "text", _DEPARTMENT, filters=True, searched=True, under="title"),
        Column("urgent", msg("Urgent"), "flag", Requisition.urgent, filters=True, under="title",
               tones={"True": "look"}),
        Column("state", msg("State"), "choice", Requisition.state, choices=texts(REQUISITION_STATES), filters=True,
               counts=True, tones={"open": "go", "pending": "look"}),
        Column("applications", msg("Applications"), "whole", _count(), filters=True),
        Column("assessed", msg("Assessed"), "whole", _count(Application.section.is_not(None))),
        Column("needs_person", msg("Needs a person"), "whole", _count(_OPEN, _LOOK), tones={"*": "look"}),
        Column("hired", msg("Hired"), "whole", _count(Application.stage == "hired")),
        Column("headcount", msg("To hire"), "whole", Requisition.headcount, filters=True),
        Column("owner", msg("Owner"), "text", holder_name(Requisition.owner_account_id), filters=True),
        Column("since", msg("Since"), "moment", func.coalesce(Requisition.opened_at, Requisition.created_at),
               filters=True),
        Column("open_applications", msg("Under way"), "whole", _count(_OPEN), shown=False),
        Column("company", msg("Company"), "text", _COMPANY, shown=False, filters=True),
        Column("place", msg("Place of work"), "text", Requisition.place, shown=False, searched=True),
        Column("employment_type", msg("Type of employment"), "choice", Requisition.employment_type,
               choices=texts(EMPLOYMENT), shown=False, filters=True, counts=True),
        Column("closes_on", msg("Last day for applications"), "day", Requisition.closes_on, shown=False, filters=True),
        Column("created", msg("Created"), "moment", Requisition.created_at, shown=False),
    ),
    filters=(Filter(Field("mine", msg("Only mine"), "flag"), _mine),),
    bulk=(
        Bulk("hold", msg("Put on hold"), ("public", "write"), _hold, msg("{count} requisitions are on hold."),
             msg("Put {count} requisitions on hold?"), touches=_touched, undo=UNDO),
        Bulk("open", msg("Open again"), ("public", "write"), _open, msg("{count} requisitions are open."),
             undo=UNDO),
        Bulk("fill", msg("Close as filled"), ("public", "write"), _close("filled"),
             msg("{count} requisitions are closed as filled."), msg("Close {count} requisitions as filled?"),
             touches=_touched),
        Bulk("cancel", msg("Cancel requisitions"), ("public", "write"), _close("cancelled"),
             msg("{count} requisitions are cancelled."), msg("Cancel {count} requisitions?"), touches=_touched),
    ),
)  # fmt: skip
