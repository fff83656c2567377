"""What to do when WeChat or WeCom answers with an error code. Decided by the code alone, never by its message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from interview_engine.clock import CHINA

Platform = Literal["official", "wecom"]
Action = Literal[
    "ok",
    "retry",  # busy: again soon, at most three times in all
    "renew_token",  # once, then it is a failure
    "wait_minute",  # a quota: nothing before its window ends
    "wait_hour",
    "wait_day",
    "restart_sign_in",
    "spent",  # the receiver refused or the one-time credit is used
    "receiver",  # this receiver cannot be reached, ever
    "message",  # this message is wrong
    "set_up",  # the installation is wrong: a person must act
]

MAX_TRIES = 3
"""Of one call, whatever the reasons: the first, and two more."""


_BOTH: dict[int, Action] = {
    -1: "retry",
    0: "ok",
    40003: "receiver",
    40013: "set_up",
    40029: "restart_sign_in",
    40037: "message",
    41001: "renew_token",
    40014: "renew_token",
    42001: "renew_token",
    47003: "message",
    48001: "set_up",
    48002: "set_up",
    50001: "set_up",
    60011: "set_up",
}

ACTIONS: Mapping[Platform, Mapping[int, Action]] = MappingProxyType(
    {
        "official": MappingProxyType(
            {
                **_BOTH,
                40001: "renew_token",
                40125: "set_up",
                40163: "restart_sign_in",
                40164: "set_up",
                43004: "receiver",
                43101: "spent",
                45009: "wait_day",
                45011: "wait_minute",
            }
        ),
        "wecom": MappingProxyType(
            {
                **_BOTH,
                40001: "set_up",
                45009: "wait_minute",
                45033: "wait_minute",
                60020: "set_up",
                81013: "receiver",
                301002: "set_up",
            }
        ),
    }
)
"""WeCom's 40001 is a wrong secret and nothing else; an Official Account's is a token that was replaced as well."""


def action_for(platform: Platform, code: int) -> Action:
    """What the code asks for. An unknown one is a wrong message: repeating it would change nothing."""
    return ACTIONS[platform].get(code, "message")


def wait_until(action: Action, now: datetime) -> datetime:
    """When the window of a used-up quota ends: a minute, an hour, or the natural day in China."""
    if action == "wait_minute":
        return now + timedelta(seconds=60)
    if action == "wait_hour":
        return now + timedelta(minutes=60)
    local = now.astimezone(CHINA)
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=5, microsecond=0)
    return tomorrow.astimezone(now.tzinfo)
