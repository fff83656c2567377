"""Goals of a company, a department or a person: sent once the weights sum to 100, confirmed by their person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, denied
from interview_engine.hr.competency import service as competency
from interview_engine.hr.house import house
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Department
from interview_engine.hr.performance import cycles
from interview_engine.hr.performance.rules import cascade
from interview_engine.hr.performance.rules.scoring import achieved
from interview_engine.hr.performance.rules.weights import check_weights
from interview_engine.hr.performance.tables import PerformanceCycle, PerformanceGoal
from interview_engine.hr.problems import conflict, invalid, missing, required, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

MOST = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class NewGoal:
    """A goal as somebody states it; see `tables.PerformanceGoal`. Of a person, of a department, or of the company."""

    cycle_id: str
    kind: str
    title: str
    target: Decimal
    measure: str = ""
    unit: str = ""
    base: Decimal = Decimal(0)
    weight: Decimal | None = None
    contribution: Decimal | None = None
    counts: str = "sum"
    competency_code: str | None = None
    due_on: date | None = None
    parent_id: str | None = None
    department_id: str | None = None
    person_id: str | None = None


def add(session: Session, actor: Actor, new: NewGoal, clock: Clock) -> PerformanceGoal:
    """Make a goal; needs "performance" write of whose it is.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `performance.parent`, `performance.weight`,
            `performance.no_post`. ConflictError: `performance.begun`.
    """
    cycle = _cycle(session, new.cycle_id)
    values = _values(session, cycle, None, new)
    _check_reach(session, actor, cycle, values)
    row = PerformanceGoal(
        **stamp(actor.id, clock), cycle_id=cycle.id, legal_entity_id=cycle.legal_entity_id, **values, state="draft"
    )
    session.add(row)
    session.flush()
    audit.record(session, actor.id, "goal.add", f"goal:{row.id}", {}, clock)
    return row


def change(session: Session, actor: Actor, goal_id: str, new: NewGoal, clock: Clock) -> PerformanceGoal:
    """Change a goal; one that was confirmed waits to be confirmed again. The same again changes nothing.

    Raises:
        as `add`.
    """
    row = get_for(session, actor, goal_id, "write", lock=True)
    cycle = _cycle(session, row.cycle_id)
    values = _values(session, cycle, row.id, new)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    _check_reach(session, actor, cycle, values)
    for name, value in values.items():
        setattr(row, name, value)
    if row.actual is not None:
        row.progress = progress_of(row)
    row.state, row.remark, row.confirmed_at = "draft", "", None
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "goal.change", f"goal:{row.id}", {}, clock)
    return row


def get_for(
    session: Session, actor: Actor, goal_id: str, action: str = "read", *, lock: bool = False
) -> PerformanceGoal:
    """A goal within reach.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PerformanceGoal, goal_id, lock=lock)
    if row is None:
        raise missing("goal", msg("goal"))
    check_row(session, actor, "performance", action, department_id=row.department_id,
              legal_entity_id=row.legal_entity_id, person_id=row.person_id)  # fmt: skip
    return row


def send(session: Session, actor: Actor, goal_id: str, clock: Clock) -> PerformanceGoal:
    """Send a person's goals of a cycle to be confirmed, all that wait with this one; their weights sum to 100.

    Goals of the company and of departments are confirmed by being sent.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `performance.weights` with the difference.
        ConflictError: `performance.begun`, `performance.step`.
    """
    row = get_for(session, actor, goal_id, "write", lock=True)
    cycle = _cycle(session, row.cycle_id)
    if cycle.state == "draft":
        raise conflict("performance.step", msg("The cycle is still in preparation."),
                       msg("Open its goals first, on the page of the cycle."))  # fmt: skip
    if row.state in ("sent", "confirmed"):
        return row
    rows = [row] if row.person_id is None else of_person(session, row.person_id, cycle.id)
    if row.person_id is not None:
        check_weights([one.weight for one in rows if one.weight is not None])
    for one in rows:
        if one.state in ("draft", "returned"):
            one.state = "sent" if one.person_id else "confirmed"
            touch(one, actor.id, clock)
            audit.record(session, actor.id, "goal.send", f"goal:{one.id}", {}, clock)
    if row.person_id is not None:
        key = f"performance.goals:{row.person_id}:{cycle.id}:{clock.now().isoformat()}"
        tell_person(session, row.person_id, key, "performance.goals", {"cycle": cycle.name}, clock)
    return row


def confirm(session: Session, actor: Actor, cycle_id: str, clock: Clock) -> int:
    """Confirm one's own goals of a cycle that were sent; how many. Again changes nothing."""
    done = 0
    for row in of_person(session, actor.person_id or "", cycle_id, lock=True):
        if row.state == "sent":
            row.state, row.confirmed_at = "confirmed", clock.now()
            touch(row, actor.id, clock)
            audit.record(session, actor.id, "goal.confirm", f"goal:{row.id}", {}, clock)
            done += 1
    return done


def send_back(session: Session, actor: Actor, goal_id: str, remark: str, clock: Clock) -> PerformanceGoal:
    """Send a goal of one's own back with what is wrong; who made it changes it and sends it again.

    Raises:
        NotFoundError, PermissionDenied: it is another's. InvalidInput. ConflictError: `performance.not_sent`.
    """
    row = own(session, actor, goal_id)
    said = text_within(remark, "remark", msg("reason"), 300)
    if row.state not in ("sent", "confirmed"):
        raise conflict("performance.not_sent", msg("This goal does not wait to be confirmed."))
    cycle = _cycle(session, row.cycle_id)
    if cycle.state not in cycles.AGREED:
        raise _begun()
    row.state, row.remark = "returned", said
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "goal.return", f"goal:{row.id}", {}, clock)
    return row


