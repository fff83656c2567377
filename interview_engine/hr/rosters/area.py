"""What rosters hand over."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, MessageTemplate, Module, PersonColumn, Subject, Watch, WorkKind
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import as_request
from interview_engine.hr.rosters import standing
from interview_engine.hr.rosters.lists import ROSTER_NEEDS, ROSTER_STAFF, ROSTER_WISHES, ROSTERS
from interview_engine.hr.rosters.open_shift_request import OPEN_SHIFT
from interview_engine.hr.rosters.swap_request import SWAP
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
    return (
        (msg("rosters that are not published"), session.scalar(waits) or 0),
        (
            msg("requests that wait for a decision"),
            requests.count_waiting(session, ("shift_swap", "open_shift"), company),
        ),
    )


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
        "roster.swap_asked": MessageTemplate(
            msg("A colleague asks to swap shifts with you: {days}"),
            msg(
                "Hello,\n\na colleague has asked to swap shifts with you on {days} and says that you agree. "
                "If you do not, tell your manager before it is decided:\n{link}"
            ),
            "/wechat/my/shifts",
            to_read=msg("A swap with you was asked for"),
            card="notice",
        ),
        "roster.swapped": MessageTemplate(
            msg("Your shifts were swapped: {days}"),
            msg("Hello,\n\nthe swap with your colleague was approved. Your shifts of {days} have changed:\n{link}"),
            "/wechat/my/shifts",
            to_read=msg("Shifts swapped"),
            card="notice",
        ),
    },
    requests=(as_request(SWAP), as_request(OPEN_SHIFT)),
    subjects=(
        Subject("roster", told=True),
        Subject("roster_feed"),
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
