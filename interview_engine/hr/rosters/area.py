"""What rosters hand over."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, MessageTemplate, Module, PersonColumn, Subject, Watch, WorkKind
from interview_engine.hr.removal import Removal
from interview_engine.hr.rosters import standing
from interview_engine.hr.rosters.lists import ROSTER_NEEDS, ROSTER_STAFF, ROSTER_WISHES, ROSTERS
from interview_engine.hr.rosters.tables import (
    Roster,
    RosterDemand,
    RosterFeed,
    RosterItem,
    RosterNeed,
    RosterStaff,
    RosterWish,
)
from interview_engine.i18n import Text, msg

_OWN = "it served to plan the person's shifts, and nobody plans them any more"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """What served to plan somebody who is forgotten as a whole."""
    if not removal.whole:
        return
    for table in (RosterItem, RosterStaff, RosterWish, RosterFeed):
        removal.delete(session, table, table.person_id == person_id)


def _affected(session: Session, company: str) -> tuple[tuple[Text, int], ...]:
    statement = select(func.count()).select_from(Roster)
    waits = statement.where(Roster.legal_entity_id == company, Roster.state != "published")
    return ((msg("rosters that are not published"), session.scalar(waits) or 0),)


AREA = Area(
    name="rosters",
    module=Module(
        "rosters",
        msg("Rosters"),
        msg("Plans of shifts for departments, swaps, and one's own shifts on the phone."),
        affected=_affected,
    ),
    tables=(Roster, RosterDemand, RosterItem, RosterNeed, RosterStaff, RosterWish, RosterFeed),
    persons=tuple(
        PersonColumn(table.person_id, "forgotten", _OWN) for table in (RosterItem, RosterStaff, RosterWish, RosterFeed)
    ),
    erase=_erase,
    messages={
        "roster.published": MessageTemplate(
            msg("Your shifts from {first} to {last}"),
            msg("Hello,\n\nyour shifts from {first} to {last} are published, or have changed:\n{link}"),
            "/wechat/my/shifts",
            to_read=msg("New shifts"),
            card="notice",
        ),
    },
    subjects=(
        Subject("roster", told=True),
        Subject("roster_staff"),
        Subject("roster_need"),
        Subject("roster_wish"),
    ),
    lists=(ROSTERS, ROSTER_NEEDS, ROSTER_STAFF, ROSTER_WISHES),
    watches=(Watch("roster", standing.roster_for, standing.versions),),
    work=(
        WorkKind(
            standing.WORK, msg("Roster"), msg("Rosters"), standing.pages_of, standing.ready, standing.without_work
        ),
    ),
)
