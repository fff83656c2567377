"""The steps of an import: checked without touching anything, written in one transaction, taken back in one.

A check tries what the write will do. New rows are checked in memory where the list can do that (`forms.spec.Many`);
changes are tried for real, a few at a time, and taken back, so that nobody waits long for the database. Killed at any
moment, a step has written all or nothing, and begins again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import denied
from interview_engine.hr.accounts.service import actors
from interview_engine.hr.forms.fields import Field, Value
from interview_engine.hr.forms.matching import Anomaly, Line, ReadSheet, read_sheet
from interview_engine.hr.forms.reading import DayOrder, read_value
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.lists.sheet_lines import Outcome, Step, change, found_rows, make
from interview_engine.hr.lists.sheet_values import form_of, load, sheet_fields
from interview_engine.hr.migration.kept import Note, changes_text, note, print_of
from interview_engine.hr.migration.service import spec_of
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.hr.migration.taking_back import removed, restored
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import conflict
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.engine import Database
from interview_engine.store.rows import batched, find, touch
from interview_engine.store.secrets import SecretBox

CHUNK = 100
"""Lines that are tried in one transaction and taken back: how long others may wait for the database."""
AT_ONCE = 400

Tell = Callable[[str, float], None]
"""(stage, share 0..1): how far a step is."""
Ending = Callable[[Session], None]
"""What else happens in the transaction that ends a step: the work item is done."""


def quiet(_stage: str, _share: float) -> None:
    """Tell nobody."""


def nothing(_session: Session) -> None:
    """End nothing else."""


class _TakenBack(Exception):  # noqa: N818 not an error: what was tried is undone
    pass


@dataclass(frozen=True, slots=True)
class _Opened:
    batch: ImportBatch
    actor: Actor
    spec: ListSpec
    fields: tuple[Field, ...]
    sheet: ReadSheet

    @property
    def heads(self) -> dict[str, str]:
        return {name: head for head, name in self.sheet.mapping.items()}

    @property
    def by_name(self) -> dict[str, Field]:
        return {one.name: one for one in self.fields}


def run_step(
    database: Database, box: SecretBox, batch_id: str, clock: Clock, tell: Tell = quiet, ending: Ending = nothing
) -> None:
    """Do the step that a batch is in; a batch that is in none is left as it is. What the step cannot do for a reason
    that people can mend becomes the batch's problem."""
    with database.reading() as session:
        batch = session.get(ImportBatch, batch_id)
        state = None if batch is None else batch.state
    steps = {"checking": check, "writing": write, "undoing": undo}
    if state not in steps:
        with database.transaction() as session:
            ending(session)
        return
    try:
        steps[state](database, box, batch_id, clock, tell, ending)
    except InterviewEngineError as error:
        with database.transaction() as session:
            failed = find(session, ImportBatch, batch_id, lock=True)
            if failed is not None and failed.state == state:
                failed.state = {"checking": "failed", "writing": "checked", "undoing": "done"}[state]
                failed.problem = note("refused", "", error.message, error.next_step)
                touch(failed, "system", clock)
            ending(session)


def check(
    database: Database, box: SecretBox, batch_id: str, clock: Clock, tell: Tell = quiet, ending: Ending = nothing
) -> None:
    """Say of every line what it will do, and name what is wrong or odd in it. Writes nothing else.

    Raises:
        InvalidInput: `import.columns`. PermissionDenied: whoever began it may not do it any more.
    """
    with database.reading() as session:
        opened = _open(session, box, batch_id, clock, ("read", "made", "changed", "same", "refused"))
        tell("reading", 0.05)
        lines = opened.sheet.lines
        found = found_rows(session, opened.actor, opened.spec, lines)
        new = [line for line in lines if line.row not in found]
        known = [line for line in lines if line.row in found]
        outcomes: list[Outcome] = []
        same, known = _unchanged(session, opened, known, found)
        if form_of(opened.spec).many is not None and new:
            alone, new = _alone(opened, new, known)
            outcomes.append(make(session, opened.actor, opened.spec, alone, opened.heads, clock, written=False))
    outcomes.append(Outcome(tuple(Step(line.row, "same", row_id=found[line.row]) for line in same), ()))
    total, done = max(1, len(lines)), len(lines) - len(new) - len(known)
    tell("checking", done / total)
    for part in _together([*new, *known], opened):
        outcomes.append(_tried(database, opened, part, found, clock))
        done += len(part)
        tell("checking", done / total)
    with database.transaction() as session:
        batch = find(session, ImportBatch, batch_id, lock=True)
        if batch is None or batch.state != "checking":
            ending(session)
            return
        _keep(session, box, batch, opened, outcomes)
        batch.state = "checked"
        touch(batch, opened.actor.id, clock)
        audit.record(session, opened.actor.id, "import.checked", f"import:{batch.id}", dict(batch.counts), clock)
        ending(session)


