"""Browsers signed in to the console, a role each, over the company of `console_data`.

The company is made once in a test process (two seconds) and copied for each test (a file and links to its blobs), so
that no test sees what another has done.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from applications import application
from console_data import CLOCK, PASSWORD, STAFF, Company, open_context
from hashing_embedder import HashingEmbedder
from starlette.testclient import TestClient

from api.context import Context
from interview_engine.hr.accounts import sign_in

URL = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class StoredCompany:
    """A company on disk that is only ever copied, and the session cookie of each role's account."""

    folder: Path
    company: Company
    cookies: Mapping[str, str]

    def copy(self, folder: Path, **settings: Any) -> Company:
        """The company in an empty folder of the caller's, with its own database and blobs; the caller closes it."""
        shutil.copyfile(self.folder / "test.db", folder / "test.db")
        shutil.copytree(self.folder / "blobs", folder / "blobs", copy_function=os.link)
        made = self.company
        context = open_context(folder, **settings)
        return replace(made, context=context, applications=dict(made.applications), tokens=dict(made.tokens))


def stored_company(company: Company) -> StoredCompany:
    """Close a company that was made by `make_context`, with a session for each role."""
    context = company.context
    with context.database.transaction() as session:
        cookies = {
            role: sign_in.open_session(session, account, CLOCK, complete=True)
            for role, account in company.accounts.items()
        }
    context.database.close()
    return StoredCompany(context.service.data, company, cookies)


def browser(context: Context) -> TestClient:
    """Somebody who is not signed in, with an application of their own."""
    return TestClient(application(context), base_url=URL, headers={"accept": "text/html"})


def browsers(context: Context, cookies: Mapping[str, str]) -> dict[str, TestClient]:
    """A signed-in browser a role; they share one application."""
    app = application(context)
    app.state.embedder = HashingEmbedder()
    made = {role: TestClient(app, base_url=URL, headers={"accept": "text/html"}) for role in STAFF}
    for role, client in made.items():
        client.cookies.set("session", cookies[role], domain="127.0.0.1", path="/")
    return made


def door(client: TestClient) -> str:
    """The token of the sign-in form."""
    found = re.search(r'name="door" value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    return found[1]


def signed_in(client: TestClient, login: str, password: str = PASSWORD) -> TestClient:
    """The same browser after its form was sent; the second factor may still be missing."""
    answer = client.post(
        "/sign-in",
        data={"login": login, "password": password, "door": door(client), "next": "/console"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    return client


def csrf(client: TestClient, page: str = "/console/account") -> str:
    """The session's token, as a page of the console has it in its forms."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(page).text)
    assert found is not None
    return found[1]


def post(client: TestClient, path: str, **fields: str) -> str:
    """A form of the console; returns where it leads."""
    answer = client.post(path, data={**fields, "csrf": csrf(client)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    return answer.headers["location"]


def address(path: str, made: Company) -> str:
    """A path with the company's job, first application, kit and an account in the places that it names."""
    return path.format(
        requisition=made.requisition_id,
        application=made.applications["林晓"],
        kit=made.kit_version_id,
        account=made.accounts["recruiter"].id,
    )
