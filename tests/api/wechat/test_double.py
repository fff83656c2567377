"""The double is as strict as the platform, by its own copy of the cryptography, pinned to the official vectors."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from hiring_world import MovingClock
from starlette.testclient import TestClient
from wechat_world import fake_world

from api.wechat.double import envelope
from api.wechat.double.app import make_app
from api.wechat.double.state import Message
from interview_engine.hr.messaging.rules import QUIET_FROM, QUIET_TO

KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
RECEIVER = "wx5823bf96d3bd56c7"
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
ROOT = Path(__file__).parents[3]


def test_its_envelope_is_the_official_one_in_both_directions() -> None:
    assert envelope.unclose(KEY, RECEIVER, ECHO) == "1616140317555161061"
    assert envelope.close(KEY, RECEIVER, "1616140317555161061", b"c41b64491c2468d0") == ECHO
    signed = envelope.sha1_of("QDG6eK", "1409659589", "263014780", ECHO)
    assert signed == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"


def test_a_stable_token_overlaps_with_the_next_and_the_old_interface_kills() -> None:
    clock = MovingClock()
    world = fake_world(clock)
    first = world.stable_token()
    assert world.stable_token() is first
    clock.at += timedelta(seconds=7200 - 299)
    second = world.stable_token()
    assert second is not first
    assert world.token_error("wxfake", first.value) == 0
    world.plain_token()
    assert world.token_error("wxfake", second.value) == 40001


def test_it_ships_with_the_product_and_needs_nothing_of_the_tests() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    prerequisites, _, recipe = makefile.partition("\nserve-wechat:")[2].partition("\n")
    assert "install" in prerequisites.split()
    assert "-m api.wechat.double" in recipe.split("\n\n")[0]
    shown = subprocess.run(
        [sys.executable, "-m", "api.wechat.double", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--port" in shown.stdout
    sources = (path.read_text("utf-8") for path in (ROOT / "api/wechat/double").glob("*.py"))
    assert not any(re.search(r"^(from|import) tests\b", source, re.MULTILINE) for source in sources)


def test_its_phones_say_what_to_try_and_open_cards_with_a_page_behind_a_button() -> None:
    world = fake_world(MovingClock())
    member = "recruiter"
    world.corporation.members.add(member)
    buttons = [
        {"text": "查看", "style": 1, "type": 1, "url": "http://host/x"},
        {"text": "同意", "style": 2, "key": "approve"},
    ]
    card = {
        "card_type": "button_interaction",
        "main_title": {"title": "客服组长", "desc": "招聘需求"},
        "horizontal_content_list": [{"keyname": "部门", "value": "客户服务部 <1>"}],
        "task_id": "t1",
        "button_list": buttons,
    }
    world.messages.append(
        Message(world.corporation.corp_id, member, {"template_card": card}, world.clock.now(), "shown")
    )
    world.response_codes["rc-1"] = {"card": card, "at": world.clock.now(), "users": [member]}
    page = TestClient(make_app(world)).get("/").text
    service = f"http://{world.corporation.redirect_host}"
    assert f"{service}/jobs" in page
    assert f"{service}/wechat/link" in page
    assert page.count(f"{QUIET_FROM:%H:%M}") == page.count(f"{QUIET_TO:%H:%M}") == 2, "when cards wait for the morning"
    assert "/open?user=" + member in page.replace("&amp;", "&")
    assert "同意" in page
    assert "招聘需求<br>部门: 客户服务部 &lt;1&gt;" in page
