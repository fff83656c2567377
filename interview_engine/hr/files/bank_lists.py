"""Lists that a bank pays by, for whatever is paid out: wages, expenses. Their heads are data (`bank_formats.json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from interview_engine.hr.forms.fields import Value
from interview_engine.i18n import Text, msg

FORMATS: Mapping[str, Any] = json.loads(Path(__file__).with_name("bank_formats.json").read_text(encoding="utf-8"))
BANK_FORMS: Mapping[str, tuple[str, ...]] = {"bank_sheet": ("xlsx", "csv"), "bank_text": ("txt",)}
"""By the name of a list, the forms in which it can be had."""

Cell = str | Decimal | int | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who does not stand in a file, and why. `elsewhere`: they belong in none of its lines."""

    name: str
    number: str
    why: Text
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A file. `text`: its bytes where its format is a text of its own, None where it is a sheet of `head`, `rows`."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    left_out: tuple[LeftOut, ...]
    text: bytes | None = None


@dataclass(frozen=True, slots=True)
class BankPayee:
    """Somebody who is paid `amount` yuan. `account`: the entry of their file, None where there is none."""

    name: str
    number: str
    account: Mapping[str, Value] | None
    amount: Decimal
    purpose: str


def bank_file(name: str, title: str, people: Sequence[BankPayee]) -> Made:
    """A list of the bank, one payee a line; who cannot stand in it is named.

    Args:
        name: of `BANK_FORMS`. title: what the file is called.
    """
    layout = FORMATS[name]
    found, out = _transfers(people)
    rows = [[row[cell] for cell in layout["cells"]] for row in found]
    if "separator" not in layout:
        return Made(title, layout["head"], rows, tuple(out))
    mark = layout["separator"]
    # a name with the separator in it would move the amount into another field
    lines = [mark.join(str(cell).replace(mark, " ") for cell in row) + layout["line_end"] for row in rows]
    return Made(title, (), rows, tuple(out), "".join(lines).encode(layout["encoding"]))


def _transfers(people: Sequence[BankPayee]) -> tuple[list[dict[str, Cell]], list[LeftOut]]:
    found: list[dict[str, Cell]] = []
    out: list[LeftOut] = []
    for one in people:
        if one.amount <= 0:
            nothing = one.amount == 0
            why = msg("Nothing is paid out.") if nothing else msg("The net is below zero.")
            out.append(LeftOut(one.name, one.number, why, elsewhere=nothing))
            continue
        if one.account is None:
            out.append(LeftOut(one.name, one.number, msg("No bank account stands in the file.")))
            continue
        account = one.account
        found.append(
            {"position": len(found) + 1, "holder": str(account["holder"]), "account": str(account["account_number"]),
             "bank": str(account["bank"]), "branch": str(account.get("branch") or ""), "amount": one.amount,
             "purpose": one.purpose}
        )  # fmt: skip
    return found, out
