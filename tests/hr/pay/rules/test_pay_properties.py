"""What holds for every input of the rules of pay (G1)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.pay import parameters
from interview_engine.hr.pay.rules import bonus
from interview_engine.hr.pay.rules.absence import sick_pay
from interview_engine.hr.pay.rules.contributions import Item, Step, contributions
from interview_engine.hr.pay.rules.deductions import Wanted, within_limits
from interview_engine.hr.pay.rules.proration import METHODS, Presence, prorated
from interview_engine.hr.pay.rules.withholding import YearToDate, withhold

BOOK = parameters.book()
DAY = date(2026, 1, 10)
ANNUAL, MONTHLY = parameters.income_tax(BOOK.get("income_tax", DAY))
BASIC = parameters.basic_deduction(BOOK.get("basic_deduction", DAY))

fen = st.integers(0, 30_000_000).map(lambda value: Decimal(value).scaleb(-2))
less = st.integers(0, 1_000_000).map(lambda value: Decimal(value).scaleb(-2))
month = st.builds(YearToDate, income=fen, contributions=less, special=less, other=less)
ways = st.sampled_from(["nearest", "up", "down"])


def _year(months: list[YearToDate]) -> tuple[list[Decimal], YearToDate, list[Decimal]]:
    year, amounts, taxes = YearToDate(), [], []
    for number, one in enumerate(months, start=1):
        done = withhold(year, one, BASIC.cumulated("months", number, number), ANNUAL)
        year = done.year
        amounts.append(done.amount)
        taxes.append(done.tax)
    return amounts, year, taxes


@given(st.lists(month, min_size=1, max_size=12))
def test_withheld_is_never_negative_and_adds_up(months):
    amounts, year, taxes = _year(months)
    assert all(one >= 0 for one in amounts)
    assert sum(amounts) == year.withheld == max(taxes)


@given(st.lists(month, min_size=12, max_size=12))
def test_the_years_total_is_the_annual_tax_unless_the_balance_fell(months):
    amounts, year, taxes = _year(months)
    taxable = year.income - 60000 - year.contributions - year.special - year.other
    assert taxes[-1] == ANNUAL.tax(taxable)
    if taxes == sorted(taxes):
        assert sum(amounts) == ANNUAL.tax(taxable)


@given(month, st.integers(1, 1_000_000).map(lambda value: Decimal(value).scaleb(-2)))
def test_more_gross_never_leaves_less(one, more):
    richer = YearToDate(one.income + more, one.contributions, one.special, one.other)
    plain = withhold(YearToDate(), one, BASIC.monthly, ANNUAL).amount
    rich = withhold(YearToDate(), richer, BASIC.monthly, ANNUAL).amount
    assert richer.income - rich >= one.income - plain


@given(fen, less)
def test_a_bigger_bonus_leaves_less_only_in_a_zone_that_is_named(amount, more):
    kept = amount - bonus.tax_apart(amount, MONTHLY)
    bigger = amount + more
    if bigger - bonus.tax_apart(bigger, MONTHLY) < kept:
        assert bonus.dead_zone_of(bigger, MONTHLY) is not None


@given(fen, fen)
def test_the_better_way_costs_no_more_than_the_other(taxable, amount):
    found = bonus.compare(taxable - 100_000, amount, ANNUAL, MONTHLY)
    assert found.apart is not None
    assert {"apart": found.apart, "merged": found.merged}[found.better] == min(found.apart, found.merged)


@given(fen, st.integers(0, 46), st.sampled_from(METHODS))
def test_a_part_of_a_month_lies_between_nothing_and_the_month_and_grows_with_days(pay, halves, method):
    of, days = Decimal(23), Decimal(halves) / 2
    part = prorated(pay, Presence(days, of), method, Decimal("21.75"))
    assert 0 <= part <= pay
    if halves < 46:
        assert prorated(pay, Presence(days + Decimal("0.5"), of), method, Decimal("21.75")) >= part


@given(fen, st.sampled_from(["0.01", "0.1", "1"]), ways, ways)
def test_contributions_stay_within_their_limits(declared, unit, base_way, way):
    item = Item("pension", Decimal(4000), Decimal(30000), Decimal("0.08"), Decimal("0.16"),
                base_step=Step(Decimal(1), base_way), step=Step(Decimal(unit), way))  # fmt: skip
    (found,) = contributions(declared, [item])
    assert 4000 <= found.base <= 30000
    assert abs(found.employee - found.base * item.employee) < Decimal(unit)
    assert found.employee % Decimal(unit) == 0


@given(fen, fen, st.lists(st.tuples(less, st.booleans()), max_size=5))
def test_deductions_never_take_more_than_there_is_and_lose_nothing(wage, available, wanted):
    asked = [Wanted(str(number), amount, damage) for number, (amount, damage) in enumerate(wanted)]
    done = within_limits(wage, available, asked, Decimal("0.2"), Decimal(2700))
    assert sum((one.amount for one in done), Decimal(0)) <= available
    assert {one.code: one.amount + one.left for one in done} == {one.code: one.amount for one in asked}
    damage = sum((one.amount for one in done if asked[int(one.code)].damage), Decimal(0))
    assert damage <= wage * Decimal("0.2") + Decimal("0.01")


@given(fen, st.integers(0, 46), st.integers(0, 100))
def test_sick_pay_and_its_deduction_are_the_days_pay(pay, halves, percent):
    days = Decimal(halves) / 2
    found = sick_pay(pay, days, Decimal(percent) / 100, Decimal("21.75"), Decimal(2700), Decimal("0.8"))
    assert found.paid >= 0
    assert found.deducted >= 0
    assert found.paid + found.deducted == min(
        pay, (pay * days / Decimal("21.75")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    )
