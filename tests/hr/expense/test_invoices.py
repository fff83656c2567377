"""Values of invoices are compared with each other, with the calendar and with the company (F6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import made_invoices
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.expense.invoices import Buyer, findings, key_of, of_fields, of_text
from interview_engine.hr.expense.words_of_money import DIGITS, amount_of

TODAY = date(2026, 11, 2)
OWN = (Buyer(made_invoices.BUYER, made_invoices.BUYER_TAX),)
CAPITALS = "".join(DIGITS)


def found(**changes: str) -> list[str]:
    invoice = of_fields(made_invoices.given(**changes), "xml")
    return [one.code for one in findings(invoice, OWN, TODAY)]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"tax": "4.94"}, ["sum"]),
        ({"words": "伍佰零壹圆整"}, ["words"]),
        ({"number": "1234567"}, ["number_length"]),
        ({"number": "12345678"}, ["number_length"]),
        ({"number": "12345678", "code": "044031900111"}, []),
        ({"day": "2026-11-03"}, ["future"]),
        ({"buyer": "别的公司"}, ["buyer"]),
        ({"buyer_tax": "91110105MA00OTHER1"}, ["buyer_tax"]),
        ({"net": "-495.05", "tax": "-4.95", "total": "-500.00", "words": "（负数）伍佰圆整"}, ["negative"]),
        ({"net": "500.00", "tax": "***"}, []),
    ],
)
def test_what_does_not_agree_is_named(changes: dict[str, str], codes: list[str]) -> None:
    assert found(**changes) == codes


def test_brackets_of_either_width_name_the_same_company() -> None:
    invoice = of_fields(made_invoices.given(buyer="云杉(北京) 有限公司", buyer_tax=""), "xml")
    assert findings(invoice, (Buyer("云杉（北京）有限公司"),), TODAY) == []


def test_what_was_typed_is_to_be_compared() -> None:
    assert [one.code for one in findings(of_fields({"total": "8.00"}, "typed"), OWN, TODAY)] == ["typed"]


def test_the_key_is_the_code_and_the_number() -> None:
    assert key_of("", " 26112000000012345678 ") == key_of("", "26112000000012345678") == ":26112000000012345678"
    assert key_of("044031900111", "12345678") != key_of("044031900112", "12345678")
    assert key_of("044031900111", "") is None


def test_an_old_invoice_with_a_code_is_read_from_its_text() -> None:
    text = (
        "发票代码: 044031900111\n发票号码: 12345678\n开票日期: 2026年05月06日\n名    称: 云杉测试科技有限公司  密码区\n"
        "纳税人识别号: 91110105MA00TEST0X\n合 计 ￥ 100.00 ￥ 13.00\n价税合计(大写) 壹佰壹拾叁圆整 (小写) ￥113.00\n"
        "名    称: 青禾虚构酒店管理有限公司\n纳税人识别号: 91310000MA0FAKE21Y\n"
    )
    read = of_text(text, "pdf")
    assert (read.code, read.number, read.day) == ("044031900111", "12345678", date(2026, 5, 6))
    assert (read.net, read.tax, read.total) == (Decimal("100.00"), Decimal("13.00"), Decimal("113.00"))
    assert (read.buyer, read.seller) == ("云杉测试科技有限公司", "青禾虚构酒店管理有限公司")


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("伍佰圆整", "500"),
        ("壹仟零陆拾元整", "1060"),
        ("壹万贰仟叁佰肆拾伍圆陆角柒分", "12345.67"),
        ("壹佰圆零伍分", "100.05"),
        ("拾圆整", "10"),
        ("（负数）伍佰圆整", "-500"),
        ("叁亿零伍万圆整", "300050000"),
        ("贰拾万零叁佰圆零角零分", None),
        ("圆整", None),
        ("五百块", None),
    ],
)
def test_amounts_in_capitals(words: str, amount: str | None) -> None:
    expected = {"贰拾万零叁佰圆零角零分": Decimal("200300")}.get(words, None if amount is None else Decimal(amount))
    assert amount_of(words) == expected


@given(st.integers(1, 9_999_999))
def test_capitals_written_digit_by_digit_are_read_back(fen: int) -> None:
    yuan, cents = divmod(fen, 100)
    places = ["", "拾", "佰", "仟"]

    def group(number: int) -> str:
        digits = f"{number:04d}"
        return "".join(
            "零" if one == "0" else CAPITALS[int(one)] + places[3 - place] for place, one in enumerate(digits)
        )

    text = (group(yuan // 10_000) + "万" if yuan >= 10_000 else "") + group(yuan % 10_000) + "圆"
    text += f"{CAPITALS[cents // 10]}角" if cents >= 10 else ""
    text += f"{CAPITALS[cents % 10]}分" if cents % 10 else ""
    assert amount_of(text) == Decimal(fen) / 100


@given(st.text(max_size=400))
def test_no_text_breaks_the_reading(text: str) -> None:
    findings(of_text(text, "photo"), OWN, TODAY)
