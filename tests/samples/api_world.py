"""The company of `console_data` as other systems see it: tokens, a client of the application in this process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from console_data import CLOCK, Company
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from interview_engine.hr.access import grants
from interview_engine.hr.access.rules import SYSTEM, TOKEN_SCOPES, Actor
from interview_engine.hr.people import service as people
from interview_engine.hr.people.tokens import create_token


@dataclass(frozen=True, slots=True)
class Program:
    """Another system: its token and the application it calls."""

    client: TestClient
    token: str

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        """One call under /api/v1; the response."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)


def token_for(company: Company, account_id: str, scopes: Iterable[str] = tuple(TOKEN_SCOPES)) -> str:
    """A token of an account, with every scope unless told."""
    with company.context.database.transaction() as session:
        account, _ = people.account_and_person(session, account_id)
        owner = people.actor_of(session, account, CLOCK)
        return create_token(session, owner, "test", scopes, CLOCK).secret


def program(company: Company, role: str, app: FastAPI | None = None, **more: Any) -> Program:
    """A system with a token of the account of that role."""
    client = TestClient(app or create_app(company.context), raise_server_exceptions=False)
    return Program(client, token_for(company, company.accounts[role].id, **more))


def account_with(company: Company, login: str, rights: Iterable[tuple[str, str]], scope: str = "all",
                 scope_ref: str | None = None) -> str:
    """An account that holds these rights within the scope and no other; its id."""
    with company.context.database.transaction() as session:
        new = people.NewAccount(login, login, "auditor", password="correct staple harbour nine")
        account = people.create_account(session, SYSTEM, new, CLOCK).account
        for grant in grants.grants_for(session, SYSTEM, account.id):
            grants.take_back(session, SYSTEM, grant.id, CLOCK)
        for field_class, action in rights:
            given = grants.NewGrant(scope, field_class, action, account_id=account.id, scope_ref=scope_ref)
            grants.give(session, _all(), given, CLOCK)
        return account.id


def _all() -> Actor:
    return SYSTEM
