"""Reviews in their order, a score with its basis, grades on the board, publication, confirmation, appeal (H5 to H8)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from performance_story import Played
from sqlalchemy import select

from interview_engine.errors import ConflictError, InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import Actor, employee_actor
from interview_engine.hr.competency.tables import CompetencyEvidence
from interview_engine.hr.performance import appraisals, calibration, goals, progress, service
from interview_engine.hr.performance.appraisals import Review
from interview_engine.hr.performance.tables import Appraisal

SCORES = (92, 88, 80, 70)


def row_of(played: Played, at: int) -> Appraisal:
    with played.world.database.reading() as session:
        return session.scalars(
            select(Appraisal).where(
                Appraisal.cycle_id == played.cycle_id, Appraisal.person_id == played.staff[at].person_id
            )
        ).one()


def review(played: Played, at: int, actor: Actor, step: str, score: int = 80) -> None:
    row_id = row_of(played, at).id
    given = Review(Decimal(score), "认真负责", "多与客户沟通")
    played.do(lambda session: appraisals.review(session, actor, row_id, step, given, played.world.clock))


@pytest.fixture(scope="module")
def reviewed(story: Played) -> Played:
    """Everything up to calibration: one with goals, all reviewed by manager, HR and general manager."""
    clock = story.world.clock
    story.step("goals")
    first = str(story.do(lambda session: story.goal(session, 0, "85").id))
    rated = str(story.do(lambda session: story.goal(session, 0, "15", title="团队合作", kind="competency",
                                                    competency_code="communication").id))  # fmt: skip
    story.do(lambda session: goals.send(session, story.hr, first, clock))
    story.do(lambda session: goals.confirm(session, story.staff[0].me, story.cycle_id, clock))
    story.step("executing")
    story.do(lambda session: progress.enter(session, story.staff[0].me, first, Decimal(40), "", clock))
    story.do(lambda session: progress.enter(session, story.head, rated, Decimal(90), "", clock))
    story.step("self")
    with pytest.raises(ConflictError):
        review(story, 0, story.head, "manager")  # the self-review comes first
    for at in range(4):
        review(story, at, story.staff[at].me, "self")
    with pytest.raises(ConflictError):
        review(story, 0, story.head, "manager")  # HR has not opened the step
    with pytest.raises(ConflictError, match="not the next step"):
        story.step("calibration")
    story.step("manager")
    with pytest.raises(PermissionDenied):
        review(story, 0, story.staff[1].me, "manager")  # a colleague
    for at, score in enumerate(SCORES):
        review(story, at, story.head, "manager", score)
    story.step("hr", "gm")
    with pytest.raises(PermissionDenied):
        review(story, 0, story.head, "hr")
    for at in range(4):
        review(story, at, story.hr, "hr")
    with pytest.raises(ConflictError):
        review(story, 0, story.hr, "gm")  # who wrote HR's
    for at in range(3):
        review(story, at, story.gm, "gm")
    with pytest.raises(ConflictError, match="still wait"):
        story.step("calibration")
    last = row_of(story, 3).id
    with pytest.raises(PermissionDenied):
        story.do(lambda session: appraisals.pass_over(session, story.head, last, "出差", clock))
    story.do(lambda session: appraisals.pass_over(session, story.gm, last, "出差", clock))
    story.step("calibration")
    return story


def test_the_basis_says_every_part_and_the_weights_that_counted(reviewed: Played) -> None:
    row = row_of(reviewed, 0)
    by_part = {one["part"]: one for one in row.basis}
    assert by_part["around"]["score"] is None
    assert (by_part["goals"]["stated"], by_part["goals"]["weight"]) == ("40", "57.14")
    assert by_part["goals"]["score"] == "81.50"  # 85 % of 80 and 15 % of 90
    assert [one["score"] for one in by_part["goals"]["below"]] == ["80.00", "90.00"]
    points = sum(Decimal(one["points"]) for one in row.basis if one["points"] is not None)
    assert points == row.score == Decimal("86.00")
    assert row.band == "excellent"


def test_who_has_no_goals_is_scored_by_what_applies_and_never_with_a_zero(reviewed: Played) -> None:
    row = row_of(reviewed, 1)
    assert row.score == Decimal(88)
    assert [one["weight"] for one in row.basis if one["score"] is not None] == ["100"]


def test_grades_follow_the_shares_and_moves_keep_their_reasons(reviewed: Played) -> None:
    assert [row_of(reviewed, at).proposed for at in range(4)] == ["B", "A", "B", "C"]
    clock, row_id = reviewed.world.clock, row_of(reviewed, 0).id
    with pytest.raises(InvalidInput):
        reviewed.do(lambda session: calibration.move(session, reviewed.hr, row_id, "A", " ", clock))
    with pytest.raises(PermissionDenied):
        reviewed.do(lambda session: calibration.move(session, reviewed.head, row_id, "A", "想要", clock))
    reviewed.do(lambda session: calibration.move(session, reviewed.hr, row_id, "A", "项目难度大", clock))
    with pytest.raises(ConflictError, match="A or better"):
        reviewed.step("published")
    other = row_of(reviewed, 1).id
    reviewed.do(lambda session: calibration.move(session, reviewed.hr, other, "B", "与他人持平", clock))
    with reviewed.world.database.reading() as session:
        found = calibration.board(session, reviewed.hr, reviewed.cycle_id)
        assert [one.name for one in found.grades["A"]] == ["林晓"]
        assert found.over == {"A": 0, "B": 0, "C": 0}
        assert [one.reason for one in calibration.moves_of(session, row_id)] == ["项目难度大"]


@pytest.fixture(scope="module")
def published(reviewed: Played) -> Played:
    clock = reviewed.world.clock
    for at, grade in ((0, "A"), (1, "B")):
        row_id = row_of(reviewed, at).id
        reviewed.do(
            lambda session, key=row_id, to=grade: calibration.move(session, reviewed.hr, key, to, "校准", clock)
        )
    reviewed.step("published")
    return reviewed


def test_a_rated_competency_becomes_a_dated_measure_with_its_band(published: Played) -> None:
    with published.world.database.reading() as session:
        (one,) = session.scalars(
            select(CompetencyEvidence).where(
                CompetencyEvidence.person_id == published.staff[0].person_id, CompetencyEvidence.source == "appraisal"
            )
        )
    assert (one.competency_code, one.score, one.low, one.high) == ("communication", 9.0, 7.0, 10.0)


def test_a_result_is_confirmed_by_its_person_alone(published: Played) -> None:
    row_id, clock = row_of(published, 1).id, published.world.clock
    with pytest.raises(PermissionDenied):
        published.do(lambda session: service.confirm_result(session, published.staff[0].me, row_id, clock))
    published.do(lambda session: service.confirm_result(session, published.staff[1].me, row_id, clock))
    assert row_of(published, 1).confirmed_at is not None


def test_an_appeal_opens_only_what_it_names(published: Played) -> None:
    before, others = row_of(published, 2), row_of(published, 3)
    staff = published.staff[2]
    asked = published.do(
        lambda session: staff.ask(session, "appeal", cycle=published.cycle_id, about="manager", reason="漏记了项目")
    )
    published.do(lambda session: staff.decide(session, session.merge(asked), role="hiring_manager"))
    row = row_of(published, 2)
    assert (row.reopened, row.step) == ("manager", "manager")
    for actor, step in ((staff.me, "self"), (published.hr, "hr")):
        with pytest.raises(ConflictError):
            review(published, 2, actor, step)
    with pytest.raises(ConflictError, match="not settled"):
        published.step("closed")
    review(published, 2, published.head, "manager", 90)
    row = row_of(published, 2)
    assert (row.reopened, row.step, row.score) == (None, "done", Decimal(90))
    assert row.grade == before.grade
    assert row.reviews["before"][0]["score"] == "80"
    assert row.reviews["hr"] == before.reviews["hr"]
    assert row_of(published, 3).score == others.score
    published.step("closed")


def test_a_colleague_reads_nothing_of_anothers_appraisal(reviewed: Played) -> None:
    other = employee_actor(reviewed.staff[1].person_id, "zh")
    row_id = row_of(reviewed, 0).id
    with pytest.raises(PermissionDenied), reviewed.world.database.reading() as session:
        appraisals.get_for(session, other, row_id)
