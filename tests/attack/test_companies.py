"""People of one company against another: every write of the API and every form of the console with a valid body.

Company A's six roles, each within its own company, against a thing of every kind in company B. Refused means 403 or
404 and not one row of the database changed; then everything of B is asked for again, because what a write opens
matters more than its answer. Writes are declared in `tests/samples/write_bodies_*.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from console_data import STAFF
from databases import PostgresServer
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient
from two_companies import MARKS, NUMBER_OF_B, Companies, context_on, two_companies
from write_bodies import Body
from write_bodies_api import API, API_HARMLESS, BY
from write_bodies_console import CONSOLE_HARMLESS, console_bodies

from api.openapi import Endpoint, endpoints
from interview_engine.hr.all_tables import Base

WRITES = ("POST", "PUT", "PATCH", "DELETE")
MOVING = {"api_token.last_used_at", "login_session.last_seen_at", "idempotency_key"}
"""What every request may touch."""
LEAST = 300
"""Writes with a valid body, over all roles."""
ON_POSTGRES = ("hr", "administrator")
"""On SQLite every role; here those who may most."""
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def companies(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Companies]:
    folder = Path(tmp_path_factory.mktemp("attack"))
    if request.param == "sqlite":
        made = two_companies(context_on(folder))
        yield made
        made.context.database.close()
        return
    server = request.getfixturevalue("postgres")
    assert isinstance(server, PostgresServer)
    with server.fresh() as url:
        made = two_companies(context_on(folder, url))
        yield made
        made.context.database.close()


@pytest.fixture(scope="module")
def client(companies: Companies) -> Iterator[TestClient]:
    with TestClient(companies.app, follow_redirects=False, raise_server_exceptions=False) as found:
        yield found


def roles_on(companies: Companies) -> tuple[str, ...]:
    return STAFF if companies.context.database.engine.dialect.name == "sqlite" else ON_POSTGRES


@lru_cache(maxsize=2)
def routes(app: FastAPI) -> tuple[Endpoint, ...]:
    return endpoints(app)


@lru_cache(maxsize=2)
def form_bodies(app: FastAPI) -> Mapping[str, Body]:
    return console_bodies(one.path for one in routes(app) if is_form(one))


def is_form(one: Endpoint) -> bool:
    return one.path.startswith("/console") and "POST" in one.methods


def api_writes(companies: Companies) -> list[tuple[Endpoint, str]]:
    return [
        (one, method)
        for one in routes(companies.app)
        if one.path.startswith("/api/v1/")
        for method in one.methods
        if method in WRITES
    ]


def console_forms(companies: Companies) -> list[Endpoint]:
    return [one for one in routes(companies.app) if is_form(one)]


def is_harmless(path: str) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in CONSOLE_HARMLESS)


def everything(companies: Companies) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, without what a request may touch."""
    found = {}
    with companies.context.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in MOVING:
                continue
            columns = [column for column in table.columns if f"{table.name}.{column.name}" not in MOVING]
            found[table.name] = sorted(tuple(map(str, row)) for row in connection.execute(select(*columns)))
    return found


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def call_api(companies: Companies, client: TestClient, token: str, one: Endpoint, method: str) -> Any:
    given = dict(API[one.name](companies))
    headers = {"Authorization": f"Bearer {token}", **given.pop("headers", {})}
    path = companies.at(one.path.replace("{flag_id}", "{pair_id}") if one.name == "merge_persons" else one.path)
    return client.request(method, path, headers=headers, **given)


def console_writes(companies: Companies) -> Mapping[str, Body]:
    """Bodies of the console's forms, by path."""
    return form_bodies(companies.app)


def call_console(companies: Companies, client: TestClient, cookie: str, csrf: str, path: str) -> Any:
    given = dict(console_writes(companies)[path](companies))
    given["data"] = {**given.get("data", {}), "csrf": csrf}
    headers = {"cookie": f"session={cookie}", "accept": "text/html"}
    path = path.replace("{flag_id}", "{pair_id}") if path.endswith("/merge") else path
    return client.post(companies.at(path), headers=headers, **given)


def is_refused(answer: Any) -> bool:
    """403, 404, or a form that is shown again because what it names is not there for this person."""
    return answer.status_code in (403, 404) or (answer.status_code == 422 and "找不到" in shortened(answer.text))


def shortened(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())[:600]


@lru_cache(maxsize=64)
def csrf_of(client: TestClient, cookie: str) -> str:
    page = client.get("/console/account", headers={"cookie": f"session={cookie}", "accept": "text/html"})
    found = CSRF.search(page.text)
    assert found is not None
    return found[1]


def test_every_write_and_every_form_has_a_valid_body_declared(companies: Companies) -> None:
    operations = {one.name for one, _ in api_writes(companies)}
    assert operations == API.keys() | API_HARMLESS.keys()
    forms, bodies = {one.path for one in console_forms(companies)}, console_writes(companies)
    assert {path for path in forms if path not in bodies and not is_harmless(path)} == set()
    assert bodies.keys() <= forms


