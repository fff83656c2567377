"""Batches of imports: received, mapped, looked at, sampled. Who may read them is decided like their list's rows.

Checking, writing and taking back are steps of their own (`running.py`), because they may take longer than a request.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, insert, not_, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, denied, reaches_group, require, visible
from interview_engine.hr.area import Found
from interview_engine.hr.forms.fields import Field
from interview_engine.hr.forms.matching import propose_alike
from interview_engine.hr.forms.reading import ORDERS
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.house import house
from interview_engine.hr.lists.sheet_values import form_of, sheet_fields
from interview_engine.hr.migration.kept import note
from interview_engine.hr.migration.source import WHY_LEFT, SourceTable, shape_of
from interview_engine.hr.migration.tables import ImportBatch, ImportMapping, ImportRow
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.page import MAX_ROWS
from interview_engine.store.rows import batched, find, stamp, touch
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import WorkItem

WORK = "import"
"""The kind of durable work: a batch's next step."""
MOST_LINES = 100_000
KEPT = timedelta(days=180)
"""How long the cells of a batch that was written are kept, for comparing and taking back."""
KEPT_UNWRITTEN = timedelta(days=7)
OPEN = ("read", "checked", "failed")
"""States in which the mapping may change."""
RUNNING = ("checking", "writing", "undoing")
STEPS: Mapping[str, tuple[str, ...]] = {
    "checking": ("read", "checked", "failed", "checking"),
    "writing": ("checked", "writing"),
    "undoing": ("done", "undoing"),
}
"""By step, the states from which it may begin; a step that was broken off begins again."""
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a sheet is read.

    Args:
        mapping: by head, the field. given: by field, what every line without a cell for it says.
        orders: by field, the order of its short dates.
    """

    mapping: Mapping[str, str]
    given: Mapping[str, str]
    orders: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as pages show it. `cells`: by head; empty once they are no longer kept."""

    number: int
    state: str
    cells: Mapping[str, str]
    notes: Sequence[Mapping[str, Any]]
    changes: Sequence[tuple[str, str, str]]
    row_id: str | None


def kinds() -> dict[str, ListSpec]:
    """Lists whose rows can be taken over, by name: those that take sheets."""
    return {name: spec for name, spec in house().lists.items() if spec.by_sheet is not None}


def spec_of(list_name: str) -> ListSpec:
    """The list of a batch.

    Raises:
        NotFoundError: it takes no sheets.
    """
    found = kinds().get(list_name)
    if found is None:
        raise missing("import", msg("import for this list"))
    return found


def companies_for(session: Session, actor: Actor, spec: ListSpec) -> dict[str, str]:
    """The companies, by id with their names, into which the actor may import rows of a list."""
    needs = form_of(spec).needs
    reached = visible(actor, *needs, legal_entity=LegalEntity.id)
    return dict(
        session.execute(select(LegalEntity.id, LegalEntity.name).where(reached).order_by(LegalEntity.name))
        .tuples()
        .all()
    )


def receive(
    session: Session,
    box: SecretBox,
    actor: Actor,
    list_name: str,
    filename: str,
    sha256: str,
    table: SourceTable,
    legal_entity_id: str | None,
    clock: Clock,
) -> ImportBatch:
    """Keep a sheet with a proposal of how it is read. Needs what the list's form needs, in the company.

    Args:
        sha256: of the file.
        legal_entity_id: whose import it is; None is the only company within reach, or the group's.

    Raises:
        NotFoundError: list or company. PermissionDenied. ConflictError: `import.lines`, too many.
        InvalidInput: `import.company`, several are within reach; `import.empty`.
    """
    spec = spec_of(list_name)
    require(actor, *form_of(spec).needs)
    if actor.account_id is None:
        raise denied()
    company = _company(session, actor, spec, legal_entity_id)
    if not table.lines:
        raise invalid("file", "import.empty", msg("The sheet has no lines."), msg("Fill in the template first."))
    if len(table.lines) > MOST_LINES:
        raise conflict("import.lines", msg("The sheet has more than {most} lines.", most=MOST_LINES),
                       msg("Split it into several sheets."))  # fmt: skip
    batch = ImportBatch(
        **stamp(actor.id, clock),
        legal_entity_id=company,
        account_id=actor.account_id,
        list_name=spec.name,
        filename=filename[-200:],
        sha256=sha256,
        sheet=table.sheet[:120],
        shape=shape_of(table.heads),
        heads=list(table.heads),
        lines=len(table.lines),
        counts={},
        sample=[],
        mapping={},
        given={},
        orders={},
    )
    read = _proposed(session, actor, spec, batch)
    batch.mapping, batch.given, batch.orders = dict(read.mapping), dict(read.given), dict(read.orders)
    session.add(batch)
    session.flush()
    rows = [
        {
            "batch_id": batch.id,
            "number": line.number,
            "state": "read" if line.left is None else "left_out",
            "source": box.encrypt(json.dumps(line.cells, ensure_ascii=False)),
            "notes": [] if line.left is None else [note("left_out", "", WHY_LEFT[line.left])],
            "changes": "",
        }
        for line in table.lines
    ]
    session.execute(insert(ImportRow), rows)
    batch.counts = {"left_out": sum(line.left is not None for line in table.lines)}
    detail = {"list": spec.name, "lines": batch.lines, "sha256": sha256}
    audit.record(session, actor.id, "import.receive", f"import:{batch.id}", detail, clock)
    return batch


