"""One payslip from its canonical inputs: the same inputs give the same lines, and the lines sum to the totals (G1)."""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.hr.pay import parameters, words
from interview_engine.hr.pay.checks import differences, findings
from interview_engine.hr.pay.given import Readings, kept_parameter
from interview_engine.hr.pay.parameters import Parameter
from interview_engine.hr.pay.rules.lines import line_of, total
from interview_engine.hr.pay.slip import canonical, compute, sha256

D = Decimal
DAY = date(2026, 3, 31)


def _city(kind: str, item: str, values: dict[str, Any], *, provisional: bool = False) -> Parameter:
    return Parameter(f"{kind}:{item}", kind, "示例市", item, date(2025, 7, 1), None, values, "示例市公告",
                     "https://example.gov.cn/1", provisional)  # fmt: skip


CITY = (
    _city("social_insurance", "pension", {"floor": "4800", "cap": "30000", "employee": "0.08", "employer": "0.16"}),
    _city("social_insurance", "medical", {"floor": "6000", "cap": "30000", "employee": "0.02", "employer": "0.09"}),
    _city("housing_fund", "fund", {"floor": "2700", "cap": "30000", "employee": "0.05", "employer": "0.05",
                                   "unit": "1"}, provisional=True),
    _city("minimum_wage", "", {"amount": "2700"}),
    _city("sick_pay_rate", "", {"steps": [["0", "0.6"], ["2", "0.7"]]}),
)  # fmt: skip
BOOK = parameters.book(CITY)
NATIONAL = ("paid_days", "overtime", "income_tax", "basic_deduction", "bonus", "damage_deduction", "sick_pay_floor",
            "labour_service", "non_resident")  # fmt: skip


def inputs(**changes: Any) -> dict[str, Any]:
    """A whole March at 10,000 with contributions; changes go into the groups by name."""
    rows = [BOOK.get(kind, DAY) for kind in NATIONAL]
    found: dict[str, Any] = {
        "form": 1, "employment": "e", "month": "2026-03", "paid_on": "2026-03-31", "kind": "employee", "profile": "p",
        "method": "paid_days_subtract", "month_days": {"workdays": "22", "calendar": "31"},
        "parts": [{"monthly": "10000.00", "workdays": "22", "calendar": "31", "source": "pay_rate:r"}],
        "attendance": {"source": "pay_attendance:a", "unpaid_days": "0", "sick_days": "0", "held_days": 0,
                       "overtime_minutes": {}, "counts": {}},
        "allowances": [],
        "extra": {"commission": "0", "addition": "0", "bonus": "0", "damage": "0", "deduction": "0",
                  "bonus_way": "best"},
        "base": {"social": "10000", "fund": "10000", "source": "pay_profile:p"}, "special": "0", "other": "0",
        "service_years": "3", "adjustments": [], "only_adjustments": False,
        "tax": {"start": "months", "month": 3, "months_here": 3, "bonus_apart_before": 0,
                "year": {"income": "20000", "contributions": "3000", "special": "0", "other": "0",
                         "withheld": "210.00"}},
        "parameters": [kept_parameter(one) for one in (*rows, *CITY)],
    }  # fmt: skip
    for name, change in changes.items():
        if isinstance(change, dict):
            found[name] = {**found[name], **change}
        else:
            found[name] = change
    return copy.deepcopy(found)


def amounts(made: dict[str, Any]) -> dict[str, Decimal]:
    return {one.code: one.amount for one in compute(made).lines if one.group != "employer"}


def test_a_plain_month() -> None:
    slip = compute(inputs())
    assert amounts(inputs()) == {"base": D(10000), "pension": D(-800), "medical": D(-200), "fund": D(-500),
                                 "tax": D("-105.00")}  # fmt: skip
    assert (slip.gross, slip.net) == (D(10000), D("8395.00"))
    assert total(slip.lines, "employer") == D("3000.00")
    assert slip.provisional == ("housing_fund:fund",)


def test_the_same_inputs_have_the_same_hash_whatever_their_order() -> None:
    made = inputs()
    turned = dict(reversed(list(made.items())))
    assert sha256(made) == sha256(turned)
    assert compute(made) == compute(turned)
    assert sha256(inputs(special="1000")) != sha256(made)
    with pytest.raises(TypeError, match="not exact"):
        sha256({**made, "special": 1.5})


def test_unpaid_and_sick_days_and_overtime_are_lines_of_their_own() -> None:
    made = inputs(attendance={"unpaid_days": "3", "sick_days": "5", "overtime_minutes": {"workday": 480,
                                                                                         "statutory": 60}})  # fmt: skip
    found = amounts(made)
    assert found["unpaid_leave"] == D("-1379.31")
    assert found["sick_leave"] == D("-689.65")
    assert found["overtime_workday"] == D("689.66")
    assert found["overtime_statutory"] == D("172.41")


