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
from interview_engine.hr.access.rules import Actor, may_at_all
from interview_engine.hr.access.service import denied, require
from interview_engine.hr.forms.fields import Field, Kind, Value
from interview_engine.hr.forms.matching import Anomaly, Line, ReadSheet
from interview_engine.hr.forms.query import OWN
from interview_engine.hr.forms.reading import read_value
from interview_engine.hr.forms.spec import KNOWN_PERSON, FormSpec, ListSpec, SheetPart
from interview_engine.hr.forms.writing import typed
from interview_engine.hr.house import house
from interview_engine.hr.lists.custom import (
    as_form_field,
    check_required,
    fields_of,
    fill_new,
    set_values,
    values_of_rows,
)
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
    """What a sheet does, line by line, what is wrong with the lines that do nothing, and what a person must look at in
    lines that are taken."""

    steps: tuple[Step, ...]
    anomalies: tuple[Anomaly, ...]
    warned: tuple[Anomaly, ...] = ()

    def numbers(self) -> dict[str, int]:
        """Lines by what they do, and those "refused"."""
        found = {what: sum(step.what == what for step in self.steps) for what in ("made", "changed", "same")}
        return {**found, "refused": len({one.row for one in self.anomalies})}


def sheet_fields(session: Session, actor: Actor, spec: ListSpec) -> tuple[Field, ...]:
    """The fields that a sheet of the list may have: those of its form, those that other areas add, and the custom ones.
    A custom field that must be filled in is asked for of new rows of its company alone.

    Raises:
        NotFoundError: the list takes no sheets.
    """
    form = _form(spec)
    own = tuple(replace(as_form_field(row), required=False) for row in fields_of(session, actor, spec.name))
    parts = (one for part in parts_of(actor, spec) for one in part.fields)
    return (*form.fields, *parts, *(own if spec.custom else ()))


def parts_of(actor: Actor, spec: ListSpec) -> tuple[SheetPart, ...]:
    """What other areas add to the sheets of a list, of that which the actor may write for somebody."""
    return tuple(part for part in house().sheet_parts(spec.name) if may_at_all(actor, *part.needs))


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
    form = spec.by_sheet
    if form is None:
        raise missing("import", msg("import for this list"))
    return form


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


def found_rows(session: Session, actor: Actor, spec: ListSpec, lines: Sequence[Line]) -> dict[int, str]:
    """By number of the line, the row that it finds: by the form's key, without one by whom it names otherwise."""
    form = _form(spec)
    assert form.find is not None
    keys = {line.row: tuple(line.values[name] for name in form.key) for line in lines}
    there = form.find(session, actor, list(keys.values()))
    found = {row: there[key] for row, key in keys.items() if key in there}
    bare = [line for line in lines if line.row not in found and not any(keys[line.row])]
    if form.find_else is not None and bare:
        known, _ = _known(session, actor, spec, bare)
        values = [{**_plain(spec, line), KNOWN_PERSON: known.get(line.row)} for line in bare]
        others = form.find_else(session, actor, values)
        found |= {line.row: row_id for line, row_id in zip(bare, others, strict=True) if row_id is not None}
    return found


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
    if form.taken_by is not None:
        by = form.taken_by
        lines = sorted(lines, key=lambda line: (str(line.values[by] or ""), line.row))
    lines, known, wrong, warned = _passed(session, actor, spec, lines, heads, clock)
    done: Sequence[str | InterviewEngineError | None]
    begun = clock.now()
    if form.many is not None:
        values = [_whole(spec, line, known) for line in lines]
        done = (form.many.create if written else form.many.check)(session, actor, values, clock)
    else:
        done = [_tried_one(session, actor, spec, line, known, clock, written) for line in lines]
    made: list[tuple[Line, str]] = []
    for line, one in zip(lines, done, strict=True):
        if isinstance(one, InterviewEngineError):
            wrong.append(_refused(form, line, heads, one))
            continue
        problem = _filled(session, actor, spec, line, one, begun, clock) if one and form.many is not None else None
        if problem is not None:
            wrong.append(_refused(form, line, heads, problem))
            continue
        made.append((line, one or ""))
        steps.append(Step(line.row, "made", row_id=one or ""))
    if written and form.many is not None:
        _write_parts(session, actor, spec, made, clock)
    if form.many is None or written:
        warned += _warnings(session, actor, form, made, heads, clock)
    return Outcome(tuple(sorted(steps, key=lambda step: step.row)), tuple(wrong), tuple(warned))


