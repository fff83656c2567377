"""Lines, formulas and checks in words: what a payslip and its explanation say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from interview_engine.hr.pay.allowances import ALLOWANCES
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.rules.proration import WORDS as METHOD_WORDS
from interview_engine.i18n import Message, Text, joined, msg

LINES: Mapping[str, Text] = MappingProxyType(
    {
        "base": msg("Monthly pay"),
        "unpaid_leave": msg("Unpaid leave"),
        "sick_leave": msg("Sick leave"),
        "overtime_workday": msg("Overtime on workdays"),
        "overtime_restday": msg("Overtime on rest days"),
        "overtime_statutory": msg("Overtime on statutory holidays"),
        "commission": msg("Commission"),
        "addition": msg("Other pay"),
        "bonus": msg("Annual bonus"),
        "tax": msg("Income tax"),
        "tax_bonus": msg("Income tax on the annual bonus"),
        "damage": msg("Compensation for damage"),
        "deduction": msg("Other deduction"),
        "leave_payout": msg("Unused annual leave"),
        "severance": msg("Severance"),
        "notice_pay": msg("Pay in place of notice"),
        "tax_severance": msg("Income tax on severance"),
        "advances": msg("Advances set off"),
        "lost_assets": msg("Lost things set off"),
        **{code: one.word for code, one in ALLOWANCES.items()},
        **ITEMS,
    }
)
COLUMNS: Mapping[str, Text] = MappingProxyType(
    {
        **LINES,
        "overtime": msg("Overtime of every kind"),
        "social": msg("Social insurance, own share"),
        "gross": msg("Gross"),
        "own": msg("Own contributions"),
        "net": msg("Net"),
        "employer": msg("Borne by the employer"),
    }
)
"""What the columns of another system's sheet are called, see `old_months`."""
GROUPS: Mapping[str, Text] = MappingProxyType(
    {
        "earning": msg("Earnings"),
        "contribution": msg("Social insurance and housing fund"),
        "tax": msg("Income tax"),
        "deduction": msg("Deductions"),
        "employer": msg("Borne by the employer"),
    }
)

SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "pay_rate": msg("Monthly pay as agreed"),
        "pay_attendance": msg("Attendance of the month"),
        "pay_profile": msg("Pay profile"),
        "final_settlement": msg("Settlement as leaving handed it over"),
        "pay_settlement": msg("Payroll's decision on the settlement"),
        "pay_settled": msg("Settlement that was paid and revoked"),
    }
)
"""By table, where a line comes from."""

FORMULAS: Mapping[str, Message] = MappingProxyType(
    {
        "base_whole": msg("The whole month: {monthly} a month."),
        "base_part": msg("{days} of {of} days at {monthly} a month, {method}."),
        "unpaid": msg("{days} days unpaid: {monthly} ÷ {paid_days} × {days}."),
        "unpaid_all": msg("Absent without pay on every day: nothing is due."),
        "sick_rate": msg("{days} days of sick leave are paid {paid}, {rate} % of the days' pay; the rest is deducted."),
        "sick_floor": msg("{days} days of sick leave are paid {paid}: not below {share} % of the minimum wage "
                          "{minimum}; the rest is deducted."),
        "allowance_month": msg("{amount} a month."),
        "allowance_part": msg("{amount} a month × {days} ÷ {of} workdays."),
        "allowance_times": msg("{amount} × {times}."),
        "overtime": msg("{monthly} ÷ {paid_days} ÷ {hours_a_day} × {factor} × {hours} hours."),
        "entered": msg("As entered for the month."),
        "adjustment": msg("Worked out again for that month: {after}; paid so far: {before}."),
        "contribution": msg("Base {base} (declared {declared}) × {rate} %."),
        "contribution_fixed": msg("Base {base} (declared {declared}) × {rate} % + {fixed}."),
        "tax_cumulative": msg("({income} − {basic} − {own} − {special} − {other}) = {taxable}; × {rate} % − {quick} = "
                              "{tax}; less {before} withheld before."),
        "tax_kept": msg("({income} − {basic} − {own} − {special} − {other}) = {taxable}; × {rate} % − {quick} = {tax}; "
                        "{before} was withheld before: nothing now, the rest comes back with the annual settlement."),
        "tax_service": msg("Labour service {income}, taxable {taxable}."),
        "tax_non_resident": msg("Not resident for tax: {income} − {basic}, by the month alone."),
        "tax_non_resident_service": msg("Labour service of somebody not resident for tax: {income} less {share} %, by "
                                        "the monthly table, by the payment alone."),
        "bonus_apart": msg("Bonus {bonus} taxed apart: {apart}. Merged it would cost about {merged} in the year."),
        "bonus_merged": msg("Bonus {bonus} taxed with the wages, about {merged} in the year. Apart: {apart}."),
        "leave_entered": msg("{days} days unused: {average} on average ÷ {paid_days} × {extra} % × {days}."),
        "leave_law": msg("{years} years of work: {days} days unused by the last day, {taken} were taken; {average} on "
                         "average ÷ {paid_days} × {extra} % × {days}."),
        "leave_facts": msg("{minutes} minutes left less {since} days taken since: {days} days unused; {average} on "
                           "average ÷ {paid_days} × {extra} % × {days}."),
        "severance": msg("{n} months × {wage}: the average of {of} months before was {average}."),
        "severance_twice": msg("An unlawful termination: {n} months × {wage} × {times}; the average of {of} months "
                               "before was {average}."),
        "severance_capped": msg("{n} months × {wage}: the average {average} is above the cap {cap}, and {asked} months "
                                "count as {years} at most."),
        "severance_capped_twice": msg("An unlawful termination: {n} months × {wage} × {times}; the average {average} "
                                      "is above the cap {cap}, and {asked} months count as {years} at most."),
        "notice_pay": msg("{months} months × last month's wage {last_month}."),
        "tax_severance": msg("{amount} less {exempt} free of tax ({times} × a year's local average, {local} a month) = "
                             "{taxable}, taxed apart by the annual table."),
        "deduction_part": msg("As entered, as far as the law allows; {left} stays due."),
    }
)  # fmt: skip

