"""The door of the console, and what an account sets up for the next time it comes through (L4)."""

from __future__ import annotations

import re
import time
from typing import Any

import console_data
import pyotp
from console_data import Company
from console_pages import browser, csrf, door, signed_in
from starlette.testclient import TestClient


def test_nobody_signed_in_is_led_to_the_door_and_back(made: Company) -> None:
    client = browser(made.context)
    answer = client.get("/console/kits?x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/console/kits%3Fx%3D1")
    for away in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        form = client.get("/sign-in", params={"next": away}).text
        assert 'name="next" value="/console"' in form


def test_the_door_refuses_a_form_from_elsewhere_and_a_wrong_password(made: Company) -> None:
    client = browser(made.context)
    forged = client.post("/sign-in", data={"login": "hr", "password": console_data.PASSWORD, "door": "x"})
    assert forged.status_code == 403
    token = door(client)
    wrong = client.post("/sign-in", data={"login": "nobody", "password": "wrong", "door": token})
    assert wrong.status_code == 401
    assert "session" not in client.cookies


def test_cookies_are_closed_to_scripts_and_other_sites(made: Company) -> None:
    client = browser(made.context)
    token = door(client)
    answer = client.post(
        "/sign-in",
        data={"login": "hr", "password": console_data.PASSWORD, "door": token, "next": "/console"},
        follow_redirects=False,
    )
    session = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session


def test_the_first_password_must_be_changed_before_anything_opens(
    made: Company, clients: dict[str, TestClient]
) -> None:
    admin = clients["administrator"]
    page = admin.post(
        "/console/accounts",
        data={"csrf": csrf(admin), "login": "fresh", "name": "新同事", "role": "recruiter", "language": "zh"},
    ).text
    password = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert password is not None
    client = browser(made.context)
    token = door(client)
    client.post("/sign-in", data={"login": "fresh", "password": password[1], "door": token, "next": "/console"})
    for path in ("/console/requisitions", "/console/inbox"):
        answer = client.get(path, follow_redirects=False)
        assert answer.headers["location"] == "/console/account/password"
    weak = client.post(
        "/console/account/password",
        data={
            "csrf": csrf(client, "/console/account/password"),
            "current": password[1],
            "new": "123456789012",
            "again": "123456789012",
        },
    )
    assert weak.status_code == 422
    new = "seven lamps over a quiet harbour"
    client.post(
        "/console/account/password",
        data={"csrf": csrf(client, "/console/account/password"), "current": password[1], "new": new, "again": new},
    )
    assert client.get("/console/requisitions", follow_redirects=False).status_code == 200


def begin_second_step(client: TestClient) -> tuple[str, pyotp.TOTP]:
    """The page with the picture, and what an authenticator makes of its secret."""
    page = client.post(
        "/console/account/second-factor", data={"csrf": csrf(client), "current": console_data.PASSWORD}
    ).text
    secret = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)
    assert secret is not None
    return page, pyotp.TOTP(secret[1])


def confirm(client: TestClient, code: str) -> Any:
    """The answer to the first code."""
    return client.post("/console/account/second-factor/confirm", data={"csrf": csrf(client), "code": code})


def recovery_codes(page: str) -> list[str]:
    """Those that a page shows."""
    return re.findall(r"<li>([0-9a-z-]{10,})</li>", page)


def wrong_code(codes: pyotp.TOTP) -> str:
    """Six digits that are not accepted in these minutes."""
    now = int(time.time())
    accepted = {codes.at(now + 30 * step) for step in range(-4, 5)}
    return next(code for code in (f"{number:06d}" for number in range(10)) if code not in accepted)


def test_the_second_step_is_set_up_by_a_picture_and_gives_ten_recovery_codes(clients: dict[str, TestClient]) -> None:
    client = clients["auditor"]
    page, codes = begin_second_step(client)
    assert "<svg" in page
    assert confirm(client, wrong_code(codes)).status_code == 422
    assert len(recovery_codes(confirm(client, codes.now()).text)) == 10


def test_the_second_step_is_asked_for_at_the_door_and_a_recovery_code_passes_it(
    made: Company, clients: dict[str, TestClient]
) -> None:
    _, codes = begin_second_step(clients["auditor"])
    recovery = recovery_codes(confirm(clients["auditor"], codes.now()).text)
    fresh = signed_in(browser(made.context), "auditor")
    halfway = fresh.get("/console/audit", follow_redirects=False)
    assert halfway.headers["location"].startswith("/sign-in/code")
    token = csrf(fresh, "/sign-in/code")
    refused = fresh.post("/sign-in/code", data={"csrf": token, "code": wrong_code(codes), "next": "/console/audit"})
    assert refused.status_code == 401
    entered = fresh.post(
        "/sign-in/code",
        data={"csrf": token, "code": recovery[0], "next": "/console/audit"},
        follow_redirects=False,
    )
    assert entered.headers["location"] == "/console/audit"
    assert fresh.get("/console/audit").status_code == 200


def test_new_recovery_codes_are_made_on_the_account_page(clients: dict[str, TestClient]) -> None:
    client = clients["interviewer"]
    _, codes = begin_second_step(client)
    confirm(client, codes.now())
    assert "/console/account/second-factor/codes" in client.get("/console/account").text
    later = codes.at(int(time.time()) + 30)
    wrong = client.post(
        "/console/account/second-factor/codes", data={"csrf": csrf(client), "current": "wrong", "code": later}
    )
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    renewed = client.post(
        "/console/account/second-factor/codes",
        data={"csrf": csrf(client), "current": console_data.PASSWORD, "code": later},
    )
    assert len(recovery_codes(renewed.text)) == 10


def test_signing_in_is_locked_after_many_wrong_passwords_and_says_for_how_long(made: Company) -> None:
    client = browser(made.context)
    token = door(client)
    for _ in range(12):
        answer = client.post("/sign-in", data={"login": "somebody", "password": "wrong", "door": token})
        if answer.status_code == 429:
            break
        assert answer.status_code == 401
    assert answer.status_code == 429
    assert 'role="alert"' in answer.text
