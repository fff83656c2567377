"""Pages and routes call services: what a query states is a rule of the business, and rules have one home."""

from __future__ import annotations

import ast
from pathlib import Path

import api

API = Path(api.__file__).parent

OWN_STATE = {
    "phone/cards.py": "cards that this adapter sent and that are still open",
    "wechat/channels.py": "subscription credits and cards of this adapter",
    "phone/inbound.py": "the events that WeChat told this adapter, and the cards they are about",
    "wechat/oauth.py": "sign-ins at WeChat that are under way",
    "wechat/tokens.py": "the access tokens that WeChat gave this installation",
    "wechat/quotas.py": "how much of WeChat's limits this adapter has used",
}
"""Modules that may query, and what: only the state of talking to WeChat, which no rule of the business reads."""


def querying() -> set[str]:
    found = set()
    for path in API.rglob("*.py"):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
        if any(isinstance(call.func, ast.Name) and call.func.id in ("select", "update", "delete") for call in calls):
            found.add(str(path.relative_to(API)))
    return found


def test_no_page_or_route_states_a_query_of_its_own() -> None:
    assert querying() <= set(OWN_STATE)


def test_the_list_of_those_that_may_holds_nobody_who_does_not() -> None:
    assert set(OWN_STATE) <= querying()
