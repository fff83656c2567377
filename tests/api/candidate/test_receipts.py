"""A candidate's receipt can be checked by anybody who holds it, and the answer says nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from applications import application
from hiring_world import World, make_world
from serving import LiveServer, make_context
from starlette.testclient import TestClient

from api.limits import kind_of
from interview_engine.hr.access.rules import candidate_actor
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.privacy import erasure
from interview_engine.hr.recruiting import withdrawing
from interview_engine.hr.recruiting.tables import Application, Invitation
from interview_engine.store.engine import Database


@pytest.fixture
def company(sqlite_database: Database) -> World:
    return make_world(sqlite_database)


@pytest.fixture
def server(company: World, tmp_path: Path) -> LiveServer:
    return LiveServer("", make_context(company.database, tmp_path, company.clock), company)


@pytest.fixture
def client(server: LiveServer) -> Iterator[TestClient]:
    with TestClient(application(server.context), raise_server_exceptions=False) as made:
        made.headers["accept-language"] = "en"
        yield made


@pytest.fixture
def handed_in(company: World) -> Invitation:
    with company.database.transaction() as session:
        application = company.applicant(session, company.post(session, company.open_job(session)), name="林晓")
        return company.interviewed(session, application)


@pytest.fixture
def deleted(company: World, server: LiveServer, handed_in: Invitation) -> dict[str, object]:
    with company.database.transaction() as session:
        invitation = session.get_one(Invitation, handed_in.id)
        person_id = session.get_one(Application, invitation.application_id).person_id
        actor = candidate_actor(invitation.id, person_id, "zh")
        request = withdrawing.withdraw(session, actor, invitation, company.clock)
        return erasure.erase(session, server.context.blobs, request.id, company.clock)


def answered(client: TestClient, receipt: str) -> str:
    answer = client.post("/receipts", data={"receipt": receipt})
    assert answer.status_code == 200
    return answer.text


def test_the_receipt_of_an_interview_is_genuine(client: TestClient, handed_in: Invitation) -> None:
    page = client.get("/receipts", params={"sha256": handed_in.receipt or ""}).text
    assert "Genuine" in page
    assert "submitted interview" in page
    assert "林晓" not in page


def test_the_receipt_of_a_deletion_is_genuine_as_a_file_and_as_a_number(
    client: TestClient, deleted: dict[str, object]
) -> None:
    for given in (json.dumps(deleted, indent=2), f"  {deleted['sha256']} ", str(deleted["sha256"]).upper()):
        assert "for a completed deletion" in answered(client, given)


def test_a_changed_and_an_unknown_receipt_are_told_apart(client: TestClient, deleted: dict[str, object]) -> None:
    assert "Changed" in answered(client, json.dumps({**deleted, "erased_at": "2020-01-01"}))
    for given in ("{}", "{", "[1]", "x", "0" * 64, '{"request": 1}', '{"a":' * 20_000):
        assert "Unknown" in answered(client, given)


def test_what_was_pasted_is_shown_as_text(client: TestClient) -> None:
    assert "<script>" not in answered(client, "<script>alert(1)</script></textarea><script>")


def test_the_message_of_a_deletion_leads_to_its_check(deleted: dict[str, object]) -> None:
    words = words_for("erasure.done", {"receipt": str(deleted["sha256"])}, "zh", "https://hr.example.com")
    assert f"https://hr.example.com/receipts?sha256={deleted['sha256']}" in words.body


def test_checks_are_limited_by_address() -> None:
    assert kind_of("GET", "/receipts") == kind_of("POST", "/receipts") == "receipt"
