"""What closes links names whom it touches and can be taken back; what a job says in public is checked (C1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hiring_world import World

from interview_engine.errors import ConflictError, GoneError, InvalidInput
from interview_engine.hr.recruiting.jobs import closing, postings, requisitions


def test_a_cancellation_taken_back_opens_the_job_and_the_links_that_it_closed(small_world: World) -> None:
    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    with world.database.transaction() as session:
        job = world.open_job(session)
        closed_before, open_now = world.post(session, job), world.post(session, job)
        postings.close_posting(session, recruiter, closed_before.id, clock)
        closing.close_requisition(session, recruiter, job.id, "cancelled", clock)
        assert open_now.closed_at is not None
        assert closing.may_be_taken_back(job, clock)
        with pytest.raises(ConflictError):
            requisitions.open_requisition(session, recruiter, job.id, clock)
        closing.take_back_closing(session, recruiter, job.id, clock)
        assert (job.state, job.closed_at, job.state_before) == ("open", None, None)
        assert (open_now.closed_at, closed_before.closed_at is None) == (None, False)
        with pytest.raises(ConflictError):
            closing.take_back_closing(session, recruiter, job.id, clock)


@pytest.mark.parametrize("before", ["open", "on_hold"])
def test_a_job_marked_as_filled_goes_back_to_what_it_was(small_world: World, before: str) -> None:
    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    with world.database.transaction() as session:
        job = world.open_job(session)
        posting = world.post(session, job)
        if before == "on_hold":
            closing.hold_requisition(session, recruiter, job.id, clock)
        closing.close_requisition(session, recruiter, job.id, "filled", clock)
        closing.take_back_closing(session, recruiter, job.id, clock)
        assert (job.state, job.closed_at, posting.closed_at) == (before, None, None)


def test_a_pause_is_undone_though_the_job_could_not_be_opened_again(small_world: World) -> None:
    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    with world.database.transaction() as session:
        job = world.open_job(session)
        closing.hold_requisition(session, recruiter, job.id, clock)
        job.role_profile_id = None
        closing.take_back_closing(session, recruiter, job.id, clock)
        assert (job.state, closing.may_be_taken_back(job, clock)) == ("open", False)


def test_after_a_day_a_cancellation_stands(small_world: World) -> None:
    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    with world.database.transaction() as session:
        job = world.open_job(session)
        closing.close_requisition(session, recruiter, job.id, "cancelled", clock)
        clock.at += timedelta(days=1, minutes=1)
        assert not closing.may_be_taken_back(job, clock)
        with pytest.raises(ConflictError) as caught:
            closing.take_back_closing(session, recruiter, job.id, clock)
    assert caught.value.code == "requisition.too_late"


def test_a_request_cancelled_while_it_waits_for_approval_comes_back_as_a_draft(small_world: World) -> None:
    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    with world.database.transaction() as session:
        job = requisitions.create_requisition(session, recruiter, world.new_requisition(), clock)
        requisitions.submit_for_approval(session, recruiter, job.id, clock)
        closing.close_requisition(session, recruiter, job.id, "cancelled", clock)
        assert closing.take_back_closing(session, recruiter, job.id, clock).state == "draft"


def test_a_closed_link_opens_again_at_the_same_address(small_world: World) -> None:
    world, recruiter, clock = small_world, small_world.actor("recruiter"), small_world.clock
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        postings.close_posting(session, recruiter, posting.id, clock)
        with pytest.raises(GoneError):
            postings.by_code(session, posting.code, clock)
        postings.reopen_posting(session, recruiter, posting.id, clock)
        assert postings.by_code(session, posting.code, clock)[0] is posting


def test_the_last_day_of_applications_is_a_day_in_beijing(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        job = world.open_job(session)
        posting = world.post(session, job)
        job.closes_on = date(2026, 12, 1)
        clock.at = clock.at.replace(year=2026, month=12, day=1, hour=15, minute=59)
        assert postings.by_code(session, posting.code, clock)[0] is posting
        clock.at = clock.at.replace(hour=16, minute=1)
        with pytest.raises(GoneError):
            postings.by_code(session, posting.code, clock)


def test_the_public_list_holds_open_jobs_that_were_put_on_it(small_world: World) -> None:
    world, clock = small_world, small_world.clock
    with world.database.transaction() as session:
        listed, kept, over = (world.open_job(session, title=title) for title in ("客服", "保密", "过期"))
        world.post(session, kept)
        for job in (listed, over):
            postings.create_posting(
                session, world.actor("recruiter"), job.id, postings.PUBLIC_CHANNEL, postings.Decimal(0), clock
            )
        over.closes_on = date(2020, 1, 1)
        assert [one.requisition.title for one in postings.public_jobs(session, clock)] == ["客服"]
        closing.hold_requisition(session, world.actor("recruiter"), listed.id, clock)
        assert postings.public_jobs(session, clock) == ()


@pytest.mark.parametrize(("low", "high"), [(9000, None), (None, 9000), (9000, 6000), (0, 9000), (1, 20_000_000)])
def test_pay_is_two_amounts_the_lower_first(small_world: World, low: int | None, high: int | None) -> None:
    world = small_world
    new = replace(world.new_requisition(), pay_low=low, pay_high=high)
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        requisitions.create_requisition(session, world.actor("recruiter"), new, world.clock)
    assert caught.value.code == "requisition.pay"


def test_an_unknown_type_of_employment_is_refused(small_world: World) -> None:
    world = small_world
    new = replace(world.new_requisition(), employment_type="zero_hours")  # type: ignore[arg-type]
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        requisitions.create_requisition(session, world.actor("recruiter"), new, world.clock)
    assert caught.value.code == "requisition.employment_type"
