"""Parameters of law and city as values, and the book that a run takes them from.

No figure of a law is in code. What the law of the country says ships as data with its source (`law.json`); what a city
or province says is entered by one person and checked by another. A row that is missing is named, and nothing is worked
out without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.leave.annual import LeaveStep
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.rules.annual_leave import LeaveRule
from interview_engine.hr.pay.rules.brackets import Table, table
from interview_engine.hr.pay.rules.contributions import Item, Step
from interview_engine.hr.pay.rules.other_income import NonResidentRule, ServiceRule
from interview_engine.hr.pay.rules.overtime import OvertimeRule
from interview_engine.hr.pay.rules.retirement import Group, RetirementRule
from interview_engine.hr.pay.rules.severance import SeveranceRule
from interview_engine.hr.pay.rules.withholding import BasicDeduction
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg

COUNTRY = "CN"

NATIONAL: Mapping[str, Text] = MappingProxyType(
    {
        "income_tax": msg("Tax tables"),
        "basic_deduction": msg("Basic deduction"),
        "bonus": msg("Annual bonus taxed apart"),
        "special_deductions": msg("Special additional deductions"),
        "paid_days": msg("Paid days a month"),
        "overtime": msg("Overtime factors"),
        "probation": msg("Pay on probation"),
        "sick_pay_floor": msg("Floor of sick pay"),
        "annual_leave": msg("Annual leave"),
        "damage_deduction": msg("Deductions for damage"),
        "severance": msg("Severance pay"),
        "labour_service": msg("Income from labour service"),
        "non_resident": msg("Non-residents"),
        "retirement": msg("Retirement"),
    }
)
LOCAL: Mapping[str, Text] = MappingProxyType(
    {
        "social_insurance": msg("Social insurance"),
        "housing_fund": msg("Housing fund"),
        "minimum_wage": msg("Minimum wage a month"),
        "average_wage": msg("Average wage a month"),
        "sick_pay_rate": msg("Sick pay by years of service"),
    }
)
KINDS: Mapping[str, Text] = MappingProxyType({**NATIONAL, **LOCAL})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row as rules take it.

    Args:
        ref: "law:<kind>:<from>" of what ships, else the row's id; payslip lines keep it.
        place: "CN", or the city's or province's name as employees' profiles say it.
        item: of contributions, "" for other kinds.
        first, last: days that it holds for; last None where no end is known.
        provisional: taken from the year before until the city has published; payslips say so.
    """

    ref: str
    kind: str
    place: str
    item: str
    first: date
    last: date | None
    values: Mapping[str, Any]
    law: str
    source: str
    provisional: bool = False

    def holds(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Book:
    """The rows that one run may use: what ships, and the checked rows of the database, which come before it."""

    rows: tuple[Parameter, ...]
    _by_key: dict[tuple[str, str, str], list[Parameter]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # a run asks for a dozen rows a person: looking through all of them each time was a tenth of its time
        by_key: dict[tuple[str, str, str], list[Parameter]] = {}
        for one in self.rows:
            by_key.setdefault((one.kind, one.place, one.item), []).append(one)
        object.__setattr__(self, "_by_key", by_key)

    def find(self, kind: str, day: date, place: str = COUNTRY, item: str = "") -> Parameter | None:
        """The row that holds on a day: the one that begins last, a confirmed one before a provisional one."""
        held = [one for one in self._by_key.get((kind, place, item), ()) if one.holds(day)]
        return max(held, key=lambda one: (one.first, not one.provisional, not one.ref.startswith("law:"), one.ref),
                   default=None)  # fmt: skip

    def get(self, kind: str, day: date, place: str = COUNTRY, item: str = "") -> Parameter:
        """The row that holds on a day.

        Raises:
            ConflictError: `pay.parameter_missing`, which names it.
        """
        found = self.find(kind, day, place, item)
        if found is None:
            raise parameter_missing(kind, day, place, item)
        return found

    def items(self, kind: str, day: date, place: str) -> tuple[Parameter, ...]:
        """The rows of a city's contributions, one an item, in the order of their names.

        Raises:
            ConflictError: `pay.parameter_missing`: there is none at all.
        """
        names = sorted(item for of, where, item in self._by_key if (of, where) == (kind, place))
        found = tuple(row for name in names if (row := self.find(kind, day, place, name)) is not None)
        if not found:
            raise parameter_missing(kind, day, place, "")
        return found


def parameter_missing(kind: str, day: date, place: str, item: str) -> ConflictError:
    """A row that a calculation needs is not there."""
    thing: Text = KINDS[kind] if not item else ITEMS.get(item, KINDS[kind])
    return ConflictError(
        "pay.parameter_missing",
        msg("There is no row “{thing}” of {place} for {day}.", thing=thing, place=place, day=day.isoformat()),
        msg("Enter it with its source, and have a colleague check it."),
    )


# Reading of values ------------------------------------------------------------------------------------------------


def income_tax(row: Parameter) -> tuple[Table, Table]:
    """The annual and the monthly table."""
    return table(row.values["annual"]), table(row.values["monthly"])


def basic_deduction(row: Parameter) -> BasicDeduction:
    """The basic deduction."""
    return BasicDeduction(_amount(row.values["monthly"]), _amount(row.values["whole_year_upto"]))


def amount(row: Parameter) -> Decimal:
    """The one amount of a minimum or average wage."""
    return _amount(row.values["amount"])


def share(row: Parameter) -> Decimal:
    """The one share of a row: probation, sick pay's floor, deductions for damage."""
    return _share(row.values["share"])


def paid_days(row: Parameter) -> Decimal:
    """Paid days of the average month."""
    return _positive(row.values["days"])


def overtime(row: Parameter) -> OvertimeRule:
    """Factors and limits of overtime."""
    factors = {kind: _positive(row.values["factors"][kind]) for kind in ("workday", "restday", "statutory")}
    return OvertimeRule(factors, _positive(row.values["hours_a_day"]), _positive(row.values["most_hours_a_month"]))


def annual_leave(row: Parameter) -> LeaveRule:
    """Days of leave by years of work."""
    steps = tuple(LeaveStep(int(years), int(days), int(lost)) for years, days, lost in row.values["steps"])
    return LeaveRule(steps, _positive(row.values["extra"]))


def severance_rule(row: Parameter) -> SeveranceRule:
    """Figures of severance."""
    names = ("cap_times", "cap_years", "unlawful_times", "exempt_times")
    return SeveranceRule(*(_positive(row.values[name]) for name in names))


def labour_service(row: Parameter) -> ServiceRule:
    """How labour service is withheld."""
    v = row.values
    return ServiceRule(_amount(v["small_upto"]), _amount(v["flat"]), _share(v["share"]), table(v["table"]))


def non_resident(row: Parameter, monthly: Table) -> NonResidentRule:
    """How non-residents are taxed, with the monthly table."""
    return NonResidentRule(_amount(row.values["basic"]), _share(row.values["share"]), monthly)


def retirement_rule(row: Parameter) -> RetirementRule:
    """When people retire."""
    v, months = row.values, row.values["contribution"]
    groups = {name: Group(*(int(one) for one in figures)) for name, figures in v["groups"].items()}
    return RetirementRule(
        date.fromisoformat(v["since"]), groups, int(v["flexible_months"]), int(months["months_until"]),
        int(months["rising_from"]), int(months["months_step"]), int(months["months_most"]),
    )  # fmt: skip


def sick_rates(row: Parameter) -> tuple[tuple[Decimal, Decimal], ...]:
    """Rates of sick pay by years of service: (from years, rate)."""
    return tuple((_amount(years), _share(rate)) for years, rate in row.values["steps"])


def contribution_item(row: Parameter) -> Item:
    """One item of a city's contributions. Rates are shares: 0.08."""
    v = row.values
    return Item(
        code=row.item,
        floor=None if v.get("floor") is None else _amount(v["floor"]),
        cap=None if v.get("cap") is None else _amount(v["cap"]),
        employee=_share(v["employee"]),
        employer=_share(v["employer"]),
        employee_fixed=_amount(v.get("employee_fixed") or 0),
        employer_fixed=_amount(v.get("employer_fixed") or 0),
        base_step=_step(v.get("base_unit"), v.get("base_way")),
        step=_step(v.get("unit"), v.get("way")),
    )


READERS: Mapping[str, Callable[[Parameter], object]] = MappingProxyType(
    {
        "income_tax": income_tax,
        "basic_deduction": basic_deduction,
        "bonus": lambda row: int(row.values["a_year"]),
        "special_deductions": lambda row: {name: dict(one) for name, one in row.values.items()},
        "paid_days": paid_days,
        "overtime": overtime,
        "probation": share,
        "sick_pay_floor": share,
        "annual_leave": annual_leave,
        "damage_deduction": share,
        "severance": severance_rule,
        "labour_service": labour_service,
        "non_resident": lambda row: (_amount(row.values["basic"]), _share(row.values["share"])),
        "retirement": retirement_rule,
        "social_insurance": contribution_item,
        "housing_fund": contribution_item,
        "minimum_wage": amount,
        "average_wage": amount,
        "sick_pay_rate": sick_rates,
    }
)
"""By kind, what reads its values; what it raises says that they are none of that kind."""


def check_values(row: Parameter) -> None:
    """Refuse values that are not of the row's kind, before anybody can use them.

    Raises:
        InvalidInput: `pay.values`.
    """
    try:
        READERS[row.kind](row)
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise _bad_values(row.kind) from error


def _bad_values(kind: str) -> InvalidInput:
    return invalid(
        "values",
        "pay.values",
        msg("These values are not those of “{thing}”.", thing=KINDS[kind]),
        msg("Compare them with the row that ships, and correct them."),
    )


@cache
def shipped() -> tuple[Parameter, ...]:
    """What the law of the country says, as it ships."""
    listed = json.loads((Path(__file__).parent / "law.json").read_text("utf-8"))
    return tuple(
        Parameter(
            ref=f"law:{one['kind']}:{one['from']}",
            kind=one["kind"],
            place=COUNTRY,
            item="",
            first=date.fromisoformat(one["from"]),
            last=None if one["to"] is None else date.fromisoformat(one["to"]),
            values=one["values"],
            law=one["law"],
            source=one["source"],
            provisional=not one["confirmed"],
        )
        for one in listed
    )


def book(rows: Iterable[Parameter] = ()) -> Book:
    """What ships, and further rows."""
    return Book((*shipped(), *rows))


def _number(value: object) -> Decimal:
    # JSON's own numbers are floating point: only whole ones and texts are exact
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError(f"{value!r} is no exact number")
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is no number") from error
    if not found.is_finite():
        raise ValueError(f"{value!r} is no number")
    return found


def _amount(value: object) -> Decimal:
    found = _number(value)
    if found < 0:
        raise ValueError(f"{found} is below zero")
    return found


def _positive(value: object) -> Decimal:
    found = _amount(value)
    if found == 0:
        raise ValueError("zero")
    return found


def _share(value: object) -> Decimal:
    found = _amount(value)
    if found > 1:
        raise ValueError(f"{found} is more than the whole")
    return found


def _step(unit: object, way: object) -> Step:
    if unit is None and way is None:
        return Step()
    chosen = "nearest" if way is None else way
    if chosen not in ("nearest", "up", "down"):
        raise ValueError(f"no rounding {way!r}")
    return Step(Decimal("0.01") if unit is None else _positive(unit), chosen)
