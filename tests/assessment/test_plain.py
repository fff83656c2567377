"""How rules read a text: one script, one spelling of a number, and the way back to the words as they were given."""

from __future__ import annotations

from functools import cache

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interview_engine.assessment.chinese_script import to_simplified
from interview_engine.assessment.plain import plain, plain_text
from interview_engine.assessment.spoken_numbers import EN_TENS, EN_UNITS

SAME = {
    "zh": [
        ("我打了三十个电话", "我打了30个电话"),
        ("我打了三十个电话", "我打了 30 个电话"),
        ("提高了百分之二十", "提高了20%"),
        ("提高了百分之二十", "提高了 20 %"),
        ("提高了百分之二十", "提高了２０％"),
        ("一半的人", "50%的人"),
        ("百分之五十的人", "一半的人"),
        ("两个方案", "2个方案"),
        ("第二天", "第2天"),
        ("二月三号", "2月3号"),
        ("十分钟", "10分钟"),
        ("十几个", "10几个"),
        ("三十多个", "30多个"),
        ("一万二千用户", "1.2万用户"),
        ("一千二百单", "1,200单"),
        ("三分之二的人", "2/3的人"),
        ("零投诉", "0投诉"),
        ("二零二三年五月", "2023年5月"),
        ("我看著他接著說，沿著走廊", "我看着他接着说，沿着走廊"),
        ("兩個月減少了三成", "2个月减少了3成"),
    ],
    "en": [
        ("thirty calls", "30 calls"),
        ("down twenty percent", "down 20%"),
        ("down twenty per cent", "down 20 %"),
        ("half of the users", "50% of the users"),
        ("fifty percent of the users", "half of the users"),
        ("two weeks", "2 weeks"),
        ("a two-year contract", "a 2-year contract"),
        ("twelve hundred orders", "1,200 orders"),
        ("two hundred thousand orders", "2 hundred thousand orders"),
        ("three thousand percent", "30 hundred ％"),
        ("two point five million users", "2.5 million users"),
        ("two thirds of them", "2/3 of them"),
        ("one customer", "1 customer"),
        ("forty-five minutes", "45 minutes"),
        ("it fell from eleven to two.", "it fell from 11 to 2."),
    ],
}
KEPT = {
    "zh": [
        "显著提高",
        "著名的原著和专著",
        "几十个",
        "十分出色",
        "一起努力",
        "A4纸",
        "v2.0版",
        "1、先看",
        "下午2:30",
        "5G网络",
    ],
    "en": ["version 2.0", "A4 paper", "at 2:30", "1. First I looked", "one of them", "nine one one", "the S3 bucket"],
}


@pytest.mark.parametrize(
    ("language", "one", "other"), [(language, *pair) for language, pairs in SAME.items() for pair in pairs]
)
def test_a_number_or_a_script_is_read_alike_however_it_is_written(language: str, one: str, other: str) -> None:
    assert plain_text(one, language) == plain_text(other, language)


@pytest.mark.parametrize(("language", "text"), [(language, one) for language, texts in KEPT.items() for one in texts])
def test_what_is_no_quantity_is_read_as_it_stands(language: str, text: str) -> None:
    assert plain_text(text, language) == text


PARTS = (
    "三十|百分之二十|两个|2个|30|20%|％|1,200|twenty|five|percent|half|50%|a|hundred|2|weeks|第2天|兩著|"
    "我们|checked|。|.|,|，|\n"
)
MIXED = st.lists(st.sampled_from(PARTS.split("|")), max_size=12).map(" ".join)


@given(MIXED | st.text(max_size=40), st.sampled_from(["zh", "en"]))
@settings(deadline=None)
def test_every_part_of_the_reading_comes_from_a_span_of_the_text_in_order(text: str, language: str) -> None:
    read = plain(text, language)
    assert len(read.starts) == len(read.ends) == len(read.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(read.starts, read.ends, strict=True))
    assert list(read.starts) == sorted(read.starts)
    if read.text:
        start, end = read.source(0, len(read.text))
        assert text[:start].strip() == text[end:].strip() == ""


@given(MIXED, st.sampled_from(["zh", "en"]))
@settings(deadline=None)
def test_reading_a_reading_changes_nothing(text: str, language: str) -> None:
    once = plain_text(text, language)
    assert plain_text(once, language) == once


@given(st.integers(10, 99_999).filter(lambda number: number % 10_000))
def test_every_number_in_words_is_read_as_its_digits(number: int) -> None:
    spoken = _in_mandarin(number)
    assert plain_text(f"处理了{spoken}个订单", "zh") == plain_text(f"处理了{number}个订单", "zh")


@given(st.integers(10, 999))
def test_every_english_number_in_words_is_read_as_its_digits(number: int) -> None:
    assert plain_text(f"I checked {_in_english(number)} orders", "en") == f"I checked {number} orders"


@given(st.text(st.sampled_from("我们先核对了订单然后跟客户说明原因再请仓库的同事补发记录下来")))
def test_the_forms_of_taiwan_and_hong_kong_are_read_as_the_simplified_one(text: str) -> None:
    for form in ("s2t", "s2tw", "s2hk"):
        assert to_simplified(_converter(form).convert(text)) == to_simplified(text)


@cache
def _converter(form: str) -> opencc.OpenCC:
    return opencc.OpenCC(form)


def _in_mandarin(number: int) -> str:
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千", "万"]
    parts, zero = [], False
    for power in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**power % 10
        if digit:
            parts.append(("零" if zero and parts else "") + digits[digit] + units[power])
        zero = not digit
    spoken = "".join(parts)
    return spoken.removeprefix("一") if 10 <= number < 20 else spoken


def _in_english(number: int) -> str:
    below_20, tens = {value: word for word, value in EN_UNITS.items()}, {value: word for word, value in EN_TENS.items()}
    if number < 20:
        return below_20[number]
    if number < 100:
        return tens[number - number % 10] + (f"-{below_20[number % 10]}" if number % 10 else "")
    rest = number % 100
    return f"{below_20[number // 100]} hundred" + (f" and {_in_english(rest)}" if rest else "")
