"""Channels with intervals (C4), durations and funnel (C6), and the agreement behind a calibration."""

from __future__ import annotations

import math
import random
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hiring_world import World
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from interview_engine.assessment.comparing.comparison import compare_groups
from interview_engine.errors import PermissionDenied, UsageError
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.analytics.channels import channel_quality
from interview_engine.hr.recruiting.analytics.estimates import (
    LEAST_SCORES,
    NOTHING,
    Sums,
    difference,
    durations,
    mean_estimate,
    wilson,
)
from interview_engine.hr.recruiting.analytics.times import hiring_times
from interview_engine.hr.recruiting.applying.applications import move
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.jobs.postings import create_posting
from interview_engine.hr.recruiting.reviewing import calibrations, reviews
from interview_engine.hr.recruiting.tables import Application, Posting, Requisition
from interview_engine.store.rows import stamp

SCORES = st.lists(st.floats(0, 10), min_size=LEAST_SCORES, max_size=40)


def sums(values: list[float]) -> Sums:
    return Sums(len(values), math.fsum(values), math.fsum(value * value for value in values))


@given(st.integers(0, 300), st.integers(1, 300))
def test_a_rate_lies_within_its_interval_and_the_interval_within_0_and_1(hits: int, n: int) -> None:
    hits = min(hits, n)
    found = wilson(hits, n)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high - found.low > 0


def test_wilson_s_interval_has_the_published_values() -> None:
    found = wilson(81, 263)  # Newcombe 1998, method 3
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    zero = wilson(0, 20)
    assert zero is not None
    assert (round(zero.low, 4), round(zero.high, 4)) == (0.0, 0.1611)
    assert wilson(0, 0) is None


@given(SCORES, st.floats(-20, 20))
def test_sums_give_the_same_mean_and_variance_as_the_values(values: list[float], shift: float) -> None:
    moved = sums(values).shifted(shift)
    assert moved.mean == pytest.approx(np.mean(values) + shift, abs=1e-6)
    assert moved.variance == pytest.approx(np.var(values, ddof=1), abs=1e-4)
    assert sums(values) + NOTHING == sums(values)


@given(SCORES, SCORES)
def test_a_difference_of_sums_is_welch_s(first: list[float], second: list[float]) -> None:
    found, known = difference(sums(first), sums(second)), compare_groups(first, second)
    assert found is not None
    assert found.value == pytest.approx(known.difference, abs=1e-6)
    if min(np.std(first), np.std(second)) > 0.01:
        assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-4)
    assert difference(sums(first), Sums(1, 5.0, 25.0)) is None


@given(st.lists(st.floats(0, 10), max_size=40))
def test_a_mean_has_an_interval_within_its_scale_or_none(values: list[float]) -> None:
    found = mean_estimate(sums(values), 0.0, 10.0)
    assert (found is None) == (len(values) < LEAST_SCORES)
    if found is not None:
        assert 0 <= found.low <= found.value <= found.high <= 10


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 9)), min_size=1, max_size=20))
def test_quantiles_of_a_histogram_are_those_of_its_values(pairs: list[tuple[int, int]]) -> None:
    values = sorted(hour for hour, count in pairs for _ in range(count))
    found = durations(pairs)
    assert found is not None
    assert found.n == len(values)
    assert found.median == values[math.ceil(0.5 * len(values)) - 1]
    assert found.quarter <= found.median <= found.three_quarters <= found.nine_tenths
    assert durations([]) is None


def scored(
    world: World, session: Session, job: Requisition, posting: Posting, values: list[float], hired: int = 0
) -> None:
    """Applications with scores, as rows: their way there is tested elsewhere."""
    for place, value in enumerate(values):
        person = Person(**stamp("system", world.clock), name=f"{posting.channel}{place}", synthetic=True)
        session.add(person)
        session.flush()
        session.add(
            Application(
                **stamp("system", world.clock),
                requisition_id=job.id,
                person_id=person.id,
                posting_id=posting.id,
                channel=posting.channel,
                stage="hired" if place < hired else "review",
                stage_since=world.clock.now(),
                section="ranked",
                score_value=value,
                score_low=value - 1,
                score_high=value + 1,
            )
        )
    session.flush()


def two_jobs(world: World, session: Session) -> Requisition:
    """An easy and a hard job with people from three channels; returns the easy one."""
    recruiter, clock = world.actor("recruiter"), world.clock
    chance = random.Random(4)
    easy, hard = world.open_job(session), world.open_job(session, title="更难的职位")
    seeded = (("内推", 0.8, "0", 12), ("招聘网站", 0.0, "3000", 40), ("海报", 0.0, "100", 1))
    for job, level in ((easy, 8.0), (hard, 5.0)):  # every score of the second job is three points lower
        for channel, lift, cost, count in seeded:
            posting = create_posting(session, recruiter, job.id, channel, Decimal(cost), clock)
            # the good channel brings more people to the hard job: raw means would hide that it is better
            size = count * 3 if (channel, job) == ("内推", hard) else count
            values = [level + lift + chance.gauss(0, 0.6) for _ in range(size)]
            scored(world, session, job, posting, values, 3 if channel == "内推" else 1)
    return easy


def test_c4_a_better_channel_ranks_first_with_its_interval(world: World) -> None:
    with world.database.transaction() as session:
        two_jobs(world, session)
        rows = channel_quality(session, world.actor("recruiter"))
        assert [row.channel for row in rows][:1] == ["内推"]
        by_name = {row.channel: row for row in rows}
        best, website = by_name["内推"], by_name["招聘网站"]
        assert best.score is not None
        assert website.score is not None
        assert best.score.low > website.score.high
        assert (best.advice, website.advice) == ("best", "less")
        assert website.gap is not None
        assert website.gap.low > 0


