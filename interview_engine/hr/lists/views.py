"""Views that people save: filters, order and columns under a name, for themselves or for a company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, denied, owned
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.lists.tables import SavedView
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

MOST_VIEWS = 50
"""Of one account and one list."""
MOST_QUERY = 4000


@dataclass(frozen=True, slots=True)
class ViewSeen:
    """A view in the menu of a list. `owner`: whose it is, "" for one's own."""

    id: str
    name: str
    query: str
    shared: bool
    owner: str


def views_of(session: Session, actor: Actor, list_name: str) -> Sequence[ViewSeen]:
    """One's own views and those that are shared with a company in which one reads something, by name."""
    shared = and_(SavedView.legal_entity_id.is_not(None), owned(actor, SavedView.legal_entity_id))
    rows = session.scalars(
        select(SavedView)
        .where(SavedView.list_name == list_name, or_(SavedView.account_id == actor.account_id, shared))
        .order_by(SavedView.name, SavedView.id)
    ).all()
    owners = names_of(session, {row.account_id for row in rows if row.account_id != actor.account_id})
    return [
        ViewSeen(row.id, row.name, row.query, row.legal_entity_id is not None, owners.get(row.account_id, ""))
        for row in rows
    ]


def save_view(
    session: Session, actor: Actor, list_name: str, name: str, query: str, clock: Clock, *, shared: bool = False
) -> SavedView:
    """Keep a query under a name; the same name is written over.

    Args:
        query: as `forms.query.address` writes it: the caller has read it.
        shared: with everybody in one's own company.

    Raises:
        InvalidInput: name. ConflictError: `view.many`; `view.no_company`, one belongs to no company to share with.
    """
    if actor.account_id is None:
        raise denied()
    clean = text_within(name, "name", msg("name"), 80)
    if len(query) > MOST_QUERY:
        raise invalid("query", "view.query", msg("There are too many filters to save."), msg("Use fewer filters."))
    mine = select(SavedView).where(SavedView.account_id == actor.account_id, SavedView.list_name == list_name)
    rows = session.scalars(mine.with_for_update()).all()
    row = next((one for one in rows if one.name == clean), None)
    if row is None and len(rows) >= MOST_VIEWS:
        raise conflict(
            "view.many",
            msg("You have saved {most} views of this list.", most=MOST_VIEWS),
            msg("Delete one that you no longer need."),
        )
    company = home_company(session, actor) if shared else None
    if row is None:
        row = SavedView(**stamp(actor.id, clock), account_id=actor.account_id, list_name=list_name, name=clean)
        session.add(row)
    row.query, row.legal_entity_id = query, company
    touch(row, actor.id, clock)
    session.flush()
    audit.record(session, actor.id, "view.save", f"view:{row.id}", {"list": list_name, "company": company}, clock)
    return row


def remove_view(session: Session, actor: Actor, view_id: str, clock: Clock) -> SavedView:
    """Delete a view of one's own, or a shared one where one manages the company.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = find(session, SavedView, view_id, lock=True)
    if row is None:
        raise missing("view", msg("view"))
    if row.account_id != actor.account_id:
        if row.legal_entity_id is None:
            raise missing("view", msg("view"))
        check_row(session, actor, "public", "manage", legal_entity_id=row.legal_entity_id)
    session.delete(row)
    audit.record(session, actor.id, "view.remove", f"view:{row.id}", {"list": row.list_name}, clock)
    return row


def home_company(session: Session, actor: Actor) -> str:
    """The company that somebody works in: their department's, or the only one of the installation.

    Raises:
        ConflictError: `view.no_company`.
    """
    own = select(Department.legal_entity_id).join(Person, Person.department_id == Department.id)
    found = session.scalar(own.where(Person.id == actor.person_id)) if actor.person_id else None
    companies = session.scalars(select(LegalEntity.id).limit(2)).all()
    if found is None and len(companies) == 1:
        found = companies[0]
    if found is None:
        raise conflict(
            "view.no_company",
            msg("You belong to no company that it could be shared with."),
            msg("Save it for yourself, or ask an administrator to give you a department."),
        )
    return found
