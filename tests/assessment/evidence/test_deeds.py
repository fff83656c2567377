"""The deed of a sentence and what speaks against an answer (A26, A27). Vectors are made by hand: no weights."""

from __future__ import annotations

import numpy as np
import pytest

from interview_engine.assessment.evidence import deeds
from interview_engine.assessment.evidence.cues import find

UP, WRONG, DENIED, TAKEN = np.eye(4)
MARKS = 2 * (len(deeds.FLAGS) + 2)


def look(vectors: np.ndarray, words: list[float], fitted: deeds.DeedModel) -> tuple[deeds.Deed, ...]:
    """The deeds of sentences without a cue."""
    return deeds.look(vectors, words, np.zeros((len(vectors), MARKS // 2)), fitted)


def model() -> deeds.DeedModel:
    """Sentences along the first axis are good deeds; along the others they speak against."""
    probes = {}
    for kind, axis in zip(deeds.KINDS, (WRONG, DENIED, TAKEN), strict=True):
        probes[kind] = np.concatenate([8.0 * axis, np.zeros(4 + MARKS), [-4.0]])
    return deeds.DeedModel(UP.copy(), 0.25, probes, dict.fromkeys(deeds.KINDS, (1.0, 0.0, 0.0)), 0.1, 0.9)


def test_a_sentence_has_the_points_of_its_direction_less_those_of_a_usual_one() -> None:
    good, other = look(np.array([UP, WRONG]), [10.0, 10.0], model())
    assert (good.points, other.points) == (0.75, -0.25)


def test_a_sentence_speaks_against_the_deed_when_one_probe_says_so() -> None:
    found = look(np.array([UP, WRONG, DENIED, TAKEN]), [10.0] * 4, model())
    assert [deed.speaks_against for deed in found] == [False, True, True, True]


def test_the_chance_of_a_kind_follows_its_surest_sentence() -> None:
    fitted = model()
    clean = deeds.against(look(np.array([UP, UP]), [10.0, 10.0], fitted), fitted)
    told = deeds.against(look(np.array([UP, WRONG, UP]), [10.0] * 3, fitted), fitted)
    assert clean.wrong < 0.05
    assert told.wrong > 0.95
    assert told.chances[1] == pytest.approx(clean.chances[1])


def test_chances_of_several_kinds_are_taken_together() -> None:
    wrong, denied = (least + deeds.RAMP / 2 for least in deeds.UNSURE[:2])
    assert deeds.Against((wrong, denied, 0.0)).any == pytest.approx(0.75)
    assert deeds.NOTHING_AGAINST.any == 0.0


def test_a_chance_that_is_small_is_not_heard_and_one_that_is_large_is_heard_in_full() -> None:
    for place, least in enumerate(deeds.UNSURE):
        assert deeds.heard(least, place) == 0.0
        assert deeds.heard(least + deeds.RAMP / 2, place) == pytest.approx(0.5)
        assert deeds.heard(least + deeds.RAMP + 0.001, place) == 1.0
    assert deeds.Against((deeds.UNSURE[0], 0.1, 0.0)).any == 0.0


def test_a_flag_counts_what_its_category_finds_and_no_more_than_two() -> None:
    text = "I skipped it, forgot it and ignored it."
    found = deeds.flags(find(text, "en"), text, 8.0, "en")
    assert found[deeds.FLAGS.index("undone")] == pytest.approx(2 * deeds.FLAG_SCALE)
    assert found[deeds.FLAGS.index("learning")] == 0.0


def test_the_sentence_that_speaks_against_carries_all_of_it() -> None:
    fitted = model()
    found = look(np.array([UP, WRONG, UP]), [10.0] * 3, fitted)
    shares = deeds.shares_of(found, deeds.Against((0.9, 0.0, 0.0)))
    assert shares[1] == (1.0, "wrong")
    assert shares[0][0] == shares[2][0] == 0.0


def test_the_parts_of_what_speaks_against_sum_to_one() -> None:
    fitted = model()
    found = look(np.array([WRONG, DENIED, UP, TAKEN]), [10.0, 5.0, 8.0, 2.0], fitted)
    shares = deeds.shares_of(found, deeds.against(found, fitted))
    assert sum(share for share, _ in shares) == pytest.approx(1.0)


def test_an_answer_without_a_sentence_that_counts_has_nothing_against_it() -> None:
    assert look(np.zeros((0, 4)), [], model()) == ()
    assert deeds.against((), model()) is deeds.NOTHING_AGAINST


def test_the_shipped_constants_fit_the_embedding_and_each_other() -> None:
    fitted = deeds.model()
    assert fitted.direction.shape == (384,)
    assert {kind: len(weights) for kind, weights in fitted.probes.items()} == dict.fromkeys(
        deeds.KINDS, 2 * 384 + MARKS + 1
    )
    assert 0.5 <= fitted.grave <= 1.0
