"""Bias audit in the form of New York City's Local Law 144 (6 RCNY § 5-301): rates and impact ratios by group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from interview_engine.assessment.comparing.comparison import hedges_g, ratio_of_rates

MIN_SHARE = 0.02
"""A category under 2 % of the data may be left out of the impact ratios by rule (6 RCNY § 5-301(d)); it is listed."""

FOUR_FIFTHS = 0.8
"""The four-fifths rule of the US Uniform Guidelines (29 CFR 1607.4 D): a ratio below it is worth a look, no verdict."""

UNKNOWN = ""
"""Group value of a person whose category is not known: counted and reported, in no ratio."""

Kind = Literal["selection", "scoring"]


def finite(value: float | None) -> float | None:
    """A figure for a page or JSON: None instead of nan, which stands for what cannot be computed."""
    return None if value is None or not math.isfinite(value) else value


@dataclass(frozen=True, slots=True)
class Person:
    """One assessed person: group values by attribute ("sex" → "female"), score 0..10, selected or None if unknown, and
    the stretch of time that a trend counts them in, by a name that sorts ("2026-4")."""

    groups: Mapping[str, str]
    score: float
    selected: bool | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One category of the audit table.

    Args:
        group: the values, one an attribute of the table ("female", "asian").
        n: people; hits: how many were selected, or scored above the median of all.
        rate: hits / n; impact_ratio: rate / highest rate of the table, with Katz's interval; None when left out. The
            group with the highest rate is the reference: its ratio is 1 and has no interval.
        standardised_difference: Hedges' g of the scores against everybody else, with interval; nan if undefined.
        left_out: under 2 % of the data.
        below_four_fifths: impact ratio under 0.8.
    """

    group: tuple[str, ...]
    n: int
    hits: int
    rate: float
    impact_ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    standardised_difference: float
    difference_low: float
    difference_high: float
    left_out: bool
    below_four_fifths: bool


@dataclass(frozen=True, slots=True)
class AuditTable:
    """Rates by one attribute or by the intersection of several. All people are `n`, `unknown` or `undecided`.

    Args:
        n: people in the rows. unknown: miss a value of an attribute. undecided: in a table of selection, have all
            values and no decision yet.
        period: the stretch of time of a table that is a part of another one.
        periods: the same table of each stretch of time by itself, in order; empty when everybody is of one.
    """

    kind: Kind
    attributes: tuple[str, ...]
    rows: tuple[GroupRow, ...]
    n: int
    unknown: int
    undecided: int
    median_score: float
    period: str = ""
    periods: tuple[AuditTable, ...] = ()


def audit_table(people: Sequence[Person], attributes: Sequence[str], kind: Kind) -> AuditTable:
    """One table of the audit, rows in order of the group values.

    The median is of all known people of the table; "above" is strictly above, as the rule has it. For "selection" only
    people with a known decision count.
    """
    grouped = [person for person in people if all(person.groups.get(a, UNKNOWN) for a in attributes)]
    known = [person for person in grouped if kind == "scoring" or person.selected is not None]
    median = float(np.median([person.score for person in known])) if known else math.nan
    members: dict[tuple[str, ...], list[Person]] = {}
    for person in known:
        members.setdefault(tuple(person.groups[a] for a in attributes), []).append(person)
    hits = {group: sum(_hit(person, kind, median) for person in persons) for group, persons in members.items()}
    counted = [group for group, persons in members.items() if len(persons) >= MIN_SHARE * len(known)]
    best = max(sorted(counted), key=lambda group: hits[group] / len(members[group]), default=None)
    rows = tuple(_row(group, members, hits, best, group in counted) for group in sorted(members))
    unknown, undecided = len(people) - len(grouped), len(grouped) - len(known)
    return AuditTable(kind, tuple(attributes), rows, len(known), unknown, undecided, median)


def audit(people: Sequence[Person], attributes: Sequence[str]) -> tuple[AuditTable, ...]:
    """Every attribute alone, then (from two attributes) all of them crossed; selection first where decisions exist."""
    sets: list[tuple[str, ...]] = [(attribute,) for attribute in attributes]
    if len(attributes) > 1:
        sets.append(tuple(attributes))
    kinds: list[Kind] = ["scoring"]
    if any(person.selected is not None for person in people):
        kinds.insert(0, "selection")
    return tuple(_with_periods(people, chosen, kind) for kind in kinds for chosen in sets)


def _with_periods(people: Sequence[Person], attributes: Sequence[str], kind: Kind) -> AuditTable:
    """The table of all, and those of their periods when there are several with anybody in their rows."""
    parts = [
        replace(audit_table([one for one in people if one.period == period], attributes, kind), period=period)
        for period in sorted({one.period for one in people})
    ]
    filled = tuple(part for part in parts if part.n)
    return replace(audit_table(people, attributes, kind), periods=filled if len(filled) > 1 else ())


def _hit(person: Person, kind: Kind, median: float) -> bool:
    return bool(person.selected) if kind == "selection" else person.score > median


def _row(
    group: tuple[str, ...],
    members: Mapping[tuple[str, ...], Sequence[Person]],
    hits: Mapping[tuple[str, ...], int],
    best: tuple[str, ...] | None,
    counted: bool,
) -> GroupRow:
    n = len(members[group])
    ratio = low = high = None
    if group == best and hits[best]:
        ratio = 1.0
    elif counted and best is not None and hits[best]:
        ratio, low, high = ratio_of_rates(hits[group], n, hits[best], len(members[best]))
    inside = np.asarray([person.score for person in members[group]])
    outside = np.asarray([p.score for other, persons in members.items() if other != group for p in persons])
    effect = (math.nan,) * 3
    if min(len(inside), len(outside)) >= 2:
        effect = hedges_g(inside, outside)
    below = ratio is not None and ratio < FOUR_FIFTHS
    return GroupRow(group, n, hits[group], hits[group] / n, ratio, low, high, *effect, not counted, below)
