"""The board of a roster: people, days and shifts, broken rules, and what every shift has of what it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import scoped
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.companies import service as companies
from interview_engine.hr.employment import service as employments
from interview_engine.hr.people.tables import Department
from interview_engine.hr.rosters.checking import Break, broken, gaps
from interview_engine.hr.rosters.explaining import Explained, explain_gap
from interview_engine.hr.rosters.laying import Laid, Member, lay
from interview_engine.hr.rosters.making import days_of
from interview_engine.hr.rosters.standing import roster_for, work_of
from interview_engine.hr.rosters.tables import Roster
from interview_engine.hr.time import service as time
from interview_engine.store.tables import WorkItem

MOST_EXPLAINED = 30
"""Gaps that the page explains; the coverage rows show all."""


@dataclass(frozen=True, slots=True)
class Cover:
    """One shift in one post: (needed, there) for each day of the roster."""

    shift: time.Shift
    post: str
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A roster to look at and change.

    Args:
        members: within the reader's reach. days: (day, whether it is a day off by the calendar).
        shifts: that can be set. broken: of these members. uncovered: places without anybody, of the whole roster.
    """

    roster: Roster
    department: str
    laid: Laid
    members: Sequence[Member]
    days: Sequence[tuple[date, bool]]
    shifts: Sequence[time.Shift]
    broken: Sequence[Break]
    covers: Sequence[Cover]
    uncovered: int
    work: WorkItem | None

    @property
    def planning(self) -> bool:
        """Whether it is being worked out."""
        return self.work is not None and self.work.state in ("waiting", "running")


def board(session: Session, actor: Actor, roster_id: str) -> Board:
    """The board of a roster within reach.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = roster_for(session, actor, roster_id)
    return board_of(session, actor, lay(session, row))


def board_of(session: Session, actor: Actor, laid: Laid) -> Board:
    """The board of a roster that was read already."""
    row = laid.roster
    calendar = calendars.calendar(session, companies.regions_of(session, row.legal_entity_id))
    days = [(day, not calendar.is_workday(day)) for day in days_of(row)]
    seen = _reached(session, actor, [one.employment_id for one in laid.members])
    members = [one for one in laid.members if one.employment_id in seen]
    found = [one for one in broken(laid.problem, laid.plan) if one.worker in seen]
    covers = covers_of(laid)
    return Board(
        row, session.get_one(Department, row.department_id).name, laid, members, days,
        [one for key, one in laid.shifts.items() if key in laid.usable], found, covers,
        sum(max(0, need - there) for cover in covers for need, there in cover.cells), work_of(session, row.id),
    )  # fmt: skip


def covers_of(laid: Laid) -> list[Cover]:
    """What each shift in each post needs and has; shifts by their codes, days in order."""
    there = Counter((each.day, each.shift, each.skill) for each in laid.plan)
    need = {(one.day, one.shift, one.skill): one.count for one in laid.problem.shift_demand}
    places = sorted({key[1:] for key in (*there, *need)}, key=lambda one: (laid.shifts[one[0]].code, one))
    days = days_of(laid.roster)
    return [
        Cover(
            laid.shifts[shift], post, tuple((need.get((day, shift, post), 0), there[day, shift, post]) for day in days)
        )
        for shift, post in places
    ]


def explained(laid: Laid, limit: int = MOST_EXPLAINED) -> tuple[list[Explained], int]:
    """The first gaps with the rules that bind, and how many there are in all."""
    found = gaps(laid.problem, laid.plan)
    return [explain_gap(laid.problem, laid.plan, one) for one in found[:limit]], len(found)


def _reached(session: Session, actor: Actor, ids: Sequence[str]) -> set[str]:
    held = employments.Employment
    found: set[str] = set()
    for part in employments.parts(ids):
        statement = scoped(
            select(held.id).where(held.id.in_(part)), actor, "contact", "read", department=held.department_id,
            legal_entity=held.legal_entity_id, person=held.person_id,
        )  # fmt: skip
        found.update(session.scalars(statement))
    return found