def _passed(
    session: Session, actor: Actor, spec: ListSpec, lines: Sequence[Line], heads: Mapping[str, str], clock: Clock
) -> tuple[list[Line], dict[int, str], list[Anomaly], list[Anomaly]]:
    """New lines that nothing is wrong with in what other areas and the company's own fields keep of them, before any
    row is made; with the persons that they name, what is wrong with the others, and what must be looked at."""
    form = _form(spec)
    known, bad = _known(session, actor, spec, lines)
    warned: list[Anomaly] = []
    for part in parts_of(actor, spec):
        checked = part.check(session, actor, [("", _of_part(part, line)) for line in lines], clock)
        for line, one in zip(lines, checked, strict=True):
            if isinstance(one, InterviewEngineError):
                bad.setdefault(line.row, one)
            else:
                warned += [Anomaly(line.row, heads.get(name, ""), what, after) for name, what, after in one]
    if form.many is not None and spec.custom and (own := fields_of(session, actor, spec.name)):
        companies = form.many.companies(session, actor, [_whole(spec, line, known) for line in lines])
        for line, company in zip(lines, companies, strict=True):
            try:
                check_required([row for row in own if row.legal_entity_id == company], line.values)
            except InterviewEngineError as error:
                bad.setdefault(line.row, error)
    wrong = [_refused(form, line, heads, bad[line.row]) for line in lines if line.row in bad]
    return (
        [line for line in lines if line.row not in bad],
        known,
        wrong,
        [one for one in warned if one.row not in bad],
    )


def _known(
    session: Session, actor: Actor, spec: ListSpec, lines: Sequence[Line]
) -> tuple[dict[int, str], dict[int, InterviewEngineError]]:
    """By number of the line, the person whom a part of the sheet names, or why it cannot be."""
    known: dict[int, str] = {}
    bad: dict[int, InterviewEngineError] = {}
    for part in parts_of(actor, spec):
        values = [{**_plain(spec, line), **_of_part(part, line)} for line in lines]
        for line, one in zip(lines, part.known(session, actor, values), strict=True):
            if isinstance(one, InterviewEngineError):
                bad.setdefault(line.row, one)
            elif one is not None:
                known.setdefault(line.row, one)
    return known, bad


def _filled(
    session: Session, actor: Actor, spec: ListSpec, line: Line, row_id: str, begun: datetime, clock: Clock
) -> InterviewEngineError | None:
    """Write the custom fields of a row that was made with thousands of others; where they cannot be, the row goes too,
    and the reason is given."""
    own = _own(line)
    if not own:
        return None
    try:
        with session.begin_nested():
            set_values(session, actor, spec, row_id, own, clock)
    except InterviewEngineError as error:
        take_back = _form(spec).take_back
        if take_back is None or take_back(session, actor, (row_id,), begun, clock):
            raise
        return error
    return None


def _write_parts(
    session: Session, actor: Actor, spec: ListSpec, made: Sequence[tuple[Line, str]], clock: Clock
) -> None:
    for part in parts_of(actor, spec):
        said = [(row_id, values) for line, row_id in made if any(_said(values := _of_part(part, line)))]
        if said:
            part.write(session, actor, said, clock)


def _warnings(
    session: Session,
    actor: Actor,
    form: FormSpec,
    made: Sequence[tuple[Line, str]],
    heads: Mapping[str, str],
    clock: Clock,
) -> list[Anomaly]:
    """What must be looked at in rows that lines have made or changed."""
    if form.warn is None or not made:
        return []
    found = form.warn(session, actor, [row_id for _, row_id in made], clock)
    return [
        Anomaly(line.row, heads.get(name, ""), what, after)
        for line, row_id in made
        for name, what, after in found.get(row_id, ())
    ]


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
    tried: list[Line] = []
    steps: list[Step] = []
    wrong: list[Anomaly] = []
    warned: list[Anomaly] = []
    bad = _bad_parts(session, actor, spec, lines, found, now, heads, clock, warned)
    for line in lines:
        row_id = found[line.row]
        held, plain, own = now.get(row_id, {}), _plain(spec, line), _own(line)
        kept = {name for name, value in plain.items() if value is None or name in form.key}
        wanted = {name: held.get(name) if name in kept else value for name, value in plain.items()}
        is_other = any(value != held.get(name) for name, value in wanted.items())
        own = {name: value for name, value in own.items() if name not in held or value != held[name]}
        parts = [(part, values) for part in parts_of(actor, spec) if _says_more(values := _of_part(part, line), held)]
        if not is_other and not own and not parts:
            steps.append(Step(line.row, "same", row_id=row_id))
            continue
        try:
            if line.row in bad:
                raise bad[line.row]
            with session.begin_nested():
                if is_other:
                    form.update(session, actor, row_id, wanted, clock)
                if own:
                    set_values(session, actor, spec, row_id, own, clock)
                for part, values in parts:
                    part.write(session, actor, ((row_id, values),), clock)
                tried.append(line)
        except InterviewEngineError as error:
            wrong.append(_refused(form, line, heads, error))
    after = load(session, actor, spec, [found[line.row] for line in tried])
    for line in tried:
        row_id = found[line.row]
        held, holds = now.get(row_id, {}), after.get(row_id, {})
        changes = tuple(Change(name, held.get(name), value) for name, value in holds.items() if value != held.get(name))
        steps.append(Step(line.row, "changed" if changes else "same", changes, row_id))
    warned += _warnings(session, actor, form, [(line, found[line.row]) for line in tried], heads, clock)
    refused = {one.row for one in wrong}
    told = tuple(one for one in warned if one.row not in refused)
    return Outcome(tuple(sorted(steps, key=lambda step: step.row)), tuple(wrong), told)


