"""Tasks: words, due days, and when somebody is reminded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from interview_engine.i18n import Text, msg

Kind = Literal["joining", "leaving", "other"]
State = Literal["open", "done", "waived", "blocked"]
Step = Literal["due", "late"]

TEMPLATE_KINDS: Mapping[str, Text] = MappingProxyType({"joining": msg("Joining"), "leaving": msg("Leaving")})
KINDS: Mapping[str, Text] = MappingProxyType({**TEMPLATE_KINDS, "other": msg("Other task")})
STATES: Mapping[str, Text] = MappingProxyType(
    {
        "open": msg("Open", context="task"),
        "done": msg("Done", context="task"),
        "waived": msg("Not needed"),
        "blocked": msg("Cannot be done yet"),
    }
)
OPEN: tuple[State, ...] = ("open", "blocked")
"""Still to be done."""
OWNERS: Mapping[str, Text] = MappingProxyType(
    {
        "it": msg("IT"),
        "hr": msg("HR"),
        "manager": msg("The manager"),
        "person": msg("The person themselves"),
        "account": msg("One account"),
    }
)
CATEGORIES: Mapping[str, Text] = MappingProxyType(
    {
        "access": msg("Access and accounts"),
        "equipment": msg("Equipment"),
        "paperwork": msg("Paperwork"),
        "meeting": msg("Getting to know each other"),
        "training": msg("Training"),
        "handover": msg("Handover of work"),
        "pay": msg("Pay and social insurance"),
        "retention": msg("Files to keep or delete"),
        "other": msg("Other", context="task"),
    }
)
MOST_DAYS = 365
"""A task is due at most so long before or after the first or last day."""

REMIND_BEFORE = timedelta(days=1)
"""The owner is reminded from the day before on."""
ESCALATE_AFTER = timedelta(days=3)
"""So long after the due day whoever is above the owner hears of it."""


def due_day(anchor: date, days: int) -> date:
    """The day a task is due: `days` after the first or last day of work, before it when negative."""
    return anchor + timedelta(days=days)


def next_step(due: date, today: date, told_on: date | None, escalated_on: date | None) -> Step | None:
    """Whether the owner is to be reminded now ("due"), or somebody above them ("late"); each once."""
    if escalated_on is None and today >= due + ESCALATE_AFTER:
        return "late"
    if told_on is None and today >= due - REMIND_BEFORE:
        return "due"
    return None
