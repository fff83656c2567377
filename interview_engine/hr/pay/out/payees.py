"""Everybody in a run with what a file needs of them: name, number, and where it asks so, account or ID number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_owner, check_persons
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import service as files
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.pay.rules.lines import Line, line_of
from interview_engine.hr.pay.runs import STATES
from interview_engine.hr.pay.tables import PayRun, Payslip
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store.rows import batched, find

OUT = ("approved", "paid", "closed")
"""States of runs of which anything goes out."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Payee:
    """Somebody in a run. `account`, `identity`: the entry of the file, None where there is none or nobody asked."""

    slip: Payslip
    name: str
    number: str
    lines: tuple[Line, ...]
    account: Mapping[str, Value] | None
    identity: Mapping[str, Value] | None

    @property
    def kind(self) -> str:
        """Employee, labour service, not resident."""
        return str(self.slip.inputs["kind"])

    def sum_of(self, *codes: str, group: str = "") -> Decimal:
        """The sum of the lines of some codes."""
        found = [one.amount for one in self.lines if one.code in codes and group in ("", one.group)]
        return sum(found, Decimal("0.00"))


def run_to_export(session: Session, actor: Actor, run_id: str) -> PayRun:
    """A run in whatever state; needs "payroll" export in its company.

    Raises:
        NotFoundError, PermissionDenied.
    """
    run = find(session, PayRun, run_id)
    if run is None:
        raise missing("pay_run", msg("pay run"))
    check_owner(session, actor, "payroll", "export", run.legal_entity_id)
    return run


def out_run(session: Session, actor: Actor, run_id: str) -> PayRun:
    """A run of which something may go out; needs "payroll" export in its company.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`, it is not approved.
    """
    run = run_to_export(session, actor, run_id)
    if run.state not in OUT:
        raise conflict(
            "pay.run_state",
            msg("The run is “{state}”: this cannot be done now.", state=STATES[run.state]),
            msg("Nothing goes out before another person has approved it."),
        )
    return run


def payees(session: Session, actor: Actor, run: PayRun, section: str = "") -> list[Payee]:
    """Everybody in a run, in the order of their numbers.

    Args:
        section: "bank" needs "pay" decide of each; "identity" opens by its purpose: the sheets of tax and insurances
            are what payroll is for, so that "payroll" export, which the caller has checked, opens the ID numbers of
            those in the run for the file alone, and the trail keeps it. "" opens neither.

    Raises:
        PermissionDenied: of somebody in the run the actor may not.
    """
    rows = session.execute(
        select(Payslip, Person.name, employments.number_column(Payslip.person_id, Payslip.legal_entity_id))
        .join(Person, Person.id == Payslip.person_id)
        .where(Payslip.run_id == run.id)
    ).tuples()
    found = sorted(rows, key=lambda row: (row[2] or "", row[0].employment_id))
    opened: dict[str, list[dict[str, Value]]] = {}
    if section:
        persons = sorted({slip.person_id for slip, _, _ in found})
        if section == "bank":
            need = files.BY_NAME[section].reads
            for part in batched(persons, AT_ONCE):
                check_persons(session, actor, *need, part)
        opened = files.opened_of(session, section, persons)
    return [
        Payee(
            slip, name, number or "", tuple(line_of(one) for one in slip.lines),
            _last(opened, slip, section, "bank"), _last(opened, slip, section, "identity"),
        )
        for slip, name, number in found
    ]  # fmt: skip


def _last(
    opened: Mapping[str, Sequence[Mapping[str, Value]]], slip: Payslip, section: str, wanted: str
) -> Mapping[str, Value] | None:
    entries: Any = opened.get(slip.person_id, ()) if section == wanted else ()
    return entries[-1] if entries else None
