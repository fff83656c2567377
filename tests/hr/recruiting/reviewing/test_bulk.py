"""Several candidates are decided, moved or written to at once: once a form, by the rules of one, and undone (A18)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hiring_world import World
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.recruiting.analytics.times import hiring_times
from interview_engine.hr.recruiting.applying import applications, own
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.reviewing import bulk, reviews
from interview_engine.hr.recruiting.rules import MESSAGE_GRACE, BulkKind
from interview_engine.hr.recruiting.tables import Application, BulkAction, HumanReview, Requisition
from interview_engine.store.tables import OutboxMessage

KEY = "a-form-of-a-page-0001"
REASON = "回答里没有说到自己做了什么"


def job_with(world: World, session: Session, number: int) -> tuple[Requisition, list[Application]]:
    """An open job and applicants who wait for a decision."""
    job = world.open_job(session)
    posting = world.post(session, job)
    rows = [world.applicant(session, posting, at) for at in range(number)]
    for row in rows:
        world.assessed(session, world.interviewed(session, row))
    return job, rows


def carried_out(
    world: World,
    session: Session,
    job: Requisition,
    kind: BulkKind,
    rows: Sequence[Application],
    words: str = REASON,
    key: str = KEY,
    role: str = "recruiter",
) -> BulkAction:
    ids = [row.id for row in rows]
    return bulk.carry_out(
        session, world.actor(role), job.id, kind, ids, words, key, world.clock, lambda person: f"of-{person}"
    )


def test_candidates_rejected_together_are_each_decided_with_the_reason(world: World) -> None:
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 3)
        carried_out(world, session, job, "reject", rows[:2])
        assert [row.stage for row in rows] == ["rejected", "rejected", "review"]
        said = session.scalars(select(HumanReview).where(HumanReview.kind == "decision")).all()
        assert {(one.application_id, one.decision, one.reason) for one in said} == {
            (row.id, "reject", REASON) for row in rows[:2]
        }


def test_the_same_form_sent_twice_is_one_action(world: World) -> None:
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 2)
        first = carried_out(world, session, job, "reject", rows)
        bulk.undo(session, world.actor("recruiter"), first.id, world.clock)
        assert carried_out(world, session, job, "reject", rows) is first
        assert [row.stage for row in rows] == ["review", "review"]
        assert session.scalar(select(func.count()).select_from(BulkAction)) == 1


def test_undoing_a_rejection_gives_back_stage_place_and_links(small_world: World) -> None:
    world = small_world
    recruiter, clock = world.actor("recruiter"), world.clock
    with world.database.transaction() as session:
        job, (assessed,) = job_with(world, session, 1)
        invited = world.applicant(session, world.post(session, job, "another"), 8)
        issued = invitations.invite(session, recruiter, invited.id, clock)
        since = (assessed.stage_since, invited.stage_since)
        action = carried_out(world, session, job, "reject", [assessed, invited])
        assert issued.invitation.state == "revoked"
        bulk.undo(session, recruiter, action.id, clock)
        assert (assessed.stage, invited.stage, issued.invitation.state) == ("review", "invited", "sent")
        assert (assessed.stage_since, invited.stage_since) == since
        assert invitations.peek(session, issued.token, clock).application is invited
        last = [one.decision for one in reviews.reviews_of(session, recruiter, assessed.id)][-1]
        assert last == "taken_back"


def test_who_has_gone_on_since_stays_and_is_named(small_world: World) -> None:
    world = small_world
    recruiter, clock = world.actor("recruiter"), world.clock
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 2)
        action = carried_out(world, session, job, "offer", rows)
        new = offers.NewOffer("客服", offers.Decimal("9000"), clock.now().date() + timedelta(days=30))
        offers.draft_offer(session, world.actor("hr"), rows[0].id, new, clock)
        bulk.undo(session, recruiter, action.id, clock)
        assert [row.stage for row in rows] == ["offer", "review"]
        told = bulk.outcome(session, recruiter, job.id, action.id, clock)
        assert told is not None
        assert (told.kept, told.until) == (("测试0",), None)


def test_after_a_day_a_rejection_stands(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 1)
        action = carried_out(world, session, job, "reject", rows)
        world.clock.pass_days(1.01)
        with pytest.raises(ConflictError) as caught:
            bulk.undo(session, world.actor("recruiter"), action.id, world.clock)
        assert caught.value.code == "bulk.too_late"


def test_whose_stage_does_not_allow_it_is_left_and_told(small_world: World) -> None:
    world = small_world
    recruiter = world.actor("recruiter")
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 2)
        applications.move(session, recruiter, rows[0].id, "withdrawn", "", world.clock)
        planned = bulk.plan(session, recruiter, job.id, "reject", [row.id for row in rows])
        assert [(one.name, one.possible) for one in planned.rows] == [("测试0", False), ("测试1", True)]
        assert (planned.count, planned.reason_needed) == (1, True)
        action = carried_out(world, session, job, "reject", rows)
        told = bulk.outcome(session, recruiter, job.id, action.id, world.clock)
        assert told is not None
        assert (told.count, told.left) == (1, (("测试0", "withdrawn"),))


def test_a_plan_counts_the_links_that_would_close(small_world: World) -> None:
    world = small_world
    recruiter = world.actor("recruiter")
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 1)
        invited = world.applicant(session, world.post(session, job, "another"), 8)
        invitations.invite(session, recruiter, invited.id, world.clock)
        assert bulk.plan(session, recruiter, job.id, "reject", [rows[0].id, invited.id]).links == 1


@pytest.mark.parametrize("kind", ["reject", "offer"])
@pytest.mark.parametrize(("words", "said"), [(" ", "请填写理由。"), ("短", "理由至少要有 3 个字。")])
def test_a_decision_needs_a_reason(small_world: World, kind: BulkKind, words: str, said: str) -> None:
    world = small_world
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 1)
        with pytest.raises(InvalidInput) as caught:
            carried_out(world, session, job, kind, rows, words=words)
        assert (caught.value.code, caught.value.field) == ("input.required", "words")
        assert caught.value.message.zh == said


def test_nothing_happens_to_anybody_when_one_is_out_of_reach(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 1)
        other_job = world.open_job(session, title="别的职位")
        stranger = world.applicant(session, world.post(session, other_job), 9)
    with pytest.raises(NotFoundError), world.database.transaction() as session:
        carried_out(world, session, job, "reject", [*rows, stranger])
    with pytest.raises(PermissionDenied), world.database.transaction() as session:
        carried_out(world, session, job, "reject", rows, role="auditor")
    with world.database.reading() as session:
        assert session.get_one(Application, rows[0].id).stage == "review"
        assert session.scalar(select(func.count()).select_from(BulkAction)) == 0


@pytest.mark.parametrize(("number", "code"), [(0, "bulk.none"), (201, "bulk.many")])
def test_an_action_is_about_one_to_two_hundred(small_world: World, number: int, code: str) -> None:
    world = small_world
    with world.database.transaction() as session:
        job = world.open_job(session)
        ids = [f"{at:032x}" for at in range(number)]
        with pytest.raises(InvalidInput) as caught:
            bulk.plan(session, world.actor("recruiter"), job.id, "reject", ids)
        assert caught.value.code == code


def test_a_message_waits_so_that_it_can_be_stopped(small_world: World) -> None:
    world = small_world
    recruiter, clock = world.actor("recruiter"), world.clock
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 2)
        action = carried_out(world, session, job, "message", rows, words="面试改到周五。")
        queued = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "application.message")).all()
        assert {one.due_at for one in queued} == {action.created_at + MESSAGE_GRACE}
        queued[1].attempts = 1  # somebody is sending it
        session.flush()
        bulk.undo(session, recruiter, action.id, clock)
        session.expire_all()
        assert [one.state for one in queued] == ["suppressed", "queued"]
        assert queued[0].payload == {}
        assert len(action.kept) == 1


def test_a_message_stands_with_the_candidates_own_applications_once_it_is_out(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        job, (row,) = job_with(world, session, 1)
        stopped = carried_out(world, session, job, "message", [row], words="这条不发", key=KEY + "x")
        bulk.undo(session, world.actor("recruiter"), stopped.id, world.clock)
        carried_out(world, session, job, "message", [row], words="面试改到周五。")
        (before,) = own.own_applications(session, row.person_id, world.clock)
        world.clock.at += MESSAGE_GRACE
        (after,) = own.own_applications(session, row.person_id, world.clock)
        assert before.messages == ()
        assert [words for _, words in after.messages] == ["面试改到周五。"]


def test_a_rejection_that_was_undone_is_in_no_figure(world: World) -> None:
    recruiter, clock = world.actor("recruiter"), world.clock
    with world.database.transaction() as session:
        job, rows = job_with(world, session, 2)
        action = carried_out(world, session, job, "reject", rows)
        bulk.undo(session, recruiter, action.id, clock)
        carried_out(world, session, job, "reject", rows[:1], key=KEY + "again")
        figures = hiring_times(session, recruiter, clock, requisition_id=job.id)
        reached = {one.stage: one.reached for one in figures.stages}
        assert (reached["review"], reached["rejected"]) == (2, 1)
