"""The journal entry of a run: debit what departments cost, credit what is owed to whom, by accounts that are data.

The books pull it from the list of journal lines; a webhook tells them of `pay_journal.post`, without amounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.pay.out.payees import out_run
from interview_engine.hr.pay.rules.lines import Line, line_of
from interview_engine.hr.pay.tables import PayAccount, PayJournalLine, PayRun, Payslip
from interview_engine.hr.problems import conflict
from interview_engine.i18n import Text, joined, msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp

Side = Literal["debit", "credit"]

ITEMS: Mapping[str, Text] = MappingProxyType(
    {
        "earning": msg("Cost: pay"),
        "severance": msg("Cost: severance and pay in place of notice"),
        "employer": msg("Cost: employer's contributions"),
        "net": msg("Owed: pay to the employees"),
        "tax": msg("Owed: income tax"),
        "contribution": msg("Owed: the employees' own contributions"),
        "employer_due": msg("Owed: the employer's contributions"),
        "deduction": msg("Set off: what employees owed"),
    }
)
COSTS = ("earning", "severance", "employer")
"""Debited by department; the others stand in credit, for the company as a whole."""
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Posting:
    """A line before it has an account; below zero it changes sides."""

    item: str
    department_id: str
    side: Side
    amount: Decimal


def postings(slips: Sequence[tuple[str, Sequence[Line]]]) -> list[Posting]:
    """The lines of a journal entry from (department, lines of a payslip); debit and credit are equal.

    Raises:
        ArithmeticError: they are not, which only a line of an unknown group can bring about.
    """
    costs: dict[tuple[str, str], Decimal] = {}
    owed: dict[str, Decimal] = {}

    def add(item: str, amount: Decimal) -> None:
        owed[item] = owed.get(item, ZERO) + amount

    for department, lines in slips:
        for line in lines:
            if line.group in ("earning", "employer"):
                item = "severance" if line.code in ("severance", "notice_pay") else line.group
                costs[department, item] = costs.get((department, item), ZERO) + line.amount
            if line.group == "employer":
                add("employer_due", line.amount)
            else:
                add("net", line.amount)
            if line.group in ("contribution", "tax", "deduction"):
                add(line.group, -line.amount)
    found = [_sided(item, department, "debit", amount) for (department, item), amount in sorted(costs.items())]
    found += [_sided(item, "", "credit", owed[item]) for item in ITEMS if item in owed]
    found = [one for one in found if one.amount]
    sums = {side: sum((one.amount for one in found if one.side == side), ZERO) for side in ("debit", "credit")}
    if sums["debit"] != sums["credit"]:
        raise ArithmeticError(f"debit {sums['debit']} and credit {sums['credit']} differ")
    return found


def post(session: Session, actor: Actor, run_id: str, clock: Clock) -> PayRun:
    """Write the journal entry of a run, instead of one that was written before.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`; `pay.no_account`, which names what has none.
    """
    run = out_run(session, actor, run_id)
    find(session, PayRun, run_id, lock=True)  # two who post at once wait for each other
    slips = session.execute(select(Payslip.department_id, Payslip.lines).where(Payslip.run_id == run.id)).tuples()
    found = postings([(department, [line_of(one) for one in lines]) for department, lines in slips])
    accounts = {
        (row.item, row.department_id): row
        for row in session.scalars(select(PayAccount).where(PayAccount.legal_entity_id == run.legal_entity_id))
    }
    taken = [accounts.get((one.item, one.department_id)) or accounts.get((one.item, "")) for one in found]
    lacking = dict.fromkeys(one.item for one, row in zip(found, taken, strict=True) if row is None)
    if lacking:
        raise conflict(
            "pay.no_account",
            msg("There is no account for: {items}.", items=joined([ITEMS[item] for item in lacking])),
            msg("Enter it under “Accounts of pay”, then post again."),
        )
    session.execute(delete(PayJournalLine).where(PayJournalLine.run_id == run.id))
    for position, (one, row) in enumerate(zip(found, taken, strict=True)):
        assert row is not None
        session.add(
            PayJournalLine(
                **stamp(actor.id, clock), run_id=run.id, legal_entity_id=run.legal_entity_id,
                department_id=one.department_id or None, position=position, item=one.item, account=row.account,
                name=row.name, debit=one.amount if one.side == "debit" else ZERO,
                credit=one.amount if one.side == "credit" else ZERO,
            )
        )  # fmt: skip
    session.flush()
    detail = {"month": f"{run.month:%Y-%m}", "number": run.number, "lines": len(found)}
    audit.record(session, actor.id, "pay_journal.post", f"pay_run:{run.id}", detail, clock)
    return run


def _sided(item: str, department: str, side: Side, amount: Decimal) -> Posting:
    """Books know no amount below zero: it stands on the other side."""
    if amount >= 0:
        return Posting(item, department, side, amount)
    return Posting(item, department, "credit" if side == "debit" else "debit", -amount)
