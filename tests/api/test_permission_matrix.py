"""Every route × role × scope, generated from the routes themselves (L4): what is declared is what is enforced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from api_world import NOBODY, Program, Samples, account_with, token_for, unlimited_app, whole_company
from console_data import CLOCK, make_context
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.access import Needs
from api.openapi import Endpoint, endpoints
from interview_engine.hr.access.rules import SYSTEM, TOKEN_SCOPES, may_at_all, token_reaches
from interview_engine.hr.org import service as org

OPEN = {"health"}
"""Routes that need no token."""

TAKES_PART = {
    "list_approval_steps", "decide_approval", "withdraw_approval", "delegate_approval", "set_approval_substitute",
}  # fmt: skip
"""Allowed to whoever takes part in the approval, or has that colleague, whatever the grants: others get 403 after the
first door."""

HOLDS = {"create_account", "set_role", "give_grant"}
"""Nobody gives what they do not hold: 403 with (contact, manage) alone."""

COMPANY_WIDE = {"public"}
"""Field classes whose things are the whole company's where they belong to no department (kits, profiles)."""

BY_ROW = {"requisition_id", "application_id", "posting_id", "invitation_id", "offer_id", "assessment_id", "review_id"}
"""What belongs to a department: out of reach for an account of another one."""


@dataclass(frozen=True, slots=True)
class World:
    """The application, a request for every route, and the document."""

    app: FastAPI
    samples: Samples
    document: dict[str, Any]
    client: TestClient

    def call(self, token: str, endpoint: Endpoint, method: str) -> Any:
        path = self.samples.path(endpoint).removeprefix("/api/v1")
        return Program(self.client, token)(method, path, **self.samples.request(endpoint, method, self.document))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    context = make_context(Path(tmp_path_factory.mktemp("matrix")))
    made = whole_company(context)
    app = unlimited_app(context)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield World(app, made, app.openapi(), client)
    context.database.close()


def api_calls(app: FastAPI) -> list[tuple[Endpoint, str, Needs]]:
    return [
        (endpoint, method, endpoint.needed)
        for endpoint in endpoints(app)
        if endpoint.path.startswith("/api/v1/") and endpoint.needed is not None
        for method in endpoint.methods
    ]


def test_every_route_of_the_api_says_what_it_needs(world: World) -> None:
    silent = {
        endpoint.name
        for endpoint in endpoints(world.app)
        if endpoint.path.startswith("/api/v1/") and endpoint.needed is None
    }
    assert silent == OPEN


def test_without_a_token_nothing_is_answered(world: World) -> None:
    for endpoint, method, _ in api_calls(world.app):
        path = world.samples.path(endpoint)
        for headers in ({}, {"Authorization": "Bearer iet_nothing"}, {"Authorization": "Basic YWRtaW46eA=="}):
            answer = world.client.request(method, path, headers=headers)
            assert answer.status_code == 401, (endpoint.name, headers)
            assert answer.headers["www-authenticate"] == "Bearer"


def test_a_session_cookie_opens_no_route_of_the_api(world: World) -> None:
    from interview_engine.hr.accounts import sign_in

    with world.samples.company.context.database.transaction() as session:
        account = world.samples.company.accounts["administrator"]
        secret = sign_in.open_session(session, account, CLOCK, complete=True)
    for endpoint, method, _ in api_calls(world.app):
        answer = world.client.request(method, world.samples.path(endpoint), headers={"cookie": f"session={secret}"})
        assert answer.status_code == 401, endpoint.name


def test_each_role_gets_through_exactly_the_doors_that_its_grants_open(world: World) -> None:
    company = world.samples.company
    calls = api_calls(world.app)
    refused = 0
    for role in company.accounts:
        token = token_for(company, company.accounts[role].id)
        actor = company.actors[role]
        for endpoint, method, needed in calls:
            if all(may_at_all(actor, *right) for right in needed.rights):
                continue  # what happens behind the door is the next tests' part
            answer = world.call(token, endpoint, method)
            refused += 1
            assert answer.status_code == 403, (role, endpoint.name, answer.text)
            assert answer.json()["code"] == "access.denied"
    assert refused > 150  # the roles differ


