"""What a roster is held to, and which broken rules keep it from being published. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from interview_engine.hr.rosters.checking import Break, Rule
from interview_engine.hr.rosters.plan import Limits
from interview_engine.hr.rosters.standard import limits_data, standard_limits, standard_week
from interview_engine.i18n import Text, msg

MOST_DAYS = 62
"""Days of one roster."""
MOST_PEOPLE = 99
"""That one shift of a day needs in one post."""
STATES: Mapping[str, Text] = {
    "draft": msg("Draft", context="roster"),
    "checked": msg("Keeps every rule"),
    "published": msg("Published", context="roster"),
}
METHODS: Mapping[str, Text] = {
    "": msg("By hand"),
    "solver": msg("Worked out by the solver"),
    "greedy": msg("Day by day, without the solver"),
}
SOURCES: Mapping[str, Text] = {
    "usual": msg("What the department usually needs"),
    "before": msg("As in its roster before, by weekdays"),
    "none": msg("Nothing: I enter it on the board"),
}
ALWAYS: frozenset[Rule] = frozenset({"unknown", "one_shift", "leave", "nursing_night", "nursing_overtime"})
"""Rules that no reason excuses: what cannot be worked, and what the law forbids whatever the company wants."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a company sets for a roster: minutes of rest between two shifts, days in a row, minutes of a week."""

    rest_minutes: int
    days_in_row: int
    week_most: int


def standard_rules() -> Rules:
    """Those of `limits.json`."""
    limits = standard_limits()
    return Rules(limits.rest_minutes, limits.days_in_row, standard_week()[1])


def kept(rules: Rules) -> dict[str, Any]:
    """As a row keeps them."""
    return asdict(rules)


def read(values: Mapping[str, Any]) -> Rules:
    """Of a row; what it does not say is standard."""
    return Rules(**{**asdict(standard_rules()), **values})


def limits_of(rules: Rules) -> Limits:
    """As the validator and the solver take them."""
    return replace(standard_limits(), rest_minutes=rules.rest_minutes, days_in_row=rules.days_in_row)


def lawful_days_in_row() -> int:
    """Days in a row that the law allows at most."""
    return int(limits_data()["days_in_row"]["value"])


def forbids(one: Break) -> bool:
    """Whether it keeps a roster from being published, whatever the reason."""
    return one.rule in ALWAYS or (one.rule == "days_in_row" and one.measured > lawful_days_in_row())


RULES: Mapping[Rule, Text] = {
    "unknown": msg("Not a day or a shift of this roster"),
    "skill": msg("Cannot fill this post"),
    "one_shift": msg("Has a shift on that day"),
    "leave": msg("Away on that day"),
    "rest": msg("Too little rest between shifts"),
    "days_in_row": msg("Too many days in a row"),
    "week_hours": msg("Too many hours in the week"),
    "nursing_night": msg("No night shifts for now"),
    "nursing_overtime": msg("No overtime for now"),
}


def sentence(one: Break) -> Text:
    """A broken rule with its numbers."""
    if one.rule == "rest":
        return msg("{hours} hours of rest before it, {least} are needed", hours=_hours(one.measured),
                   least=_hours(one.allowed))  # fmt: skip
    if one.rule == "days_in_row":
        return msg("{count} days in a row, at most {most}", count=one.measured, most=one.allowed)
    if one.rule == "week_hours":
        return msg("{hours} hours in the week, at most {most}", hours=_hours(one.measured), most=_hours(one.allowed))
    return RULES[one.rule]


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.1f}".removesuffix(".0")
