"""What somebody sees of their own pay: payslips by year, one of them whole, and the year's sums.

Only what was handed out, and only to the person it is about: no grant of anybody else opens it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.pay import composition, handing_out, words
from interview_engine.hr.pay.explaining import Part, parts_of
from interview_engine.hr.pay.handing_out import unknown
from interview_engine.hr.pay.rules.lines import GROUPS, Group
from interview_engine.hr.pay.tables import PayRun, Payslip, PayslipNotice
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.i18n import Text
from interview_engine.store.rows import find

FINAL = ("paid", "closed")
"""States of runs that a year's sums count."""


@dataclass(frozen=True, slots=True)
class OwnSlip:
    """A payslip in the history of its person."""

    id: str
    month: date
    number: int
    pay_day: date
    net: Decimal
    provisional: bool
    read: bool


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A payslip as its person sees it.

    Args:
        company: who pays. laws: provisional parameter rows that lines follow, by their document.
    """

    slip: Payslip
    run: PayRun
    company: str
    parts: tuple[Part, ...]
    shares: tuple[composition.Share, ...]
    provisional: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearLine:
    """A line's sum over a year."""

    group: Group
    word: Text
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Year:
    """The sums of a year, by the day of payment, which is the year of the tax.

    Args:
        payslips: how many were paid. months: of which months.
        withheld: the income tax of the year as it was withheld.
    """

    year: int
    payslips: int
    months: tuple[date, ...]
    gross: Decimal
    own: Decimal
    tax: Decimal
    deductions: Decimal
    net: Decimal
    employer: Decimal
    lines: tuple[YearLine, ...]
    provisional: int


def years(session: Session, person_id: str) -> list[int]:
    """The years of which somebody has payslips, the latest first."""
    days = session.scalars(_handed_out(person_id).with_only_columns(PayRun.pay_day))
    return sorted({day.year for day in days}, reverse=True)


def of_year(session: Session, person_id: str, year: int) -> list[OwnSlip]:
    """Somebody's payslips that were paid in a year, the latest first."""
    rows = session.execute(
        _handed_out(person_id)
        .where(PayRun.pay_day >= date(year, 1, 1), PayRun.pay_day <= date(year, 12, 31))
        .order_by(PayRun.month.desc(), PayRun.number.desc())
    ).tuples()
    found = list(rows)
    read = handing_out.read_slips(session, [slip.id for slip, _ in found])
    return [
        OwnSlip(slip.id, run.month, run.number, run.pay_day, slip.net, slip.provisional, slip.id in read)
        for slip, run in found
    ]


def unread(session: Session, person_id: str) -> int:
    """How many payslips somebody has not opened yet."""
    ids = session.scalars(select(PayslipNotice.payslip_id).where(PayslipNotice.person_id == person_id)).all()
    return len(ids) - len(handing_out.read_slips(session, ids))


def any_out(session: Session, person_id: str) -> bool:
    """Whether somebody has any payslip on the phone."""
    found = select(PayslipNotice.id).where(PayslipNotice.person_id == person_id).limit(1)
    return session.scalar(found) is not None


def own_slip(session: Session, actor: Actor, slip_id: str) -> Payslip:
    """A payslip of the actor's own that was handed out.

    Raises:
        NotFoundError: there is none, it is somebody else's, or it is not handed out. PermissionDenied.
    """
    slip = find(session, Payslip, slip_id)
    out = select(PayslipNotice.id).where(PayslipNotice.payslip_id == slip_id)
    if slip is None or slip.person_id != actor.person_id or session.scalar(out) is None:
        raise unknown()
    check_row(session, actor, "payroll", "read", person_id=slip.person_id)
    return slip


def open_own(session: Session, actor: Actor, slip_id: str, clock: Clock) -> OwnPage:
    """A payslip for the page of its person; the first time is written down. See `own_slip` for what is raised."""
    slip = own_slip(session, actor, slip_id)
    handing_out.note_read(session, slip, clock)
    parts = parts_of(slip)
    laws = dict.fromkeys(rule.law for part in parts for line in part.lines for rule in line.rules if rule.provisional)
    company = session.get_one(LegalEntity, slip.legal_entity_id).name
    run = session.get_one(PayRun, slip.run_id)
    return OwnPage(slip, run, company, parts, composition.shares(slip), tuple(laws))


def own_year(session: Session, person_id: str, year: int) -> Year:
    """The sums of the payslips that somebody was handed out and paid in a year."""
    rows = session.execute(_handed_out(person_id).where(PayRun.state.in_(FINAL))).tuples()
    return year_of(year, rows)


def year_at(session: Session, slip: Payslip) -> Year:
    """The year in which a payslip was paid, of its person in its company, for payroll. The caller has checked."""
    year = session.get_one(PayRun, slip.run_id).pay_day.year
    rows = session.execute(
        select(Payslip, PayRun)
        .join(PayRun, PayRun.id == Payslip.run_id)
        .where(
            Payslip.person_id == slip.person_id, Payslip.legal_entity_id == slip.legal_entity_id,
            PayRun.state.in_(FINAL),
        )
    ).tuples()  # fmt: skip
    return year_of(year, rows)


def year_of(year: int, rows: Iterable[tuple[Payslip, PayRun]]) -> Year:
    """The sums of those of the payslips that were paid in a year."""
    paid = [(slip, run) for slip, run in rows if run.pay_day.year == year]
    sums: dict[tuple[Group, str], Decimal] = {}
    for slip, _ in paid:
        for line in slip.lines:
            key = (line["group"], line["code"])
            sums[key] = sums.get(key, Decimal(0)) + Decimal(line["amount"])
    lines = tuple(
        YearLine(group, words.line_word(code), amount)
        for group in GROUPS
        for (of, code), amount in sums.items()
        if of == group
    )
    by_group = _by_group(sums)
    return Year(
        year,
        len(paid),
        tuple(sorted({run.month for _, run in paid})),
        by_group["earning"],
        -by_group["contribution"],
        -by_group["tax"],
        -by_group["deduction"],
        sum((slip.net for slip, _ in paid), Decimal("0.00")),
        by_group["employer"],
        lines,
        sum(slip.provisional for slip, _ in paid),
    )


def _by_group(sums: Mapping[tuple[Group, str], Decimal]) -> dict[Group, Decimal]:
    found: dict[Group, Decimal] = dict.fromkeys(GROUPS, Decimal("0.00"))
    for (group, _), amount in sums.items():
        found[group] += amount
    return found


def _handed_out(person_id: str) -> Select[Payslip, PayRun]:
    return (
        select(Payslip, PayRun)
        .join(PayRun, PayRun.id == Payslip.run_id)
        .join(PayslipNotice, PayslipNotice.payslip_id == Payslip.id)
        .where(Payslip.person_id == person_id)
    )
