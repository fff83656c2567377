"""The authored answers are whole: split by author, eleven tellings a story, marks that lie on the words they name."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from bench.datasets.authored import CHOSEN, FITTED, PLAIN_WORDS, REPORTED, SUPPLEMENTS, Authored, Mark, authored
from interview_engine.assessment.calibration.agreement import quadratic_weighted_kappa
from interview_engine.assessment.evidence.sentences import Sentence

FOLDER = Path(__file__).parents[2] / "data" / "authored"
ALL = authored(FOLDER, sorted((*FITTED, *CHOSEN, *REPORTED, *PLAIN_WORDS)))
EIGHT = [one for one in ALL if one.author not in (*SUPPLEMENTS, *PLAIN_WORDS)]
MARKED = {"wrong": "wrong", "denied": "denied", "takenback": "taken_back"}


def test_every_author_is_in_exactly_one_part_of_the_split() -> None:
    parts = [*FITTED, *CHOSEN, *REPORTED, *PLAIN_WORDS]
    assert sorted(parts) == sorted(set(parts)) == sorted(path.stem for path in FOLDER.glob("?.jsonl"))


def test_there_are_as_many_answers_in_mandarin_as_in_english() -> None:
    assert Counter(one.language for one in EIGHT) == {"zh": 880, "en": 880}
    assert len({one.competency for one in EIGHT}) >= 40
    assert len({one.id for one in ALL}) == len(ALL)


def test_no_text_stands_twice() -> None:
    assert len({one.text for one in ALL}) == len(ALL)


def test_every_story_is_told_in_eleven_ways() -> None:
    assert set(Counter(one.story for one in EIGHT).values()) == {11}


def test_the_supplements_only_fit() -> None:
    assert set(SUPPLEMENTS) <= set(FITTED)
    assert {one.telling for one in ALL if one.author in SUPPLEMENTS} <= {one.telling for one in EIGHT}


def test_nothing_is_fitted_on_blunt_words() -> None:
    assert not {*PLAIN_WORDS} & {*FITTED, *CHOSEN}


def test_blunt_wrong_deeds_stand_beside_honest_accounts_in_both_halves_and_languages() -> None:
    halves = {half: [one for one in ALL if one.author == half] for half in ("k", "l")}
    for half, own in halves.items():
        stories = Counter(one.story for one in own)
        assert set(stories.values()) == {2}, half
        told = Counter((one.language, one.telling) for one in own)
        assert min(told.values()) >= 10, half
        assert {telling for _, telling in told} == {"wrong", "honest"}, half
    assert sum(map(len, halves.values())) == 96


def test_marks_stand_in_the_tellings_that_have_them_and_nowhere_else() -> None:
    for one in ALL:
        assert {mark.kind for mark in one.marks} == ({MARKED[one.telling]} if one.telling in MARKED else set()), one.id
        for mark in one.marks:
            assert 0 <= mark.start < mark.end <= len(one.text), one.id
            assert one.text[mark.start : mark.end].strip(), one.id


def test_no_text_holds_a_mark_as_text() -> None:
    assert not [one.id for one in ALL if "<" in one.text]


def test_a_sentence_carries_a_mark_that_covers_a_third_of_it() -> None:
    one = Authored("x", "a", "en", "s", "c", "n", "d", "q", "wrong", 1, "x" * 90, (Mark("wrong", 20, 50),))
    assert one.carries("wrong", Sentence("x" * 30, "x" * 30, 30, None, None))
    assert not one.carries("wrong", Sentence("x" * 30, "x" * 30, 41, None, None))
    assert not one.carries("denied", Sentence("x" * 30, "x" * 30, 30, None, None))


def test_a_blind_second_rater_agrees_as_the_card_says() -> None:
    second = json.loads((FOLDER / "second_rater.json").read_text(encoding="utf-8"))
    rated = {one.id: one for one in authored(FOLDER, (*FITTED, *CHOSEN, *REPORTED)) if one.id in second}
    assert len(rated) == len(second) == 352
    apart = {name: abs(second[name] - one.level) for name, one in rated.items()}
    assert round(sum(not by for by in apart.values()) / len(apart), 2) == 0.93
    assert [name for name, by in apart.items() if by >= 2] == [name for name, one in rated.items() if one.disputed]
    for language in ("zh", "en"):
        pairs = [(one.level, second[name]) for name, one in rated.items() if one.language == language]
        assert round(quadratic_weighted_kappa(*zip(*pairs, strict=True), (1, 2, 3, 4, 5)), 2) == 0.98
