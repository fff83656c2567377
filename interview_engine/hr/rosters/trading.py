"""What would break a rule if two people swapped their shifts of some days, or one took an open shift; and doing it.

It reads what is planned, whoever planned it, and writes planned days. A published roster that holds the day is kept as
the plan is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.leave import service as leave
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests.service import Effect
from interview_engine.hr.rosters import rules
from interview_engine.hr.rosters.checking import Break, broken_by
from interview_engine.hr.rosters.editing import Change, put
from interview_engine.hr.rosters.laying import (
    Cell,
    lay,
    members_of,
    shift_value,
    shifts_before,
    worker_of,
)
from interview_engine.hr.rosters.plan import Assignment, Problem
from interview_engine.hr.rosters.standing import judge, line_of
from interview_engine.hr.rosters.tables import Roster, RosterItem
from interview_engine.hr.time import service as time
from interview_engine.i18n import LocalizedText, joined, msg

DAYS_AROUND = 14
"""Days on both sides of a change whose shifts it may bring too near."""


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody is to work on a day: a shift, or none, in a post."""

    shift_id: str | None
    post: str = ""


def standing(session: Session, legal_entity_id: str, cells: Sequence[Cell]) -> dict[Cell, Held]:
    """What is planned in cells, with the posts of the published rosters that planned it."""
    ids = sorted({key[0] for key in cells})
    days = sorted({key[1] for key in cells})
    plans = time.plans_of(session, legal_entity_id, ids, days[0], days[-1])
    found: dict[Cell, Held] = {}
    for employment_id, day in cells:
        shift = plans.on(employment_id, day).shift
        item = _item(session, employment_id, day)
        post = item.post if item is not None and shift is not None and item.shift_id == shift.id else ""
        found[employment_id, day] = Held(None if shift is None else shift.id, post)
    return found


def check(session: Session, legal_entity_id: str, changes: Mapping[Cell, Held]) -> None:
    """Refuse what would break a rule that is not broken already.

    Raises:
        ConflictError: `roster.swap_breaks`.
    """
    said = new_breaks(session, legal_entity_id, changes)
    if said:
        names = {one.employment_id: one.name for one in members_of(session, {one.worker: [] for one in said})}
        lines = [
            msg("{name}, {day}: {what}", name=names[one.worker], day=one.day.isoformat(), what=rules.sentence(one))
            for one in said[:3]
        ]
        raise conflict("roster.swap_breaks", msg("This would break a rule. {what}", what=joined(lines)),
                       msg("Choose another day or another colleague."))  # fmt: skip


def new_breaks(session: Session, legal_entity_id: str, changes: Mapping[Cell, Held]) -> list[Break]:
    """The rules that changes would break and that are not broken already, by day."""
    days = sorted({day for _, day in changes})
    ids = sorted({employment_id for employment_id, _ in changes})
    first, last = days[0] - timedelta(days=DAYS_AROUND), days[-1] + timedelta(days=DAYS_AROUND)
    window = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    plans = time.plans_of(session, legal_entity_id, ids, first, last)
    people = employments.many_of(session, ids)
    roster = published(session, people[ids[0]].department_id, days[0])
    held = rules.standard_rules() if roster is None else rules.read(roster.rules)
    stays = {one: [(people[one].start_date, people[one].last_day or last)] for one in ids}
    away = leave.taken_on(session, ids, first, last)
    before = shifts_before(session, legal_entity_id, ids, first)
    shifts = time.of_company(session, legal_entity_id)
    workers = [
        worker_of(one, held, first, last, away, before.get(one.employment_id, ())) for one in members_of(session, stays)
    ]
    problem = Problem(
        first, len(window), tuple(shift_value(one) for one in shifts.values()), tuple(workers), rules.limits_of(held)
    )
    found: list[Break] = []
    for worker in workers:
        now = {day: shift.id for day in window if (shift := plans.on(worker.id, day).shift) is not None}
        was = [Assignment(day, worker.id, shift_id, "") for day, shift_id in sorted(now.items())]
        then = {day: Held(shift_id) for day, shift_id in now.items()}
        then |= {day: to for (employment_id, day), to in changes.items() if employment_id == worker.id}
        will = [
            Assignment(day, worker.id, to.shift_id, to.post)
            for day, to in sorted(then.items())
            if to.shift_id is not None
        ]
        already = {(one.rule, one.day) for one in broken_by(problem, worker, was)}
        found += [one for one in broken_by(problem, worker, will) if (one.rule, one.day) not in already]
    return sorted(found)


def write(session: Session, actor: Actor, changes: Mapping[Cell, Held], clock: Clock) -> list[Effect]:
    """Write changes into the plan and into the published rosters that hold the days, in the caller's transaction."""
    people = employments.many_of(session, {employment_id for employment_id, _ in changes})
    by_source: dict[str, list[time.PlanRow]] = {}
    touched: dict[str, Roster] = {}
    for (employment_id, day), to in sorted(changes.items(), key=lambda one: one[0]):
        roster = published(session, people[employment_id].department_id, day)
        source = time.PERSON if roster is None else f"roster:{roster.id}"
        by_source.setdefault(source, []).append(time.PlanRow(employment_id, day, to.shift_id))
        if roster is not None:
            touched[roster.id] = roster
            _keep(session, roster, people[employment_id].person_id, (employment_id, day), to, actor, clock)
    for source, rows in sorted(by_source.items()):
        time.write_plan(session, actor, rows, source, clock)
    for roster in touched.values():
        judge(lay(session, roster), actor.id, clock)
    return [Effect("shift_plan", row_id) for _, row_id in sorted(time.plan_ids(session, changes).items())]


def published(session: Session, department_id: str, day: date) -> Roster | None:
    """The published roster that plans a day of a department: its own, or the nearest above it."""
    above = line_of(session, department_id)
    rows = session.scalars(
        select(Roster).where(
            Roster.department_id.in_(above), Roster.first_day <= day, Roster.last_day >= day,
            Roster.state == "published",
        )
    ).all()  # fmt: skip
    return max(rows, key=lambda one: above.index(one.department_id), default=None)


def planned_text(session: Session, legal_entity_id: str, held: Held) -> LocalizedText:
    """A shift in words: its code, name and times."""
    if held.shift_id is None:
        return LocalizedText("-", "-")
    one = time.of_company(session, legal_entity_id)[held.shift_id]
    words = f"{one.code} {one.name} {time.parts_text(one.parts)}{f' · {held.post}' if held.post else ''}"
    return LocalizedText(words, words)


def _item(session: Session, employment_id: str, day: date) -> RosterItem | None:
    return session.scalars(
        select(RosterItem)
        .join(Roster, Roster.id == RosterItem.roster_id)
        .where(RosterItem.employment_id == employment_id, RosterItem.day == day, Roster.state == "published")
        .limit(1)
    ).first()


def _keep(session: Session, roster: Roster, person_id: str, key: Cell, to: Held, actor: Actor, clock: Clock) -> None:
    held = session.scalar(
        select(RosterItem).where(
            RosterItem.roster_id == roster.id, RosterItem.employment_id == key[0], RosterItem.day == key[1]
        )
    )
    put(session, roster, person_id, Change(*key, to.shift_id, post=to.post), held, actor, clock)
