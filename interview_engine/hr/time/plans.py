"""Who works which shift on which day: rows that a roster or a person writes, and defaults that hold without one.

Rosters call `write_plan` and `plans_of`; attendance reads `plans_of` too. What is written of days marks them to be
decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.calendar import service as calendars
from interview_engine.hr.companies import service as companies
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.service import Stay
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.hr.time import days_changed, shifts
from interview_engine.hr.time.rules.plans import Default, Planned, first_that_holds, shift_of
from interview_engine.hr.time.rules.shifts import Shift as ShiftValue
from interview_engine.hr.time.tables import Shift, ShiftDefault, ShiftPlan
from interview_engine.i18n import msg
from interview_engine.store import audit, dated
from interview_engine.store.dated import Span
from interview_engine.store.rows import find, stamp, touch

PERSON = "person"
"""The source of a row that somebody wrote by hand; a roster writes "roster:<id>"."""
MOST_CYCLE = 60
NONE = Planned(None, "none")


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What somebody works on a day; no shift is a day off."""

    employment_id: str
    day: date
    shift_id: str | None


@dataclass(frozen=True, slots=True)
class Plans:
    """What the people of a company work on which days.

    Args:
        shifts: by id, those that are no longer used among them.
        calendar: of the company.
        written: by (employment, day), the id of the shift (None: a day off) and what wrote it.
        defaults: by subject, what holds on which days.
        above: by department, its id and those of the departments above it, the nearest first.
        stays: by employment, where its person works on which days.
    """

    legal_entity_id: str
    shifts: Mapping[str, ShiftValue]
    calendar: calendars.Calendar
    written: Mapping[tuple[str, date], tuple[str | None, str]]
    defaults: Mapping[str, Sequence[Span[ShiftDefault]]]
    above: Mapping[str, Sequence[str]]
    stays: Mapping[str, Sequence[Stay]]

    def on(self, employment_id: str, day: date) -> Planned:
        """What somebody works on a day."""
        row = self.written.get((employment_id, day))
        if row is not None:
            return Planned(None if row[0] is None else self.shifts[row[0]], "plan", row[1])
        found = first_that_holds([self._held(subject, day) for subject in self._subjects(employment_id, day)])
        if found is None:
            return NONE
        workday = self.calendar.is_workday(day)
        shift_id = shift_of(found, day, workday=workday)
        return Planned(None if shift_id is None else self.shifts[shift_id], "default")

    def _subjects(self, employment_id: str, day: date) -> list[str]:
        stays = self.stays.get(employment_id, ())
        department = next((one.department_id for one in stays if one.first <= day <= (one.last or day)), None)
        above = () if department is None else self.above.get(department, ())
        return [f"employment:{employment_id}", *(f"department:{one}" for one in above),
                f"legal_entity:{self.legal_entity_id}"]  # fmt: skip

    def _held(self, subject: str, day: date) -> Default | None:
        span = next((one for one in self.defaults.get(subject, ()) if one.holds(day)), None)
        if span is None:
            return None
        return Default(tuple(span.row.cycle), span.first, span.row.by_calendar)


def plans_of(session: Session, legal_entity_id: str, employment_ids: Sequence[str], first: date, last: date) -> Plans:
    """What people of a company work from `first` to `last`, in a few statements. The caller has checked."""
    written: dict[tuple[str, date], tuple[str | None, str]] = {}
    for part in employments.parts(employment_ids):
        rows = select(ShiftPlan.employment_id, ShiftPlan.day, ShiftPlan.shift_id, ShiftPlan.source).where(
            ShiftPlan.employment_id.in_(part), ShiftPlan.day >= first, ShiftPlan.day <= last, ShiftPlan.source != ""
        )
        written |= {(row[0], row[1]): (row[2], row[3]) for row in session.execute(rows).tuples()}
    held: dict[str, list[ShiftDefault]] = {}
    for one in session.scalars(select(ShiftDefault).where(ShiftDefault.legal_entity_id == legal_entity_id)):
        held.setdefault(one.subject, []).append(one)
    paths = session.execute(
        select(Department.id, Department.path).where(Department.legal_entity_id == legal_entity_id)
    ).tuples()
    return Plans(
        legal_entity_id,
        shifts.of_company(session, legal_entity_id),
        calendars.calendar(session, companies.regions_of(session, legal_entity_id)),
        written,
        {subject: dated.history(rows) for subject, rows in held.items()},
        {row_id: path.strip("/").split("/")[::-1] for row_id, path in paths},
        employments.stays_of(session, employment_ids),
    )


