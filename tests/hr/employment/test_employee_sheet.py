"""Employees by forms and sheets: one line an employment, the same line again changes nothing, nobody mixed up (L2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from hiring_world import World
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.employment.employee_sheet import FORM
from interview_engine.hr.employment.tables import Assignment, Employment
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.people.tables import Person

LINE: Mapping[str, Value] = {
    "employee_number": "A-1", "name": "何小满", "department": "客户服务部", "title": "客服", "level": 3,
    "phone": "13800006700", "email": None, "start_date": date(2026, 5, 4), "probation_end": None,
}  # fmt: skip


def create(world: World, session: Session, **changes: Value) -> str:
    return FORM.create(session, world.actor("hr"), {**LINE, **changes}, world.clock)


def update(world: World, session: Session, row_id: str, **changes: Value) -> None:
    assert FORM.update is not None
    FORM.update(session, world.actor("hr"), row_id, {**LINE, **changes}, world.clock)


def test_a_line_is_loaded_as_it_was_written(world: World) -> None:
    with world.database.transaction() as session:
        row_id = create(world, session)
        assert FORM.load is not None
        assert dict(FORM.load(session, world.actor("hr"), row_id)) == dict(LINE)


def test_a_line_finds_its_row_by_the_number_in_any_case(world: World) -> None:
    with world.database.transaction() as session:
        row_id = create(world, session)
        assert FORM.find is not None
        assert FORM.find(session, world.actor("hr"), [("a-1",), ("A-2",), (None,)]) == {("a-1",): row_id}


def test_the_same_line_again_changes_nothing(world: World) -> None:
    with world.database.transaction() as session:
        row_id = create(world, session)
        before = session.scalar(select(func.count()).select_from(Assignment))
        update(world, session, row_id)
        assert session.scalar(select(func.count()).select_from(Assignment)) == before


def test_another_department_or_title_is_a_move_from_today(world: World) -> None:
    with world.database.transaction() as session:
        row_id = create(world, session)
        update(world, session, row_id, department="销售部", title="客户经理")
        row = session.get_one(Employment, row_id)
        assert (row.department_id, row.title) == (world.other_department_id, "客户经理")


def test_a_known_number_under_another_name_is_refused(world: World) -> None:
    with world.database.transaction() as session:
        create(world, session)
        with pytest.raises(ConflictError) as caught:
            create(world, session, employee_number="A-2", name="王一")
        assert caught.value.code == "person.other_name"


def test_people_without_phone_and_mail_are_not_taken_for_one(world: World) -> None:
    with world.database.transaction() as session:
        create(world, session, phone=None)
        create(world, session, phone=None, employee_number="A-2")
        assert session.scalar(select(func.count()).select_from(Person).where(Person.name == "何小满")) == 2


def test_a_department_that_is_not_there_is_named(world: World) -> None:
    with world.database.transaction() as session, pytest.raises(InvalidInput) as caught:
        create(world, session, department="没有的部门")
    assert "没有的部门" in caught.value.message.zh
