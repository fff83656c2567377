"""Two systems side by side: what a batch's source says, and what is here now. Nothing is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.matching import Line, read_sheet
from interview_engine.hr.forms.query import NOTHING
from interview_engine.hr.forms.reading import is_like
from interview_engine.hr.lists.reading import read_list
from interview_engine.hr.lists.sheet_lines import found_rows
from interview_engine.hr.lists.sheet_values import form_of, load, sheet_fields
from interview_engine.hr.migration.kept import written
from interview_engine.hr.migration.service import spec_of
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.hr.people.contact import phone_key
from interview_engine.store.page import MAX_ROWS
from interview_engine.store.secrets import SecretBox

DIFFERS, NOT_HERE, NOT_THERE, UNREAD = "differs", "not_here", "not_there", "unread"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Args:
        what: "differs" (a field), "not_here" (a line without a row), "not_there" (a row without a line), "unread" (a
            line that cannot be read).
        number: of the line; None for a row without one.
        name: what the row is known by.
        field: the field's name; "" for a whole line or row.
        source, here: its values as forms type them.
    """

    what: str
    number: int | None
    name: str
    field: str = ""
    source: str = ""
    here: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Lines that are equal, and every difference: lines in their order, then rows without a line."""

    equal: int
    differences: tuple[Difference, ...]

    def counts(self) -> dict[str, int]:
        """Lines and rows by what is said of them."""
        found = {"equal": self.equal}
        for what in (DIFFERS, NOT_HERE, NOT_THERE, UNREAD):
            found[what] = len({(one.number, one.name) for one in self.differences if one.what == what})
        return found


def compare(session: Session, box: SecretBox, actor: Actor, batch: ImportBatch) -> Comparison:
    """A batch's source against what is here now, within the actor's reach. The caller has checked the batch.

    Cells that the source leaves empty say nothing. Rows without a line are those that the list shows unasked: people
    who left are not missing in the source.
    """
    spec = spec_of(batch.list_name)
    fields = sheet_fields(session, actor, spec)
    by_name = {one.name: one for one in fields}
    key = form_of(spec).key
    rows = session.scalars(
        select(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.state != "left_out", ImportRow.source != "")
        .order_by(ImportRow.number)
    )
    cells = ((row.number, dict(zip(batch.heads, json.loads(box.decrypt(row.source)), strict=False))) for row in rows)
    sheet = read_sheet(
        fields, batch.heads, cells, key, mapping=batch.mapping, given=batch.given,
        orders=batch.orders,
    )  # fmt: skip
    found = found_rows(session, actor, spec, sheet.lines)
    found |= _by_import(session, batch, [line for line in sheet.lines if line.row not in found])
    now = load(session, actor, spec, list(found.values()))
    equal = 0
    differences: list[Difference] = []
    for line in sheet.lines:
        held = now.get(found.get(line.row, ""))
        name = _name(by_name, line, key)
        if held is None:
            differences.append(Difference(NOT_HERE, line.row, name))
            continue
        other = [
            Difference(DIFFERS, line.row, name, field, _shown(by_name, field, value),
                       _shown(by_name, field, held.get(field)))
            for field, value in line.values.items()
            if value is not None and field in held and not _alike(field, value, held.get(field))
        ]  # fmt: skip
        differences += other
        equal += not other
    differences += [Difference(UNREAD, number, "") for number in sorted({one.row for one in sheet.anomalies})]
    differences.sort(key=lambda one: one.number or 0)
    return Comparison(equal, (*differences, *_without_line(session, actor, batch, set(found.values()))))


def _by_import(session: Session, batch: ImportBatch, lines: Sequence[Line]) -> dict[int, str]:
    """Rows that the batch itself has made of lines without a key."""
    numbers = {line.row for line in lines}
    statement = select(ImportRow.number, ImportRow.row_id).where(
        ImportRow.batch_id == batch.id, ImportRow.row_id.is_not(None), ImportRow.state.in_(("made", "changed", "same"))
    )
    rows = session.execute(statement).tuples()
    return {number: row_id for number, row_id in rows if row_id is not None and number in numbers}


def _without_line(session: Session, actor: Actor, batch: ImportBatch, known: set[str]) -> list[Difference]:
    spec = spec_of(batch.list_name)
    shown = next((one.name for one in spec.columns if one.opens), spec.columns[0].name)
    found: list[Difference] = []
    query = NOTHING
    while True:
        page = read_list(session, actor, spec, query, limit=MAX_ROWS, counted=False)
        found += [
            Difference(NOT_THERE, None, str(row.values.get(shown) or row.id))
            for row in page.items
            if row.id not in known
        ]
        if page.next_cursor is None:
            return found
        query = replace(NOTHING, cursor=page.next_cursor)


def _name(fields: dict[str, Field], line: Line, key: Sequence[str]) -> str:
    names = [*key, *(name for name in ("name",) if name in line.values)]
    return " ".join(filter(None, (_shown(fields, name, line.values.get(name)) for name in names)))


def _shown(fields: dict[str, Field], name: str, value: Value) -> str:
    """A value as forms type it, an ID number masked."""
    text = written(fields, name, value)
    mask = fields[name].mask if name in fields else None
    return mask(text) if mask is not None and text else text


def _alike(field: str, one: Value, other: Value) -> bool:
    """Whether two values say the same: case, width, spaces and how a phone number is written do not count, and a
    department may have its company before it."""
    if one == other:
        return True
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    if field == "phone":
        return phone_key(one) == phone_key(other)
    if field == "department":
        one, other = one.rpartition("/")[2], other.rpartition("/")[2]
    return is_like(one) == is_like(other)
