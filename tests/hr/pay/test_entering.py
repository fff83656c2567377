"""Parameters of cities: entered by one person, checked by another, and only then used (G1, G4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hiring_world import World
from sqlalchemy import select

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.forms.fields import Value, checked_form
from interview_engine.hr.pay import entering, years
from interview_engine.hr.pay.lists import FIELDS, PAY_PARAMETERS
from interview_engine.hr.pay.parameters import contribution_item
from interview_engine.hr.pay.service import book_now
from interview_engine.hr.pay.tables import PayParameter

PENSION: dict[str, Value] = {
    "kind": "social_insurance", "place": "示例市", "item": "pension", "first_day": date(2026, 7, 1), "floor": 480000,
    "cap": 3000000, "employee": Decimal(8), "employer": Decimal(16), "unit": "0.1", "way": "up",
    "law": "示例市社保局公告2026年第1号", "source": "https://example.gov.cn/1", "provisional": False,
}  # fmt: skip
FORM = PAY_PARAMETERS.form
assert FORM is not None


def line(**changes: Value) -> dict[str, Value]:
    return checked_form(FIELDS, {**PENSION, **changes})


def enter(world: World, session: Any, role: str = "hr", **changes: Value) -> str:
    assert FORM is not None
    return FORM.create(session, world.actor(role), line(**changes), world.clock)


def test_a_row_counts_only_when_a_second_person_has_checked_it(world: World) -> None:
    day = date(2026, 8, 1)
    with world.database.transaction() as session:
        row_id = enter(world, session)
        assert book_now(session).find("social_insurance", day, "示例市", "pension") is None
        with pytest.raises(ConflictError) as refused:
            entering.check(session, world.actor("hr"), row_id, world.clock)
        assert refused.value.code == "pay.same_person"
        entering.check(session, world.actor("administrator"), row_id, world.clock)
        (row,) = book_now(session).items("social_insurance", day, "示例市")
        item = contribution_item(row)
    assert (item.floor, item.cap, item.employee, item.employer) == (4800, 30000, Decimal("0.08"), Decimal("0.16"))
    assert (item.step.unit, item.step.way) == (Decimal("0.1"), "up")


def test_a_checked_row_is_never_changed_and_its_correction_waits_for_a_check(world: World) -> None:
    assert FORM is not None
    assert FORM.update is not None
    with world.database.transaction() as session:
        row_id = enter(world, session)
        entering.check(session, world.actor("administrator"), row_id, world.clock)
        FORM.update(session, world.actor("hr"), row_id, line(), world.clock)
        FORM.update(session, world.actor("hr"), row_id, line(cap=3100000), world.clock)
        rows = session.scalars(select(PayParameter).order_by(PayParameter.id)).all()
        assert [(one.state, one.figures["cap"]) for one in rows] == [("confirmed", "30000.00"), ("entered", "31000.00")]
        entering.check(session, world.actor("administrator"), rows[1].id, world.clock)
        assert book_now(session).get("social_insurance", date(2026, 8, 1), "示例市", "pension").ref == rows[1].id


def test_a_sheet_finds_its_rows_again_and_loads_what_was_written(world: World) -> None:
    assert FORM is not None
    assert FORM.find is not None
    assert FORM.load is not None
    with world.database.transaction() as session:
        row_id = enter(world, session)
        key = ("social_insurance", "示例市", "pension", date(2026, 7, 1))
        assert FORM.find(session, world.actor("hr"), [key]) == {key: row_id}
        assert dict(FORM.load(session, world.actor("hr"), row_id)) == line()


def test_a_provisional_row_is_marked_and_gives_way_to_a_confirmed_one(world: World) -> None:
    with world.database.transaction() as session:
        first = enter(world, session, provisional=True)
        entering.check(session, world.actor("administrator"), first, world.clock)
        key = ("social_insurance", date(2026, 8, 1), "示例市", "pension")
        assert book_now(session).get(*key).provisional
        second = enter(world, session, cap=3200000)
        entering.check(session, world.actor("administrator"), second, world.clock)
        assert book_now(session).get(*key).ref == second
        assert not book_now(session).get(*key).provisional


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source": "somewhere"}, "pay.source"),
        ({"last_day": date(2026, 6, 30)}, "pay.days"),
        ({"item": None}, "pay.item"),
        ({"kind": "housing_fund"}, "pay.item"),
        ({"place": ""}, "input.required"),
        ({"floor": 4000000}, "pay.values"),
        ({"employee": None, "employer": None}, "input.required"),
        ({"kind": "minimum_wage", "item": None}, "input.required"),
        ({"kind": "sick_pay_rate", "item": None, "values": "no json"}, "pay.json"),
        ({"kind": "sick_pay_rate", "item": None, "values": '{"steps": [["0", "1.2"]]}'}, "pay.values"),
        ({"kind": "income_tax", "item": None, "values": '{"annual": [], "monthly": []}'}, "pay.values"),
    ],
)
def test_what_cannot_be_used_is_refused_when_it_is_entered(small_world: World, changes: Any, code: str) -> None:
    with small_world.database.transaction() as session, pytest.raises(InvalidInput) as refused:
        enter(small_world, session, **changes)
    assert refused.value.code == code


def test_a_law_that_comes_later_is_entered_as_a_row_of_the_country(small_world: World) -> None:
    with small_world.database.transaction() as session:
        row_id = enter(small_world, session, kind="bonus", item=None, place="", first_day=date(2028, 1, 1),
                       values='{"a_year": 1}', law="示例公告2027年第1号")  # fmt: skip
        entering.check(session, small_world.actor("administrator"), row_id, small_world.clock)
        assert book_now(session).get("bonus", date(2028, 3, 1)).ref == row_id
        assert book_now(session).get("bonus", date(2027, 3, 1)).ref == "law:bonus:2024-01-01"


def test_who_may_not_write_pay_enters_and_checks_nothing(small_world: World) -> None:
    with small_world.database.transaction() as session:
        row_id = enter(small_world, session)
        for role in ("hiring_manager", "interviewer", "auditor"):
            with pytest.raises(PermissionDenied):
                enter(small_world, session, role)
            with pytest.raises(PermissionDenied):
                entering.check(session, small_world.actor(role), row_id, small_world.clock)


def test_a_row_can_be_dropped_until_it_was_checked(small_world: World) -> None:
    with small_world.database.transaction() as session:
        row_id = enter(small_world, session)
        entering.drop(session, small_world.actor("hr"), row_id, small_world.clock)
        with pytest.raises(ConflictError):
            entering.check(session, small_world.actor("administrator"), row_id, small_world.clock)
        other = enter(small_world, session)
        entering.check(session, small_world.actor("administrator"), other, small_world.clock)
        with pytest.raises(ConflictError) as refused:
            entering.drop(session, small_world.actor("hr"), other, small_world.clock)
        assert refused.value.code == "pay.parameter_checked"


def test_years_stand_beside_each_other_and_changes_are_marked(small_world: World) -> None:
    with small_world.database.transaction() as session:
        for first, cap in ((date(2025, 7, 1), 2900000), (date(2026, 7, 1), 3000000)):
            row_id = enter(small_world, session, first_day=first, cap=cap)
            entering.check(session, small_world.actor("administrator"), row_id, small_world.clock)
        book = book_now(session)
    (found,) = years.compared(book, "示例市", "zh")
    by_label = {one.label if isinstance(one.label, str) else one.label.en: one for one in found.lines}
    assert by_label["Highest base"].cells == ("29000.00", "30000.00")
    assert by_label["Highest base"].changed == (False, True)
    assert by_label["Employee's rate"].cells == ("8 %", "8 %")
    assert by_label["Employee's rate"].changed == (False, False)
    assert years.places(book) == ("CN", "示例市")


def test_what_ships_is_shown_in_words(small_world: World) -> None:
    with small_world.database.reading() as session:
        found = years.compared(book_now(session), "CN", "en")
    cells = {(one.title.en, one.lines[0].cells[0]) for one in found}
    assert ("Overtime factors", "1.5") in cells
    assert next(cell for title, cell in cells if title == "Tax tables").startswith("≤ 36000: 3 % − 0; ≤ 144000: 10 %")
