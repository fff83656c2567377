"""Every list of the house × every role × both databases: what is shown is what the pure rules allow, and no more.

A new list of an area is walked without a line here. The rules of `access.rules` decide row by row and column by column;
the list's SQL has to say the same, in its rows, its masks, its order, its export and the API.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from console_data import STAFF
from databases import PostgresServer
from sqlalchemy import null, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from two_companies import MARKS, Companies, context_on, two_companies

from api.areas import AREAS
from interview_engine.errors import PermissionDenied
from interview_engine.hr.access.rules import SYSTEM, Actor, Target, may
from interview_engine.hr.accounts.service import account_and_person, actor_of
from interview_engine.hr.forms.query import NOTHING, ListQuery
from interview_engine.hr.forms.spec import Column, ListSpec
from interview_engine.hr.house import house
from interview_engine.hr.lists.custom import NewField, add_field, set_values, with_own
from interview_engine.hr.lists.reading import export_rows, read_list
from interview_engine.hr.people.tables import Department, Person

LISTS = tuple(house().lists)
CLASSES = ("public", "contact", "identity", "interview", "performance", "pay", "payroll", "health")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def companies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Companies]:
    folder = Path(tmp_path_factory.mktemp("lists"))
    if request.param == "sqlite":
        made = two_companies(context_on(folder))
        with_secrets(made)
        yield made
        made.context.database.close()
        return
    server = request.getfixturevalue("postgres")
    assert isinstance(server, PostgresServer)
    with server.fresh() as url:
        made = two_companies(context_on(folder, url))
        with_secrets(made)
        yield made
        made.context.database.close()


def with_secrets(made: Companies) -> None:
    """A custom field of every class in every list that takes them, filled in every row of company B."""
    clock = made.context.clock
    with made.context.database.transaction() as session:
        for person in session.scalars(select(Person).where(Person.name.in_(("林晓", "赵一鸣")))):
            person.talent_pool = True
        session.flush()
        for spec in house().lists.values():
            if not spec.custom:
                continue
            for field_class in CLASSES:
                new = NewField(f"秘密 {field_class}", f"secret {field_class}", "text", field_class)
                row = add_field(session, SYSTEM, spec, made.b["legal_entity_id"], new, clock)
                for row_id in session.scalars(spec.rows()).all():
                    set_values(session, SYSTEM, spec, row_id, {f"x_{row.code}": f"value {field_class}"}, clock)


def actors(made: Companies, session: Session) -> list[tuple[str, Actor]]:
    """Six roles of company A, and the six of B, each as its own grants say."""
    clock, found = made.context.clock, []
    for role in STAFF:
        found.append((f"a {role}", actor_of(session, account_and_person(session, made.a[role])[0], clock)))
    own = made.samples.company.accounts
    return found + [(f"b {role}", actor_of(session, account, clock)) for role, account in own.items()]


def targets(session: Session, spec: ListSpec, actor: Actor) -> dict[str, list[Target]]:
    """Where each row belongs, as the pure rules ask it; a person belongs where they have a place."""
    paths = dict(session.execute(select(Department.id, Department.path)).tuples().all())
    companies = dict(session.execute(select(Department.id, Department.legal_entity_id)).tuples().all())
    managed = [
        path
        for path, manager in session.execute(select(Department.path, Department.manager_person_id)).tuples()
        if manager == actor.person_id
    ]
    place = spec.place
    columns = [
        spec.key,
        *(null() if one is None else one for one in (place.department, place.legal_entity, place.person)),
    ]
    found: dict[str, list[Target]] = {}
    for row_id, department, company, person in session.execute(spec.rows().with_only_columns(*columns)).tuples():
        places = [(department, company)]
        if place.own:
            for placed in house().places():
                rows = placed().subquery()
                there = select(rows.c.department_id, rows.c.legal_entity_id).where(rows.c.person_id == person)
                places += session.execute(there).tuples().all()
        for one, entity in places:
            path = paths.get(one)
            reports = path is not None and any(path.startswith(start) for start in managed)
            target = Target(path, entity or companies.get(one), person, None, reports)
            found.setdefault(row_id, []).append(target)
    return found


def allowed(actor: Actor, places: list[Target], field_class: str, action: str) -> bool:
    return any(may(actor, field_class, action, place) for place in places)


def class_of(spec: ListSpec, column: Column) -> str:
    return column.field_class or spec.field_class


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("action", ["read", "export"])
def test_rows_and_masks_are_what_the_rules_allow(companies: Companies, name: str, action: str) -> None:
    compared = 0
    with companies.context.database.reading() as session:
        for who, actor in actors(companies, session):
            spec = with_own(session, actor, house().lists[name])
            places = targets(session, spec, actor)
            rows = {row_id for row_id, where in places.items() if allowed(actor, where, spec.field_class, action)}
            try:
                if action == "read":
                    shown = list(read_list(session, actor, spec, NOTHING, limit=200).items)
                else:
                    shown = list(export_rows(session, actor, spec, NOTHING, spec.columns, 500))
            except PermissionDenied:
                assert rows == set(), who
                continue
            assert {row.id for row in shown} == rows, who
            for row in shown:
                for column in spec.columns:
                    open_ = allowed(actor, places[row.id], class_of(spec, column), action)
                    assert (column.name not in row.hidden) == open_, (who, column.name)
                    assert open_ or row.values[column.name] is None, (who, column.name)
                    compared += 1
    assert compared > 10


@pytest.mark.parametrize("name", LISTS)
def test_an_order_tells_nothing_of_what_is_hidden(companies: Companies, name: str) -> None:
    """Where a column is hidden in every row, sorting by it gives the list's own order."""
    with companies.context.database.reading() as session:
        for who, actor in actors(companies, session):
            spec = with_own(session, actor, house().lists[name])
            try:
                rows = read_list(session, actor, spec, NOTHING, limit=200).items
            except PermissionDenied:
                continue
            for column in spec.columns:
                if column.sortable and rows and all(column.name in row.hidden for row in rows):
                    for backwards in (False, True):
                        query = ListQuery(sort=column.name, backwards=backwards)
                        found = read_list(session, actor, spec, query, limit=200).items
                        assert [row.id for row in found] == [row.id for row in rows], (who, column.name)


