"""A year of a hundred invented people, computed a second time by code that shares nothing with the product (G1).

The second computation works in `Fraction`, adds the tax step by step over the brackets instead of by quick deductions,
and has the figures of the law written out once more.
"""

from __future__ import annotations

import calendar
import copy
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from interview_engine.hr.pay import parameters
from interview_engine.hr.pay.given import Readings, kept_parameter
from interview_engine.hr.pay.parameters import Parameter
from interview_engine.hr.pay.slip import Slip, compute, sha256

PEOPLE, YEAR = 100, 2026
STEPS = ((36_000, 3), (144_000, 10), (300_000, 20), (420_000, 25), (660_000, 30), (960_000, 35), (None, 45))
HOLIDAYS = {date(2026, 1, 1), date(2026, 5, 1), date(2026, 10, 1), date(2026, 10, 2)}
LEAST = 2700


def row(kind: str, item: str, values: dict[str, Any]) -> Parameter:
    return Parameter(f"{kind}:{item}", kind, "示例市", item, date(2025, 7, 1), None, values, "示例市公告",
                     "https://example.gov.cn/1")  # fmt: skip


CITY = (
    row("social_insurance", "medical", {"floor": "6000", "cap": "30000", "employee": "0.02", "employer": "0.09",
                                        "employee_fixed": "3"}),
    row("social_insurance", "pension", {"floor": "4800", "cap": "30000", "employee": "0.08", "employer": "0.16",
                                        "unit": "0.1", "way": "up"}),
    row("housing_fund", "fund", {"floor": "2700", "cap": "30000", "employee": "0.05", "employer": "0.05", "unit": "1"}),
    row("minimum_wage", "", {"amount": str(LEAST)}),
    row("sick_pay_rate", "", {"steps": [["0", "0.6"], ["2", "0.7"]]}),
)  # fmt: skip
KINDS = ("paid_days", "overtime", "income_tax", "basic_deduction", "damage_deduction", "sick_pay_floor")
SHARED = [kept_parameter(one) for one in (*(parameters.book().get(kind, date(YEAR, 3, 1)) for kind in KINDS), *CITY)]


@dataclass
class Somebody:
    """An invented person: what is agreed, and what happens to them month by month."""

    monthly: int
    first: date
    last: date | None
    base: int
    special: int
    night: int
    post: int
    happens: dict[int, dict[str, int]] = field(default_factory=dict)


def somebody(draw: random.Random) -> Somebody:
    begins = date(YEAR - 3, 1, 1) + timedelta(days=draw.randrange(1200))
    last = date(YEAR, 1, 1) + timedelta(days=draw.randrange(365)) if draw.random() < 0.15 else None
    one = Somebody(
        draw.randrange(2700, 60000), begins, last if last is None or last > begins else None,
        draw.randrange(2000, 40000), draw.choice((0, 1000, 3000, 4500)), draw.randrange(100), draw.randrange(800),
    )  # fmt: skip
    for month in range(1, 13):
        one.happens[month] = {
            "unpaid": draw.choice((0, 0, 0, 1, 2)), "sick": draw.choice((0, 0, 0, 3, 5)),
            "workday": draw.randrange(40) * 30, "restday": draw.choice((0, 480)), "statutory": draw.choice((0, 90)),
            "nights": draw.randrange(9), "commission": draw.choice((0, draw.randrange(900_000))),
        }  # fmt: skip
    return one


def workdays(first: date, last: date) -> int:
    days = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return sum(day.weekday() < 5 or day in HOLIDAYS for day in days)