def write_plan(session: Session, actor: Actor, rows: Iterable[PlanRow], source: str, clock: Clock) -> int:
    """Plan days; what was planned for them before is replaced. Returns how many days are different now. Needs "contact"
    write of everybody who is planned.

    Args:
        source: "roster:<id>" or `PERSON`.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `shift.unknown`, `plan.outside`.
    """
    wanted = {(one.employment_id, one.day): one.shift_id for one in rows}
    people = employments.many_of(session, {key[0] for key in wanted}, lock=True)
    for employment_id in {key[0] for key in wanted}:
        held = people.get(employment_id)
        if held is None:
            raise missing("employment", msg("employment"))
        check_row(session, actor, "contact", "write", department_id=held.department_id,
                  legal_entity_id=held.legal_entity_id, person_id=held.person_id)  # fmt: skip
    owners = _companies_of_shifts(session, {one for one in wanted.values() if one is not None})
    before = _rows_of(session, wanted)
    changed = 0
    for (employment_id, day), shift_id in sorted(wanted.items(), key=lambda one: one[0]):
        held = people[employment_id]
        _check_day(held, day, shift_id, owners)
        row = before.get((employment_id, day))
        if row is not None and row.shift_id == shift_id and row.source == source:
            continue
        changed += 1
        if row is None:
            made = ShiftPlan(
                **stamp(actor.id, clock), employment_id=employment_id, person_id=held.person_id,
                legal_entity_id=held.legal_entity_id, day=day, shift_id=shift_id, source=source,
            )  # fmt: skip
            session.add(made)
        else:
            row.shift_id, row.source = shift_id, source
            touch(row, actor.id, clock)
    session.flush()
    days_changed.changed(session, [(key[0], key[1], key[1]) for key in wanted], clock)
    for company, count in _by_company(people, wanted).items():
        detail = {"days": count, "source": source}
        audit.record(session, actor.id, "shift_plan.write", f"legal_entity:{company}", detail, clock)
    return changed


def clear_plan(session: Session, actor: Actor, rows: Iterable[tuple[str, date]], source: str, clock: Clock) -> int:
    """Plan days no longer, so that the defaults hold again; only what this source wrote. Returns how many there were.

    Raises:
        NotFoundError, PermissionDenied.
    """
    wanted = set(rows)
    people = employments.many_of(session, {key[0] for key in wanted}, lock=True)
    for held in people.values():
        check_row(session, actor, "contact", "write", department_id=held.department_id,
                  legal_entity_id=held.legal_entity_id, person_id=held.person_id)  # fmt: skip
    gone = [row for row in _rows_of(session, wanted).values() if row.source == source]
    for row in gone:
        row.shift_id, row.source = None, ""
        touch(row, actor.id, clock)
    session.flush()
    days_changed.changed(session, [(row.employment_id, row.day, row.day) for row in gone], clock)
    for company, count in _by_company(people, [(row.employment_id, row.day) for row in gone]).items():
        detail = {"days": count, "source": source}
        audit.record(session, actor.id, "shift_plan.clear", f"legal_entity:{company}", detail, clock)
    return len(gone)


