"""The lists of pay runs and of payslips."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.spec import Column, FormSpec, ListSpec, Place
from interview_engine.hr.org.service import company_meant
from interview_engine.hr.pay import handing_out, runs
from interview_engine.hr.pay.rules.proration import WORDS as METHOD_WORDS
from interview_engine.hr.pay.tables import SUPPLEMENTARY, PayRun, Payslip
from interview_engine.hr.people.tables import Department, LegalEntity, Person
from interview_engine.i18n import msg


def _begin(session: Session, actor: Actor, values: Mapping[str, Value], clock: Clock) -> str:
    month, pay_day = values["month"], values["pay_day"]
    assert isinstance(month, date)
    assert isinstance(pay_day, date)
    company = company_meant(session, str(values["company"] or ""))
    new = runs.NewRun(company.id, month, pay_day, str(values["method"]), bool(values["supplementary"]))
    return runs.begin(session, actor, new, clock).id


PAY_RUNS = ListSpec(
    name="pay_runs",
    title=msg("Pay runs"),
    about=msg("A company's month: worked out, reviewed, approved by another person, paid, closed."),
    thing=msg("pay run"),
    empty=msg("No pay run yet."),
    field_class="payroll",
    rows=lambda: (
        select(PayRun.id).select_from(PayRun).join(LegalEntity, LegalEntity.id == PayRun.legal_entity_id)
    ),
    key=PayRun.id,
    place=Place(legal_entity=PayRun.legal_entity_id),
    columns=(
        Column("month", msg("Month"), "month", PayRun.month, filters=True, opens=True),
        Column("run_number", msg("Supplementary run"), "whole", SUPPLEMENTARY),
        Column("company", msg("Company"), "text", LegalEntity.name, filters=True),
        Column("pay_day", msg("Pay day"), "day", PayRun.pay_day),
        Column("method", msg("Parts of a month"), "choice", PayRun.method, choices=METHOD_WORDS, shown=False),
        Column("state", msg("State"), "choice", PayRun.state, choices=runs.STATES, filters=True, counts=True,
               tones={"closed": "go", "computed": "look"}),
    ),
    href=lambda _, row_id, __: f"/console/pay-runs/{row_id}",
    form=FormSpec(
        (
            Field("company", msg("Company"), most=120, help=msg("May be left empty where there is one company only.")),
            Field("month", msg("Month"), "month", required=True, help=msg("Year and month, like 2026-09.")),
            Field("pay_day", msg("Pay day"), "day", required=True,
                  help=msg("Its month is the month of the tax. On a day off, pay on the workday before.")),
            Field("method", msg("Parts of a month"), "choice", required=True, choices=METHOD_WORDS),
            Field("supplementary", msg("A supplementary run of a closed month"), "flag"),
        ),
        _begin,
        ("payroll", "write"),
    ),
)  # fmt: skip


def _slips() -> Select[Any]:
    return (
        select(Payslip.id)
        .select_from(Payslip)
        .join(PayRun, PayRun.id == Payslip.run_id)
        .join(Person, Person.id == Payslip.person_id)
        .join(Department, Department.id == Payslip.department_id)
    )


PAYSLIPS = ListSpec(
    name="payslips",
    title=msg("Payslips"),
    about=msg("What is paid to whom, with the state of its run: pay only what was approved."),
    thing=msg("payslip"),
    empty=msg("No run was worked out yet."),
    field_class="payroll",
    rows=_slips,
    key=Payslip.id,
    place=Place(Payslip.department_id, Payslip.legal_entity_id, Payslip.person_id),
    columns=(
        Column("name", msg("Name"), "text", Person.name, searched=True, opens=True),
        Column("employee_number", msg("Employee number"), "text",
               employments.number_column(Payslip.person_id, Payslip.legal_entity_id), searched=True, under="name"),
        Column("department", msg("Department"), "text", Department.name, filters=True),
        Column("month", msg("Month"), "month", PayRun.month, filters=True),
        Column("run_number", msg("Supplementary run"), "whole", SUPPLEMENTARY, shown=False),
        Column("gross", msg("Gross"), "money", Payslip.gross),
        Column("own", msg("Own contributions"), "money", Payslip.own),
        Column("tax", msg("Income tax"), "money", Payslip.tax),
        Column("net", msg("Net"), "money", Payslip.net),
        Column("employer", msg("Borne by the employer"), "money", Payslip.employer, shown=False),
        Column("provisional", msg("By provisional rows"), "flag", Payslip.provisional, filters=True),
        Column("state", msg("State"), "choice", PayRun.state, choices=runs.STATES, filters=True),
        Column("handed_out_at", msg("Handed out"), "moment", handing_out.handed_out_at(Payslip.id), filters=True,
               shown=False),
        Column("opened_at", msg("Opened by the employee"), "moment", handing_out.opened_at(Payslip.id), filters=True),
    ),
    href=lambda _, row_id, __: f"/console/payslips/{row_id}",
)  # fmt: skip