def fen(amount: Fraction) -> int:
    """Whole fen, half away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * ((abs(amount) * 200 + 1) // 2)


def months_of(one: Somebody) -> list[tuple[int, date, date]]:
    found = []
    for month in range(1, 13):
        begin, end = date(YEAR, month, 1), date(YEAR, month, calendar.monthrange(YEAR, month)[1])
        first, last = max(begin, one.first), min(end, one.last or end)
        if first <= last:
            found.append((month, first, last))
    return found


def given(one: Somebody, month: int, first: date, last: date, year: dict[str, Decimal], here: int) -> dict[str, Any]:
    """The canonical inputs of a month, as the product takes them."""
    begin, end = date(YEAR, month, 1), date(YEAR, month, calendar.monthrange(YEAR, month)[1])
    its = one.happens[month]
    return {
        "form": 1, "employment": "e", "month": f"{begin:%Y-%m}", "paid_on": end.isoformat(), "kind": "employee",
        "profile": "p", "method": "workdays",
        "month_days": {"workdays": str(workdays(begin, end)), "calendar": str(end.day)},
        "parts": [{"monthly": f"{one.monthly}.00", "workdays": str(workdays(first, last)),
                   "calendar": str((last - first).days + 1), "source": "pay_rate:r"}],
        "attendance": {"source": "pay_attendance:a", "unpaid_days": str(its["unpaid"]), "sick_days": str(its["sick"]),
                       "held_days": 0, "counts": {"night": str(its["nights"])},
                       "overtime_minutes": {kind: its[kind] for kind in ("workday", "restday", "statutory")}},
        "allowances": [
            {"code": "night", "amount": f"{one.night}.00", "unit": "time", "in_minimum": 0, "source": "pay_profile:p"},
            {"code": "post", "amount": f"{one.post}.00", "unit": "month", "in_minimum": 1, "source": "pay_profile:p"}],
        "extra": {"commission": f"{Decimal(its['commission']).scaleb(-2)}", "addition": "0", "bonus": "0",
                  "damage": "0", "deduction": "0", "bonus_way": "best"},
        "base": {"social": f"{one.base}.00", "fund": f"{one.base}.00", "source": "pay_profile:p"},
        "special": str(one.special), "other": "0",
        "service_years": str((end.year * 12 + end.month - one.first.year * 12 - one.first.month) // 12),
        "adjustments": [], "only_adjustments": False,
        "tax": {"start": "months", "month": month, "months_here": here, "bonus_apart_before": 0,
                "year": {name: str(value) for name, value in year.items()}},
        "parameters": SHARED,
    }  # fmt: skip


class SecondOpinion:
    """The same person once more, in fen."""

    def __init__(self, one: Somebody) -> None:
        self.one = one
        self.income = self.own = self.special = self.withheld = 0

    def month(self, month: int, first: date, last: date, months_here: int) -> tuple[int, int, int, int]:
        """Gross, own contributions, tax and net, in fen."""
        one, its = self.one, self.one.happens[month]
        end = date(YEAR, month, calendar.monthrange(YEAR, month)[1])
        of, here = workdays(date(YEAR, month, 1), end), workdays(first, last)
        pay = Fraction(one.monthly)
        due = fen(pay if here == of else pay * here / of)
        a_day = pay / Fraction("21.75")
        # with not one day worked the whole of what is due is lost
        unpaid = due if its["unpaid"] and its["unpaid"] >= here else min(due, fen(min(pay, a_day * its["unpaid"])))
        sick = 0
        if its["sick"]:
            share = Fraction(1) if its["sick"] >= here else min(Fraction(1), its["sick"] / Fraction("21.75"))
            years = (end.year * 12 + end.month - one.first.year * 12 - one.first.month) // 12
            rate = Fraction(7, 10) if years >= 2 else Fraction(6, 10)
            paid = min(pay * share, max(pay * share * rate, Fraction(LEAST) * Fraction(8, 10) * share))
            sick = min(fen(pay * share) - fen(paid), due - unpaid)
        gross = due - unpaid - sick + one.night * its["nights"] * 100 + its["commission"]
        gross += fen(Fraction(one.post) if here >= of else Fraction(one.post) * here / of)
        for kind, times in (("workday", Fraction(3, 2)), ("restday", Fraction(2)), ("statutory", Fraction(3))):
            gross += fen(a_day / 8 * its[kind] / 60 * times)
        own = self._own()
        self.income, self.own, self.special = self.income + gross, self.own + own, self.special + one.special * 100
        tax = max(0, self._tax(months_here) - self.withheld)
        self.withheld += tax
        return gross, own, tax, gross - own - tax

    def _own(self) -> int:
        base = Fraction(self.one.base)
        medical = fen(min(max(base, Fraction(6000)), Fraction(30000)) * Fraction(2, 100) + 3)
        jiao = min(max(base, Fraction(4800)), Fraction(30000)) * Fraction(8, 100) * 10
        pension = -((-jiao.numerator) // jiao.denominator) * 10
        yuan = min(max(base, Fraction(2700)), Fraction(30000)) * Fraction(5, 100)
        fund = (yuan * 2 + 1) // 2 * 100
        return medical + pension + fund

    def _tax(self, months_here: int) -> int:
        left = Fraction(self.income - months_here * 500_000 - self.own - self.special, 100)
        total, low = Fraction(0), Fraction(0)
        for upto, percent in STEPS:
            high = left if upto is None else min(left, Fraction(upto))
            if high > low:
                total += (high - low) * percent / 100
                low = high
        return fen(total)


def year_of(one: Somebody, shared: Readings) -> list[tuple[dict[str, Any], Slip]]:
    """Every month of somebody by the product, each with the sums of those before."""
    year = dict.fromkeys(("income", "contributions", "special", "other", "withheld"), Decimal(0))
    found = []
    for at, (month, first, last) in enumerate(months_of(one), start=1):
        made = given(one, month, first, last, year, at)
        slip = compute(made, shared)
        found.append((made, slip))
        year = {name: value + getattr(slip.year, name) for name, value in year.items()}
    return found


def test_a_year_of_a_hundred_people_computed_twice_agrees_to_the_fen() -> None:
    draw, shared, months = random.Random(2026), Readings(), 0
    for number in range(PEOPLE):
        one = somebody(draw)
        second = SecondOpinion(one)
        for at, ((month, first, last), (_, slip)) in enumerate(
            zip(months_of(one), year_of(one, shared), strict=True), start=1
        ):
            months += 1
            tax = -sum((line.amount for line in slip.lines if line.group == "tax"), Decimal(0))
            own = -sum((line.amount for line in slip.lines if line.group == "contribution"), Decimal(0))
            found = tuple(int(amount * 100) for amount in (slip.gross, own, tax, slip.net))
            assert found == second.month(month, first, last, at), (number, month, one)
    assert months > 1000, "the people are here for most of the year"


def test_more_gross_never_gives_less_net_in_a_month() -> None:
    draw, shared = random.Random(7), Readings()
    for _ in range(12):
        one = somebody(draw)
        made, slip = year_of(one, shared)[-1]
        before = slip.net
        for more in (1, 100, 4_000, 36_000, 144_000):
            raised = copy.copy(made)
            raised["extra"] = {**made["extra"], "addition": f"{more}.00"}
            after = compute(raised, shared).net
            assert after > before, (one, more)
            before = after


def test_a_change_of_any_one_input_changes_the_hash() -> None:
    made, _ = year_of(somebody(random.Random(3)), Readings())[-1]
    whole, changed = sha256(made), 0

    def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        if isinstance(value, dict):
            return [found for name in value for found in leaves(value[name], (*path, name))]
        if isinstance(value, list):
            return [found for at, one in enumerate(value) for found in leaves(one, (*path, at))]
        return [path]

    for path in leaves(made):
        other = copy.deepcopy(made)
        place: Any = other
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = f"{place[path[-1]]}?"
        assert sha256(other) != whole, path
        changed += 1
    assert changed > 100
