"""The validity bench: its arithmetic, and that it scores through the public function."""

import json
import math

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from bench import fit_reference
from bench.datasets import short_answers
from bench.datasets.short_answers import ShortAnswer
from bench.datasets.twins import twins
from bench.outcome import Figure, SetOutcome, bootstrap
from bench.setting import twin_folder
from bench.validity_parts import levels, short
from interview_engine.assessment.evidence.reference import FEATURES
from interview_engine.assessment.evidence.scorer import EvidenceScorer

ANSWERS = [
    ShortAnswer(
        "a", "What does an index do?", ("It sorts a column so that queries need not scan the table.",), text, mark
    )
    for text, mark in [
        ("It sorts a column so that queries need not scan the table.", 1.0),
        ("It sorts a column.", 0.6),
        ("It makes a backup every night.", 0.0),
        ("No idea.", 0.0),
    ]
]


def test_a_bootstrap_resamples_whole_groups_and_gives_the_same_interval_twice() -> None:
    values = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    groups = ["a", "a", "b", "b", "c", "c"]
    first = bootstrap(lambda chosen: float(values[chosen].mean()), groups)
    assert first == bootstrap(lambda chosen: float(values[chosen].mean()), groups)
    assert first[0] == pytest.approx(4 / 6)
    assert first[1] >= 0.5
    assert first[2] <= 1.0


def test_a_table_says_whether_a_bar_is_reached() -> None:
    outcome = SetOutcome(
        "set", "MIT", "note", (Figure("r", 0.7, 0.6, 0.8, 10, bar=0.68), Figure("k", 0.4, n=10, bar=0.5))
    )
    assert "reached" in outcome.table()
    assert "MISSED" in outcome.table()
    assert [row["reached"] for row in outcome.document()["figures"]] == [True, False]  # type: ignore[attr-defined]


def test_an_undefined_figure_is_left_out_of_the_json() -> None:
    document = SetOutcome("set", "MIT", "note", (Figure("r", math.nan, math.nan, math.nan, 5),)).document()
    assert document["figures"] == [{"name": "r", "n": 5, "reached": None}]
    json.dumps(document, allow_nan=False)


def test_short_answers_are_ordered_by_what_they_say_of_the_reference() -> None:
    scorer = EvidenceScorer(HashingEmbedder())
    values = [value for value, _ in short.scored(ANSWERS, scorer)]
    assert values[0] > values[1] > values[2]
    assert values[0] >= short.RIGHT > values[3]


def test_the_fit_of_the_comparison_keeps_its_signs() -> None:
    features = fit_reference.measured(ANSWERS * 3, HashingEmbedder())
    fitted = fit_reference.fit(features, np.array([answer.mark for answer in ANSWERS * 3]))
    assert set(fitted.weights) == set(FEATURES)
    assert all(fitted.weights[name] >= 0 for name in FEATURES[:10])
    assert all(fitted.weights[name] <= 0 for name in FEATURES[10:])


def test_a_kit_of_short_answers_has_one_question_with_its_reference_each() -> None:
    kit, ids = short_answers.kit_of(ANSWERS)
    assert list(ids.values()) == ["q000"]
    assert kit.questions[0].references


def test_no_story_is_in_both_halves_of_the_twins() -> None:
    found = twins(twin_folder())
    dev = {(one.competency, one.story) for one in found if one.split == "dev"}
    held = {(one.competency, one.story) for one in found if one.split == "held"}
    assert not dev & held
    assert {one.language for one in found} == {"zh", "en"}


def test_macro_f1_counts_a_class_that_was_never_said_as_nothing() -> None:
    truth = ["correct", "incorrect", "contradictory"]
    everything = np.arange(3)
    assert short._macro(truth, truth, everything) == 1.0
    assert short._macro(["correct"] * 3, truth, everything) == pytest.approx(0.5 / 3)


def test_an_answer_that_could_not_be_assessed_stands_at_the_lowest_level() -> None:
    one = twins(twin_folder())[0]
    assert levels.Scored(one, None, "text.too_short").level == 1.0
