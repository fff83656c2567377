"""Sentences of reasons, as their readers see them."""

from __future__ import annotations

import pytest

from interview_engine.assessment.reasons import Reason


@pytest.mark.parametrize(
    ("unit", "language", "shown"),
    [
        ("words", "en", "(2 words)"),
        ("words", "zh", "（2 个单词）"),
        ("characters", "zh", "（2 个字）"),
        ("characters", "en", "(2 characters)"),
        ("个字", "en", "(2 characters)"),
    ],
)
def test_the_length_of_an_answer_is_given_in_the_readers_words(unit: str, language: str, shown: str) -> None:
    assert shown in Reason("text.too_short", {"length": "2", "unit": unit}).text(language)
