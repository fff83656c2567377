"""Tables of pay."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row
from interview_engine.store.dated import Dated
from interview_engine.store.money import Yuan


class PayParameter(Row, Base):
    """What a city, a province or a newer law says from a day on; what ships is in `law.json`.

    `kind`, `item` see `parameters.KINDS`, `ITEMS`. `place` "CN", or the city's or province's name as employees'
    profiles say it. `figures` as the kind's reader takes them, numbers as texts. `law` which document, `source` where.

    `state` entered (nobody works by it yet), provisional (of the year before, until the city publishes), confirmed,
    dropped. A row that was checked is never changed: a correction is a further row, and the newest one counts.
    """

    __tablename__ = "pay_parameter"
    __table_args__ = (Index("ix_pay_parameter_key", "kind", "place", "item", "first_day"),)

    kind: Mapped[str] = mapped_column(String(30))
    place: Mapped[str] = mapped_column(String(40))
    item: Mapped[str] = mapped_column(String(20), default="")
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    figures: Mapped[dict[str, Any]]
    law: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(300))
    provisional: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default="entered", index=True)
    entered_by: Mapped[str] = mapped_column(String(80))
    checked_by: Mapped[str | None] = mapped_column(String(80))
    checked_at: Mapped[datetime | None]


class PayProfile(Row, Dated, Base):
    """How somebody is paid besides the monthly pay (`pay_rate` of employment), from a day on.

    `kind` employee, labour_service, non_resident, non_resident_service. `place` whose rows of contributions and minimum
    wage hold. `social_base`, `fund_base` the declared monthly averages; None: nothing is contributed. `special`,
    `other` monthly deductions from taxable income. `start` how the basic deduction counts, see `rules.withholding`.
    `allowances` by code, yuan a unit as text. `retires` which group of the retirement rule a woman's job is in,
    women_50 or women_55; "" where nobody has said so, and for men. `opening` the tax year before the first run here, as
    texts by name.
    """

    __tablename__ = "pay_profile"
    __table_args__ = (UniqueConstraint("employment_id", "valid_from", "revision"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    kind: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(40))
    social_base: Mapped[Decimal | None] = mapped_column(Yuan)
    fund_base: Mapped[Decimal | None] = mapped_column(Yuan)
    special: Mapped[Decimal] = mapped_column(Yuan)
    other: Mapped[Decimal] = mapped_column(Yuan)
    start: Mapped[str] = mapped_column(String(12), default="months")
    retires: Mapped[str] = mapped_column(String(10), default="")
    allowances: Mapped[dict[str, Any]]
    opening: Mapped[dict[str, Any]]


class PayAttendance(Row, Base):
    """What a month's pay takes from attendance, one row a person and month, by form or sheet.

    Days and hours as entered; `minutes` of overtime by kind of day, `counts` of allowances paid by the time, `amounts`
    (commission, addition, bonus, damage, deduction) in yuan as texts, by name. `held_days`: abnormal days that wait
    for a person; while there are any, nothing is paid and nothing is cut. `wins`: its days and overtime count instead
    of the closed month of attendance; its amounts count in any case.
    """

    __tablename__ = "pay_attendance"
    __table_args__ = (UniqueConstraint("employment_id", "month"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    month: Mapped[date] = mapped_column(index=True)
    unpaid_days: Mapped[str] = mapped_column(String(8), default="0")
    sick_days: Mapped[str] = mapped_column(String(8), default="0")
    held_days: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any]]
    amounts: Mapped[dict[str, Any]]
    bonus_way: Mapped[str] = mapped_column(String(8), default="best")
    wins: Mapped[bool] = mapped_column(default=False)


class PaySettlement(Row, Base):
    """What payroll says about a leaver's last pay beyond the facts that leaving hands over; None: as the facts say.

    `severance` facts, no, yes, twice (an unlawful termination). Months and days as texts. `leave_days` unused days of
    annual leave; or `work_years` with all employers and `leave_taken` this year, from which the law gives them.
    `leave_declined` in writing: nothing is paid for them. `average` the pay of the twelve months before, where not all
    of them were paid here. `lost_assets`, `advances` what the person owes.
    """

    __tablename__ = "pay_settlement"

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    severance: Mapped[str] = mapped_column(String(8), default="facts")
    severance_months: Mapped[str | None] = mapped_column(String(8))
    notice_months: Mapped[str | None] = mapped_column(String(8))
    leave_days: Mapped[str | None] = mapped_column(String(8))
    work_years: Mapped[int | None]
    leave_taken: Mapped[str | None] = mapped_column(String(8))
    leave_declined: Mapped[bool] = mapped_column(default=False)
    average: Mapped[Decimal | None] = mapped_column(Yuan)
    lost_assets: Mapped[Decimal | None] = mapped_column(Yuan)
    advances: Mapped[Decimal | None] = mapped_column(Yuan)


class PaySettled(Row, Base):
    """That a settlement was paid: once, in which closed run.

    `reopened` how often it had been taken back before: handed over again it is paid anew, once. `back_run_id` the
    closed run that countered its lines because it was taken back after it was paid.
    """

    __tablename__ = "pay_settled"
    __table_args__ = (UniqueConstraint("final_settlement_id", "reopened"),)

    final_settlement_id: Mapped[str] = mapped_column(ForeignKey("final_settlement.id"))
    reopened: Mapped[int] = mapped_column(default=0)
    back_run_id: Mapped[str | None] = mapped_column(ForeignKey("pay_run.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("pay_run.id"))
    payslip_id: Mapped[str] = mapped_column(ForeignKey("payslip.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)


class PayPeriod(Row, Base):
    """A month of a company. Closed, nothing of it changes: what comes later is an adjustment of the next open one."""

    __tablename__ = "pay_period"
    __table_args__ = (UniqueConstraint("legal_entity_id", "month"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    month: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="open")


class PayRun(Row, Base):
    """A run of a company and month. `number` 0 of the regular one, 1 and more of supplementary ones.

    `state` draft, computed, reviewed, approved, paid, closed. `pay_day` decides the month of tax. `method` see
    `rules.proration.Method`. `inputs_sha256` over those of its payslips, in the order of their employments.
    """

    __tablename__ = "pay_run"
    __table_args__ = (UniqueConstraint("legal_entity_id", "month", "number"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    month: Mapped[date]
    number: Mapped[int] = mapped_column(default=0)
    pay_day: Mapped[date]
    method: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    inputs_sha256: Mapped[str | None] = mapped_column(String(64))
    computed_by: Mapped[str | None] = mapped_column(String(80))
    computed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    approved_by: Mapped[str | None] = mapped_column(String(80))
    closed_at: Mapped[datetime | None]


SUPPLEMENTARY = func.nullif(PayRun.number, 0, type_=Integer)
"""The number of a supplementary run; NULL for the ordinary run of a month, where lists would show a "0"."""


class Payslip(Row, Base):
    """One person in a run: canonical inputs, their hash, what follows from them, and what stands in the way.

    `lines` as `rules.lines.Line.to_json`; `year` what it adds to the tax year; `findings` checks with the reason where
    one was passed. Sums are those of the lines.
    """

    __tablename__ = "payslip"
    __table_args__ = (UniqueConstraint("run_id", "employment_id"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("pay_run.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    inputs: Mapped[dict[str, Any]]
    inputs_sha256: Mapped[str] = mapped_column(String(64))
    lines: Mapped[list[Any]]
    year: Mapped[dict[str, Any]]
    findings: Mapped[list[Any]]
    bonus_apart: Mapped[bool] = mapped_column(default=False)
    provisional: Mapped[bool] = mapped_column(default=False)
    gross: Mapped[Decimal] = mapped_column(Yuan)
    net: Mapped[Decimal] = mapped_column(Yuan)
    tax: Mapped[Decimal] = mapped_column(Yuan)
    own: Mapped[Decimal] = mapped_column(Yuan)
    employer: Mapped[Decimal] = mapped_column(Yuan)
    differences: Mapped[list[Any]]


class PayAccount(Row, Base):
    """In which account of a company's books something of pay stands: `item` see `out.journal.ITEMS`.

    `department_id` "" for every department that has no row of its own.
    """

    __tablename__ = "pay_account"
    __table_args__ = (UniqueConstraint("legal_entity_id", "item", "department_id"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    item: Mapped[str] = mapped_column(String(20))
    department_id: Mapped[str] = mapped_column(String(32), default="")
    account: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120), default="")


class PayJournalLine(Row, Base):
    """A line of a run's journal entry, in debit or in credit. Both add up to the same."""

    __tablename__ = "pay_journal_line"
    __table_args__ = (UniqueConstraint("run_id", "position"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("pay_run.id"))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str | None] = mapped_column(ForeignKey("department.id"))
    position: Mapped[int]
    item: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    debit: Mapped[Decimal] = mapped_column(Yuan)
    credit: Mapped[Decimal] = mapped_column(Yuan)