def test_a_token_does_no_more_than_its_scope_says(world: World) -> None:
    """Each scope × each combination of rights that routes declare."""
    company = world.samples.company
    calls = {needed.rights: (endpoint, method) for endpoint, method, needed in api_calls(world.app)}
    for scope in TOKEN_SCOPES:
        token = token_for(company, company.accounts["administrator"].id, [scope])
        for rights, (endpoint, method) in calls.items():
            if not all(token_reaches([scope], *right) for right in rights):
                assert world.call(token, endpoint, method).status_code == 403, (scope, endpoint.name)


def test_each_scope_opens_something(world: World) -> None:
    calls = api_calls(world.app)
    for scope in TOKEN_SCOPES:
        assert any(token_reaches([scope], *right) for _, _, needed in calls for right in needed.rights), scope


@pytest.mark.slow
def test_what_a_route_declares_is_enough_and_nothing_less_is(world: World) -> None:
    """One account with exactly the declared rights, and for each right one that lacks it."""
    company = world.samples.company
    tokens: dict[tuple[tuple[str, str], ...], str] = {}

    def token_with(rights: tuple[tuple[str, str], ...]) -> str:
        if rights not in tokens:
            tokens[rights] = token_for(company, account_with(company, f"only-{len(tokens)}", rights))
        return tokens[rights]

    wrong: list[str] = []
    for endpoint, method, needed in api_calls(world.app):
        rights: tuple[tuple[str, str], ...] = needed.rights
        answer = world.call(token_with(rights), endpoint, method)
        refused = answer.status_code in (401, 403) and endpoint.name not in TAKES_PART | HOLDS
        unread = answer.status_code == 422 and answer.json()["code"] == "request.fields"  # the request was no sample
        if answer.status_code >= 500 or refused or unread:
            wrong.append(f"{endpoint.name} {answer.status_code} {answer.text[:400]}")
        for place in range(len(rights)):
            less = rights[:place] + rights[place + 1 :]
            if world.call(token_with(less or (("identity", "read"),)), endpoint, method).status_code != 403:
                wrong.append(f"{endpoint.name} lets in without {rights[place]}")
    assert wrong == []


@pytest.mark.slow
def test_an_account_of_another_department_reaches_no_row(world: World) -> None:
    company = world.samples.company
    with company.context.database.transaction() as session:
        elsewhere = org.create_department(session, SYSTEM, company.entity_id, "别的部门", CLOCK).id
    everything = tuple({right for _, _, needed in api_calls(world.app) for right in needed.rights})
    token = token_for(company, account_with(company, "elsewhere", everything, "subtree", elsewhere))
    known = {*company.applications.values(), company.requisition_id}
    rows = 0
    for endpoint, method, needed in api_calls(world.app):
        answer = world.call(token, endpoint, method)
        assert answer.status_code < 500, (endpoint.name, answer.text)
        if any("{" + name + "}" in endpoint.path for name in BY_ROW):
            rows += 1
            assert answer.status_code in (403, 404, 422), (endpoint.name, answer.status_code, answer.text)
        elif "person_id" in endpoint.path:
            assert answer.status_code in (403, 404, 409), (endpoint.name, answer.status_code)
        elif answer.status_code == 200 and answer.text.startswith('{"items"'):
            assert not known & {str(row.get("id")) for row in answer.json()["items"]}, endpoint.name
        elif not {field for field, _ in needed.rights} <= COMPANY_WIDE:
            assert answer.status_code in (200, 403, 404, 422), (endpoint.name, answer.text)
    assert rows > 40


def test_a_thing_that_is_not_there_is_404_for_everybody(world: World) -> None:
    company = world.samples.company
    call = Program(world.client, token_for(company, company.accounts["administrator"].id))
    for endpoint, method, _ in api_calls(world.app):
        names = [part.strip("{}") for part in endpoint.path.split("/") if part.startswith("{")]
        if method != "GET" or not names:
            continue
        path = endpoint.path.removeprefix("/api/v1")
        for name in names:
            path = path.replace("{" + name + "}", NOBODY)
        path = path.replace("applications.{form}", "applications.csv")
        answer = call("GET", path)
        assert answer.status_code in (200, 404), (endpoint.name, answer.text)
        if answer.status_code == 200:  # a list about a kit that nobody has
            assert answer.json()["items"] == [], endpoint.name
        else:
            assert answer.json()["code"].startswith("not_found."), (endpoint.name, answer.text)
