"""What a run takes of a leaver's settlement: the facts that leaving has handed over, and what payroll says beyond them.

A settlement is paid once (`PaySettled` is unique by it), in the run of the month of the last day or a later one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.months import add_months, bounds
from interview_engine.hr.offboarding import service as offboarding
from interview_engine.hr.offboarding.service import FinalSettlement
from interview_engine.hr.pay.parameters import Book, Parameter
from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.hr.pay.rules.lines import Line, line_of
from interview_engine.hr.pay.settlement_lines import CODES, PAID, is_due
from interview_engine.hr.pay.tables import PayRun, PaySettled, PaySettlement, Payslip
from interview_engine.store.money import rounded
from interview_engine.store.rows import AT_ONCE, batched, stamp, touch

SETTLED = "pay_settled"
AVERAGED = 12
"""Months before the one of leaving whose pay counts (Labour Contract Law, article 47; annual leave measures, 11)."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A settlement that was handed over and not paid yet.

    Args:
        facts: as they were handed over. said: payroll's own words, None where there are none.
        gross: by month before the last day's, what was paid for it in closed runs: all of it, and without overtime.
    """

    settlement: FinalSettlement
    said: PaySettlement | None
    gross: Mapping[date, tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A settlement that was taken back after a closed run had paid it: the lines of that payslip which it brought."""

    settled_id: str
    month: date
    lines: tuple[Line, ...]


def taken_back(session: Session, legal_entity_id: str, only: str | None = None) -> dict[str, list[TakenBack]]:
    """By employment, what was paid by settlements that were taken back since, and not countered yet.

    The caller has checked.
    """
    statement = (
        select(PaySettled.id, PayRun.month, Payslip.employment_id, Payslip.lines)
        .join(PayRun, PayRun.id == PaySettled.run_id)
        .join(Payslip, Payslip.id == PaySettled.payslip_id)
        .join(FinalSettlement, FinalSettlement.id == PaySettled.final_settlement_id)
        .where(
            PayRun.legal_entity_id == legal_entity_id, PaySettled.back_run_id.is_(None),
            FinalSettlement.reopened > PaySettled.reopened,
        )
        .order_by(PaySettled.id)
    )  # fmt: skip
    if only is not None:
        statement = statement.where(Payslip.employment_id == only)
    found: dict[str, list[TakenBack]] = {}
    for settled_id, month, employment_id, lines in session.execute(statement).tuples():
        paid = tuple(line_of(one) for one in lines if one["code"] in PAID and not one["month"])
        found.setdefault(employment_id, []).append(TakenBack(settled_id, month, paid))
    return found


def counter_lines(back: Sequence[TakenBack]) -> list[dict[str, Any]]:
    """The adjustments of canonical inputs that take settlements back, line by line."""
    return [
        {"month": f"{one.month:%Y-%m}", "code": line.code, "group": line.group, "amount": str(-line.amount),
         "before": str(line.amount), "after": "0.00", "sources": [f"{SETTLED}:{one.settled_id}"]}
        for one in back
        for line in one.lines
        if line.amount
    ]  # fmt: skip


def note_countered(
    session: Session, run: PayRun, lines: Sequence[Mapping[str, Any]], actor_id: str, clock: Clock
) -> None:
    """Write down that the lines of a run that is closed have countered settlements."""
    ids = {one.partition(":")[2] for line in lines for one in line["sources"] if one.startswith(f"{SETTLED}:")}
    for settled_id in sorted(ids):
        row = session.get_one(PaySettled, settled_id)
        row.back_run_id = run.id
        touch(row, actor_id, clock)


