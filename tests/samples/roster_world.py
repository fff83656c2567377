"""A department with four people, two shifts and what it usually needs, for one week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hiring_world import World
from request_staff import Staff, employ
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.rosters import service as rosters
from interview_engine.hr.rosters.rules import standard_rules
from interview_engine.hr.rosters.staff import NewNeed
from interview_engine.hr.rosters.tables import RosterItem
from interview_engine.hr.time import service as time
from interview_engine.hr.time.rules.shifts import read_parts

MON = date(2026, 11, 9)
SUN = date(2026, 11, 15)


@dataclass
class Rostered:
    """The people, the early shift (E, 7 to 15) and the night shift (N, 22 to 6), and a roster of a week."""

    world: World
    staff: list[Staff]
    early: str
    night: str
    roster_id: str

    def set(self, session: Session, who: int, day: date, shift_id: str | None, **more: object) -> object:
        change = rosters.Change(self.staff[who].employment_id, day, shift_id, **more)  # type: ignore[arg-type]
        return rosters.set_cells(session, SYSTEM, self.roster_id, [change], self.world.clock)

    def items(self, session: Session) -> set[tuple[str, date, str]]:
        rows = session.scalars(select(RosterItem).where(RosterItem.roster_id == self.roster_id))
        return {(row.employment_id, row.day, row.shift_id) for row in rows}


def rostered(world: World, session: Session, count: int = 4) -> Rostered:
    """Two on the early shift and one at night, every day of the week."""
    staff = [employ(world, session, f"员工{'甲' * (number + 1)}") for number in range(count)]
    ids = {}
    for code, name, parts in (("E", "早班", "07:00-15:00"), ("N", "夜班", "22:00-06:00")):
        new = time.NewShift(code, name, read_parts(parts))
        ids[code] = time.create(session, SYSTEM, world.entity_id, new, world.clock).id
    for code, people in (("E", 2), ("N", 1)):
        need = NewNeed(world.department_id, ids[code], "", (people,) * 7)
        rosters.set_need_usual(session, SYSTEM, need, world.clock)
    new_roster = rosters.NewRoster(world.department_id, MON, SUN, standard_rules())
    row = rosters.make(session, SYSTEM, new_roster, world.clock)
    return Rostered(world, staff, ids["E"], ids["N"], row.id)


def day(number: int) -> date:
    """The day of the week, 0 its Monday."""
    return MON + timedelta(days=number)
