"""Heads of sheets as customers write them, dates that can mean several days, and what is odd and understood."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import InvalidInput
from interview_engine.hr.employment.employee_sheet import FIELDS
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.matching import Proposal, head_key, propose, propose_alike, read_sheet
from interview_engine.hr.forms.reading import read_day, read_value
from interview_engine.i18n import msg

DAY = Field("day", msg("Day"), "day")


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("姓 名", "name"), ("*员工姓名", "name"), ("手机号码（必填）", "phone"), ("入职日期(YYYY-MM-DD)", "start_date"),
        ("Ｅ－mail", "email"), ("【工号】", "employee_number"), ("部门名称：", "department"), ("联系 电话", "phone"),
        ("员工姓名拼音", None), ("紧急联系人电话", None), ("部门负责人", None),
    ],
)  # fmt: skip
def test_a_head_is_known_in_the_spellings_of_customers(head: str, field: str | None) -> None:
    assert propose(FIELDS, [head]).get(head) == field


def test_a_head_that_is_much_alike_is_proposed_and_not_sure() -> None:
    found = propose_alike(FIELDS, ["员工姓名称", "员工部门名称", "手机"])
    assert found["手机"] == Proposal("phone", True)
    assert found.get("员工姓名称") == Proposal("name", False)


def test_no_field_is_given_to_two_heads() -> None:
    found = propose_alike(FIELDS, ["联系电话", "手机", "电话", "姓名", "员工姓名"])
    fields = [one.field for one in found.values()]
    assert len(fields) == len(set(fields))
    assert (found["联系电话"].field, found["姓名"].field) == ("phone", "name")


@given(st.text(max_size=30))
def test_a_head_in_brackets_only_keeps_its_words(head: str) -> None:
    assert isinstance(head_key(head), str)
    assert propose(FIELDS, [head, head + "x"]) is not None


@pytest.mark.parametrize(
    ("raw", "meanings"),
    [
        ("24/3/5", ("2024-03-05", "2005-03-24")),
        ("3/5/2024", ("2024-03-05", "2024-05-03")),
        ("03.05.24", ("2003-05-24",)),
    ],
)
def test_a_date_that_can_be_several_days_is_refused_and_they_are_named(raw: str, meanings: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_day(DAY, raw)
    assert caught.value.code == "input.day_unclear"
    assert all(one in caught.value.message.zh for one in meanings)


def test_a_short_date_is_read_in_the_order_that_a_person_has_said() -> None:
    assert read_value(DAY, "24/3/5", "ymd") == date(2024, 3, 5)
    assert read_value(DAY, "24/3/5", "dmy") == date(2005, 3, 24)
    assert read_value(DAY, "3/5/2024", "mdy") == date(2024, 3, 5)
    assert read_value(DAY, "2024/3/5", "dmy") == date(2024, 3, 5)


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)), st.randoms(use_true_random=False))
def test_every_usual_writing_of_a_day_is_that_day(day: date, draw: random.Random) -> None:
    serial = (day - date(1899, 12, 30)).days
    writings = [
        f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day} 00:00:00", str(serial), f" {day} ",
        f"{day:%Y}－{day:%m}－{day:%d}",
    ]  # fmt: skip
    assert read_day(DAY, draw.choice(writings)) == day


@given(st.dates(date(1960, 1, 1), date(2059, 12, 31)))
def test_a_short_date_in_a_said_order_is_that_day_or_nothing(day: date) -> None:
    assert read_value(DAY, f"{day:%y/%m/%d}", "ymd") == day
    assert read_value(DAY, f"{day.day}.{day.month}.{day:%y}", "dmy") == day
    assert read_value(DAY, f"{day:%m-%d-%Y}", "mdy") == day


def test_what_is_odd_in_a_cell_is_named_with_what_it_is_read_as() -> None:
    cells = {
        "姓名": "'王芳",
        "部门": "销售部",
        "职务": "Ｅ２工程师（高级）",
        "入职日期": "43895",
        "手机": "13800001111.0",
    }
    sheet = read_sheet(FIELDS, list(cells), [(3, cells)])
    assert [one.values["start_date"] for one in sheet.lines] == [date(2020, 3, 5)]
    assert {one.column for one in sheet.mended} == {"入职日期", "手机", "姓名", "职务"}
    assert (sheet.lines[0].values["name"], sheet.lines[0].values["title"]) == ("王芳", "E2工程师（高级）")


def test_a_value_may_be_given_for_all_lines_without_a_column() -> None:
    cells = {"姓名": "王芳", "职务": "工程师", "入职日期": str(date(2020, 1, 1) + timedelta(days=1))}
    sheet = read_sheet(FIELDS, list(cells), [(2, cells)], given={"department": "销售部"})
    assert sheet.lines[0].values["department"] == "销售部"
