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


MORE = {
    "valid_from": "2020-05-01",
    "valid_until": "2040-05-01",
    "family-0-name": "林母",
    "family-0-relation": "parent",
    "family-1-name": " ",
    "family-1-dependent": "1",
    "family-2-name": "林小",
    "family-2-relation": "child",
    "family-2-born_on": "2020-02-03",
    "family-2-dependent": "1",
    "certificates-0-title": "电工证",
    "certificates-0-number": "T-1",
}


def test_the_card_s_validity_family_and_certificates_are_read_and_what_says_nothing_is_left_out() -> None:
    entry = rules.read_entry({**GOOD, **MORE}, OWN, TODAY)
    assert (entry.valid_from, entry.valid_until) == (date(2020, 5, 1), date(2040, 5, 1))
    assert entry.family == (
        {"name": "林母", "relation": "parent"},
        {"name": "林小", "relation": "child", "born_on": "2020-02-03", "dependent": "1"},
    )
    assert entry.certificates == ({"title": "电工证", "number": "T-1"},)
    assert rules.load(rules.dump(entry)) == entry
    assert rules.read_entry(rules.as_form(entry), OWN, TODAY) == entry


def test_a_form_that_was_sent_before_these_were_asked_is_still_read() -> None:
    import json

    kept = json.loads(rules.dump(rules.read_entry(GOOD, OWN, TODAY)))
    for name in ("valid_from", "valid_until", "family", "certificates"):
        del kept[name]
    assert rules.load(json.dumps(kept).encode()) == rules.read_entry(GOOD, OWN, TODAY)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"valid_from": "2040-05-01", "valid_until": "2020-05-01"}, "valid_until", "id_card.validity"),
        ({"valid_until": "2040-05-01"}, "valid_from", "input.required"),
        ({"valid_from": "soon"}, "valid_from", "input.day"),
        ({"family-3-name": "林母"}, "family-3-relation", "input.required"),
        ({"family-0-name": "林小", "family-0-relation": "child", "family-0-born_on": "2030-01-01"}, "family-0-born_on",
         "family.born_on"),
        ({"family-0-name": "林小", "family-0-relation": "king"}, "family-0-relation", "input.choice"),
        ({"certificates-1-title": "电工证", "certificates-1-issued_on": "2020-01-02",
          "certificates-1-expires_on": "2019-01-01"}, "certificates-1-expires_on", "certificate.days"),
        ({f"family-{at}-{name}": value for at in range(11) for name, value in (("name", "林"), ("relation", "child"))},
         "family-10-name", "entry.many"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_entry_of_a_section_is_named_by_its_own_field(
    changes: dict[str, str], field: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        rules.read_entry({**GOOD, **changes}, OWN, TODAY)
    assert (caught.value.field, caught.value.code) == (field, code)