def write(
    database: Database, box: SecretBox, batch_id: str, clock: Clock, tell: Tell = quiet, ending: Ending = nothing
) -> None:
    """Write what the check has shown, in one transaction. A line that would do something else by now is refused."""
    tell("writing", 0.0)
    with database.transaction() as session:
        batch = find(session, ImportBatch, batch_id, lock=True)
        if batch is None or batch.state != "writing":
            ending(session)
            return
        # two imports at once write one after the other, and the second sees what the first has made
        session.scalars(select(LegalEntity).order_by(LegalEntity.id).with_for_update()).all()
        batch.begun_at = clock.now()
        opened = _open(session, box, batch_id, clock, ("made", "changed"))
        rows = {row.number: row for row in _rows(session, batch_id, ("made", "changed"))}
        found = found_rows(session, opened.actor, opened.spec, opened.sheet.lines)
        lines, outcomes = _as_checked(session, box, opened, rows, found)
        known = [line for line in lines if line.row in found]
        new = [line for line in lines if line.row not in found]
        outcomes.append(change(session, opened.actor, opened.spec, known, found, opened.heads, clock))
        outcomes.append(make(session, opened.actor, opened.spec, new, opened.heads, clock))
        session.flush()
        _keep(session, box, batch, opened, outcomes, written=True)
        batch.state, batch.written_at = "done", clock.now()
        touch(batch, opened.actor.id, clock)
        audit.record(session, opened.actor.id, "import.write", f"import:{batch.id}", dict(batch.counts), clock)
        ending(session)


def undo(
    database: Database, box: SecretBox, batch_id: str, clock: Clock, tell: Tell = quiet, ending: Ending = nothing
) -> None:
    """Take a batch back in one transaction: rows that it made go, values that it changed are as before. What somebody
    has changed since is named and stays."""
    tell("undoing", 0.0)
    with database.transaction() as session:
        batch = find(session, ImportBatch, batch_id, lock=True)
        if batch is None or batch.state != "undoing" or batch.begun_at is None:
            ending(session)
            return
        actor = _actor(session, batch, clock)
        spec = spec_of(batch.list_name)
        rows = list(_rows(session, batch_id, ("made", "changed")))
        now = load(session, actor, spec, [row.row_id for row in rows if row.row_id])
        untouched = [row for row in rows if row.row_id in now and print_of(now[row.row_id or ""]) == row.after]
        stays: dict[int, InterviewEngineError] = {
            row.number: conflict(
                "import.changed_since",
                msg("Somebody has changed or removed this row since the import."),
                msg("Look at it and change it by hand, if need be."),
            )
            for row in set(rows) - set(untouched)
        }
        stays |= restored(session, box, actor, spec, [row for row in untouched if row.state == "changed"], clock)
        made = {row.row_id: row.number for row in untouched if row.state == "made" and row.row_id}
        refused = removed(session, actor, spec, list(made), batch.begun_at, clock)
        stays |= {made[row_id]: error for row_id, error in refused.items()}
        for row in rows:
            error = stays.get(row.number)
            row.state = "taken_back" if error is None else "kept"
            if error is not None:
                row.notes = [*row.notes, note("kept", "", error.message, error.next_step)]
            elif row.number in made.values():
                row.person_id = None
        session.flush()
        counts = {**batch.counts, "taken_back": len(rows) - len(stays), "kept": len(stays)}
        batch.counts, batch.state, batch.undone_at = counts, "undone", clock.now()
        touch(batch, actor.id, clock)
        detail = {"taken_back": counts["taken_back"], "kept": counts["kept"]}
        audit.record(session, actor.id, "import.undo", f"import:{batch.id}", detail, clock)
        ending(session)


