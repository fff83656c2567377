"""A company whose people can be paid: rows of an invented city, a profile, a monthly pay and attendance each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hiring_world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import pay_rates
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.pay import profiles, runs
from interview_engine.hr.pay.service import NewParameter, check_parameter, enter_parameter
from interview_engine.hr.pay.tables import PayRun, Payslip
from interview_engine.hr.people.tables import Person
from interview_engine.store.rows import stamp
from interview_engine.store.secrets import Signer

CITY = "示例市"
SIGNER = Signer("a secret of the tests, long enough to be one")
ROWS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("social_insurance", "pension", {"floor": "4800", "cap": "30000", "employee": "0.08", "employer": "0.16"}),
    ("social_insurance", "medical", {"floor": "6000", "cap": "30000", "employee": "0.02", "employer": "0.09"}),
    ("housing_fund", "fund", {"floor": "2700", "cap": "30000", "employee": "0.05", "employer": "0.05", "unit": "1"}),
    ("minimum_wage", "", {"amount": "2700"}),
    ("sick_pay_rate", "", {"steps": [["0", "0.6"]]}),
)


@dataclass(slots=True)
class PayWorld:
    """The company of `hiring_world`, with people to pay."""

    world: World
    people: dict[str, Employment] = field(default_factory=dict)

    def rows(self, session: Session, *, but: str = "", provisional: bool = False) -> None:
        """Enter and check the rows of the city, but those of one kind."""
        for kind, item, values in ROWS:
            if kind != but:
                self.row(session, kind, item, values, provisional=provisional)

    def row(
        self, session: Session, kind: str, item: str, values: Mapping[str, Any], *, first: date = date(2025, 7, 1),
        provisional: bool = False,
    ) -> str:  # fmt: skip
        """One row, entered by HR and checked by the administrator."""
        new = NewParameter(kind, CITY, item, first, None, values, "示例市公告", "https://example.gov.cn/1", provisional)
        row = enter_parameter(session, self.world.actor("hr"), new, self.world.clock)
        check_parameter(session, self.world.actor("administrator"), row.id, self.world.clock)
        return row.id

    def hire(
        self, session: Session, number: str, monthly: int | None = 10000, start: date = date(2025, 1, 6),
        **profile: Any,
    ) -> Employment:  # fmt: skip
        """Somebody who works here, with a profile from the first day."""
        world = self.world
        person = Person(**stamp("system", world.clock), name=f"员工{number}", language="zh")
        session.add(person)
        session.flush()
        place = employments.Place(world.entity_id, world.department_id)
        held = employments.begin(session, SYSTEM, person.id, place, "客服", start, None, world.clock, number=number)
        if monthly is not None:
            pay_rates.set_pay(session, SYSTEM, held.id, monthly * 100, start, world.clock)
        new = {
            "kind": "employee", "place": CITY, "social_base": Decimal(10000), "fund_base": Decimal(10000),
            "special": Decimal(0), "other": Decimal(0), "start": "months", "allowances": {}, "opening": {}, **profile,
        }  # fmt: skip
        profiles.set_profile(session, world.actor("hr"), held, start, profiles.NewProfile(**new), world.clock)
        self.people[number] = held
        return held

    def attend(self, session: Session, number: str, month: date, **changes: Any) -> None:
        """A month's attendance; nothing special without changes."""
        values = {
            "unpaid_days": Decimal(0), "sick_days": Decimal(0), "held_days": 0, "minutes": {}, "counts": {},
            "amounts": {}, "bonus_way": "best", **changes,
        }  # fmt: skip
        new = profiles.NewAttendance(month=month, **values)
        held = session.get_one(Employment, self.people[number].id)
        profiles.set_attendance(session, self.world.actor("hr"), held, new, self.world.clock)

    def begin(self, session: Session, month: date, *, supplementary: bool = False, method: str = "workdays") -> PayRun:
        """Begin the run of a month, paid on its last days."""
        new = runs.NewRun(self.world.entity_id, month, month.replace(day=28), method, supplementary)
        return runs.begin(session, self.world.actor("hr"), new, self.world.clock)

    def computed(self, session: Session, month: date, **more: Any) -> PayRun:
        """A run that was worked out."""
        run = self.begin(session, month, **more)
        return runs.work_out(session, self.world.actor("hr"), run.id, self.world.clock)

    def approved(self, session: Session, month: date, people: int = 2) -> PayRun:
        """A run of so many people, who are hired at the first call, with its payslips about to be handed out."""
        hr, clock = self.world.actor("hr"), self.world.clock
        if not self.people:
            self.rows(session)
            for number in range(people):
                self.hire(session, f"A-{number}")
        for name in self.people:
            self.attend(session, name, month)
        run = self.computed(session, month)
        runs.review(session, hr, run.id, clock)
        runs.approve(session, self.world.actor("administrator"), run.id, clock)
        return run

    def closed(self, session: Session, month: date, **more: Any) -> PayRun:
        """A run with every check passed, approved by the administrator, paid and closed."""
        run = self.computed(session, month, **more)
        self.finish(session, run)
        return run

    def finish(self, session: Session, run: PayRun) -> None:
        """From worked out to closed."""
        hr, boss, clock = self.world.actor("hr"), self.world.actor("administrator"), self.world.clock
        for slip in slips_of(session, run):
            for one in slip.findings:
                runs.pass_check(session, hr, slip.id, one["code"], "已核对", clock)
        runs.review(session, hr, run.id, clock)
        runs.approve(session, boss, run.id, clock)
        runs.mark_paid(session, hr, run.id, clock)
        runs.close(session, hr, run.id, clock)


def slips_of(session: Session, run: PayRun) -> list[Payslip]:
    """The payslips of a run."""
    return list(session.scalars(select(Payslip).where(Payslip.run_id == run.id).order_by(Payslip.employment_id)))


def amounts(slip: Payslip) -> dict[str, str]:
    """By code (and month of an adjustment), what the lines say, without what the employer bears."""
    return {
        one["code"] + (f"@{one['month']}" if one["month"] else ""): one["amount"]
        for one in slip.lines
        if one["group"] != "employer"
    }
