"""Cues: synonyms count, negations do not, modest wording is no cue (A4)."""

import pytest

from interview_engine.assessment.evidence.cues import find, lexicon, phrase_pattern
from interview_engine.assessment.text import fold


def told(text: str, language: str) -> set[str]:
    return {cue.category for cue in find(text, language) if not cue.negated}


def denied(text: str, language: str) -> set[str]:
    return {cue.text for cue in find(text, language) if cue.negated}


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("We never used A/B tests in that team.", "en", "a/b tests"),
        ("I did not document anything.", "en", "document"),
        ("We shipped without a checklist.", "en", "checklist"),
        ("我们没有做过A/B测试。", "zh", "a/b"),
        ("那时候也没核对过订单。", "zh", "核对"),
        ("从来没有写过清单。", "zh", "清单"),
    ],
)
def test_a_negated_cue_does_not_count(text: str, language: str, word: str) -> None:
    assert word in denied(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Not only did I document the steps, I verified them.", "en"),
        ("I had no doubt, so I verified the total.", "en"),
        ("我不仅核对了订单，还写了清单。", "zh"),
        ("没想到核对以后发现少了三箱。", "zh"),
        ("差不多核对了两遍。", "zh"),
    ],
)
def test_what_only_looks_like_a_negation_still_counts(text: str, language: str) -> None:
    assert {"method", "check"} & told(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It was just a small thing, the team handled it together.", "en"),
        ("I only helped a little bit, we did it as a team.", "en"),
        ("其实也没什么，就是我们团队大家一起做的。", "zh"),
        ("还好，我就是搭了把手。", "zh"),
    ],
)
def test_modest_wording_is_no_cue_against(text: str, language: str) -> None:
    against = {"vague", "no_method", "default", "external", "deflect", "simple", "uncertain", "habit", "unknown"}
    assert not told(text, language) & against


@pytest.mark.parametrize(("text", "language"), [("It took roughly 30 hours.", "en"), ("差不多两个小时。", "zh")])
def test_rounding_before_a_number_is_not_vagueness(text: str, language: str) -> None:
    assert told(text, language) <= {"number", "named", "precise"}


def test_numbers_are_found_as_digits_and_as_spoken() -> None:
    for text, language in [
        ("fell by 12%", "en"),
        ("thirty calls", "en"),
        ("降到百分之三", "zh"),
        ("打了二十个电话", "zh"),
    ]:
        assert "number" in told(text, language)
    assert "number" not in told("我一直很努力", "zh")


def test_a_phrase_finds_aspect_particles_and_any_third_person() -> None:
    zh = phrase_pattern(["核对订单", "让他把话说完"], "zh")
    en = phrase_pattern(["let her finish", "split … traffic"], "en")
    assert zh is not None
    assert en is not None
    assert zh.search("我核对了订单")
    assert zh.search("让她把话说完")
    assert en.search("i let him finish")
    assert en.search("we split half of the traffic")


def test_folding_keeps_every_offset() -> None:
    text = "İstanbul’s ẞ — Ärger"
    assert len(fold(text)) == len(text)


def test_both_languages_have_the_same_categories() -> None:
    assert set(lexicon("zh")) == set(lexicon("en"))


@pytest.mark.parametrize("phrase", ["a.c (x)+", "[a-z]{9}", "c++ (.+)", "(?:x|", "\\d$"])
def test_signs_of_patterns_in_a_phrase_are_only_characters(phrase: str) -> None:
    for language in ("en", "zh"):
        pattern = phrase_pattern([phrase], language)
        assert pattern is not None
        assert pattern.search(fold(f"{phrase}"))
        assert not pattern.search("abcdefghi xxx c 7 axc xx")
