"""The canonical inputs of a payslip with their figures read, and the parameter rows among them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from interview_engine.hr.pay import parameters as rows
from interview_engine.hr.pay.parameters import Parameter
from interview_engine.hr.pay.rules.brackets import ZERO, Table

T = TypeVar("T")


class Readings:
    """Parameter rows as inputs hold them, each read once: the payslips of a run share the very same rows, and reading
    them again for each was a third of the time of working it out."""

    def __init__(self) -> None:
        # a row is held beside its reading, so that its identity stays its own
        self._rows: dict[int, tuple[Mapping[str, Any], Parameter]] = {}
        self._texts: dict[int, tuple[Mapping[str, Any], str]] = {}
        self._read: dict[tuple[int, Callable[[Parameter], Any]], tuple[Parameter, Any]] = {}

    def row(self, kept: Mapping[str, Any]) -> Parameter:
        """A row as rules take it."""
        found = self._rows.get(id(kept))
        if found is None:
            found = self._rows[id(kept)] = (kept, parameter_of(kept))
        return found[1]

    def text(self, kept: Mapping[str, Any]) -> str:
        """A row as canonical inputs write it."""
        found = self._texts.get(id(kept))
        if found is None:
            found = self._texts[id(kept)] = (kept, exact_json(kept))
        return found[1]

    def read(self, reader: Callable[[Parameter], T], row: Parameter) -> T:
        """What a reader of `parameters` makes of a row."""
        found = self._read.get((id(row), reader))
        if found is None:
            found = self._read[id(row), reader] = (row, reader(row))
        value: T = found[1]
        return value


class Given:
    """The inputs with their figures read."""

    def __init__(self, inputs: Mapping[str, Any], readings: Readings) -> None:
        self.inputs = inputs
        self.read = readings.read
        self.kind: str = inputs["kind"]
        self.attendance: Mapping[str, Any] = inputs["attendance"]
        self.extra = {name: Decimal(value) for name, value in inputs["extra"].items() if name != "bonus_way"}
        self.settled: Mapping[str, Any] | None = inputs.get("settlement")
        self.all = tuple(readings.row(one) for one in inputs["parameters"])
        self.rows = {one.ref: one for one in self.all}
        self._by_kind: dict[str, Parameter] = {}
        for one in self.all:
            self._by_kind.setdefault(one.kind, one)
        self.paid_days = self.read(rows.paid_days, self.one("paid_days"))
        self.monthly = Decimal(inputs["parts"][-1]["monthly"]) if inputs["parts"] else ZERO
        self.source: tuple[str, ...] = (self.attendance["source"],) if self.attendance["source"] else ()

    def one(self, kind: str) -> Parameter:
        """The row of a kind."""
        found = self.maybe(kind)
        if found is None:
            raise KeyError(kind)
        return found

    def maybe(self, kind: str) -> Parameter | None:
        """The row of a kind, None where there is none."""
        return self._by_kind.get(kind)

    def tables(self) -> tuple[Table, Table, str]:
        """The annual and the monthly table, and where they are from."""
        row = self.one("income_tax")
        annual, monthly = self.read(rows.income_tax, row)
        return annual, monthly, row.ref

    def days(self, name: str) -> Decimal:
        """A count of days of the attendance sheet."""
        return Decimal(self.attendance[name])


def parameter_of(kept: Mapping[str, Any]) -> Parameter:
    """A row as the inputs hold it, as rules take it."""
    return Parameter(
        kept["ref"], kept["kind"], kept["place"], kept["item"], date.fromisoformat(kept["first"]),
        None if kept["last"] is None else date.fromisoformat(kept["last"]), kept["values"], kept["law"],
        kept["source"], kept["provisional"],
    )  # fmt: skip


def kept_parameter(row: Parameter) -> dict[str, Any]:
    """A row as the inputs hold it."""
    return {
        "ref": row.ref, "kind": row.kind, "place": row.place, "item": row.item, "first": row.first.isoformat(),
        "last": None if row.last is None else row.last.isoformat(), "values": json.loads(json.dumps(dict(row.values))),
        "law": row.law, "source": row.source, "provisional": row.provisional,
    }  # fmt: skip


def exact_json(value: object) -> str:
    """Compact JSON with sorted names.

    Raises:
        TypeError: it holds a float, a Decimal, or something else that is not exact JSON.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # reading it back finds a float where it stands, far faster than a walk through the values in Python; texts that
    # only look as if they held one are read back too
    if _LIKE_FLOAT.search(text):
        json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    return text


_LIKE_FLOAT = re.compile(r'(?:":|[\[,])-?(?:\d+[.eE]|NaN|Infinity)|^-?(?:\d+[.eE]|NaN|Infinity)')


def _no_float(number: str) -> None:
    raise TypeError(f"{number} is not exact")


def percent(share: Decimal) -> str:
    """A share in per cent, as sentences say it."""
    return f"{(share * 100).normalize():f}"
