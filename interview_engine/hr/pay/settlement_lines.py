"""The lines of a leaver's last pay: unused annual leave, severance and pay in place of notice with their own tax, and
what is set off. Pure: from the `settlement` part of canonical inputs (`settling.py`).

Unused leave is a wage and taxed with it. Severance and pay in place of notice are taxed apart, beyond the exempt amount
(Finance and Taxation [2018] 164, article 5), and are no part of the year's wages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from interview_engine.hr.pay import parameters as rows
from interview_engine.hr.pay.parameters import Parameter
from interview_engine.hr.pay.rules import annual_leave, deductions, severance
from interview_engine.hr.pay.rules.brackets import ZERO, Table
from interview_engine.hr.pay.rules.lines import Line

COMPENSATION = ("severance", "notice_pay")
"""Taxed apart from wages, and no pay for work."""
CODES = frozenset({"leave_payout", *COMPENSATION})
"""What a settlement earns besides wages; never an adjustment of a month."""
PAID = (*sorted(CODES), "tax_severance", "advances", "lost_assets")
"""Lines that a settlement brings about: all of them are countered when it is taken back after it was paid."""
MONTHS_A_YEAR = 12

Row = Callable[[str], Parameter]
"""By kind, the parameter row among the inputs."""


def is_due(settled: Mapping[str, Any] | None) -> bool:
    """Whether the inputs hold a settlement that was handed over."""
    return settled is not None and settled["state"] == "handed_over"


def unused_days(settled: Mapping[str, Any], row: Row) -> Decimal | None:
    """Days of annual leave that are paid; None where neither facts nor payroll say."""
    leave = settled["leave"]
    if leave["declined"]:
        return ZERO
    match leave["way"]:
        case "entered":
            return Decimal(leave["days"])
        case "law":
            days = rows.annual_leave(row("annual_leave")).days(Decimal(leave["years"]))
            last = date.fromisoformat(settled["last_day"])
            return annual_leave.unused_on_leaving(last, days, Decimal(leave["taken"]))
        case "facts":
            a_day = Decimal(leave["day"] or rows.overtime(row("overtime")).hours_a_day * 60)
            return max(ZERO, Decimal(leave["minutes"]) / a_day - Decimal(leave["since"]))
    return None


def wages(settled: Mapping[str, Any] | None, row: Row) -> tuple[Line, ...]:
    """What counts as a wage: days of annual leave that were not taken."""
    if settled is None or not is_due(settled) or settled["leave_average"] == "":
        return ()
    days = unused_days(settled, row)
    if not days:
        return ()
    rule, paid = rows.annual_leave(row("annual_leave")), rows.paid_days(row("paid_days"))
    average, leave = Decimal(settled["leave_average"]), settled["leave"]
    values = {
        "days": _short(days), "average": str(average), "paid_days": f"{paid:f}", "extra": _short(rule.extra * 100),
        "months": settled["months"], "minutes": leave["minutes"], "since": leave["since"], "years": leave["years"],
        "taken": leave["taken"],
    }  # fmt: skip
    refs = [row("annual_leave").ref, row("paid_days").ref]
    refs += [row("overtime").ref] if leave["way"] == "facts" else []
    amount = annual_leave.payout(average, days, paid, rule)
    return (
        Line("leave_payout", "earning", amount, days, average / paid * rule.extra, f"leave_{leave['way']}", values,
             tuple(refs), tuple(settled["sources"])),
    )  # fmt: skip


def compensation(settled: Mapping[str, Any] | None, row: Row, annual: Table, table_ref: str) -> tuple[Line, ...]:
    """Severance and pay in place of notice, and the tax on both together."""
    if settled is None or not is_due(settled) or "" in (settled["average"], settled["place"]):
        return ()
    times, notice = settled["severance"], Decimal(settled["notice"] or "0")
    months = Decimal(settled["severance_months"] or "0") if times in ("yes", "twice") else ZERO
    if not months and not notice:
        return ()
    rule_row, local_row, least_row = row("severance"), row("average_wage"), row("minimum_wage")
    rule, local, least = rows.severance_rule(rule_row), rows.amount(local_row), rows.amount(least_row)
    average, last_month = Decimal(settled["average"]), Decimal(settled["last_month"])
    done = severance.severance(months, average, local, least, rule, unlawful=times == "twice")
    in_lieu = severance.severance(
        ZERO, average, local, least, rule, in_lieu_of_notice=True, last_month=last_month * notice
    ).in_lieu
    refs, sources = (rule_row.ref, local_row.ref, least_row.ref), tuple(settled["sources"])
    values = {
        "n": _short(done.months), "asked": _short(months), "wage": str(done.wage), "average": str(average),
        "local": str(local), "cap": str(local * rule.cap_times), "years": _short(rule.cap_years),
        "times": _short(rule.unlawful_times), "least": str(least), "of": settled["months"],
    }  # fmt: skip
    found = []
    if months:
        formula = "severance_capped" if done.capped else "severance"
        found.append(Line("severance", "earning", done.compensation, done.months, done.wage,
                          f"{formula}_twice" if times == "twice" else formula, values, refs, sources))  # fmt: skip
    if notice:
        said = {"months": _short(notice), "last_month": str(last_month)}
        found.append(Line("notice_pay", "earning", in_lieu, notice, last_month, "notice_pay", said, (), sources))
    amount = done.compensation + in_lieu
    taxed = severance.severance_tax(amount, local * MONTHS_A_YEAR, rule, annual)
    said = {"amount": str(amount), "exempt": str(taxed.exempt), "taxable": str(taxed.taxable),
            "times": _short(rule.exempt_times), "local": str(local)}  # fmt: skip
    found.append(Line("tax_severance", "tax", ZERO - taxed.tax, formula="tax_severance", values=said,
                      parameters=(rule_row.ref, local_row.ref, table_ref), sources=sources))  # fmt: skip
    return tuple(found)


def owed(settled: Mapping[str, Any] | None) -> tuple[deductions.Wanted, ...]:
    """What is set off against the wage: advances first, then lost things, which the law limits as damage."""
    if settled is None or not is_due(settled) or settled["place"] == "":
        return ()
    wanted = (
        deductions.Wanted("advances", Decimal(settled["advances"] or "0"), order=0),
        deductions.Wanted("lost_assets", Decimal(settled["lost_assets"] or "0"), damage=True, order=3),
    )
    return tuple(one for one in wanted if one.amount)


def _short(number: Decimal) -> str:
    text = f"{number.quantize(Decimal('0.01')):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
