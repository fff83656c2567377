"""One payslip from its canonical inputs: a pure function, so that the same inputs give the same lines for ever.

The inputs are plain JSON (`pay/gathering.py` makes them): every figure that counts is in them, amounts and days as
texts, parameter rows with their values. Their sha256 stands for the result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from interview_engine.hr.pay import parameters as rows
from interview_engine.hr.pay import settlement_lines
from interview_engine.hr.pay.parameters import Parameter
from interview_engine.hr.pay.rules import absence, bonus, deductions, other_income, overtime, proration
from interview_engine.hr.pay.rules.brackets import ZERO, Table
from interview_engine.hr.pay.rules.contributions import contributions
from interview_engine.hr.pay.rules.lines import Group, Line, gross, net, total
from interview_engine.hr.pay.rules.withholding import YearToDate, withhold
from interview_engine.store.money import rounded

Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slip:
    """The result.

    Args:
        year: what this slip adds to the person's tax year; `withheld` without the bonus taxed apart.
        bonus_apart: the bonus was taxed apart, which is possible once a year.
        minimum: the least wage for what was worked. regular: the wage that is compared with it.
        provisional: refs of provisional rows that it follows.
    """

    lines: tuple[Line, ...]
    year: YearToDate
    bonus_apart: bool
    minimum: Decimal
    regular: Decimal
    provisional: tuple[str, ...]

    @property
    def gross(self) -> Decimal:
        """Sum of the earnings."""
        return gross(self.lines)

    @property
    def net(self) -> Decimal:
        """What is paid out."""
        return net(self.lines)


def canonical(inputs: Inputs) -> str:
    """The inputs as one text, the same for the same inputs.

    Raises:
        TypeError: something in them is not exact JSON (a float, a Decimal).
    """
    _exact(inputs)
    return json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(inputs: Inputs) -> str:
    """What stands for the inputs and so for the result."""
    return hashlib.sha256(canonical(inputs).encode()).hexdigest()


def compute(inputs: Inputs) -> Slip:
    """The lines of one person and month.

    Raises:
        KeyError: a parameter that its lines need is not among the inputs; gathering refuses before that.
    """
    given = _Given(inputs)
    earned = (*_base(given), *_absences(given), *_allowances(given), *_overtime(given), *_more(given))
    adjusted = _adjustments(given)
    paid = _contributions(given) if given.kind == "employee" else ()
    leave = settlement_lines.wages(given.settled, given.one)
    taxed = _tax(given, (*earned, *leave, *adjusted, *paid))
    before = (*earned, *leave, *adjusted, *paid, *taxed.lines)
    annual, _, table_ref = given.tables()
    lines = (
        *before,
        *settlement_lines.compensation(given.settled, given.one, annual, table_ref),
        *_deductions(given, before),
    )
    minimum, regular = _minimum(given, earned)
    used = {ref for one in lines for ref in one.parameters}
    provisional = tuple(sorted(ref for ref in used if given.rows[ref].provisional))
    return Slip(lines, taxed.year, taxed.apart, minimum, regular, provisional)


# Reading the inputs -----------------------------------------------------------------------------------------------


class _Given:
    """The inputs with their figures read."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.kind: str = inputs["kind"]
        self.attendance: Mapping[str, Any] = inputs["attendance"]
        self.extra = {name: Decimal(value) for name, value in inputs["extra"].items() if name != "bonus_way"}
        self.settled: Mapping[str, Any] | None = inputs.get("settlement")
        self.all = tuple(parameter_of(one) for one in inputs["parameters"])
        self.rows = {one.ref: one for one in self.all}
        self.paid_days = rows.paid_days(self.one("paid_days"))
        self.monthly = Decimal(inputs["parts"][-1]["monthly"]) if inputs["parts"] else ZERO
        self.source: tuple[str, ...] = (self.attendance["source"],) if self.attendance["source"] else ()

    def one(self, kind: str) -> Parameter:
        """The row of a kind."""
        found = self.maybe(kind)
        if found is None:
            raise KeyError(kind)
        return found

    def maybe(self, kind: str) -> Parameter | None:
        """The row of a kind, None where there is none."""
        return next((one for one in self.all if one.kind == kind), None)

    def tables(self) -> tuple[Table, Table, str]:
        """The annual and the monthly table, and where they are from."""
        row = self.one("income_tax")
        annual, monthly = rows.income_tax(row)
        return annual, monthly, row.ref

    def days(self, name: str) -> Decimal:
        """A count of days of the attendance sheet."""
        return Decimal(self.attendance[name])


