"""The statutory days of the law."""

from __future__ import annotations

from datetime import date

from interview_engine.hr.calendar.statutory import slots


def test_the_law_knows_thirteen_days_and_only_some_are_of_a_fixed_date() -> None:
    found = slots(2027)
    assert len(found) == 13
    assert [one.day for one in found if one.holiday == "劳动节"] == [date(2027, 5, 1), date(2027, 5, 2)]
    assert {one.holiday for one in found if one.day is None} == {"春节", "清明节", "端午节", "中秋节"}
