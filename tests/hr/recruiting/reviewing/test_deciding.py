"""Reading, ranking, deciding, overriding, offering, hiring: people decide, and everything is kept (A9, A18, A21)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hiring_world import World
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import (
    ConflictError,
    GoneError,
    InterviewEngineError,
    InvalidInput,
    NotFoundError,
    PermissionDenied,
)
from interview_engine.hr.access.rules import SYSTEM, Actor, candidate_actor
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.applying.applications import ApplicationFilters, list_applications
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs.lists import list_requisitions
from interview_engine.hr.recruiting.reviewing import assessments, reviews
from interview_engine.hr.recruiting.reviewing.shortlist import compared, ranked
from interview_engine.hr.recruiting.tables import Application, Assessment, HumanReview, Requisition
from interview_engine.store.blobs import BlobStore, open_blobs
from interview_engine.store.tables import AuditEvent, OutboxMessage

PAY = offers.NewOffer("客服专员", Decimal("9000"), date(2026, 12, 1))


def field_of(world: World, session: Session, values: list[float | None]) -> tuple[Requisition, list[Application]]:
    """One application for each value, assessed with it."""
    job = world.open_job(session)
    posting = world.post(session, job)
    rows = []
    for number, value in enumerate(values):
        application = world.applicant(session, posting, number, f"候选{number}")
        world.assessed(session, world.interviewed(session, application), value)
        rows.append(application)
    return job, rows


def test_a9_and_a18_everybody_is_in_the_list_with_reasons(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        job, rows = field_of(world, session, [9.0, 8.6, 6.2, 5.0, None])
        world.applicant(session, world.post(session, job), 77, "未面试")
        page = ranked(session, world.actor("recruiter"), job.id)
        (found,) = page.lists
        assert [(row.name, row.place.section, row.place.group) for row in found.rows] == [
            ("候选4", "cannot_assess", None),
            ("候选0", "ranked", 1),
            ("候选1", "ranked", 1),
            ("候选2", "ranked", 2),
            ("候选3", "ranked", 2),
        ]
        assert all(row.reasons for row in found.rows)
        assert (page.above, page.below, page.unscored, page.total) == (3, 1, 1, 6)
        assert {row.name: row.reasons[0].code for row in found.rows} == {
            "候选0": "bar.above",
            "候选1": "bar.above",
            "候选2": "bar.borderline",
            "候选3": "bar.borderline",
            "候选4": "text.empty",
        }
        assert [(row.name, row.reason.code) for row in page.waiting] == [("未面试", "waiting.new")]
        side_by_side = compared(session, world.actor("recruiter"), [rows[3].id, rows[0].id])
        assert [row.name for row in side_by_side] == ["候选3", "候选0"]


def test_a18_what_asked_for_a_person_stands_first_until_a_person_has_looked(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        job, rows = field_of(world, session, [9.0])
        low = world.applicant(session, world.post(session, job), 5, "需要看")
        world.assessed(session, world.interviewed(session, low), 4.0, review=True)
        names = lambda: [  # noqa: E731
            (row.name, row.place.section) for row in ranked(session, recruiter, job.id).lists[0].rows
        ]
        assert names() == [("需要看", "needs_review"), ("候选0", "ranked")]
        reviews.note(session, recruiter, low.id, "第二个声音是电视", clock)
        assert names() == [("候选0", "ranked"), ("需要看", "ranked")]
        codes = [one.code for one in ranked(session, recruiter, job.id).lists[0].rows[1].reasons]
        assert "review.settled" in codes
        assert rows[0].section == "ranked"


def test_a18_an_override_keeps_the_engine_s_score_beside_it(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        job, (application,) = field_of(world, session, [5.0])
        code = "communication"
        reviews.override(session, recruiter, application.id, code, 8.0, "追问时讲得很清楚", clock)
        reviews.override(session, recruiter, application.id, None, 7.0, "整体好于分数", clock)
        (row,) = ranked(session, recruiter, job.id).lists[0].rows
        assert (row.human_score, row.above_bar) == (7.0, True)
        assert row.place.entry.score is not None
        assert row.place.entry.score.value == 5.0
        kept = reviews.reviews_of(session, recruiter, application.id)
        assert [(one.kind, one.competency_code, one.score) for one in kept] == [
            ("override", code, 8.0),
            ("override", None, 7.0),
        ]
        assert row.human_scores == {code: 8.0}
        assert "沟通能力：人工 8.0 / 引擎 5.0。" in [reason.text.zh for reason in row.reasons]
        reviews.override(session, recruiter, application.id, code, 6.5, "再听一遍", clock)
        (row,) = ranked(session, recruiter, job.id).lists[0].rows
        assert row.human_scores == {code: 6.5}, "the newest counts"
        for bad in ((code, 11.0, "理由理由"), ("no-such", 5.0, "理由理由"), (code, 5.0, " ")):
            with pytest.raises(InvalidInput):
                reviews.override(session, recruiter, application.id, *bad, clock)


def test_only_people_decide_and_they_say_why(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        _, (application,) = field_of(world, session, [2.0])
        with pytest.raises(PermissionDenied) as caught:
            reviews.decide(session, SYSTEM, application.id, "reject", "分数太低", clock)
        assert caught.value.code == "review.people_only"
        with pytest.raises(PermissionDenied):
            reviews.decide(session, world.actor("interviewer"), application.id, "reject", "分数太低", clock)
        with pytest.raises(InvalidInput):
            reviews.decide(session, world.actor("recruiter"), application.id, "reject", "  ", clock)
        assert application.stage == "review"
        reviews.decide(session, world.actor("hiring_manager"), application.id, "reject", "没有投诉处理经历", clock)
        assert application.stage == "rejected"


def test_two_decisions_at_once_are_one(world: World) -> None:
    with world.database.transaction() as session:
        _, (application,) = field_of(world, session, [8.0])
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def send(decision: str) -> None:
        start.wait()
        try:
            with world.database.transaction() as session:
                reviews.decide(session, world.actor("hr"), application.id, decision, "同时决定", world.clock)  # type: ignore[arg-type]
            outcomes.append(decision)
        except InterviewEngineError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=send, args=("advance",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["advance", "application.move"]
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HumanReview)) == 1
        assert session.get_one(Application, application.id).stage == "offer"


def test_a21_an_assessment_is_stored_once_and_its_owner_told_once(world: World) -> None:
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        invitation = world.interviewed(session, application)
        new = world.new_assessment(session, invitation.id, 7.0)
    start = threading.Barrier(3)
    stored: list[str] = []

    def worker() -> None:
        start.wait()
        with world.database.transaction() as session:
            row = assessments.store_assessment(session, application.id, invitation.id, new, world.clock)
            stored.append(row.id)

    threads = [threading.Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stored) == 3
    assert len(set(stored)) == 1
    with world.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Assessment)) == 1
        ready = (
            select(func.count())
            .select_from(OutboxMessage)
            .where(OutboxMessage.template == "assessment.ready", OutboxMessage.channel == "inbox")
        )
        assert session.scalar(ready) == 1
        second = world.assessed(session, invitation, 5.5, run=2)
        row = session.get_one(Application, application.id)
        assert (row.assessment_id, row.score_value) == (second.id, 5.5)
        assert session.scalar(select(func.count()).select_from(Assessment)) == 2  # superseded, not changed


def test_an_assessment_of_a_revoked_interview_is_not_stored(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        issued = invitations.invite(session, world.actor("recruiter"), application.id, world.clock)
        invitations.revoke(session, world.actor("recruiter"), issued.invitation.id, world.clock)
        with pytest.raises(NotFoundError):
            world.assessed(session, issued.invitation)


@dataclass(frozen=True, slots=True)
class Scored:
    """An application whose report lies in the blobs."""

    application_id: str
    assessment_id: str
    blobs: BlobStore


@pytest.fixture
def scored(small_world: World, tmp_path: Path) -> Scored:
    world, blobs = small_world, open_blobs(f"file://{tmp_path / 'blobs'}")
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        invitation = world.interviewed(session, application)
        assessment = world.assessed(session, invitation)
        assessment.report_sha256 = blobs.put(b'{"schema": "interview-report/1"}', "application/json")
        return Scored(application.id, assessment.id, blobs)


def test_l10_reading_a_report_is_recorded(small_world: World, scored: Scored) -> None:
    world, manager = small_world, small_world.actor("hiring_manager")
    with world.database.transaction() as session:
        document = assessments.report_document(session, manager, scored.blobs, scored.application_id, world.clock)
        assert document["schema"] == "interview-report/1"
    with world.database.reading() as session:
        reads = select(AuditEvent.actor).where(AuditEvent.action == "report.read")
        assert session.scalars(reads).all() == [manager.id]


def test_reading_a_report_needs_permission(small_world: World, scored: Scored) -> None:
    world = small_world
    with world.database.transaction() as session, pytest.raises(PermissionDenied):
        assessments.report_document(session, world.actor("auditor"), scored.blobs, scored.application_id, world.clock)


def test_who_has_read_the_report_does_not_rate_blind(small_world: World, scored: Scored) -> None:
    world, manager = small_world, small_world.actor("hiring_manager")
    with world.database.transaction() as session:
        assessments.report_document(session, manager, scored.blobs, scored.application_id, world.clock)
    with world.database.transaction() as session:
        with pytest.raises(ConflictError) as caught:
            reviews.rate_blind(session, manager, scored.assessment_id, {"communication": 4}, world.clock)
        assert caught.value.code == "rating.not_blind"


def test_a_blind_rating_is_given_once(small_world: World, scored: Scored) -> None:
    world, interviewer = small_world, small_world.actor("interviewer")
    with world.database.transaction() as session:
        rated = reviews.rate_blind(session, interviewer, scored.assessment_id, {"communication": 4}, world.clock)
        assert [row.level for row in rated] == [4]
        with pytest.raises(ConflictError) as caught:
            reviews.rate_blind(session, interviewer, scored.assessment_id, {"communication": 5}, world.clock)
        assert caught.value.code == "rating.given"
        assert [one.value for one in reviews.ratings_of_kit(session, world.kit_version_id)] == [7.5]


def test_a_blind_rating_is_a_level_of_the_scale(small_world: World, scored: Scored) -> None:
    world = small_world
    with world.database.transaction() as session, pytest.raises(InvalidInput):
        reviews.rate_blind(session, world.actor("hr"), scored.assessment_id, {"communication": 4.2}, world.clock)


def test_a_candidate_asks_for_a_person_once_and_is_told_of_the_answer(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        invitation = world.interviewed(session, application)
        world.assessed(session, invitation)
        candidate = candidate_actor(invitation.id, application.person_id, "zh")
        first = reviews.request_rerating(session, candidate, invitation, "第二题没有听清", clock)
        assert reviews.request_rerating(session, candidate, invitation, "再一次", clock).id == first.id
        (row,) = ranked(session, recruiter, application.requisition_id).lists[0].rows
        assert (row.place.section, row.place.reasons[0].code) == ("needs_review", "review.rerating_requested")
        reviews.answer_rerating(session, recruiter, first.id, "重看后维持原判断", clock)
        assert application.section == "ranked"
        with pytest.raises(ConflictError):
            reviews.answer_rerating(session, recruiter, first.id, "再答一次", clock)
        told = session.execute(
            select(OutboxMessage.template, OutboxMessage.recipient).where(
                OutboxMessage.template.like("rerating.%"),
                OutboxMessage.dedupe_key.not_like("%:push"),
            )
        ).tuples()
        assert sorted(told.all()) == [
            ("rerating.answered", f"person:{application.person_id}"),
            ("rerating.requested", recruiter.id),
        ]


JUDGED: dict[str, Callable[[Session, Actor, str, Clock], object]] = {
    "a note": lambda s, a, i, c: reviews.note(s, a, i, "第二个声音是电视", c),
    "an own score": lambda s, a, i, c: reviews.override(s, a, i, None, 7.0, "整体好于分数", c),
    "a decision": lambda s, a, i, c: reviews.decide(s, a, i, "hold", "等下一位", c),
    "a move": lambda s, a, i, c: applications.move(s, a, i, "rejected", "岗位已满", c),
}


@pytest.mark.parametrize("how", JUDGED)
def test_a_message_about_a_report_is_settled_once_somebody_has_judged_it(small_world: World, how: str) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    ready = select(OutboxMessage).where(OutboxMessage.template == "assessment.ready", OutboxMessage.channel == "inbox")
    with world.database.transaction() as session:
        job, (application,) = field_of(world, session, [8.0])
        other = world.applicant(session, world.post(session, job), 7, "另一个")
        world.assessed(session, world.interviewed(session, other))
        assert [one.settled_at for one in session.scalars(ready)] == [None, None]
        JUDGED[how](session, recruiter, application.id, world.clock)
    with world.database.reading() as session:
        settled = {one.payload["application"]: (one.settled_at, one.read_at) for one in session.scalars(ready)}
    assert None not in settled[application.id]
    assert settled[other.id] == (None, None)


def test_a_request_for_a_person_is_settled_when_it_is_answered_and_not_before(small_world: World) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    asked = select(OutboxMessage.settled_at).where(
        OutboxMessage.template == "rerating.requested", OutboxMessage.channel == "inbox"
    )
    with world.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)))
        invitation = world.interviewed(session, application)
        world.assessed(session, invitation)
        candidate = candidate_actor(invitation.id, application.person_id, "zh")
        request = reviews.request_rerating(session, candidate, invitation, "第二题没有听清", world.clock)
        reviews.note(session, recruiter, application.id, "先看了一遍", world.clock)
        assert session.scalar(asked) is None
        reviews.answer_rerating(session, recruiter, request.id, "重看后维持原判断", world.clock)
        assert session.scalar(asked) is not None


def decided(world: World, session: Session) -> Application:
    _, (application,) = field_of(world, session, [8.0])
    reviews.decide(session, world.actor("recruiter"), application.id, "advance", "讲得具体", world.clock)
    return application


def test_an_offer_needs_a_decision_and_is_answered_once(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        _, (waiting,) = field_of(world, session, [8.0])
        with pytest.raises(ConflictError) as caught:
            offers.draft_offer(session, recruiter, waiting.id, PAY, clock)
        assert caught.value.code == "offer.stage"
        reviews.decide(session, recruiter, waiting.id, "advance", "讲得具体", clock)
        offer = offers.draft_offer(session, recruiter, waiting.id, PAY, clock)
        sent = offers.send_offer(session, recruiter, offer.id, clock)
        with pytest.raises(ConflictError):
            offers.hire(session, recruiter, waiting.id, clock)
        assert offers.answer_offer(session, sent.token, True, clock).state == "accepted"
        assert offers.answer_offer(session, sent.token, True, clock).state == "accepted"
        with pytest.raises(ConflictError) as caught:
            offers.answer_offer(session, sent.token, False, clock)
        assert caught.value.code == "offer.answered"
        first = offers.hire(session, recruiter, waiting.id, clock)
        assert offers.hire(session, recruiter, waiting.id, clock).id == first.id


def test_a_first_day_is_held_against_the_day_in_beijing(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    clock.at = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)  # 1:00 of the 3rd in Beijing
    with world.database.transaction() as session:
        application = decided(world, session)
        with pytest.raises(InvalidInput) as caught:
            offers.draft_offer(session, recruiter, application.id, replace(PAY, start_date=date(2026, 11, 2)), clock)
        assert caught.value.code == "offer.start"
        today = replace(PAY, start_date=date(2026, 11, 3))
        assert offers.draft_offer(session, recruiter, application.id, today, clock).start_date == "2026-11-03"


def test_a_declined_or_expired_offer_goes_back_to_review(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        application = decided(world, session)
        sent = offers.send_offer(
            session, recruiter, offers.draft_offer(session, recruiter, application.id, PAY, clock).id, clock
        )
        offers.answer_offer(session, sent.token, False, clock)
        assert application.stage == "review"
        reviews.decide(session, recruiter, application.id, "advance", "再谈一次", clock)
        again = offers.send_offer(
            session, recruiter, offers.draft_offer(session, recruiter, application.id, PAY, clock).id, clock
        )
        clock.pass_days(8)
        with pytest.raises(GoneError):
            offers.answer_offer(session, again.token, True, clock)
        assert offers.expire(session, clock) == 1


def test_where_offers_are_approved_none_is_sent_before(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        steps = [{"rule": "all", "approvers": ["role:hr", "manager"]}]
        approvals.set_flow(session, world.actor("hr"), "offer", steps, clock)
        application = decided(world, session)
        offer = offers.draft_offer(session, recruiter, application.id, PAY, clock)
        with pytest.raises(ConflictError) as caught:
            offers.send_offer(session, recruiter, offer.id, clock)
        assert caught.value.code == "offer.not_approved"
        approval = offers.submit_offer(session, recruiter, offer.id, clock)
        approvals.decide(session, world.actor("hr"), approval.id, "approve", "", clock)
        assert offer.state == "pending"
        approvals.decide(session, world.actor("hiring_manager"), approval.id, "approve", "", clock)
        assert offer.state == "approved"
        assert offers.send_offer(session, recruiter, offer.id, clock).offer.state == "sent"


def test_pay_is_hidden_from_who_may_not_see_it_and_in_no_message_or_audit(small_world: World) -> None:
    world, clock, recruiter = small_world, small_world.clock, small_world.actor("recruiter")
    with world.database.transaction() as session:
        application = decided(world, session)
        offer = offers.draft_offer(session, recruiter, application.id, PAY, clock)
        offers.send_offer(session, recruiter, offer.id, clock)
        for role in ("hiring_manager", "interviewer", "auditor"):
            with pytest.raises(PermissionDenied):
                offers.offers_of(session, world.actor(role), application.id)
    with world.database.reading() as session:
        payloads = [str(one) for one in session.scalars(select(OutboxMessage.payload))]
        details = [str(one) for one in session.scalars(select(AuditEvent.detail))]
        pay = re.compile(r"(?<![0-9a-f])9000(?![0-9a-f])")  # not digits of an identifier
        assert not any(pay.search(text) for text in (*payloads, *details))


def test_names_and_scores_are_hidden_from_who_may_not_see_them(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        job, _ = field_of(world, session, [8.0])
        (line,) = list_applications(session, world.actor("interviewer"), job.id).items
        assert (line.name, line.score_value) == ("—", 8.0)
        (row,) = ranked(session, world.actor("interviewer"), job.id).lists[0].rows
        assert (row.name, row.place.entry.candidate) == ("—", "—")
        with pytest.raises(PermissionDenied):
            list_applications(session, world.actor("auditor"), job.id)


def test_lists_are_paged_filtered_and_sorted(small_world: World) -> None:
    world, recruiter = small_world, small_world.actor("recruiter")
    with world.database.transaction() as session:
        job, rows = field_of(world, session, [5.0, 8.0, 6.0, 8.0, None])
        seen: list[str] = []
        cursor = None
        while True:
            page = list_applications(session, recruiter, job.id, None, cursor, 2)
            assert page.total == 5
            seen += [line.id for line in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == [row.id for row in reversed(rows)]
        first = list_applications(session, recruiter, job.id, None, None, 2, sort="score")
        rest = list_applications(session, recruiter, job.id, None, first.next_cursor, 10, sort="score")
        assert [line.score_value for line in (*first.items, *rest.items)] == [8.0, 8.0, 6.0, 5.0]
        good = list_applications(session, recruiter, job.id, ApplicationFilters(least_score=6.0))
        assert {line.score_value for line in good.items} == {8.0, 6.0}
        named = list_applications(session, recruiter, None, ApplicationFilters(name="候选2"))
        assert [line.name for line in named.items] == ["候选2"]
        with pytest.raises(InvalidInput):
            list_applications(session, recruiter, job.id, None, "not a cursor")
        (summary,) = list_requisitions(session, recruiter).items
        assert (summary.applications, summary.assessed, summary.needs_person) == (5, 5, 1)
