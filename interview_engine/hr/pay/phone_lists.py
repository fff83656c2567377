"""The lists of questions about payslips and of what people were paid by year."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, extract, func, select
from sqlalchemy.orm import aliased

from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.spec import Column, ListSpec, Place
from interview_engine.hr.pay import words
from interview_engine.hr.pay.own import FINAL
from interview_engine.hr.pay.questions import STATES
from interview_engine.hr.pay.tables import PayRun, Payslip, PayslipQuestion
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.i18n import msg


def _questions() -> Select[Any]:
    return (
        select(PayslipQuestion.id)
        .select_from(PayslipQuestion)
        .join(Payslip, Payslip.id == PayslipQuestion.payslip_id)
        .join(PayRun, PayRun.id == Payslip.run_id)
        .join(Person, Person.id == PayslipQuestion.person_id)
    )


PAYSLIP_QUESTIONS = ListSpec(
    name="payslip_questions",
    title=msg("Questions about payslips"),
    about=msg("What people ask about a line of their payslip on the phone; the answer goes back there."),
    thing=msg("question", context="payslip"),
    empty=msg("Nobody has asked anything."),
    field_class="payroll",
    rows=_questions,
    key=PayslipQuestion.id,
    place=Place(PayslipQuestion.department_id, PayslipQuestion.legal_entity_id, PayslipQuestion.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(PayslipQuestion.person_id, PayslipQuestion.legal_entity_id), searched=True,
               under="name"),
        Column("month", msg("Month"), "month", PayRun.month, filters=True),
        Column("line", msg("Line", context="pay"), "choice", PayslipQuestion.code, choices=words.LINES, filters=True),
        Column("question", msg("Question", context="payslip"), "area", PayslipQuestion.question,
               searched=True, sorts=False),
        Column("asked_at", msg("Asked at"), "moment", PayslipQuestion.created_at, exact=True),
        Column("state", msg("State"), "choice", PayslipQuestion.state, choices=STATES, filters=True, counts=True,
               tones={"open": "look", "answered": "go"}),
    ),
    href=lambda _, row_id, __: f"/console/payslip-questions/{row_id}",
)  # fmt: skip

_SLIP, _RUN = aliased(Payslip), aliased(PayRun)
_YEAR = extract("year", PayRun.pay_day)
_SAME = (
    _RUN.id == _SLIP.run_id,
    _RUN.state.in_(FINAL),
    _SLIP.person_id == Payslip.person_id,
    _SLIP.legal_entity_id == Payslip.legal_entity_id,
    extract("year", _RUN.pay_day) == _YEAR,
)


def _of_the_year(value: Any) -> ScalarSelect[Any]:
    return select(value).where(*_SAME).correlate(Payslip, PayRun).scalar_subquery()


def _years() -> Select[Any]:
    """One row a person, company and year: the last of its payslips."""
    return (
        select(Payslip.id)
        .select_from(Payslip)
        .join(PayRun, PayRun.id == Payslip.run_id)
        .join(Person, Person.id == Payslip.person_id)
        .join(LegalEntity, LegalEntity.id == Payslip.legal_entity_id)
        .where(PayRun.state.in_(FINAL), Payslip.id == _of_the_year(func.max(_SLIP.id)))
    )


PAY_YEARS = ListSpec(
    name="pay_by_year",
    title=msg("Pay by year"),
    about=msg("What everybody was paid in a year, by the day of payment: the year of the tax."),
    thing=msg("year", context="pay"),
    empty=msg("Nothing was paid yet."),
    field_class="payroll",
    rows=_years,
    key=Payslip.id,
    place=Place(Payslip.department_id, Payslip.legal_entity_id, Payslip.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(Payslip.person_id, Payslip.legal_entity_id), searched=True, under="name"),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("year", msg("Year"), "whole", _YEAR, filters=True),
        Column("payslips", msg("Payslips"), "whole", _of_the_year(func.count(_SLIP.id))),
        Column("gross", msg("Gross"), "money", _of_the_year(func.sum(_SLIP.gross))),
        Column("own", msg("Own contributions"), "money", _of_the_year(func.sum(_SLIP.own))),
        Column("tax", msg("Income tax"), "money", _of_the_year(func.sum(_SLIP.tax))),
        Column("net", msg("Net"), "money", _of_the_year(func.sum(_SLIP.net))),
        Column("employer", msg("Borne by the employer"), "money", _of_the_year(func.sum(_SLIP.employer)),
               shown=False),
    ),
    href=lambda _, row_id, __: f"/console/payslips/{row_id}/year",
)  # fmt: skip
