"""What stands in the way of a payslip, by name. Some a reviewer may pass with a reason, others must be mended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from interview_engine.hr.pay.given import parameter_of
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.parameters import amount, basic_deduction, share
from interview_engine.hr.pay.rules.deductions import probation_floor
from interview_engine.hr.pay.settling import SETTLED
from interview_engine.hr.pay.slip import Slip

PASSABLE: Mapping[str, bool] = MappingProxyType(
    {
        "held_days": False,
        "no_profile": False,
        "no_rate": False,
        "no_attendance": False,
        "negative_net": False,
        "owes_back": True,
        "whole_year_not": True,
        "whole_year_due": True,
        "no_social": True,
        "no_fund": True,
        "below_minimum": True,
        "below_probation": True,
        "changed_much": True,
        "taken_no_more": True,
        "overtime_limit": True,
        "settlement_waits": True,
        "settle_place": False,
        "settle_severance": False,
        "settle_notice": False,
        "settle_leave": False,
        "settle_average": False,
        "settle_assets": False,
        "settle_advances": True,
        "settle_left": True,
    }
)
"""By check, whether a reviewer may pass it with a reason. Held days wait for a person; nothing is cut for them (G6)."""

MUCH = Decimal("0.2")
"""A net that differs by more than a fifth from the last closed month is looked at by a person."""


TAKEN_MONTHLY = frozenset({"social", *ITEMS, "deduction"})
"""What is taken month by month: when it stops, a person says that it should."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check that stands in the way, and the figures that its sentence names."""

    code: str
    values: Mapping[str, str]

    @property
    def passable(self) -> bool:
        """Whether a reviewer may pass it."""
        return PASSABLE[self.code]


def findings(inputs: Mapping[str, Any], slip: Slip, last_net: Decimal | None, most_overtime: Decimal) -> list[Finding]:
    """What stands in the way of a payslip.

    Args:
        last_net: of the month before that was closed; None where there is none.
        most_overtime: hours a month.
    """
    found = []
    attendance = inputs["attendance"]
    if int(attendance["held_days"]):
        found.append(Finding("held_days", {"days": str(attendance["held_days"])}))
    if not inputs["only_adjustments"]:
        missing = {
            "no_profile": not inputs["profile"],
            "no_rate": not inputs["parts"],
            "no_attendance": not attendance["source"],
        }
        found += [Finding(code, {}) for code, is_missing in missing.items() if is_missing]
    if slip.net < 0:
        countered = any(source.startswith(f"{SETTLED}:") for one in slip.lines for source in one.sources)
        found.append(
            Finding("owes_back", {"amount": str(-slip.net)})
            if countered
            else Finding("negative_net", {"net": str(slip.net)})
        )
    if inputs["kind"] == "employee":
        found += [
            Finding(f"no_{name}", {}) for name in ("social", "fund") if inputs["base"][name] is None and inputs["parts"]
        ]
        if slip.regular < slip.minimum:
            found.append(Finding("below_minimum", {"wage": str(slip.regular), "minimum": str(slip.minimum)}))
        found += _whole_year(inputs)
    found += _below_probation(inputs)
    hours = Decimal(sum(int(one) for one in attendance["overtime_minutes"].values())) / 60
    if hours > most_overtime:
        found.append(Finding("overtime_limit", {"hours": f"{hours:.2f}", "most": f"{most_overtime:f}"}))
    if last_net is not None and last_net > 0 and abs(slip.net - last_net) > last_net * MUCH:
        share = (slip.net - last_net) / last_net * 100
        found.append(
            Finding("changed_much", {"before": str(last_net), "after": str(slip.net), "share": f"{share:+.0f}"})
        )
    return found


def no_longer_taken(
    then: Mapping[str, Decimal], now: Mapping[str, Decimal], known: Collection[str]
) -> list[Finding]:  # fmt: skip
    """Contributions and deductions of the month before that this month does not have.

    Args:
        then, now: sums by line. known: checks that were found already: they say the same of a missing base.
    """
    fund = {"fund"} if "no_fund" in known else set()
    social = {"social", *ITEMS} - {"fund"} if "no_social" in known else set()
    gone = [code for code in sorted((TAKEN_MONTHLY & then.keys()) - fund - social) if then[code] and not now.get(code)]
    if not gone:
        return []
    amount = sum((abs(then[code]) for code in gone), Decimal("0.00"))
    return [Finding("taken_no_more", {"lines": ",".join(gone), "amount": str(amount)})]


def _whole_year(inputs: Mapping[str, Any]) -> list[Finding]:
    """In January, whether the basic deduction of the whole year counts as the year before says (the 60,000 rule)."""
    before = inputs["tax"].get("last_year")
    if not before or before["months"] == "0" or inputs["only_adjustments"]:
        return []
    rule = basic_deduction(next(parameter_of(one) for one in inputs["parameters"] if one["kind"] == "basic_deduction"))
    counts = rule.whole_year_counts(int(before["months"]), Decimal(before["gross"]))
    taken = inputs["tax"]["start"] == "whole_year"
    if counts == taken:
        return []
    values = {**before, "most": str(rule.whole_year_upto)}
    return [Finding("whole_year_due" if counts else "whole_year_not", values)]


def _below_probation(inputs: Mapping[str, Any]) -> list[Finding]:
    """Pay on probation below its floor (Labour Contract Law, article 20)."""
    agreed = inputs.get("probation")
    if agreed is None:
        return []
    rows_of = {one.kind: one for one in (parameter_of(kept) for kept in inputs["parameters"])}
    part = share(rows_of["probation"])
    least = amount(rows_of["minimum_wage"])
    floor = probation_floor(Decimal(agreed["agreed"]), part, least)
    if Decimal(agreed["monthly"]) >= floor:
        return []
    values = {"paid": agreed["monthly"], "floor": str(floor), "agreed": agreed["agreed"], "until": agreed["until"],
              "share": f"{(part * 100).normalize():f}", "minimum": str(least)}  # fmt: skip
    return [Finding("below_probation", values)]


def settlement_findings(inputs: Mapping[str, Any], slip: Slip) -> list[Finding]:
    """What stands in the way of a leaver's last pay: what neither leaving nor payroll says, and what stays due."""
    settled = inputs.get("settlement")
    if settled is None:
        return []
    if settled["state"] == "waits":
        return [Finding("settlement_waits", {"day": settled["last_day"]})]
    known, needed = settled["months"], settled["months_needed"]
    open_ones = {
        "settle_place": not settled["place"],
        "settle_severance": not settled["severance"],
        "settle_notice": not settled["notice"],
        "settle_leave": not settled["leave"]["way"] and not settled["leave"]["declined"],
        "settle_average": not settled["average"],
        "settle_assets": not settled["lost_assets"],
        "settle_advances": not settled["advances"],
    }
    found = [
        Finding(code, {"known": known, "needed": needed} if code == "settle_average" else {})
        for code, is_open in open_ones.items()
        if is_open
    ]
    for line in slip.lines:
        left = Decimal(line.values.get("left", "0"))
        if line.group == "deduction" and left:
            found.append(Finding("settle_left", {"left": str(left)}))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that differs from the last closed month: its code and both amounts, the reason is the line itself."""

    code: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """After − before."""
        return self.after - self.before


def differences(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> tuple[Difference, ...]:
    """Sums by code that differ, the largest change first."""
    codes: Sequence[str] = sorted({*before, *after})
    zero = Decimal(0)
    found = [Difference(code, before.get(code, zero), after.get(code, zero)) for code in codes]
    return tuple(sorted((one for one in found if one.change), key=lambda one: (-abs(one.change), one.code)))
