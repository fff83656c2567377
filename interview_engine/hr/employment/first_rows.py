"""The rows with which employments begin: one by one or by the thousand, the same ones.

The caller has checked everything; nothing here refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.employment import lifecycle, states
from interview_engine.hr.employment.tables import Assignment, EmployeeNumber, Employment, LifecycleEvent
from interview_engine.hr.people.tables import Person
from interview_engine.store import audit, dated
from interview_engine.store.ids import new_id
from interview_engine.store.rows import AT_ONCE, batched, stamp, touch


@dataclass(frozen=True, slots=True)
class Place:
    """The company and the department that somebody works in, by id."""

    legal_entity_id: str
    department_id: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an application leaves in the employee file (A16).

    Args:
        application_id, requisition_id: the application that led to the employment, and the job it was for; an
            application leads to one employment at most.
        interview: scores, bands and kit version of its interview; None where there was none that a program read.
    """

    application_id: str
    requisition_id: str
    interview: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Beginning:
    """An employment that begins, as it was checked.

    Args:
        number: what the person gets in the company; None: they have one already.
        kind: "imported" from another system, else "hired".
    """

    person_id: str
    place: Place
    title: str
    start: date
    kind: Literal["hired", "imported"]
    number: str | None
    level: int | None = None
    probation_end: date | None = None
    evidence: Evidence | None = None


_TABLES: tuple[type[Any], ...] = (Person, EmployeeNumber, Employment, Assignment, LifecycleEvent)
"""In the order in which they are written."""
_IDS = 5
"""Of a beginning, at most: number, employment, assignment and two events."""


class FirstRows:
    """The rows of beginnings, kept until they are written table by table; rows of one millisecond keep their order."""

    def __init__(self, actor_id: str, beginnings: int, clock: Clock) -> None:
        self._actor_id = actor_id
        self._clock = clock
        self._day = china_day(clock)
        self._ids = iter(sorted(new_id(clock.now()) for _ in range(beginnings * _IDS)))
        self._tables: dict[type[Any], list[dict[str, Any]]] = {table: [] for table in _TABLES}
        self._places: dict[str, dict[str, Any]] = {}
        self._events: list[tuple[str, str, dict[str, Any]]] = []

    def add_person(self, row: dict[str, Any]) -> None:
        """Keep the row of a new person (`persons.new_row`), whose employment is added next."""
        self._tables[Person].append(row)
        self._events.append(("person.create", f"person:{row['id']}", {}))

    def add(self, new: Beginning) -> str:
        """Keep what a beginning writes; the employment's id."""
        place = {"department_id": new.place.department_id, "level": new.level}
        named = {"person_id": new.person_id, "legal_entity_id": new.place.legal_entity_id}
        self._places[new.person_id] = place
        if new.number is not None:
            self._tables[EmployeeNumber].append({**self._stamp(), **named, "number": new.number})
        state = states.state_by(new.start, new.probation_end, None, self._day)
        evidence = new.evidence
        employment = {
            **self._stamp(), **named,
            "application_id": None if evidence is None else evidence.application_id,
            "interview": None if evidence is None or evidence.interview is None else dict(evidence.interview),
            "department_id": new.place.department_id,
            "title": new.title,
            "start_date": new.start,
            "probation_end": new.probation_end,
            "state": state,
        }  # fmt: skip
        held = {**named, **place, "title": new.title, "manager_person_id": None, "reason": "hired"}
        subject = ("employment_id", employment["id"])
        assignment = {**self._stamp(), **dated.columns_of(subject, new.start, held)}
        employment["assignment_id"] = assignment["id"]
        self._tables[Employment].append(employment)
        self._tables[Assignment].append(assignment)
        trail = f"employment:{employment['id']}"
        led = (
            {} if evidence is None else {"application": evidence.application_id, "requisition": evidence.requisition_id}
        )
        self._events.append(("employment.create", trail, led))
        told = {"department": new.place.department_id, "title": new.title, "level": new.level}
        self._happened(employment, new.kind, told)
        if state != "pending":
            self._events.append(("employment.state", trail, {"state": state}))
            self._happened(employment, "started", {})
        return str(employment["id"])

    def write(self, session: Session) -> None:
        """Write everything: rows, where their persons are from now on, and the events in the trail. Who is employed
        leaves the talent pool."""
        for row in self._tables[Person]:
            row |= {**self._places.pop(row["id"]), "talent_pool": False}
        for table, rows in self._tables.items():
            if rows:
                session.execute(insert(table), rows)
        for part in batched(sorted(self._places), AT_ONCE):
            for person in session.scalars(select(Person).where(Person.id.in_(part)).with_for_update()):
                place = self._places[person.id]
                person.level, person.department_id = place["level"], place["department_id"]
                person.talent_pool = False
                touch(person, self._actor_id, self._clock)
        session.flush()
        for action, subject, detail in self._events:
            audit.record(session, self._actor_id, action, subject, detail, self._clock)

    def _happened(self, employment: Mapping[str, Any], kind: str, after: dict[str, Any]) -> None:
        whose, day = (employment["id"], employment["person_id"]), employment["start_date"]
        told = lifecycle.columns_of(*whose, kind, day, after=after)
        self._tables[LifecycleEvent].append({**self._stamp(), **told})

    def _stamp(self) -> dict[str, Any]:
        return {**stamp(self._actor_id, self._clock), "id": next(self._ids)}
