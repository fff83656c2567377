"""An action on several rows: each is done or told, in one transaction; rows of others are not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hiring_world import World
from sqlalchemy import select

from interview_engine.errors import InvalidInput, NotFoundError, PermissionDenied
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.query import read_query
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.lists.bulk import BulkOutcome, do_bulk
from interview_engine.hr.lists.custom import with_own
from interview_engine.hr.lists.reading import read_list
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying.lists import set_talent_pool
from interview_engine.hr.recruiting.applying.pool_list import TALENT_POOL
from interview_engine.hr.recruiting.jobs.requisition_list import REQUISITIONS
from interview_engine.hr.recruiting.tables import Application, Requisition
from interview_engine.store.tables import AuditEvent

Make = Callable[..., list[str]]


def did(
    world: World, spec: ListSpec, name: str, ids: list[str], role: str = "recruiter", **values: Value
) -> BulkOutcome:
    with world.database.transaction() as session:
        whole = with_own(session, world.actor(role), spec)
        bulk = next(one for one in whole.bulk if one.name == name)
        return do_bulk(session, world.actor(role), whole, bulk, ids, values, world.clock)


def states(world: World, ids: list[str]) -> list[str]:
    with world.database.reading() as session:
        return [session.get_one(Requisition, row_id).state for row_id in ids]


def test_rows_that_refuse_are_told_and_left_and_the_others_are_done(world: World, jobs: Make) -> None:
    with world.database.transaction() as session:
        open_one = world.open_job(session).id
    (draft,) = jobs("draft")
    outcome = did(world, REQUISITIONS, "hold", [draft, open_one, open_one])
    assert outcome.done == (open_one,)
    assert [(row_id, error.code) for row_id, error in outcome.refused] == [(draft, "requisition.state")]
    assert states(world, [draft, open_one]) == ["draft", "on_hold"]


def test_a_refused_row_leaves_no_event_of_its_own(world: World, jobs: Make) -> None:
    (draft,) = jobs("draft")
    did(world, REQUISITIONS, "hold", [draft])
    with world.database.reading() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == f"requisition:{draft}")).all()
    assert "requisition.state" not in actions


def test_nothing_chosen_too_much_and_rows_that_are_not_there_are_refused(world: World) -> None:
    for ids, problem in (
        ([], InvalidInput),
        (["0" * 32], NotFoundError),
        ([f"{n:032x}" for n in range(300)], InvalidInput),
    ):
        with pytest.raises(problem):
            did(world, REQUISITIONS, "hold", ids)


def test_who_may_not_do_it_to_anything_is_refused(world: World, jobs: Make) -> None:
    with pytest.raises(PermissionDenied):
        did(world, REQUISITIONS, "cancel", jobs("a"), "interviewer")


def test_the_question_says_how_many_people_and_links_it_touches(world: World) -> None:
    with world.database.transaction() as session:
        job = world.open_job(session)
        world.applicant(session, world.post(session, job))
    touches = next(one for one in REQUISITIONS.bulk if one.name == "cancel").touches
    assert touches is not None
    with world.database.reading() as session:
        said = touches(session, world.actor("recruiter"), [job.id])
    assert said is not None
    assert said.en == "1 candidate is under way, 1 link takes applications."


@pytest.fixture
def candidate(world: World) -> str:
    """Somebody in the talent pool."""
    with world.database.transaction() as session:
        job = world.open_job(session)
        application = world.applicant(session, world.post(session, job))
        world.interviewed(session, application)
        person_id = session.get_one(Application, application.id).person_id
        session.get_one(Person, person_id).talent_pool = True
        return person_id


def pool(world: World, role: str = "recruiter", **asked: str) -> list[object]:
    with world.database.reading() as session:
        spec = with_own(session, world.actor(role), TALENT_POOL)
        rows = read_list(session, world.actor(role), spec, read_query(spec, asked.items())).items
        return [row.values["tags"].en if row.values["tags"] else None for row in rows]  # type: ignore[union-attr]


def test_a_tag_is_put_on_found_and_taken_off(world: World, candidate: str) -> None:
    did(world, TALENT_POOL, "tag", [candidate], tag="上海")
    did(world, TALENT_POOL, "tag", [candidate], tag="上海")
    did(world, TALENT_POOL, "tag", [candidate], tag="夜班")
    assert pool(world, tag="上海") == ["上海, 夜班"]
    assert pool(world, tag="北京") == []
    did(world, TALENT_POOL, "untag", [candidate], tag="上海")
    assert pool(world) == ["夜班"]


def test_a_tag_needs_a_word(world: World, candidate: str) -> None:
    with pytest.raises(InvalidInput):
        did(world, TALENT_POOL, "tag", [candidate], tag="")


def test_who_only_reads_the_pool_tags_nobody(world: World, candidate: str) -> None:
    with pytest.raises(PermissionDenied):
        did(world, TALENT_POOL, "tag", [candidate], "hiring_manager", tag="x")


def test_people_leave_the_pool_together(world: World, candidate: str) -> None:
    assert did(world, TALENT_POOL, "leave", [candidate]).done == (candidate,)
    assert pool(world) == []
    with world.database.transaction() as session:
        assert not set_talent_pool(session, world.actor("recruiter"), candidate, False, world.clock).talent_pool
