"""Sheets that are imported: tried out first, with every anomaly named; written only when they are confirmed.

A preview does all that the import will do, and takes it back: what it says is what will happen. A line finds its row by
the form's key, so the same sheet a second time changes nothing.

It stands beside the batches of `hr/migration`; what lines do is one engine for both (`sheet_lines.py`). What is kept
differs: here one sealed text for a day, tried and written by two requests of one person, its columns found by their
heads. A batch has a row a line, a mapping that people correct and that is remembered, steps for a worker that may be
killed, a sample, a comparison with the source and a way back, for half a year. One table for both would give the form
of a few lines all of that, or the batch of a hundred thousand one text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied, require
from interview_engine.hr.forms.fields import Kind, Value
from interview_engine.hr.forms.matching import Line, ReadSheet
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.lists.sheet_lines import Outcome, change, found_rows, make
from interview_engine.hr.lists.sheet_values import form_of, sheet_fields
from interview_engine.hr.lists.tables import SheetImport
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import SecretBox

KEPT = timedelta(hours=24)
"""How long a preview can be confirmed."""
MOST_LINES = 20_000


def preview(
    session: Session,
    box: SecretBox,
    actor: Actor,
    spec: ListSpec,
    filename: str,
    sheet: ReadSheet,
    clock: Clock,
) -> tuple[SheetImport, Outcome]:
    """Try a sheet out and keep it to be confirmed; nothing else is written.

    Raises:
        PermissionDenied. ConflictError: `import.lines`, too many.
    """
    form = form_of(spec)
    require(actor, *form.needs)
    if actor.account_id is None:
        raise denied()
    if len(sheet.lines) > MOST_LINES:
        raise conflict("import.lines", msg("The sheet has more than {most} lines.", most=MOST_LINES),
                       msg("Split it into several sheets."))  # fmt: skip
    outcome = _tried(session, actor, spec, sheet, clock)
    kinds = {one.name: one.kind for one in sheet_fields(session, actor, spec)}
    content = json.dumps(
        {
            "mapping": dict(sheet.mapping),
            "lines": [[line.row, _typed(kinds, line.values)] for line in sheet.lines],
        },
        ensure_ascii=False,
    )
    row = SheetImport(
        **stamp(actor.id, clock),
        list_name=spec.name,
        account_id=actor.account_id,
        filename=filename[-200:],
        sha256=sha256(content.encode()).hexdigest(),
        content=box.encrypt(content),
        outcome={**outcome.numbers(), "plan": _plan(outcome), "unread": len({one.row for one in sheet.anomalies})},
    )
    session.add(row)
    session.flush()
    return row, outcome


def confirm(
    session: Session, box: SecretBox, actor: Actor, spec: ListSpec, import_id: str, clock: Clock
) -> tuple[SheetImport, Outcome]:
    """Write what a preview has shown.

    Raises:
        NotFoundError: it is not there, somebody else's, done, or too old. ConflictError: `import.changed`, it would do
            something else by now.
    """
    row = find(session, SheetImport, import_id, lock=True)
    is_own = row is not None and row.account_id == actor.account_id and row.list_name == spec.name
    if row is None or not is_own or row.state != "previewed" or not row.content:
        raise missing("import", msg("sheet to import"))
    if clock.now() - row.created_at > KEPT:
        raise missing("import", msg("sheet to import"))
    require(actor, *form_of(spec).needs)
    fields = {one.name: one for one in sheet_fields(session, actor, spec)}
    content = json.loads(box.decrypt(row.content))
    lines = [
        Line(number, {name: read_value(replace(fields[name], required=False), text) for name, text in values.items()})
        for number, values in content["lines"]
    ]
    mapping: Mapping[str, str] = content["mapping"]
    outcome = _carried_out(session, actor, spec, lines, mapping, clock)
    if _plan(outcome) != row.outcome["plan"]:
        raise conflict(
            "import.changed",
            msg("The rows have changed since the preview."),
            msg("Choose the file again and look at the new preview."),
        )
    numbers = outcome.numbers()
    row.state, row.content = "done", ""
    row.outcome = {**numbers, "refused": numbers["refused"] + row.outcome["unread"]}
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "list.import", f"list:{spec.name}", {"import": row.id, **row.outcome}, clock)
    return row, outcome


def clear(session: Session, clock: Clock) -> None:
    """Empty what was not confirmed in time."""
    old = clock.now() - KEPT
    for row in session.scalars(select(SheetImport).where(SheetImport.content != "", SheetImport.created_at < old)):
        row.content = ""


def _tried(session: Session, actor: Actor, spec: ListSpec, sheet: ReadSheet, clock: Clock) -> Outcome:
    """What the sheet would do; all of it is taken back."""
    step = session.begin_nested()
    try:
        done = _carried_out(session, actor, spec, sheet.lines, sheet.mapping, clock)
    finally:
        step.rollback()
    return Outcome(done.steps, tuple(sorted((*sheet.anomalies, *done.anomalies), key=lambda one: one.row)))


def _carried_out(
    session: Session,
    actor: Actor,
    spec: ListSpec,
    lines: Sequence[Line],
    mapping: Mapping[str, str],
    clock: Clock,
) -> Outcome:
    found = found_rows(session, actor, spec, lines)
    heads = {name: head for head, name in mapping.items()}
    changed = change(session, actor, spec, [line for line in lines if line.row in found], found, heads, clock)
    made = make(session, actor, spec, [line for line in lines if line.row not in found], heads, clock)
    steps = sorted((*changed.steps, *made.steps), key=lambda step: step.row)
    return Outcome(tuple(steps), (*changed.anomalies, *made.anomalies), (*changed.warned, *made.warned))


def _typed(kinds: Mapping[str, Kind], values: Mapping[str, Value]) -> dict[str, str]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else typed(kinds[name], value)
        for name, value in values.items()
    }


def _plan(outcome: Outcome) -> str:
    """What the steps are, as a hash: whether the same would happen again."""
    steps: list[Any] = [(step.row, step.what, [asdict(one) for one in step.changes]) for step in outcome.steps]
    return sha256(json.dumps(steps, default=str, ensure_ascii=False).encode()).hexdigest()
