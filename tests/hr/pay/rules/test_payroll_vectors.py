"""The shared vectors of pay, to the cent (G1). They lie beside the checkout and are no part of the project."""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interview_engine.hr.leave import annual
from interview_engine.hr.pay import parameters
from interview_engine.hr.pay.rules import annual_leave, bonus, deductions, overtime, proration, severance
from interview_engine.hr.pay.rules.absence import sick_pay, sick_rate
from interview_engine.hr.pay.rules.contributions import Item, contributions
from interview_engine.hr.pay.rules.proration import Presence
from interview_engine.hr.pay.rules.withholding import YearToDate, withhold

DATA = Path(os.environ.get("SHARED_DATA") or Path(__file__).parents[5] / "shared" / "data") / "D_hr"
VECTORS = DATA / "payroll_vectors.json"
EXAMPLE = DATA / "cn_tax" / "cumulative_withholding_example.json"

pytestmark = pytest.mark.skipif(not VECTORS.exists(), reason=f"the shared vectors of pay are not at {VECTORS}")

D = Decimal
DAY = date(2026, 3, 10)
BOOK = parameters.book()
ANNUAL, MONTHLY = parameters.income_tax(BOOK.get("income_tax", DAY))
PAID_DAYS = parameters.paid_days(BOOK.get("paid_days", DAY))
BASIC = parameters.basic_deduction(BOOK.get("basic_deduction", DAY))


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    return dict(json.loads(VECTORS.read_text("utf-8")))


