"""Marks in steps: where a likeness to the reference reaches one, and what people's ratings move."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hashing_embedder import HashingEmbedder
from hypothesis import given
from hypothesis import strategies as st
from report_samples import KIT

from interview_engine.assessment.evidence.marks import (
    LEAST_RATED,
    Rated,
    fitted_cuts,
    own_question,
    reached,
    shipped_cuts,
    with_mark,
)
from interview_engine.assessment.evidence.reference import ReferenceMatch
from interview_engine.assessment.evidence.scorer import EvidenceScorer
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.scoring import AnswerText
from interview_engine.i18n import LocalizedText

RIGHT = "It keeps a column sorted so queries avoid a full scan."
MARKS = (0.0, 1.0, 2.0, 3.0, 5.0)
shares = st.floats(0, 1)
rated = st.lists(st.builds(Rated, st.sampled_from([f"p{i}" for i in range(30)]), shares, shares), max_size=60)


def knowledge() -> Kit:
    """A kit whose second question alone asks for what learning is."""
    asked = replace(
        KIT.questions[1],
        text=LocalizedText("数据库索引有什么用？", "What does an index of a database do?"),
        references=(LocalizedText("它把一列排好序，不用扫描全表。", RIGHT),),
        marks=MARKS,
        probes=("learning",),
    )  # fmt: skip
    others = [replace(one, probes=("communication",)) for one in KIT.questions if one.id != asked.id]
    return replace(KIT, questions=(others[0], asked, *others[1:]), sha256="a" * 64)


def match(score: float, *, denies: bool = False) -> ReferenceMatch:
    return ReferenceMatch(score, {}, (), (), contradicts=denies, denies=denies)


def rated_at(lenient: float, count: int) -> list[Rated]:
    """People's marks rise with the likeness, `lenient` of the scale above it."""
    likeness = [place / (count - 1) for place in range(count)]
    return [Rated(f"p{place}", value, min(1.0, value + lenient)) for place, value in enumerate(likeness)]


def test_the_cuts_that_ship_lie_where_the_fitted_mark_is_halfway_between_two_steps() -> None:
    assert shipped_cuts(MARKS) == pytest.approx((0.168, 0.310, 0.5, 0.769), abs=0.001)


@given(shares, shares)
def test_a_step_never_falls_with_the_likeness(one: float, other: float) -> None:
    low, high = (reached(value, MARKS, shipped_cuts(MARKS)) for value in sorted((one, other)))
    assert low <= high
    assert {low, high} <= set(MARKS)


def test_exactly_at_a_cut_the_step_is_reached() -> None:
    assert [reached(value, (0, 1), (0.5,)) for value in (0.499, 0.5)] == [0, 1]


def test_few_ratings_leave_the_cuts_that_ship() -> None:
    assert fitted_cuts(MARKS, rated_at(0.3, LEAST_RATED - 1)) == shipped_cuts(MARKS)


def test_lenient_people_lower_the_cuts_the_more_of_them_there_are() -> None:
    few, many = fitted_cuts(MARKS, rated_at(0.3, 20)), fitted_cuts(MARKS, rated_at(0.3, 200))
    shipped = shipped_cuts(MARKS)
    assert many[2] < few[2] < shipped[2]
    assert many[3] < few[3] < shipped[3]


def test_ratings_that_fall_with_the_likeness_leave_the_cuts_that_ship() -> None:
    turned = [replace(one, share=1.0 - one.share) for one in rated_at(0.0, 60)]
    assert fitted_cuts(MARKS, turned) == shipped_cuts(MARKS)


@given(rated)
def test_fitted_cuts_never_fall_whatever_people_gave(given_by_people: list[Rated]) -> None:
    cuts = fitted_cuts(MARKS, given_by_people)
    assert len(cuts) == len(MARKS) - 1
    assert list(cuts) == sorted(cuts)
    assert all(0 <= cut <= 1 for cut in cuts)


def test_a_mark_names_its_question_and_uses_the_questions_own_cuts() -> None:
    kit = knowledge()
    asked = kit.questions[1].id
    usual, own = with_mark(match(0.4), kit, asked, {}), with_mark(match(0.4), kit, asked, {asked: (0.1, 0.2, 0.3, 0.9)})
    assert usual.mark is not None
    assert own.mark is not None
    assert (usual.mark.question, usual.mark.given, usual.mark.full) == (2, 2.0, 5.0)
    assert own.mark.given == 3.0


def test_an_answer_that_says_the_opposite_gets_no_mark() -> None:
    kit = knowledge()
    assert with_mark(match(0.9, denies=True), kit, kit.questions[1].id, {}).mark is None


def test_only_a_question_that_alone_probes_a_competency_has_its_ratings() -> None:
    kit = knowledge()
    also = replace(kit, questions=(replace(kit.questions[0], probes=("learning",)), *kit.questions[1:]))
    assert own_question(kit, "learning") == kit.questions[1]
    assert own_question(kit, "communication") is None
    assert own_question(also, "learning") is None


def test_the_report_says_the_step_before_what_was_said_and_what_was_not() -> None:
    kit = knowledge()
    asked = kit.questions[1].id
    strict = {asked: (0.5, 0.99, 0.995, 0.999)}
    for cuts, text in (({}, "Question 2: 5 of 5 marks."), (strict, "Question 2: 1 of 5 marks.")):
        found = EvidenceScorer(HashingEmbedder(), cuts=cuts).score(kit, [AnswerText(asked, "en", RIGHT)])
        result = next(one for one in found.competencies if one.competency_id == "learning")
        assert [reason.code for reason in result.reasons] == ["reference.marked", "reference.compared"]
        assert result.reasons[0].text("en") == text


def test_marks_move_no_score() -> None:
    kit = knowledge()
    without = replace(kit, questions=tuple(replace(one, marks=()) for one in kit.questions), sha256="b" * 64)
    answers = [AnswerText(kit.questions[1].id, "en", "It sorts a column, so that queries need no full scan.")]
    scores = [
        [one.score for one in EvidenceScorer(HashingEmbedder()).score(each, answers).competencies]
        for each in (kit, without)
    ]
    assert scores[0] == scores[1]
