"""Numbers proposed from a work report (H3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.performance.rules.reported import Wanted, days_late, proposals

GOALS = (Wanted("customers", "客户", "位"), Wanted("sales", "销售", "笔"), Wanted("happy", "满意度", "%"))
ENGLISH = (Wanted("customers", "customers", ""), Wanted("happy", "satisfaction", "%"))


def read(text: str, goals: tuple[Wanted, ...] = GOALS) -> dict[str, Decimal]:
    return {one.goal_id: one.value for one in proposals(text, goals)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("今天拜访50位客户，完成10笔销售，满意度85%", {"customers": 50, "sales": 10, "happy": 85}),
        ("联系 50 位客户。10笔销售。", {"customers": 50, "sales": 10}),
        ("上午见了３位新客户，下午5位客户", {"customers": 8}),
        ("客户：12位；销售完成了一些", {"customers": 12}),
        ("满意度达到 85 %", {"happy": 85}),
        ("满意度先是80%，后来满意度85%", {"happy": 85}),
        ("销售1,200笔", {"sales": 1200}),
        ("12月1日拜访客户，3点开会", {}),
        ("跟进客户，电话 13800001111", {}),
        ("完成率70%", {}),
        ("", {}),
    ],
)
def test_numbers_are_proposed_where_the_report_names_what_is_counted(text: str, found: dict[str, int]) -> None:
    assert read(text) == {name: Decimal(value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Visited 50 customers, closed 3 deals", {"customers": 50}),
        ("called 12 new customers; satisfaction 85%", {"customers": 12, "happy": 85}),
        ("the 2026-11-30 meeting with customers", {}),
    ],
)
def test_english_reports_are_read_too(text: str, found: dict[str, int]) -> None:
    assert read(text, ENGLISH) == {name: Decimal(value) for name, value in found.items()}


def test_a_proposal_names_the_words_it_was_read_from() -> None:
    (one,) = proposals("今天拜访50位客户。", GOALS[:1])
    assert one.words == "50位客户"


@given(st.text(max_size=300), st.text(max_size=8))
def test_no_text_breaks_it(text: str, measure: str) -> None:
    for one in proposals(text, [Wanted("a", measure, "%"), Wanted("b", measure, "位")]):
        assert one.value >= 0


def test_days_late_count_from_the_due_day() -> None:
    assert days_late(date(2026, 3, 10), date(2026, 3, 12), date(2026, 4, 1)) == 2
    assert days_late(date(2026, 3, 10), None, date(2026, 3, 9)) == 0
