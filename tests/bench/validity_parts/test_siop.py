"""The SIOP sets: files read whole, arithmetic by hand, a guard rail that fails when passed."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import siop
from bench.outcome import Figure, SetOutcome
from bench.validity_parts import siop as measured
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerFinding, AnswerText, CompetencyResult, ContentScores, Score

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "A_text"


class Keyword:
    """Scores 8 where a text says "sorry", else 2; does not assess an empty one or another topic."""

    scorer_id = "keyword"

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        said = answers[0].text
        score = Score(8.0, 8.0, 8.0) if "sorry" in said else Score(2.0, 2.0, 2.0)
        known = None if "weather" in said else score
        results = tuple(CompetencyResult(c.id, "assessed", known, (), (), (), ()) for c in kit.competencies)
        return ContentScores(results, (AnswerFinding(answers[0].question_id, None),))


def _figures(outcome: SetOutcome) -> dict[str, Figure]:
    return {figure.name: figure for figure in outcome.figures}


def test_empathy_is_measured_by_rank_and_by_the_middle_of_the_scale() -> None:
    texts = [("so sorry", True), ("very sorry", True), ("do it", False), ("do it now", True)]
    figures = _figures(measured._empathy(Keyword(), [siop.Email(*text) for text in texts]))
    # of three empathic against one that is not: two stand above, one ties
    assert figures["empathy: area under the curve"].value == pytest.approx(2.5 / 3)
    assert figures["empathy: accuracy at the middle of the scale"].value == 0.75
    assert figures["empathy: share of the larger class"].value == 0.75


def test_own_answers_are_set_against_the_next_one_of_the_same_person() -> None:
    turns = (("What went wrong?", "I was sorry."), ("Where?", "I talked of the weather."))
    figures = _figures(measured._relevance(Keyword(), [siop.Applicant("a", turns)] * 3))
    assert figures["own answer is assessed"].value == 0.5
    assert figures["swapped answer is refused or in the lowest band"].value == 0.5
    assert figures["own scores above swapped (ties one half)"].value == 0.5


def test_the_guard_rail_fails_when_scores_follow_character() -> None:
    generator = np.random.default_rng(0)
    scales = generator.uniform(1, 5, (80, 5))
    lengths = generator.uniform(20, 90, (80, 5))
    blind = _figures(SetOutcome("x", "", "", measured._guard(generator.uniform(0, 10, (80, 5)), scales, lengths)))
    name = "mean |r|, each question's score with the trait it was written for"
    assert blind[name].reached
    reads = SetOutcome("x", "", "", measured._guard(2 * scales, scales, lengths))
    assert _figures(reads)[name].value == pytest.approx(1.0)
    assert _figures(reads)[name].reached is False
    assert "A BUG" in reads.table()


def test_a_correlation_leaves_out_what_was_not_assessed_and_is_nan_without_spread() -> None:
    x = np.array([1.0, 2.0, 3.0, np.nan, 5.0])
    assert measured.correlation(x, np.array([1.0, 2.0, 3.0, 9.0, 5.0])) == pytest.approx(1.0)
    assert math.isnan(measured.correlation(np.ones(5), x))
    assert math.isnan(measured.correlation(x[:2], x[:2]))


def test_a_thinned_set_is_the_same_each_time() -> None:
    assert measured.chosen(range(100), 5) == measured.chosen(range(100), 5)
    assert measured.chosen([1, 2], 5) == [1, 2]


def test_a_kit_asks_each_question_for_its_own_competency_or_all_for_one() -> None:
    asked = [("What?", "One"), ("Why?", "Two")]
    own = measured.kit_of(asked, [measured.CASE, measured.DOING])
    assert [question.probes for question in own.questions] == [("c0",), ("c1",)]
    shared = measured.kit_of(asked, [measured.CASE], shared=True)
    assert [question.probes for question in shared.questions] == [("c0",), ("c0",)]
    assert sum(competency.weight for competency in own.competencies) == 100


@pytest.mark.skipif(not DATA.is_dir(), reason="the rated data are not on this machine")
def test_the_files_are_read_whole() -> None:
    assert len(siop.emails(DATA)) == 100
    applicants = siop.applicants(DATA)
    assert len(applicants) == 82
    assert {len(applicant.turns) for applicant in applicants} == {4}
    assert all("Response:" not in answer for applicant in applicants for turn in applicant.turns for answer in turn)
    people = siop.respondents(DATA)
    assert len(people) == 1088
    assert all(1 <= scale <= 5 for person in people for scale in person.scales)
