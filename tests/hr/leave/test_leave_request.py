"""Leave that is asked for: refused where it overlaps or is more than is left, in words that keep the kind private
(E5, F1)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from request_staff import Staff

from interview_engine.errors import ConflictError, InterviewEngineError, InvalidInput
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.forms.query import ListQuery
from interview_engine.hr.house import house
from interview_engine.hr.leave import entering, service
from interview_engine.hr.leave.entering import NewRule
from interview_engine.hr.leave.service import Opening
from interview_engine.hr.leave.tables import LeaveRule
from interview_engine.hr.lists.reading import read_list
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.tables import Request

FRI, SAT, SUN, MON, TUE, WED, THU = (date(2026, 11, day) for day in (6, 7, 8, 9, 10, 11, 12))


@pytest.fixture
def staff(small_staff: Staff) -> Staff:
    with small_staff.world.database.transaction() as session:
        hr = small_staff.world.actor("hr")
        new = Opening("annual", date(2026, 10, 31), 2 * 480, 480)
        service.bring_along(session, hr, small_staff.employment_id, new, small_staff.world.clock)
    return small_staff


def ask(staff: Staff, leave_type: str, first: date, last: date, **values: Any) -> str:
    with staff.world.database.transaction() as session:
        return staff.ask(session, "leave", leave_type=leave_type, first_day=first, last_day=last, **values).id


def refused(staff: Staff, leave_type: str, first: date, last: date, **values: Any) -> InterviewEngineError:
    with pytest.raises(InterviewEngineError) as caught:
        ask(staff, leave_type, first, last, **values)
    return caught.value


def decide(staff: Staff, request_id: str) -> None:
    with staff.world.database.transaction() as session:
        staff.decide(session, session.get_one(Request, request_id))


def seen(staff: Staff, actor: Actor | None = None, **values: Any) -> dict[str, str]:
    about = None if actor is None else staff.person_id
    with staff.world.database.reading() as session:
        lines = requests.preview(session, actor or staff.me, "leave", values, about)
    return {one.label.en: one.value if isinstance(one.value, str) else one.value.en for one in lines}


def rule(staff: Staff, leave_type: str, region: str = "CN", **values: Any) -> None:
    with staff.world.database.transaction() as session:
        new = NewRule(region, leave_type, date(2026, 1, 1), "条例", "https://example.org/1", values=values)
        row = entering.enter(session, SYSTEM, new, staff.world.clock)
        entering.check(session, staff.world.actor("administrator"), row.id, staff.world.clock)


def test_more_than_is_left_is_refused_with_what_is_left(staff: Staff) -> None:
    error = refused(staff, "annual", MON, WED)
    assert (error.code, error.field) == ("leave.balance", "last_day")  # type: ignore[attr-defined]
    assert error.message.get("en") == "Only 2 days (16 hours) of “Annual leave” are left on 2026-11-09."
    assert error.message.get("zh") == "2026-11-09“年休假”只剩 2 天（16 小时）。"
    ask(staff, "annual", MON, TUE)


def test_what_waits_for_a_decision_counts_too(staff: Staff) -> None:
    ask(staff, "annual", MON, TUE)
    assert refused(staff, "annual", WED, WED).code == "leave.balance"


def test_where_nothing_is_kept_nothing_is_refused(staff: Staff) -> None:
    assert seen(staff, leave_type="time_off", first_day=MON, last_day=MON)["Left before it"] == (
        "not kept here yet: HR knows"
    )
    ask(staff, "time_off", MON, MON)


def test_more_than_the_balance_is_taken_where_the_company_allows_it(staff: Staff) -> None:
    rule(staff, "annual", f"company:{staff.world.entity_id}", negative=True)
    decide(staff, ask(staff, "annual", MON, WED))
    with staff.world.database.reading() as session:
        assert [one.minutes for one in service.left_on(session, staff.employment_id, WED)] == [-480]


def test_the_days_and_the_balance_are_shown_while_choosing(staff: Staff) -> None:
    shown = seen(staff, leave_type="annual", first_day=FRI, last_day=MON)
    assert shown == {
        "Workdays": "2, by a calendar that is not confirmed yet",
        "Days of the calendar": "4",
        "Counted": "2 days (16 hours)",
        "Left before it": "2 days (16 hours)",
    }


def test_days_off_in_between_count_where_the_rule_says_so(staff: Staff) -> None:
    rule(staff, "personal", counts="calendar_days")
    assert seen(staff, leave_type="personal", first_day=FRI, last_day=MON)["Counted"] == "4 days (32 hours)"
    assert seen(staff, leave_type="personal", first_day=FRI, last_day=SUN)["Counted"] == "1 day (8 hours)"


def test_papers_to_hand_in_are_named(staff: Staff) -> None:
    assert seen(staff, leave_type="sick", first_day=MON, last_day=MON)["Submit to HR"] == "a doctor's certificate"


def test_leave_whose_days_nobody_confirmed_is_refused_by_name_until_a_row_is_checked(staff: Staff) -> None:
    error = refused(staff, "marriage", MON, WED)
    assert isinstance(error, ConflictError)
    assert (error.code, error.message.get("en")) == (
        "leave.rule_missing", "How many days of “Marriage leave” there are in CN has not been confirmed.",
    )  # fmt: skip
    with staff.world.database.transaction() as session:
        new = NewRule("CN", "marriage", date(2026, 1, 1), "条例", "https://example.org/1", values={"days": 2})
        row = entering.enter(session, staff.world.actor("administrator"), new, staff.world.clock)
        with pytest.raises(ConflictError, match="same_person"):
            entering.check(session, staff.world.actor("administrator"), row.id, staff.world.clock)
    assert refused(staff, "marriage", MON, TUE).code == "leave.rule_missing"
    with staff.world.database.transaction() as session:
        entering.check(session, SYSTEM, row.id, staff.world.clock)
    assert refused(staff, "marriage", MON, WED).code == "leave.too_many"
    ask(staff, "marriage", MON, TUE)
    assert refused(staff, "marriage", WED, WED).code == "leave.too_many"  # the days are those of the year


def test_maternity_leave_is_98_days_of_the_calendar_without_a_region(staff: Staff) -> None:
    assert refused(staff, "maternity", MON, date(2027, 2, 15)).code == "leave.too_many"
    ask(staff, "maternity", MON, date(2027, 2, 12))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"part": "morning"}, "leave.overlaps"),
        ({"part": "afternoon"}, None),
        ({"hours": 4}, None),
        ({"hours": 5}, "leave.overlaps"),
        ({}, "leave.overlaps"),
    ],
)
def test_a_day_with_a_morning_off_has_its_afternoon_left(
    staff: Staff, values: dict[str, Any], code: str | None
) -> None:
    ask(staff, "sick", MON, MON, part="morning")
    if code is None:
        ask(staff, "personal", MON, MON, **values)
    else:
        assert refused(staff, "personal", MON, MON, **values).code == code


def test_a_third_half_day_is_refused(staff: Staff) -> None:
    for part in ("morning", "afternoon"):
        ask(staff, "annual", MON, MON, part=part)
    assert refused(staff, "personal", MON, MON, part="morning").code == "leave.overlaps"
    assert refused(staff, "personal", MON, MON, hours=1).code == "leave.overlaps"


@pytest.mark.parametrize(
    ("leave_type", "values", "code"),
    [
        ("annual", {"hours": 2}, "leave.unit"),
        ("maternity", {"part": "morning"}, "leave.unit"),
        ("personal", {"hours": 2, "part": "morning"}, "leave.part"),
        ("personal", {"hours": 9}, "leave.hours"),
    ],
)
def test_parts_that_a_kind_does_not_have_are_refused(
    staff: Staff, leave_type: str, values: dict[str, Any], code: str
) -> None:
    error = refused(staff, leave_type, MON, MON, **values)
    assert isinstance(error, InvalidInput)
    assert error.code == code


def test_whoever_decides_does_not_read_the_kind_in_a_refusal(staff: Staff) -> None:
    """Two that wait, allowed then; the rule has changed since, and the second is more than is left."""
    rule(staff, "annual", negative=True)
    ids = [ask(staff, "annual", MON, TUE), ask(staff, "annual", WED, WED)]
    decide(staff, ids[0])
    rule(staff, "annual", negative=False)
    with pytest.raises(InvalidInput) as caught:
        decide(staff, ids[1])
    assert caught.value.code == "leave.balance"
    assert "Annual" not in caught.value.message.get("en")
    assert "年休假" not in caught.value.message.get("zh")


def test_a_kind_of_the_company_s_own_is_offered_and_taken_there(staff: Staff) -> None:
    with staff.world.database.transaction() as session:
        new = NewRule(
            f"company:{staff.world.entity_id}", "", date(2026, 1, 1), "员工手册", "https://example.org/1",
            name_zh="生日假", name_en="Birthday leave", values={"limited_by": "year", "days": 1},
        )  # fmt: skip
        row = entering.enter(session, SYSTEM, new, staff.world.clock)
        entering.check(session, staff.world.actor("administrator"), row.id, staff.world.clock)
        name = row.leave_type
        _, fields = requests.form_of(session, staff.me, "leave", staff.person_id)
        offered = next(one for one in fields if one.name == "leave_type").choices
        assert offered[name].get("zh") == "生日假"
    ask(staff, name, MON, MON)
    assert refused(staff, name, TUE, TUE).code == "leave.too_many"


def test_a_checked_row_is_corrected_by_a_further_one(staff: Staff) -> None:
    rule(staff, "marriage", days=3)
    with staff.world.database.transaction() as session:
        row = session.query(LeaveRule).one()
        new = NewRule("CN", "marriage", date(2026, 1, 1), "条例", "https://example.org/1", values={"days": 10})
        further = entering.change(session, SYSTEM, row.id, new, staff.world.clock)
        assert (further.id == row.id, row.days, further.days, further.state) == (False, 3, 10, "entered")
        with pytest.raises(ConflictError, match="rule_checked"):
            entering.drop(session, SYSTEM, row.id, staff.world.clock)
        entering.drop(session, SYSTEM, further.id, staff.world.clock)
        with pytest.raises(ConflictError, match="rule_dropped"):
            entering.check(session, staff.world.actor("administrator"), further.id, staff.world.clock)


def test_a_manager_sees_the_hours_of_sick_leave_in_the_ledger_and_not_the_kind(staff: Staff) -> None:
    decide(staff, ask(staff, "sick", MON, MON, reason="手术"))
    spec = house().lists["leave_ledger"]
    with staff.world.database.reading() as session:
        rows = {
            role: read_list(session, staff.world.actor(role), spec, ListQuery()).items
            for role in ("hr", "hiring_manager")
        }
    kinds = {role: [(row.values["kind"], row.values["leave_type"]) for row in found] for role, found in rows.items()}
    assert ("use", "sick") in kinds["hr"]
    assert ("use", None) in kinds["hiring_manager"]
    assert {name for _, name in kinds["hiring_manager"]} == {None}