def _open(session: Session, box: SecretBox, batch_id: str, clock: Clock, states: Sequence[str]) -> _Opened:
    """Batch, who works on it, and its lines as values."""
    batch = session.get_one(ImportBatch, batch_id)
    actor = _actor(session, batch, clock)
    spec = spec_of(batch.list_name)
    fields = sheet_fields(session, actor, spec)
    cells = (
        (row.number, dict(zip(batch.heads, json.loads(box.decrypt(row.source)), strict=False)))
        for row in _rows(session, batch_id, states)
        if row.source
    )
    orders: Mapping[str, DayOrder] = batch.orders
    sheet = read_sheet(
        fields, batch.heads, cells, form_of(spec).key, mapping=batch.mapping, given=batch.given, orders=orders
    )
    return _Opened(batch, actor, spec, fields, sheet)


def _actor(session: Session, batch: ImportBatch, clock: Clock) -> Actor:
    found = actors(session, (batch.account_id,), clock)
    if not found:
        raise denied()
    return found[0]


def _rows(session: Session, batch_id: str, states: Sequence[str]) -> Sequence[ImportRow]:
    return session.scalars(
        select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.state.in_(states)).order_by(ImportRow.number)
    ).all()


def _unchanged(
    session: Session, opened: _Opened, lines: Sequence[Line], found: Mapping[int, str]
) -> tuple[list[Line], list[Line]]:
    """Lines that say what their rows hold already, and the others."""
    now = load(session, opened.actor, opened.spec, [found[line.row] for line in lines])
    key = form_of(opened.spec).key
    same: list[Line] = []
    other: list[Line] = []
    for line in lines:
        held = now.get(found[line.row], {})
        said = {name: value for name, value in line.values.items() if value is not None and name not in key}
        (same if all(held.get(name) == value for name, value in said.items()) else other).append(line)
    return same, other


