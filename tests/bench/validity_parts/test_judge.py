"""The judge's validity is measured like the evidence scorer's, on a fixed sample."""

from collections.abc import Sequence

import pytest

from bench.validity_parts.judge import measure
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerFinding, AnswerText, CompetencyResult, ContentScores, Score
from interview_engine.errors import ScorerError
from interview_engine.i18n import LocalizedText


class Longest:
    """Scores by length: what a bad judge does."""

    scorer_id = "length"

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        value = min(10.0, self.scale * len(answers[0].text) / 100)
        score = Score(value, value, value)
        results = tuple(CompetencyResult(c.id, "assessed", score, (), (), (), ()) for c in kit.competencies)
        findings = tuple(AnswerFinding(answer.question_id, None) for answer in answers)
        return ContentScores(results, findings, {"judge_requests": 1, "judge_prompt_tokens": 50, "judge_samples": 2})


def test_a_sample_is_scored_and_what_it_took_is_summed() -> None:
    outcome, spent = measure(Longest(1.0), "twins", 30)
    figures = {figure.name: figure for figure in outcome.figures}
    assert figures["r"].n == 30
    assert -1.0 <= figures["r"].value <= 1.0
    assert spent == {"judge_requests": 30, "judge_prompt_tokens": 1500}


def test_a_scorer_of_length_agrees_with_length_and_the_same_sample_comes_again() -> None:
    first, again = (measure(Longest(0.5), "twins", 24)[0] for _ in range(2))
    assert first == again


def test_even_a_small_sample_holds_several_levels() -> None:
    outcome, _ = measure(Longest(1.0), "twins", 6)
    assert [figure.n for figure in outcome.figures if figure.name == "r"] == [6]


class Failing(Longest):
    """Answers as `Longest` but fails with that code on every other item."""

    def __init__(self, code: str) -> None:
        super().__init__(1.0)
        self.code = code
        self.asked = 0

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        self.asked += 1
        if self.asked % 2:
            raise ScorerError(self.code, LocalizedText("x", "x"), LocalizedText("x", "x"))
        return super().score(kit, answers)


def test_replies_that_are_no_json_are_counted_and_the_rest_is_measured() -> None:
    outcome, spent = measure(Failing("judge.invalid_reply"), "twins", 30)
    figures = {figure.name: figure for figure in outcome.figures}
    assert figures["not assessed: judge.invalid_reply"].value == 15
    assert figures["r"].n == 15
    assert spent["judge_failed"] == 15


def test_an_endpoint_that_fails_ends_the_measurement() -> None:
    with pytest.raises(ScorerError):
        measure(Failing("judge.unreachable"), "twins", 3)


def test_no_item_is_begun_after_the_time_is_up_and_the_figures_say_how_many_there_were() -> None:
    scorer = Failing("judge.invalid_reply")
    outcome, _ = measure(scorer, "twins", 30, minutes=0.0)
    assert scorer.asked == 1
    assert outcome.note == "sample of 1"
