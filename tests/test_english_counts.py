"""English texts with a count read right for one: a rule over msgids that are written in the plural."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from interview_engine.english_counts import singular
from interview_engine.i18n import catalogue, msg, translator

PLURAL = re.compile(r"(?<!to )(\{\w+\}) ([a-z]+(?:[^aeious]s|es)|people)\b")
VERBS = frozenset({"lacks", "opens", "comes", "follows", "proves", "holds"})
"""Words that end in s after the name of a thing."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{count} lines will be written, all in one step.", "1 line will be written, all in one step."),
        ("{count} people have come.", "1 person has come."),
        ("{count} candidates under way still wait for a decision", "1 candidate under way still waits for a decision"),
        ("{count} questions about this payslip wait", "1 question about this payslip waits"),
        ("There are {count} entries already.", "There is 1 entry already."),
        ("{count} punches were voided.", "1 punch was voided."),
        ("Only {count} days (8 hours) of “leave” are left.", "Only 1 day (8 hours) of “leave” is left."),
    ],
)  # fmt: skip
def test_one_of_something_is_said_in_the_singular_with_its_verb(text: str, said: str) -> None:
    assert msg(text, count=1).get("en") == said
    assert translator("en")(text, count=Decimal(1)) == said


@pytest.mark.parametrize("count", [0, 2, 11, Decimal("1.5"), True, "10"])
def test_any_other_number_leaves_the_text_as_it_is_written(count: object) -> None:
    assert msg("{count} lines are left", count=count).get("en") == f"{count} lines are left"


def test_only_the_place_that_is_one_counts() -> None:
    assert msg("{days} days ({hours} hours)", days=1, hours=8).get("en") == "1 day (8 hours)"
    assert msg("{done} of {all} lines", done=1, all=5).get("en") == "1 of 5 lines"
    assert msg("It is valid for 1 to {most} days.", most=1).get("en") == "It is valid for 1 to 1 days."


def test_other_languages_are_left_to_their_catalogues() -> None:
    assert msg("{count} lines", count=1).get("zh") == catalogue("zh")["{count} lines"].format(count=1)


def test_no_msgid_that_begins_with_a_count_says_one_lines() -> None:
    wrong = []
    for key in catalogue("zh"):
        text = key.rpartition("\x04")[2]
        for place, noun in PLURAL.findall(text):
            if noun in VERBS or not text.startswith(place):
                continue
            one = msg(text, **dict.fromkeys(re.findall(r"\{(\w+)", text), 1)).get("en")
            if one.startswith(f"1 {noun} ") or one == f"1 {noun}":
                wrong.append(one)
    assert wrong == []


@pytest.mark.parametrize(("many", "one"), [("entries", "entry"), ("people", "person"), ("classes", "class"),
                                           ("searches", "search"), ("boxes", "box"), ("days", "day")])  # fmt: skip
def test_nouns_lose_what_makes_them_many(many: str, one: str) -> None:
    assert singular(many) == one
