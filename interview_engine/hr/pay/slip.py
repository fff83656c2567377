"""One payslip from its canonical inputs: a pure function, so that the same inputs give the same lines for ever.

The inputs are plain JSON (`pay/gathering.py` makes them): every figure that counts is in them, amounts and days as
texts, parameter rows with their values. Their sha256 stands for the result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from interview_engine.hr.pay import parameters as rows
from interview_engine.hr.pay import settlement_lines
from interview_engine.hr.pay.earning_lines import adjustments, earned, minimum
from interview_engine.hr.pay.given import Given, Readings, exact_json, percent
from interview_engine.hr.pay.rules import deductions
from interview_engine.hr.pay.rules.brackets import ZERO
from interview_engine.hr.pay.rules.contributions import contributions
from interview_engine.hr.pay.rules.lines import Group, Line, gross, net
from interview_engine.hr.pay.rules.withholding import YearToDate
from interview_engine.hr.pay.tax_lines import tax

Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Slip:
    """The result.

    Args:
        year: what this slip adds to the person's tax year; `withheld` without the bonus taxed apart.
        bonus_apart: the bonus was taxed apart, which is possible once a year.
        minimum: the least wage for what was worked. regular: the wage that is compared with it.
        provisional: refs of provisional rows that it follows.
    """

    lines: tuple[Line, ...]
    year: YearToDate
    bonus_apart: bool
    minimum: Decimal
    regular: Decimal
    provisional: tuple[str, ...]

    @property
    def gross(self) -> Decimal:
        """Sum of the earnings."""
        return gross(self.lines)

    @property
    def net(self) -> Decimal:
        """What is paid out."""
        return net(self.lines)


def canonical(inputs: Inputs, readings: Readings | None = None) -> str:
    """The inputs as one text, the same for the same inputs: compact JSON with sorted names.

    Args:
        readings: of parameter rows that the inputs of several payslips share; they change no text.

    Raises:
        TypeError: something in them is not exact JSON (a float, a Decimal).
    """
    readings = readings or Readings()
    # the parameter rows are most of the text and the same for everybody
    rows_text = ",".join([readings.text(one) for one in inputs["parameters"]])
    marked = exact_json({**inputs, "parameters": []})
    return marked.replace('"parameters":[]', f'"parameters":[{rows_text}]', 1)


def sha256(inputs: Inputs, readings: Readings | None = None) -> str:
    """What stands for the inputs and so for the result."""
    return hashlib.sha256(canonical(inputs, readings).encode()).hexdigest()


def compute(inputs: Inputs, readings: Readings | None = None) -> Slip:
    """The lines of one person and month.

    Args:
        readings: of parameter rows that the inputs of several payslips share; they change no result.

    Raises:
        KeyError: a parameter that its lines need is not among the inputs; gathering refuses before that.
    """
    given = Given(inputs, readings or Readings())
    month = earned(given)
    adjusted = adjustments(given)
    paid = _contributions(given) if given.kind == "employee" else ()
    leave = settlement_lines.wages(given.settled, given.one)
    # compensation that is taken back was no wage when it was paid
    wages = tuple(one for one in adjusted if one.code not in settlement_lines.COMPENSATION)
    taxed = tax(given, (*month, *leave, *wages, *paid))
    before = (*month, *leave, *adjusted, *paid, *taxed.lines)
    annual, _, table_ref = given.tables()
    lines = (
        *before,
        *settlement_lines.compensation(given.settled, given.one, annual, table_ref),
        *_deductions(given, before),
    )
    least, regular = minimum(given, month)
    used = {ref for one in lines for ref in one.parameters}
    provisional = tuple(sorted(ref for ref in used if given.rows[ref].provisional))
    return Slip(lines, taxed.year, taxed.apart, least, regular, provisional)


def _contributions(given: Given) -> Sequence[Line]:
    found = []
    for kind, name in (("social_insurance", "social"), ("housing_fund", "fund")):
        declared = given.inputs["base"][name]
        if declared is None:
            continue
        for row in (one for one in given.all if one.kind == kind):
            item = given.read(rows.contribution_item, row)
            (one,) = contributions(Decimal(declared), [item])
            shares: tuple[tuple[Group, Decimal, Decimal, Decimal], ...] = (
                ("contribution", -one.employee, item.employee, item.employee_fixed),
                ("employer", one.employer, item.employer, item.employer_fixed),
            )
            for group, amount, rate, fixed in shares:
                if amount:
                    values = {"base": str(one.base), "declared": str(declared), "rate": percent(rate),
                              "fixed": str(fixed)}  # fmt: skip
                    found.append(Line(item.code, group, amount, one.base, rate,
                                      "contribution_fixed" if fixed else "contribution", values,
                                      (row.ref,), (given.inputs["base"]["source"],)))  # fmt: skip
    return found


def _deductions(given: Given, before: Sequence[Line]) -> Sequence[Line]:
    wanted = [
        deductions.Wanted("damage", given.extra["damage"], damage=True, order=2),
        deductions.Wanted("deduction", given.extra["deduction"], order=1),
    ]
    asked = [*(one for one in wanted if one.amount), *settlement_lines.owed(given.settled)]
    if not asked:
        return ()
    share_row, wage_row = given.one("damage_deduction"), given.one("minimum_wage")
    share, least = given.read(rows.share, share_row), given.read(rows.amount, wage_row)
    done = deductions.within_limits(gross(before), net(before), asked, share, least)
    return [
        Line(one.code, "deduction", ZERO - one.amount, formula="deduction_part" if one.left else "entered",
             values={"left": str(one.left)},
             parameters=(share_row.ref, wage_row.ref) if one.code in ("damage", "lost_assets") else (),
             sources=given.source if given.settled is None or one.code in ("damage", "deduction")
             else tuple(given.settled["sources"]))
        for one in done
    ]  # fmt: skip
