"""What every answer carries to protect the browser that shows it, and whose address is believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from api_world import unlimited_app
from console_data import make_context
from httpx import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from api.context import Context
from api.deps import client_address
from api.export import XLSX
from api.sessions import csrf_token, is_csrf_token


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    made = make_context(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def headers(context: Context) -> list[Headers]:
    """Of pages and of the API, found and not found, signed in or not: over plain http on one's own machine."""
    paths = ("/sign-in", "/console", "/api/v1/health", "/api/v1/requisitions", "/nothing", "/i/unknown")
    with TestClient(unlimited_app(context), follow_redirects=False) as client:
        return [client.get(path).headers for path in paths]


def test_no_answer_lets_foreign_or_inline_code_run_or_is_framed(headers: list[Headers]) -> None:
    for one in headers:
        policy = dict(part.strip().partition(" ")[::2] for part in one["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in one["content-security-policy"]
        assert one["x-content-type-options"] == "nosniff"


def test_no_answer_is_kept_or_told_to_others(headers: list[Headers]) -> None:
    for one in headers:
        assert one["cache-control"] == "no-store"
        assert one["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in one


def test_every_answer_says_its_type_and_a_text_its_charset(headers: list[Headers]) -> None:
    types = [one["content-type"] for one in headers if one.get("content-length") != "0"]
    assert types
    assert [one for one in types if one.startswith("text/") and "charset=utf-8" not in one.lower()] == []
    assert {one.partition(";")[0] for one in types} <= {"text/html", "application/json", "application/problem+json"}


def test_over_plain_http_nothing_ties_the_browser_to_https(headers: list[Headers]) -> None:
    assert all("strict-transport-security" not in one for one in headers)


def test_over_https_the_browser_is_told_to_keep_to_it_and_cookies_are_of_this_host_only(context: Context) -> None:
    secure = replace(context, service=replace(context.service, public_url="https://hr.example"))
    with TestClient(unlimited_app(secure), base_url="https://hr.example") as client:
        answer = client.get("/sign-in")
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
        for cookie in answer.headers.get_list("set-cookie"):
            assert "secure" in cookie.lower()
            assert "httponly" in cookie.lower()
            assert "samesite" in cookie.lower()


def test_pages_are_compressed_where_the_browser_takes_it_and_parts_of_files_never(context: Context) -> None:
    app = unlimited_app(context)

    def in_parts(request: Request) -> Response:
        part = request.query_params["as"]
        return Response(b"x" * 5000, 206 if part == "range" else 200, media_type=part if "/" in part else "text/plain")

    app.add_route("/sent", in_parts)
    with TestClient(app) as client:
        packed = client.get("/static/console.css")
        assert packed.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in packed.headers["vary"].lower()
        assert int(packed.headers["content-length"]) < len(packed.content) / 2
        plain = client.get("/static/console.css", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == packed.content
        for kind in ("range", "video/mp4", "audio/webm", "image/jpeg", "text/event-stream", "application/pdf", XLSX):
            assert "content-encoding" not in client.get("/sent", params={"as": kind}).headers, kind


def test_a_form_token_differs_in_every_answer_and_belongs_to_one_session() -> None:
    one, another = csrf_token("secret"), csrf_token("secret")
    assert one != another
    assert len(one) == len(another)
    assert is_csrf_token("secret", one)
    assert is_csrf_token("secret", another)
    assert not is_csrf_token("other", one)
    for broken in ("", one[:-1], one[:16], another[:16] + one[16:], "é" + one[1:]):
        assert not is_csrf_token("secret", broken)


@pytest.mark.parametrize(
    ("direct", "forwarded", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not a proxy of ours: what it says counts for nothing
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the first part is what the client itself wrote
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_the_callers_address_is_believed_from_ones_own_proxies_only(
    context: Context, direct: str, forwarded: str, found: str
) -> None:
    behind = replace(context, service=replace(context.service, trusted_proxies=("10.0.0.1", "10.0.0.2")))
    app = unlimited_app(behind)
    scope = {
        "type": "http",
        "app": app,
        "client": (direct, 1234),
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else [],
    }
    assert client_address(Request(scope)) == found
