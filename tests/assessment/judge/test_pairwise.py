"""Comparisons with examples of known level: order, quotes, levels, and the scorer that makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.judge.asking import Asking
from interview_engine.assessment.judge.pairwise import (
    examples_of,
    level_of,
    prompt,
    reply_schema,
    verify,
)
from interview_engine.assessment.judge.scorer import JudgeScorer, Reply
from interview_engine.assessment.judge.screening import Screened
from interview_engine.assessment.judge.shown import shown
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import AnchorAnswer, Kit
from interview_engine.assessment.scoring import AnswerText, ContentScores
from interview_engine.i18n import LocalizedText

KIT = load_kit(shipped_kits()["software-engineer"])
COMPETENCY = KIT.competency("problem-solving")
QUESTION = next(question for question in KIT.questions if "problem-solving" in question.probes)
INDICATOR = COMPETENCY.indicators[0].id
TEXT = "We were charged twice. I went through the logs, found two requests with one order, and wrote a test. It held."
ANSWER = AnswerText(QUESTION.id, "en", TEXT)
GIVEN = [(ANSWER, shown(TEXT))]
WORDS = "I went through the logs"
ONLY = replace(
    KIT,
    competencies=(COMPETENCY,),
    questions=tuple(
        replace(one, probes=("problem-solving",)) for one in KIT.questions if "problem-solving" in one.probes
    ),
)


def told(more: str, *quotes: str, speaks: str = "for") -> dict[str, object]:
    evidence = [{"quote": quote, "indicator": INDICATOR, "speaks": speaks} for quote in quotes]
    return {"evidence": evidence, "more": more}


class Ranker:
    """Knows each example's place and says whether the interview, at `level`, shows more; quotes `quote`."""

    name, address = "fake", "http://127.0.0.1/v1"

    def __init__(self, level: float, quote: str = WORDS, biased: bool = False) -> None:
        self.level, self.quote, self.biased = level, quote, biased
        self.seeds: list[int] = []
        self.users: list[dict[str, Any]] = []
        self.by_text = {one.text.en: one.level for one in examples_of(COMPETENCY)}

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int) -> Reply:
        user = json.loads(messages[1]["content"])
        self.users.append(user)
        self.seeds.append(seed)
        own = "first" if "interview" in user["first"] else "second"
        other = "second" if own == "first" else "first"
        example = self.by_text[user[other]["example"]]
        more = "same" if self.level == example else own if self.level > example else other
        return Reply(told("first" if self.biased else more, self.quote), 100, 10)


def score(model: Ranker, asking: Asking | None = None, kit: Kit = ONLY) -> ContentScores:
    def screen(_: Kit, answers: Sequence[AnswerText]) -> list[Screened]:
        return [Screened(None, shown(one.text)) for one in answers]

    return JudgeScorer(model, screen, asking or Asking("pairwise")).score(kit, [ANSWER])


@pytest.mark.parametrize(("own", "level"), [(1.5, 1.0), (2.0, 1.75), (2.5, 2.5), (3.0, 3.0), (3.5, 3.5), (4.5, 5.0)])
def test_a_level_is_read_from_what_was_won_against_the_anchors(own: float, level: float) -> None:
    (found,) = score(Ranker(own)).competencies
    assert found.score is not None
    assert found.score.level == pytest.approx(level)
    assert found.evidence[0].quote == WORDS


def test_a_model_that_always_prefers_the_first_place_ends_in_the_middle_with_a_wide_band() -> None:
    (fair,), (biased,) = score(Ranker(3.0)).competencies, score(Ranker(3.0, biased=True)).competencies
    assert fair.score is not None
    assert biased.score is not None
    assert biased.score.value == pytest.approx(5.0)
    assert biased.score.high - biased.score.low > 1.5 * (fair.score.high - fair.score.low)


def test_a_win_without_a_true_quote_is_worth_nothing_and_without_any_there_is_no_score() -> None:
    (found,) = score(Ranker(4.5, "I invented the internet")).competencies
    assert found.score is None
    assert found.reason is not None
    assert found.reason.code == "judge.quotes_unverified"


def test_half_of_the_quotes_invented_is_half_a_win() -> None:
    both = verify(told("first", WORDS, "never said this at all"), COMPETENCY, GIVEN, 0)
    true = verify(told("first", WORDS), COMPETENCY, GIVEN, 0)
    assert both is not None
    assert true is not None
    assert (both.won, both.dropped, true.won) == (0.5, 1, 1.0)


def test_the_texts_change_places_from_sample_to_sample_and_seeds_count_on() -> None:
    model = Ranker(3.0)
    score(model, Asking("pairwise", samples=2, seed=40))
    assert model.seeds == [40] * 3 + [41] * 3
    assert ["interview" in user["first"] for user in model.users] == [True] * 3 + [False] * 3
    again = Ranker(3.0)
    score(again, Asking("pairwise", samples=2, seed=40))
    assert again.users == model.users


def test_anchor_answers_of_the_kit_are_compared_with_where_there_are_any() -> None:
    answers = tuple(AnchorAnswer(level, LocalizedText(f"例{level}", f"example {level}")) for level in (4.5, 1.5, 3.0))
    competency = replace(COMPETENCY, anchor_answers=answers)
    assert [one.level for one in examples_of(competency)] == [1.5, 3.0, 4.5]
    assert [one.text for one in examples_of(COMPETENCY)] == list(COMPETENCY.anchors[1:4])
    user = json.loads(prompt(KIT, competency, GIVEN, examples_of(competency)[0], 1)[1]["content"])
    assert user["first"] == {"example": "example 1.5"}
    assert user["second"]["interview"][0]["answer"] == TEXT


def test_one_malformed_comparison_leaves_its_sample_out() -> None:
    class Broken(Ranker):
        def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int) -> Reply:
            reply = super().ask(messages, schema, seed)
            return reply if seed else Reply(None, 100, 10, "not JSON")

    content = score(Broken(3.5), Asking("pairwise", samples=2))
    assert content.competencies[0].score is not None
    assert content.settings["judge_unusable_replies"] == 1
    assert content.settings["judge_method"] == "pairwise"


RISING = st.lists(st.floats(1.0, 5.0), min_size=2, max_size=9, unique=True).map(sorted)


@given(RISING, st.data())
def test_levels_stay_on_the_scale_and_a_further_win_never_lowers(levels: list[float], data: st.DataObject) -> None:
    won = data.draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=len(levels), max_size=len(levels)))
    before = level_of(levels, won)
    place = data.draw(st.integers(0, len(levels) - 1))
    after = level_of(levels, [1.0 if i == place else one for i, one in enumerate(won)])
    assert 1.0 - 1e-9 <= before <= after + 1e-9 <= 5.0 + 2e-9


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["evidence", "more", "quote"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_a_reply_of_any_form_is_checked_without_a_crash(document: object) -> None:
    assert verify(document, COMPETENCY, GIVEN, 0) is None or isinstance(document, dict)


def test_every_form_a_reply_may_have_passes_its_schema() -> None:
    schema = reply_schema(COMPETENCY)
    jsonschema.Draft202012Validator.check_schema(schema)
    for document in (told("same"), told("second", WORDS, speaks="against")):
        jsonschema.validate(document, schema)
        assert verify(document, COMPETENCY, GIVEN, 0) is not None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told("third"), schema)