def proposal(session: Session, actor: Actor, batch: ImportBatch) -> dict[str, str]:
    """By head, how its field was found: "remembered", "name", "similar"; heads that are not used are left out."""
    spec = spec_of(batch.list_name)
    remembered = _remembered(session, batch)
    alike = propose_alike(sheet_fields(session, actor, spec), batch.heads)
    found: dict[str, str] = {}
    for head, field in batch.mapping.items():
        if remembered is not None and remembered.mapping.get(head) == field:
            found[head] = "remembered"
        elif head in alike and alike[head].field == field:
            found[head] = "name" if alike[head].sure else "similar"
    return found


def set_mapping(session: Session, actor: Actor, batch_id: str, read: Mapped, clock: Clock) -> ImportBatch:
    """Say how a sheet is read; the company's next sheet with these heads is read so as well.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `import.running`, `import.written`.
        InvalidInput: `import.mapping` (no such head, field or order, or a field twice).
    """
    batch = batch_for(session, actor, batch_id, write=True, lock=True)
    if batch.state not in OPEN:
        raise _not_now(batch)
    spec = spec_of(batch.list_name)
    fields = {one.name: one for one in sheet_fields(session, actor, spec)}
    _check_mapping(fields, batch.heads, read)
    batch.mapping, batch.given = dict(read.mapping), {name: text for name, text in read.given.items() if text.strip()}
    batch.orders = dict(read.orders)
    batch.state, batch.problem = "read", None
    touch(batch, actor.id, clock)
    kept = _remembered(session, batch)
    if kept is None:
        kept = ImportMapping(**stamp(actor.id, clock), legal_entity_id=batch.legal_entity_id,
                             list_name=batch.list_name, shape=batch.shape)  # fmt: skip
        session.add(kept)
    kept.mapping, kept.given, kept.orders = batch.mapping, batch.given, batch.orders
    touch(kept, actor.id, clock)
    session.flush()
    audit.record(
        session, actor.id, "import.map", f"import:{batch.id}", {"fields": sorted(batch.mapping.values())}, clock
    )
    return batch


def batch_for(session: Session, actor: Actor, batch_id: str, *, write: bool = False, lock: bool = False) -> ImportBatch:
    """A batch within reach: reading needs to read the list's rows in its company, writing what the list's form needs.

    Raises:
        NotFoundError: also where it is out of reach. PermissionDenied: read, and not to be written.
    """
    batch = find(session, ImportBatch, batch_id, lock=lock)
    if batch is None:
        raise missing("import", msg("import"))
    spec = spec_of(batch.list_name)
    if not session.scalar(select(reach(actor, batch.legal_entity_id, spec.field_class, "read"))):
        raise missing("import", msg("import"))
    if write:
        check_row(session, actor, *form_of(spec).needs, legal_entity_id=batch.legal_entity_id)
        if batch.legal_entity_id is None and not reaches_group(session, actor, *form_of(spec).needs):
            raise denied()
    return batch


