"""Rows of a list on both databases: sorted, in pages that neither repeat nor lose, filtered, counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hiring_world import World
from request_staff import employ
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from interview_engine.errors import InvalidInput, PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.employment.employee_list import EMPLOYEES
from interview_engine.hr.forms.query import NOTHING, ListQuery, read_query
from interview_engine.hr.forms.spec import Column, ListSpec
from interview_engine.hr.lists.reading import ListRow, count_values, export_rows, read_list
from interview_engine.hr.org.service import create_department
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.jobs.requisition_list import REQUISITIONS
from interview_engine.hr.recruiting.tables import Requisition
from interview_engine.i18n import msg
from interview_engine.store.page import write_cursor

Make = Callable[..., list[str]]
SPECIAL = ("客服专员", "Ärzte", "apple", "Apple", "销售 100%", "a_b", "", "客服专员", "zz", "Zz")


def walk(
    world: World, query: ListQuery, limit: int, role: str = "recruiter", spec: ListSpec = REQUISITIONS
) -> list[ListRow]:
    """All pages one after another."""
    found: list[ListRow] = []
    while True:
        with world.database.reading() as session:
            page = read_list(session, world.actor(role), spec, query, limit=limit)
        found += page.items
        if page.next_cursor is None:
            assert page.total == len(found)
            return found
        query = replace(query, cursor=page.next_cursor)


@pytest.mark.parametrize("column", [one.name for one in REQUISITIONS.columns if one.sortable])
@pytest.mark.parametrize("backwards", [False, True])
def test_pages_of_any_order_hold_every_row_once_with_the_newest_first_among_equals(
    world: World, jobs: Make, column: str, backwards: bool
) -> None:
    made = jobs("b", "a", "c", "a", "b", "a")
    query = ListQuery(sort=column, backwards=backwards)
    whole, pages = walk(world, query, 200), walk(world, query, 2)
    assert [row.id for row in pages] == [row.id for row in whole]
    assert {row.id for row in whole} == set(made)
    for first, second in pairwise(whole):
        if first.values[column] == second.values[column]:
            assert first.id > second.id


def test_rows_without_a_value_come_last_in_either_direction(world: World, jobs: Make) -> None:
    made = jobs("a", "b", "c")
    with world.database.transaction() as session:
        session.get_one(Requisition, made[1]).closes_on = world.clock.now().date()
    for backwards in (False, True):
        rows = walk(world, ListQuery(sort="closes_on", backwards=backwards), 1)
        assert [row.id for row in rows] == [made[1], made[2], made[0]]


def test_a_row_that_is_added_between_two_pages_neither_repeats_nor_hides_another(world: World, jobs: Make) -> None:
    made = jobs("b", "d", "f")
    query = ListQuery(sort="title")
    with world.database.reading() as session:
        first = read_list(session, world.actor("recruiter"), REQUISITIONS, query, limit=2)
    jobs("a", "c", "e")
    with world.database.reading() as session:
        rest = read_list(
            session, world.actor("recruiter"), REQUISITIONS, replace(query, cursor=first.next_cursor or "")
        )
    assert [row.values["title"] for row in (*first.items, *rest.items)] == ["b", "d", "e", "f"]
    assert made[2] in {row.id for row in rest.items}


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("q=客服", {"客服专员"}),
        ("q=100%25", {"销售 100%"}),
        ("q=a_b", {"a_b"}),
        ("q=APPLE", {"apple", "Apple"}),
        ("headcount_from=3&headcount_to=4", {"apple", "Apple"}),
        ("headcount_from=99999999999", set()),
        ("headcount_to=99999999999&q=zz", {"zz", "Zz"}),
        ("state=open", set()),
        ("state=open,draft&q=zz", {"zz", "Zz"}),
        ("applications_from=1", set()),
        ("department=no such", set()),
    ],
)
def test_filters_narrow_and_treat_signs_of_sql_as_text(world: World, jobs: Make, asked: str, titles: set[str]) -> None:
    jobs(*(title for title in SPECIAL if title))  # the same headcounts as their places
    query = read_query(REQUISITIONS, parse_qsl(asked))
    assert {row.values["title"] for row in walk(world, query, 50)} == titles


def test_days_are_those_of_beijing_with_both_ends_inside(world: World, jobs: Make) -> None:
    (made,) = jobs("a")
    with world.database.transaction() as session:
        # 00:30 in Beijing on 3 November is 16:30 of the day before in UTC
        session.get_one(Requisition, made).created_at = world.clock.at.replace(hour=16, minute=30)
    for asked, there in (("2026-11-03", True), ("2026-11-02", False), ("2026-11-04", False)):
        query = read_query(REQUISITIONS, [("since_from", asked), ("since_to", asked)])
        assert bool(walk(world, query, 50)) == there, asked


def test_only_mine_is_what_one_owns(world: World, jobs: Make) -> None:
    jobs("a")
    query = read_query(REQUISITIONS, [("mine", "1")])
    assert len(walk(world, query, 50, "recruiter")) == 1
    assert walk(world, query, 50, "hr") == []


def counted(session: Session, actor: Actor, spec: ListSpec, query: ListQuery, column: Column) -> list[tuple[Any, int]]:
    """By one column; the rows that it counts are all of them."""
    counts = count_values(session, actor, spec, query, [column])
    found = list(counts.values[column.name])
    assert counts.total == sum(number for _, number in found)
    return found


def test_several_columns_are_counted_together_as_each_alone(world: World, jobs: Make) -> None:
    made = jobs("a", "a", "b")
    with world.database.transaction() as session:
        session.get_one(Requisition, made[0]).state = "open"
    columns = [one for one in REQUISITIONS.columns if one.name in ("title", "state")]
    with world.database.reading() as session:
        counts = count_values(session, world.actor("recruiter"), REQUISITIONS, NOTHING, columns)
    assert counts.total == 3
    assert counts.values == {"title": [("a", 2), ("b", 1)], "state": [("draft", 2), ("open", 1)]}


def test_counts_of_values_are_of_what_the_filters_leave(world: World, jobs: Make) -> None:
    made = jobs("a", "a", "b")
    with world.database.transaction() as session:
        session.get_one(Requisition, made[0]).state = "open"
    state = REQUISITIONS.column("state")
    assert state is not None
    with world.database.reading() as session:
        actor = world.actor("recruiter")
        assert counted(session, actor, REQUISITIONS, NOTHING, state) == [("draft", 2), ("open", 1)]
        only = read_query(REQUISITIONS, [("q", "b")])
        assert counted(session, actor, REQUISITIONS, only, state) == [("draft", 1)]


def masked() -> ListSpec:
    """The list with the headcount as if it were pay, and its row placed by department."""
    columns = [
        replace(one, field_class="pay", searched=False) if one.name == "headcount" else one
        for one in REQUISITIONS.columns
    ]
    secret = case((Requisition.title == "a", "open"), else_="draft")
    note = Column("note", msg("Note"), "text", secret, field_class="pay", filters=True, searched=True, counts=True)
    return replace(REQUISITIONS, columns=(*columns, note))


def test_what_may_not_be_seen_is_hidden_and_tells_nothing_by_order_filter_search_or_count(
    world: World, jobs: Make
) -> None:
    made, spec = jobs("b", "a", "c"), masked()
    ids = [row.id for row in walk(world, NOTHING, 50, "hiring_manager", spec)]
    assert ids == made[::-1]
    rows = walk(world, ListQuery(sort="headcount"), 50, "hiring_manager", spec)
    assert [row.id for row in rows] == made[::-1], "as if all were equal"
    assert all({"headcount", "note"} <= row.hidden and row.values["headcount"] is None for row in rows)
    for asked in ("headcount_from=1", "headcount_to=2", "note=open", "q=open"):
        assert walk(world, read_query(spec, parse_qsl(asked)), 50, "hiring_manager", spec) == [], asked
    note = spec.column("note")
    assert note is not None
    with world.database.reading() as session:
        assert counted(session, world.actor("hiring_manager"), spec, NOTHING, note) == [(None, 3)]


def test_who_may_see_it_sorts_and_filters_by_it(world: World, jobs: Make) -> None:
    made, spec = jobs("b", "a", "c"), masked()
    rows = walk(world, ListQuery(sort="headcount"), 2, "recruiter", spec)
    assert [row.id for row in rows] == made
    assert not any(row.hidden for row in rows)
    assert len(walk(world, read_query(spec, [("q", "open")]), 50, "recruiter", spec)) == 1


def test_an_export_needs_the_permission_to_export_and_hides_what_may_not_leave(world: World, jobs: Make) -> None:
    jobs("a", "b")
    with world.database.reading() as session:
        with pytest.raises(PermissionDenied):
            list(export_rows(session, world.actor("hiring_manager"), REQUISITIONS, NOTHING, REQUISITIONS.columns, 10))
        spec = masked()
        rows = list(export_rows(session, world.actor("recruiter"), spec, NOTHING, spec.columns, 10))
    assert [row.hidden for row in rows] == [frozenset({"headcount", "note"})] * 2, (
        "recruiters read pay, and export none"
    )


def test_an_export_is_the_whole_list_in_its_order(world: World, jobs: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interview_engine.hr.lists.reading.MAX_ROWS", 2)
    jobs("e", "b", "d", "a", "c")
    query = ListQuery(sort="title", backwards=True)
    with world.database.reading() as session:
        rows = list(export_rows(session, world.actor("hr"), REQUISITIONS, query, REQUISITIONS.columns, 4))
    assert [row.values["title"] for row in rows] == ["e", "d", "c", "b"]


@pytest.mark.parametrize("key", [["x", "0" * 32], [None], [1.5, "a"], [{"a": 1}, "b"], ["\ud800", "a"], [10**14, "a"]])
def test_a_cursor_that_somebody_wrote_is_refused_or_an_empty_page(world: World, jobs: Make, key: list[object]) -> None:
    jobs("a")
    for sort in ("headcount", "closes_on", "since", "title"):
        query = ListQuery(sort=sort, cursor=write_cursor(key))
        with world.database.reading() as session:
            said = "page.cursor"
            try:
                read_list(session, world.actor("recruiter"), REQUISITIONS, query)
            except InvalidInput as error:
                said = error.code
        assert said == "page.cursor"


def test_who_reads_nothing_of_a_list_is_refused(world: World) -> None:
    nobody = replace(world.actor("recruiter"), grants=())
    with world.database.reading() as session, pytest.raises(PermissionDenied):
        read_list(session, nobody, REQUISITIONS, NOTHING)


def test_a_row_is_opened_where_its_state_leads(world: World, jobs: Make) -> None:
    (made,) = jobs("a")
    assert [row.href for row in walk(world, NOTHING, 5)] == [f"/console/requisitions/{made}/job"]
    with world.database.transaction() as session:
        session.get_one(Requisition, made).state = "open"
    assert [row.href for row in walk(world, NOTHING, 5)] == [f"/console/requisitions/{made}"]


def test_the_owners_name_sorts_in_sql(world: World, jobs: Make) -> None:
    jobs("a")
    (row,) = walk(world, ListQuery(sort="owner"), 5)
    assert row.values["owner"]


@pytest.fixture
def colleagues(world: World) -> list[str]:
    """Employees of three departments, two of which have the same name; some have the same names and mail addresses."""
    found = []
    with world.database.transaction() as session:
        places = [
            create_department(session, SYSTEM, world.entity_id, name, world.clock, parent_id=parent).id
            for name, parent in (("B", None), ("A", None), ("A", world.department_id))
        ]
        for number, (name, place) in enumerate(
            (
                ("陈", 0),
                ("安一", 1),
                ("安一二", 2),
                ("陈一二三", 0),
                ("白一二三四", 2),
                ("Zoe 12345", 1),
                ("zoe 123456", 1),
            )
        ):
            made = employ(world, session, name, places[place])
            person = session.get_one(Person, made.person_id)
            person.name, person.email = name[:2], "x@example.com" if number % 3 else ""
            found.append(made.employment_id)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "number"), [("", 7), ("q=1", 7), ("department=A", 5), ("q=zo", 2), ("q=nobody", 0)])
def test_a_long_list_is_sorted_by_what_other_tables_hold_as_by_its_own(
    world: World, colleagues: list[str], asked: str, number: int
) -> None:
    plain = replace(EMPLOYEES, whole=False)  # one statement over all joins
    long = replace(EMPLOYEES, long=True)
    for column in ("name", "department", "company", "email", "manager", "level", "start_date"):
        for backwards in (False, True):
            query = replace(read_query(EMPLOYEES, parse_qsl(asked)), sort=column, backwards=backwards)
            expected = [row.id for row in walk(world, query, 200, "hr", plain)]
            assert len(expected) == number
            for limit in (1, 2, 3, 200):
                assert [row.id for row in walk(world, query, limit, "hr", long)] == expected, (column, limit)


def test_departments_of_one_name_are_one_bar_and_counted_once(world: World, colleagues: list[str]) -> None:
    columns = [one for one in EMPLOYEES.columns if one.counts]
    with world.database.reading() as session:
        counts = count_values(session, world.actor("hr"), replace(EMPLOYEES, long=True), NOTHING, columns)
        plain = count_values(session, world.actor("hr"), replace(EMPLOYEES, whole=False), NOTHING, columns)
        assert session.scalar(select(Person.id).where(Person.name == "白一")) is not None
    assert counts == plain
    assert counts.values["department"] == [("A", 5), ("B", 2)]
