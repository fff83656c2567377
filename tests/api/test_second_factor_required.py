"""Where the settings ask for it, nothing opens before a second factor is set up."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
from api_world import unlimited_app
from console_data import make_context
from starlette.testclient import TestClient

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.second_factor import RECOVERY_CODES
from interview_engine.hr.accounts.service import NewAccount, create_account

PASSWORD = "seven lamps over a quiet harbour"


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_console_opens_after_the_second_factor_is_set_up_and_then_asks_for_it(tmp_path: Path) -> None:
    context = make_context(tmp_path, second_factor=True)
    with context.database.transaction() as session:
        new = NewAccount("li", "李雷", "administrator", password=PASSWORD, language="en")
        create_account(session, SYSTEM, new, context.clock)
    with TestClient(unlimited_app(context), headers={"accept": "text/html"}, follow_redirects=False) as client:

        def enter() -> str:
            door = field(client.get("/sign-in").text, "door")
            form = {"login": "li", "password": PASSWORD, "door": door, "next": "/console/requisitions"}
            return client.post("/sign-in", data=form).headers["location"]

        def post(path: str, **form: str) -> str:
            csrf = field(client.get("/console/account").text, "csrf")
            answer = client.post(path, data={"csrf": csrf, **form})
            return answer.text

        enter()
        assert client.get("/console/requisitions").headers["location"] == "/console/account"
        assert client.get("/console/account").status_code == 200
        assert "secret" not in post("/console/account/second-factor", current="a wrong password")
        shown = re.search(
            r'<code class="secret">([A-Z2-7]+)</code>', post("/console/account/second-factor", current=PASSWORD)
        )
        assert shown is not None
        codes = pyotp.TOTP(shown[1])
        shown_once = post("/console/account/second-factor/confirm", code=codes.at(context.clock.now()))
        assert len(set(re.findall(r"[0-9a-f]{7}(?:-[0-9a-f]{7}){3}", shown_once))) == RECOVERY_CODES
        assert client.get("/console/requisitions").status_code == 200
        client.cookies.clear()
        assert enter().startswith("/sign-in/code")
        assert client.get("/console/requisitions").headers["location"].startswith("/sign-in/code")
    context.database.close()
