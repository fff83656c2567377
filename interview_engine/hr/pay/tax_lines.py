"""The tax of a payslip: wages of residents cumulated, with a bonus apart or merged; labour service; non-residents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from interview_engine.hr.pay import parameters as rows
from interview_engine.hr.pay.given import Given, percent
from interview_engine.hr.pay.rules import bonus, other_income
from interview_engine.hr.pay.rules.brackets import ZERO, Table
from interview_engine.hr.pay.rules.lines import Line, gross, total
from interview_engine.hr.pay.rules.withholding import YearToDate, withhold
from interview_engine.store.money import rounded


@dataclass(frozen=True, slots=True)
class Taxed:
    """Lines of tax, what the payslip adds to the tax year, and whether its bonus was taxed apart."""

    lines: tuple[Line, ...]
    year: YearToDate
    apart: bool


def tax(given: Given, lines: Sequence[Line]) -> Taxed:
    """The tax on earnings and contributions.

    Args:
        lines: of the groups earning and contribution; severance is taxed by itself (`settlement_lines`).
    """
    income, own = gross(lines), ZERO - total(lines, "contribution")
    annual, monthly, ref = given.tables()
    if given.kind == "labour_service":
        row = given.one("labour_service")
        rule = given.read(rows.labour_service, row)
        tax = other_income.labour_service_tax(income, rule)
        values = {"income": str(income), "taxable": str(rounded(rule.taxable(income)))}
        return Taxed(_tax_line("tax", tax, "tax_service", values, (row.ref,)), YearToDate(withheld=tax), False)
    if given.kind == "non_resident_service":
        row = given.one("non_resident")
        non_resident = rows.non_resident(row, monthly)
        tax = other_income.non_resident_service_tax(income, non_resident)
        values = {"income": str(income), "share": percent(non_resident.share)}
        lines_of = _tax_line("tax", tax, "tax_non_resident_service", values, (ref, row.ref))
        return Taxed(lines_of, YearToDate(withheld=tax), False)
    if given.kind == "non_resident":
        row = given.one("non_resident")
        non_resident = rows.non_resident(row, monthly)
        tax = other_income.non_resident_wage_tax(income, non_resident)
        values = {"income": str(income), "basic": str(non_resident.basic)}
        return Taxed(_tax_line("tax", tax, "tax_non_resident", values, (ref, row.ref)), YearToDate(withheld=tax), False)
    return _resident(given, income, own, annual, monthly, ref)


def _resident(given: Given, income: Decimal, own: Decimal, annual: Table, monthly: Table, ref: str) -> Taxed:
    tax, row = given.inputs["tax"], given.one("basic_deduction")
    before = YearToDate(**{name: Decimal(value) for name, value in tax["year"].items()})
    special, other = Decimal(given.inputs["special"]), Decimal(given.inputs["other"])
    basic_rule = given.read(rows.basic_deduction, row)
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
        "rate": percent(done.rate), "quick": str(done.quick), "tax": str(done.tax),
        "before": str(before.withheld), "start": tax["start"],
    }  # fmt: skip
    lines += _tax_line("tax", done.amount, "tax_kept" if done.balance < 0 else "tax_cumulative", values, (ref, row.ref))
    return Taxed(tuple(lines), YearToDate(month.income, own, special, other, done.amount), apart)


def _tax_line(
    code: str, tax: Decimal, formula: str, values: Mapping[str, str], refs: tuple[str, ...]
) -> tuple[Line, ...]:
    return (Line(code, "tax", ZERO - rounded(tax), formula=formula, values=values, parameters=refs),)