def plan_row(session: Session, actor: Actor, row_id: str) -> ShiftPlan:
    """A planned day of somebody whom the actor may read.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, ShiftPlan, row_id)
    if row is None:
        raise missing("shift_plan", msg("planned day"))
    employments.get_for(session, actor, row.employment_id, "read")
    return row


def plan_ids(session: Session, keys: Iterable[tuple[str, date]]) -> dict[tuple[str, date], str]:
    """By (employment, day), the row of that day. The caller has checked."""
    return {key: row.id for key, row in _rows_of(session, set(keys)).items()}


@dataclass(frozen=True, slots=True)
class NewDefault:
    """What holds from a day on where nothing is planned, for one of: an employment, a department, a company."""

    valid_from: date
    cycle: tuple[str | None, ...]
    by_calendar: bool
    employment_id: str | None = None
    department_id: str | None = None
    legal_entity_id: str | None = None


def set_default(session: Session, actor: Actor, new: NewDefault, clock: Clock) -> ShiftDefault:
    """Say what somebody, a department or a company works from a day on. Needs "contact" write of the person, or
    "public" manage of the department or the company. An empty cycle ends what held.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `shift.unknown`, `plan.cycle`.
    """
    if new.employment_id is not None:
        held = employments.get_for(session, actor, new.employment_id, "write", lock=True)
        subject, company, department, person = f"employment:{held.id}", held.legal_entity_id, None, held.person_id
    elif new.department_id is not None:
        row = find(session, Department, new.department_id, lock=True)
        if row is None:
            raise missing("department", msg("department"))
        check_row(session, actor, "public", "manage", department_id=row.id, legal_entity_id=row.legal_entity_id)
        subject, company, department, person = f"department:{row.id}", row.legal_entity_id, row.id, None
    else:
        company, department, person = str(new.legal_entity_id), None, None
        check_row(session, actor, "public", "manage", legal_entity_id=company)
        subject = f"legal_entity:{company}"
    if len(new.cycle) > MOST_CYCLE:
        raise invalid("shifts", "plan.cycle", msg("A cycle has at most {most} days.", most=MOST_CYCLE),
                      msg("Shorten it and send again."))  # fmt: skip
    owners = _companies_of_shifts(session, {one for one in new.cycle if one is not None})
    if any(owner != company for owner in owners.values()):
        raise _unknown()
    values = {"legal_entity_id": company, "department_id": department, "employment_id": new.employment_id,
              "person_id": person, "cycle": list(new.cycle), "by_calendar": new.by_calendar}  # fmt: skip
    state: dated.State = "holds" if new.cycle else "ended"
    made = dated.write(
        session, ShiftDefault, ("subject", subject), new.valid_from, values, actor.id, clock, state=state
    )
    days_changed.usual_changed(session, subject, company, new.valid_from, china_day(clock), clock)
    detail = {"subject": subject, "from": new.valid_from.isoformat()}
    audit.record(session, actor.id, "shift_default.set", f"legal_entity:{company}", detail, clock)
    return made


def read_cycle(session: Session, legal_entity_id: str, said: str) -> tuple[str | None, ...]:
    """The shifts of "A, A, B, B, -, -" in turn, by their codes or names; a stroke or 休 is a day off.

    Raises:
        InvalidInput: `shift.unknown`.
    """
    found: dict[str, str | None] = {"-": None, "–": None, "休": None, "off": None}
    codes = [one.strip() for one in said.replace("，", ",").replace("、", ",").split(",") if one.strip()]
    for code in codes:
        if code not in found:
            found[code] = shifts.named(session, legal_entity_id, code).id
    return tuple(found[code] for code in codes)


def whom(session: Session, actor: Actor, number: str, department: str, company: str) -> NewDefault:
    """Whom a form means: an employee's number, a department's name, or a company's, the first that is filled in.

    Raises:
        InvalidInput.
    """
    if number:
        return NewDefault(date.min, (), True, employment_id=employments.of_number(session, actor, number))
    if department:
        row = org.find_department(session, actor, department, "public", "manage")
        return NewDefault(date.min, (), True, department_id=row.id)
    return NewDefault(date.min, (), True, legal_entity_id=org.company_within_reach(session, actor, company).id)


def company_of(session: Session, new: NewDefault) -> str:
    """The company of whom it is about."""
    if new.employment_id is not None:
        return employments.locked(session, new.employment_id).legal_entity_id
    if new.department_id is not None:
        return session.get_one(Department, new.department_id).legal_entity_id
    return str(new.legal_entity_id)


def _companies_of_shifts(session: Session, ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(Shift.id, Shift.legal_entity_id).where(Shift.id.in_(ids), Shift.state == "used"))
    found = dict(rows.tuples().all())
    if ids - found.keys():
        raise _unknown()
    return found


def _unknown() -> Exception:
    return invalid("shift", "shift.unknown", msg("There is no such shift in this company, or it is no longer used."),
                   msg("Choose one of the list of shifts."))  # fmt: skip


def _check_day(held: employments.Employment, day: date, shift_id: str | None, owners: Mapping[str, str]) -> None:
    if day < held.start_date or (held.last_day is not None and day > held.last_day):
        raise conflict("plan.outside", msg("{day} is outside the employment.", day=day.isoformat()),
                       msg("Plan days from the first to the last day of work."))  # fmt: skip
    if shift_id is not None and owners[shift_id] != held.legal_entity_id:
        raise _unknown()


def _rows_of(session: Session, keys: Iterable[tuple[str, date]]) -> dict[tuple[str, date], ShiftPlan]:
    wanted = set(keys)
    if not wanted:
        return {}
    days = sorted({day for _, day in wanted})
    found: dict[tuple[str, date], ShiftPlan] = {}
    for part in employments.parts({employment_id for employment_id, _ in wanted}):
        rows = session.scalars(
            select(ShiftPlan).where(
                ShiftPlan.employment_id.in_(part), ShiftPlan.day >= days[0], ShiftPlan.day <= days[-1]
            )
        )
        found |= {(row.employment_id, row.day): row for row in rows if (row.employment_id, row.day) in wanted}
    return found


def _by_company(people: Mapping[str, employments.Employment], keys: Iterable[tuple[str, date]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for employment_id, _ in keys:
        company = people[employment_id].legal_entity_id
        counted[company] = counted.get(company, 0) + 1
    return counted
