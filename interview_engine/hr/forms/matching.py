"""A sheet against the fields of a form: which head is which field, and each line as values or as what is wrong in it.

Pure: nothing is written, and no line is dropped without being named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interview_engine.errors import InvalidInput
from interview_engine.hr.forms.fields import Field, Value, checked_form
from interview_engine.hr.forms.reading import is_like, read_value
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, joined, languages, msg

_SHORTENED = re.compile(r"\d(?:\.\d+)?[eE]\+\d{2,}|\d{16,}\.0")
_FLOATED = re.compile(r"(\d{6,15})\.0")


@dataclass(frozen=True, slots=True)
class Anomaly:
    """What is wrong with a line of a sheet.

    Args:
        row: its number in the sheet, the first line is 1.
        column: what the sheet calls the column; "" for the line as a whole.
        message, next_step: the reason, and what to do.
    """

    row: int
    column: str
    message: Text
    next_step: Text


@dataclass(frozen=True, slots=True)
class Line:
    """A line that can be taken: its number in the sheet and the values of every field by name."""

    row: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet as the form reads it.

    Args:
        mapping: by head of the sheet, the name of the field.
        unused: heads that no field is called.
        lines: those that can be taken. anomalies: of the others, in the sheet's order.
    """

    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    lines: tuple[Line, ...]
    anomalies: tuple[Anomaly, ...]


def names_of(field: Field) -> frozenset[str]:
    """What the head of its column may be: its label in any language, its name, and what else sheets call it."""
    return frozenset(
        is_like(name) for name in (field.name, *field.also, *(field.label.get(language) for language in languages()))
    )


def propose(fields: Sequence[Field], heads: Sequence[str]) -> dict[str, str]:
    """Which field each head is; heads that none is called are left out. A star behind a required one does not count."""
    found: dict[str, str] = {}
    for head in heads:
        said = is_like(head).rstrip("*＊ ").strip()
        field = next((one for one in fields if said in names_of(one) and one.name not in found.values()), None)
        if field is not None:
            found[head] = field.name
    return found


def read_sheet(
    fields: tuple[Field, ...],
    heads: Sequence[str],
    rows: Iterable[tuple[int, Mapping[str, str]]],
    key: Sequence[str] = (),
) -> ReadSheet:
    """Every line of a sheet as values, or as an anomaly.

    Args:
        rows: number in the sheet, and cells by head.
        key: fields by which a line is known: a second line with the same is an anomaly.

    Raises:
        InvalidInput: `import.columns`, a required field has no column.
    """
    mapping = propose(fields, heads)
    _check_columns(fields, mapping, heads)
    by_name = {name: head for head, name in mapping.items()}
    lines: list[Line] = []
    wrong: list[Anomaly] = []
    seen: dict[tuple[Value, ...], int] = {}
    for number, cells in rows:
        problems, values = _read_line(fields, by_name, cells)
        wrong += [Anomaly(number, column, error.message, error.next_step) for column, error in problems]
        if problems:
            continue
        known = tuple(_comparable(values[name]) for name in key)
        first = seen.setdefault(known, number) if key else number
        if first != number:
            wrong.append(
                Anomaly(
                    number,
                    by_name.get(key[0], ""),
                    msg("It is the same as row {row}.", row=first),
                    msg("Keep one of them, or correct the {thing}.", thing=_labels(fields, key)),
                )
            )
            continue
        lines.append(Line(number, values))
    unused = tuple(head for head in heads if head and head not in mapping)
    return ReadSheet(mapping, unused, tuple(lines), tuple(wrong))


def cell_text(field: Field, raw: str) -> str:
    """A cell as text, where the spreadsheet took digits for a number ("13800001111.0").

    Raises:
        InvalidInput: `import.shortened`, it kept only the first digits of a long number.
    """
    if field.kind not in ("text", "area"):
        return raw
    if _SHORTENED.fullmatch(raw.strip()):
        raise invalid(
            field.name,
            "import.shortened",
            msg("The spreadsheet has shortened this number: “{raw}”.", raw=raw.strip()),
            msg("Format the column as text there, enter the number again and save."),
        )
    return _FLOATED.sub(r"\1", raw) if _FLOATED.fullmatch(raw.strip()) else raw


def _read_line(
    fields: tuple[Field, ...], by_name: Mapping[str, str], cells: Mapping[str, str]
) -> tuple[list[tuple[str, InvalidInput]], dict[str, Value]]:
    """Every problem of a line, not the first alone, and its values."""
    problems: list[tuple[str, InvalidInput]] = []
    values: dict[str, Value] = {}
    for field in fields:
        head = by_name.get(field.name, "")
        if field.when is not None and values.get(field.when[0]) != field.when[1]:
            values[field.name] = None
            continue
        try:
            values[field.name] = read_value(field, cell_text(field, cells.get(head, "")))
        except InvalidInput as error:
            problems.append((head, error))
    if not problems:
        values = checked_form(fields, values)
    return problems, values


def _check_columns(fields: Sequence[Field], mapping: Mapping[str, str], heads: Sequence[str]) -> None:
    lacking = [one for one in fields if one.required and one.when is None and one.name not in mapping.values()]
    if lacking:
        found = ", ".join(head for head in heads if head) or "–"
        raise invalid(
            "file",
            "import.columns",
            msg("The sheet has no column for: {listed}.", listed=joined(one.label for one in lacking)),
            msg("The first row holds column names; found: {found}.", found=found),
        )


def _comparable(value: Value) -> Value:
    return is_like(value) if isinstance(value, str) else value


def _labels(fields: Sequence[Field], names: Sequence[str]) -> Text:
    return joined(one.label for one in fields if one.name in names)
