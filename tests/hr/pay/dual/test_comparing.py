"""A run beside the month as another system paid it: every difference has its cause, sums are explained (L2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hiring_world import World
from pay_world import PayWorld, slips_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.pay import old_months as sheet
from interview_engine.hr.pay.dual import words
from interview_engine.hr.pay.dual.causes import ORDER
from interview_engine.hr.pay.dual.comparing import Comparison, compare
from interview_engine.hr.pay.rules.lines import line_of
from interview_engine.hr.pay.tables import PayRun
from interview_engine.store.tables import AuditEvent

MARCH = date(2026, 3, 1)
COLUMNS = ("base", "overtime", "meal", "unpaid_leave", "pension", "medical", "fund", "tax", "gross", "own", "net")


def company(session: Session, world: World, names: int = 3, monthly: int = 12000) -> tuple[PayWorld, PayRun]:
    """People with overtime, meals and a day without pay, and their run."""
    pay = PayWorld(world)
    pay.rows(session)
    for number in range(names):
        pay.hire(session, f"A-{number}", monthly, allowances={"meal": "20.00"})
        pay.attend(session, f"A-{number}", MARCH, counts={"meal": "21"}, minutes={"workday": 600},
                   unpaid_days=Decimal(1))  # fmt: skip
    return pay, pay.computed(session, MARCH)


def as_paid(session: Session, pay: PayWorld, run: PayRun) -> dict[str, dict[str, Decimal]]:
    """By number, a sheet that says just what the run says."""
    numbers = {held.id: number for number, held in pay.people.items()}
    return {
        numbers[slip.employment_id]: sheet.as_sheet([line_of(one) for one in slip.lines], COLUMNS)
        for slip in slips_of(session, run)
    }


def keep(session: Session, pay: PayWorld, said: Mapping[str, Mapping[str, Decimal]]) -> None:
    hr, clock = pay.world.actor("hr"), pay.world.clock
    for number, amounts in said.items():
        held = session.get_one(Employment, pay.people[number].id)
        sheet.set_month(session, hr, held, MARCH, amounts, clock)


def causes(seen: Comparison) -> dict[str, list[tuple[str, str]]]:
    """By cause, number and column."""
    return {one.cause: [(each.number, each.differs.column) for each in one.places] for one in seen.groups}


def test_the_same_sheet_differs_in_nothing(world: World) -> None:
    with world.database.transaction() as session:
        pay, run = company(session, world)
        keep(session, pay, as_paid(session, pay, run))
        seen = compare(session, world.actor("hr"), run.id, world.clock)
        assert (seen.equal, seen.there, seen.here, seen.lines) == (3, 3, 3, 0)
        assert seen.old_net == seen.new_net > 0
        assert set(seen.columns) == set(COLUMNS)


def test_a_sheet_of_nobody_compares_nothing(small_world: World) -> None:
    with small_world.database.transaction() as session:
        _, run = company(session, small_world, 1)
        seen = compare(session, small_world.actor("hr"), run.id, small_world.clock)
        assert (seen.there, seen.here, seen.lines) == (0, 1, 0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"base": "13000.00"}, "pay"),
        ({"base": "12000.04"}, "rounding"),
        ({"unpaid_leave": "275.86"}, "days"),
        ({"meal": "450.00"}, "entered"),
        ({"pension": "960.00"}, "base"),
        ({"pension": "1050.00"}, "rate"),
        ({"fund": "500.80"}, "rounding"),
        ({"meal": "0.00"}, "not_there"),
    ],
)
def test_each_difference_has_its_cause_and_the_sums_follow(
    small_world: World, change: dict[str, str], expected: str
) -> None:
    with small_world.database.transaction() as session:
        pay, run = company(session, small_world, 1)
        said = as_paid(session, pay, run)
        ((column, text),) = change.items()
        old, before = said["A-0"], said["A-0"][column]
        by = Decimal(text) - before
        old[column] = Decimal(text)
        # the sums of the other system follow its own line
        own = column in ("pension", "fund")
        old["own" if own else "gross"] += -by if column == "unpaid_leave" else by
        old["net"] += -by if own or column == "unpaid_leave" else by
        keep(session, pay, said)
        seen = compare(session, small_world.actor("hr"), run.id, small_world.clock)
        assert causes(seen) == {expected: [("A-0", column)]}
        (place,) = seen.groups[0].places
        assert place.differs.change == -by
        assert place.slip_id == slips_of(session, run)[0].id


def test_tax_that_follows_from_another_gross_is_no_cause_of_its_own(small_world: World) -> None:
    with small_world.database.transaction() as session:
        pay, run = company(session, small_world, 1, 30000)
        said = as_paid(session, pay, run)
        old = said["A-0"]
        # 1,000 more of pay at 3 % of tax
        old["base"] += 1000
        old["gross"] += 1000
        old["tax"] += 30
        old["net"] += 970
        keep(session, pay, said)
        hr = small_world.actor("hr")
        assert causes(compare(session, hr, run.id, small_world.clock)) == {
            "pay": [("A-0", "base")], "tax_follows": [("A-0", "tax")],
        }  # fmt: skip
        old["tax"] += 5
        old["net"] -= 5
        keep(session, pay, said)
        assert causes(compare(session, hr, run.id, small_world.clock)) == {
            "pay": [("A-0", "base")], "tax_year": [("A-0", "tax")],
        }  # fmt: skip


def test_who_is_in_one_system_only_and_what_no_column_explains_is_named(small_world: World) -> None:
    with small_world.database.transaction() as session:
        pay, run = company(session, small_world, 2)
        said = as_paid(session, pay, run)
        del said["A-1"]
        said["A-0"]["gross"] += 88
        said["A-0"]["net"] += 88
        pay.hire(session, "A-9", 9000, date(2026, 4, 1))
        said["A-9"] = {"net": Decimal("5000.00")}
        keep(session, pay, said)
        seen = compare(session, small_world.actor("hr"), run.id, small_world.clock)
        assert causes(seen) == {
            "only_there": [("A-9", "net")], "only_here": [("A-1", "net")], "rest": [("A-0", "gross")],
        }  # fmt: skip
        left = seen.groups[-1].places[0].differs
        note = words.note(left)
        assert left.values == {"left": "-88.00"}
        assert note is not None
        assert "88.00" in note.get("zh")


def test_a_line_for_which_the_sheet_has_no_column_is_named_where_it_explains_the_sum(small_world: World) -> None:
    with small_world.database.transaction() as session:
        pay, run = company(session, small_world, 1)
        said = as_paid(session, pay, run)["A-0"]
        overtime = said.pop("overtime")
        said["gross"] -= overtime
        said["net"] -= overtime
        keep(session, pay, {"A-0": said})
        (group,) = compare(session, small_world.actor("hr"), run.id, small_world.clock).groups
        assert (group.cause, group.places[0].differs.column) == ("not_there", "overtime_workday")
        assert group.places[0].differs.new == overtime


def test_a_part_of_a_month_by_another_method_is_named(small_world: World) -> None:
    with small_world.database.transaction() as session:
        pay = PayWorld(small_world)
        pay.rows(session)
        pay.hire(session, "A-0", 12000, date(2026, 3, 16))
        pay.attend(session, "A-0", MARCH)
        run = pay.computed(session, MARCH, method="workdays")
        # 16 of 31 calendar days; the run paid 12 of 22 workdays
        keep(session, pay, {"A-0": {"base": Decimal("6193.55")}})
        hr = small_world.actor("hr")
        (group,) = compare(session, hr, run.id, small_world.clock).groups
        assert (group.cause, dict(group.places[0].differs.values)) == ("method", {"method": "calendar_days"})
        keep(session, pay, {"A-0": {"base": Decimal("12000.00")}})
        (group,) = compare(session, hr, run.id, small_world.clock).groups
        assert (group.cause, dict(group.places[0].differs.values)) == ("method", {"method": "whole"})


def test_overtime_in_one_column_stands_for_every_kind(small_world: World) -> None:
    with small_world.database.transaction() as session:
        pay = PayWorld(small_world)
        pay.rows(session)
        pay.hire(session, "A-0", 12000)
        pay.attend(session, "A-0", MARCH, minutes={"workday": 600, "restday": 480})
        run = pay.computed(session, MARCH)
        lines = [line_of(one) for one in slips_of(session, run)[0].lines]
        both = sheet.as_sheet(lines, ("overtime",))
        hr, clock = small_world.actor("hr"), small_world.clock
        keep(session, pay, {"A-0": both})
        assert compare(session, hr, run.id, clock).equal == 1
        # hours of one kind: 10 of workdays here, 8 there
        parts = sheet.as_sheet(lines, ("overtime_workday", "overtime_restday"))
        parts["overtime_workday"] = (parts["overtime_workday"] * 8 / 10).quantize(Decimal("0.01"))
        keep(session, pay, {"A-0": parts})
        (group,) = compare(session, hr, run.id, clock).groups
        assert (group.cause, dict(group.places[0].differs.values)) == ("hours", {"hours": "8", "here": "10"})


def test_a_line_without_an_amount_is_refused_and_signs_do_not_matter(small_world: World) -> None:
    with small_world.database.transaction() as session:
        pay, _ = company(session, small_world, 1)
        held = session.get_one(Employment, pay.people["A-0"].id)
        hr, clock = small_world.actor("hr"), small_world.clock
        with pytest.raises(InvalidInput) as refused:
            sheet.set_month(session, hr, held, MARCH, {}, clock)
        assert refused.value.code == "pay.old_empty"
        row = sheet.set_month(session, hr, held, MARCH, {"pension": Decimal("-800.00")}, clock)
        assert row.amounts == {"pension": "800.00"}


def test_only_who_may_read_pay_compares_and_the_trail_keeps_it_without_amounts(small_world: World) -> None:
    with small_world.database.transaction() as session:
        pay, run = company(session, small_world, 1)
        keep(session, pay, {"A-0": {"net": Decimal("1234.56")}})
        with pytest.raises(PermissionDenied):
            compare(session, small_world.actor("recruiter"), run.id, small_world.clock)
        compare(session, small_world.actor("hr"), run.id, small_world.clock)
    with small_world.database.reading() as session:
        kept = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "pay_run.compare")).all()
        assert kept == [{"lines": 1}]


def test_every_cause_has_its_words() -> None:
    assert set(ORDER) == set(words.TITLES) == set(words.TODO)
