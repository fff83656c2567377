"""Parameters of several years beside each other: what changed from one row to the next, in words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.parameters import KINDS, Book, Parameter
from interview_engine.i18n import Text, joined, msg

WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "annual": msg("Annual table"),
        "monthly": msg("A month"),
        "yearly": msg("A year"),
        "table": msg("Table"),
        "whole_year_upto": msg("A whole year's counts up to a gross of"),
        "a_year": msg("How often a year"),
        "days": msg("Days"),
        "factors": msg("Factors"),
        "workday": msg("Workday"),
        "restday": msg("Rest day"),
        "statutory": msg("Statutory holiday"),
        "hours_a_day": msg("Hours a day"),
        "most_hours_a_month": msg("Most hours a month"),
        "share": msg("Share"),
        "steps": msg("Steps", context="table"),
        "extra": msg("Beyond the wage, in days' pay"),
        "cap_times": msg("Cap, in average wages"),
        "cap_years": msg("Most years above the cap"),
        "unlawful_times": msg("Times for an unlawful termination"),
        "exempt_times": msg("Free of tax, in average annual wages"),
        "small_upto": msg("Small payments up to"),
        "flat": msg("Flat deduction"),
        "basic": msg("Basic deduction"),
        "since": msg("Since"),
        "flexible_months": msg("Months earlier or later by choice"),
        "groups": msg("Groups"),
        "men": msg("Men"),
        "women_55": msg("Women, formerly 55"),
        "women_50": msg("Women, formerly 50"),
        "contribution": msg("Months of contributions"),
        "months_until": msg("Months before the rise"),
        "rising_from": msg("Rising from"),
        "months_step": msg("Months more a year"),
        "months_most": msg("Most months"),
        "floor": msg("Lowest base"),
        "cap": msg("Highest base"),
        "employee": msg("Employee's rate"),
        "employer": msg("Employer's rate"),
        "employee_fixed": msg("Employee's fixed amount"),
        "employer_fixed": msg("Employer's fixed amount"),
        "base_unit": msg("Base rounded"),
        "base_way": msg("Base rounded which way"),
        "unit": msg("Contribution rounded"),
        "way": msg("Contribution rounded which way"),
        "amount": msg("Amount a month"),
        "child_education": msg("Children's education"),
        "infant_care": msg("Care of infants"),
        "elderly_support": msg("Support of the elderly"),
        "degree_study": msg("Study for a degree"),
        "professional_certificate": msg("Professional certificate"),
        "mortgage_interest": msg("Mortgage interest"),
        "rent": msg("Rent"),
        "each": msg("For each child"),
        "shared_most": msg("Most where shared"),
        "monthly_by_city": msg("A month, by size of city"),
        "not_beside": msg("Not beside"),
    }
)
"""What the names of values are called; a name of a company's own row that is not here is shown as it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One value across rows: `cells` in the order of the columns, `changed` where it differs from the one before."""

    label: Text | str
    cells: tuple[str, ...]
    changed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind (and item) of a place: its rows from the oldest to the newest, and their values line by line."""

    title: Text
    rows: tuple[Parameter, ...]
    lines: tuple[Line, ...]


def places(book: Book) -> tuple[str, ...]:
    """Places that have rows, the country first."""
    found = {one.place for one in book.rows}
    return ("CN", *sorted(found - {"CN"}))


def compared(book: Book, place: str, language: str) -> tuple[Compared, ...]:
    """Every kind of a place with its rows beside each other."""
    keys = sorted(
        {(one.kind, one.item) for one in book.rows if one.place == place},
        key=lambda key: (list(KINDS).index(key[0]), key[1]),
    )
    return tuple(_one(_standing(book, kind, place, item), language) for kind, item in keys)


def _standing(book: Book, kind: str, place: str, item: str) -> tuple[Parameter, ...]:
    """By first day, the row that counts: a correction hides what it corrects."""
    firsts = sorted({one.first for one in book.rows if (one.kind, one.place, one.item) == (kind, place, item)})
    held = (book.find(kind, day, place, item) for day in firsts)
    return tuple(row for row in held if row is not None)


def _one(rows: Sequence[Parameter], language: str) -> Compared:
    values = [flat(row.values, language) for row in rows]
    names = list(dict.fromkeys(name for one in values for name in one))
    lines = []
    for name in names:
        cells = tuple(one.get(name, "–") for one in values)
        changed = (False, *(cell != before for before, cell in itertools.pairwise(cells)))
        lines.append(Line(_label(name), cells, changed))
    first = rows[0]
    title: Text = KINDS[first.kind] if not first.item else joined((KINDS[first.kind], ITEMS[first.item]), msg(" · "))
    return Compared(title, tuple(rows), tuple(lines))


def flat(values: Mapping[str, Any], language: str) -> dict[tuple[str, ...], str]:
    """Values by their path, as people read them: steps of tables as one text, shares in per cent."""
    found: dict[tuple[str, ...], str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found.update({(name, *path): text for path, text in flat(value, language).items()})
        else:
            found[(name,)] = _shown(name, value, language)
    return found


def _shown(name: str, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return (msg("yes") if value else msg("no")).get(language)
    if isinstance(value, list) and name in ("annual", "monthly", "table"):
        return "; ".join(_step(*one) for one in value)
    if isinstance(value, list):
        return ", ".join(" / ".join(str(part) for part in one) if isinstance(one, list) else
                         (WORDS[one].get(language) if one in WORDS else str(one)) for one in value)  # fmt: skip
    if name in ("share", "employee", "employer"):
        return f"{(Decimal(str(value)) * 100).normalize():f} %"
    return str(value)


def _step(upto: str | None, rate: str, quick: str) -> str:
    limit = "∞" if upto is None else f"≤ {upto}"
    return f"{limit}: {(Decimal(rate) * 100).normalize():f} % − {quick}"


def _label(path: tuple[str, ...]) -> Text | str:
    parts = [WORDS.get(name, name) for name in path]
    return parts[0] if len(parts) == 1 else joined(parts, msg(" · "))
