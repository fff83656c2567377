"""Numbers and what they number: other numbers of the same thing contradict, others of another thing do not."""

from __future__ import annotations

import pytest

from interview_engine.assessment.evidence.figures import disagree, figures
from interview_engine.assessment.plain import plain_text


def told(text: str, language: str) -> dict[str, frozenset[str]]:
    return figures(plain_text(text, language), language)


@pytest.mark.parametrize(
    ("language", "said", "given", "against"),
    [
        ("en", "HTTPS uses port 80", "HTTPS listens on port 443", True),
        ("en", "HTTPS uses port 443 by default", "HTTPS listens on port 443", False),
        ("en", "within fourteen days", "within 30 days", True),
        ("en", "within thirty days", "within 30 days", False),
        ("en", "in 2 weeks", "within 14 days", False),
        ("en", "it fell by 20 percent", "it fell by 35%", True),
        ("en", "it fell by a fifth", "it fell by 20%", False),
        ("zh", "七天内可以退货", "15天内可以退货", True),
        ("zh", "十五天内可以退货", "15天内可以退货", False),
        ("zh", "两周内可以退货", "15天内可以退货", False),
        ("zh", "降了百分之二十", "降了35%", True),
        ("zh", "端口是80", "端口443", True),
    ],
)
def test_other_numbers_of_the_same_thing_disagree(language: str, said: str, given: str, against: bool) -> None:
    assert disagree(told(said, language), told(given, language)) is against
