"""One click back from an action on several rows: within a stated time, and not over what somebody did since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hiring_world import World
from sqlalchemy import select

from interview_engine.errors import ConflictError, NotFoundError
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.lists.bulk import UNDO_WITHIN, BulkOutcome, clear, do_bulk, undo_bulk
from interview_engine.hr.lists.custom import with_own
from interview_engine.hr.lists.tables import BulkDone, RowTag
from interview_engine.hr.recruiting.applying.pool_list import TALENT_POOL
from interview_engine.hr.recruiting.jobs.requisition_list import REQUISITIONS
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.store.tables import AuditEvent

Make = Callable[..., list[str]]


def did(
    world: World, spec: ListSpec, name: str, ids: list[str], role: str = "recruiter", **values: Value
) -> BulkOutcome:
    with world.database.transaction() as session:
        whole = with_own(session, world.actor(role), spec)
        bulk = next(one for one in whole.bulk if one.name == name)
        return do_bulk(session, world.actor(role), whole, bulk, ids, values, world.clock)


def undone(world: World, spec: ListSpec, done_id: str, role: str = "recruiter") -> BulkOutcome:
    with world.database.transaction() as session:
        whole = with_own(session, world.actor(role), spec)
        return undo_bulk(session, world.actor(role), whole, done_id, world.clock)


def open_jobs(world: World, count: int) -> list[str]:
    with world.database.transaction() as session:
        return [world.open_job(session).id for _ in range(count)]


def states(world: World, ids: list[str]) -> list[str]:
    with world.database.reading() as session:
        return [session.get_one(Requisition, row_id).state for row_id in ids]


def test_an_action_is_undone_for_every_row_and_noted(world: World) -> None:
    ids = open_jobs(world, 3)
    outcome = did(world, REQUISITIONS, "hold", ids)
    assert states(world, ids) == ["on_hold"] * 3
    assert undone(world, REQUISITIONS, outcome.undo_id).done == tuple(ids)
    assert states(world, ids) == ["open"] * 3
    with world.database.reading() as session:
        assert "list.undo" in session.scalars(select(AuditEvent.action)).all()
    with pytest.raises(NotFoundError):
        undone(world, REQUISITIONS, outcome.undo_id)


def test_a_row_that_somebody_changed_since_is_named_and_stays(world: World) -> None:
    first, second = open_jobs(world, 2)
    outcome = did(world, REQUISITIONS, "hold", [first, second])
    did(world, REQUISITIONS, "open", [first])
    back = undone(world, REQUISITIONS, outcome.undo_id)
    assert back.done == (second,)
    assert [(row_id, error.code) for row_id, error in back.refused] == [(first, "bulk.changed")]
    assert states(world, [first, second]) == ["open", "open"]


def test_it_is_too_late_after_the_stated_time_and_not_for_others(world: World) -> None:
    (job,) = open_jobs(world, 1)
    outcome = did(world, REQUISITIONS, "hold", [job])
    with pytest.raises(NotFoundError):
        undone(world, REQUISITIONS, outcome.undo_id, "administrator")
    world.clock.at += UNDO_WITHIN + timedelta(seconds=1)
    with pytest.raises(ConflictError) as caught:
        undone(world, REQUISITIONS, outcome.undo_id)
    assert caught.value.code == "bulk.too_late"
    with world.database.transaction() as session:
        clear(session, world.clock)
        assert session.scalars(select(BulkDone)).all() == []


def test_tags_are_taken_off_where_the_action_has_put_them_on(world: World) -> None:
    ids = open_jobs(world, 2)
    spec = replace(REQUISITIONS, tags=True)
    did(world, spec, "tag", ids[:1], tag="急")
    outcome = did(world, spec, "tag", ids, tag="急")
    undone(world, spec, outcome.undo_id)
    with world.database.reading() as session:
        assert session.scalars(select(RowTag.row_id)).all() == ids[:1]


def test_what_others_were_told_of_has_no_undo(world: World) -> None:
    (job,) = open_jobs(world, 1)
    assert did(world, REQUISITIONS, "cancel", [job]).undo_id == ""


def test_every_list_that_can_undo_says_what_it_holds(world: World) -> None:
    for spec in (REQUISITIONS, TALENT_POOL):
        with world.database.reading() as session:
            for bulk in with_own(session, world.actor("recruiter"), spec).bulk:
                if bulk.undo is not None:
                    assert bulk.undo.holds(session, world.actor("recruiter"), [], {"tag": "x"}) == {}