def test_who_was_away_every_day_is_paid_nothing() -> None:
    made = inputs(attendance={"unpaid_days": "22"}, base={"social": None, "fund": None})
    assert compute(made).gross == 0


def test_a_raise_in_mid_month_shares_the_month_by_its_days() -> None:
    parts = [{"monthly": "8800.00", "workdays": "10", "calendar": "14", "source": "pay_rate:r"},
             {"monthly": "11000.00", "workdays": "12", "calendar": "17", "source": "pay_rate:s"}]  # fmt: skip
    lines = [one for one in compute(inputs(parts=parts)).lines if one.code == "base"]
    assert [one.amount for one in lines] == [D("4000.00"), D("6000.00")]
    same = [{**one, "monthly": "10000.00"} for one in parts]
    assert compute(inputs(parts=same)).gross == D("10000.00")


def test_a_monthly_allowance_is_shared_and_a_timed_one_counts_times() -> None:
    allowances = [{"code": "heat", "amount": "300", "unit": "month", "in_minimum": 0, "source": "pay_profile:p"},
                  {"code": "night", "amount": "30", "unit": "time", "in_minimum": 0,
                   "source": "pay_profile:p"}]  # fmt: skip
    parts = [{"monthly": "10000.00", "workdays": "11", "calendar": "15", "source": "pay_rate:r"}]
    found = amounts(inputs(allowances=allowances, parts=parts, attendance={"counts": {"night": "4"}}))
    assert (found["heat"], found["night"]) == (D("150.00"), D("120.00"))


def test_pieces_are_paid_by_the_piece_and_count_towards_the_minimum_wage() -> None:
    made = inputs(
        parts=[{"monthly": "2000.00", "workdays": "22", "calendar": "31", "source": "pay_rate:r"}],
        allowances=[{"code": "piece", "amount": "0.85", "unit": "time", "in_minimum": 1, "source": "pay_profile:p"}],
        attendance={"counts": {"piece": "1250"}},
    )
    assert amounts(made)["piece"] == D("1062.50")
    assert compute(made).regular == D("3062.50")


def test_a_bonus_is_taxed_the_cheaper_way_and_says_what_the_other_costs() -> None:
    slip = compute(inputs(extra={"bonus": "36000"}))
    (line,) = [one for one in slip.lines if one.code == "tax_bonus"]
    assert slip.bonus_apart
    assert line.amount == D("-1080.00")
    assert D(line.values["merged"]) > 1080
    merged = compute(inputs(extra={"bonus": "36000", "bonus_way": "merged"}))
    assert not merged.bonus_apart
    assert merged.year.income == D(46000)


def test_a_second_bonus_of_the_year_is_merged() -> None:
    made = inputs(extra={"bonus": "36000", "bonus_way": "apart"}, tax={"bonus_apart_before": 1})
    assert not compute(made).bonus_apart


def test_labour_service_and_non_residents_have_their_own_tax() -> None:
    service = compute(inputs(kind="labour_service", base={"social": None, "fund": None}))
    assert {one.code: one.amount for one in service.lines} == {"base": D(10000), "tax": D("-1600.00")}
    abroad = compute(inputs(kind="non_resident", base={"social": None, "fund": None}))
    assert {one.code: one.amount for one in abroad.lines} == {"base": D(10000), "tax": D("-290.00")}


def test_damage_is_limited_and_what_is_left_is_said() -> None:
    slip = compute(inputs(extra={"damage": "5000"}))
    (line,) = [one for one in slip.lines if one.code == "damage"]
    assert (line.amount, line.values["left"]) == (D("-2000.00"), "3000.00")


def test_checks_stand_in_the_way_by_name() -> None:
    held = inputs(attendance={"held_days": 2, "source": "", "overtime_minutes": {"workday": 37 * 60}},
                  base={"social": None, "fund": "10000"}, profile="")  # fmt: skip
    codes = [one.code for one in findings(held, compute(held), D(5000), D(36))]
    assert codes == ["held_days", "no_profile", "no_attendance", "no_social", "overtime_limit", "changed_much"]
    low = inputs(parts=[{"monthly": "2000.00", "workdays": "22", "calendar": "31", "source": "pay_rate:r"}])
    codes = [one.code for one in findings(low, compute(low), None, D(36))]
    assert codes == ["below_minimum"]
    negative = inputs(parts=[{"monthly": "1000.00", "workdays": "22", "calendar": "31", "source": "pay_rate:r"}])
    assert "negative_net" in [one.code for one in findings(negative, compute(negative), None, D(36))]
    assert findings(inputs(), compute(inputs()), D("8395.00"), D(36)) == []


