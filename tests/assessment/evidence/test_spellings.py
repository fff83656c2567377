"""One answer, however it is written: Traditional or Simplified, numbers in words or digits. The score is the same, the
quotes are of what was written."""

# ruff: noqa: E501 — answers are one line each, as they are said

from __future__ import annotations

from functools import cache
from pathlib import Path

import opencc
import pytest
from hashing_embedder import HashingEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import fit_deeds
from bench.datasets.authored import authored
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText, ContentScores

AUTHORED = Path(__file__).parents[2] / "data" / "authored"
FORMS = ("s2t", "s2tw", "s2hk")
NUMBERS = {
    "zh": [
        ("三十个", "30个"),
        ("百分之二十", "20 %"),
        ("两天", "2天"),
        ("一半", "50%"),
        ("一千二百", "1,200"),
        ("十一起", "11起"),
    ],
    "en": [
        ("thirty", "30"),
        ("twenty percent", "20 %"),
        ("two", "2"),
        ("half", "50%"),
        ("twelve hundred", "1,200"),
        ("eleven", "11"),
    ],
}
TOLD = {
    "zh": "去年有一次一位客户投诉，说{0}包裹里少了{4}件货，拖了{2}还没人回复。我先跟她道歉，核对了订单，发现仓库漏发了{3}。我当天补发，第二天又回访。后来我把核对写进清单，地址错误的投诉降了{1}，从{5}降到两起。",
    "en": "Last year a customer complained that {4} items were missing from {0} parcels and nobody had answered for {2} days. I apologised, checked the order and found that the warehouse had left out {3} of them. I sent them the same day and called again the next day. Afterwards I put the check on our list, and complaints fell by {1}, from {5} to four a month.",
}


@cache
def kit() -> Kit:
    return load_kit(shipped_kits()["customer-service"])


@cache
def scorer() -> EvidenceScorer:
    return EvidenceScorer(HashingEmbedder())


@cache
def converter(form: str) -> opencc.OpenCC:
    return opencc.OpenCC(form)


def scores(result: ContentScores) -> list[float | None]:
    return [one.score.value if one.score else None for one in result.competencies]


@given(st.lists(st.booleans(), min_size=6, max_size=6), st.sampled_from(["zh", "en"]))
@settings(max_examples=25, deadline=None)
def test_numbers_in_words_and_in_digits_score_the_same(digits: list[bool], language: str) -> None:
    words = TOLD[language].format(*(pair[0] for pair in NUMBERS[language]))
    mixed = TOLD[language].format(*(pair[given] for pair, given in zip(NUMBERS[language], digits, strict=True)))
    found = scorer().score(kit(), [AnswerText("q1", language, mixed)])
    assert scores(found) == scores(scorer().score(kit(), [AnswerText("q1", language, words)]))
    assert any(one.evidence for one in found.competencies)
    for quote in (quote for one in found.competencies for quote in one.evidence):
        assert mixed[quote.char_start : quote.char_start + len(quote.quote)] == quote.quote


@pytest.mark.parametrize("form", FORMS)
def test_traditional_and_simplified_answers_score_the_same_and_are_quoted_as_typed(form: str) -> None:
    stories = [one for one in authored(AUTHORED, ("d",)) if one.language == "zh"]
    asked = fit_deeds.kit_of(stories)
    for one in stories[::3]:
        typed = converter(form).convert(one.text)
        told = scorer().score(asked, [AnswerText(one.competency, "zh", typed)])
        plain = scorer().score(asked, [AnswerText(one.competency, "zh", one.text)])
        for ours, theirs in zip(scores(told), scores(plain), strict=True):
            assert (ours is None) == (theirs is None), one.id
            assert abs((ours or 0.0) - (theirs or 0.0)) <= 0.05, one.id
        for quote in (quote for result in told.competencies for quote in result.evidence):
            assert typed[quote.char_start : quote.char_start + len(quote.quote)] == quote.quote


def test_the_particle_of_taiwan_is_the_particle() -> None:
    typed = "上週有一位客戶投訴，我先聽著她把話說完，接著核對了訂單，發現倉庫寫錯了門牌號。我跟著司機去補送，當晚又回訪了一次。"
    plain = "上周有一位客户投诉，我先听着她把话说完，接着核对了订单，发现仓库写错了门牌号。我跟着司机去补送，当晚又回访了一次。"
    asked = [scorer().score(kit(), [AnswerText("q1", "zh", text)]) for text in (typed, plain)]
    assert scores(asked[0]) == scores(asked[1])