class PayCost(Row, Base):
    """What a department cost in a closed run: the gross of its people and what the employer bears besides."""

    __tablename__ = "pay_cost"
    __table_args__ = (UniqueConstraint("run_id", "department_id"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("pay_run.id"))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    month: Mapped[date] = mapped_column(index=True)
    people: Mapped[int]
    gross: Mapped[Decimal] = mapped_column(Yuan)
    employer: Mapped[Decimal] = mapped_column(Yuan)
    cost: Mapped[Decimal] = mapped_column(Yuan)


class PayCostPart(Row, Base):
    """What of a department's cost in a closed run is which line: the sum of its earnings and of what the employer bears
    besides, by code."""

    __tablename__ = "pay_cost_part"
    __table_args__ = (UniqueConstraint("run_id", "department_id", "kind", "code"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("pay_run.id"))
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    month: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(30))
    amount: Mapped[Decimal] = mapped_column(Yuan)


class PayOldMonth(Row, Base):
    """What another system paid somebody for a month, as its sheet says it: a dual run compares it line by line, and
    the first run here compares its own month with the one before.

    `amounts` in yuan as texts, by name of `old_months.COLUMNS`; what a sheet takes from people is above zero.
    """

    __tablename__ = "pay_old_month"
    __table_args__ = (UniqueConstraint("employment_id", "month"),)

    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    month: Mapped[date] = mapped_column(index=True)
    amounts: Mapped[dict[str, Any]]


class PayBudget(Row, Base):
    """What the pay of a department may cost in a month: gross pay and what the employer bears besides."""

    __tablename__ = "pay_budget"
    __table_args__ = (UniqueConstraint("department_id", "month"),)

    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"))
    month: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Decimal] = mapped_column(Yuan)


