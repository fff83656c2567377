"""Runs of a company's month: draft, computed, reviewed, approved by another person, paid, closed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, check_row
from interview_engine.hr.months import bounds
from interview_engine.hr.pay.checks import PASSABLE
from interview_engine.hr.pay.closing import keep_for_good
from interview_engine.hr.pay.costs import keep_costs
from interview_engine.hr.pay.gathering import load_closed, material
from interview_engine.hr.pay.handing_out import is_out
from interview_engine.hr.pay.payslips import passed_checks, payslip
from interview_engine.hr.pay.rules.proration import METHODS
from interview_engine.hr.pay.tables import PayPeriod, PayRun, Payslip
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import Text, msg
from interview_engine.store import audit
from interview_engine.store.rows import batched, find, stamp, touch

STATES: Mapping[str, Text] = {
    "draft": msg("Draft", context="pay run"),
    "computed": msg("Worked out"),
    "reviewed": msg("Reviewed"),
    "approved": msg("Approved", context="pay run"),
    "paid": msg("Paid"),
    "closed": msg("Closed", context="pay run"),
}
OPEN = ("draft", "computed", "reviewed")
WORKED_AT_ONCE = 100
"""People whose closed payslips of a year are at hand together: some 50 MiB."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to begin; `month` any day of it. `supplementary`: a further one of a month that is closed."""

    legal_entity_id: str
    month: date
    pay_day: date
    method: str
    supplementary: bool = False


def begin(session: Session, actor: Actor, new: NewRun, clock: Clock) -> PayRun:
    """Begin a run. Needs "payroll" write in the company.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `pay.method`, `pay.pay_day`. ConflictError: `pay.run_exists`,
        the month has its run; `pay.earlier_open`, an earlier run is not closed; `pay.month_open`, a supplementary run
        before the month is closed.
    """
    check_owner(session, actor, "payroll", "write", new.legal_entity_id)
    # two who begin at once wait for each other here
    if find(session, LegalEntity, new.legal_entity_id, lock=True) is None:
        raise missing("legal_entity", msg("company"))
    month = bounds(new.month)[0]
    if new.method not in METHODS:
        raise invalid("method", "pay.method", msg("There is no such method."), msg("Choose one of the list."))
    if not month <= new.pay_day:
        raise invalid(
            "pay_day", "pay.pay_day", msg("The pay day is before the month."), msg("Correct the day and send again.")
        )
    mine = select(PayRun).where(PayRun.legal_entity_id == new.legal_entity_id)
    runs = session.scalars(mine.where(PayRun.month == month).order_by(PayRun.number)).all()
    if runs and not new.supplementary:
        raise conflict(
            "pay.run_exists",
            msg("{month} has its run already.", month=f"{month:%Y-%m}"),
            msg("Open it, or begin a supplementary run once it is closed."),
        )
    if new.supplementary and (not runs or any(one.state != "closed" for one in runs)):
        raise conflict(
            "pay.month_open",
            msg("{month} is not closed yet.", month=f"{month:%Y-%m}"),
            msg("Use its run; supplementary runs follow the closed one."),
        )
    if session.scalar(mine.where(PayRun.state != "closed").limit(1)) is not None:
        raise conflict(
            "pay.earlier_open",
            msg("An earlier run of the company is not closed yet."),
            msg("Close it first: tax follows from what was paid before."),
        )
    row = PayRun(
        **stamp(actor.id, clock), legal_entity_id=new.legal_entity_id, month=month, number=len(runs),
        pay_day=new.pay_day, method=new.method, state="draft",
    )  # fmt: skip
    session.add(row)
    if not runs:
        period = PayPeriod(**stamp(actor.id, clock), legal_entity_id=new.legal_entity_id, month=month, state="open")
        session.add(period)
    session.flush()
    _note(session, actor, row, "begin", clock)
    return row


