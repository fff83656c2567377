"""Lines of an import as pages and files show them: opened, and masked for whoever may not read them whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, or_, select, true
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.matching import propose_alike
from interview_engine.hr.house import house
from interview_engine.hr.lists.sheet_values import form_of
from interview_engine.hr.migration.service import reach, spec_of
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.store.page import MAX_ROWS
from interview_engine.store.secrets import SecretBox


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as pages show it. `cells`: by head; empty once they are no longer kept."""

    number: int
    state: str
    cells: Mapping[str, str]
    notes: Sequence[Mapping[str, Any]]
    changes: Sequence[tuple[str, str, str]]
    row_id: str | None


def lines_of(
    session: Session,
    box: SecretBox,
    batch: ImportBatch,
    *,
    states: Sequence[str] = (),
    kinds_of_note: Sequence[str] = (),
    after: int = 0,
    limit: int = MAX_ROWS,
    whole: bool = False,
) -> list[LineView]:
    """Lines of a batch in their order, after a number. The caller has checked that the batch may be read.

    Args:
        states, kinds_of_note: only these; with both, lines of either.
        whole: also what is masked elsewhere, for who may read it (`reads_whole`).
    """
    asked: list[ColumnElement[bool]] = []
    if states:
        asked.append(ImportRow.state.in_(states))
    if kinds_of_note:
        asked.append(_has_notes())
    statement = (
        select(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.number > after, or_(*asked) if asked else true())
        .order_by(ImportRow.number)
        .limit(limit)
    )
    masks = {} if whole else _masks(batch)
    return [_view_of(box, batch, row, masks) for row in session.scalars(statement)]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why lines are refused: one reason in one column. `example`: what is said of the first of them."""

    column: str
    lines: int
    example: Mapping[str, Any]


def reasons_of(session: Session, batch: ImportBatch) -> list[Reason]:
    """Why lines of a batch are refused, the reason with the most lines first. The caller has checked that the batch may
    be read."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], Mapping[str, Any]] = {}
    refused = select(ImportRow.notes).where(ImportRow.batch_id == batch.id, ImportRow.state == "refused")
    for notes in session.scalars(refused.order_by(ImportRow.number)):
        keys = {
            (one["column"], json.dumps(one["what"].get("text", ""))): one for one in notes if one["kind"] == REFUSED
        }
        counts.update(list(keys))
        examples = {**keys, **examples}
    return [Reason(column, lines, examples[column, what]) for (column, what), lines in counts.most_common()]


REFUSED = "refused"
"""The kind of note that says why a line is refused."""


def reads_whole(session: Session, actor: Actor, batch: ImportBatch) -> bool:
    """Whether the actor may read ID numbers of the batch's company: a sheet to be corrected has them whole for them."""
    return bool(session.scalar(select(reach(actor, batch.legal_entity_id, "identity", "read"))))


def _view_of(box: SecretBox, batch: ImportBatch, row: ImportRow, masks: Mapping[str, Mask]) -> LineView:
    """A line with its cells and changes opened."""
    cells = json.loads(box.decrypt(row.source)) if row.source else []
    changes = json.loads(box.decrypt(row.changes)) if row.changes else []
    return LineView(
        row.number,
        row.state,
        {head: _masked(masks.get(head), cell) for head, cell in zip(batch.heads, cells, strict=False)},
        row.notes,
        [
            (field, _masked(masks.get(f"={field}"), before), _masked(masks.get(f"={field}"), after))
            for field, before, after in changes
        ],
        row.row_id,
    )


Mask = Callable[[str], str]


SHORTEST_MASKED = 8
"""Characters from which on a cell may be what is not to be shown; "无" and "#N/A" are no ID numbers."""


def _masks(batch: ImportBatch) -> dict[str, Mask]:
    """How cells are masked by their head, and values of fields by "=" and the field's name: also where a column is not
    taken, or whoever looks has no such field."""
    spec = spec_of(batch.list_name)
    fields = [*form_of(spec).fields, *(one for part in house().sheet_parts(spec.name) for one in part.fields)]
    masks = {one.name: one.mask for one in fields if one.mask is not None}
    if not masks:
        return {}
    alike = {head: one.field for head, one in propose_alike(fields, batch.heads).items()}
    found = {head: masks[name] for head, name in {**alike, **batch.mapping}.items() if name in masks}
    found |= {head: masks[name] for head, name in alike.items() if name in masks}
    return found | {f"={name}": mask for name, mask in masks.items()}


def _masked(mask: Mask | None, text: str) -> str:
    return text if mask is None or len(text) < SHORTEST_MASKED else mask(text)


def _has_notes() -> ColumnElement[bool]:
    return cast(ImportRow.notes, String) != "[]"
