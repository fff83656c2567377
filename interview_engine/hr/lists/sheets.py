"""Sheets that are imported: tried out first, with every anomaly named; written only when they are confirmed.

A preview does all that the import will do, and takes it back: what it says is what will happen. A line finds its row by
the form's key, so the same sheet a second time changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError, NotFoundError, PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied, require
from interview_engine.hr.forms.fields import Field, Kind, Value
from interview_engine.hr.forms.matching import Anomaly, Line, ReadSheet
from interview_engine.hr.forms.query import OWN
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.spec import FormSpec, ListSpec
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.lists.custom import as_form_field, fields_of, set_values, values_of
from interview_engine.hr.lists.tables import CustomField, CustomValue, RowTag, SheetImport
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import AT_ONCE, batched, find, stamp, touch
from interview_engine.store.secrets import SecretBox

KEPT = timedelta(hours=24)
"""How long a preview can be confirmed."""
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Change:
    """What a line does to one field: from … to …."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Step:
    """What a line does: a new row ("made"), a row with other values ("changed"), nothing ("same")."""

    row: int
    what: str
    changes: tuple[Change, ...] = ()
    row_id: str = ""
    """The row that was found or made; "" where a check made none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sheet does, line by line, and what is wrong with the lines that do nothing."""

    steps: tuple[Step, ...]
    anomalies: tuple[Anomaly, ...]

    def numbers(self) -> dict[str, int]:
        """Lines by what they do, and those "refused"."""
        found = {what: sum(step.what == what for step in self.steps) for what in ("made", "changed", "same")}
        return {**found, "refused": len({one.row for one in self.anomalies})}


def sheet_fields(session: Session, actor: Actor, spec: ListSpec) -> tuple[Field, ...]:
    """The fields that a sheet of the list may have: those of its form, and the custom ones, which none must have.

    Raises:
        NotFoundError: the list takes no sheets.
    """
    form = _form(spec)
    own = tuple(replace(as_form_field(row), required=False) for row in fields_of(session, actor, spec.name))
    return (*form.fields, *(own if spec.custom else ()))


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
    form = _form(spec)
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
    require(actor, *_form(spec).needs)
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


def _form(spec: ListSpec) -> FormSpec:
    if spec.form is None or not spec.form.key:
        raise missing("import", msg("import for this list"))
    return spec.form


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
    return Outcome(tuple(steps), (*changed.anomalies, *made.anomalies))


def found_rows(session: Session, actor: Actor, spec: ListSpec, lines: Sequence[Line]) -> dict[int, str]:
    """By number of the line, the row that it finds by the form's key."""
    form = _form(spec)
    assert form.find is not None
    keys = {line.row: tuple(line.values[name] for name in form.key) for line in lines}
    there = form.find(session, actor, list(keys.values()))
    return {row: there[key] for row, key in keys.items() if key in there}


def make(
    session: Session,
    actor: Actor,
    spec: ListSpec,
    lines: Sequence[Line],
    heads: Mapping[str, str],
    clock: Clock,
    *,
    written: bool = True,
) -> Outcome:
    """Make the rows of lines that find none.

    Args:
        heads: by field, what the sheet calls it.
        written: False only checks them; nothing is written where the form has ways for many lines, else what is written
            is taken back.
    """
    form = _form(spec)
    steps: list[Step] = []
    wrong: list[Anomaly] = []
    done: Sequence[str | InterviewEngineError | None]
    if form.many is not None:
        values = [_plain(line) for line in lines]
        done = (form.many.create if written else form.many.check)(session, actor, values, clock)
    else:
        done = [_tried_one(session, actor, spec, line, clock, written) for line in lines]
    for line, one in zip(lines, done, strict=True):
        try:
            if isinstance(one, InterviewEngineError):
                raise one
            own = _own(line)
            if own and one and form.many is not None:
                with session.begin_nested():
                    set_values(session, actor, spec, one, own, clock)
            steps.append(Step(line.row, "made", row_id=one or ""))
        except InterviewEngineError as error:
            wrong.append(_refused(form, line, heads, error))
    return Outcome(tuple(steps), tuple(wrong))


