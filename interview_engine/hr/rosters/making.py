"""A roster is made with its need and its rules; the need comes from what is usual, or from the roster before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.hr.rosters import rules
from interview_engine.hr.rosters.laying import lay
from interview_engine.hr.rosters.standing import judge, open_roster, roster_for
from interview_engine.hr.rosters.tables import Roster, RosterDemand, RosterItem, RosterNeed
from interview_engine.hr.time import service as time
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

Need = dict[tuple[date, str, str], int]
"""By day, shift and post, how many."""


@dataclass(frozen=True, slots=True)
class NewRoster:
    """What somebody says of a roster. `source` is where its need comes from (`rules.SOURCES`)."""

    department_id: str
    first_day: date
    last_day: date
    rules: rules.Rules
    source: str = "usual"


def make(session: Session, actor: Actor, new: NewRoster, clock: Clock) -> Roster:
    """Make a roster; needs "contact" write of its department.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `roster.days`. ConflictError: `roster.overlaps`.
    """
    department = find(session, Department, new.department_id)
    if department is None:
        raise missing("department", msg("department"))
    check_row(session, actor, "contact", "write", department_id=department.id,
              legal_entity_id=department.legal_entity_id)  # fmt: skip
    _check_days(session, new, None)
    row = Roster(
        **stamp(actor.id, clock), legal_entity_id=department.legal_entity_id, department_id=department.id,
        first_day=new.first_day, last_day=new.last_day, rules=rules.kept(new.rules), figures={},
    )  # fmt: skip
    session.add(row)
    session.flush()
    _fill(session, row, new.source, actor.id, clock)
    audit.record(session, actor.id, "roster.make", f"roster:{row.id}", {"source": new.source}, clock)
    return row


def change(session: Session, actor: Actor, roster_id: str, new: NewRoster, clock: Clock) -> Roster:
    """Change its days and rules, and fill in its need again where a source is said. What lies outside its days goes.

    Raises:
        As `make` and `open_roster`. InvalidInput: `roster.department`, it belongs to another one.
    """
    row = open_roster(session, actor, roster_id)
    if new.department_id != row.department_id:
        raise invalid("department", "roster.department", msg("A roster stays with its department."),
                      msg("Make another one for that department."))  # fmt: skip
    _check_days(session, new, row.id)
    row.first_day, row.last_day, row.rules = new.first_day, new.last_day, rules.kept(new.rules)
    for table in (RosterDemand, RosterItem):
        outside = (table.day < new.first_day) | (table.day > new.last_day)
        session.execute(delete(table).where(table.roster_id == row.id, outside))
    if new.source != "none":
        _fill(session, row, new.source, actor.id, clock)
    touch(row, actor.id, clock)
    session.flush()
    judge(lay(session, row), actor.id, clock)
    audit.record(session, actor.id, "roster.change", f"roster:{row.id}", {"source": new.source}, clock)
    return row


def remove(session: Session, actor: Actor, roster_id: str, clock: Clock) -> None:
    """Remove a roster that was never published, with what is in it.

    Raises:
        As `open_roster`. ConflictError: `roster.was_published`.
    """
    row = open_roster(session, actor, roster_id)
    if row.published_at is not None:
        raise conflict("roster.was_published", msg("This roster was published: who worked when follows from it."),
                       msg("Change it and publish it again."))  # fmt: skip
    for table in (RosterDemand, RosterItem):
        session.execute(delete(table).where(table.roster_id == row.id))
    session.delete(row)
    session.flush()
    audit.record(session, actor.id, "roster.remove", f"roster:{roster_id}", {}, clock)


def loaded(session: Session, actor: Actor, roster_id: str) -> NewRoster:
    """What it was made with, for its form.

    Raises:
        As `roster_for`.
    """
    row = roster_for(session, actor, roster_id)
    return NewRoster(row.department_id, row.first_day, row.last_day, rules.read(row.rules), "none")


def _check_days(session: Session, new: NewRoster, but: str | None) -> None:
    if not 0 <= (new.last_day - new.first_day).days < rules.MOST_DAYS:
        raise invalid("last_day", "roster.days", msg("A roster has 1 to {most} days.", most=rules.MOST_DAYS),
                      msg("Choose a last day that is not before the first."))  # fmt: skip
    others = select(Roster).where(
        Roster.department_id == new.department_id, Roster.first_day <= new.last_day, Roster.last_day >= new.first_day
    )
    for other in session.scalars(others):
        if other.id != but:
            raise conflict(
                "roster.overlaps",
                msg("There is a roster of this department from {first} to {last}.", first=other.first_day.isoformat(),
                    last=other.last_day.isoformat()),
                msg("Choose other days, or change that roster."),
            )  # fmt: skip


def _fill(session: Session, row: Roster, source: str, actor_id: str, clock: Clock) -> None:
    """Replace the need of all days."""
    session.execute(delete(RosterDemand).where(RosterDemand.roster_id == row.id))
    wanted = usual_need(session, row) if source == "usual" else need_before(session, row) if source == "before" else {}
    used = time.of_company(session, row.legal_entity_id, used=True)
    for (day, shift_id, post), count in sorted(wanted.items()):
        if count > 0 and shift_id in used:
            session.add(
                RosterDemand(
                    **stamp(actor_id, clock), roster_id=row.id, day=day, shift_id=shift_id, post=post, count=count
                )
            )
    session.flush()


def usual_need(session: Session, row: Roster) -> Need:
    """What its department usually needs, day by day."""
    found: Need = {}
    usual = session.scalars(select(RosterNeed).where(RosterNeed.department_id == row.department_id)).all()
    for day in days_of(row):
        for one in usual:
            found[day, one.shift_id, one.post] = int(one.counts[day.weekday()])
    return found


def need_before(session: Session, row: Roster) -> Need:
    """What the roster before it needed: each day as the last day there of the same weekday."""
    last = session.scalars(
        select(Roster)
        .where(Roster.department_id == row.department_id, Roster.last_day < row.first_day)
        .order_by(Roster.last_day.desc())
        .limit(1)
    ).first()
    if last is None:
        return {}
    by_day: dict[date, dict[tuple[str, str], int]] = {}
    for one in session.scalars(select(RosterDemand).where(RosterDemand.roster_id == last.id)):
        by_day.setdefault(one.day, {})[one.shift_id, one.post] = one.count
    found: Need = {}
    for day in days_of(row):
        same = same_weekday(day, last.first_day, last.last_day)
        for (shift_id, post), count in by_day.get(same, {}).items() if same is not None else ():
            found[day, shift_id, post] = count
    return found


def same_weekday(day: date, first: date, last: date) -> date | None:
    """The day of an earlier period that stands for a later day: as many whole weeks before it as the period's length
    allows, so that a month follows a month; None where the period has no such weekday."""
    weeks = -(-(day - last).days // 7)
    found = day - timedelta(weeks=weeks)
    period = (last - first).days + 1
    shift = timedelta(weeks=max(1, period // 7))
    if day - shift >= first and day - shift <= last:
        return day - shift
    return found if found >= first else None


def days_of(row: Roster) -> list[date]:
    """Its days in order."""
    return [row.first_day + timedelta(days=number) for number in range((row.last_day - row.first_day).days + 1)]