def own(session: Session, actor: Actor, goal_id: str) -> PerformanceGoal:
    """A goal of the actor's own, locked.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, PerformanceGoal, goal_id, lock=True)
    if row is None:
        raise missing("goal", msg("goal"))
    if row.person_id is None or row.person_id != actor.person_id:
        raise denied()
    return row


def of_person(session: Session, person_id: str, cycle_id: str, *, lock: bool = False) -> list[PerformanceGoal]:
    """A person's goals of a cycle, in the order in which they were made. The caller has checked."""
    statement = select(PerformanceGoal).where(
        PerformanceGoal.person_id == person_id, PerformanceGoal.cycle_id == cycle_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(statement.order_by(PerformanceGoal.id)))


def progress_of(row: PerformanceGoal) -> Decimal | None:
    """How far it got, in per cent; None before the first entry."""
    return None if row.actual is None else achieved(row.actual, row.target, row.base)


def cascade_of(session: Session, cycle_id: str) -> tuple[cascade.Cascade, Mapping[str, PerformanceGoal]]:
    """The goals of a cycle added up, and the goals by id. The caller has checked."""
    rows = session.scalars(select(PerformanceGoal).where(PerformanceGoal.cycle_id == cycle_id)).all()
    nodes = [
        cascade.Node(one.id, one.level, one.parent_id, one.measure, one.unit, one.target, one.base, one.contribution)
        for one in rows
    ]
    return cascade.reconcile(nodes), {one.id: one for one in rows}


def titles(session: Session, cycle_id: str, levels: Sequence[str]) -> dict[str, str]:
    """Titles of goals of these levels by id, for a choice of parents."""
    statement = select(PerformanceGoal.id, PerformanceGoal.title).where(
        PerformanceGoal.cycle_id == cycle_id, PerformanceGoal.level.in_(levels)
    )
    return dict(session.execute(statement.order_by(PerformanceGoal.id)).tuples().all())


def _cycle(session: Session, cycle_id: str) -> PerformanceCycle:
    row = find(session, PerformanceCycle, cycle_id)
    if row is None:
        raise missing("performance_cycle", msg("cycle"))
    return row


def _begun() -> Exception:
    return conflict("performance.begun", msg("Reviews have begun: goals stay as they are."),
                    msg("Enter progress, or change goals in the next cycle."))  # fmt: skip


def _values(session: Session, cycle: PerformanceCycle, goal_id: str | None, new: NewGoal) -> dict[str, object]:
    if cycle.state not in cycles.AGREED:
        raise _begun()
    department_id, level = new.department_id, "department" if new.department_id else "company"
    if new.person_id is not None:
        post = house().post_of(session, new.person_id)
        if post is None or post.legal_entity_id != cycle.legal_entity_id:
            raise invalid("employee_number", "performance.no_post", msg("This person does not work in the company."),
                          msg("Choose somebody who works there now."))  # fmt: skip
        department_id, level = post.department_id, "person"
    _check_parent(session, cycle, goal_id, level, new.parent_id)
    if level == "person" and new.weight is None:
        raise required("weight", msg("weight"))
    if new.weight is not None and not 0 < new.weight <= 100:
        raise invalid("weight", "performance.weight", msg("A weight is above 0 and up to 100."),
                      msg("Correct it and send again."))  # fmt: skip
    if new.competency_code is not None:
        competency.require_competency(session, new.competency_code)
    rated = new.kind == "competency"
    if rated and new.competency_code is None:
        raise required("competency", msg("competency"))
    if any(abs(one) > MOST for one in (new.target, new.base, new.contribution or Decimal(0))):
        raise invalid("target", "input.number", msg("This number is too large."), msg("Correct it and send again."))
    return {
        "department_id": department_id, "person_id": new.person_id, "level": level, "parent_id": new.parent_id,
        "kind": new.kind, "title": text_within(new.title, "title", msg("goal"), 120),
        "measure": new.measure.strip()[:40], "unit": new.unit.strip()[:20], "weight": new.weight,
        "base": Decimal(0) if rated else new.base, "target": Decimal(100) if rated else new.target,
        "contribution": new.contribution, "counts": "last" if rated or new.counts == "last" else "sum",
        "competency_code": new.competency_code, "due_on": new.due_on or cycle.last_day,
    }  # fmt: skip


def _check_parent(
    session: Session, cycle: PerformanceCycle, goal_id: str | None, level: str, parent_id: str | None
) -> None:
    if parent_id is None:
        return
    rows = session.execute(
        select(PerformanceGoal.id, PerformanceGoal.level, PerformanceGoal.parent_id).where(
            PerformanceGoal.cycle_id == cycle.id
        )
    ).tuples()
    found = {row_id: (of, above) for row_id, of, above in rows}
    cascade.check_parent(
        goal_id, level, parent_id, {one: of for one, (of, _) in found.items()},
        {one: above for one, (_, above) in found.items()},
    )  # fmt: skip


def _check_reach(session: Session, actor: Actor, cycle: PerformanceCycle, values: Mapping[str, object]) -> None:
    department_id, person_id = values["department_id"], values["person_id"]
    if department_id is not None:
        department = find(session, Department, str(department_id))
        if department is None or department.legal_entity_id != cycle.legal_entity_id:
            raise missing("department", msg("department"))
    check_row(
        session, actor, "performance", "write",
        department_id=None if department_id is None else str(department_id), legal_entity_id=cycle.legal_entity_id,
        person_id=None if person_id is None else str(person_id),
    )  # fmt: skip
    if person_id is not None and person_id == actor.person_id:  # one's own goals are set by somebody else, or by HR
        check_row(session, actor, "performance", "decide", department_id=str(department_id),
                  legal_entity_id=cycle.legal_entity_id, person_id=str(person_id))  # fmt: skip
