"""A knowledge answer that says the opposite of its reference goes to a person; one that only says less does not."""

# ruff: noqa: E501 — answers are one line each, as they are said

from __future__ import annotations

import pytest

from interview_engine.assessment.evidence.reference import denial
from interview_engine.assessment.plain import plain_text

WATER = (
    "Water boils at 100 degrees at sea level, and at a lower temperature on a mountain because the pressure is lower."
)
REFUND = "顾客收到货后15天内可以无理由退货，运费由店里承担。"
RENEWABLE = "Resources that will run out one day."


@pytest.mark.parametrize(
    ("language", "said", "reference", "denied"),
    [
        ("en", "resources that won't run out one day", RENEWABLE, True),
        ("en", "resources that run out one day", RENEWABLE, False),
        ("en", "On a mountain it boils at a higher temperature because the pressure is lower.", WATER, True),
        ("en", "On a mountain it boils at a lower temperature.", WATER, False),
        ("en", "Water boils at 80 degrees at sea level.", WATER, True),
        ("en", "Water boils at a hundred degrees at sea level.", WATER, False),
        ("zh", "收到货后七天内可以退货", REFUND, True),
        ("zh", "收到货后十五天内可以退货", REFUND, False),
        ("zh", "冷却剂不需要每年更换", "冷却剂需要每年更换。", True),
        ("zh", "冷却剂每年更换一次", "冷却剂需要每年更换。", False),
    ],
)
def test_the_opposite_and_another_number_are_denials(language: str, said: str, reference: str, denied: bool) -> None:
    assert denial(plain_text(said, language), "", plain_text(reference, language), language) is denied


def test_a_not_somewhere_in_a_longer_answer_denies_nothing() -> None:
    said = "Water boils at 100 degrees at sea level. It is not the altitude itself that matters but the pressure, which is lower on a mountain, so water boils there at a lower temperature."
    assert not denial(said, "", WATER, "en")