def _months(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    year, found = YearToDate(), []
    for here, row in enumerate(rows, start=1):
        basic = D(str(row["cum_basic"])) if "cum_basic" in row else BASIC.cumulated("months", row["month"], here)
        month = YearToDate(
            D(str(row["income"])), D(str(row["si"])), D(str(row["special"])), D(str(row.get("other", 0)))
        )
        done = withhold(year, month, basic, ANNUAL)
        year = done.year
        found.append(
            {"cum_income": year.income, "cum_basic": done.basic, "cum_si": year.contributions,
             "cum_special": year.special, "cum_other": year.other, "cum_taxable": done.taxable,
             "bracket": done.bracket, "rate": done.rate, "quick": done.quick, "cum_tax": done.tax,
             "withheld": done.amount, "raw_due": done.balance}
        )  # fmt: skip
    return found


def test_every_month_of_cumulative_withholding_agrees(vectors):
    seen = 0
    for case in vectors["iit_cumulative"]:
        found = _months(case["input"])
        for mine, expected in zip(found, case["expected"], strict=True):
            assert {name: D(str(mine[name])) for name in mine} == {name: D(str(expected[name])) for name in mine}, (
                f"{case['id']} month {expected['month']}"
            )
            seen += 1
        assert sum(D(str(one["withheld"])) for one in found) == D(case["annual_withheld"]), case["id"]
    assert seen >= 100


def test_the_tax_authoritys_example_agrees():
    example = json.loads(EXAMPLE.read_text("utf-8"))
    case = example["case"]
    rows = [{"month": month, "income": case["monthly_gross"],
             "si": case["monthly_special_deduction_social_insurance_housing_fund"],
             "special": case["monthly_special_additional_deduction"]} for month in (1, 2, 3)]  # fmt: skip
    assert [one["withheld"] for one in _months(rows)] == [D(one) for one in example["expected_withholding"].values()]
    assert [
        [None if one.upto is None else int(one.upto), float(one.rate), int(one.quick)] for one in ANNUAL.brackets
    ] == (example["annual_brackets_as_quoted"])


def test_the_tables_are_those_of_the_law(vectors):
    for shipped, name in ((ANNUAL, "annual"), (MONTHLY, "monthly")):
        expected = [(one["upto"], D(one["rate"]), one["quick"]) for one in vectors["tables"][name]]
        assert [(one.upto, one.rate, one.quick) for one in shipped.brackets] == expected


def test_bonuses_and_their_dead_zones_agree(vectors):
    for case in vectors["iit_bonus"]["cases"]:
        amount = D(case["bonus"])
        step = bonus.bonus_bracket(amount, MONTHLY)
        assert (step.number, step.rate, step.quick) == (case["bracket"], D(case["rate"]), D(case["quick"]))
        assert bonus.tax_apart(amount, MONTHLY) == D(case["tax"]), case["bonus"]
        assert amount - bonus.tax_apart(amount, MONTHLY) == D(case["net"])
    zones = [(one.edge, one.upto) for one in bonus.dead_zones(MONTHLY)]
    assert zones == [(D(one["from_"]), D(one["to"])) for one in vectors["iit_bonus"]["dead_zones_net_not_above_edge"]]


def test_the_better_way_for_a_bonus_is_named(vectors):
    case = vectors["bonus_choice"]
    year = D(20000 - 3500 - 3000 - 5000) * 12
    found = bonus.compare(year, D(60000), ANNUAL, MONTHLY)
    assert ANNUAL.tax(year) == D(case["separate_salary"])
    assert found.apart == D(case["separate_bonus"])
    assert found.merged + ANNUAL.tax(year) == D(case["merged"])
    assert found.better == {"separate": "apart", "merged": "merged"}[case["better"]]


def _items(city: dict[str, Any]) -> list[Item]:
    low, high = D(city["base_floor"]), D(city["base_cap"])
    items = [Item(code, low, high, D(rate), D(0)) for code, rate in city["employee_rates"].items()]
    if city["employee_fixed"]:
        items.append(Item("medical_large", None, None, D(0), D(0), D(city["employee_fixed"])))
    return items


def test_contributions_of_three_cities_agree(vectors):
    for name, city in vectors["social_insurance"]["cities"].items():
        for case in city["cases"]:
            found = contributions(D(case["wage"]), _items(city))
            assert {one.code: one.employee for one in found if one.code in case["items"]} == {
                code: D(amount) for code, amount in case["items"].items()
            }, (name, case["wage"])
            assert {one.base for one in found if one.code in case["items"]} == {D(case["base"])}
            assert sum(one.employee for one in found) == D(case["total"])


def test_a_year_of_net_pay_in_beijing_agrees(vectors):
    city = vectors["social_insurance"]["cities"]["beijing"]
    fund = Item("fund", D(2540), D(35811), D("0.12"), D("0.12"))
    for case in vectors["net_pay_beijing_2025"]:
        lines = contributions(D(case["gross"]), [*_items(city), fund])
        own = sum((one.employee for one in lines), D(0))
        assert own == D(case["si_plus_hf"])
        year = YearToDate()
        for expected in case["months"]:
            basic = BASIC.cumulated("months", expected["month"], expected["month"])
            done = withhold(year, YearToDate(D(case["gross"]), own, D(case["special"])), basic, ANNUAL)
            year = done.year
            assert done.amount == D(expected["tax"])
            assert D(case["gross"]) - own - done.amount == D(expected["net"])
        assert year.withheld == D(case["annual_tax"])


def test_overtime_agrees(vectors):
    rule = parameters.overtime(BOOK.get("overtime", DAY))
    for case in vectors["overtime"]["cases"]:
        assert rule.factors[case["kind"]] == D(case["multiple"])
        minutes = int(D(case["hours"]) * 60)
        assert overtime.overtime_pay(D(case["monthly_base"]), minutes, case["kind"], PAID_DAYS, rule) == D(case["pay"])


def test_unpaid_leave_agrees(vectors):
    for case in vectors["leave_deduction"]["cases"]:
        base = D(case["base"])
        if case["method"] == "subtract":
            assert proration.missed(base, D(case["days"]), PAID_DAYS) == D(case["deduction"])
        else:
            presence = Presence(D(case["worked_days"]), D(22))
            assert proration.prorated(base, presence, "paid_days_add", PAID_DAYS) == D(case["pay"])


def test_sick_pay_agrees(vectors):
    data = vectors["sick_pay"]
    steps = [(D(0), D("0.60")), (D(2), D("0.70")), (D(4), D("0.80")), (D(6), D("0.90")), (D(8), D("1.00"))]
    expected = [D(one) for one in data["shanghai_within_6_months"].values()]
    assert [sick_rate(steps, D(years)) for years in (1, 3, 5, 7, 9)] == expected
    share = parameters.share(BOOK.get("sick_pay_floor", DAY))
    for case in data["cases"]:
        whole = bool(case.get("whole_month"))
        found = sick_pay(D(case["base"]), D(case.get("days", 0)), D(case["rate"]), PAID_DAYS, D(2740), share,
                         whole_month=whole)  # fmt: skip
        assert found.paid == D(case["sick_pay"])
        if "deducted" in case:
            assert found.deducted == D(case["deducted"])


def test_annual_leave_agrees(vectors):
    rule = parameters.annual_leave(BOOK.get("annual_leave", DAY))
    for case in vectors["annual_leave"]["entitlement"]:
        assert rule.days(D(str(case["total_work_years"]))) == case["days"]
    for case in vectors["annual_leave"]["prorata_cases"]:
        if "join" in case:
            assert annual.joiner_days(date.fromisoformat(case["join"]), case["days"]) == case["result"]
        else:
            day = date.fromisoformat(case["leave"])
            unused = annual_leave.unused_on_leaving(day, case["days"], D(case["taken"]))
            assert unused == case["unused"]
            assert annual_leave.payout(D(10000), unused, PAID_DAYS, rule) == D(case["extra_pay_base_10000"])


def test_severance_and_its_tax_agree(vectors):
    rule = parameters.severance_rule(BOOK.get("severance", DAY))
    for case in vectors["severance"]["cases"]:
        found = severance.severance(
            severance.months_of(case["years"], case["months"]), D(case["avg12"]), D(case["local_avg"]), D(2740), rule,
            in_lieu_of_notice=case["in_lieu_of_notice"],
            last_month=None if case["last_month"] is None else D(case["last_month"]),
        )  # fmt: skip
        assert (found.months, found.wage, found.amount) == (D(case["N"]), D(case["wage_used"]), D(case["amount"]))
    for case in vectors["severance"]["iit"]["cases"]:
        tax = severance.severance_tax(D(case["amount"]), D(case["local_annual_avg"]), rule, ANNUAL)
        assert (tax.exempt, tax.taxable, tax.tax) == (D(case["exempt"]), D(case["taxable"]), D(case["tax"]))


def test_special_deductions_ship_with_the_amounts_of_the_vectors(vectors):
    shipped = BOOK.get("special_deductions", DAY).values
    month, year = (
        vectors["special_additional_deductions"]["monthly"],
        vectors["special_additional_deductions"]["yearly"],
    )
    assert D(shipped["child_education"]["monthly"]) == month["child_education_per_child"]
    assert D(shipped["infant_care"]["monthly"]) == month["infant_under_3_per_child"]
    assert D(shipped["elderly_support"]["monthly"]) == month["elderly_only_child"]
    assert D(shipped["elderly_support"]["shared_most"]) == month["elderly_shared_each_max"]
    assert D(shipped["degree_study"]["monthly"]) == month["continuing_education_degree"]
    assert D(shipped["mortgage_interest"]["monthly"]) == month["mortgage_interest"]
    assert [D(one) for one in shipped["rent"]["monthly_by_city"]] == [
        month["rent_big_city"], month["rent_mid_city_over_1m_people"], month["rent_other"]
    ]  # fmt: skip
    assert D(shipped["professional_certificate"]["yearly"]) == year["continuing_education_certificate"]


def test_probation_pays_at_least_four_fifths(vectors):
    share = parameters.share(BOOK.get("probation", DAY))
    assert "80%" in vectors["probation"]["wage_rule"]
    assert deductions.probation_floor(D(10000), share, D(2740)) == D(8000)
    assert deductions.probation_floor(D(3000), share, D(2740)) == D(2740)
