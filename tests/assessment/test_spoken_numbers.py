"""Spoken quantities as digits; words that merely hold a numeral stay (A4: a number is evidence)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.spoken_numbers import with_digits


@pytest.mark.parametrize(
    ("spoken", "digits"),
    [
        ("三百二十个客户", "320个客户"),
        ("提升了百分之十五点五", "提升了15.5%"),
        ("三分之二的人", "2/3的人"),
        ("二零一五年三月", "2015年3月"),
        ("一点五倍", "1.5倍"),
        ("四千万", "40000000"),
        ("带了两个人做了五年", "带了2个人做了5年"),
        ("一三八五八二三一七四三", "13858231743"),
        ("1.5倍", "1.5倍"),
        ("花了一万二", "花了12000"),
        ("三百四", "340"),
        ("三百零四", "304"),
        ("一亿三千万用户", "130000000用户"),
        ("4000万", "40000000"),
        ("三万亿", "3000000000000"),
        ("十五岁", "15岁"),
        ("一百一十", "110"),
        ("大约五六个人", "大约五六个人"),
        ("我们一起努力，一定十分满意，万一不行", "我们一起努力，一定十分满意，万一不行"),
        ("统一了一些标准", "统一了一些标准"),
    ],
)
def test_mandarin(spoken: str, digits: str) -> None:
    assert with_digits(spoken, "zh") == digits


@pytest.mark.parametrize(
    ("spoken", "digits"),
    [
        ("twenty five people", "25 people"),
        ("three hundred and twenty calls", "320 calls"),
        ("up twenty-five percent", "up 25%"),
        ("in nineteen ninety five", "in 1995"),
        ("two thousand and fifteen", "2015"),
        ("two point five million users", "2.5 million users"),
        ("a hundred people", "100 people"),
        ("one of them, the one I chose", "one of them, the one I chose"),
        ("nine one one", "9 1 1"),
        ("twenty and then five", "20 and then 5"),
    ],
)
def test_english(spoken: str, digits: str) -> None:
    assert with_digits(spoken, "en") == digits


def test_other_languages_are_left_alone() -> None:
    assert with_digits("zwei Leute, two people, 三个人", "de") == "zwei Leute, two people, 三个人"


@given(st.text(alphabet="零一二两三九十百千万亿点分之个年第半幺 two hundred and point one percent", max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    for language in ("zh", "en"):
        assert isinstance(with_digits(text, language), str)
