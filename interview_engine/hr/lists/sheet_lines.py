"""What the lines of a sheet do: they find their rows, make new ones and change those that are there;
what is wrong with one is told with its line and its column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.forms.fields import Value
from interview_engine.hr.forms.matching import Anomaly, Line
from interview_engine.hr.forms.spec import KNOWN_PERSON, FormSpec, ListSpec, Told
from interview_engine.hr.lists.custom import (
    check_required,
    fields_of,
    fill_new,
    set_values,
)
from interview_engine.hr.lists.sheet_values import (
    filled_in,
    form_of,
    load,
    own_values,
    parts_of,
    plain_values,
    values_of_part,
    whole_values,
)


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


def found_rows(session: Session, actor: Actor, spec: ListSpec, lines: Sequence[Line]) -> dict[int, str]:
    """By number of the line, the row that it finds: by the form's key, without one by whom it names otherwise."""
    form = form_of(spec)
    assert form.find is not None
    keys = {line.row: tuple(line.values[name] for name in form.key) for line in lines}
    there = form.find(session, actor, list(keys.values()))
    found = {row: there[key] for row, key in keys.items() if key in there}
    bare = [line for line in lines if line.row not in found and not any(keys[line.row])]
    if form.find_else is not None and bare:
        known, _ = _known(session, actor, spec, bare)
        values = [{**plain_values(spec, line), KNOWN_PERSON: known.get(line.row)} for line in bare]
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
    form = form_of(spec)
    steps: list[Step] = []
    if form.taken_by is not None:
        by = form.taken_by
        lines = sorted(lines, key=lambda line: (str(line.values[by] or ""), line.row))
    lines, known, wrong, warned = _passed(session, actor, spec, lines, heads, clock)
    done: Sequence[str | InterviewEngineError | Sequence[Told]]
    begun = clock.now()
    if form.many is not None:
        values = [whole_values(spec, line, known) for line in lines]
        done = (form.many.create if written else form.many.check)(session, actor, values, clock)
    else:
        done = [_tried_one(session, actor, spec, line, known, clock, written) for line in lines]
    made: list[tuple[Line, str]] = []
    for line, one in zip(lines, done, strict=True):
        if isinstance(one, InterviewEngineError):
            wrong.append(_refused(form, line, heads, one))
            continue
        if not isinstance(one, str):  # a check has made no row
            warned += [Anomaly(line.row, heads.get(name, ""), what, after) for name, what, after in one]
            steps.append(Step(line.row, "made"))
            continue
        problem = None if form.many is None else _filled(session, actor, spec, line, one, begun, clock)
        if problem is not None:
            wrong.append(_refused(form, line, heads, problem))
            continue
        made.append((line, one))
        steps.append(Step(line.row, "made", row_id=one))
    if written and form.many is not None:
        _write_parts(session, actor, spec, made, clock)
    if made:
        warned += _warnings(session, actor, form, made, heads, clock)
    return Outcome(tuple(sorted(steps, key=lambda step: step.row)), tuple(wrong), tuple(warned))


def _passed(
    session: Session, actor: Actor, spec: ListSpec, lines: Sequence[Line], heads: Mapping[str, str], clock: Clock
) -> tuple[list[Line], dict[int, str], list[Anomaly], list[Anomaly]]:
    """New lines that nothing is wrong with in what other areas and the company's own fields keep of them, before any
    row is made; with the persons that they name, what is wrong with the others, and what must be looked at."""
    form = form_of(spec)
    known, bad = _known(session, actor, spec, lines)
    warned: list[Anomaly] = []
    for part in parts_of(actor, spec):
        checked = part.check(session, actor, [("", values_of_part(part, line)) for line in lines], clock)
        for line, one in zip(lines, checked, strict=True):
            if isinstance(one, InterviewEngineError):
                bad.setdefault(line.row, one)
            else:
                warned += [Anomaly(line.row, heads.get(name, ""), what, after) for name, what, after in one]
    if form.many is not None and spec.custom and (own := fields_of(session, actor, spec.name)):
        companies = form.many.companies(session, actor, [whole_values(spec, line, known) for line in lines])
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
        values = [{**plain_values(spec, line), **values_of_part(part, line)} for line in lines]
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
    own = own_values(line)
    if not own:
        return None
    try:
        with session.begin_nested():
            set_values(session, actor, spec, row_id, own, clock)
    except InterviewEngineError as error:
        take_back = form_of(spec).take_back
        if take_back is None or take_back(session, actor, (row_id,), begun, clock):
            raise
        return error
    return None


def _write_parts(
    session: Session, actor: Actor, spec: ListSpec, made: Sequence[tuple[Line, str]], clock: Clock
) -> None:
    for part in parts_of(actor, spec):
        said = [(row_id, values) for line, row_id in made if any(filled_in(values := values_of_part(part, line)))]
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
    form = form_of(spec)
    assert form.update is not None
    now = load(session, actor, spec, [found[line.row] for line in lines])
    tried: list[Line] = []
    steps: list[Step] = []
    wrong: list[Anomaly] = []
    warned: list[Anomaly] = []
    bad = _bad_parts(session, actor, spec, lines, found, now, heads, clock, warned)
    for line in lines:
        row_id = found[line.row]
        held, plain, own = now.get(row_id, {}), plain_values(spec, line), own_values(line)
        kept = {name for name, value in plain.items() if value is None or name in form.key}
        wanted = {name: held.get(name) if name in kept else value for name, value in plain.items()}
        is_other = any(value != held.get(name) for name, value in wanted.items())
        own = {name: value for name, value in own.items() if name not in held or value != held[name]}
        said = [(part, values_of_part(part, line)) for part in parts_of(actor, spec)]
        parts = [(part, values) for part, values in said if _says_more(values, held)]
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
        more = [line for line in lines if _says_more(values_of_part(part, line), now.get(found[line.row], {}))]
        checked = part.check(session, actor, [(found[line.row], values_of_part(part, line)) for line in more], clock)
        for line, one in zip(more, checked, strict=True):
            if isinstance(one, InterviewEngineError):
                bad.setdefault(line.row, one)
            else:
                warned += [Anomaly(line.row, heads.get(name, ""), what, after) for name, what, after in one]
    return bad


def _tried_one(
    session: Session, actor: Actor, spec: ListSpec, line: Line, known: Mapping[int, str], clock: Clock, written: bool
) -> str | InterviewEngineError:
    form = form_of(spec)
    step = session.begin_nested()
    try:
        made = form.create(session, actor, whole_values(spec, line, known), clock)
        fill_new(session, actor, spec, made, own_values(line), clock)
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


def _says_more(values: Mapping[str, Value], held: Mapping[str, Value]) -> bool:
    """Whether a line says something else than its row holds; an empty cell says nothing."""
    return any(values[name] != held.get(name) for name in filled_in(values))


def _refused(form: FormSpec, line: Line, heads: Mapping[str, str], error: InterviewEngineError) -> Anomaly:
    """What is wrong with a line, and in which column."""
    field = str(getattr(error, "field", ""))
    if not field:
        blamed = form.blames.get(error.code, ())
        field = next((name for name in blamed if line.values.get(name)), blamed[0] if blamed else "")
    return Anomaly(line.row, heads.get(field, ""), error.message, error.next_step)
