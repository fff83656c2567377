"""The earnings of a payslip: pay of the month, absences, allowances, overtime, what was entered, and adjustments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from interview_engine.hr.pay import parameters as rows
from interview_engine.hr.pay.given import Given, percent
from interview_engine.hr.pay.rules import absence, overtime, proration
from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.hr.pay.rules.lines import Line, gross
from interview_engine.store.money import rounded


def earned(given: Given) -> tuple[Line, ...]:
    """What the month itself earns, in the order of the payslip; adjustments of other months are no part of it."""
    return (*_base(given), *_absences(given), *_allowances(given), *_overtime(given), *_more(given))


def _presence(given: Given, part: Mapping[str, Any]) -> proration.Presence:
    unit = "calendar" if given.inputs["method"] == "calendar_days" else "workdays"
    return proration.Presence(Decimal(part[unit]), Decimal(given.inputs["month_days"][unit]))


def _base(given: Given) -> Sequence[Line]:
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


def _absences(given: Given) -> Sequence[Line]:
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
        rate = absence.sick_rate(given.read(rows.sick_rates, rate_row), Decimal(given.inputs["service_years"]))
        minimum, share = given.read(rows.amount, wage_row), given.read(rows.share, floor_row)
        done = absence.sick_pay(given.monthly, sick, rate, given.paid_days, minimum, share, whole_month=sick >= here)
        values = {"days": f"{sick:f}", "rate": percent(rate), "paid": str(done.paid), "minimum": str(minimum),
                  "share": percent(share)}  # fmt: skip
        formula = "sick_floor" if done.by_floor else "sick_rate"
        refs = (ref, rate_row.ref, floor_row.ref, wage_row.ref)
        amount = ZERO - min(done.deducted, due - lost)
        found.append(Line("sick_leave", "earning", amount, sick, None, formula, values, refs, given.source))
    return found


def _allowances(given: Given) -> Sequence[Line]:
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


def _overtime(given: Given) -> Sequence[Line]:
    found, row = [], given.one("overtime")
    rule = given.read(rows.overtime, row)
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


def _more(given: Given) -> Sequence[Line]:
    return [
        Line(name, "earning", rounded(given.extra[name]), formula="entered", sources=given.source)
        for name in ("commission", "addition", "bonus")
        if given.extra[name]
    ]


def adjustments(given: Given) -> Sequence[Line]:
    """What later changes make of closed months."""
    return [
        Line(one["code"], one["group"], Decimal(one["amount"]), formula="adjustment",
             values={"before": one["before"], "after": one["after"]}, sources=tuple(one["sources"]), month=one["month"])
        for one in given.inputs["adjustments"]
    ]  # fmt: skip


def minimum(given: Given, earned: Sequence[Line]) -> tuple[Decimal, Decimal]:
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
    return rounded(given.read(rows.amount, row) * min(Decimal(1), share)), gross(counted)
