"""Kinds of leaving and what follows from each, states, and the years that severance counts. Pure; figures are data
(`kinds.json`)."""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from interview_engine.i18n import Text, msg

LAW: Mapping[str, Any] = json.loads(Path(__file__).with_name("kinds.json").read_text(encoding="utf-8"))

CHOSEN_KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "resignation": msg("Resignation"),
        "dismissal_39": msg("Dismissal for misconduct, or in probation"),
        "dismissal_40": msg("Dismissal after illness, for being unfit, or as things changed"),
        "dismissal_41": msg("Redundancies"),
        "end_of_contract": msg("End of contract"),
        "mutual": msg("By mutual agreement"),
        "retirement": msg("Retirement"),
        "death": msg("Death"),
        "no_show": msg("Did not come, or came no more"),
    }
)
"""What HR chooses from."""
KINDS: Mapping[str, Text] = MappingProxyType(
    {**CHOSEN_KINDS, "dismissal": msg("Dismissal"), "not_stated": msg("Not stated")}
)
"""With dismissals that were entered before their grounds were asked for, and those whose last day was written down
elsewhere: in the employee file, by an import."""
STATES: Mapping[str, Text] = MappingProxyType(
    {
        "requested": msg("Asked for", context="separation"),
        "approved": msg("Agreed", context="separation"),
        "handover": msg("Handover in progress"),
        "settled": msg("Settled", context="separation"),
        "closed": msg("Closed", context="separation"),
        "withdrawn": msg("Called off", context="separation"),
    }
)
UNDER_WAY = ("requested", "approved", "handover", "settled")
AGREED = ("approved", "handover", "settled")
INTERVIEW_STATES: Mapping[str, Text] = MappingProxyType(
    {
        "offered": msg("Not answered yet"),
        "answered": msg("Answered", context="exit"),
        "declined": msg("Declined", context="exit"),
        "lapsed": msg("Not answered by the last day"),
    }
)
SEVERANCE: Mapping[str, Text] = MappingProxyType(
    {"yes": msg("Due"), "no": msg("Not due"), "depends": msg("Depends on the grounds; a person decides")}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the law and the product make of a kind of leaving.

    Args:
        notice_days: days of notice asked for, None where the law asks for none.
        notice_article: where the days of notice stand.
        months_pay_instead: months of pay that the employer may pay in place of notice, None where the law knows none.
        barred_by: the article that forbids this kind while somebody is ill, with child or nursing; "" for none.
        severance: "yes", "no", "depends". article, severance_article: where it stands.
        speaks_to_person: whether the person is asked for an exit interview and has tasks of their own.
    """

    name: str
    article: str
    notice_days: int | None
    notice_article: str
    months_pay_instead: Decimal | None
    barred_by: str
    severance: str
    severance_article: str
    speaks_to_person: bool


def kind_of(name: str, *, on_probation: bool = False) -> Kind:
    """A kind with what holds for it; KeyError for a name that is not in `KINDS`."""
    row = LAW["kinds"][name]
    notice = row.get("notice_days_on_probation", row.get("notice_days")) if on_probation else row.get("notice_days")
    return Kind(
        name,
        row["article"],
        notice,
        row.get("notice_article", row["article"]),
        Decimal(row["months_pay_instead"]) if "months_pay_instead" in row else None,
        row.get("barred_by", ""),
        row["severance"],
        row["severance_article"],
        row.get("speaks_to_person", True),
    )


def months_worked(first: date, last: date) -> tuple[int, bool]:
    """Full months from the first to the last day, both counted, and whether days are left over.

    A month that has no day like the first ends with its last day: from 31 August the sixth ends on 28 February.
    """
    after = last + timedelta(days=1)
    if after <= first:
        return 0, False
    months = (after.year - first.year) * 12 + after.month - first.month
    while _after_months(first, months) > after:
        months -= 1
    return months, _after_months(first, months) < after


def severance_article(first: date) -> str:
    """Where it stands how the years are counted of somebody who began on that day."""
    rule = LAW["severance_years"]
    return str(rule["since_article"] if first < date.fromisoformat(rule["since"]) else rule["article"])


def severance_years(first: date, last: date) -> Decimal:
    """The years that severance counts: each full year, and of the rest 1 from six months on, 0.5 below (article 47).

    Years before the law came into force are not among them: older rules decide on those (articles 97 and 98).
    """
    rule = LAW["severance_years"]
    months, over = months_worked(max(first, date.fromisoformat(rule["since"])), last)
    years, rest = divmod(months, 12)
    counted = Decimal(rule["full_year"]) * years
    if rest >= rule["from_months"]:
        return counted + Decimal(rule["from_months_counts"])
    return counted + Decimal(rule["below_counts"]) if rest or over else counted


def _after_months(first: date, months: int) -> date:
    """The first day after so many months."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    if first.day <= calendar.monthrange(year, month + 1)[1]:
        return date(year, month + 1, first.day)
    year, month = divmod(first.year * 12 + first.month + months, 12)
    return date(year, month + 1, 1)
