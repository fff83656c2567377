"""The certificate of income: asked for by anybody who is paid here, a PDF that only the person opens.

What it states: the average monthly gross of the last twelve closed months, or of as many as there are. Gross is what
the closed payslips of those months say, supplementary ones and adjustments included, in the month they were paid with;
severance and pay in place of notice are no income of a month's work and count nowhere, nor does the tax on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock, china_day
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.pay.settlement_lines import COMPENSATION
from interview_engine.hr.pay.tables import PayRun, Payslip
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.hr.problems import conflict
from interview_engine.hr.requests.service import Ask, AskedKind, Effect, Paper, declare_void, issue
from interview_engine.i18n import msg
from interview_engine.store.money import rounded

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Income:
    """What the closed months come to: sums over `months` months, and their averages, each rounded once."""

    first: date
    last: date
    months: int
    gross: Decimal
    net: Decimal

    @property
    def gross_average(self) -> Decimal:
        """A month's gross on average."""
        return rounded(self.gross / self.months)

    @property
    def net_average(self) -> Decimal:
        """What was paid out a month on average."""
        return rounded(self.net / self.months)


def income(session: Session, person_id: str, legal_entity_id: str) -> Income | None:
    """The last twelve closed months of somebody in a company, or as many as there are; None without any."""
    rows = session.execute(
        select(PayRun.month, Payslip.gross, Payslip.net, Payslip.lines)
        .join(PayRun, PayRun.id == Payslip.run_id)
        .where(
            Payslip.person_id == person_id, Payslip.legal_entity_id == legal_entity_id, PayRun.state == "closed"
        )
    ).tuples()  # fmt: skip
    paid = list(rows)
    months = sorted({month for month, *_ in paid})[-MONTHS:]
    if not months:
        return None
    counted = [
        (gross - _apart(lines, COMPENSATION), net - _apart(lines, (*COMPENSATION, "tax_severance")))
        for month, gross, net, lines in paid
        if month in months
    ]
    return Income(
        months[0],
        months[-1],
        len(months),
        sum((gross for gross, _ in counted), Decimal("0.00")),
        sum((net for _, net in counted), Decimal("0.00")),
    )


def _apart(lines: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> Decimal:
    return sum((Decimal(one["amount"]) for one in lines if one["code"] in codes), Decimal("0.00"))


def _check(session: Session, asked: Ask, clock: Clock) -> None:
    if income(session, asked.person_id, asked.post.legal_entity_id) is None:
        raise conflict(
            "pay.no_closed_month",
            msg("No month of your pay is closed here yet."),
            msg("Ask again once the first month is closed."),
        )


def _issue(session: Session, actor: Actor, asked: Ask, clock: Clock) -> Sequence[Effect]:
    found = income(session, asked.person_id, asked.post.legal_entity_id)
    assert found is not None  # `_check` was asked just before, in this transaction
    held = session.get_one(Employment, asked.post.employment_id)
    company = session.get_one(LegalEntity, asked.post.legal_entity_id).name
    who = msg(
        "This is to certify that {name} has worked for {company} since {first_day}, as {title}.",
        name=session.get_one(Person, asked.person_id).name,
        company=company,
        first_day=held.start_date.isoformat(),
        title=held.title,
    )
    gross = msg(
        "Average monthly gross income from {first} to {last}, {months} closed months: CNY {sum} ÷ {months} = CNY "
        "{average}.",
        first=f"{found.first:%Y-%m}", last=f"{found.last:%Y-%m}", months=found.months, sum=str(found.gross),
        average=str(found.gross_average),
    )  # fmt: skip
    net = msg(
        "Average paid out a month, after social insurance, housing fund, income tax and deductions: CNY {sum} ÷ "
        "{months} = CNY {average}.",
        months=found.months, sum=str(found.net), average=str(found.net_average),
    )  # fmt: skip
    purpose = msg("It is issued for the following purpose: {purpose}.", purpose=asked.text("purpose"))
    day = msg("Issued on {day}.", day=china_day(clock).isoformat())
    paper = Paper(msg("Certificate of income"), (who, gross, net, purpose, day), company)
    return issue(session, actor, asked, paper, clock, sealed=True)


INCOME_CERTIFICATE = AskedKind(
    name="income_certificate",
    title=msg("Certificate of income"),
    about=msg("A letter with your average income of the last twelve closed months. Only you open it."),
    fields=(Field("purpose", msg("What it is for"), required=True, most=120, help=msg("It stands on the letter.")),),
    decided_by=lambda _: ("payroll", "decide"),
    for_others=None,
    check=_check,
    apply=_issue,
    reverse=lambda session, actor, _, done, clock: declare_void(session, actor, done, clock),
    personal=True,
)