def reach(actor: Actor, company: str | None, field_class: str, action: str) -> ColumnElement[bool]:
    """Whether the actor may do this in the company of a batch; the group's batches are for who reaches all."""
    own = select(LegalEntity.id).where(
        LegalEntity.id == company, visible(actor, field_class, action, legal_entity=LegalEntity.id)
    )
    if company is not None:
        return exists(own)
    out_of_reach = select(LegalEntity.id).where(not_(visible(actor, field_class, action, legal_entity=LegalEntity.id)))
    return and_(not_(exists(out_of_reach)), visible(actor, field_class, action))


def begin(session: Session, actor: Actor, batch_id: str, step: str, clock: Clock) -> ImportBatch:
    """Let a step begin: "checking", "writing", "undoing". Asked for again while it runs, it goes on.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `import.running`, `import.written`, `import.unchecked`.
    """
    batch = batch_for(session, actor, batch_id, write=True, lock=True)
    if batch.state not in STEPS[step]:
        raise _not_now(batch)
    if batch.state != step:
        batch.state, batch.problem = step, None
        batch.account_id = actor.account_id or batch.account_id
        touch(batch, actor.id, clock)
        audit.record(session, actor.id, f"import.{step}", f"import:{batch.id}", {"list": batch.list_name}, clock)
    return batch


LONGEST_GIVEN = 200
"""Characters of a value that is given for all lines."""


def work_of(session: Session, batch: ImportBatch) -> WorkItem | None:
    """The durable work that does the batch's last step, with how far it is. The caller may read the batch."""
    return session.scalars(
        select(WorkItem)
        .where(WorkItem.kind == WORK, WorkItem.subject_id == batch.id)
        .order_by(WorkItem.generation.desc())
        .limit(1)
    ).first()


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


def draw_sample(
    session: Session, actor: Actor, batch_id: str, draw: random.Random, clock: Clock, *, size: int = SAMPLE
) -> ImportBatch:
    """Choose lines at random for a person to compare with the source; a sample that was drawn stays.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `import.unwritten`.
    """
    batch = batch_for(session, actor, batch_id, write=True, lock=True)
    if batch.state != "done":
        raise conflict("import.unwritten", msg("The import has not been written."), msg("Write it first."))
    if batch.sample:
        return batch
    written = select(ImportRow.number).where(
        ImportRow.batch_id == batch.id, ImportRow.state.in_(("made", "changed", "same"))
    )
    numbers = list(session.scalars(written.order_by(ImportRow.number)))
    chosen = sorted(draw.sample(numbers, min(size, len(numbers))))
    batch.sample = [{"row": number, "fits": None, "by": None, "at": None} for number in chosen]
    touch(batch, actor.id, clock)
    audit.record(session, actor.id, "import.sample", f"import:{batch.id}", {"lines": len(chosen)}, clock)
    return batch


def judge_sample(session: Session, actor: Actor, batch_id: str, fits: Mapping[int, bool], clock: Clock) -> ImportBatch:
    """Note of lines of the sample whether they are as in the source; kept with who said so and when.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: `import.sample`, a line is not in it.
    """
    batch = batch_for(session, actor, batch_id, write=True, lock=True)
    if not set(fits) <= {one["row"] for one in batch.sample}:
        raise invalid("row", "import.sample", msg("This line is not in the sample."), msg("Reload the page."))
    at = clock.now().isoformat()
    batch.sample = [
        {**one, "fits": fits[one["row"]], "by": actor.account_id, "at": at}
        if one["row"] in fits and one["fits"] != fits[one["row"]]
        else one
        for one in batch.sample
    ]
    touch(batch, actor.id, clock)
    wrong = sum(one["fits"] is False for one in batch.sample)
    audit.record(session, actor.id, "import.judge", f"import:{batch.id}", {"lines": len(fits), "wrong": wrong}, clock)
    return batch


def clear(session: Session, clock: Clock) -> None:
    """Job: empty the cells of batches that nobody wrote, and of old ones."""
    now = clock.now()
    old = select(ImportBatch.id).where(
        or_(
            and_(ImportBatch.written_at.is_(None), ImportBatch.updated_at < now - KEPT_UNWRITTEN),
            ImportBatch.written_at < now - KEPT,
        ),
        ImportBatch.state.not_in(RUNNING),
    )
    kept = ImportRow.source != ""
    session.execute(update(ImportRow).where(ImportRow.batch_id.in_(old), kept).values(source="", changes="", notes=[]))


