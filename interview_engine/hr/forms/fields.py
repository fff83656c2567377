"""Typed fields: what one is called, what it takes, and the limits of its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, get_args

from interview_engine.hr.problems import invalid, required
from interview_engine.i18n import Text, joined, msg

Kind = Literal["text", "area", "whole", "number", "money", "day", "month", "moment", "choice", "flag"]
"""text and area: str, of one line and of several. whole: int. number: Decimal. money: int, in fen. day: date.
month: its first day. moment: aware datetime. choice: one of the choices' keys. flag: bool."""

KINDS: tuple[Kind, ...] = get_args(Kind)
NUMBERS: frozenset[Kind] = frozenset({"whole", "number", "money"})
RANGES: frozenset[Kind] = frozenset({"whole", "number", "money", "day", "month", "moment"})
"""Kinds that are asked for from … to …."""

Value = str | int | Decimal | date | datetime | bool | None
"""What a field of some kind holds; None is nothing."""

Shown = Value | Text
"""What a row has in a column: a value, or a text that is read in several languages."""

NO_CHOICES: Mapping[str, Text] = MappingProxyType({})

MOST_NUMBER = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, and one column of the sheet that is imported for it.

    Args:
        name: a Python identifier; what JSON and addresses call it.
        label: what people read.
        help: a sentence below it.
        choices: of a choice, by key what people read.
        most: characters of a text.
        low, high: of a number (money in yuan).
        places: decimals of a number.
        when: (name of another field, its value): only then is this one asked for; otherwise it is None.
        also: what else the heads of people's sheets call it.
        reads: its own reading of a text, in place of the kind's; raises InvalidInput. Of a text field it reads every
            value, however it came; what it gives it reads as the same.
        mask: what pages of an import show of it; the whole value is for who opens it in its own place.
        alone: a value as it is compared, where no two lines of a sheet may say the same.
        joined: columns of a sheet that are parts of it stand in one value with this between them: "总部/销售部".
        parts: what the heads of such columns are called.
        tidy: what is made of a sheet's cell before it is read as a text, see `forms.mending`.
        nothing: what sheets write into a cell that says nothing: "/", "长期" as the last day of an open-ended contract.
    """

    name: str
    label: Text
    kind: Kind = "text"
    required: bool = False
    help: Text | None = None
    choices: Mapping[str, Text] = field(default_factory=lambda: NO_CHOICES)
    most: int = 200
    low: Decimal | None = None
    high: Decimal | None = None
    places: int = 2
    when: tuple[str, Value] | None = None
    also: tuple[str, ...] = ()
    reads: Callable[[str], str] | None = None
    mask: Callable[[str], str] | None = None
    alone: Callable[[str], str] | None = None
    joined: str | None = None
    parts: tuple[str, ...] = ()
    tidy: Callable[[str], str] | None = None
    nothing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.name.isidentifier():
            raise ValueError(f"field {self.name!r}: no such kind, or no identifier")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"field {self.name!r}: a choice has choices, and nothing else has")


def is_nothing(value: Value) -> bool:
    """Whether a value says nothing: None and the empty text."""
    return value is None or value == ""


def checked(one: Field, value: Value) -> Value:
    """A value of the right type within the field's limits; None for nothing.

    Raises:
        InvalidInput: `input.required`, `input.too_long`, `input.choice`, `input.number`; what the field's reading says.
    """
    if is_nothing(value):
        if one.required:
            raise required(one.name, one.label)
        return None
    if one.reads is not None and one.kind == "text":
        value = one.reads(str(value))
    if isinstance(value, str) and one.kind in ("text", "area") and len(value) > one.most:
        raise invalid(
            one.name,
            "input.too_long",
            msg("The {thing} is longer than {most} characters.", thing=one.label, most=one.most),
            msg("Shorten it and send again."),
        )
    if one.kind == "choice" and value not in one.choices:
        raise no_choice(one)
    if one.kind in NUMBERS:
        _check_limits(one, value)
    return value


def checked_form(fields: tuple[Field, ...], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values of a whole form, by name: every field is there, and those that were not asked for are None.

    Raises:
        InvalidInput: as `checked`, of the first field that is not right.
    """
    found: dict[str, Value] = {}
    for one in fields:
        asked = one.when is None or found.get(one.when[0]) == one.when[1]
        found[one.name] = checked(one, values.get(one.name)) if asked else None
    return found


def no_choice(one: Field) -> Exception:
    """What is said of a value that is none of the choices."""
    return invalid(
        one.name,
        "input.choice",
        msg("“{thing}” has no such choice.", thing=one.label),
        msg("Choose one of {listed}.", listed=listed(one)),
    )


def listed(one: Field) -> Text:
    """The choices of a field as a list."""
    return joined(one.choices.values())


def _check_limits(one: Field, value: Value) -> None:
    assert isinstance(value, int | Decimal)
    amount = Decimal(value) / 100 if one.kind == "money" else Decimal(value)
    low = -MOST_NUMBER if one.low is None else one.low
    high = MOST_NUMBER if one.high is None else one.high
    if not low <= amount <= high:
        raise invalid(
            one.name,
            "input.number",
            msg("{thing}: a number from {low} to {high}.", thing=one.label, low=f"{low:f}", high=f"{high:f}"),
            msg("Correct it and send again."),
        )