@protect
class PayslipLine(Row, Base):
    """A line of a closed run, for good: reports and explanations read it, nothing changes it."""

    __tablename__ = "payslip_line"
    __table_args__ = (UniqueConstraint("payslip_id", "position"),)

    payslip_id: Mapped[str] = mapped_column(ForeignKey("payslip.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[Decimal] = mapped_column(Yuan)
    said: Mapped[dict[str, Any]]


class PayslipNotice(Row, Base):
    """A payslip that was handed out: from then on its person reads it, and the run does not go back.

    `expires_at` ends the link that was sent; whoever signs in on the phone opens the payslip after that too.
    """

    __tablename__ = "payslip_notice"
    __table_args__ = (UniqueConstraint("payslip_id"),)

    payslip_id: Mapped[str] = mapped_column(ForeignKey("payslip.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("pay_run.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime]


@protect
class PayslipReceipt(Row, Base):
    """That a payslip was opened by its person, once, for good; `created_at` says when."""

    __tablename__ = "payslip_receipt"
    __table_args__ = (UniqueConstraint("payslip_id"),)

    payslip_id: Mapped[str] = mapped_column(ForeignKey("payslip.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)


class PayslipQuestion(Row, Base):
    """What somebody asks payroll about a line of their payslip, and the answer. `state` open, answered.

    `position` of the line, `code` and `month` as the line says them; position None asks about the payslip as a whole.
    """

    __tablename__ = "payslip_question"

    payslip_id: Mapped[str] = mapped_column(ForeignKey("payslip.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    position: Mapped[int | None]
    code: Mapped[str] = mapped_column(String(30), default="")
    month: Mapped[str] = mapped_column(String(7), default="")
    question: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answered_at: Mapped[datetime | None]


class PayLock(Row, Base):
    """What somebody opens their payslips with on the phone: a PIN of their own, or a one-time code.

    `pin_hash` Argon2id, None without a PIN; `only_pin`: codes do not open. `tries` wrong PINs since the last right one.
    `code_hash` of the code under way. `codes_sent` on `codes_day`. `generation` goes up when everything that is open is
    to be closed: a PIN was changed or reset, or the person closed it.
    """

    __tablename__ = "pay_lock"
    __table_args__ = (UniqueConstraint("person_id"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    only_pin: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    code_sent_at: Mapped[datetime | None]
    codes_day: Mapped[date | None]
    codes_sent: Mapped[int] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=0)
