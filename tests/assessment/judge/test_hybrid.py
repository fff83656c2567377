"""Hybrid mode: the default's score counts, the judge reads beside it, and a person decides where they are apart."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from interview_engine.assessment.interview_rules import needs_review
from interview_engine.assessment.judge.hybrid import HybridScorer, hybrid_id
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import AnswerText, CompetencyResult, ContentScores, Score
from interview_engine.errors import ScorerError
from interview_engine.i18n import LocalizedText

KIT = load_kit(shipped_kits()["software-engineer"])
CONTENT = [one for one in KIT.competencies if not one.is_delivery]
FIRST = CONTENT[0]


class Says:
    """A scorer that gives every competency one value, or None with a reason."""

    def __init__(self, value: float | None, scorer_id: str, reason: str = "competency.not_shown") -> None:
        self.value, self.scorer_id, self.reason = value, scorer_id, Reason(reason, {"code": "judge.unreachable"})

    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        score = None if self.value is None else Score(self.value, max(0.0, self.value - 1.5), self.value + 1.5)
        status = "cannot_assess" if score is None else "assessed"
        reason = self.reason if score is None else None
        results = [CompetencyResult(one.id, status, score, (), (), (), (), reason) for one in CONTENT]  # type: ignore[arg-type]
        return ContentScores(tuple(results), (), {"by": self.scorer_id})


class Away(Says):
    def score(self, kit: Kit, answers: Sequence[AnswerText]) -> ContentScores:
        raise ScorerError("judge.unreachable", LocalizedText("x", "x"), LocalizedText("x", "x"))


def both(own: float | None, judge: float | None, **more: float) -> ContentScores:
    return HybridScorer(Says(own, "evidence/3"), Says(judge, "judge/2:m:2"), **more).score(KIT, [])


def test_where_the_two_agree_the_default_scores_and_the_judge_stands_beside_it() -> None:
    content = both(6.0, 8.0)
    found = content.competencies[0]
    assert found.score == Score(6.0, 4.5, 7.5)
    assert found.beside is not None
    assert found.beside.value == 8.0
    assert found.reasons == ()
    assert content.settings["hybrid_for_a_person"] == 0


def test_a_disagreement_goes_to_a_person_with_both_numbers_and_is_not_averaged() -> None:
    content = both(3.0, 7.0)
    found = content.competencies[0]
    assert found.score == Score(3.0, 1.5, 7.0), "the value is the default's; the band holds the judge's"
    (reason,) = needs_review([], content.competencies)[:1]
    assert reason.code == "hybrid.disagree"
    for language, name in (("zh", FIRST.name.zh), ("en", FIRST.name.en)):
        assert all(part in reason.text(language) for part in (name, "3.0", "7.0", "4.0", "2.5"))
    assert content.settings["hybrid_for_a_person"] == len(CONTENT)


def test_the_threshold_is_the_installations() -> None:
    assert both(3.0, 7.0, threshold=4.0).competencies[0].reasons == ()


def test_a_score_of_one_of_the_two_goes_to_a_person_and_the_judges_does_not_count() -> None:
    own, judge = both(6.0, None).competencies[0], both(None, 6.0).competencies[0]
    assert [reason.code for reason in own.reasons] == ["hybrid.only_default"]
    assert [reason.code for reason in judge.reasons] == ["hybrid.only_judge"]
    assert (judge.score, judge.status) == (None, "cannot_assess")
    assert both(None, None).competencies[0].reasons == ()


@pytest.mark.parametrize("judge", [Away(1.0, "judge/2:m:2"), Says(None, "judge/2:m:2", "judge.failed")])
def test_a_judge_that_fails_leaves_the_defaults_scores_and_sends_all_of_them_to_a_person(judge: Says) -> None:
    content = HybridScorer(Says(6.0, "evidence/3"), judge).score(KIT, [])
    assert all(one.score is not None for one in content.competencies)
    assert {reason.code for one in content.competencies for reason in one.reasons} == {"hybrid.judge_failed"}
    assert "judge.unreachable" in content.competencies[0].reasons[0].text("en")


def test_the_id_names_both_scorers_and_can_always_be_stored() -> None:
    assert (
        HybridScorer(Says(1.0, "evidence/3"), Says(1.0, "judge/2:m:2")).scorer_id == "hybrid/1:evidence/3+judge/2:m:2"
    )
    one, other = (hybrid_id("calibrated/12345678", "judge-pairs/1:" + "m" * 40 + name) for name in "ab")
    assert len(one) <= 80
    assert one != other