def parameter_of(kept: Mapping[str, Any]) -> Parameter:
    """A row as the inputs hold it, as rules take it."""
    return Parameter(
        kept["ref"], kept["kind"], kept["place"], kept["item"], date.fromisoformat(kept["first"]),
        None if kept["last"] is None else date.fromisoformat(kept["last"]), kept["values"], kept["law"],
        kept["source"], kept["provisional"],
    )  # fmt: skip


def kept_parameter(row: Parameter) -> dict[str, Any]:
    """A row as the inputs hold it."""
    return {
        "ref": row.ref, "kind": row.kind, "place": row.place, "item": row.item, "first": row.first.isoformat(),
        "last": None if row.last is None else row.last.isoformat(), "values": json.loads(json.dumps(dict(row.values))),
        "law": row.law, "source": row.source, "provisional": row.provisional,
    }  # fmt: skip


def _exact(value: object) -> None:
    if isinstance(value, Mapping):
        for one in value.values():
            _exact(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _exact(one)
    elif not isinstance(value, str | int | None):
        raise TypeError(f"{value!r} is not exact")


# Earnings ---------------------------------------------------------------------------------------------------------


def _presence(given: _Given, part: Mapping[str, Any]) -> proration.Presence:
    unit = "calendar" if given.inputs["method"] == "calendar_days" else "workdays"
    return proration.Presence(Decimal(part[unit]), Decimal(given.inputs["month_days"][unit]))


def _base(given: _Given) -> Sequence[Line]:
    method, found = given.inputs["method"], []
    parts = [one for one in given.inputs["parts"] if _presence(given, one).days]
    for part in parts:
        presence, monthly = _presence(given, part), Decimal(part["monthly"])
        # the parts of a whole month share it by its days: at paid days each they would not add up to a month
        shared: proration.Method = method if len(parts) == 1 or method == "calendar_days" else "workdays"
        amount = proration.prorated(monthly, presence, shared, given.paid_days)
        whole = presence.days == presence.of
        values = {"days": f"{presence.days:f}", "of": f"{presence.of:f}", "monthly": str(monthly), "method": shared}
        found.append(
            Line("base", "earning", amount, presence.days, monthly, "base_whole" if whole else "base_part", values,
                 () if whole else (given.one("paid_days").ref,), (part["source"],))
        )  # fmt: skip
    return found


def _absences(given: _Given) -> Sequence[Line]:
    found = []
    ref = given.one("paid_days").ref
    due = sum((one.amount for one in _base(given)), ZERO)
    here = sum((Decimal(one["workdays"]) for one in given.inputs["parts"]), ZERO)
    days = given.days("unpaid_days")
    lost = ZERO
    if days:
        # who was away every day is paid nothing, whatever 21.75 makes of the month
        lost = due if days >= here else min(due, proration.missed(given.monthly, days, given.paid_days))
        values = {"days": f"{days:f}", "monthly": str(given.monthly), "paid_days": f"{given.paid_days:f}"}
        found.append(Line("unpaid_leave", "earning", ZERO - lost, days, -given.monthly / given.paid_days,
                          "unpaid_all" if days >= here else "unpaid", values, (ref,), given.source))  # fmt: skip
    sick = given.days("sick_days")
    if sick:
        rate_row, floor_row, wage_row = (
            given.one("sick_pay_rate"),
            given.one("sick_pay_floor"),
            given.one("minimum_wage"),
        )
        rate = absence.sick_rate(rows.sick_rates(rate_row), Decimal(given.inputs["service_years"]))
        minimum, share = rows.amount(wage_row), rows.share(floor_row)
        done = absence.sick_pay(given.monthly, sick, rate, given.paid_days, minimum, share, whole_month=sick >= here)
        values = {"days": f"{sick:f}", "rate": _percent(rate), "paid": str(done.paid), "minimum": str(minimum),
                  "share": _percent(share)}  # fmt: skip
        formula = "sick_floor" if done.by_floor else "sick_rate"
        refs = (ref, rate_row.ref, floor_row.ref, wage_row.ref)
        amount = ZERO - min(done.deducted, due - lost)
        found.append(Line("sick_leave", "earning", amount, sick, None, formula, values, refs, given.source))
    return found


def _allowances(given: _Given) -> Sequence[Line]:
    found = []
    for one in given.inputs["allowances"]:
        amount, code = Decimal(one["amount"]), one["code"]
        if one["unit"] == "month":
            quantity = Decimal(1)
            workdays = sum((Decimal(part["workdays"]) for part in given.inputs["parts"]), ZERO)
            of = Decimal(given.inputs["month_days"]["workdays"])
            part = rounded(amount if workdays >= of else amount * workdays / of)
            values = {"amount": str(amount), "days": f"{min(workdays, of):f}", "of": f"{of:f}"}
            formula = "allowance_month" if workdays >= of else "allowance_part"
        else:
            quantity = Decimal(given.attendance["counts"].get(code, "0"))
            part, formula = rounded(amount * quantity), "allowance_times"
            values = {"amount": str(amount), "times": f"{quantity:f}"}
        if part:
            found.append(Line(code, "earning", part, quantity, amount, formula, values, (),
                              (one["source"], *given.source)))  # fmt: skip
    return found


def _overtime(given: _Given) -> Sequence[Line]:
    found, row = [], given.one("overtime")
    rule = rows.overtime(row)
    for kind in overtime.KINDS:
        minutes = int(given.attendance["overtime_minutes"].get(kind, 0))
        if not minutes:
            continue
        amount = overtime.overtime_pay(given.monthly, minutes, kind, given.paid_days, rule)
        hours = Decimal(minutes) / 60
        hour = overtime.hourly(given.monthly, given.paid_days, rule)
        values = {
            "hours": f"{hours.quantize(Decimal('0.01')):f}", "monthly": str(given.monthly),
            "paid_days": f"{given.paid_days:f}", "hours_a_day": f"{rule.hours_a_day:f}",
            "factor": f"{rule.factors[kind]:f}",
        }  # fmt: skip
        found.append(Line(f"overtime_{kind}", "earning", amount, hours, hour * rule.factors[kind], "overtime", values,
                          (given.one("paid_days").ref, row.ref), given.source))  # fmt: skip
    return found


def _more(given: _Given) -> Sequence[Line]:
    return [
        Line(name, "earning", rounded(given.extra[name]), formula="entered", sources=given.source)
        for name in ("commission", "addition", "bonus")
        if given.extra[name]
    ]


def _adjustments(given: _Given) -> Sequence[Line]:
    return [
        Line(one["code"], one["group"], Decimal(one["amount"]), formula="adjustment",
             values={"before": one["before"], "after": one["after"]}, sources=tuple(one["sources"]), month=one["month"])
        for one in given.inputs["adjustments"]
    ]  # fmt: skip


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"


# What is deducted -------------------------------------------------------------------------------------------------


def _contributions(given: _Given) -> Sequence[Line]:
    found = []
    for kind, name in (("social_insurance", "social"), ("housing_fund", "fund")):
        declared = given.inputs["base"][name]
        if declared is None:
            continue
        for row in (one for one in given.all if one.kind == kind):
            item = rows.contribution_item(row)
            (one,) = contributions(Decimal(declared), [item])
            shares: tuple[tuple[Group, Decimal, Decimal, Decimal], ...] = (
                ("contribution", -one.employee, item.employee, item.employee_fixed),
                ("employer", one.employer, item.employer, item.employer_fixed),
            )
            for group, amount, rate, fixed in shares:
                if amount:
                    values = {"base": str(one.base), "declared": str(declared), "rate": _percent(rate),
                              "fixed": str(fixed)}  # fmt: skip
                    found.append(Line(item.code, group, amount, one.base, rate,
                                      "contribution_fixed" if fixed else "contribution", values,
                                      (row.ref,), (given.inputs["base"]["source"],)))  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _Taxed:
    lines: tuple[Line, ...]
    year: YearToDate
    apart: bool


def _tax(given: _Given, lines: Sequence[Line]) -> _Taxed:
    income, own = gross(lines), ZERO - total(lines, "contribution")
    annual, monthly, ref = given.tables()
    if given.kind == "labour_service":
        row = given.one("labour_service")
        rule = rows.labour_service(row)
        tax = other_income.labour_service_tax(income, rule)
        values = {"income": str(income), "taxable": str(rounded(rule.taxable(income)))}
        return _Taxed(_tax_line("tax", tax, "tax_service", values, (row.ref,)), YearToDate(withheld=tax), False)
    if given.kind == "non_resident":
        row = given.one("non_resident")
        non_resident = rows.non_resident(row, monthly)
        tax = other_income.non_resident_wage_tax(income, non_resident)
        values = {"income": str(income), "basic": str(non_resident.basic)}
        return _Taxed(
            _tax_line("tax", tax, "tax_non_resident", values, (ref, row.ref)), YearToDate(withheld=tax), False
        )
    return _resident(given, income, own, annual, monthly, ref)


def _resident(given: _Given, income: Decimal, own: Decimal, annual: Table, monthly: Table, ref: str) -> _Taxed:
    tax, row = given.inputs["tax"], given.one("basic_deduction")
    before = YearToDate(**{name: Decimal(value) for name, value in tax["year"].items()})
    special, other = Decimal(given.inputs["special"]), Decimal(given.inputs["other"])
    basic_rule = rows.basic_deduction(row)
    basic = basic_rule.cumulated(tax["start"], tax["month"], tax["months_here"])
    lines: list[Line] = []
    amount = given.extra["bonus"]
    apart = False
    if amount:
        months = 12 if tax["start"] != "months" else tax["months_here"] + 12 - tax["month"]
        ahead = (income - amount - own - special - other) * (12 - tax["month"])
        year = (before.income + income - amount - before.contributions - own - before.special - special
                - before.other - other + ahead - basic_rule.monthly * months)  # fmt: skip
        rule = given.maybe("bonus")
        usable = None if rule is None or tax["bonus_apart_before"] else monthly
        choice = bonus.compare(year, amount, annual, usable)
        way = given.inputs["extra"]["bonus_way"]
        apart = choice.apart is not None and (way == "apart" or (way == "best" and choice.better == "apart"))
        zone = choice.dead_zone
        values = {"bonus": str(amount), "merged": str(choice.merged),
                  "apart": "–" if choice.apart is None else str(choice.apart), "better": choice.better,
                  "zone": "" if zone is None else f"{zone.edge}–{zone.upto}"}  # fmt: skip
        refs = (ref,) if rule is None else (ref, rule.ref)
        if apart:
            assert choice.apart is not None
            lines += _tax_line("tax_bonus", choice.apart, "bonus_apart", values, refs)
        else:
            lines += _tax_line("tax_bonus", ZERO, "bonus_merged", values, refs)
    month = YearToDate(income - (amount if apart else ZERO), own, special, other)
    done = withhold(before, month, basic, annual)
    values = {
        "income": str(done.year.income), "basic": str(done.basic), "own": str(done.year.contributions),
        "special": str(done.year.special), "other": str(done.year.other), "taxable": str(done.taxable),
        "rate": _percent(done.rate), "quick": str(done.quick), "tax": str(done.tax),
        "before": str(before.withheld), "start": tax["start"],
    }  # fmt: skip
    lines += _tax_line("tax", done.amount, "tax_kept" if done.balance < 0 else "tax_cumulative", values, (ref, row.ref))
    return _Taxed(tuple(lines), YearToDate(month.income, own, special, other, done.amount), apart)


def _tax_line(
    code: str, tax: Decimal, formula: str, values: Mapping[str, str], refs: tuple[str, ...]
) -> tuple[Line, ...]:
    return (Line(code, "tax", ZERO - rounded(tax), formula=formula, values=values, parameters=refs),)


def _deductions(given: _Given, before: Sequence[Line]) -> Sequence[Line]:
    wanted = [
        deductions.Wanted("damage", given.extra["damage"], damage=True, order=2),
        deductions.Wanted("deduction", given.extra["deduction"], order=1),
    ]
    asked = [*(one for one in wanted if one.amount), *settlement_lines.owed(given.settled)]
    if not asked:
        return ()
    share_row, wage_row = given.one("damage_deduction"), given.one("minimum_wage")
    done = deductions.within_limits(gross(before), net(before), asked, rows.share(share_row), rows.amount(wage_row))
    return [
        Line(one.code, "deduction", ZERO - one.amount, formula="deduction_part" if one.left else "entered",
             values={"left": str(one.left)},
             parameters=(share_row.ref, wage_row.ref) if one.code in ("damage", "lost_assets") else (),
             sources=given.source if given.settled is None or one.code in ("damage", "deduction")
             else tuple(given.settled["sources"]))
        for one in done
    ]  # fmt: skip


def _minimum(given: _Given, earned: Sequence[Line]) -> tuple[Decimal, Decimal]:
    """The least wage for the days that were worked, and the wage without overtime and hardship allowances."""
    row = given.maybe("minimum_wage")
    if given.kind != "employee" or row is None:
        return ZERO, ZERO
    special = {"bonus", *(one["code"] for one in given.inputs["allowances"] if not one["in_minimum"])}
    counted = [one for one in earned if one.code not in special and not one.code.startswith("overtime_")]
    here = sum((Decimal(one["workdays"]) for one in given.inputs["parts"]), ZERO)
    worked = max(ZERO, here - given.days("unpaid_days") - given.days("sick_days"))
    sick_paid = given.days("sick_days") > 0
    share = Decimal(0) if sick_paid else worked / Decimal(given.inputs["month_days"]["workdays"])
    return rounded(rows.amount(row) * min(Decimal(1), share)), gross(counted)