@pytest.mark.parametrize("name", LISTS)
def test_who_reaches_company_b_reads_every_list_on_its_page(companies: Companies, name: str) -> None:
    (page,) = [one for area in AREAS for one in area.lists if one.spec.name == name]
    headers = {"cookie": f"session={companies.own_cookies['administrator']}", "accept": "text/html"}
    with TestClient(companies.app, follow_redirects=False, raise_server_exceptions=False) as client:
        answer = client.get(page.href, headers=headers)
        assert answer.status_code == 200, answer.text[:300]


@pytest.mark.parametrize("name", LISTS)
def test_pages_exports_and_the_api_of_another_company_show_nothing(companies: Companies, name: str) -> None:
    (page,) = [one for area in AREAS for one in area.lists if one.spec.name == name]
    marks = (*MARKS, "value pay", "value health", "value public", "秘密")
    asked = 0
    with TestClient(companies.app, follow_redirects=False, raise_server_exceptions=False) as client:
        for role in STAFF:
            cookie = {"cookie": f"session={companies.cookies[role]}", "accept": "text/html"}
            token = {"Authorization": f"Bearer {companies.tokens[role]}"}
            for path, headers in (
                (page.href, cookie),
                (f"{page.href}/export.csv", cookie),
                (f"{page.href}?columns={','.join(one.name for one in page.spec.columns)}", cookie),
                (f"/wechat/lists/{name}", cookie),
                (f"/api/v1/lists/{name}", token),
                (f"/api/v1/lists/{name}?sort=-{page.spec.columns[0].name}", token),
            ):
                answer = client.get(path, headers=headers)
                asked += 1
                assert answer.status_code in (200, 403), (role, path, answer.text[:300])
                assert [mark for mark in marks if mark in answer.text] == [], (role, path)
    assert asked == 6 * len(STAFF)


@pytest.mark.parametrize("name", LISTS)
def test_a_token_without_the_scope_of_a_class_reads_that_class_nowhere(companies: Companies, name: str) -> None:
    """An account that may read all, by a token for jobs alone."""
    with companies.context.database.reading() as session:
        everything = actor_of(session, companies.samples.company.accounts["administrator"], companies.context.clock)
        narrow = replace(everything, token_scopes=frozenset({"requisitions:read"}))
        spec = with_own(session, narrow, house().lists[name])
        try:
            rows = read_list(session, narrow, spec, NOTHING, limit=200).items
        except PermissionDenied:
            return
        closed = {one.name for one in spec.columns if class_of(spec, one) != "public"}
        assert all(closed <= row.hidden for row in rows)
