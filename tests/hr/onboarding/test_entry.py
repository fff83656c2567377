"""The entry form as values: nothing is guessed, and every refusal names its field (D1, D2)."""

from __future__ import annotations

from datetime import date

import pytest

from interview_engine.errors import InvalidInput
from interview_engine.hr.onboarding import rules

TODAY = date(2026, 11, 2)
OWN = "13800001111"
GOOD = {
    "document": "id_card",
    "number": "11010519491231002X",
    "address": "上海市静安区一路 1 号 202 室",
    "emergency_name": "林父",
    "emergency_relation": "parent",
    "emergency_phone": "139 0000 2222",
    "bank": "招商银行上海分行",
    "account_number": "6222 0212 3456 7890 128",
}
"""The number is the example of the standard GB 11643."""


def test_a_card_gives_birthday_and_sex_which_are_not_asked() -> None:
    entry = rules.read_entry(GOOD, OWN, TODAY)
    assert (entry.born_on, entry.sex) == (date(1949, 12, 31), "female")
    assert entry.account_number == "6222021234567890128"


def test_what_is_kept_is_what_was_read() -> None:
    entry = rules.read_entry(GOOD, OWN, TODAY)
    assert rules.load(rules.dump(entry)) == entry
    assert rules.read_entry(rules.as_form(entry), OWN, TODAY) == entry


def test_numbers_are_shown_in_part() -> None:
    entry = rules.read_entry(GOOD, OWN, TODAY)
    assert entry.masked_number() == "110***********002X"
    assert entry.masked_account() == "***************0128"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "110105194912310021"}, "number"),
        ({"number": ""}, "number"),
        ({"document": "library card"}, "document"),
        ({"document": "passport", "number": "E1234567", "born_on": ""}, "born_on"),
        ({"document": "passport", "number": "E1234567", "born_on": "2026-12-31"}, "born_on"),
        ({"document": "passport", "number": "E1", "born_on": "1990-01-01"}, "number"),
        ({"document": "passport", "number": "E1234567", "born_on": "2015-01-01"}, "number"),
        ({"address": "上海"}, "address"),
        ({"emergency_name": " "}, "emergency_name"),
        ({"emergency_relation": ""}, "emergency_relation"),
        ({"emergency_phone": "not known"}, "emergency_phone"),
        ({"emergency_phone": "+86 138-0000-1111"}, "emergency_phone"),
        ({"bank": ""}, "bank"),
        ({"account_number": "12345"}, "account_number"),
        ({"account_number": "6222 0212 3456 7890 123"}, "account_number"),
        ({"account_number": "６２２２ABC"}, "account_number"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field(changes: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rules.read_entry({**GOOD, **changes}, OWN, TODAY)
    assert caught.value.field == field


def test_full_width_digits_and_spaces_are_no_mistake() -> None:
    entry = rules.read_entry({**GOOD, "account_number": "６２２２ ０２１２ ３４５６ ７８９４"}, OWN, TODAY)
    assert entry.account_number == "6222021234567894"


def test_who_is_sixteen_today_may_be_employed() -> None:
    passport = {**GOOD, "document": "passport", "number": "E1234567", "born_on": "2010-11-02"}
    assert rules.read_entry(passport, OWN, TODAY).born_on == date(2010, 11, 2)
    with pytest.raises(InvalidInput):
        rules.read_entry({**passport, "born_on": "2010-11-03"}, OWN, TODAY)


@pytest.mark.parametrize(
    ("read", "source"),
    [("", "typed"), ("11010519491231002x", "photo"), ("110105194912310O2X", "corrected")],
)
def test_it_is_kept_whether_the_number_was_read_corrected_or_typed(read: str, source: str) -> None:
    entry = rules.read_entry({**GOOD, "read_number": read}, OWN, TODAY)
    assert (entry.number_from, entry.address_from) == (source, "typed")
    again = rules.read_entry(rules.as_form(entry), OWN, TODAY)
    assert again.number_from == source


def test_a_form_from_before_the_photo_was_noted_is_read_as_typed() -> None:
    kept = rules.dump(rules.read_entry(GOOD, OWN, TODAY)).replace(b', "number_from": "typed"', b"")
    assert b"number_from" not in kept
    assert rules.load(kept).number_from == "typed"
