"""Letters that stand for somebody who gives no photo."""

from __future__ import annotations

import pytest

from interview_engine.hr.people.names import letters_of


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("林晓", "林晓"),
        ("何小满", "小满"),
        ("欧阳小林", "小林"),
        ("山田 太郎", "太郎"),
        ("Ana Lucía Gómez", "AG"),
        ("maría", "M"),
        ("Anna Anna", "A"),
        ("李", "李"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_colleagues_are_told_apart_by_one_or_two_letters(name: str, letters: str) -> None:
    assert letters_of(name) == letters