def change(
    session: Session,
    actor: Actor,
    spec: ListSpec,
    lines: Sequence[Line],
    found: Mapping[int, str],
    heads: Mapping[str, str],
    clock: Clock,
) -> Outcome:
    """Change the rows of lines that find one; what the sheet has no column for, or an empty cell, stays as it is.

    A line changes what is otherwise in its row afterwards: "销售部" and "公司 / 销售部" are one department.
    """
    form = _form(spec)
    assert form.update is not None
    now = load(session, actor, spec, [found[line.row] for line in lines])
    tried: list[tuple[Line, list[Change]]] = []
    steps: list[Step] = []
    wrong: list[Anomaly] = []
    for line in lines:
        row_id = found[line.row]
        held, plain, own = now.get(row_id, {}), _plain(line), _own(line)
        kept = {name for name, value in plain.items() if value is None or name in form.key}
        wanted = {name: held.get(name) if name in kept else value for name, value in plain.items()}
        is_other = any(value != held.get(name) for name, value in wanted.items())
        if not is_other and not own:
            steps.append(Step(line.row, "same", row_id=row_id))
            continue
        try:
            with session.begin_nested():
                if is_other:
                    form.update(session, actor, row_id, wanted, clock)
                before = values_of(session, actor, spec, row_id) if own else {}
                changes = [Change(name, before.get(name), one) for name, one in own.items() if one != before.get(name)]
                if changes:
                    set_values(session, actor, spec, row_id, own, clock)
                tried.append((line, changes))
        except InterviewEngineError as error:
            wrong.append(_refused(form, line, heads, error))
    after = load(session, actor, spec, [found[line.row] for line, _ in tried])
    for line, own_changes in tried:
        row_id = found[line.row]
        held, holds = now.get(row_id, {}), after.get(row_id, {})
        changes = [Change(name, held.get(name), value) for name, value in holds.items() if value != held.get(name)]
        changes += own_changes
        steps.append(Step(line.row, "changed" if changes else "same", tuple(changes), row_id))
    return Outcome(tuple(sorted(steps, key=lambda step: step.row)), tuple(wrong))


def load(session: Session, actor: Actor, spec: ListSpec, ids: Sequence[str]) -> Mapping[str, Mapping[str, Value]]:
    """What the form shows of rows, by id; rows that are gone or out of reach are left out."""
    form = _form(spec)
    assert form.load is not None
    if form.many is not None:
        session.flush()
        return form.many.load(session, actor, ids)
    found: dict[str, Mapping[str, Value]] = {}
    for row_id in ids:
        try:
            found[row_id] = form.load(session, actor, row_id)
        except (NotFoundError, PermissionDenied):
            continue
    return found


def forget_rows(session: Session, spec: ListSpec, ids: Sequence[str]) -> None:
    """Take away the custom values and tags of rows that an import has taken back."""
    fields = select(CustomField.id).where(CustomField.list_name == spec.name)
    for part in batched(ids, AT_ONCE):
        session.execute(delete(CustomValue).where(CustomValue.row_id.in_(part), CustomValue.field_id.in_(fields)))
        session.execute(delete(RowTag).where(RowTag.row_id.in_(part), RowTag.list_name == spec.name))


def _tried_one(
    session: Session, actor: Actor, spec: ListSpec, line: Line, clock: Clock, written: bool
) -> str | InterviewEngineError:
    form = _form(spec)
    step = session.begin_nested()
    try:
        made = form.create(session, actor, _plain(line), clock)
        own = _own(line)
        if own:
            set_values(session, actor, spec, made, own, clock)
    except InterviewEngineError as error:
        step.rollback()
        return error
    except BaseException:
        step.rollback()
        raise
    if written:
        step.commit()
    else:
        step.rollback()
    return made


def _plain(line: Line) -> dict[str, Value]:
    return {name: value for name, value in line.values.items() if not name.startswith(OWN)}


def _own(line: Line) -> dict[str, Value]:
    return {name: one for name, one in line.values.items() if name.startswith(OWN) and one is not None}


def _refused(form: FormSpec, line: Line, heads: Mapping[str, str], error: InterviewEngineError) -> Anomaly:
    """What is wrong with a line, and in which column."""
    field = str(getattr(error, "field", ""))
    if not field:
        blamed = form.blames.get(error.code, ())
        field = next((name for name in blamed if line.values.get(name)), blamed[0] if blamed else "")
    return Anomaly(line.row, heads.get(field, ""), error.message, error.next_step)


def _typed(kinds: Mapping[str, Kind], values: Mapping[str, Value]) -> dict[str, str]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else typed(kinds[name], value)
        for name, value in values.items()
    }


def _plan(outcome: Outcome) -> str:
    """What the steps are, as a hash: whether the same would happen again."""
    steps: list[Any] = [(step.row, step.what, [asdict(one) for one in step.changes]) for step in outcome.steps]
    return sha256(json.dumps(steps, default=str, ensure_ascii=False).encode()).hexdigest()
