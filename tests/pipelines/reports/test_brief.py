"""The first minute of a report is made of quotes, each in one line, and repeats no words."""

from __future__ import annotations

from typing import Any

from pipelines.reports.brief import brief, mark_repeats


def quote(
    text: str,
    *,
    number: int = 0,
    against: bool = False,
    frame: str | None = None,
    answer: int = 0,
    doubtful: bool = False,
) -> dict[str, Any]:
    return {
        "text": text,
        "answer": answer,
        "char_start": len(text),
        "number": number,
        "against": against,
        "frame": frame,
        "doubtful": doubtful,
    }


def competency(
    code: str, value: float | None, *quotes: dict[str, Any], required: float | None = 60.0, missing: int = 0
) -> dict[str, Any]:
    track = None if value is None else {"value": value, "required": required}
    return {"id": code, "name": {"en": code}, "track": track, "quotes": list(quotes), "not_shown": ["text"] * missing}


def test_what_reaches_the_requirement_is_a_strength_and_the_rest_a_concern() -> None:
    found = brief([
        competency("good", 80.0, quote("did it")),
        competency("best", 95.0, quote("did it well")),
        competency("weak", 30.0, quote("as always", against=True)),
        competency("unseen", None, missing=3),
    ])  # fmt: skip
    assert [one["id"] for one in found["strengths"]] == ["best", "good"]
    assert [one["id"] for one in found["concerns"]] == ["weak"]
    assert [(one["id"], len(one["texts"])) for one in found["ask"]] == [("unseen", 2)]


def test_a_quote_stands_in_one_line_only() -> None:
    same = quote("the same words")
    found = brief([competency("one", 90.0, same), competency("two", 80.0, dict(same), quote("others"))])
    assert [one["quote"]["text"] for one in found["strengths"]] == ["the same words", "others"]


def test_a_strength_is_never_shown_with_words_against_it() -> None:
    against = quote("but then I gave up", against=True)
    found = brief([competency("mixed", 90.0, against)])
    assert found["strengths"][0]["quote"] is None
    assert found["concerns"][0]["quote"] == against


def test_a_quote_that_hangs_on_unsure_words_stands_only_where_there_is_no_other() -> None:
    unsure, sure = quote("a third death", doubtful=True), quote("a third desk, then")
    assert brief([competency("one", 90.0, unsure, sure)])["strengths"][0]["quote"] == sure
    assert brief([competency("one", 90.0, unsure)])["strengths"][0]["quote"] == unsure


def test_a_report_without_scores_has_empty_lists_and_asks() -> None:
    assert brief([]) == {"strengths": [], "concerns": [], "ask": []}
    assert [one["id"] for one in brief([competency("unseen", None)])["ask"]] == ["unseen"]


def test_repeated_words_lead_to_where_they_stand_first_and_each_answer_has_one_picture() -> None:
    first, again = quote("once", number=0, frame="a.jpg"), quote("once", number=3, frame="a.jpg")
    other, elsewhere = quote("else", number=4, frame="b.jpg"), quote("there", number=5, frame="c.jpg", answer=1)
    mark_repeats([competency("one", 90.0, first), competency("two", 80.0, again, other, elsewhere)])
    assert (first["again"], other["again"]) == (None, None)
    assert again["again"] == {"number": 0, "name": {"en": "one"}}
    assert [one["frame"] for one in (first, again, other, elsewhere)] == ["a.jpg", None, None, "c.jpg"]
