"""Somebody who works in the company of the tests, and their head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hiring_world import World
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.requests import service
from interview_engine.hr.requests.tables import Request

START = date(2026, 1, 5)


@dataclass(frozen=True)
class Staff:
    """One employee without an account, in the department whose head is the "hiring_manager"."""

    world: World
    person_id: str
    employment_id: str

    @property
    def me(self) -> Actor:
        return employee_actor(self.person_id, "zh")

    def ask(self, session: Session, kind: str, key: str | None = None, **values: Any) -> Request:
        return service.ask(session, self.me, kind, values, self.world.clock, key=key)

    def leave(self, session: Session, first: date, last: date, **values: Any) -> Request:
        return self.ask(session, "leave", leave_type="sick", first_day=first, last_day=last, **values)

    def decide(self, session: Session, row: Request, decision: str = "approve", role: str = "hiring_manager") -> None:
        approval = approvals.of_subject(session, row.kind, f"{row.kind}:{row.id}")
        assert approval is not None
        actor = self.world.actor(role)
        approvals.decide(session, actor, approval.id, decision, "理由", self.world.clock)  # type: ignore[arg-type]


def employ(world: World, session: Session, name: str = "林晓", department_id: str | None = None) -> Staff:
    hr = world.actor("hr")
    person = find_or_make(session, hr, NewContact(name, phone=f"1380000{1000 + len(name):04d}"), world.clock)
    place = employment.Place(world.entity_id, department_id or world.department_id)
    row = employment.begin(session, hr, person.id, place, "客服专员", START, None, world.clock)
    return Staff(world, person.id, row.id)
