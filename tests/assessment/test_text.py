"""Text as the rules compare it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.text import fold, gram_share, grams, is_invisible, located_terms, spelling, terms


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(("one", "other"), [("ＡＢＣ１２", "abc12"), ("Straße", "STRASSE"), ("㎏", "kg")])
def test_width_and_case_make_no_other_spelling(one: str, other: str) -> None:
    assert spelling(one) == spelling(other)


def test_white_space_is_visible_and_a_zero_width_mark_is_not() -> None:
    assert [is_invisible(character) for character in (" ", "\n", "\u200b", "字")] == [False, False, True, False]


def test_runs_are_of_words_in_english_and_of_characters_in_chinese() -> None:
    assert grams("We checked, and checked again.", "en", 3) == [
        "we\u0001checked\u0001and",
        "checked\u0001and\u0001checked",
        "and\u0001checked\u0001again",
    ]
    assert grams("查了，仓库", "zh", 3) == ["查\u0001了\u0001仓", "了\u0001仓\u0001库"]


def test_a_text_too_short_for_a_run_shares_none() -> None:
    assert gram_share("Too short", "en", frozenset(grams("too short to say", "en", 2))) == 0.0


def test_located_terms_are_the_terms_where_they_stand() -> None:
    text = "I checked the invoices before payment."

    found = located_terms(text, "en")

    assert frozenset(term for term, _, _ in found) == terms(text, "en")
    assert [text[start:end] for _, start, end in found] == ["checked", "invoices", "payment"]
