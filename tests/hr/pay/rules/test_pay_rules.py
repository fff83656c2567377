"""Worked examples of the rules of pay (G1), with parameters of invented cities."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from interview_engine.errors import ConflictError, InvalidInput
from interview_engine.hr.leave import annual
from interview_engine.hr.pay import parameters
from interview_engine.hr.pay.parameters import Book, Parameter
from interview_engine.hr.pay.rules import annual_leave, bonus, other_income, severance
from interview_engine.hr.pay.rules.absence import maternity_top_up, sick_pay, sick_rate
from interview_engine.hr.pay.rules.brackets import table
from interview_engine.hr.pay.rules.contributions import Item, Step, contributions
from interview_engine.hr.pay.rules.deductions import Wanted, within_limits
from interview_engine.hr.pay.rules.proration import METHODS, Presence, missed, prorated
from interview_engine.hr.pay.rules.retirement import retirement
from interview_engine.hr.pay.rules.withholding import YearToDate, withhold

D = Decimal
DAY = date(2026, 3, 10)
BOOK = parameters.book()
ANNUAL, MONTHLY = parameters.income_tax(BOOK.get("income_tax", DAY))
PAID_DAYS = D("21.75")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_table_whose_quick_deductions_do_not_follow_is_refused():
    with pytest.raises(ValueError, match="quick deduction of step 2"):
        table([["36000", "0.03", "0"], [None, "0.10", "2521"]])
    with pytest.raises(ValueError, match="no upper limit"):
        table([["36000", "0.03", "0"]])


def test_the_month_of_payment_counts_and_not_the_month_of_work():
    basic = parameters.basic_deduction(BOOK.get("basic_deduction", DAY))
    assert basic.cumulated("first_wage", 7, 1) == D(35000)
    assert basic.cumulated("months", 7, 1) == D(5000)
    assert basic.cumulated("whole_year", 1, 1) == D(60000)
    with pytest.raises(ValueError, match="month 3 of which 4 here"):
        basic.cumulated("months", 3, 4)


def test_the_60000_rule_needs_twelve_months_and_at_most_60000():
    basic = parameters.basic_deduction(BOOK.get("basic_deduction", DAY))
    assert basic.whole_year_counts(12, D(60000))
    assert not basic.whole_year_counts(12, D("60000.01"))
    assert not basic.whole_year_counts(11, D(50000))


def test_too_much_withheld_is_kept_as_a_balance_and_not_paid_out():
    before = YearToDate(D(20000), D(0), D(0), D(0), D(300))
    done = withhold(before, YearToDate(D(10000), special=D(30000)), D(15000), ANNUAL)
    assert (done.balance, done.amount, done.year.withheld) == (D("-300.00"), D(0), D(300))


def test_one_yuan_more_of_bonus_leaves_2309_less_and_is_named():
    kept = [amount - bonus.tax_apart(amount, MONTHLY) for amount in (D(36000), D(36001))]
    assert kept == [D("34920.00"), D("32610.90")]
    zone = bonus.dead_zone_of(D(36001), MONTHLY)
    assert zone == bonus.DeadZone(D(36000), D("38566.67"))
    assert bonus.dead_zone_of(D(36000), MONTHLY) is None
    assert bonus.dead_zone_of(D("38566.68"), MONTHLY) is None


def test_deductions_that_the_wage_did_not_use_make_merging_better():
    found = bonus.compare(D(-30000), D(40000), ANNUAL, MONTHLY)
    assert (found.apart, found.merged, found.better) == (D("3790.00"), D("300.00"), "merged")


def test_without_a_rule_a_bonus_can_only_be_merged():
    found = bonus.compare(D(100000), D(36000), ANNUAL, None)
    assert (found.apart, found.better) == (None, "merged")


def test_the_bonus_rule_ends_with_2027_and_a_later_run_is_told_so():
    assert BOOK.find("bonus", date(2027, 12, 31)) is not None
    with pytest.raises(ConflictError) as refused:
        BOOK.get("bonus", date(2028, 1, 1))
    assert "Annual bonus taxed apart" in refused.value.message.en
    assert "2028-01-01" in refused.value.message.en


def test_labour_service_is_withheld_by_its_own_table():
    rule = parameters.labour_service(BOOK.get("labour_service", DAY))
    amounts = (800, 4000, 4001, 25000, 30000, 100000)
    expected = ("0.00", "640.00", "640.16", "4000.00", "5200.00", "25000.00")
    assert [other_income.labour_service_tax(D(one), rule) for one in amounts] == [D(one) for one in expected]


def test_non_residents_pay_by_the_month_alone():
    rule = parameters.non_resident(BOOK.get("non_resident", DAY), MONTHLY)
    assert other_income.non_resident_wage_tax(D(5000), rule) == 0
    assert other_income.non_resident_wage_tax(D(20000), rule) == D("1590.00")
    assert other_income.non_resident_service_tax(D(20000), rule) == D("1790.00")


@pytest.mark.parametrize(
    ("method", "of", "days", "expected"),
    [
        ("workdays", 22, 11, "5000.00"),
        ("paid_days_subtract", 22, 11, "4942.53"),
        ("paid_days_add", 22, 11, "5057.47"),
        ("calendar_days", 31, 16, "5161.29"),
    ],
)
def test_half_a_month_by_each_method(method, of, days, expected):
    assert prorated(D(10000), Presence(D(days), D(of)), method, PAID_DAYS) == D(expected)


@pytest.mark.parametrize("method", METHODS)
def test_a_whole_month_is_the_months_pay_and_no_day_is_nothing(method):
    assert prorated(D(10000), Presence(D(23), D(23)), method, PAID_DAYS) == D("10000.00")
    assert prorated(D(10000), Presence(D(0), D(23)), method, PAID_DAYS) == 0


def test_22_worked_days_of_23_never_pay_more_than_the_month():
    assert prorated(D(10000), Presence(D(22), D(23)), "paid_days_add", PAID_DAYS) == D("10000.00")
    assert prorated(D(10000), Presence(D("0.5"), D(23)), "paid_days_subtract", PAID_DAYS) == 0
    assert missed(D(10000), D(23), PAID_DAYS) == D("10000.00")


def test_sick_pay_is_lifted_to_its_floor_and_never_above_the_days_pay():
    low = sick_pay(D(3000), D(5), D("0.4"), PAID_DAYS, D(2700), D("0.8"))
    assert (low.paid, low.by_floor) == (D("496.55"), True)
    assert low.paid + low.deducted == D("689.66")
    tiny = sick_pay(D(1000), D(5), D("0.4"), PAID_DAYS, D(2700), D("0.8"))
    assert tiny.deducted == 0
    with pytest.raises(ValueError, match="no sick pay rate"):
        sick_rate([(D(1), D("0.6"))], D(0))


def test_a_maternity_allowance_below_the_wage_is_topped_up_and_one_above_is_not():
    assert maternity_top_up(D(12000), 98, D(30), D(30000)) == D("9200.00")
    assert maternity_top_up(D(9000), 98, D(30), D(30000)) == 0


def test_a_joiner_on_the_first_of_january_of_a_leap_year_gets_no_sixth_day():
    assert annual.joiner_days(date(2028, 1, 1), 5) == 5
    assert annual.leaver_days(date(2028, 12, 31), 15) == 15


def test_more_leave_taken_than_earned_is_not_taken_back():
    assert annual_leave.unused_on_leaving(date(2026, 3, 1), 10, D(5)) == 0


def test_long_sick_leave_cancels_annual_leave():
    rule = parameters.annual_leave(BOOK.get("annual_leave", DAY))
    assert rule.lost(D(5), D(2))
    assert not rule.lost(D(5), D("1.9"))
    assert rule.lost(D(15), D(3))
    assert not rule.lost(D(25), D(3))
    assert not rule.lost(D("0.5"), D(12))


def test_each_item_has_its_own_base_and_rounding():
    items = [
        Item("pension", D("4775"), D("27549"), D("0.08"), D("0.16"), step=Step(D("0.1"), "up")),
        Item("unemployment", D("2520"), None, D("0.002"), D("0.008")),
        Item("fund", D("2520"), D("44265"), D("0.05"), D("0.05"), base_step=Step(D(1)), step=Step(D(1))),
    ]
    found = {one.code: one for one in contributions(D("4821.55"), items)}
    assert (found["pension"].employee, found["pension"].employer) == (D("385.80"), D("771.50"))
    assert (found["unemployment"].base, found["unemployment"].employee) == (D("4821.55"), D("9.64"))
    assert (found["fund"].base, found["fund"].employee) == (D("4822.00"), D("241.00"))


def test_damage_takes_a_fifth_at_most_and_leaves_the_minimum_wage():
    wanted = [Wanted("damage", D(3000), damage=True), Wanted("loan", D(1000), order=1)]
    found = {one.code: one for one in within_limits(D(8000), D(6500), wanted, D("0.2"), D(2700))}
    assert (found["damage"].amount, found["damage"].left) == (D(1600), D(1400))
    assert found["loan"].amount == D(1000)
    poor = within_limits(D(3000), D(2750), wanted, D("0.2"), D(2700))
    assert [one.amount for one in poor] == [D(50), D(1000)]
    assert [one.amount for one in within_limits(D(3000), D(-5), wanted, D("0.2"), D(2700))] == [0, 0]


def test_service_counts_from_the_first_day_to_the_last():
    assert severance.service(date(2020, 3, 15), date(2026, 3, 14)) == (6, 0, 0)
    assert severance.service(date(2020, 3, 15), date(2026, 3, 15)) == (6, 0, 1)
    assert severance.service(date(2025, 8, 31), date(2026, 2, 27)) == (0, 6, 0)
    assert severance.months_of(6, 0, 1) == D("6.5")


def test_compensation_has_a_floor_and_2n_excludes_n():
    rule = parameters.severance_rule(BOOK.get("severance", DAY))
    low = severance.severance(D(2), D(2000), D(12000), D(2700), rule)
    assert (low.wage, low.amount) == (D(2700), D("5400.00"))
    twice = severance.severance(D(4), D(10000), D(12000), D(2700), rule, unlawful=True)
    assert (twice.compensation, twice.in_lieu, twice.amount) == (D("80000.00"), 0, D("80000.00"))
    with pytest.raises(ValueError, match="unlawful"):
        severance.severance(D(4), D(10000), D(12000), D(2700), rule, unlawful=True, in_lieu_of_notice=True)


@pytest.mark.parametrize(
    ("group", "born", "day", "months"),
    [
        ("men", date(1964, 12, 31), date(2024, 12, 31), 0),
        ("men", date(1965, 1, 20), date(2025, 2, 20), 1),
        ("men", date(1965, 5, 1), date(2025, 7, 1), 2),
        ("men", date(1976, 9, 1), date(2039, 9, 1), 36),
        ("women_55", date(1970, 1, 31), date(2025, 2, 28), 1),
        ("women_55", date(1981, 9, 1), date(2039, 9, 1), 36),
        ("women_50", date(1975, 1, 1), date(2025, 2, 1), 1),
        ("women_50", date(1975, 3, 1), date(2025, 5, 1), 2),
        ("women_50", date(1984, 11, 1), date(2039, 11, 1), 60),
    ],
)
def test_retirement_by_month_of_birth(group, born, day, months):
    rule = parameters.retirement_rule(BOOK.get("retirement", DAY))
    found = retirement(born, group, rule)
    assert (found.day, found.delay_months) == (day, months)
    assert found.earliest >= found.former


def test_a_pension_needs_more_months_from_2030_to_2039():
    rule = parameters.retirement_rule(BOOK.get("retirement", DAY))
    assert [rule.contribution_months(year) for year in (2029, 2030, 2039, 2045)] == [180, 186, 240, 240]


def _row(
    ref: str, first: date, *, last: date | None = None, provisional: bool = False, amount: str = "2700"
) -> Parameter:
    return Parameter(ref, "minimum_wage", "CN-31", "", first, last, {"amount": amount}, "", "", provisional)


def test_the_row_that_begins_last_holds_and_a_confirmed_one_comes_first():
    rows = (
        _row("a", date(2025, 7, 1)),
        _row("b", date(2026, 7, 1), provisional=True),
        _row("c", date(2026, 7, 1), amount="2800"),
    )
    held = Book(rows)
    assert held.get("minimum_wage", date(2026, 6, 30), "CN-31").ref == "a"
    assert held.get("minimum_wage", date(2026, 7, 1), "CN-31").ref == "c"
    assert Book(rows[:2]).get("minimum_wage", date(2026, 7, 1), "CN-31").provisional


def test_no_city_ships_and_a_missing_row_is_named():
    with pytest.raises(ConflictError) as refused:
        BOOK.get("minimum_wage", DAY, "CN-31")
    assert refused.value.code == "pay.parameter_missing"
    assert "Minimum wage" in refused.value.message.en
    assert "CN-31" in refused.value.message.en
    with pytest.raises(ConflictError):
        BOOK.items("social_insurance", DAY, "CN-31")


def test_everything_that_ships_can_be_read_and_names_its_source():
    for row in parameters.shipped():
        parameters.check_values(row)
        assert row.law
        assert row.source.startswith("https://")
    assert {row.kind for row in parameters.shipped()} == set(parameters.NATIONAL)


@pytest.mark.parametrize("values", [{}, {"amount": 2700.5}, {"amount": "-1"}, {"amount": "NaN"}, {"amount": True}])
def test_values_that_are_no_exact_amount_are_refused(values):
    row = Parameter("x", "minimum_wage", "CN-31", "", DAY, None, values, "", "")
    with pytest.raises(InvalidInput):
        parameters.check_values(row)
