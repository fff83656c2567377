"""Answers of two people that are nearly the same words are found; two tellings of one kind of event are not."""

# ruff: noqa: E501 — answers are one line each, as they are said

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.comparing.sameness import NEARLY_SAME, bands, likeness, likest, sketch

TOLD = {
    "zh": "有一次一位客户打电话来，说等了四天的生日蛋糕没有送到，非常生气。我先让她把话说完，然后核对了订单，发现是仓库把门牌号录错了。"
    "我跟她道歉，说清楚两个办法，她选了补送，三点二十就送到了。",
    "en": "A customer rang because the birthday cake she had ordered four days earlier had not arrived. I let her finish, then "
    "checked the order and found that the warehouse had typed the house number wrong. I apologised and gave her two choices.",
}
REWORDED = {
    "zh": "有一次一位顾客打电话来，说等了4天的生日蛋糕没有送到，非常生气。我先让他把话说完，然后核对了订单，发现是仓库把门牌号录错了。"
    "我跟他道歉，说清楚两种办法，他选了补送，三点多就送到了。",
    "en": "A client rang because the birthday cake he had ordered 4 days earlier had not arrived. I let him finish, then "
    "checked the order and found that the warehouse had typed the house number wrong. I apologised and offered two choices.",
}
OTHER = {
    "zh": "去年夏天有位客户投诉空调装好以后不制冷，一天打了三次电话。我先问清楚型号和安装时间，再请安装师傅当天上门复查，发现是管子没接紧。"
    "当场修好以后，我第二天又打电话确认了一遍，他说没问题了。",
    "en": "Last summer a customer complained that the new air conditioner did not cool and rang three times in a day. I asked for "
    "the model and the date, sent the fitter back the same afternoon and called again the next day to make sure that it worked.",
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_words_with_a_few_changed_are_nearly_the_same(language: str) -> None:
    own, copy = sketch(TOLD[language], language), sketch(REWORDED[language], language)
    assert likeness(own, copy) >= NEARLY_SAME
    assert set(bands(own, "x")) & set(bands(copy, "x"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_another_story_of_the_same_kind_is_not(language: str) -> None:
    assert likeness(sketch(TOLD[language], language), sketch(OTHER[language], language)) < NEARLY_SAME / 3


@pytest.mark.parametrize(
    ("language", "text"), [("zh", "还行，没什么问题。"), ("en", "It went well, no problems."), ("en", "")]
)
def test_a_short_answer_is_like_no_other(language: str, text: str) -> None:
    assert sketch(text, language) == b""
    assert bands(b"", "x") == ()
    assert likeness(b"", b"") == 0.0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words_of_the_question_are_everybodys(language: str) -> None:
    assert sketch(TOLD[language], language, asked=TOLD[language]) == b""


def test_answers_in_two_companies_share_no_band() -> None:
    own = sketch(TOLD["en"], "en")
    assert not set(bands(own, "one company")) & set(bands(own, "another"))


@given(st.text(), st.text(), st.sampled_from(["zh", "en"]))
def test_likeness_is_a_share_the_same_from_both_sides(one: str, other: str, language: str) -> None:
    a, b = sketch(one * 20, language), sketch(other * 20, language)
    assert 0.0 <= likeness(a, b) == likeness(b, a) <= 1.0
    if a and b:
        assert likest(a, [b]) == pytest.approx([likeness(a, b)])
