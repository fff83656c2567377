"""The same address written in different ways is the same person (C5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import InvalidInput
from interview_engine.hr.people.contact import email_key, email_written, name_key, phone_key, phone_written


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "+86 138 0013 8000",
        "0086-138-0013-8000",
        "86 13800138000",
        "（+86）138.0013.8000",
        "１３８００１３８０００",
        "＋８６ １３８ ００１３ ８０００",
        "tel:+86-13800138000",
        "138\u200b00138000",
        "١٣٨٠٠١٣٨٠٠٠",
        "8613800138000",
        "013800138000",
        "+86 (0)138 0013 8000",
        "13800138000.0",
        "1.3800138000E10",
        "1.3800138000e+10",
        "'13800138000",
        "13800138000，",
        "手机：13800138000",
        "联系电话: 138-0013-8000（微信同号）",
        "Tel. +86 138 0013 8000;",
        "张三 13800138000",
        "0086-138 0013 8000",
        "+0086 13800138000",
        "086-13800138000",
        "＋８６（０）１３８００１３８０００",
        "+86-0-13800138000",
        "138\u20110013\u20118000",
        "①13800138000",
        "⑴ 手机 13800138000",
        "⒈13800138000",
        "❷13800138000",
        "1️⃣13800138000",
        "13800138000¹",
        "138—0013—8000",
        "13800138000.00",
        "138 0013 8000.0",
        "\u202a+8613800138000\u202c",
        "+86（138）0013-8000",
        "📱13800138000",
    ],
)
def test_one_mobile_number_has_one_key(written: str) -> None:
    assert phone_key(written) == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("021-6888 8888", "+862168888888"),
        ("+86 21 6888 8888", "+862168888888"),
        ("0571 8888 8888", "+8657188888888"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("001 415 555 0100", "+14155550100"),
        ("(415) 555-0100", "4155550100"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("0044 (0) 7700 900123", "+447700900123"),
        ("", None),
        ("  ", None),
    ],
)
def test_other_numbers_keep_what_is_known_of_their_country(written: str, key: str | None) -> None:
    assert phone_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "12345",
        "call me",
        "138001380001380013800",
        "138-0013-800O",
        "+",
        "12;34567",
        "13800138000/13900139000",
        "13800138000 13900139000",
        "QQ 12345678",
        "13800138000a",
        "1.38E+10",
        "0571-88888888转8001",
        "电话：138 0013 8000 转 2",
        "138-0013-8000 ext. 2",
        "13800138000，13900139000",
        "13800138000@139.com",
        "13800138000-1",
        "+86 13800138000 - 8001",
        "010-62345678-801",
        "(0571) 88888888-12",
        "①③⑧00138000",
    ],
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        phone_key(written)
    assert (caught.value.code, caught.value.field) == ("person.phone", "phone")


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.lists(st.sampled_from(" -.()"), max_size=11))
def test_separators_never_matter_and_a_key_is_its_own_key(number: str, marks: list[str]) -> None:
    spread = "".join(digit + (marks[place] if place < len(marks) else "") for place, digit in enumerate(number))
    key = phone_key(spread)
    assert key == "+86" + number
    assert phone_key(key) == key
    assert phone_key("86" + spread) == key


@given(st.from_regex(r"(\+[1-9]|[1-9]|0[1-9])[0-9]{6,13}", fullmatch=True))
def test_every_phone_key_is_its_own_key(written: str) -> None:
    key = phone_key(written)
    assert key is not None
    assert phone_key(key) == key


@pytest.mark.parametrize(
    "written",
    [
        "Li.Lei@Example.COM",
        " li.lei@example.com ",
        "ｌｉ．ｌｅｉ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "li.lei@exam\u200bple.com",
        "李雷<li.lei@example.com>",
        '"Lei, Li" <Li.Lei@example.com>;',
        "<li.lei@example.com>",
        "li.lei@example.com，",
        "li.lei@example.com。",
        "邮箱：li.lei@example.com",
        "邮箱li.lei@example.com",
        "联系邮箱：li.lei@example.com",
        "QQ邮箱 li.lei@example.com",
        "e-mail li.lei@example.com",
        "li.lei@example.com（常用）",
        "李雷(li.lei@example.com)",
        "Li Lei (li.lei@example.com)",
        "E-mail: li.lei@example.com",
        "mailto:li.lei@example.com",
        "mailto:li.lei@example.com?subject=hello",
        "<mailto:li.lei@example.com>",
        "[li.lei@example.com](mailto:li.lei@example.com)",
        "邮箱:mailto:li.lei@example.com",
        "E-Mail地址：li.lei@example.com",
        "•li.lei@example.com",
        "✉ li.lei@example.com",
        "📧li.lei@example.com",
        "li.lei@example.com！",
        "li.lei@example.com?",
        "li.lei@example.com～",
        "li.lei@example.com!?。",
        "li.lei @ example.com",
        "'li.lei@example.com'",
        "li.lei@example.com, LI.LEI@example.com",
        "e-mail=li.lei@example.com",
        "邮 箱 ： li.lei@example.com",
    ],
)
def test_one_mail_address_has_one_key(written: str) -> None:
    assert email_key(written) == "li.lei@example.com"


@pytest.mark.parametrize("written", ["o'brien@example.org", "a+b_c-d@ex-ample.co.uk", "王@例子.公司", "a@1688.com"])
def test_unusual_addresses_that_are_right_are_taken(written: str) -> None:
    assert email_key(written) == written


def test_mailboxes_that_may_differ_stay_apart() -> None:
    assert len({email_key(one) for one in ("a.b@example.com", "ab@example.com", "ab+job@example.com")}) == 3


@pytest.mark.parametrize(
    "written",
    [
        "li",
        "li@",
        "@example.com",
        "li@example",
        "a@b@example.com",
        "x" * 260 + "@e.com",
        "a@exa mple.org",
        "a b@example.org",
        "a@example.org, b@example.org",
        "a@example.org；b@example.org",
        "a@example.org、b@example.org",
        "mailto:a@example.org, mailto:b@example.org",
        "a@example。org",
        "a(at)example.org",
        "Li <a@example.org> <b@example.org>",
        "a@example.org谢谢",
        "write to a@example.org",
        "a@192.0.2.1",
        '"a b"@example.org',
        "a(b)@example.org",
        "a,b@example.org",
        "a;b@example.org",
        "a@[192.0.2.1]",
        "a@-example.org",
        "a@example-.org",
        "a@example..org",
    ],
)
def test_what_is_no_mail_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        email_key(written)
    assert caught.value.code == "person.email"


def test_names_are_compared_without_case_width_and_spaces() -> None:
    assert name_key("Han  MeiMei") == name_key("ｈａｎ ｍｅｉｍｅｉ")
    assert name_key("韩 梅梅") == name_key("韩梅梅")


def test_what_is_kept_to_write_to_is_the_address_without_what_was_pasted_around_it() -> None:
    assert email_written("李雷 <Li.Lei@Example.com>，") == "Li.Lei@Example.com"
    assert phone_written("手机：138 0013 8000（微信同号）") == "138 0013 8000"
    assert email_written(" ") == phone_written("\u200b") == ""