def _alone(opened: _Opened, new: Sequence[Line], known: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """New lines that depend on no change of this sheet, and those that may: a person's next contract fits only once the
    former is corrected."""
    form = form_of(opened.spec)
    if form.taken_by is None:
        return list(new), []
    key = form.key[0]
    changed = {line.values.get(key) for line in known}
    return (
        [line for line in new if line.values.get(key) not in changed],
        [line for line in new if line.values.get(key) in changed],
    )


def _together(lines: Sequence[Line], opened: _Opened) -> Iterable[list[Line]]:
    """Parts of the lines; those with the same first key stay together, because one may depend on the other."""
    key = form_of(opened.spec).key[0]
    ordered = sorted(lines, key=lambda line: (str(line.values.get(key) or ""), line.row))
    if form_of(opened.spec).in_order:
        yield from [sorted(ordered, key=lambda line: line.row)] if ordered else []
        return
    part: list[Line] = []
    for line in ordered:
        if len(part) >= CHUNK and line.values.get(key) != part[-1].values.get(key):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _tried(
    database: Database, opened: _Opened, lines: Sequence[Line], found: Mapping[int, str], clock: Clock
) -> Outcome:
    """What lines would do; all of it is taken back."""
    made = changed = Outcome((), ())
    known = [line for line in lines if line.row in found]
    new = [line for line in lines if line.row not in found]
    try:
        with database.transaction() as session:
            changed = change(session, opened.actor, opened.spec, known, found, opened.heads, clock)
            made = make(session, opened.actor, opened.spec, new, opened.heads, clock)
            raise _TakenBack
    except _TakenBack:
        steps = [replace(step, row_id="") for step in made.steps]
        wrong = (*changed.anomalies, *made.anomalies)
        return Outcome((*changed.steps, *steps), wrong, (*changed.warned, *made.warned))


def _as_checked(
    session: Session, box: SecretBox, opened: _Opened, rows: Mapping[int, ImportRow], found: Mapping[int, str]
) -> tuple[list[Line], list[Outcome]]:
    """Lines that do what the check has shown, and what becomes of the others: nothing to do any more, or refused."""
    now = load(session, opened.actor, opened.spec, list(found.values()))
    same, _ = _unchanged(session, opened, [line for line in opened.sheet.lines if line.row in found], found)
    is_same = {line.row for line in same}
    go: list[Line] = []
    steps: list[Step] = []
    wrong: list[Anomaly] = []
    fields = opened.by_name
    for line in opened.sheet.lines:
        row = rows[line.row]
        if line.row in is_same:
            steps.append(Step(line.row, "same", row_id=found[line.row]))
            continue
        as_shown = line.row not in found
        if row.state == "changed":
            held = now.get(found.get(line.row, ""), {})
            shown = json.loads(box.decrypt(row.changes)) if row.changes else []
            as_shown = found.get(line.row) == row.row_id and all(
                name not in held or read_value(replace(fields[name], required=False), before) == held[name]
                for name, before, _ in shown
            )
        if as_shown:
            go.append(line)
        else:
            wrong.append(
                Anomaly(
                    line.row, "", msg("It would do something else by now than the check has shown."),
                    msg("Import the sheet again; what was taken stays as it is."),
                )
            )  # fmt: skip
    return go, [Outcome(tuple(steps), tuple(wrong))]


def _keep(
    session: Session,
    box: SecretBox,
    batch: ImportBatch,
    opened: _Opened,
    outcomes: Sequence[Outcome],
    *,
    written: bool = False,
) -> None:
    """Write down what each line does or did, and count them."""
    fields = opened.by_name
    notes: dict[int, list[Note]] = {}
    for one in opened.sheet.mended:
        notes.setdefault(one.row, []).append(note("odd", one.column, one.message, one.next_step))
    for one in (one for outcome in outcomes for one in outcome.warned):
        notes.setdefault(one.row, []).append(note("warned", one.column, one.message, one.next_step))
    refused = [*opened.sheet.anomalies, *(one for outcome in outcomes for one in outcome.anomalies)]
    for one in refused:
        notes.setdefault(one.row, []).append(note("refused", one.column, one.message, one.next_step))
    steps = {step.row: step for outcome in outcomes for step in outcome.steps}
    bad = {one.row for one in refused}
    after: Mapping[str, Mapping[str, Value]] = {}
    persons: dict[str, str] = {}
    if written:
        ids = [step.row_id for step in steps.values() if step.row_id]
        after = load(session, opened.actor, opened.spec, ids)
        persons = _persons(session, opened.spec, ids)
    values = [
        {
            "of_batch": batch.id,
            "of_line": row,
            "state": "refused" if row in bad else steps[row].what,
            "notes": notes.get(row, []),
            "changes": box.encrypt(changes_text(fields, steps[row].changes))
            if row in steps and steps[row].changes
            else "",
            "row_id": steps[row].row_id or None if row in steps else None,
            "person_id": persons.get(steps[row].row_id) if row in steps else None,
            "after": print_of(after[steps[row].row_id]) if row in steps and steps[row].row_id in after else None,
        }
        for row in sorted(steps.keys() | bad)
    ]
    table: Any = ImportRow.__table__
    names = ("state", "notes", "changes", "row_id", "person_id", "after")
    statement = (
        update(table)
        .where(table.c.batch_id == bindparam("of_batch"), table.c.number == bindparam("of_line"))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
    )
    session.flush()
    if values:
        named = [{name if name.startswith("of_") else f"new_{name}": one[name] for name in one} for one in values]
        session.connection().execute(statement, named)
    session.expire_all()
    _count(session, batch)


def _count(session: Session, batch: ImportBatch) -> None:
    found: dict[str, int] = {"odd": 0}
    warned = 0
    for state, notes in session.execute(
        select(ImportRow.state, ImportRow.notes).where(ImportRow.batch_id == batch.id)
    ).tuples():
        found[state] = found.get(state, 0) + 1
        found["odd"] += sum(one["kind"] == "odd" for one in notes)
        warned += sum(one["kind"] == "warned" for one in notes)
    batch.counts = {**found, "warned": warned} if warned else found


def _persons(session: Session, spec: ListSpec, ids: Sequence[str]) -> dict[str, str]:
    """Whom rows are about, by id."""
    if spec.place.person is None:
        return {}
    found: dict[str, str] = {}
    for part in batched(ids, AT_ONCE):
        statement = spec.rows().where(spec.key.in_(part)).with_only_columns(spec.key, spec.place.person)
        found |= {row_id: person for row_id, person in session.execute(statement).tuples() if person is not None}
    return found
