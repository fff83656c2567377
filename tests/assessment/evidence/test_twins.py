"""The authored twin answers are well-formed and balanced (rows A3, A4, A8). Nothing is scored here."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from authored import read_items
from scipy.stats import spearmanr

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit

FOLDER = Path(__file__).parents[2] / "data" / "twins"
FIELDS = {"id", "kit", "question", "competency", "language", "level", "family", "story", "split", "twin_of", "text"}
LEVELS = (1.5, 3.0, 4.5)
PADDED = {"order-to-grader", "praise-padding", "hobby-padding", "repetition-padding"}
FAMILIES = PADDED | {
    "one-word",
    "empty-ish",
    "keyword-list",
    "anchor-read-aloud",
    "question-read-back",
    "swap",
    "verse",
    "other-language",
    "self-contradiction",
}

Item = dict[str, Any]


def _read(pattern: str) -> list[Item]:
    items: list[Item] = []
    for path in sorted(FOLDER.glob(pattern)):
        items += read_items(path)
    return items


LEVEL_ITEMS = _read("*.yaml")
ADVERSARIAL = _read("adversarial/*.yaml")
ALL = LEVEL_ITEMS + ADVERSARIAL
BY_ID = {item["id"]: item for item in ALL}
PLAIN = [item for item in LEVEL_ITEMS if "family" not in item]
MODEST = [item for item in LEVEL_ITEMS if item.get("family") == "modest"]
KITS: dict[str, Kit] = {kit_id: load_kit(path) for kit_id, path in shipped_kits().items()}


def _length(item: Item) -> int:
    """Words in English, characters without punctuation in Chinese."""
    pattern = r"[A-Za-z0-9'’\-]+" if item["language"] == "en" else r"[\u4e00-\u9fffA-Za-z0-9]"
    return len(re.findall(pattern, item["text"]))


def test_every_answer_has_an_id_of_its_own_and_only_known_fields() -> None:
    assert len(BY_ID) == len(ALL)
    for item in ALL:
        assert set(item) <= FIELDS, item["id"]
        assert FIELDS - {"level", "family"} <= set(item), item["id"]
        assert item["text"].strip() == item["text"] != "", item["id"]
        assert "level" in item or "family" in item, item["id"]


def test_every_answer_belongs_to_a_shipped_kit_question_and_competency() -> None:
    for item in ALL:
        kit = KITS[item["kit"]]
        assert item["competency"] in kit.question(item["question"]).probes, item["id"]
        assert not kit.competency(item["competency"]).is_delivery, item["id"]


def test_there_are_at_least_eight_competencies_of_four_kits() -> None:
    assert len({(item["kit"], item["competency"]) for item in PLAIN}) >= 8
    assert len({item["kit"] for item in PLAIN}) >= 4


def test_every_story_is_told_at_three_levels_in_both_languages() -> None:
    cells = Counter((item["story"], item["level"], item["language"]) for item in PLAIN)
    stories = {item["story"] for item in PLAIN}
    assert len(stories) >= 32
    for story in stories:
        assert all(cells[story, level, language] == 1 for level in LEVELS for language in ("zh", "en")), story


def test_half_of_the_stories_of_each_competency_are_held_back() -> None:
    split_of = {item["story"]: item["split"] for item in PLAIN}
    for item in ALL:
        assert item["split"] == split_of.setdefault(item["story"], item["split"]), item["id"]
    count = Counter((item["kit"], item["competency"], item["split"]) for item in PLAIN)
    for kit, competency, _ in list(count):
        assert count[kit, competency, "dev"] == count[kit, competency, "held"]


def test_plain_twins_point_at_each_other_across_languages() -> None:
    for item in PLAIN:
        twin = BY_ID[item["twin_of"]]
        assert twin["twin_of"] == item["id"]
        assert twin["language"] != item["language"]
        assert (twin["story"], twin["level"]) == (item["story"], item["level"])


def test_modest_twins_point_at_the_high_answer_in_both_languages_and_every_competency() -> None:
    for item in MODEST:
        twin = BY_ID[item["twin_of"]]
        assert (twin["level"], twin["language"], twin["story"]) == (4.5, item["language"], item["story"])
        assert item["level"] == 4.5
    cells = Counter((item["kit"], item["competency"], item["language"]) for item in MODEST)
    assert set(cells) == {(item["kit"], item["competency"], item["language"]) for item in PLAIN}


@pytest.mark.parametrize(("language", "shortest", "longest"), [("zh", 115, 300), ("en", 60, 160)])
def test_length_tells_nothing_of_the_level(language: str, shortest: int, longest: int) -> None:
    items = [item for item in PLAIN if item["language"] == language]
    lengths = [_length(item) for item in items]
    assert shortest <= min(lengths)
    assert max(lengths) <= longest
    assert abs(spearmanr(lengths, [item["level"] for item in items]).statistic) < 0.25


def test_every_adversarial_family_comes_in_both_languages() -> None:
    count = Counter((item["family"], item["language"]) for item in ADVERSARIAL)
    assert {family for family, _ in count} == FAMILIES
    for family in FAMILIES - {"other-language"}:
        assert count[family, "zh"] == count[family, "en"] >= 10, family
    others = {language for family, language in count if family == "other-language"}
    assert "de" in others
    assert not others & {"zh", "en"}


def test_padded_answers_hold_the_answer_underneath() -> None:
    for item in ADVERSARIAL:
        if item["family"] not in PADDED:
            continue
        under = BY_ID[item["twin_of"]]
        assert (item["level"], item["language"], item["split"]) == (under["level"], under["language"], under["split"])
        kept = sum(sentence in item["text"] for sentence in _sentences(under))
        assert kept == len(_sentences(under)), item["id"]
        assert len(item["text"]) > len(under["text"])


def test_orders_stand_inside_low_answers_only() -> None:
    assert {item["level"] for item in ADVERSARIAL if item["family"] == "order-to-grader"} == {1.5}


def test_swapped_answers_are_high_answers_to_something_else() -> None:
    for item in ADVERSARIAL:
        if item["family"] == "swap":
            source = BY_ID[item["twin_of"]]
            assert source["text"] == item["text"]
            assert source["level"] == 4.5
            assert (source["kit"], source["question"]) != (item["kit"], item["question"])


def _sentences(item: Item) -> list[str]:
    pattern = r"[^。！？]+[。！？]" if item["language"] == "zh" else r"[^.!?]+[.!?]"
    return [sentence.strip() for sentence in re.findall(pattern, item["text"])]
