"""Days of attendance: decided from shifts, punches and leave, by a job as soon as their windows have ended.

Only what has changed is decided again (`days_changed`), and nothing of a month that is locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, aliased

from interview_engine.clock import Clock, china_day
from interview_engine.hr.employment import service as employments
from interview_engine.hr.leave import service as leave
from interview_engine.hr.time.plans import Plans, plans_of
from interview_engine.hr.time.punching import FORGED
from interview_engine.hr.time.rules import days as rules
from interview_engine.hr.time.rules.days import Decided
from interview_engine.hr.time.rules.shifts import Shift
from interview_engine.hr.time.tables import AttendanceChange, AttendanceDay, AttendanceMonth, Punch
from interview_engine.hr.time.tables import Shift as ShiftRow
from interview_engine.store.ids import new_id

BACK_DAYS = 4
"""How far back the job looks for days that were never decided; a plan or punch that comes later says so itself."""
AT_ONCE = 500
"""Employments of one step."""
NUMBERS = ("required", "worked", "night", "leave", "late", "early", "away", "absent")
COLUMNS = ("shift_id", "state", *NUMBERS, "problems", "punches")


@dataclass(frozen=True, slots=True)
class _Work:
    """What days are decided from: of some people and days."""

    plans: Plans
    punches: Mapping[str, Sequence[rules.Punch]]
    leave: Mapping[tuple[str, date], int]
    now: datetime


def decide(
    session: Session,
    legal_entity_id: str,
    employment_ids: Sequence[str],
    first: date,
    last: date,
    clock: Clock,
    *,
    only: Mapping[str, tuple[date, date]] | None = None,
    new_only: bool = False,
) -> int:
    """Decide the days of people of a company whose windows have ended; returns how many are different now.

    Args:
        only: by employment, the days among them that are decided; the others are left as they are.
        new_only: leave the days alone that were decided before.
    """
    changed = 0
    for part in employments.parts(employment_ids):
        changed += _decide(session, legal_entity_id, part, first, last, clock, only or {}, new_only=new_only)
    return changed


def _decide(
    session: Session, legal_entity_id: str, ids: Sequence[str], first: date, last: date, clock: Clock,
    only: Mapping[str, tuple[date, date]], *, new_only: bool,
) -> int:  # fmt: skip
    people = employments.many_of(session, ids)
    held = {
        (row.employment_id, row.day): row
        for row in session.scalars(
            select(AttendanceDay).where(
                AttendanceDay.employment_id.in_(ids), AttendanceDay.day >= first, AttendanceDay.day <= last
            )
        )
    }
    locked = _locked(session, ids, first, last)
    margin = timedelta(days=1)
    work = _Work(
        plans_of(session, legal_entity_id, ids, first - margin, last + margin),
        _punches(session, ids, first, last),
        leave.taken_on(session, ids, first, last),
        clock.now(),
    )
    fresh: list[dict[str, Any]] = []
    changed = 0
    now = clock.now()
    for employment_id in ids:
        person = people[employment_id]
        begin, end = only.get(employment_id, (first, last))
        found = _days_of(work, person, max(begin, first), min(end, last))
        for day, values in found.items():
            row = held.get((employment_id, day))
            if (employment_id, day.replace(day=1)) in locked or (new_only and row is not None):
                continue
            if row is None:
                if values["state"] == "off":
                    continue
                fresh.append(
                    {"id": new_id(now), "created_at": now, "updated_at": now, "actor": "system",
                     "employment_id": employment_id, "person_id": person.person_id, "legal_entity_id": legal_entity_id,
                     "day": day, "explanation": "", "verdict": "", "reason": "", **values}
                )  # fmt: skip
                changed += 1
            elif _update(row, values, now):
                changed += 1
    if fresh:
        session.execute(insert(AttendanceDay), fresh)
    session.flush()
    return changed


def _update(row: AttendanceDay, values: Mapping[str, Any], now: datetime) -> bool:
    """Write what a day is now; what a person decided of the same facts stays."""
    facts = [name for name in COLUMNS if name != "state" and getattr(row, name) != values[name]]
    if not facts and (row.state == values["state"] or row.verdict):
        return False
    for name in COLUMNS:
        setattr(row, name, values[name])
    row.verdict, row.reason = "", ""
    row.updated_at, row.actor = now, "system"
    return True


def _days_of(work: _Work, person: employments.Employment, first: date, last: date) -> dict[date, dict[str, Any]]:
    """By day whose window has ended, the columns of its row; "off" where nothing is worked."""
    here = [max(first, person.start_date), min(last, person.last_day or last)]
    if here[0] > here[1]:
        return {}
    worked: list[tuple[date, Shift]] = []
    found: dict[date, dict[str, Any]] = {}
    for number in range(-1, (here[1] - here[0]).days + 2):
        day = here[0] + timedelta(days=number)
        shift = work.plans.on(person.id, day).shift
        if shift is not None:
            worked.append((day, shift))
        elif here[0] <= day <= here[1]:
            found[day] = _OFF
    for day, shift, window, punches in rules.assigned(worked, work.punches.get(person.id, ())):
        if here[0] <= day <= here[1] and window.end <= work.now:
            decided = rules.decide(shift, day, window, punches, work.leave.get((person.id, day), 0))
            found[day] = _columns(shift, decided)
    return found


_OFF: dict[str, Any] = {
    "shift_id": None, "state": "off", **dict.fromkeys(NUMBERS, 0), "problems": [], "punches": [],
}  # fmt: skip


def _columns(shift: Shift, decided: Decided) -> dict[str, Any]:
    state = "held" if decided.held else "look" if decided.problems else "fine"
    return {
        "shift_id": shift.id,
        "state": state,
        **{name: getattr(decided, name) for name in NUMBERS},
        "problems": list(decided.problems),
        "punches": [one.isoformat(timespec="minutes") for one in decided.punches],
    }


def _locked(session: Session, ids: Sequence[str], first: date, last: date) -> set[tuple[str, date]]:
    rows = session.execute(
        select(AttendanceMonth.employment_id, AttendanceMonth.month).where(
            AttendanceMonth.employment_id.in_(ids),
            AttendanceMonth.month >= first.replace(day=1),
            AttendanceMonth.month <= last,
            AttendanceMonth.state == "locked",
        )
    ).tuples()
    return set(rows)


def _punches(session: Session, ids: Sequence[str], first: date, last: date) -> dict[str, list[rules.Punch]]:
    """What was punched around these days, without what was taken back: a few columns of many rows."""
    other = aliased(Punch)
    gone = select(other.voids).where(other.voids.is_not(None), other.employment_id.in_(ids))
    taken_back = set(session.scalars(gone))
    begin = datetime.combine(first - timedelta(days=2), time(), UTC)
    end = datetime.combine(last + timedelta(days=4), time(), UTC)
    rows = session.execute(
        select(Punch.id, Punch.employment_id, Punch.at, Punch.flags).where(
            Punch.employment_id.in_(ids), Punch.at >= begin, Punch.at < end, Punch.source != "void"
        )
    ).tuples()
    found: dict[str, list[rules.Punch]] = {}
    for row_id, employment_id, at, flags in rows:
        if row_id not in taken_back:
            flagged = bool(flags) and not FORGED.isdisjoint(flags)
            found.setdefault(employment_id, []).append(rules.Punch(at, flagged))
    return found


# The job ----------------------------------------------------------------------------------------------------------


def decide_those_due(session: Session, clock: Clock) -> int:
    """Job: decide what has changed and what has ended since; returns how many days are different."""
    return decide_changed(session, clock) + decide_new(session, clock)


def decide_changed(session: Session, clock: Clock) -> int:
    """Decide the days again of which something has changed."""
    rows = session.scalars(select(AttendanceChange).order_by(AttendanceChange.id).limit(AT_ONCE)).all()
    by_company: dict[str, dict[str, tuple[date, date]]] = {}
    for row in rows:
        spans = by_company.setdefault(row.legal_entity_id, {})
        held = spans.get(row.employment_id)
        spans[row.employment_id] = (
            (row.first, row.last) if held is None else (min(held[0], row.first), max(held[1], row.last))
        )
    count = 0
    for company, spans in sorted(by_company.items()):
        first, last = min(one[0] for one in spans.values()), max(one[1] for one in spans.values())
        count += decide(session, company, sorted(spans), first, last, clock, only=spans)
    for part in employments.parts([row.id for row in rows]):
        session.execute(delete(AttendanceChange).where(AttendanceChange.id.in_(part)))
    return count


def decide_new(session: Session, clock: Clock) -> int:
    """Decide the days of the last days that were never decided, of companies that have shifts."""
    today = china_day(clock)
    first = today - timedelta(days=BACK_DAYS)
    count = 0
    for company in session.scalars(select(ShiftRow.legal_entity_id).distinct()).all():
        ids = [row.id for row in employments.working_in(session, company, today)]
        count += decide(session, company, ids, first, today, clock, new_only=True)
    return count
