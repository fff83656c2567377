"""Error rates: texts are compared in one normal form, and only there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.text_scores import ErrorCount, edit_distance, normalise, score


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("设定二十九度", "设定29度。"),
        ("韩国三星电子计划最早于二零一五年最晚二零一六年", "韓國三星電子計劃,最早於2015年,最晚2016年。"),
        ("一三八五八二三一七四三", "13858231743"),
        ("获刑十七年挪用四千万", "获刑17年，挪用4000万"),
        ("一点五倍", "1.5倍"),
        ("百分之十五", "15%"),
        ("汽车与汽车之间V二V", "汽车与汽车之间V2V。"),
        ("来一首歌曲幸运符号", "来一首歌曲《幸运符号》。"),
    ],
)
def test_mandarin_that_differs_only_in_writing_is_equal(reference: str, hypothesis: str) -> None:
    assert score(reference, hypothesis, "zh").errors == 0


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("WE DON'T KNOW", "We do not know."),
        ("twenty five percent", "25%"),
        ("uh so this is um the corpus", "So, this is the corpus."),
        ("alright i'm here", "All right, I am here!"),
        ("three thousand dollars", "3,000 dollars"),
        ("it is (laughs) fine", "It's fine"),
    ],
)
def test_english_that_differs_only_in_writing_is_equal(reference: str, hypothesis: str) -> None:
    assert score(reference, hypothesis, "en").errors == 0


def test_errors_are_counted_in_characters_and_words() -> None:
    assert score("盛源生活广场", "剩原生活广场。", "zh") == ErrorCount(2, 6)
    assert score("mend the coat", "men the", "en") == ErrorCount(2, 3)
    assert score("一点五倍", "十五倍", "zh").errors > 0


def test_rates_pool_units() -> None:
    assert (ErrorCount(1, 4) + ErrorCount(1, 6)).rate == pytest.approx(0.2)


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_the_distance_is_a_distance(first: list[str], second: list[str]) -> None:
    distance = edit_distance(first, second)
    assert distance == edit_distance(second, first)
    assert (distance == 0) == (first == second)
    assert abs(len(first) - len(second)) <= distance <= max(len(first), len(second))


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more_in_mandarin(text: str) -> None:
    once = normalise(text, "zh")
    assert normalise(once, "zh") == once or any(character.isdecimal() for character in once)