def leavings(session: Session, legal_entity_id: str, only: str | None = None) -> dict[str, Leaving]:
    """By employment, the settlements of a company that wait to be paid. The caller has checked."""
    paid = set(
        session.execute(
            select(PaySettled.final_settlement_id, PaySettled.reopened)
            .join(PayRun, PayRun.id == PaySettled.run_id)
            .where(PayRun.legal_entity_id == legal_entity_id)
        ).tuples()
    )
    waiting = [
        one
        for one in offboarding.handed_over_in(session, legal_entity_id)
        if (one.id, one.reopened) not in paid and (only is None or one.employment_id == only)
    ]
    said: dict[str, PaySettlement] = {}
    slips: dict[str, list[tuple[date, Sequence[Mapping[str, Any]]]]] = {}
    for part in batched(sorted(one.employment_id for one in waiting), AT_ONCE):
        rows = session.scalars(select(PaySettlement).where(PaySettlement.employment_id.in_(part)))
        said |= {row.employment_id: row for row in rows}
        closed = (
            select(Payslip.employment_id, PayRun.month, Payslip.lines)
            .join(PayRun, PayRun.id == Payslip.run_id)
            .where(Payslip.employment_id.in_(part), PayRun.state == "closed")
        )
        for employment_id, month, lines in session.execute(closed).tuples():
            slips.setdefault(employment_id, []).append((month, lines))
    return {
        one.employment_id: Leaving(one, said.get(one.employment_id), _gross(slips.get(one.employment_id, ())))
        for one in waiting
    }


def settlement_inputs(
    leaving: Leaving | None, employment: Employment, run: PayRun, monthly: Decimal, place: str
) -> dict[str, Any] | None:
    """The `settlement` of canonical inputs; None where nothing is to be settled in the run.

    Args:
        monthly: the agreed pay on the last day. place: whose rows hold; "" where no profile is known.
    """
    last = employment.last_day
    if last is None or last > bounds(run.month)[1]:
        return None
    if leaving is None:
        # who leaves in this month and waits for the handover: the check says so
        waits = bounds(last)[0] == run.month and not run.number
        return {"state": "waits", "last_day": last.isoformat()} if waits else None
    facts, said = _Facts(leaving.settlement.facts), leaving.said
    average, without, known, needed = _averages(leaving, employment, last, monthly)
    kept = [f"final_settlement:{leaving.settlement.id}", *([] if said is None else [f"pay_settlement:{said.id}"])]
    return {
        "state": "handed_over",
        "settlement": leaving.settlement.id,
        "reopened": leaving.settlement.reopened,
        "sources": kept,
        "last_day": last.isoformat(),
        "place": place,
        "months": str(known),
        "months_needed": str(needed),
        "average": average,
        "leave_average": without,
        "last_month": str(_last_month(leaving, last, monthly)),
        "severance": _severance(facts, said),
        "severance_months": facts.of("severance_years") if said is None or said.severance_months is None
        else said.severance_months,
        "notice": _notice(facts, said),
        "leave": _leave(facts, said),
        "lost_assets": _lost(facts, said),
        "advances": "" if said is None or said.advances is None else str(said.advances),
    }  # fmt: skip


def settlement_rows(
    book: Book, settled: Mapping[str, Any] | None, day: date, had: Sequence[Parameter]
) -> list[Parameter]:
    """The rows that the lines of a settlement need beside those that are there already.

    Raises:
        ConflictError: `pay.parameter_missing`, which names the row.
    """
    if settled is None or settled["state"] != "handed_over":
        return []
    wanted, place = ["annual_leave"], settled["place"]
    if place and (settled["severance"] in ("yes", "twice") or Decimal(settled["notice"] or "0")):
        wanted += ["severance", "average_wage", "minimum_wage"]
    if place and any(Decimal(settled[name] or "0") for name in ("lost_assets", "advances")):
        wanted += ["minimum_wage", "damage_deduction"]
    known = {one.kind for one in had}
    local = ("average_wage", "minimum_wage")
    return [
        book.get(kind, day, place) if kind in local else book.get(kind, day)
        for kind in dict.fromkeys(wanted)
        if kind not in known
    ]


def note_paid(
    session: Session, run: PayRun, slip_id: str, person_id: str, settled: Mapping[str, Any] | None, actor_id: str,
    clock: Clock,
) -> None:  # fmt: skip
    """Write down the settlement that a payslip of a run that is closed has paid: none is paid twice."""
    if settled is not None and is_due(settled):
        session.add(
            PaySettled(
                **stamp(actor_id, clock), final_settlement_id=settled["settlement"],
                reopened=settled.get("reopened", 0), run_id=run.id, payslip_id=slip_id, person_id=person_id,
            )
        )  # fmt: skip


