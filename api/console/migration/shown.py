"""What the pages of an import show of its columns and lines, in words and as the list's own page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.accounts.service import names_of
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.writing import written
from interview_engine.hr.lists.sheet_values import load
from interview_engine.hr.migration import receiving, service
from interview_engine.hr.migration.kept import words
from interview_engine.hr.migration.lines import LineView, lines_of, reasons_of
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.i18n import Text, mark, msg

EXAMPLES = 3
"""Lines that show what stands in a column."""
WHAT: Mapping[str, Text] = {
    "read": msg("not checked", context="line"),
    "made": msg("new", context="line"),
    "changed": msg("changed", context="line"),
    "same": msg("as it was", context="line"),
    "refused": msg("refused", context="line"),
    "left_out": msg("no row", context="line"),
    "taken_back": msg("rolled back", context="line"),
    "kept": msg("kept", context="line"),
}
HOW: Mapping[str, str] = {
    "remembered": mark("as last time"),
    "name": mark("by its name"),
    "similar": mark("much alike: look at it"),
}


def columns_of(
    batch: ImportBatch,
    fields: Mapping[str, Field],
    how: Mapping[str, str],
    lines: Sequence[LineView],
    say: Any,
    language: str,
) -> list[dict[str, Any]]:
    """Each column of the sheet: its field, how that was found, and examples of what stands in it."""
    first = [line for line in lines if line.state != "left_out"][:EXAMPLES]
    return [
        {
            "place": place, "head": head, "field": batch.mapping.get(head, ""),
            "how": say(HOW[how[head]]) if head in how else "",
            "similar": how.get(head) == "similar",
            "examples": [line.cells[head] for line in first if line.cells.get(head)],
            "is_day": batch.mapping.get(head) in fields and fields[batch.mapping[head]].kind in ("day", "month"),
            "order": batch.orders.get(batch.mapping.get(head, ""), ""),
            "name": batch.mapping.get(head, ""),
        }
        for place, head in enumerate(batch.heads)
    ]  # fmt: skip


def given_of(batch: ImportBatch, fields: Mapping[str, Field], language: str) -> list[dict[str, str]]:
    """Fields without a column, for which one value may be said."""
    used = set(batch.mapping.values())
    return [
        {"name": name, "label": one.label.get(language) + (" *" if one.required else ""),
         "value": str(batch.given.get(name, ""))}
        for name, one in fields.items()
        if name not in used
    ]  # fmt: skip


def line_shown(line: LineView, fields: Mapping[str, Field], language: str) -> dict[str, Any]:
    """A line of the sheet: what it will do, and what is wrong with it in which column."""
    return {
        "number": line.number,
        "state": line.state,
        "word": WHAT[line.state].get(language),
        "first": " · ".join(filter(None, list(line.cells.values())[:4])),
        "notes": [
            {"kind": one["kind"], "column": one["column"], "what": words(dict(one), language)[0],
             "next": words(dict(one), language)[1]} for one in line.notes
        ],
        "changes": [
            (fields[name].label.get(language) if name in fields else name, words_shown(fields, name, before, language),
             words_shown(fields, name, after, language)) for name, before, after in line.changes
        ],
    }  # fmt: skip


MOST_REASONS = 8
"""Reasons on the page of an import; its lines have all."""


def reasons_shown(
    session: Session, batch: ImportBatch, fields: Mapping[str, Field], key: Sequence[str], language: str
) -> list[dict[str, Any]]:
    """Why lines are refused, in words.

    `may_leave`: the column stops half of the lines and more, and is neither required nor one by which rows are found,
    so that it may be left out.
    """
    shown = []
    for one in reasons_of(session, batch)[:MOST_REASONS]:
        field = fields.get(batch.mapping.get(one.column, ""))
        is_most = one.lines * 2 >= batch.lines
        what, after = words(dict(one.example), language)
        may_leave = is_most and field is not None and not field.required and field.name not in key
        shown.append({"column": one.column, "lines": one.lines, "what": what, "next": after, "may_leave": may_leave})
    return shown


def sample_of(
    session: Session, context: Context, actor: Actor, batch: ImportBatch, fields: Mapping[str, Field], language: str
) -> list[dict[str, Any]]:
    """The sample's lines beside what is here now."""
    if not batch.sample:
        return []
    numbers = {one["row"] for one in batch.sample}
    lines = {
        line.number: line
        for line in lines_of(session, context.box, batch, limit=receiving.MOST_LINES)
        if line.number in numbers
    }
    ids = [line.row_id for line in lines.values() if line.row_id]
    now = load(session, actor, service.spec_of(batch.list_name), ids)
    names = names_of(session, [one["by"] for one in batch.sample if one["by"]])
    found = []
    for one in batch.sample:
        line = lines.get(one["row"])
        if line is None:
            continue
        held = now.get(line.row_id or "", {})
        pairs = [
            (head, line.cells.get(head, ""), value_shown(fields[name], held.get(name), language))
            for head, name in batch.mapping.items()
            if name in fields
        ]
        found.append({"row": one["row"], "fits": one["fits"], "pairs": pairs,
                      "by": names.get(one["by"] or "", "")})  # fmt: skip
    return found


def words_shown(fields: Mapping[str, Field], name: str, typed: str, language: str) -> str:
    """A value that was kept as forms type it, in words."""
    field = fields.get(name)
    if field is None or not typed or field.mask is not None:  # masked already, where it has to be
        return typed
    try:
        return value_shown(field, read_value(field, typed), language)
    except InterviewEngineError:
        return typed


def value_shown(field: Field, value: Any, language: str) -> str:
    """A value as the list's own page writes it."""
    found = written(field.kind, value, field.choices, language)
    if found is None:
        return ""
    return str(found) if field.mask is None else field.mask(str(found))
