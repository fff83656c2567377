"""Limits hit who guesses, and nobody else behind the same address."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from api_world import token_for
from applications import application
from console_data import CLOCK, Company, company, make_context
from starlette.testclient import TestClient

from api.deps import is_trusted
from api.limits import RATES, Buckets, Rate, network_of
from interview_engine.errors import UsageError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.recruiting.applying import applications
from interview_engine.hr.recruiting.applying.candidates import NewPerson
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.service_settings import read_service_settings

CAMPUS = 300


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    context = make_context(Path(tmp_path_factory.mktemp("limits")))
    yield company(context)
    context.database.close()


@pytest.fixture(scope="module")
def campus(made: Company) -> list[str]:
    """The links of 300 candidates, all behind one address, and one for a test of its own."""
    links = []
    with made.context.database.transaction() as session:
        for number in range(CAMPUS + 1):
            person = NewPerson(f"同学{number}", f"student{number}@example.org", synthetic=True)
            row = applications.apply(session, SYSTEM, made.posting_code, person, CLOCK)
            links.append(invitations.invite(session, made.actors["recruiter"], row.id, CLOCK).token)
    return links


class Still:
    """The right time of day, while no second passes: a slow machine earns no further guess."""

    def now(self) -> datetime:
        return CLOCK.now()

    def monotonic_s(self) -> float:
        return 1000.0


def client_of(made: Company, buckets: Buckets | None = None) -> TestClient:
    return TestClient(application(replace(made.context, clock=Still()), buckets), follow_redirects=False)


def guess(client: TestClient, times: int = 60) -> int:
    """Guess at links until it is slowed down; the last status."""
    return [client.get(f"/i/{secrets.token_urlsafe(32)}").status_code for _ in range(times)][-1]


def test_a_campus_behind_one_address_goes_on_while_somebody_there_guesses(made: Company, campus: list[str]) -> None:
    client = client_of(made)
    assert guess(client) == 429
    for number, link in enumerate(campus[:CAMPUS]):
        assert client.get(f"/i/{link}").status_code == 200
        if number % 50 == 0:
            agreed = client.post(f"/i/{link}/consent", data={"route": "record", "automated": "yes"})
            assert agreed.status_code == 303
            # An own recording that is not there, a wrong method of it: refused for what they are, not for the address.
            assert client.head(f"/i/{link}/uploads/none", headers={"Tus-Resumable": "1.0.0"}).status_code == 404
            assert guess(client, 3) == 429


def test_honest_refusals_are_not_counted_as_guesses(made: Company, campus: list[str]) -> None:
    client, phone = client_of(made), client_of(made)
    agreed = phone.post(f"/i/{campus[-1]}/consent", data={"route": "record", "automated": "yes"})
    assert agreed.status_code == 303
    second = [client.get(f"/i/{campus[-1]}/interview").status_code for _ in range(60)]
    assert second == [403] * 60  # a second device of the same candidate, again and again
    assert client.get("/i/unknown").status_code == 404


@pytest.mark.parametrize("path", ["/o/{}", "/s/{}", "/n/{}", "/a/{}", "/media/{}", "/i/{}/interview"])
def test_unknown_secrets_are_slowed_down_wherever_a_link_leads(made: Company, path: str) -> None:
    client = client_of(made, Buckets({"guess": Rate(5, 0.01)}))
    statuses = [client.get(path.format(f"guess{number}")).status_code for number in range(6)]
    assert 429 not in statuses[:5]
    assert statuses[5] == 429


def test_a_known_token_of_the_api_is_let_through_and_an_unknown_one_is_not(made: Company) -> None:
    client = client_of(made, Buckets({"guess": Rate(5, 0.01)}))
    known = {"Authorization": f"Bearer {token_for(made, made.accounts['hr'].id)}"}
    unknown = [
        client.get("/api/v1/requisitions", headers={"Authorization": f"Bearer iet_{number}"}).status_code
        for number in range(6)
    ]
    assert unknown == [401] * 5 + [429]
    assert client.get("/api/v1/requisitions", headers=known).status_code == 200


def test_a_call_without_any_token_is_no_guess(made: Company) -> None:
    client = client_of(made, Buckets({"guess": Rate(2, 0.01)}))
    assert [client.get("/api/v1/requisitions").status_code for _ in range(5)] == [401] * 5
    assert client.get("/i/unknown").status_code == 404


def test_a_flood_of_made_up_sessions_does_not_reset_the_guess_limit() -> None:
    buckets = Buckets(RATES)
    for _ in range(40):
        buckets.wait_s("guess", "192.0.2.1", 0.0)
    assert buckets.wait_s("guess", "192.0.2.1", 0.0, take=False) > 0
    for number in range(20_000):
        for kind in ("console", "api", "export", "sign_in"):
            buckets.wait_s(kind, f"session {number}", 0.0)
    assert buckets.wait_s("guess", "192.0.2.1", 0.0, take=False) > 0


def test_guessing_from_many_addresses_does_not_reset_the_limit_of_one() -> None:
    buckets = Buckets(RATES)
    for _ in range(40):
        buckets.wait_s("guess", "192.0.2.1", 0.0)
    for number in range(100_000):
        buckets.wait_s("guess", f"address {number}", 0.0)
    assert buckets.wait_s("guess", "192.0.2.1", 0.0, take=False) > 0


def test_an_ipv6_customer_is_one_caller_however_many_addresses_it_has() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"


def test_a_proxy_that_is_not_trusted_is_named_in_the_log_once(made: Company, caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(application(made.context), client=("192.0.2.77", 1))
    with caplog.at_level(logging.WARNING, "interview_engine.api"):
        for _ in range(3):
            client.get("/i/unknown", headers={"X-Forwarded-For": "203.0.113.9"})
    found = [one.getMessage() for one in caplog.records if "TRUSTED_PROXIES" in one.getMessage()]
    assert len(found) == 1
    assert "192.0.2.77" in found[0]


def test_a_network_of_proxies_may_be_trusted(made: Company) -> None:
    trusted = ("172.30.80.0/24",)
    assert is_trusted("172.30.80.1", trusted)
    assert not is_trusted("172.30.81.1", trusted)
    assert not is_trusted("unix", trusted)
    service = replace(made.context.service, trusted_proxies=trusted)
    client = TestClient(application(replace(made.context, service=service)), client=("172.30.80.1", 1))
    statuses = [client.get("/i/x", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code for n in range(40)]
    assert statuses == [404] * 40  # forty callers, one guess each


@pytest.mark.parametrize("value", ["0.0.0.0/0", "::/0", "proxy.example.com", "10.0.0.1/8"])
def test_proxies_that_would_believe_anybody_are_refused_at_the_start(value: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        read_service_settings({"INTERVIEW_ENGINE_DATA": str(tmp_path), "INTERVIEW_ENGINE_TRUSTED_PROXIES": value})
    assert refused.value.code == "settings.invalid"
