"""A run beside the month as another system paid it (L2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from api.access import Call, needs
from api.routes.frame import Id, Out, Words, new_router
from interview_engine.hr.pay.dual import words
from interview_engine.hr.pay.dual.causes import Cause
from interview_engine.hr.pay.dual.comparing import Group, Place, compare
from interview_engine.hr.pay.words import column_word

router = new_router("pay")
TAG = ("pay", "Pay runs beside what another system paid; runs, payslips, profiles and budgets are lists.")


class DifferenceOut(Out):
    """A line that differs: yuan of the other system, of this run, and this run's less the other's. `line` is a column
    of the list pay_old_months; `payslip_id` is null for who is only in the other system."""

    payslip_id: str | None
    employee_number: str
    line: str
    title: Words
    other: Decimal
    here: Decimal
    difference: Decimal
    note: Words | None


class CauseOut(Out):
    """What differs for one cause."""

    cause: Cause
    title: Words
    to_do: Words
    people: int
    difference: Decimal
    lines: list[DifferenceOut]


class ComparisonOut(Out):
    """A run compared; `other_people` is 0 while no sheet of the other system's month is here."""

    pay_run_id: str
    month: date
    columns: list[str]
    people: int
    other_people: int
    equal: int
    causes: list[CauseOut]


@router.get("/pay-runs/{pay_run_id}/comparison")
def compare_pay_run(call: Annotated[Call, needs("payroll", "read")], pay_run_id: Id) -> ComparisonOut:
    """The run line by line beside the month as the other system paid it (the list pay_old_months, by import or API).

    Amounts are in the signs of sheets: what is taken from people is above zero. The read log keeps that it was read.
    """
    with call.writing() as session:
        seen = compare(session, call.actor, pay_run_id, call.clock)
    return ComparisonOut(
        pay_run_id=seen.run.id, month=seen.run.month, columns=list(seen.columns), people=seen.here,
        other_people=seen.there, equal=seen.equal, causes=[_cause(one) for one in seen.groups],
    )  # fmt: skip


def _cause(group: Group) -> CauseOut:
    return CauseOut(
        cause=group.cause, title=Words.model_validate(words.TITLES[group.cause]),
        to_do=Words.model_validate(words.TODO[group.cause]), people=group.people, difference=group.change,
        lines=[_line(one) for one in group.places],
    )  # fmt: skip


def _line(place: Place) -> DifferenceOut:
    one = place.differs
    note = words.note(one)
    return DifferenceOut(
        payslip_id=place.slip_id or None, employee_number=place.number, line=one.column,
        title=Words.model_validate(column_word(one.column)), other=one.old, here=one.new, difference=one.change,
        note=None if note is None else Words.model_validate(note),
    )  # fmt: skip
