"""Values from what people type and sheets hold; what an export writes, an import reads back as the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from list_samples import CHOICES, field

from interview_engine.errors import InvalidInput
from interview_engine.hr.forms.fields import KINDS, Kind, Value, checked_form
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.writing import typed, written
from interview_engine.i18n import languages
from pipelines.spreadsheets import plain_cell, safe_cell

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).map(str.strip).filter(bool)
OF_KIND: dict[Kind, st.SearchStrategy[Value]] = {
    "text": TEXTS,
    "area": TEXTS,
    "whole": st.integers(-(10**11), 10**11),
    "number": st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False),
    "money": st.integers(-(10**12), 10**12),
    "day": st.dates(date(1900, 3, 1), date(2199, 12, 31)),
    "month": st.dates(date(1900, 3, 1), date(2199, 12, 31)).map(lambda day: day.replace(day=1)),
    "moment": st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=0)
    ),
    "choice": st.sampled_from(tuple(CHOICES)),
    "flag": st.booleans(),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_an_export_writes_is_read_back_as_the_same(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(OF_KIND[kind])
    language = data.draw(st.sampled_from(languages()))
    cell = written(kind, value, CHOICES if kind == "choice" else {}, language)
    assert read_value(field(kind), str(cell)) == value


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30).filter(lambda text: not text.startswith("'")))
def test_a_cell_that_was_made_safe_is_the_same_without_its_mark(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "moment"])
@given(data=st.data())
def test_what_a_form_shows_is_read_back_as_the_same(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(OF_KIND[kind])
    assert read_value(field(kind), typed(kind, value)) == value


@given(st.sampled_from(KINDS), st.text(max_size=40))
def test_any_text_is_a_value_or_is_refused_with_words(kind: Kind, text: str) -> None:
    said = "a value"
    try:
        read_value(field(kind), text)
    except InvalidInput as error:
        said = error.message.zh and error.next_step.en
    assert said


@pytest.mark.parametrize(
    "text",
    ["2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "２０２６－１－５", "20260105", "46027", "46027.0",
     "2026-01-05 00:00:00", " 2026 年 1 月 5 日 "],
)  # fmt: skip
def test_days_are_read_as_people_and_spreadsheets_write_them(text: str) -> None:
    assert read_value(field("day"), text) == date(2026, 1, 5)


@pytest.mark.parametrize("text", ["05/01/2026", "2026-13-01", "1.5.26", "soon", "0000-00-00", "99999999", "12"])
def test_a_day_that_could_be_another_or_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_value(field("day"), text)


@pytest.mark.parametrize(
    "text", ["2026-09", "2026/9", "2026年9月", "２０２６．９", "202609", "2026-09-15", "46266"]
)  # fmt: skip
def test_a_month_is_read_from_how_people_write_it_and_from_any_of_its_days(text: str) -> None:
    assert read_value(field("month"), text) == date(2026, 9, 1)


@pytest.mark.parametrize("text", ["2026-13", "9月", "september", "9999-99", "1826-09"])
def test_what_is_no_month_is_refused_and_told_how_one_is_written(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_value(field("month"), text)
    assert refused.value.code == "input.month"
    assert "2026-09" in refused.value.next_step.zh


@pytest.mark.parametrize(
    ("text", "fen"),
    [("12,345.60", 1_234_560), ("￥８０００", 800_000), ("8000元", 800_000), ("-0.01", -1), ("12000.0", 1_200_000)],
)
def test_amounts_are_fen(text: str, fen: int) -> None:
    assert read_value(field("money"), text) == fen


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "1.005"),
        ("whole", "2.5"),
        ("number", "1.234"),
        ("money", "1e9999"),
        ("whole", "NaN"),
        ("number", "1,23"),
    ],
)
def test_a_number_is_never_rounded_to_fit(kind: Kind, text: str) -> None:
    with pytest.raises(InvalidInput):
        read_value(field(kind), text)


@pytest.mark.parametrize("text", ["是", "Yes", "TRUE", "1", "はい", "sí"])
def test_yes_is_yes_in_every_language(text: str) -> None:
    assert read_value(field("flag"), text) is True


def test_choices_are_found_by_their_words_in_any_language() -> None:
    assert [read_value(field("choice"), text) for text in ("open", "招聘中", " OPEN  now")] == ["open"] * 3


def test_a_text_that_is_too_long_and_a_number_beyond_its_limits_are_refused() -> None:
    with pytest.raises(InvalidInput, match="longer than 3"):
        read_value(field("text", most=3), "four")
    with pytest.raises(InvalidInput, match="from 1 to 9"):
        read_value(field("whole", low=Decimal(1), high=Decimal(9)), "10")


def test_a_field_is_asked_for_only_with_the_value_it_depends_on() -> None:
    fields = (field("flag"), field("text", required=True).__class__("why", field("text").label, when=("thing", True),
                                                                    required=True))  # fmt: skip
    assert checked_form(fields, {"thing": False, "why": "ignored"}) == {"thing": False, "why": None}
    with pytest.raises(InvalidInput):
        checked_form(fields, {"thing": True})


def test_a_texts_own_reading_reads_every_value_however_it_came() -> None:
    one = field("text", reads=lambda text: text.strip().upper())
    assert read_value(one, " a-1 ") == "A-1"
    assert checked_form((one,), {"thing": " a-1 "}) == {"thing": "A-1"}
    assert checked_form((one,), {"thing": "A-1"}) == {"thing": "A-1"}
