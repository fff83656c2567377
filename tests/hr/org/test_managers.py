"""Managers of several departments are set together, all or none, and only what changed is written down."""

from __future__ import annotations

import pytest
from hiring_world import World
from sqlalchemy import func, select

from interview_engine.errors import NotFoundError
from interview_engine.hr.org import service as org
from interview_engine.hr.people.tables import Department
from interview_engine.store.tables import AuditEvent


def test_only_departments_with_another_manager_are_changed(small_world: World) -> None:
    world = small_world
    recruiter = world.actor("recruiter").person_id
    with world.database.transaction() as session:
        same = session.get_one(Department, world.department_id).manager_person_id
        managers = {world.department_id: same, world.other_department_id: recruiter}
        assert org.set_managers(session, world.actor("hr"), managers, world.clock) == 1
        assert org.set_managers(session, world.actor("hr"), managers, world.clock) == 0
        assert session.get_one(Department, world.other_department_id).manager_person_id == recruiter
    written = (
        select(func.count())
        .select_from(AuditEvent)
        .where(AuditEvent.action == "department.manager", AuditEvent.actor == world.actor("hr").id)
    )
    with world.database.reading() as session:
        assert session.scalar(written) == 1


def test_a_seat_can_be_emptied(small_world: World) -> None:
    world = small_world
    with world.database.transaction() as session:
        assert org.set_managers(session, world.actor("hr"), {world.department_id: None}, world.clock) == 1
        assert session.get_one(Department, world.department_id).manager_person_id is None


def test_one_that_is_not_there_stops_all(small_world: World) -> None:
    world = small_world
    with pytest.raises(NotFoundError), world.database.transaction() as session:
        org.set_managers(session, world.actor("hr"), {world.department_id: None, "nowhere": None}, world.clock)
    with world.database.reading() as session:
        assert session.get_one(Department, world.department_id).manager_person_id is not None
