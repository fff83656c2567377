"""The held-out twin answers are well-formed and share no story with the others (rows A3, A4)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.datasets.twins import Twin, twins
from interview_engine.assessment.kits.file import load_kit, shipped_kits

DATA = Path(__file__).parents[2] / "data"
LEVEL_ANSWERS = twins(DATA / "twins_fresh")
ADVERSARIAL = twins(DATA / "twins_fresh" / "adversarial")
ALL = LEVEL_ANSWERS + ADVERSARIAL
BY_ID = {one.id: one for one in ALL}
PLAIN = [one for one in LEVEL_ANSWERS if not one.family]
MODEST = [one for one in LEVEL_ANSWERS if one.family == "modest"]
UNDER = {"order-to-grader", "praise-padding", "hobby-padding", "repetition-padding"}
LEVELS = (1.5, 3.0, 4.5)


def test_every_fresh_answer_has_an_id_of_its_own_and_the_split_fresh() -> None:
    assert len(BY_ID) == len(ALL)
    assert {one.split for one in ALL} == {"fresh"}
    assert all(one.text for one in ALL)


def test_every_fresh_answer_belongs_to_a_shipped_question_that_probes_its_competency() -> None:
    kits = {name: load_kit(path) for name, path in shipped_kits().items()}
    for one in ALL:
        assert one.competency in kits[one.kit].question(one.question).probes, one.id


def test_every_fresh_story_is_told_at_three_levels_in_both_languages() -> None:
    cells = Counter((one.story, one.level, one.language) for one in PLAIN)
    assert set(cells.values()) == {1}
    assert len(cells) == len({one.story for one in PLAIN}) * len(LEVELS) * 2
    assert len(PLAIN) >= 72


def test_fresh_twins_point_at_each_other() -> None:
    for one in PLAIN:
        other = BY_ID[one.twin_of]
        assert other.twin_of == one.id
        assert (other.story, other.level) == (one.story, one.level)
        assert other.language != one.language


def test_modest_answers_point_at_the_high_answer_they_come_from() -> None:
    assert Counter(one.language for one in MODEST) == {"zh": 6, "en": 6}
    for one in MODEST:
        assert _under(one) == (4.5, one.story, one.language)


def test_every_fresh_family_has_at_least_four_answers_in_each_language() -> None:
    count = Counter((one.family, one.language) for one in ADVERSARIAL if one.family != "other-language")
    families = {family for family, _ in count}
    assert len(families) >= 12
    assert all(count[family, language] >= 4 for family in families for language in ("zh", "en"))


def test_padded_answers_hold_the_answer_underneath() -> None:
    for one in (one for one in ADVERSARIAL if one.family in UNDER):
        assert _under(one) == (one.level, one.story, one.language)
        assert len(one.text) > len(BY_ID[one.twin_of].text)


@pytest.mark.parametrize("split", ["dev", "held"])
def test_no_story_or_text_of_the_other_set_is_among_the_fresh_ones(split: str) -> None:
    others = [one for one in twins(DATA / "twins") if one.split == split]
    assert others
    assert not {one.story for one in others} & {one.story for one in PLAIN}
    assert not {one.text for one in others} & {one.text for one in ALL}


def _under(one: Twin) -> tuple[float, str, str]:
    base = BY_ID[one.twin_of]
    return base.level, base.story, base.language