def test_c4_a_channel_shows_what_an_application_and_a_hire_cost(world: World) -> None:
    with world.database.transaction() as session:
        two_jobs(world, session)
        by_name = {row.channel: row for row in channel_quality(session, world.actor("recruiter"))}
        best, website, poster = by_name["内推"], by_name["招聘网站"], by_name["海报"]
        assert (website.cost, website.cost_per_hire) == (Decimal("6000.00"), Decimal("3000.00"))
        assert best.cost_per_application == Decimal("0.00")
        assert best.hire_rate is not None
        assert best.hire_rate.low < 6 / 48 < best.hire_rate.high
        assert poster.applications == 2


def test_c4_channels_of_one_job_count_its_applications_only(world: World) -> None:
    with world.database.transaction() as session:
        easy = two_jobs(world, session)
        one = channel_quality(session, world.actor("recruiter"), requisition_id=easy.id)
        assert {row.channel: row.applications for row in one} == {"内推": 12, "招聘网站": 40, "海报": 1}
        assert next(row for row in one if row.channel == "海报").advice == "too_few"


def test_c4_a_channel_that_leads_by_chance_is_not_called_best(world: World) -> None:
    recruiter, clock = world.actor("recruiter"), world.clock
    with world.database.transaction() as session:
        job = world.open_job(session)
        for channel, level in (("内推", 6.1), ("海报", 6.0)):
            posting = create_posting(session, recruiter, job.id, channel, Decimal(0), clock)
            scored(world, session, job, posting, [level + (-1) ** place * 2 for place in range(12)])
        rows = channel_quality(session, recruiter)
        assert [row.advice for row in rows] == ["alike", "alike"]


def test_c4_channels_are_counted_within_reach_only(world: World) -> None:
    with world.database.transaction() as session:
        two_jobs(world, session)
        assert channel_quality(session, world.actor("other_manager")) == ()
        with pytest.raises(PermissionDenied):
            channel_quality(session, world.actor("auditor"))


@pytest.fixture
def four_applied(world: World) -> World:
    """Four applications, screened after 10, 20, 30 and 40 hours, two of them invited 5 hours later."""
    recruiter, clock = world.actor("recruiter"), world.clock
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        for number in range(4):
            application = world.applicant(session, posting, number)
            clock.at += timedelta(hours=10 * (number + 1))
            move(session, recruiter, application.id, "screening", "", clock)
            if number < 2:
                clock.at += timedelta(hours=5)
                invitations.invite(session, recruiter, application.id, clock)
    return world


def test_c6_durations_come_from_the_history(four_applied: World) -> None:
    with four_applied.database.reading() as session:
        times = hiring_times(session, four_applied.actor("recruiter"), four_applied.clock)
        stages = {one.stage: one for one in times.stages}
        new, screening = stages["new"], stages["screening"]
        assert new.stay is not None
        assert (new.stay.n, new.stay.median, new.stay.nine_tenths) == (4, 20, 40)
        assert screening.stay is not None
        assert (screening.stay.n, screening.stay.median) == (2, 5)


def test_c6_the_funnel_counts_who_reached_a_stage_in_a_year(four_applied: World) -> None:
    recruiter, clock = four_applied.actor("recruiter"), four_applied.clock
    with four_applied.database.reading() as session:
        times = hiring_times(session, recruiter, clock)
        assert (times.applications, times.hired, times.applications_per_hire) == (4, 0, None)
        stages = {one.stage: one for one in times.stages}
        assert (stages["invited"].reached, stages["hired"].reached) == (2, 0)
        assert stages["invited"].share is not None
        assert stages["invited"].share.value == 0.5
        clock.pass_days(400)
        assert hiring_times(session, recruiter, clock).applications == 0


@pytest.fixture
def rated(small_world: World) -> str:
    """Four interviews that the manager rated, three of them the interviewer too; the assessment of the fourth."""
    world, clock = small_world, small_world.clock
    manager, interviewer = world.actor("hiring_manager"), world.actor("interviewer")
    with world.database.transaction() as session:
        posting = world.post(session, world.open_job(session))
        for number, value in enumerate((2.0, 4.0, 6.0, 9.0)):
            application = world.applicant(session, posting, number)
            assessment = world.assessed(session, world.interviewed(session, application), value)
            level = round(1 + 0.4 * value)
            reviews.rate_blind(session, manager, assessment.id, {"communication": level}, clock)
            if number < 3:
                reviews.rate_blind(session, interviewer, assessment.id, {"communication": level}, clock)
        return assessment.id


def test_blind_ratings_show_how_far_raters_and_engine_agree(small_world: World, rated: str) -> None:
    with small_world.database.reading() as session:
        found = calibrations.agreement(session, small_world.actor("hr"), small_world.kit_version_id)
    assert (found.ratings, found.interviews, found.shared_interviews) == (7, 4, 3)
    assert found.human is not None
    assert found.human.single == pytest.approx(1.0)
    assert found.engine is not None
    assert found.engine.r > 0.95


def test_what_somebody_has_not_rated_yet_is_offered_to_them(small_world: World, rated: str) -> None:
    with small_world.database.reading() as session:
        todo = calibrations.to_rate(session, small_world.actor("interviewer"), small_world.kit_version_id)
    assert [one.assessment_id for one in todo] == [rated]
    assert todo[0].ratings == 1


def test_too_few_blind_ratings_are_not_fitted(small_world: World, rated: str) -> None:
    world = small_world
    with world.database.transaction() as session:
        with pytest.raises(UsageError) as caught:
            calibrations.calibrate_kit(
                session, world.actor("hr"), world.kit_version_id, lambda _: {}, "evidence/1", world.clock
            )
        assert caught.value.code == "calibration.too_few"
        assert calibrations.active_calibration(session, world.kit_version_id) is None
