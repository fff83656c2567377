"""The files of an approved run: what a bank pays by, what the tax client imports, what insurances and fund are told.

Their heads are data (`formats.json`), because the programs that read them fix those. Whoever cannot stand in a file is
named with the reason; nobody is left out in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.files.service import BankPayee, Cell, LeftOut, Made, bank_file
from interview_engine.hr.pay.items import ITEMS
from interview_engine.hr.pay.out.payees import Payee, out_run, payees
from interview_engine.hr.pay.tables import PayRun
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import Text, joined, msg
from interview_engine.store import audit

FORMATS: Mapping[str, Any] = json.loads(Path(__file__).with_name("formats.json").read_text(encoding="utf-8"))
ZERO = Decimal("0.00")
APART = ("severance", "notice_pay")
"""Taxed apart from the wages of the year."""


@dataclass(frozen=True, slots=True)
class PayFile:
    """One kind of file.

    Args:
        section: of people's files it opens, "bank" or "identity".
        forms: in which it can be had.
    """

    name: str
    word: Text
    about: Text
    section: str
    forms: tuple[str, ...]
    make: Callable[[PayRun, Sequence[Payee]], Made]


def make(
    session: Session, actor: Actor, run_id: str, name: str, form: str, clock: Clock, *, without: bool = False
) -> tuple[PayRun, Made]:
    """A file of a run. The trail keeps who had it, with how many lines, without names and amounts.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `pay.run_state`; `pay.left_out`, names who cannot stand in it,
        unless `without`.
    """
    kind = FILES.get(name)
    if kind is None or form not in kind.forms:
        raise missing("pay_file", msg("file of the run"))
    run = out_run(session, actor, run_id)
    made = kind.make(run, payees(session, actor, run, kind.section))
    lacking = [one for one in made.left_out if not one.elsewhere]
    if lacking and not without:
        raise conflict(
            "pay.left_out",
            msg("{count} people cannot stand in this file: {names}.", count=len(lacking),
                names=joined([f"{one.name} {one.number}".strip() for one in lacking[:5]])),
            msg("Complete their files, or export it without them and pay them another way."),
        )  # fmt: skip
    detail = {"file": name, "form": form, "opens": kind.section, "rows": len(made.rows), "left_out": len(made.left_out)}
    audit.record(session, actor.id, "pay_run.export", f"pay_run:{run.id}", detail, clock)
    return run, made


def left_out(session: Session, actor: Actor, run_id: str, name: str) -> tuple[LeftOut, ...]:
    """Who would not stand in a file; see `make` for what is raised."""
    kind = FILES.get(name)
    if kind is None:
        raise missing("pay_file", msg("file of the run"))
    run = out_run(session, actor, run_id)
    return kind.make(run, payees(session, actor, run, kind.section)).left_out


# The bank ---------------------------------------------------------------------------------------------------------


def _bank(name: str) -> Callable[[PayRun, Sequence[Payee]], Made]:
    def make_file(run: PayRun, people: Sequence[Payee]) -> Made:
        purpose = FORMATS["purpose"].format(month=f"{run.month:%Y-%m}")
        paid = [BankPayee(one.name, one.number, one.account, one.slip.net, purpose) for one in people]
        return bank_file(name, "代发工资", paid)

    return make_file


# The tax client ---------------------------------------------------------------------------------------------------


def _identified(
    people: Sequence[Payee], wanted: Callable[[Payee], bool]
) -> tuple[list[tuple[Payee, list[Cell]]], list[LeftOut]]:
    found: list[tuple[Payee, list[Cell]]] = []
    out: list[LeftOut] = []
    for one in people:
        if not wanted(one):
            continue
        if one.identity is None:
            out.append(LeftOut(one.name, one.number, msg("No ID number stands in the file.")))
            continue
        document = FORMATS["documents"][str(one.identity.get("document") or "")]
        found.append((one, [one.number, one.name, document, str(one.identity["id_number"])]))
    return found, out


def wage_income(one: Payee) -> Decimal:
    """What counts as wages of the year: everything earned but what is taxed apart."""
    apart = (*APART, "bonus") if one.slip.bonus_apart else APART
    return sum((line.amount for line in one.lines if line.group == "earning" and line.code not in apart), ZERO)


def _tax_wages(_: PayRun, people: Sequence[Payee]) -> Made:
    layout = FORMATS["tax_wages"]
    found, out = _identified(people, lambda one: one.kind == "employee")
    rows = []
    for one, first in found:
        row: list[Cell] = [*first, *[None] * (len(layout["head"]) - len(first))]
        row[4], row[5] = wage_income(one), ZERO
        for code, place in layout["contributions"].items():
            before = row[place]
            row[place] = (before if isinstance(before, Decimal) else ZERO) - one.sum_of(code, group="contribution")
        row[layout["other"]] = Decimal(one.slip.inputs["other"])
        special = Decimal(one.slip.inputs["special"])
        row[-1] = layout["remark"].format(special=special) if special else ""
        rows.append(row)
    out += [
        LeftOut(
            one.name,
            one.number,
            msg("Paid as labour service, or not resident: declared by another form."),
            elsewhere=True,
        )
        for one in people
        if one.kind != "employee"
    ]
    return Made(layout["title"], layout["head"], rows, tuple(out))


def _tax_flat(name: str, kind: str) -> Callable[[PayRun, Sequence[Payee]], Made]:
    """Payments that are taxed by themselves, nothing cumulated: labour service, and those who are not resident."""

    def make_sheet(_: PayRun, people: Sequence[Payee]) -> Made:
        layout = FORMATS[name]
        found, out = _identified(people, lambda one: one.kind == kind and bool(wage_income(one)))
        rest = len(layout["head"]) - layout["first"] - 3
        rows: list[list[Cell]] = []
        for one, first in found:
            more: list[Cell] = [layout["income"]] if layout["income"] else []
            rows.append([*first, *more, wage_income(one), ZERO, *[None] * rest, -one.sum_of("tax", group="tax")])
        return Made(layout["title"], layout["head"], rows, tuple(out))

    return make_sheet


def _tax_bonus(_: PayRun, people: Sequence[Payee]) -> Made:
    found, out = _identified(people, lambda one: one.slip.bonus_apart)
    return _apart("tax_bonus", found, out, lambda one: (one.sum_of("bonus"), ZERO))


def _tax_severance(_: PayRun, people: Sequence[Payee]) -> Made:
    found, out = _identified(people, lambda one: bool(_compensation(one)))
    out += [
        LeftOut(
            one.name,
            one.number,
            msg("Severance of an earlier month is revoked: correct the declaration of that month."),
            elsewhere=True,
        )
        for one in people
        if any(line.code in APART and line.month for line in one.lines)
    ]

    def amounts(one: Payee) -> tuple[Decimal, Decimal]:
        amount = _compensation(one)
        tax = next(line for line in one.lines if line.code == "tax_severance" and not line.month)
        return amount, min(amount, Decimal(tax.values["exempt"]))

    return _apart("tax_severance", found, out, amounts)


def _compensation(one: Payee) -> Decimal:
    """Severance and pay in place of notice of the run itself."""
    return sum((line.amount for line in one.lines if line.code in APART and not line.month), ZERO)


def _apart(
    name: str, found: Sequence[tuple[Payee, list[Cell]]], out: Sequence[LeftOut],
    amounts: Callable[[Payee], tuple[Decimal, Decimal]],
) -> Made:  # fmt: skip
    layout = FORMATS[name]
    rest: list[Cell] = [ZERO, ZERO, ZERO, ""]
    rows = [[*first, *amounts(one), *rest] for one, first in found]
    return Made(layout["title"], layout["head"], rows, tuple(out))


# Insurances and fund ----------------------------------------------------------------------------------------------


def _contributions(name: str, base: str) -> Callable[[PayRun, Sequence[Payee]], Made]:
    layout = FORMATS[name]
    head = [*layout["head"]]
    for code in layout["items"]:
        head += [text.format(item=ITEMS[code].get("zh")) for text in layout["of_item"]]
    head += layout["tail"]

    def make_sheet(_: PayRun, people: Sequence[Payee]) -> Made:
        codes = tuple(layout["items"])
        groups = ("contribution", "employer")
        found, out = _identified(people, lambda one: any(each.code in codes for each in one.lines))
        rows = []
        for one, first in found:
            row: list[Cell] = [*first, _decimal(one.slip.inputs["base"][base])]
            for code in codes:
                of_month = [each for each in one.lines if each.code == code and not each.month]
                row += [of_month[0].quantity if of_month else None, -one.sum_of(code, group="contribution"),
                        one.sum_of(code, group="employer")]  # fmt: skip
            back = [each for each in one.lines if each.code in codes and each.month and each.group in groups]
            late = sum((each.amount if each.group == "employer" else -each.amount for each in back), ZERO)
            row += [-one.sum_of(*codes, group="contribution"), one.sum_of(*codes, group="employer"), late]
            rows.append(row)
        return Made(layout["title"], head, rows, tuple(out))

    return make_sheet


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


SHEETS = ("xlsx", "csv")
FILES: Mapping[str, PayFile] = MappingProxyType(
    {
        one.name: one
        for one in (
            PayFile("bank_sheet", msg("Bank: a sheet"),
                    msg("Name, account, bank, branch, amount and purpose, one person a line."), "bank", SHEETS,
                    _bank("bank_sheet")),
            PayFile("bank_text", msg("Bank: a text"),
                    msg("Account, name, amount and purpose between bars, one person a line, in GB 18030."), "bank",
                    ("txt",), _bank("bank_text")),
            PayFile("tax_wages", msg("Tax client: wages"),
                    msg("The import sheet of the withholding client. It fills in special additional deductions "
                        "itself."), "identity", SHEETS, _tax_wages),
            PayFile("tax_bonus", msg("Tax client: annual bonus"), msg("Who had a bonus taxed apart."), "identity",
                    SHEETS, _tax_bonus),
            PayFile("tax_severance", msg("Tax client: severance"),
                    msg("Severance and pay in place of notice, with the exempt part."), "identity", SHEETS,
                    _tax_severance),
            PayFile("tax_service", msg("Tax client: labour service"),
                    msg("Payments for labour service of residents, each taxed by itself."), "identity", SHEETS,
                    _tax_flat("tax_service", "labour_service")),
            PayFile("tax_non_resident", msg("Tax client: wages of non-residents"),
                    msg("Wages of those who are not resident for tax, by the month alone."), "identity", SHEETS,
                    _tax_flat("tax_non_resident", "non_resident")),
            PayFile("tax_non_resident_service", msg("Tax client: labour service of non-residents"),
                    msg("Payments for labour service of those who are not resident for tax."), "identity", SHEETS,
                    _tax_flat("tax_non_resident_service", "non_resident_service")),
            PayFile("social", msg("Social insurance"), msg("Each insurance with its base, own and employer's share."),
                    "identity", SHEETS, _contributions("social", "social")),
            PayFile("fund", msg("Housing fund"), msg("The base, own and employer's share."), "identity", SHEETS,
                    _contributions("fund", "fund")),
        )
    }
)  # fmt: skip
