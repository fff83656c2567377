"""A run and a payslip as people read them: every line with its quantity, rate, sentence, parameter rows and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.pay import handing_out, lock, runs, words
from interview_engine.hr.pay.checks import PASSABLE
from interview_engine.hr.pay.dual.comparing import has_sheet
from interview_engine.hr.pay.rules.lines import GROUPS, Group
from interview_engine.hr.pay.tables import PayRun, Payslip
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.hr.problems import conflict
from interview_engine.i18n import Text, msg
from interview_engine.store.money import rounded


@dataclass(frozen=True, slots=True)
class Check:
    """A check in words; `passed` by whom and why, "" while it stands in the way."""

    code: str
    text: Text
    passable: bool
    passed: str


@dataclass(frozen=True, slots=True)
class Change:
    """A line that differs from the last closed month; `month` of an adjustment, "" for others."""

    word: Text
    month: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """One payslip in the review; `adjusted`: it has lines of closed months."""

    id: str
    name: str
    number: str
    gross: Decimal
    own: Decimal
    tax: Decimal
    net: Decimal
    provisional: bool
    adjusted: bool
    checks: tuple[Check, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """What the page of a run shows; `compared`: the other system's month is here too."""

    run: PayRun
    company: str
    totals: runs.Totals
    reach: handing_out.Reach
    rows: tuple[Row, ...]
    compared: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A parameter row that a line follows, as it stood when the line was worked out."""

    law: str
    source: str
    place: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A line explained. `rate` as it is shown, with up to four places; `position` among the payslip's lines.
    `product`: the amount is quantity × rate to the fen, and can be said so."""

    position: int
    word: Text
    amount: Decimal
    quantity: str
    rate: str
    product: bool
    formula: Text
    rules: tuple[Rule, ...]
    sources: tuple[Text, ...]
    month: str


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of a group with their sum."""

    group: Group
    title: Text
    lines: tuple[Said, ...]
    total: Decimal


@dataclass(frozen=True, slots=True)
class Explained:
    """What the page of a payslip shows.

    Args:
        has_pin: its person opens it with a PIN of their own, which can be reset.
    """

    slip: Payslip
    run: PayRun
    name: str
    parts: tuple[Part, ...]
    checks: tuple[Check, ...]
    has_pin: bool


def run_page(session: Session, actor: Actor, run_id: str, clock: Clock) -> RunPage:
    """A run with its payslips; see `runs.slips`."""
    run = runs.get_run(session, actor, run_id)
    rows = runs.slips(session, actor, run_id, clock)
    company = session.get_one(LegalEntity, run.legal_entity_id).name
    people = session.execute(
        select(Payslip.id, Person.name, employments.number_column(Payslip.person_id, Payslip.legal_entity_id))
        .join(Person, Person.id == Payslip.person_id)
        .where(Payslip.run_id == run.id)
    ).tuples()
    known = {slip_id: (name, number or "") for slip_id, name, number in people}
    shown = tuple(
        Row(one.id, *known[one.id], one.gross, one.own, one.tax, one.net, one.provisional,
            any(line["month"] for line in one.lines), _checks(one.findings),
            _changes(one.differences)) for one in rows
    )  # fmt: skip
    return RunPage(run, company, runs.totals(rows), handing_out.reach(session, run.id), shown, has_sheet(session, run))


def explained(session: Session, actor: Actor, slip_id: str, clock: Clock) -> Explained:
    """A payslip explained; see `runs.get_slip`."""
    slip = runs.get_slip(session, actor, slip_id, clock)
    name = session.get_one(Person, slip.person_id).name
    run = session.get_one(PayRun, slip.run_id)
    return Explained(slip, run, name, parts_of(slip), _checks(slip.findings), lock.has_pin(session, slip.person_id))


def parts_of(slip: Payslip) -> tuple[Part, ...]:
    """The lines of a payslip by group, each explained."""
    rules = {
        one["ref"]: Rule(one["law"], one["source"], "" if one["place"] == "CN" else one["place"], one["provisional"])
        for one in slip.inputs["parameters"]
    }
    found = []
    for group in GROUPS:
        kept = [(number, one) for number, one in enumerate(slip.lines) if one["group"] == group]
        if kept:
            total = sum((Decimal(one["amount"]) for _, one in kept), Decimal(0))
            lines = tuple(_said(number, one, rules) for number, one in kept)
            found.append(Part(group, words.GROUPS[group], lines, total))
    return tuple(found)


def work_out_again(session: Session, actor: Actor, slip_id: str, clock: Clock) -> str:
    """Work one payslip out again; the address of the page that shows it."""
    slip = runs.get_slip(session, actor, slip_id, clock)
    run_id, employment_id = slip.run_id, slip.employment_id
    runs.work_out(session, actor, run_id, clock, employment_id=employment_id)
    session.flush()
    found = session.scalar(select(Payslip.id).where(Payslip.run_id == run_id, Payslip.employment_id == employment_id))
    return f"/console/pay-runs/{run_id}" if found is None else f"/console/payslips/{found}"


def no_step() -> Exception:
    """A step that a run does not have."""
    return conflict("pay.run_state", msg("There is no such step."))


def _checks(found: Sequence[Mapping[str, Any]]) -> tuple[Check, ...]:
    return tuple(Check(one["code"], words.check(one), PASSABLE[one["code"]], one["reason"]) for one in found)


def _changes(found: Sequence[Mapping[str, str]]) -> tuple[Change, ...]:
    parts = [(one["code"].partition("@"), one) for one in found]
    return tuple(
        Change(words.column_word(code), month, Decimal(one["before"]), Decimal(one["after"]))
        for (code, _, month), one in parts
    )


def _said(position: int, kept: Mapping[str, Any], rules: Mapping[str, Rule]) -> Said:
    sources = dict.fromkeys(one.partition(":")[0] for one in kept["sources"])
    return Said(
        position, words.line_word(kept["code"]), Decimal(kept["amount"]), _short(kept["quantity"]),
        _short(kept["rate"]), _is_product(kept), words.formula(kept),
        tuple(rules[ref] for ref in kept["parameters"] if ref in rules),
        tuple(words.SOURCES[one] for one in sources if one in words.SOURCES), kept["month"],
    )  # fmt: skip


def _is_product(kept: Mapping[str, Any]) -> bool:
    """Whether quantity × rate is the amount: 22 days beside a month's pay are not."""
    if kept["quantity"] is None or kept["rate"] is None:
        return False
    return abs(rounded(Decimal(kept["quantity"]) * Decimal(kept["rate"]))) == abs(Decimal(kept["amount"]))


def _short(number: str | None) -> str:
    if number is None:
        return ""
    found = Decimal(number)
    text = f"{found.quantize(Decimal('0.0001')):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
