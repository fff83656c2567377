"""A job description leads to the competencies that its lines speak of, and to no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.suggesting import MOST, Suggested, suggested, weights_of

KITS = [load_kit(path) for path in shipped_kits().values()]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("接听客户来电，处理客户投诉", "complaint-handling"),
        ("有耐心，服务意识强", "service-orientation"),
        ("学习能力强，能快速上手新工具", "learning"),
        ("开发新客户，维护老客户关系", "customer-development"),
        ("Keep stock accurate and reduce losses", "inventory-control"),
        ("Manage a team of 12 store associates, plan shifts", "staff-scheduling"),
        ("Write backend services in Python, review code", "code-quality"),
    ],
)
def test_a_line_leads_to_the_competency_it_speaks_of(line: str, code: str) -> None:
    assert suggested([line], KITS)[0].code == code
    assert suggested([line], KITS)[0].lines == (line,)


def test_a_line_that_names_two_speaks_of_both() -> None:
    assert {one.code for one in suggested(["有较强的沟通能力和团队合作精神"], KITS)} == {"communication", "teamwork"}


@pytest.mark.parametrize("line", ["有驾照", "早九晚六双休", "Excel", "", "3 years of retail experience", "zzz", "🙂"])
def test_a_line_about_something_else_leads_to_none(line: str) -> None:
    assert suggested([line], KITS) == ()


def test_no_more_are_proposed_than_an_interview_asks_for() -> None:
    lines = [one.definition.zh for kit in KITS for one in kit.competencies if not one.is_delivery]
    assert len(suggested(lines, KITS)) == MOST


@given(st.lists(st.integers(1, 12), min_size=1, max_size=MOST), st.sampled_from([100.0, 90.0, 85.0, 92.5]))
def test_weights_sum_to_the_whole_and_none_is_nothing(counts: list[int], total: float) -> None:
    found = [Suggested(str(at), KITS[0], ("x",) * count) for at, count in enumerate(counts)]
    weights = weights_of(found, total)
    assert sum(weights.values()) == total
    assert min(weights.values()) > 0
