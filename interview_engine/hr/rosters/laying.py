"""A roster as the rules read it: its people, shifts, need and assignments from the tables, as one `Problem` and plan.

The caller has checked that the roster may be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.employment import service as employments
from interview_engine.hr.leave import service as leave
from interview_engine.hr.people.tables import Department, Person
from interview_engine.hr.rosters import rules
from interview_engine.hr.rosters.plan import (
    Absence,
    Assignment,
    Plan,
    Problem,
    Shift,
    ShiftDemand,
    Span,
    Wish,
    Worker,
)
from interview_engine.hr.rosters.standard import standard_week
from interview_engine.hr.rosters.tables import Roster, RosterDemand, RosterItem, RosterStaff, RosterWish
from interview_engine.hr.time import service as time
from interview_engine.store.rows import AT_ONCE, batched

DAYS_BEFORE = 14
"""Days before a roster whose shifts bind its first ones."""
WEIGHTS: Mapping[str, int] = {"wish": 4, "night": 2, "weekend": 2}
Cell = tuple[str, date]
"""Employment and day."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a roster, with the days on which they belong to its department, as (first, last)."""

    employment_id: str
    person_id: str
    name: str
    stays: tuple[tuple[date, date], ...]
    posts: tuple[str, ...] = ()
    week_most: int | None = None
    spared_until: date | None = None

    def on(self, day: date) -> bool:
        """Whether they belong to it on that day."""
        return any(first <= day <= last for first, last in self.stays)


@dataclass(frozen=True, slots=True)
class Laid:
    """A roster with all that its rules look at.

    Args:
        members: by name.
        shifts: of the company by id, in the order of their codes, also those that are no longer used.
        items: who works what. away: minutes of leave by employment and day.
        problem, plan: the same for the validator and the solver; shifts are named by their ids there.
    """

    roster: Roster
    rules: rules.Rules
    members: Sequence[Member]
    shifts: Mapping[str, time.Shift]
    usable: frozenset[str]
    items: Mapping[Cell, RosterItem]
    away: Mapping[Cell, int]
    wishes: Mapping[Cell, RosterWish]
    problem: Problem
    plan: Plan

    @property
    def by_id(self) -> dict[str, Member]:
        """Its members by employment."""
        return {one.employment_id: one for one in self.members}


def lay(session: Session, roster: Roster) -> Laid:
    """A roster from its tables, in a few statements."""
    first, last = roster.first_day, roster.last_day
    members = crew(session, roster.department_id, first, last)
    ids = [one.employment_id for one in members]
    shifts = time.of_company(session, roster.legal_entity_id)
    usable = frozenset(time.of_company(session, roster.legal_entity_id, used=True))
    items = {
        (row.employment_id, row.day): row
        for row in session.scalars(
            select(RosterItem).where(RosterItem.roster_id == roster.id, RosterItem.day >= first, RosterItem.day <= last)
        )
    }
    demand = session.scalars(
        select(RosterDemand).where(
            RosterDemand.roster_id == roster.id, RosterDemand.day >= first, RosterDemand.day <= last
        )
    ).all()
    away = leave.taken_on(session, ids, first, last)
    wishes = {(one.employment_id, one.day): one for one in _wishes(session, ids, first, last)}
    held = rules.read(roster.rules)
    before = shifts_before(session, roster.legal_entity_id, ids, first)
    days = (last - first).days + 1
    workers = tuple(
        worker_of(one, held, first, last, away, before.get(one.employment_id, ()), wishes.values()) for one in members
    )
    assignments = {key: Assignment(row.day, row.employment_id, row.shift_id, row.post) for key, row in items.items()}
    problem = Problem(
        first, days, tuple(shift_value(one) for one in shifts.values()), workers, rules.limits_of(held),
        tuple(ShiftDemand(one.day, one.shift_id, one.post, one.count) for one in demand if one.count > 0),
        kept=tuple(sorted(assignments[key] for key, row in items.items() if row.pinned)), weights=dict(WEIGHTS),
    )  # fmt: skip
    return Laid(roster, held, members, shifts, usable, items, away, wishes, problem, frozenset(assignments.values()))


def crew(session: Session, department_id: str, first: date, last: date) -> list[Member]:
    """Who belongs to a department, or to one below it, on any day from `first` to `last`; by name."""
    below = session.scalars(select(Department.id).where(Department.path.contains(f"/{department_id}/"))).all()
    stays = employments.stays_within(session, below, first, last)
    return members_of(session, stays)


def members_of(session: Session, stays: Mapping[str, Sequence[tuple[date, date]]]) -> list[Member]:
    """Members by their employments and days, by name."""
    persons = employments.persons_of(session, stays)
    names: dict[str, str] = {}
    known: dict[str, RosterStaff] = {}
    for part in batched(sorted(set(persons.values())), AT_ONCE):
        names |= dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(part))).tuples().all())
    for part in batched(sorted(stays), AT_ONCE):
        rows = session.scalars(select(RosterStaff).where(RosterStaff.employment_id.in_(part)))
        known |= {row.employment_id: row for row in rows}
    found = []
    for employment_id, days in stays.items():
        said = known.get(employment_id)
        person_id = persons[employment_id]
        found.append(
            Member(
                employment_id, person_id, names[person_id], tuple(days),
                () if said is None else tuple(str(one) for one in said.posts),
                None if said is None else said.week_most, None if said is None else said.spared_until,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.name, one.employment_id))


def worker_of(
    member: Member,
    held: rules.Rules,
    first: date,
    last: date,
    away: Mapping[Cell, int],
    before: Sequence[Assignment],
    wishes: Iterable[RosterWish] = (),
) -> Worker:
    """A member as the rules read one: away on days outside of the department and on whole days of leave."""
    usual, _ = standard_week()
    most = held.week_most if member.week_most is None else min(member.week_most, held.week_most)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    absent = [day for day in days if not member.on(day) or away.get((member.employment_id, day), 0) >= leave.WHOLE]
    mine = [one for one in wishes if one.employment_id == member.employment_id]
    return Worker(
        member.employment_id,
        frozenset({"", *member.posts}),
        usual,
        most,
        tuple(Absence(day) for day in absent),
        member.spared_until,
        tuple(Wish(one.day, one.shift_id, one.wants) for one in sorted(mine, key=lambda one: one.day)),
        tuple(before),
    )


def shift_value(one: time.Shift) -> Shift:
    """A shift of time as the rules of rosters read it, named by its id."""
    return Shift(one.id, tuple(Span(begin, end) for begin, end in one.parts), one.break_minutes)


def shifts_before(
    session: Session, legal_entity_id: str, ids: Sequence[str], first: date
) -> dict[str, list[Assignment]]:
    """By employment, the shifts of the days before a day, as they are planned or usual."""
    begin = first - timedelta(days=DAYS_BEFORE)
    plans = time.plans_of(session, legal_entity_id, ids, begin, first - timedelta(days=1))
    found: dict[str, list[Assignment]] = {}
    for employment_id in ids:
        for number in range(DAYS_BEFORE):
            day = begin + timedelta(days=number)
            shift = plans.on(employment_id, day).shift
            if shift is not None:
                found.setdefault(employment_id, []).append(Assignment(day, employment_id, shift.id, ""))
    return found


def _wishes(session: Session, ids: Sequence[str], first: date, last: date) -> list[RosterWish]:
    found: list[RosterWish] = []
    for part in batched(ids, AT_ONCE):
        found += session.scalars(
            select(RosterWish).where(
                RosterWish.employment_id.in_(part), RosterWish.day >= first, RosterWish.day <= last
            )
        )
    return found
