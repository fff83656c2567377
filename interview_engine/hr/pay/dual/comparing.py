"""A run beside the month as another system paid it: line by line, what differs grouped by its cause."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.pay import old_months as sheet
from interview_engine.hr.pay.dual.causes import ORDER, Cause, Differs, cause, of_tax, rest
from interview_engine.hr.pay.given import Given, Readings
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.hr.pay.rules.lines import Line, line_of
from interview_engine.hr.pay.runs import get_run
from interview_engine.hr.pay.tables import PayOldMonth, PayRun, Payslip
from interview_engine.hr.people.tables import Person
from interview_engine.store import audit

AT_ONCE = 200
"""Payslips whose inputs are in memory together."""
_OWN = ("social", *(name for name in sheet.COLUMNS if name in ITEMS))
_TAKEN_AFTER = ("own", "tax", "damage", "deduction")


@dataclass(frozen=True, slots=True)
class Place:
    """A line that differs, of whom; `slip_id` "" for who is only in the other system."""

    slip_id: str
    name: str
    number: str
    differs: Differs


@dataclass(frozen=True, slots=True)
class Group:
    """All lines that differ for one cause; `change` is the run's less the other system's."""

    cause: Cause
    people: int
    change: Decimal
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run compared.

    Args:
        there: people of the other system's month; 0 while no sheet of it is here.
        here: people of the run. equal: of those in both, whose every column is the same to the fen.
        old_net, new_net: sums over those in both, where the sheet says the net.
    """

    run: PayRun
    columns: tuple[str, ...]
    there: int
    here: int
    equal: int
    old_net: Decimal
    new_net: Decimal
    groups: tuple[Group, ...]

    @property
    def lines(self) -> int:
        """How many lines differ."""
        return sum(len(one.places) for one in self.groups)


def has_sheet(session: Session, run: PayRun) -> bool:
    """Whether the other system's month of a run is here."""
    return bool(
        session.scalar(
            select(func.count())
            .select_from(PayOldMonth)
            .where(PayOldMonth.legal_entity_id == run.legal_entity_id, PayOldMonth.month == run.month)
        )
    )


def compare(session: Session, actor: Actor, run_id: str, clock: Clock) -> Comparison:
    """Compare a run with the month as the other system paid it. Needs "payroll" read in its company; the read log
    keeps it.

    Raises:
        NotFoundError, PermissionDenied.
    """
    run = get_run(session, actor, run_id)
    old = sheet.of_month(session, run.legal_entity_id, run.month)
    columns = _columns(old)
    names = _names(session, run, old)
    found: list[Place] = []
    equal, both = 0, set()
    nets = [ZERO, ZERO]
    readings = Readings()
    for slip in _slips(session, run) if old else ():
        there = old.get(slip.employment_id)
        who = (slip.id, *names[slip.employment_id])
        lines = [line_of(one) for one in slip.lines]
        here = sheet.as_sheet(lines, ("net",) if there is None else columns)
        if there is None:
            found.append(Place(*who, Differs("net", ZERO, slip.net, "only_here")))
            continue
        both.add(slip.employment_id)
        if "net" in columns:
            nets = [nets[0] + there.get("net", ZERO), nets[1] + here["net"]]
        differing = _differing(slip, there, here, lines, readings)
        found += [Place(*who, one) for one in differing]
        equal += not differing
    for employment_id in [one for one in old if one not in both]:
        paid = old[employment_id].get("net", ZERO)
        found.append(Place("", *names[employment_id], Differs("net", paid, ZERO, "only_there")))
    people = session.scalar(select(func.count()).select_from(Payslip).where(Payslip.run_id == run.id)) or 0
    audit.record(session, actor.id, "pay_run.compare", f"pay_run:{run.id}", {"lines": len(found)}, clock)
    return Comparison(run, columns, len(old), people, equal, nets[0], nets[1], _grouped(found))


def _columns(old: Mapping[str, Mapping[str, Decimal]]) -> tuple[str, ...]:
    """The columns that the sheet fills for anybody. One that stands for several lines gives way to them."""
    filled = {name for amounts in old.values() for name in amounts}
    for name, codes in sheet.COLUMNS.items():
        if len(codes) > 1 and name != "tax" and filled & set(codes):
            filled.discard(name)
    return tuple(name for name in sheet.ALL if name in filled)