def work_out(session: Session, actor: Actor, run_id: str, clock: Clock, *, employment_id: str | None = None) -> PayRun:
    """Work out every payslip of a run, or one again. Needs "payroll" write; a review begins anew afterwards.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`; `pay.parameter_missing`, which names the row.
    """
    run = _locked(session, actor, run_id, "write")
    _check_state(run, OPEN)
    given = material(session, run.legal_entity_id, run.month, employment_id)
    of_run = Payslip.run_id == run.id
    which = of_run if employment_id is None else of_run & (Payslip.employment_id == employment_id)
    passed = passed_checks(session, which)
    session.execute(delete(Payslip).where(which))
    for part in batched(given.employments, WORKED_AT_ONCE):
        load_closed(session, given, [one.id for one in part])
        # written as plain rows and let go of: ten thousand payslips in memory at once are half a gigabyte
        made = [slip for one in part if (slip := payslip(given, one, run, passed, actor, clock)) is not None]
        if made:
            session.execute(insert(Payslip), made)
    hashes = session.scalars(select(Payslip.inputs_sha256).where(of_run).order_by(Payslip.employment_id))
    run.inputs_sha256 = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    run.state, run.reviewed_by = "computed", None
    run.computed_by, run.computed_at = actor.id, clock.now()
    touch(run, actor.id, clock)
    _note(session, actor, run, "compute", clock)
    return run


def pass_check(session: Session, actor: Actor, slip_id: str, code: str, reason: str, clock: Clock) -> Payslip:
    """Let a payslip go on in spite of a check, with a reason. Needs "payroll" write.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason. ConflictError: `pay.run_state`; `pay.not_passable`.
    """
    slip = find(session, Payslip, slip_id, lock=True)
    if slip is None:
        raise missing("payslip", msg("payslip"))
    run = _locked(session, actor, slip.run_id, "write")
    _check_state(run, ("computed",))
    if not PASSABLE.get(code, False):
        raise conflict(
            "pay.not_passable",
            msg("This must be mended, it cannot be passed."),
            msg("Correct what it names and work the payslip out again."),
        )
    clean = text_within(reason, "reason", msg("reason"), 300, least=2)
    slip.findings = [
        {**one, "passed_by": actor.id, "reason": clean} if one["code"] == code else one for one in slip.findings
    ]
    touch(slip, actor.id, clock)
    audit.record(session, actor.id, "pay_run.pass", f"pay_run:{run.id}", {"payslip": slip.id, "check": code}, clock)
    return slip


def review(session: Session, actor: Actor, run_id: str, clock: Clock) -> PayRun:
    """Say that every payslip was checked by a person. Needs "payroll" write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`; `pay.blocked`, checks stand in the way;
        `pay.empty`, there is no payslip.
    """
    run = _locked(session, actor, run_id, "write")
    _check_state(run, ("computed",))
    rows = session.scalars(select(Payslip.findings).where(Payslip.run_id == run.id)).all()
    if not rows:
        raise conflict("pay.empty", msg("The run has no payslip."), msg("Enter what is to be paid, then work it out."))
    blocked = sum(any(is_open(one) for one in found) for found in rows)
    if blocked:
        raise conflict(
            "pay.blocked",
            msg("Checks stand in the way of {count} payslips.", count=blocked),
            msg("Mend what they name, or pass them with a reason."),
        )
    run.state, run.reviewed_by = "reviewed", actor.id
    touch(run, actor.id, clock)
    _note(session, actor, run, "review", clock)
    return run


def approve(session: Session, actor: Actor, run_id: str, clock: Clock) -> PayRun:
    """Approve a reviewed run, as another person than who worked it out or reviewed it. Needs "payroll" decide.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`; `pay.same_person`.
    """
    run = _locked(session, actor, run_id, "decide")
    _check_state(run, ("reviewed",))
    if actor.id in (run.computed_by, run.reviewed_by):
        raise conflict(
            "pay.same_person",
            msg("Who worked out or reviewed a run cannot approve it."),
            msg("Ask a colleague to approve it."),
        )
    run.state, run.approved_by = "approved", actor.id
    touch(run, actor.id, clock)
    _note(session, actor, run, "approve", clock)
    return run


def send_back(session: Session, actor: Actor, run_id: str, reason: str, clock: Clock) -> PayRun:
    """Send a reviewed or approved run back to be worked out again. Needs "payroll" decide.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason. ConflictError: `pay.run_state`; `pay.payslips_out`.
    """
    run = _locked(session, actor, run_id, "decide")
    _check_state(run, ("reviewed", "approved"))
    if is_out(session, run.id):
        raise conflict(
            "pay.payslips_out",
            msg("The payslips are handed out: the run does not go back."),
            msg("Pay and close it; what is wrong becomes an adjustment of the next run."),
        )
    text_within(reason, "reason", msg("reason"), 300, least=2)
    run.state, run.reviewed_by, run.approved_by = "computed", None, None
    touch(run, actor.id, clock)
    _note(session, actor, run, "send_back", clock)
    return run


