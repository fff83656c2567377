"""Cues: synonyms count, negations do not, modest wording is no cue (A4)."""

import pytest

from interview_engine.assessment.evidence.cues import asks_would, find, lexicon, phrase_pattern
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


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("A/B测试做不了，直接上线。", "zh", "a/b"),
        ("复盘也没做过。", "zh", "复盘"),
        ("核对就算了，太忙。", "zh", "核对"),
        ("那天没顾上核对地址。", "zh", "核对"),
        ("本来想写清单的。", "zh", "清单"),
        ("The checklist was never opened that week.", "en", "checklist"),
        ("There is a checklist I never used.", "en", "checklist"),
        ("I was supposed to verify the totals.", "en", "verify"),
        ("I skipped the checklist.", "en", "checklist"),
        ("We went live instead of checking the totals.", "en", "checking"),
        ("I didnt verify it.", "en", "verify"),
    ],
)
def test_what_is_denied_before_or_after_its_name_does_not_count(text: str, language: str, word: str) -> None:
    assert word in denied(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("复盘没问题以后才上线。", "zh"),
        ("核对没做错，一共三十箱。", "zh"),
        ("The checklist was used by everybody, and I never had to remind them.", "en"),
    ],
)
def test_what_follows_a_method_without_denying_it_leaves_it(text: str, language: str) -> None:
    assert {"method", "check"} & told(text, language)


@pytest.mark.parametrize(
    ("question", "text", "language"),
    [
        ("What would you do if a guest was angry?", "I'd confirm the order with her first.", "en"),
        ("如果客人生气了，你会怎么做？", "我会先去找经理。", "zh"),
    ],
)
def test_what_one_would_do_is_an_action_where_the_question_asks_for_no_more(
    question: str, text: str, language: str
) -> None:
    assert asks_would(question, language)
    assert "action" in {cue.category for cue in find(text, language, would=True)}
    assert "action" not in {cue.category for cue in find(text, language)}


def test_a_question_about_what_was_done_asks_for_no_intention() -> None:
    assert not asks_would("Tell me about a time you helped somebody.", "en")
    assert not asks_would("请讲一次您处理投诉的经历，您是怎么做的？", "zh")