def _slips(session: Session, run: PayRun) -> Iterator[Payslip]:
    ids = session.scalars(select(Payslip.id).where(Payslip.run_id == run.id).order_by(Payslip.employment_id)).all()
    for begin in range(0, len(ids), AT_ONCE):
        part = session.scalars(
            select(Payslip).where(Payslip.id.in_(ids[begin : begin + AT_ONCE])).order_by(Payslip.employment_id)
        ).all()
        for slip in part:
            yield slip
            session.expunge(slip)


def _differing(
    slip: Payslip, there: Mapping[str, Decimal], here: Mapping[str, Decimal], lines: Sequence[Line], readings: Readings
) -> list[Differs]:
    """What differs for one person. A column that is empty for them says nothing was paid or taken."""
    old = {name: there.get(name, ZERO) for name in here}
    if all(old[name] == here[name] for name in here):
        return []
    given = Given(slip.inputs, readings)
    found = [
        cause(name, old[name], here[name], given, lines)
        for name in here
        if name not in sheet.SUMS and name != "tax" and old[name] != here[name]
    ]
    change = {one.column: one.change for one in found}
    earned = sum(
        (-amount if name in sheet.TAKEN else amount for name, amount in change.items()
         if name not in (*_OWN, *_TAKEN_AFTER)), ZERO,
    )  # fmt: skip
    borne = sum((amount for name, amount in change.items() if name in _OWN), ZERO)
    if "tax" in here and old["tax"] != here["tax"]:
        own_here, gross_here = slip.own, slip.gross
        gross = old["gross"] if "gross" in here else gross_here - earned
        own = old["own"] if "own" in here else own_here - borne
        found.append(of_tax(old["tax"], here["tax"], gross, own, given))
        change["tax"] = here["tax"] - old["tax"]
    # sums: what their own lines do not explain
    taken = sum((change.get(name, ZERO) for name in ("tax", "damage", "deduction")), ZERO)
    for name, group, explained in (("gross", "earning", earned), ("own", "contribution", borne)):
        if name in here:
            left = here[name] - old[name] - explained
            unseen = _without_column(lines, group, here)
            if left and left == sum(unseen.values(), ZERO):
                # lines of the run for which the sheet has no column are just what is left
                found += [Differs(code, ZERO, amount, "not_there") for code, amount in unseen.items()]
            else:
                more = rest(name, old[name], here[name], explained)
                found += [] if more is None else [more]
    if "employer" in here and old["employer"] != here["employer"]:
        found.append(cause("employer", old["employer"], here["employer"], given, lines))
    if "net" in here:
        gross_change = here["gross"] - old["gross"] if "gross" in here else earned
        own_change = here["own"] - old["own"] if "own" in here else borne
        more = rest("net", old["net"], here["net"], gross_change - own_change - taken)
        found += [] if more is None else [more]
    return found


def _without_column(lines: Sequence[Line], group: str, columns: Collection[str]) -> dict[str, Decimal]:
    """By code, lines of a group for which a sheet has no column, in the sheet's signs."""
    covered = {code for name in columns for code in sheet.COLUMNS.get(name, ())}
    found: dict[str, Decimal] = {}
    for one in lines:
        if one.group == group and one.code not in covered:
            amount = -one.amount if group == "contribution" else one.amount
            found[one.code] = found.get(one.code, ZERO) + amount
    return found


def _names(session: Session, run: PayRun, old: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """By employment, name and employee number of everybody in the run or in the sheet."""
    found = {}
    for table, which in (
        (Payslip, Payslip.run_id == run.id),
        (PayOldMonth, (PayOldMonth.legal_entity_id == run.legal_entity_id) & (PayOldMonth.month == run.month)),
    ):
        number = employments.number_column(table.person_id, table.legal_entity_id)
        rows = session.execute(
            select(table.employment_id, Person.name, number).join(Person, Person.id == table.person_id).where(which)
        ).tuples()
        found.update({employment_id: (name, text or "") for employment_id, name, text in rows})
    return found


def _grouped(found: Sequence[Place]) -> tuple[Group, ...]:
    by_cause: dict[Cause, list[Place]] = {}
    for one in found:
        by_cause.setdefault(one.differs.cause, []).append(one)
    groups = []
    for each in ORDER:
        places = by_cause.get(each)
        if places:
            ordered = tuple(sorted(places, key=lambda one: (-abs(one.differs.change), one.number, one.differs.column)))
            people = len({(one.name, one.number) for one in ordered})
            groups.append(Group(each, people, sum((one.differs.change for one in ordered), ZERO), ordered))
    return tuple(groups)
