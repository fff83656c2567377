"""A company with a head, four people under them and a cycle of performance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hiring_world import World
from request_staff import Staff, employ
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.people.tables import Department
from interview_engine.hr.performance import cycles, goals, service
from interview_engine.hr.performance.cycles import NewCycle
from interview_engine.hr.performance.goals import NewGoal
from interview_engine.hr.performance.tables import PerformanceGoal

NAMES = ("林晓", "王二小", "赵一一一", "陈大文武生")
WEIGHTS = {"goals": Decimal(40), "around": Decimal(30), "manager": Decimal(30)}
SHARES = {"A": Decimal(25), "B": Decimal(50), "C": Decimal(25)}


@dataclass(frozen=True)
class Played:
    """The company, its people, and its cycle of the fourth quarter of 2026."""

    world: World
    staff: tuple[Staff, ...]
    head_id: str
    cycle_id: str

    @property
    def hr(self) -> Actor:
        return self.world.actor("hr")

    @property
    def gm(self) -> Actor:
        return self.world.actor("administrator")

    @property
    def head(self) -> Actor:
        """The head on their phone: no account is needed to review one's team."""
        return employee_actor(self.head_id, "zh")

    def do(self, what: Callable[[Session], object]) -> object:
        with self.world.database.transaction() as session:
            return what(session)

    def step(self, *wanted: str) -> None:
        for one in wanted:
            self.do(lambda session, to=one: service.advance(session, self.hr, self.cycle_id, to, self.world.clock))

    def goal(self, session: Session, at: int, weight: str, **values: object) -> PerformanceGoal:
        new = NewGoal(self.cycle_id, "kpi", "服务客户", Decimal(50), measure="客户", unit="位", weight=Decimal(weight),
                      person_id=self.staff[at].person_id)  # fmt: skip
        return goals.add(session, self.hr, replace(new, **values), self.world.clock)  # type: ignore[arg-type]


def play(world: World) -> Played:
    """Make it."""
    with world.database.transaction() as session:
        staff = tuple(employ(world, session, name) for name in NAMES)
        head = session.get_one(Department, world.department_id).manager_person_id
        assert head is not None
        new = NewCycle(world.entity_id, "2026 Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31), WEIGHTS, SHARES,
                       {"A": Decimal(15), "B": Decimal(10)})  # fmt: skip
        cycle = cycles.begin(session, world.actor("hr"), new, world.clock)
        return Played(world, staff, head, cycle.id)