CHECKS: Mapping[str, Message] = MappingProxyType(
    {
        "held_days": msg("{days} abnormal days wait for a person. Nothing is cut for them."),
        "no_profile": msg("No pay profile is known."),
        "no_rate": msg("No monthly pay is known."),
        "no_attendance": msg("No attendance was entered for the month."),
        "negative_net": msg("The net is below zero: {net}."),
        "owes_back": msg(
            "A settlement that was paid was revoked: {amount} are to be paid back. Agree how, and say so."
        ),
        "whole_year_not": msg(
            "The basic deduction counts for the whole year, but {gross} were paid in {months} months of last year: "
            "that asks for twelve months here and at most {most}."
        ),
        "whole_year_due": msg(
            "Last year {gross} were paid in twelve months, not more than {most}: the basic deduction of the whole year "
            "counts from January. Say so in the pay profile."
        ),
        "no_social": msg("No base of social insurance is known."),
        "no_fund": msg("No base of the housing fund is known."),
        "below_minimum": msg("The wage {wage} is below the minimum wage {minimum}."),
        "below_probation": msg(
            "On probation until {until} {paid} a month is paid, less than {floor}: {share} % of the "
            "{agreed} agreed for afterwards, and the minimum wage {minimum} at least."
        ),
        "changed_much": msg("The net differs by {share} % from the last month: {before} → {after}."),
        "taken_no_more": msg("Last month {amount} were taken that are not now: {lines}."),
        "settlement_waits": msg("The last day is {day}, and the settlement was not handed over: only wages are paid."),
        "settle_place": msg("The settlement needs the pay profile with its city."),
        "settle_severance": msg(
            "Whether severance is due depends on the grounds: decide it under “Last pay of leavers”."
        ),
        "settle_notice": msg(
            "Less notice was given than the law asks for: say how many months of pay stand in its place."
        ),
        "settle_leave": msg("Nothing is known of unused annual leave: enter the days, or the years of work."),
        "settle_average": msg("Of the {needed} months before, {known} were paid here: enter their average."),
        "settle_assets": msg("Things were lost: enter what is owed for them, or 0."),
        "settle_advances": msg("No advance was entered: enter what the facts of leaving name, or pass this."),
        "settle_left": msg("{left} of what is owed stays due after the last pay: the law allows no more."),
        "overtime_limit": msg("{hours} hours of overtime, more than {most} a month."),
    }
)


def line_word(code: str) -> Text:
    """What a line is called."""
    return LINES[code]


def column_word(name: str) -> Text:
    """What a column of another system's sheet is called."""
    return COLUMNS[name]


def formula(kept: Mapping[str, Any]) -> Text:
    """How a kept line came about, in words."""
    values: dict[str, object] = dict(kept["values"])
    if "method" in values:
        values["method"] = METHOD_WORDS[str(values["method"])]
    return FORMULAS[kept["formula"]].filled(**values)


def check(kept: Mapping[str, Any]) -> Text:
    """A check in words."""
    values: dict[str, object] = dict(kept["values"])
    if "lines" in values:
        values["lines"] = joined(column_word(one) for one in str(values["lines"]).split(","))
    return CHECKS[kept["code"]].filled(**values)