def _bad_parts(
    session: Session,
    actor: Actor,
    spec: ListSpec,
    lines: Sequence[Line],
    found: Mapping[int, str],
    now: Mapping[str, Mapping[str, Value]],
    heads: Mapping[str, str],
    clock: Clock,
    warned: list[Anomaly],
) -> dict[int, InterviewEngineError]:
    """What is wrong with what other areas keep of rows that are there, by number of the line; notes what must be looked
    at."""
    bad: dict[int, InterviewEngineError] = {}
    for part in parts_of(actor, spec):
        more = [line for line in lines if _says_more(_of_part(part, line), now.get(found[line.row], {}))]
        checked = part.check(session, actor, [(found[line.row], _of_part(part, line)) for line in more], clock)
        for line, one in zip(more, checked, strict=True):
            if isinstance(one, InterviewEngineError):
                bad.setdefault(line.row, one)
            else:
                warned += [Anomaly(line.row, heads.get(name, ""), what, after) for name, what, after in one]
    return bad


def load(session: Session, actor: Actor, spec: ListSpec, ids: Sequence[str]) -> Mapping[str, Mapping[str, Value]]:
    """What sheets say of rows, by id: what the form shows, what other areas and the company's own fields keep. Rows
    that are gone or out of reach are left out."""
    form = _form(spec)
    assert form.load is not None
    found: dict[str, Mapping[str, Value]] = {}
    if form.many is not None:
        session.flush()
        found |= form.many.load(session, actor, ids)
    for row_id in ids if form.many is None else ():
        try:
            found[row_id] = form.load(session, actor, row_id)
        except (NotFoundError, PermissionDenied):
            continue
    more = [part.load(session, actor, list(found)) for part in parts_of(actor, spec)]
    if spec.custom:
        more.append(values_of_rows(session, actor, spec, list(found)))
    for one in more:
        found = {row_id: {**values, **one.get(row_id, {})} for row_id, values in found.items()}
    return found


def forget_rows(session: Session, spec: ListSpec, ids: Sequence[str]) -> None:
    """Take away the custom values and tags of rows that an import has taken back."""
    fields = select(CustomField.id).where(CustomField.list_name == spec.name)
    for part in batched(ids, AT_ONCE):
        session.execute(delete(CustomValue).where(CustomValue.row_id.in_(part), CustomValue.field_id.in_(fields)))
        session.execute(delete(RowTag).where(RowTag.row_id.in_(part), RowTag.list_name == spec.name))


def _tried_one(
    session: Session, actor: Actor, spec: ListSpec, line: Line, known: Mapping[int, str], clock: Clock, written: bool
) -> str | InterviewEngineError:
    form = _form(spec)
    step = session.begin_nested()
    try:
        made = form.create(session, actor, _whole(spec, line, known), clock)
        fill_new(session, actor, spec, made, _own(line), clock)
        _write_parts(session, actor, spec, [(line, made)], clock)
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


def _plain(spec: ListSpec, line: Line) -> dict[str, Value]:
    """What the form itself takes of a line."""
    names = {one.name for one in _form(spec).fields}
    return {name: value for name, value in line.values.items() if name in names}


def _whole(spec: ListSpec, line: Line, known: Mapping[int, str]) -> dict[str, Value]:
    """The same, with the person whom a part of the sheet names."""
    person = known.get(line.row)
    return _plain(spec, line) if person is None else {**_plain(spec, line), KNOWN_PERSON: person}


def _of_part(part: SheetPart, line: Line) -> dict[str, Value]:
    return {one.name: line.values.get(one.name) for one in part.fields}


def _said(values: Mapping[str, Value]) -> list[str]:
    return [name for name, value in values.items() if value is not None]


def _says_more(values: Mapping[str, Value], held: Mapping[str, Value]) -> bool:
    """Whether a line says something else than its row holds; an empty cell says nothing."""
    return any(values[name] != held.get(name) for name in _said(values))


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