def mark_paid(session: Session, actor: Actor, run_id: str, clock: Clock) -> PayRun:
    """Say that an approved run was paid. Needs "payroll" write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`.
    """
    run = _locked(session, actor, run_id, "write")
    _check_state(run, ("approved",))
    run.state = "paid"
    touch(run, actor.id, clock)
    _note(session, actor, run, "pay", clock)
    return run


def close(session: Session, actor: Actor, run_id: str, clock: Clock) -> PayRun:
    """Close a paid run and its month: its lines are kept for good, later changes become adjustments.

    Needs "payroll" write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`.
    """
    run = _locked(session, actor, run_id, "write")
    _check_state(run, ("paid",))
    keep_for_good(session, run, actor.id, clock)
    keep_costs(session, run, actor.id, clock)
    period = session.scalars(
        select(PayPeriod)
        .where(PayPeriod.legal_entity_id == run.legal_entity_id, PayPeriod.month == run.month)
        .with_for_update()
    ).one()
    period.state = "closed"
    touch(period, actor.id, clock)
    run.state, run.closed_at = "closed", clock.now()
    touch(run, actor.id, clock)
    _note(session, actor, run, "close", clock)
    return run


# Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a run, of its shown payslips."""

    people: int
    gross: Decimal
    own: Decimal
    tax: Decimal
    net: Decimal
    employer: Decimal
    blocked: int
    provisional: int


def get_run(session: Session, actor: Actor, run_id: str) -> PayRun:
    """A run; needs "payroll" read in its company.

    Raises:
        NotFoundError, PermissionDenied.
    """
    run = find(session, PayRun, run_id)
    if run is None:
        raise missing("pay_run", msg("pay run"))
    check_owner(session, actor, "payroll", "read", run.legal_entity_id)
    return run


def slips(session: Session, actor: Actor, run_id: str, clock: Clock) -> Sequence[Payslip]:
    """The payslips of a run, those with checks first; needs "payroll" read in its company. The read log keeps it.

    Raises:
        NotFoundError, PermissionDenied.
    """
    run = get_run(session, actor, run_id)
    rows = session.scalars(select(Payslip).where(Payslip.run_id == run.id)).all()
    audit.record(session, actor.id, "pay_run.read", f"pay_run:{run.id}", {"payslips": len(rows)}, clock)
    return sorted(rows, key=lambda one: (not any(is_open(each) for each in one.findings), one.employment_id))


def get_slip(session: Session, actor: Actor, slip_id: str, clock: Clock) -> Payslip:
    """A payslip; needs "payroll" read of its person. The read log keeps it, without amounts.

    Raises:
        NotFoundError, PermissionDenied.
    """
    slip = find(session, Payslip, slip_id)
    if slip is None:
        raise missing("payslip", msg("payslip"))
    check_row(
        session, actor, "payroll", "read", department_id=slip.department_id, legal_entity_id=slip.legal_entity_id,
        person_id=slip.person_id,
    )  # fmt: skip
    audit.record(session, actor.id, "payslip.read", f"payslip:{slip.id}", {}, clock)
    return slip


def totals(rows: Sequence[Payslip]) -> Totals:
    """Sums of payslips."""
    return Totals(
        people=len(rows),
        gross=_sum(one.gross for one in rows),
        own=_sum(one.own for one in rows),
        tax=_sum(one.tax for one in rows),
        net=_sum(one.net for one in rows),
        employer=_sum(one.employer for one in rows),
        blocked=sum(any(is_open(each) for each in one.findings) for one in rows),
        provisional=sum(one.provisional for one in rows),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def is_open(finding: Mapping[str, Any]) -> bool:
    """Whether a check still stands in the way."""
    return not finding["passed_by"]


# Within -----------------------------------------------------------------------------------------------------------


def _locked(session: Session, actor: Actor, run_id: str, action: str) -> PayRun:
    run = find(session, PayRun, run_id, lock=True)
    if run is None:
        raise missing("pay_run", msg("pay run"))
    check_owner(session, actor, "payroll", action, run.legal_entity_id)
    return run


def _check_state(run: PayRun, allowed: Sequence[str]) -> None:
    if run.state not in allowed:
        raise conflict(
            "pay.run_state",
            msg("The run is “{state}”: this cannot be done now.", state=STATES[run.state]),
        )


def _note(session: Session, actor: Actor, run: PayRun, action: str, clock: Clock) -> None:
    detail = {"month": f"{run.month:%Y-%m}", "number": run.number, "inputs": run.inputs_sha256 or ""}
    audit.record(session, actor.id, f"pay_run.{action}", f"pay_run:{run.id}", detail, clock)
