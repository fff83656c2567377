"""Departments as sheets of employees name them: as paths, by levels, and not here yet (L2)."""

from __future__ import annotations

import pytest
from import_desk import HEADS, Desk
from sqlalchemy import select

from interview_engine.errors import ConflictError
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.migration import departments
from interview_engine.hr.people.tables import Department

LEVELS = ("工号", "姓名", "一级部门", "二级部门", "三级部门", "岗位", "手机", "入职日期")


def person(number: int, *places: str) -> tuple[str, ...]:
    return (f"E{number:03d}", f"员工{number}", *places, "客服", f"138000{number:05d}", "2024-03-05")


def prepared(desk: Desk, batch_id: str) -> str:
    with desk.world.database.transaction() as session:
        return departments.prepare(session, desk.box, desk.actor, batch_id, desk.world.clock).id


def test_departments_of_an_empty_company_are_made_from_the_sheet_itself(desk: Desk) -> None:
    desk.role = "administrator"
    batch_id = desk.receive([person(1, "总部/销售部/华东区"), person(2, "总部/销售部/华北区"), person(3, "总部")])
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["refused"] * 3
    made = prepared(desk, batch_id)
    for step in ("checking", "writing"):
        desk.step(made, step)
    assert desk.states(made) == ["made"] * 4
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["made"] * 3
    desk.step(batch_id, "writing")
    with desk.world.database.reading() as session:
        names = session.scalars(select(Department.name).join(Employment, Employment.department_id == Department.id))
        assert sorted(names) == ["华东区", "华北区", "总部"]


def test_a_column_for_each_level_is_one_path(desk: Desk) -> None:
    desk.role = "administrator"
    batch_id = desk.receive([person(1, "总部", "销售部", "华东区"), person(2, "总部", "", "")], LEVELS)
    assert [desk.batch(batch_id).mapping[head] for head in LEVELS[2:5]] == ["department"] * 3
    desk.step(batch_id, "checking")
    made = prepared(desk, batch_id)
    for step in ("checking", "writing"):
        desk.step(made, step)
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["made", "made"]


def test_two_departments_of_one_name_are_told_apart_by_their_path(desk: Desk) -> None:
    desk.role = "administrator"
    rows = [("甲区", ""), ("乙区", ""), ("门店", "甲区"), ("门店", "乙区")]
    desk.imported(rows, ("部门名称", "上级部门"), "departments")
    batch_id = desk.receive([person(1, "门店"), person(2, "乙区/门店"), person(3, "甲区＞门店")])
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["refused", "made", "made"]


def test_there_is_nothing_to_prepare_where_no_department_is_missing(desk: Desk) -> None:
    desk.role = "administrator"
    batch_id = desk.receive([person(1, "客户服务部")], HEADS)
    desk.step(batch_id, "checking")
    with pytest.raises(ConflictError):
        prepared(desk, batch_id)


def made_of(desk: Desk, *said: str) -> list[tuple[str | None, str]]:
    """(the one above, name) of the departments that are made of what a sheet calls them; each line finds its own."""
    desk.role = "administrator"
    with desk.world.database.reading() as session:
        before = set(session.scalars(select(Department.id)))
    batch_id = desk.receive([person(number, name) for number, name in enumerate(said, start=1)])
    desk.step(batch_id, "checking")
    made = prepared(desk, batch_id)
    for step in ("checking", "writing"):
        desk.step(made, step)
    desk.step(batch_id, "checking")
    assert desk.states(batch_id) == ["made"] * len(said)
    with desk.world.database.reading() as session:
        rows = session.scalars(select(Department).where(Department.id.not_in(before))).all()
        names = {row.id: row.name for row in rows}
        return sorted((names.get(row.parent_id or "", ""), row.name) for row in rows)


def test_one_department_that_is_written_in_six_ways_is_made_once(desk: Desk) -> None:
    ways = (
        "总部/研发部/平台组",
        "总部 / 研发部 / 平台组",
        "总部-研发部-平台组",
        "总部＞研发部＞平台组",
        "研发部/平台组",
        "平台组",
    )
    assert made_of(desk, *ways) == [("", "总部"), ("总部", "研发部"), ("研发部", "平台组")]


def test_names_that_stand_alone_are_departments_at_the_top_where_some_have_no_longer_path(desk: Desk) -> None:
    assert made_of(desk, "行政部", "财务部", "工厂/行政部") == [
        ("", "工厂"),
        ("", "行政部"),
        ("", "财务部"),
        ("工厂", "行政部"),
    ]


def test_a_dash_is_part_of_a_name_that_no_other_line_takes_apart(desk: Desk) -> None:
    assert made_of(desk, "华东-上海店", "华东-杭州店") == [("", "华东-上海店"), ("", "华东-杭州店")]
