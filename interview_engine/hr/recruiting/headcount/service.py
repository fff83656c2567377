"""The headcount plan by department and job, with the day from which it holds, and how a requisition stands to it.

A requisition is held against every plan that it falls under: that of its job in its department, and that of its
department or the nearest one above that has one, which counts everybody below. The tightest decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Action, Actor
from interview_engine.hr.access.service import check_row, require
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.people.tables import Department
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.recruiting.headcount.tables import HeadcountPlan
from interview_engine.hr.recruiting.tables import Application, Requisition
from interview_engine.i18n import Text, msg
from interview_engine.store import audit, dated
from interview_engine.store.rows import find

MOST = 1_000_000
WAITING = ("pending", "approved", "open", "on_hold")
"""States of requisitions whose people are still to come."""
HERE = ("pending", "probation", "active", "notice")


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A line of the plan; `title` "" is the department with all below it."""

    department_id: str
    title: str
    valid_from: date
    headcount: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a plan has: people in post, those of them whose last day is known, and people sought by requisitions.

    Args:
        wanted: people of the requisition that is looked at, beside `sought`; 0 where there is none.
        department, title: whose plan it is.
    """

    plan: int
    in_post: int
    leaving: int
    sought: int
    wanted: int = 0
    department: str = ""
    title: str = ""

    @property
    def after(self) -> int:
        """People once everybody has come and gone."""
        return self.in_post - self.leaving + self.sought + self.wanted

    @property
    def over(self) -> int:
        """How many more that are than planned; 0 or less where it is within the plan."""
        return self.after - self.plan

    def to_json(self) -> dict[str, Any]:
        """As a requisition keeps it."""
        return asdict(self)


def set_plan(session: Session, actor: Actor, new: NewPlan, clock: Clock) -> HeadcountPlan:
    """Plan so many people from a day on; the same again changes nothing. Needs "public" manage at the department.

    Raises:
        NotFoundError: department. PermissionDenied. InvalidInput: `plan.headcount`, title; a plan that is changed needs
            its reason.
    """
    department = find(session, Department, new.department_id, lock=True)
    if department is None:
        raise missing("department", msg("department"))
    _check(session, actor, department.id, department.legal_entity_id, "manage")
    if not 0 <= new.headcount <= MOST:
        raise invalid("headcount", "plan.headcount", msg("A plan is a number of people, 0 or more."),
                      msg("Correct it and send again."))  # fmt: skip
    title = text_within(new.title, "title", msg("job title"), 120) if new.title.strip() else ""
    slot = slot_of(department.id, title)
    rows = dated.of_subject(session, HeadcountPlan, ("slot", slot))
    held = dated.as_of(rows, new.valid_from)
    if held is not None and held.headcount == new.headcount and held.valid_from == new.valid_from:
        return held
    reason = new.reason.strip()
    if held is not None:
        reason = text_within(reason, "reason", msg("reason"), 300, least=2)
    values = {
        "legal_entity_id": department.legal_entity_id,
        "department_id": department.id,
        "title": title,
        "headcount": new.headcount,
        "reason": reason[:300],
    }
    row = dated.write(session, HeadcountPlan, ("slot", slot), new.valid_from, values, actor.id, clock)
    detail = {"headcount": new.headcount, "before": None if held is None else held.headcount}
    audit.record(session, actor.id, "headcount.plan", f"headcount:{row.id}", detail, clock)
    return row


def confirm(session: Session, actor: Actor, plan_id: str, clock: Clock) -> HeadcountPlan:
    """Note that a second person has looked at a line. Needs "public" manage at the department.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `plan.own`, the actor wrote it.
    """
    row = get_for(session, actor, plan_id, "manage", lock=True)
    if row.checked_by:
        return row
    if row.actor == actor.id:
        raise conflict("plan.own", msg("You wrote this line yourself."), msg("Let somebody else confirm it."))
    row.checked_by = actor.id
    row.updated_at = clock.now()
    audit.record(session, actor.id, "headcount.confirm", f"headcount:{row.id}", {}, clock)
    return row


def call_off(session: Session, actor: Actor, plan_id: str, reason: str, clock: Clock) -> HeadcountPlan:
    """Take a line back, with the reason: what held before holds on. Needs "public" manage at the department.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason.
    """
    row = get_for(session, actor, plan_id, "manage", lock=True)
    said = text_within(reason, "reason", msg("reason"), 300, least=2)
    names = ("legal_entity_id", "department_id", "title", "headcount")
    values = {name: getattr(row, name) for name in names} | {"reason": said}
    made = dated.write(
        session, HeadcountPlan, ("slot", row.slot), row.valid_from, values, actor.id, clock, state="withdrawn"
    )  # fmt: skip
    audit.record(session, actor.id, "headcount.call_off", f"headcount:{row.id}", {}, clock)
    return made


def get_for(
    session: Session, actor: Actor, plan_id: str, action: Action, *, lock: bool = False
) -> HeadcountPlan:  # fmt: skip
    """A line of the plan that the actor may read ("public") or manage.

    Raises:
        NotFoundError, PermissionDenied.
    """
    require(actor, "public", action)
    row = find(session, HeadcountPlan, plan_id, lock=lock)
    if row is None:
        raise missing("headcount", msg("headcount plan", context="record"))
    _check(session, actor, row.department_id, row.legal_entity_id, action)
    return row


def standings(session: Session, plans: Sequence[HeadcountPlan]) -> dict[str, Standing]:
    """By id of a line, how its department or job stands now; a few queries for any number."""
    below = _below(session)
    people = _people(session)
    sought = _sought(session)
    return {row.id: _standing(row, below, people, sought) for row in plans}


def check(session: Session, requisition: Requisition, clock: Clock) -> Standing | None:
    """How a requisition stands to the plan, its own people counted as `wanted`; None where no plan covers it."""
    plans = _covering(session, requisition, china_day(clock))
    if not plans:
        return None
    below = _below(session)
    people = _people(session)
    sought = _sought(session, but=requisition.id)
    names = dict(session.execute(select(Department.id, Department.name)).tuples().all())
    found = []
    for row in plans:
        seen = _standing(row, below, people, sought)
        found.append(
            Standing(seen.plan, seen.in_post, seen.leaving, seen.sought, _to_come(session, requisition),
                     names.get(row.department_id, ""), row.title)
        )  # fmt: skip
    return max(found, key=lambda one: one.over)


def words_of(seen: Mapping[str, Any]) -> Text:
    """A standing as a sentence with its numbers."""
    one = Standing(**seen)
    about = f"{one.department} · {one.title}" if one.title else one.department
    numbers: dict[str, Any] = {
        "about": about, "plan": one.plan, "in_post": one.in_post, "leaving": one.leaving, "sought": one.sought,
        "wanted": one.wanted, "after": one.after, "over": one.over,
    }  # fmt: skip
    if one.over > 0:
        return msg(
            "Over the headcount plan by {over}: {about} is planned with {plan}; in post {in_post}, of them leaving "
            "{leaving}, sought by other requisitions {sought}, by this one {wanted}: {after} in all.",
            **numbers,
        )
    return msg(
        "Within the headcount plan: {about} is planned with {plan}; in post {in_post}, of them leaving {leaving}, "
        "sought by other requisitions {sought}, by this one {wanted}: {after} in all.",
        **numbers,
    )


def slot_of(department_id: str, title: str) -> str:
    """What the lines of one plan have in common; jobs are the same whatever the case and spaces of their names."""
    return f"{department_id}:{_key(title)}"[:200]


def _key(title: str) -> str:
    return " ".join(title.casefold().split())


def _covering(session: Session, requisition: Requisition, day: date) -> list[HeadcountPlan]:
    department = find(session, Department, requisition.department_id)
    if department is None:
        return []
    above = [one for one in reversed(department.path.strip("/").split("/")) if one]
    found: list[HeadcountPlan] = []
    own = _held(session, slot_of(department.id, requisition.title), day)
    if own is not None and requisition.title.strip():
        found.append(own)
    for department_id in above:
        whole = _held(session, slot_of(department_id, ""), day)
        if whole is not None:
            found.append(whole)
            break
    return found


def _held(session: Session, slot: str, day: date) -> HeadcountPlan | None:
    return dated.as_of(dated.of_subject(session, HeadcountPlan, ("slot", slot)), day)


def _below(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Department.id, Department.path)).tuples().all())


def _people(session: Session) -> list[tuple[str, str, int, int]]:
    """(department, job, people, of them leaving) of those in post, and of those still to begin."""
    leaving = func.count(Employment.last_day)
    rows = session.execute(
        select(Employment.department_id, Employment.title, func.count(), leaving)
        .where(Employment.state.in_(HERE))
        .group_by(Employment.department_id, Employment.title)
    ).tuples()
    return list(rows)


def _sought(session: Session, *, but: str = "") -> list[tuple[str, str, int]]:
    """(department, job, people still to come) of the requisitions that wait, are open or on hold."""
    hired = (
        select(func.count(Application.id))
        .where(Application.requisition_id == Requisition.id, Application.stage == "hired")
        .scalar_subquery()
    )
    rows = session.execute(
        select(Requisition.department_id, Requisition.title, Requisition.headcount, hired).where(
            Requisition.state.in_(WAITING), Requisition.id != but
        )
    ).tuples()
    return [(department, title, max(0, count - done)) for department, title, count, done in rows]


def _to_come(session: Session, requisition: Requisition) -> int:
    hired = session.scalar(
        select(func.count(Application.id)).where(
            Application.requisition_id == requisition.id, Application.stage == "hired"
        )
    )
    return max(0, requisition.headcount - (hired or 0))


def _standing(
    row: HeadcountPlan,
    below: Mapping[str, str],
    people: Sequence[tuple[str, str, int, int]],
    sought: Sequence[tuple[str, str, int]],
) -> Standing:
    def counts(department_id: str, title: str) -> bool:
        if row.title:
            return department_id == row.department_id and _key(title) == _key(row.title)
        return f"/{row.department_id}/" in below.get(department_id, "")

    in_post = sum(count for department, title, count, _ in people if counts(department, title))
    leaving = sum(gone for department, title, _, gone in people if counts(department, title))
    open_jobs = sum(count for department, title, count in sought if counts(department, title))
    return Standing(row.headcount, in_post, leaving, open_jobs)


def _check(session: Session, actor: Actor, department_id: str, legal_entity_id: str, action: Action) -> None:
    check_row(session, actor, "public", action, department_id=department_id, legal_entity_id=legal_entity_id)
