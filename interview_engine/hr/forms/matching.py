"""A sheet against the fields of a form: which head is which field, and each line as values or as what is wrong in it.

Pure: nothing is written, and no line is dropped without being named.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from interview_engine.errors import InvalidInput
from interview_engine.hr.forms.fields import Field, Value, checked_form
from interview_engine.hr.forms.mending import mended
from interview_engine.hr.forms.reading import DayOrder, is_like, read_value
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, joined, languages, msg

_SHORTENED = re.compile(r"\d(?:\.\d+)?[eE]\+\d{2,}|\d{16,}\.0")
_FLOATED = re.compile(r"(\d{6,15})\.0")
_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_BRACKETS = re.compile(r"[(\[【〔<「].*?[)\]】〕>」]")
_AROUND_HEAD = re.compile(r"[\s*:_、·\-/]|必填项?|选填|\brequired\b|\boptional\b")
SIMILAR = 0.85
"""Share of two heads' characters that are alike, in order, from which on one is proposed for the other: a head that has
one more word in it ("员工姓名拼音") stays below."""


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
        mended: what was odd in a cell and is understood all the same; the line may be among either.
    """

    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    lines: tuple[Line, ...]
    anomalies: tuple[Anomaly, ...]
    mended: tuple[Anomaly, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field that a head may be. `sure`: the head is one of its names; else the two are only much alike."""

    field: str
    sure: bool


def names_of(field: Field) -> frozenset[str]:
    """What the head of its column may be: its label in any language, its name, and what else sheets call it."""
    return frozenset(
        is_like(name) for name in (field.name, *field.also, *(field.label.get(language) for language in languages()))
    )


@lru_cache(maxsize=4096)
def head_key(head: str) -> str:
    """A head as it is compared: without spaces, stars, "required", and what stands in brackets ("手机号码（必填）")."""
    plain = is_like(head)
    return _AROUND_HEAD.sub("", _BRACKETS.sub("", plain)) or re.sub(r"[^\w]", "", plain)


def known_heads(fields: Sequence[Field]) -> Callable[[str], bool]:
    """Whether a head is one of the fields' names, or the name of a part of one."""
    parts = frozenset(head_key(name) for one in fields for name in one.parts)
    known = parts.union(*(_keys_of(one) for one in fields))
    return lambda head: head_key(head) in known


def propose(fields: Sequence[Field], heads: Sequence[str]) -> dict[str, str]:
    """Which field each head is by its names; heads that none is called are left out."""
    return {head: one.field for head, one in propose_alike(fields, heads).items() if one.sure}


def propose_alike(fields: Sequence[Field], heads: Sequence[str]) -> dict[str, Proposal]:
    """Which field each head is, by its names or by being much like one of them; no field twice.

    The heads that are certain choose first, in their order; then the pairs that are most alike.
    """
    keys = {one.name: _keys_of(one) for one in fields}
    found: dict[str, Proposal] = {}
    free = dict.fromkeys(keys)
    for one in (field for field in fields if field.joined):
        # a column for each level of the organisation: together they are one path
        levels = [head for head in heads if head_key(head) in {head_key(name) for name in one.parts}]
        if len(levels) > 1:
            found |= {head: Proposal(one.name, True) for head in levels}
            del free[one.name]
    for exact in (True, False):
        for head in heads:
            said = is_like(head).rstrip("*＊ ").strip() if exact else head_key(head)
            of = names_of if exact else _keys_of
            field = next((one.name for one in fields if said and one.name in free and said in of(one)), None)
            if field is not None and head not in found:
                found[head] = Proposal(field, True)
                del free[field]
    alike = sorted(
        (
            (-max(Indel.normalized_similarity(head_key(head), key) for key in keys[name]), place, name, head)
            for place, head in enumerate(heads)
            if head not in found and len(head_key(head)) > 2
            for name in free
        )
    )
    for score, _, name, head in alike:
        if -score >= SIMILAR and head not in found and name in free:
            found[head] = Proposal(name, False)
            del free[name]
    return found


def read_sheet(
    fields: tuple[Field, ...],
    heads: Sequence[str],
    rows: Iterable[tuple[int, Mapping[str, str]]],
    key: Sequence[str] = (),
    *,
    mapping: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    orders: Mapping[str, DayOrder] | None = None,
) -> ReadSheet:
    """Every line of a sheet as values, or as an anomaly.

    Args:
        rows: number in the sheet, and cells by head.
        key: fields by which a line is known: a second line with the same is an anomaly.
        mapping: which field each head is, where a person has said so.
        given: by field, what every line without a cell for it says.
        orders: by field, the order in which its short dates are written.

    Raises:
        InvalidInput: `import.columns`, a required field has no column.
    """
    mapping = propose(fields, heads) if mapping is None else mapping
    given = given or {}
    _check_columns(fields, {*mapping.values(), *(name for name, text in given.items() if text.strip())}, heads)
    by_name: dict[str, tuple[str, ...]] = {}
    for head in heads:
        if head in mapping:
            by_name[mapping[head]] = (*by_name.get(mapping[head], ()), head)
    lines: list[Line] = []
    wrong: list[Anomaly] = []
    odd: list[Anomaly] = []
    seen: dict[tuple[Value, ...], int] = {}
    alone: dict[tuple[str, str], int] = {}
    for number, cells in rows:
        problems, values, notes = _read_line(fields, by_name, cells, given, orders or {})
        wrong += [Anomaly(number, column, error.message, error.next_step) for column, error in problems]
        odd += [Anomaly(number, column, what, done) for column, (what, done) in notes]
        if problems:
            continue
        known = tuple(_comparable(values[name]) for name in key)
        if not any(known):
            known = ()
        first = seen.setdefault(known, number) if known else number
        if first != number:
            wrong.append(
                Anomaly(
                    number,
                    by_name.get(key[0], ("",))[0],
                    msg("It is the same as row {row}.", row=first),
                    msg("Keep one of them, or correct the {thing}.", thing=_labels(fields, key)),
                )
            )
            continue
        twice = _twice(fields, values, number, alone)
        if twice is not None:
            field, first = twice
            wrong.append(
                Anomaly(
                    number,
                    by_name.get(field.name, ("",))[0],
                    msg("Row {row} has the same {thing}.", row=first, thing=field.label),
                    msg("Keep one of the two lines, or correct the {thing}.", thing=field.label),
                )
            )
            continue
        lines.append(Line(number, values))
    unused = tuple(head for head in heads if head and head not in mapping)
    return ReadSheet(mapping, unused, tuple(lines), tuple(wrong), tuple(odd))


def cell_text(field: Field, raw: str) -> str:
    """A cell as text: digits that the spreadsheet took for a number ("13800001111.0"), or marked as text with an
    apostrophe, and full-width letters and digits made plain.

    Raises:
        InvalidInput: `import.shortened`, it kept only the first digits of a long number.
    """
    if field.kind not in ("text", "area") or field.reads is not None:
        return raw
    if _SHORTENED.fullmatch(raw.strip()):
        raise invalid(
            field.name,
            "import.shortened",
            msg("The spreadsheet has shortened this number: “{raw}”.", raw=raw.strip()),
            msg("Format the column as text there, enter the number again and save."),
        )
    text = raw.strip()
    if text.startswith("'"):
        text = raw = text[1:]  # as Excel marks text that looks like a number
    if _WIDE.search(text):
        plain = unicodedata.normalize("NFKC", text)
        # Chinese text keeps its own brackets and commas
        raw = plain if plain.isascii() else _WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    raw = _FLOATED.sub(r"\1", raw.strip()) if _FLOATED.fullmatch(raw.strip()) else raw
    return raw if field.tidy is None else field.tidy(raw)


def _read_line(
    fields: tuple[Field, ...],
    by_name: Mapping[str, tuple[str, ...]],
    cells: Mapping[str, str],
    given: Mapping[str, str],
    orders: Mapping[str, DayOrder],
) -> tuple[list[tuple[str, InvalidInput]], dict[str, Value], list[tuple[str, tuple[Text, Text]]]]:
    """Every problem of a line, not the first alone, its values, and what was odd and is understood."""
    problems: list[tuple[str, InvalidInput]] = []
    values: dict[str, Value] = {}
    notes: list[tuple[str, tuple[Text, Text]]] = []
    for field in fields:
        heads = by_name.get(field.name, ("",))
        head = heads[0]
        if field.when is not None and values.get(field.when[0]) != field.when[1]:
            values[field.name] = None
            continue
        raw = cells.get(head, "")
        if len(heads) > 1:
            raw = (field.joined or " ").join(text.strip() for one in heads if (text := cells.get(one, "")).strip())
        raw = raw if raw.strip() else given.get(field.name, "")
        try:
            value = read_value(field, cell_text(field, raw), orders.get(field.name))
        except InvalidInput as error:
            problems.append((head, error))
            continue
        values[field.name] = value
        if (note := mended(field, raw, value)) is not None:
            notes.append((head, note))
    if not problems:
        values = checked_form(fields, values)
    return problems, values, notes


def _twice(
    fields: Sequence[Field], values: Mapping[str, Value], number: int, seen: dict[tuple[str, str], int]
) -> tuple[Field, int] | None:
    """The first field in which a line says what a line before it has said, and that line's number."""
    said = [(one, one.alone(str(values[one.name]))) for one in fields if one.alone is not None and values[one.name]]
    for one, text in said:
        if text and (one.name, text) in seen:
            return one, seen[one.name, text]
    seen.update({(one.name, text): number for one, text in said})
    return None


def _check_columns(fields: Sequence[Field], said: Collection[str], heads: Sequence[str]) -> None:
    lacking = [one for one in fields if one.required and one.when is None and one.name not in said]
    if lacking:
        found = ", ".join(head for head in heads if head) or "–"
        raise invalid(
            "file",
            "import.columns",
            msg("The sheet has no column for: {listed}.", listed=joined(one.label for one in lacking)),
            msg("The first row holds column names; found: {found}.", found=found),
        )


def _keys_of(field: Field) -> frozenset[str]:
    return frozenset(head_key(name) for name in names_of(field)) - {""}


def _comparable(value: Value) -> Value:
    return is_like(value) if isinstance(value, str) else value


def _labels(fields: Sequence[Field], names: Sequence[str]) -> Text:
    return joined(one.label for one in fields if one.name in names)