class _Facts:
    """The facts of a settlement by name."""

    def __init__(self, facts: Sequence[Mapping[str, str]]) -> None:
        self._all = facts

    def of(self, name: str, kind: str = "") -> str:
        """The value of a fact; "" where it is not known."""
        return next((one["value"] for one in self._all if one["name"] == name and one["kind"] in ("", kind)), "")


def _severance(facts: _Facts, said: PaySettlement | None) -> str:
    """no, yes, twice, or "" where a person must decide."""
    if said is not None and said.severance != "facts":
        return said.severance
    found = facts.of("severance")
    return found if found in ("yes", "no") else ""


def _notice(facts: _Facts, said: PaySettlement | None) -> str:
    """Months of pay in place of notice, "" where a person must decide."""
    if said is not None and said.notice_months is not None:
        return said.notice_months
    instead, due, given = facts.of("notice_instead"), facts.of("notice_due"), facts.of("notice_given")
    return "" if instead and int(given or "0") < int(due or "0") else "0"


def _leave(facts: _Facts, said: PaySettlement | None) -> dict[str, Any]:
    minutes, since = facts.of("leave", "annual"), facts.of("leave_since") or "0"
    found: dict[str, Any] = {"way": "facts" if minutes else "", "days": "", "minutes": minutes, "since": since,
                             "day": facts.of("leave_day"),
                             "years": "", "taken": "", "declined": 0}  # fmt: skip
    if said is None:
        return found
    found["declined"] = int(said.leave_declined)
    if said.leave_days is not None:
        return {**found, "way": "entered", "days": said.leave_days}
    if said.work_years is not None:
        return {**found, "way": "law", "years": str(said.work_years), "taken": said.leave_taken or "0"}
    return found


def _lost(facts: _Facts, said: PaySettlement | None) -> str:
    """What is asked for lost things, "" where some were lost and nobody has said what they cost."""
    if said is not None and said.lost_assets is not None:
        return str(said.lost_assets)
    return "0" if facts.of("assets_lost") in ("", "0") else ""


def _averages(leaving: Leaving, employment: Employment, last: date, monthly: Decimal) -> tuple[str, str, int, int]:
    """Averages of the months before, with overtime and without; how many are known, and how many there should be.

    Months that the person was employed throughout count; who was here for none has the agreed pay.
    """
    first = bounds(last)[0]
    months = [add_months(first, -back) for back in range(1, AVERAGED + 1)]
    whole = [month for month in months if month >= employment.start_date]
    known = [leaving.gross[month] for month in whole if month in leaving.gross]
    said = leaving.said
    if said is not None and said.average is not None:
        return str(said.average), str(said.average), len(whole), len(whole)
    if not whole:
        return str(monthly), str(monthly), 0, 0
    if len(known) < len(whole):
        return "", "", len(known), len(whole)
    sums = [rounded(sum((one[place] for one in known), ZERO) / len(known)) for place in (0, 1)]
    return str(sums[0]), str(sums[1]), len(known), len(whole)


def _last_month(leaving: Leaving, last: date, monthly: Decimal) -> Decimal:
    """Last month's wage; the agreed one where nothing was paid for it here."""
    found = leaving.gross.get(add_months(bounds(last)[0], -1))
    return monthly if found is None else found[0]


def _gross(slips: Sequence[tuple[date, Sequence[Mapping[str, Any]]]]) -> dict[date, tuple[Decimal, Decimal]]:
    """By month, what was earned of it, adjustments with the month that they belong to."""
    found: dict[date, tuple[Decimal, Decimal]] = {}
    for month, lines in slips:
        for one in lines:
            if one["group"] != "earning" or one["code"] in CODES:
                continue
            of = date.fromisoformat(f"{one['month']}-01") if one["month"] else month
            whole, without = found.get(of, (ZERO, ZERO))
            amount = Decimal(one["amount"])
            overtime = one["code"].startswith("overtime_")
            found[of] = (whole + amount, without if overtime else without + amount)
    return found
