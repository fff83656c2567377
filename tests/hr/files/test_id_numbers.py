"""ID numbers: what people and spreadsheets write is read, what cannot be one is refused with the reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import InvalidInput
from interview_engine.hr.files.id_numbers import _check, read_id_number

TODAY = date(2026, 11, 30)


def made(born_on: date, order: int, region: str = "330106") -> str:
    first = f"{region}{born_on:%Y%m%d}{order:03d}"
    return first + _check(first)


numbers = st.builds(made, st.dates(date(1930, 1, 1), date(2020, 12, 31)), st.integers(0, 999))
VALID = made(date(1990, 3, 7), 23)


@given(numbers)
def test_a_valid_number_is_read_as_it_is(number: str) -> None:
    read = read_id_number(number, TODAY)
    assert (read.number, f"{read.born_on:%Y%m%d}") == (number, number[6:14])


@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_never_taken(number: str, place: int, by: int) -> None:
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(InvalidInput):
        read_id_number(wrong, TODAY)


@given(numbers, st.integers(6, 15))
def test_two_neighbours_in_the_wrong_order_are_never_taken(number: str, place: int) -> None:
    if number[place] == number[place + 1]:
        return
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises(InvalidInput):
        read_id_number(wrong, TODAY)


@pytest.mark.parametrize(
    "given_as",
    [
        VALID.lower(),
        f" {VALID[:6]} {VALID[6:14]} {VALID[14:]} ",
        f"'{VALID}",
        VALID.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}),
        f"\ufeff{VALID}\u200b",
    ],
)
def test_what_people_and_sheets_put_around_a_number_is_no_mistake(given_as: str) -> None:
    assert read_id_number(given_as, TODAY).number == VALID


def test_fifteen_digits_are_brought_to_eighteen() -> None:
    read = read_id_number(VALID[:6] + VALID[8:17], TODAY)
    assert (read.number, read.was_short) == (VALID, True)


@pytest.mark.parametrize(
    ("given_as", "code"),
    [
        ("3.30106199003070E+17", "id_number.rounded"),
        ("3.3E17", "id_number.rounded"),
        (VALID[:15] + "000", "id_number.rounded"),
        ("33010619900307", "id_number.length"),
        ("", "id_number.length"),
        (made(date(1990, 3, 7), 23, "990106"), "id_number.region"),
        (VALID[:6] + "19900230" + VALID[14:], "id_number.day"),
        (VALID[:6] + "20990101" + VALID[14:], "id_number.day"),
        (VALID[:17] + ("1" if VALID[17] != "1" else "2"), "id_number.checksum"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(given_as: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_id_number(given_as, TODAY)
    assert caught.value.code == code


@given(numbers)
def test_a_masked_number_shows_no_birthday(number: str) -> None:
    shown = read_id_number(number, TODAY).masked()
    assert len(shown) == 18
    assert shown[3:14] == "*" * 11


@pytest.mark.parametrize(("order", "sex"), [(1, "male"), (2, "female"), (999, "male")])
def test_the_sex_is_the_last_but_one_digit(order: int, sex: str) -> None:
    assert read_id_number(made(date(1990, 3, 7), order), TODAY).sex == sex