def ready(_: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """A step may begin as soon as it is asked for."""
    return true()


def without_work(session: Session, limit: int) -> Sequence[str]:
    """Batches in a step that nobody works on: none, where a step and its work item begin in one transaction."""
    item = exists().where(WorkItem.kind == WORK, WorkItem.subject_id == ImportBatch.id)
    return session.scalars(select(ImportBatch.id).where(ImportBatch.state.in_(RUNNING), ~item).limit(limit)).all()


INLINE = 300
"""Lines that a request does itself; more are work for a worker."""


def pages_of(session: Session, ids: Sequence[str]) -> Mapping[str, Found]:
    """The page of each batch."""
    found: dict[str, Found] = {}
    for part in batched(ids, MAX_ROWS):
        rows: Select[str, str] = select(ImportBatch.id, ImportBatch.filename).where(ImportBatch.id.in_(part))
        for batch_id, filename in session.execute(rows).tuples():
            found[batch_id] = Found(filename, f"/console/imports/{batch_id}")
    return found


def unfinished(session: Session, legal_entity_id: str) -> int:
    """How many batches of a company are neither written nor rolled back."""
    going = (ImportBatch.legal_entity_id == legal_entity_id, ImportBatch.state.not_in(("done", "undone", "failed")))
    return session.scalar(select(func.count()).select_from(ImportBatch).where(*going)) or 0


def count_of(session: Session, batch: ImportBatch) -> int:
    """Lines that will be written."""
    chosen = ImportRow.state.in_(("made", "changed"))
    return (
        session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == batch.id, chosen)) or 0
    )


def _has_notes() -> ColumnElement[bool]:
    return cast(ImportRow.notes, String) != "[]"


def _company(session: Session, actor: Actor, spec: ListSpec, wanted: str | None) -> str | None:
    within = companies_for(session, actor, spec)
    if wanted is not None:
        if wanted not in within:
            raise missing("legal_entity", msg("company"))
        return wanted
    if len(within) == 1:
        return next(iter(within))
    if within and reaches_group(session, actor, *form_of(spec).needs):
        return None
    if not within:
        raise denied()
    raise invalid("company", "import.company", msg("Several companies are within your reach."),
                  msg("Choose the one that the sheet is for."))  # fmt: skip


def _proposed(session: Session, actor: Actor, spec: ListSpec, batch: ImportBatch) -> Mapped:
    fields = sheet_fields(session, actor, spec)
    kept = _remembered(session, batch)
    names = {one.name for one in fields}
    if kept is not None:
        mapping = {head: field for head, field in kept.mapping.items() if head in batch.heads and field in names}
        return Mapped(mapping, kept.given, kept.orders)
    return Mapped({head: one.field for head, one in propose_alike(fields, batch.heads).items()}, {}, {})


def _remembered(session: Session, batch: ImportBatch) -> ImportMapping | None:
    company = batch.legal_entity_id
    return session.scalar(
        select(ImportMapping).where(
            ImportMapping.legal_entity_id.is_(None) if company is None else ImportMapping.legal_entity_id == company,
            ImportMapping.list_name == batch.list_name,
            ImportMapping.shape == batch.shape,
        )
    )


def _check_mapping(fields: Mapping[str, Field], heads: Sequence[str], read: Mapped) -> None:
    used = list(read.mapping.values())
    is_wrong = (
        not set(read.mapping) <= set(heads)
        or not {*used, *read.given, *read.orders} <= set(fields)
        or any(used.count(name) > 1 and not fields[name].joined for name in used)
        or not set(read.orders.values()) <= set(ORDERS)
    )
    if is_wrong:
        raise invalid(
            "mapping",
            "import.mapping",
            msg("A column or a field is named twice, or is not there."),
            msg("Give each field to one column."),
        )
    for name, text in read.given.items():
        text_within(text, f"given_{name}", fields[name].label, LONGEST_GIVEN, least=0)


def _not_now(batch: ImportBatch) -> Exception:
    if batch.state in RUNNING:
        return conflict("import.running", msg("The import is being worked on."), msg("Wait until it is done."))
    if batch.state in ("done", "undone"):
        return conflict("import.written", msg("The import has been written or rolled back already."))
    return conflict("import.unchecked", msg("The import has not been checked."), msg("Have it checked first."))
