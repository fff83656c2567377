"""Which rosters there are and who may read and change them; whether one keeps every rule, and who works it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.area import Found
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict, missing
from interview_engine.hr.rosters.checking import broken
from interview_engine.hr.rosters.laying import Laid
from interview_engine.hr.rosters.tables import Roster
from interview_engine.i18n import msg
from interview_engine.store.page import MAX_ROWS
from interview_engine.store.rows import batched, find, touch
from interview_engine.store.tables import WorkItem

WORK = "roster"
"""The kind of durable work: a roster is worked out."""


def roster_for(session: Session, actor: Actor, roster_id: str, action: str = "read", *, lock: bool = False) -> Roster:
    """A roster whose department's contact data the actor may read, or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, Roster, roster_id, lock=lock)
    if row is None:
        raise missing("roster", msg("roster"))
    check_row(session, actor, "contact", action, department_id=row.department_id, legal_entity_id=row.legal_entity_id)
    return row


def open_roster(session: Session, actor: Actor, roster_id: str) -> Roster:
    """The same to be changed, kept from others until the transaction ends.

    Raises:
        As `roster_for`. ConflictError: `roster.published`, `roster.planning` (it is being worked out).
    """
    row = roster_for(session, actor, roster_id, "write", lock=True)
    if row.state == "published":
        raise conflict(
            "roster.published",
            msg("This roster is published."),
            msg("Take it back to a draft first; what is published holds until you publish again."),
        )
    if is_planning(session, row.id):
        raise conflict("roster.planning", msg("This roster is being worked out."), msg("Wait until it is done."))
    return row


def line_of(session: Session, department_id: str) -> list[str]:
    """A department and those above it, from the top down."""
    path = session.scalar(select(Department.path).where(Department.id == department_id)) or ""
    return path.strip("/").split("/")


def judge(laid: Laid, actor_id: str, clock: Clock) -> None:
    """Write down whether a roster that is not published keeps every rule."""
    row = laid.roster
    if row.state == "published":
        return
    state = "checked" if laid.plan and not broken(laid.problem, laid.plan) else "draft"
    if row.state != state:
        row.state = state
    touch(row, actor_id, clock)


def work_of(session: Session, roster_id: str) -> WorkItem | None:
    """The durable work that works it out, with how far it is. The caller may read the roster."""
    return session.scalars(
        select(WorkItem)
        .where(WorkItem.kind == WORK, WorkItem.subject_id == roster_id)
        .order_by(WorkItem.generation.desc())
        .limit(1)
    ).first()


def is_planning(session: Session, roster_id: str) -> bool:
    """Whether it waits to be worked out, or is."""
    item = work_of(session, roster_id)
    return item is not None and item.state in ("waiting", "running")


def versions(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    """State of rosters and how far their work is, for pages that stay fresh."""
    rows = select(Roster.id, Roster.state, Roster.updated_at).where(Roster.id.in_(ids))
    found = {row_id: f"{state} {at.isoformat()}" for row_id, state, at in session.execute(rows).tuples()}
    items = select(WorkItem.subject_id, WorkItem.generation, WorkItem.state, WorkItem.share)
    mine = (WorkItem.kind == WORK, WorkItem.subject_id.in_(ids))
    for subject_id, *rest in session.execute(items.where(*mine).order_by(WorkItem.generation)).tuples():
        if subject_id in found:
            found[subject_id] += f" {rest}"
    return found


def pages_of(session: Session, ids: Sequence[str]) -> Mapping[str, Found]:
    """The page of each roster."""
    found: dict[str, Found] = {}
    for part in batched(ids, MAX_ROWS):
        rows = (
            select(Roster.id, Department.name, Roster.first_day, Roster.last_day)
            .join(Department, Department.id == Roster.department_id)
            .where(Roster.id.in_(part))
        )
        for row_id, name, first, last in session.execute(rows).tuples():
            title = f"{name} {first.isoformat()} – {last.isoformat()}"
            found[row_id] = Found(title, f"/console/rosters/{row_id}")
    return found


def ready(_: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """It may begin as soon as it is asked for."""
    return true()


def without_work(_: Session, __: int) -> Sequence[str]:
    """None: a roster that is to be worked out and its work item are written in one transaction."""
    return ()
