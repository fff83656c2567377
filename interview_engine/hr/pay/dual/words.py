"""Causes of differences in words: what they are called, what to do, and what the figures of a line say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from interview_engine.hr.pay.dual.causes import Cause, Differs
from interview_engine.hr.pay.rules.proration import WORDS as METHOD_WORDS
from interview_engine.i18n import Message, Text, msg

TITLES: Mapping[Cause, Text] = MappingProxyType(
    {
        "only_there": msg("Only in the other system"),
        "only_here": msg("Only in this run"),
        "pay": msg("Another monthly pay"),
        "method": msg("Another method for a part of the month"),
        "days": msg("Other days of absence"),
        "hours": msg("Other hours of overtime"),
        "hour": msg("Another rate of overtime"),
        "base": msg("Another contribution base"),
        "rate": msg("Another contribution rate"),
        "entered": msg("Another amount was entered"),
        "not_here": msg("A line that the run does not have"),
        "not_there": msg("A line that the other system does not have"),
        "tax_year": msg("Another tax year"),
        "tax_follows": msg("Tax that follows from other differences"),
        "rest": msg("A part of a sum that no column explains"),
        "other": msg("Another amount, for a reason the figures do not say"),
        "rounding": msg("Rounding"),
    }
)
TODO: Mapping[Cause, Text] = MappingProxyType(
    {
        "only_there": msg("Who left is right to be missing; for others check the first and the last day of work."),
        "only_here": msg("Who joined this month is right to be here; others may have another number there."),
        "pay": msg("Compare the monthly pay that was agreed, and the day it holds from."),
        "method": msg("Choose the method that your rules name when you begin a run."),
        "days": msg("Compare attendance and leave of the month in both systems."),
        "hours": msg("Compare attendance and overtime of the month in both systems."),
        "hour": msg("Compare what counts as the base of overtime: the monthly pay, or more than that."),
        "base": msg("Compare the declared base in the pay profile, and floor and cap of the city."),
        "rate": msg("Compare the city's row with its notice, and check which row the other system follows."),
        "entered": msg("Compare what was entered for the month, and allowances in the pay profile."),
        "not_here": msg("Enter it for the month or in the pay profile, where it is due."),
        "not_there": msg("Check that it is due: then the other system lacked it."),
        "tax_year": msg("Compare the tax year so far, special deductions and how the basic deduction counts."),
        "tax_follows": msg("Nothing to do: it goes once gross and contributions agree."),
        "rest": msg("The other system has a line that its sheet does not show. Export the sheet with every column."),
        "other": msg("Open the payslip: it says how its amount came about."),
        "rounding": msg("A few fen: each system rounds at another place. The city's row says how contributions round."),
    }
)  # fmt: skip
NOTES: Mapping[Cause, Message] = MappingProxyType(
    {
        "days": msg("{days} days there, {here} here"),
        "hours": msg("{hours} hours there, {here} here"),
        "base": msg("base {base} there, {here} here"),
        "rate": msg("{rate} % there, {here} % here"),
        "tax_year": msg("by the rules here that month's tax would be {there}"),
        "rest": msg("{left} is not explained"),
    }
)


def note(differs: Differs) -> Text | None:
    """What the figures of a line say about its cause; None where they say no more than the cause."""
    method = differs.values.get("method")
    if method is not None:
        return msg("a whole month's pay there") if method == "whole" else METHOD_WORDS[method]
    found = NOTES.get(differs.cause)
    return None if found is None or not differs.values else found.filled(**differs.values)
