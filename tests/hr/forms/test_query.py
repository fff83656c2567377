"""What an address asks of a list: read, written and read again it is the same; what cannot be asked is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from list_samples import CHOICES, every_kind

from interview_engine.errors import InvalidInput
from interview_engine.hr.forms.query import (
    NOTHING,
    Condition,
    ListQuery,
    address,
    read_query,
    shown_columns,
    sorted_by,
)

SPEC = every_kind()
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)
DAYS = st.dates(date(1900, 3, 1), date(2199, 12, 31))
WHOLE = st.integers(-(10**12), 10**12)
MONEY = st.integers(-(10**13), 10**13)
NUMBERS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)


def ranged(kind: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[Condition]:
    return st.builds(
        lambda operator, value: Condition(f"a_{kind}", operator, (value,)), st.sampled_from(("from", "to")), values
    )


CONDITIONS = st.one_of(
    st.builds(lambda value: Condition("a_text", "has", (value,)), WORDS),
    ranged("whole", WHOLE),
    ranged("number", NUMBERS),
    ranged("money", MONEY),
    ranged("day", DAYS),
    ranged("month", DAYS.map(lambda day: day.replace(day=1))),
    ranged("moment", DAYS),
    st.builds(
        lambda values: Condition("a_choice", "is", tuple(values)),
        st.lists(st.sampled_from(tuple(CHOICES)), min_size=1, max_size=2, unique=True),
    ),
    st.builds(lambda value: Condition("a_flag", "is", (value,)), st.booleans()),
)
ORDER = {f"a_{kind}": place for place, kind in enumerate(("text", "area", "whole", "number", "money", "day", "month",
                                                          "moment", "choice", "flag"))}  # fmt: skip


@st.composite
def queries(draw: st.DrawFn) -> ListQuery:
    """As `read_query` gives them: conditions in the order of the columns, from before to."""
    found = draw(st.lists(CONDITIONS, unique_by=lambda one: (one.column, one.operator), max_size=6))
    special: tuple[tuple[str, object], ...] = (("mine", True),) if draw(st.booleans()) else ()
    if draw(st.booleans()):
        special += (("least", draw(st.decimals("0.01", 10, places=2))),)
    sort = draw(st.sampled_from(("", *ORDER)))
    return ListQuery(
        draw(st.one_of(st.just(""), WORDS)),
        tuple(sorted(found, key=lambda one: (ORDER[one.column], one.operator))),
        special,  # type: ignore[arg-type]
        sort,
        bool(sort) and draw(st.booleans()),
        tuple(draw(st.lists(st.sampled_from(tuple(ORDER)), unique=True, max_size=4))),
    )


@given(queries())
def test_a_query_written_as_an_address_is_read_as_the_same(query: ListQuery) -> None:
    assert read_query(SPEC, parse_qsl(address(SPEC, query))) == query


@given(st.lists(st.tuples(st.sampled_from(("q", "sort", "a_text", "a_day_from", "a_choice", "least", "columns", "x")),
                          st.text(max_size=30))))  # fmt: skip
def test_any_address_is_read_or_refused_with_the_field_that_is_wrong(pairs: list[tuple[str, str]]) -> None:
    query, wrong = NOTHING, "q"
    try:
        query = read_query(SPEC, pairs)
    except InvalidInput as error:
        wrong = error.field
    assert wrong in {"q", "sort", "a_text", "a_day", "a_choice", "least", "columns"}
    assert read_query(SPEC, parse_qsl(address(SPEC, query))) == query


@given(queries(), st.sampled_from(tuple(ORDER)))
def test_a_head_sorts_then_turns_then_gives_back_the_lists_own_order(query: ListQuery, column: str) -> None:
    plain = replace(query, sort="", backwards=False, cursor="")
    once = sorted_by(plain, column)
    twice = sorted_by(once, column)
    assert (once.sort, once.backwards) == (column, False)
    assert (twice.sort, twice.backwards) == (column, True)
    assert sorted_by(twice, column) == plain


def test_words_of_a_choice_are_taken_too_and_several_are_one_condition() -> None:
    query = read_query(SPEC, [("a_choice", "open,已关闭")])
    assert query.conditions == (Condition("a_choice", "is", ("open", "shut")),)


def test_names_that_the_list_does_not_know_and_empty_values_ask_for_nothing() -> None:
    assert read_query(SPEC, [("utm_source", "mail"), ("a_text", " "), ("mine", "0"), ("done", "saved")]) == NOTHING


@pytest.mark.parametrize(
    ("name", "value"), [("sort", "price"), ("columns", "price"), ("a_choice", "gone"), ("a_day_to", "2026-02-30")]
)
def test_what_cannot_be_asked_is_refused_with_a_next_step(name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_query(SPEC, [(name, value)])
    assert refused.value.next_step.zh


def test_a_saved_view_outlives_a_custom_field_that_was_retired() -> None:
    query = read_query(SPEC, [("columns", "a_text,x_f3"), ("sort", "-x_f3"), ("x_f3", "gone")])
    assert (query.columns, query.sort, query.conditions) == (("a_text",), "", ())


def test_columns_are_shown_in_the_order_in_which_they_were_chosen() -> None:
    query = read_query(SPEC, [("columns", "a_day,a_text")])
    assert [one.name for one in shown_columns(SPEC, query)] == ["a_day", "a_text"]
    assert shown_columns(SPEC, NOTHING) == SPEC.columns


def test_money_is_asked_in_yuan_and_compared_in_fen() -> None:
    assert read_query(SPEC, [("a_money_from", "¥12,000.50")]).value("a_money", "from") == (1_200_050,)
    assert read_query(SPEC, [("a_number_to", "3.5")]).value("a_number", "to") == (Decimal("3.50"),)