def test_differences_name_the_lines_that_changed() -> None:
    found = differences({"base": D(10000), "meal": D(200)}, {"base": D(11000), "bonus": D(5000)})
    assert [(one.code, one.change) for one in found] == [("bonus", D(5000)), ("base", D(1000)), ("meal", D(-200))]


def test_a_kept_line_is_the_line_and_every_line_has_words() -> None:
    made = inputs(
        attendance={"unpaid_days": "1", "sick_days": "1", "overtime_minutes": {"restday": 60}, "counts": {"meal": "2"}},
        extra={"commission": "5", "addition": "6", "bonus": "7", "damage": "8", "deduction": "9"},
        allowances=[{"code": "meal", "amount": "20", "unit": "time", "in_minimum": 0, "source": "pay_profile:p"}],
        adjustments=[{"month": "2026-02", "code": "base", "group": "earning", "amount": "100.00", "before": "1",
                      "after": "101", "sources": []}],
    )  # fmt: skip
    for one in compute(made).lines:
        assert line_of(one.to_json()) == one
        for language in ("zh", "en"):
            assert words.line_word(one.code).get(language)
            assert "{" not in words.formula(one.to_json()).get(language)


money = st.integers(0, 5_000_000).map(lambda fen: str(D(fen).scaleb(-2)))
halves = st.integers(0, 22).map(lambda value: str(D(value) / 2))
minutes = st.fixed_dictionaries({kind: st.integers(0, 3000) for kind in ("workday", "restday", "statutory")})


@given(money, halves, halves, minutes, money, money, money, st.sampled_from(["best", "apart", "merged"]))
def test_shown_lines_sum_to_the_shown_totals(
    pay: str, unpaid: str, sick: str, overtime: dict[str, int], bonus: str, damage: str, special: str, way: str
) -> None:
    made = inputs(
        parts=[{"monthly": pay, "workdays": "22", "calendar": "31", "source": "pay_rate:r"}],
        attendance={"unpaid_days": unpaid, "sick_days": sick, "overtime_minutes": overtime},
        extra={"bonus": bonus, "damage": damage, "bonus_way": way}, special=special,
    )  # fmt: skip
    slip = compute(made)
    by_group = {group: total(slip.lines, group) for group in ("earning", "contribution", "tax", "deduction")}
    assert slip.gross == by_group["earning"]
    assert slip.net == sum(by_group.values())
    assert all(one.amount == one.amount.quantize(D("0.01")) for one in slip.lines)
    assert by_group["tax"] <= 0
    assert sum(one.amount for one in slip.lines if one.code in ("base", "unpaid_leave", "sick_leave")) >= 0


def test_rows_that_payslips_share_change_neither_text_nor_result() -> None:
    made, shared = inputs(), Readings()
    plain = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(made) == canonical(made, shared) == canonical(made, shared) == plain
    assert compute(made, shared) == compute(made, shared) == compute(made)


def test_a_float_in_a_parameter_row_is_refused() -> None:
    made = inputs()
    made["parameters"][0]["law"] = 2.0
    with pytest.raises(TypeError, match="not exact"):
        sha256(made)


def test_labour_service_of_a_non_resident_is_taxed_by_the_payment_alone() -> None:
    made = inputs(kind="non_resident_service", base={"social": None, "fund": None})
    slip = compute(made)
    assert amounts(made)["tax"] == D("-590.00")  # 10000 × 80 % × 10 % − 210
    assert slip.year.income == 0, "nothing is cumulated"


def test_the_whole_years_basic_deduction_is_held_against_the_year_before() -> None:
    def found(start: str, months: str, gross: str) -> set[str]:
        year = dict.fromkeys(("income", "contributions", "special", "other", "withheld"), "0")
        before = {"months": months, "gross": gross}
        tax = {"start": start, "month": 1, "months_here": 1, "last_year": before, "year": year}
        made = inputs(tax=tax)
        return {one.code for one in findings(made, compute(made), None, D(36)) if one.code.startswith("whole_year")}

    assert found("whole_year", "12", "60000.00") == set()
    assert found("whole_year", "12", "60000.01") == {"whole_year_not"}
    assert found("whole_year", "11", "50000.00") == {"whole_year_not"}
    assert found("months", "12", "60000.00") == {"whole_year_due"}
    assert found("months", "11", "50000.00") == set()
    assert found("whole_year", "0", "0") == set(), "nothing is known here of a year that was paid elsewhere"
