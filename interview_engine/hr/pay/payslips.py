"""One payslip of a run: its inputs worked out, what stands in its way, what differs from the month before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.pay import old_months as sheet
from interview_engine.hr.pay.checks import differences, findings, no_longer_taken, settlement_findings
from interview_engine.hr.pay.gathering import Material, gather
from interview_engine.hr.pay.parameters import overtime
from interview_engine.hr.pay.rules.lines import Line, line_of, total
from interview_engine.hr.pay.slip import canonical, compute
from interview_engine.hr.pay.tables import PayRun, Payslip
from interview_engine.store.base import Written
from interview_engine.store.rows import stamp


@dataclass(frozen=True, slots=True)
class LastMonth:
    """The month before, of somebody: as it was closed here, or as another system's sheet says it.

    Args:
        net: None where the sheet has no such column.
        then, now: sums by line, of that month and of this one, so that they can be compared.
    """

    net: Decimal | None
    then: Mapping[str, Decimal]
    now: Mapping[str, Decimal]


def payslip(
    given: Material, employment: Employment, run: PayRun, passed: Mapping[tuple[str, str], Mapping[str, Any]],
    actor: Actor, clock: Clock,
) -> dict[str, Any] | None:  # fmt: skip
    """The columns of a payslip; None where the run has nothing for somebody."""
    inputs = gather(given, employment, run)
    if inputs is None:
        return None
    done = compute(inputs, given.readings)
    last = None if run.number else _last_month(given, employment, run, done.lines)
    most = overtime(given.book.get("overtime", run.month)).most_hours_a_month
    found = settlement_findings(inputs, done)
    if not inputs["only_adjustments"] or done.net < 0:
        found += findings(inputs, done, None if last is None else last.net, most)
        if last is not None and inputs["parts"]:
            found += no_longer_taken(last.then, last.now, {one.code for one in found})
    kept = [
        {
            "code": one.code,
            "values": dict(one.values),
            **_still(passed.get((employment.id, one.code)), one.values),
        }
        for one in found
    ]
    changes = differences(last.then, last.now) if last is not None and last.then else ()
    # the text that the hash stands for is also what is kept
    text = canonical(inputs, given.readings)
    return {
        **stamp(actor.id, clock), "run_id": run.id, "employment_id": employment.id, "person_id": employment.person_id,
        "legal_entity_id": employment.legal_entity_id, "department_id": employment.department_id,
        "inputs": Written(text),
        "inputs_sha256": hashlib.sha256(text.encode()).hexdigest(), "lines": [one.to_json() for one in done.lines],
        "year": {name: str(getattr(done.year, name)) for name in
                 ("income", "contributions", "special", "other", "withheld")},
        "findings": kept, "bonus_apart": done.bonus_apart, "provisional": bool(done.provisional),
        "gross": done.gross, "net": done.net, "tax": -total(done.lines, "tax"),
        "own": -total(done.lines, "contribution"), "employer": total(done.lines, "employer"),
        "differences": [{"code": one.code, "before": str(one.before), "after": str(one.after)} for one in changes],
    }  # fmt: skip


def _last_month(given: Material, employment: Employment, run: PayRun, lines: Iterable[Line]) -> LastMonth | None:
    """The last closed month; where nothing was closed here yet, the month before as another system paid it."""
    before = [
        slip for other, slip in given.closed.get(employment.id, ()) if not other.number and other.month < run.month
    ]
    if before:
        return LastMonth(before[-1].net, _by_code(line_of(one) for one in before[-1].lines), _by_code(lines))
    old = given.old.get(employment.id)
    if old is None:
        return None
    columns = [name for name in old if name in sheet.COLUMNS]
    return LastMonth(old.get("net"), {name: old[name] for name in columns}, sheet.as_sheet(tuple(lines), columns))


def _by_code(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Sums by code; adjustments by code and month, "base@2026-03"."""
    found: dict[str, Decimal] = {}
    for one in lines:
        if one.group != "employer":
            key = f"{one.code}@{one.month}" if one.month else one.code
            found[key] = found.get(key, Decimal(0)) + one.amount
    return found


def passed_checks(session: Session, which: Any) -> dict[tuple[str, str], Mapping[str, Any]]:
    """By (employment, check), the checks of some payslips that were passed."""
    rows = session.execute(select(Payslip.employment_id, Payslip.findings).where(which)).tuples()
    return {(key, one["code"]): one for key, found in rows for one in found if one["passed_by"]}


def _still(before: Mapping[str, Any] | None, values: Mapping[str, str]) -> Mapping[str, Any]:
    """Who passed a check, where it says the same as then."""
    if before is None or before["values"] != dict(values):
        return {"passed_by": "", "reason": ""}
    return {"passed_by": before["passed_by"], "reason": before["reason"]}