def test_nobody_writes_into_another_company(companies: Companies, client: TestClient) -> None:
    before = everything(companies)
    sent, wrong = 0, []
    for role in roles_on(companies):
        token, cookie = companies.tokens[role], companies.cookies[role]
        csrf = csrf_of(client, cookie)
        answers = [
            (f"{method} {one.path}", call_api(companies, client, token, one, method))
            for one, method in api_writes(companies)
            if one.name in API
        ]
        answers += [
            (f"form {path}", call_console(companies, client, cookie, csrf, path)) for path in console_writes(companies)
        ]
        for what, answer in answers:
            sent += 1
            if not is_refused(answer):
                wrong.append(f"{role} {what} {answer.status_code} {answer.text[:200]}")
    print(f"{sent} writes with a valid body, {len(wrong)} not refused")
    assert not wrong, "\n".join(wrong)
    assert changed(before, everything(companies)) == []
    assert sent >= LEAST or companies.context.database.engine.dialect.name != "sqlite"


def pages(companies: Companies, client: TestClient, token: str, cookie: str) -> Iterator[tuple[str, Any]]:
    """Every page and list, with B's things in their addresses."""
    for one in routes(companies.app):
        if "GET" in one.methods and one.path.startswith(("/api/v1/", "/console")):
            console = {"cookie": f"session={cookie}", "accept": "text/html"}
            headers = console if one.path.startswith("/console") else {"Authorization": f"Bearer {token}"}
            yield one.path, client.get(companies.at(one.path), headers=headers)
    offered = companies.samples.company.applications["赵一鸣"]
    path = f"/api/v1/applications/{offered}/offers"
    yield path, client.get(path, headers={"Authorization": f"Bearer {token}"})


def test_nothing_of_another_company_is_open_afterwards(companies: Companies, client: TestClient) -> None:
    """Names, jobs, approvals, pay: after all those writes each page and list is asked for by A's people."""
    asked, wrong = 0, []
    for role in roles_on(companies):
        for path, answer in pages(companies, client, companies.tokens[role], companies.cookies[role]):
            asked += 1
            shown = [mark for mark in MARKS if mark in answer.text]
            if answer.status_code >= 500 or shown:
                wrong.append(f"{role} {path} {answer.status_code} {shown}")
    print(f"{asked} pages and lists asked for, {len(wrong)} show another company")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "path", ["operations", "webhooks", "accounts", "audit", "tokens?account_id={account_id}", "accounts/{account_id}"]
)
def test_what_is_the_installations_is_closed_to_who_reaches_one_company(
    companies: Companies, client: TestClient, path: str
) -> None:
    for role in roles_on(companies):
        headers = {"Authorization": f"Bearer {companies.tokens[role]}"}
        assert client.get(companies.at(f"/api/v1/{path}"), headers=headers).status_code == 403, role


def test_what_is_looked_for_is_shown_to_who_reaches_company_b(companies: Companies, client: TestClient) -> None:
    token, cookie = companies.own_tokens["administrator"], companies.own_cookies["administrator"]
    shown = " ".join(answer.text for _, answer in pages(companies, client, token, cookie))
    assert [mark for mark in MARKS if mark not in shown] == [NUMBER_OF_B]  # an administrator opens no identity section


def test_the_same_bodies_are_taken_from_who_reaches_company_b(companies: Companies, client: TestClient) -> None:
    """A body that nobody could send proves nothing: who reaches everything is not refused, and every body is read."""
    wrong, taken, forms = [], 0, console_writes(companies)
    last = ("DELETE", "deactivate", "/role", "/retire", "/active", "/erasure", "/merge")
    writes = [(f"{method} {one.path}", one, method) for one, method in api_writes(companies) if one.name in API]
    calls = sorted(writes, key=lambda call: any(word in call[0] for word in last))
    for path in sorted(forms, key=lambda path: any(word in path for word in last)):
        cookie = companies.own_cookies[BY.get(path, "administrator")]
        answer = call_console(companies, client, cookie, csrf_of(client, cookie), path)
        taken += answer.status_code < 400
        if answer.status_code in (400, 401, 403) or answer.status_code >= 500:
            wrong.append(f"form {path} {answer.status_code} {shortened(answer.text)}")
    for what, one, method in calls:
        answer = call_api(companies, client, companies.own_tokens[BY.get(one.name, "administrator")], one, method)
        taken += answer.status_code < 300
        if answer.status_code in (400, 401, 403, 422) or answer.status_code >= 500:
            wrong.append(f"{what} {answer.status_code} {answer.text[:300]}")
    print(f"{taken} of {len(calls) + len(forms)} taken, {len(wrong)} not valid")
    assert not wrong, "\n".join(wrong)
    assert taken > (len(calls) + len(forms)) / 2  # the others met a state that an earlier one had made
