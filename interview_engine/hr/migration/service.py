"""Batches of imports: where they stand and who may read them, which is decided like their list's rows.

Receiving and reading a sheet, its lines and its sample stand apart (`receiving.py`, `lines.py`, `sampling.py`).
Checking, writing and taking back are steps of their own (`running.py`), because they may take longer than a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row, denied, reaches_group, visible
from interview_engine.hr.area import Found
from interview_engine.hr.forms.spec import ListSpec
from interview_engine.hr.house import house
from interview_engine.hr.lists.sheet_values import form_of
from interview_engine.hr.migration.tables import ImportBatch, ImportRow
from interview_engine.hr.people.tables import LegalEntity
from interview_engine.hr.problems import conflict, missing
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.page import MAX_ROWS
from interview_engine.store.rows import batched, find, touch
from interview_engine.store.tables import WorkItem

WORK = "import"
"""The kind of durable work: a batch's next step."""
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
        raise not_now(batch)
    if batch.state != step:
        batch.state, batch.problem = step, None
        batch.account_id = actor.account_id or batch.account_id
        touch(batch, actor.id, clock)
        audit.record(session, actor.id, f"import.{step}", f"import:{batch.id}", {"list": batch.list_name}, clock)
    return batch


def work_of(session: Session, batch: ImportBatch) -> WorkItem | None:
    """The durable work that does the batch's last step, with how far it is. The caller may read the batch."""
    return session.scalars(
        select(WorkItem)
        .where(WorkItem.kind == WORK, WorkItem.subject_id == batch.id)
        .order_by(WorkItem.generation.desc())
        .limit(1)
    ).first()


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


def not_now(batch: ImportBatch) -> Exception:
    """Why a batch in its state takes no such step."""
    if batch.state in RUNNING:
        return conflict("import.running", msg("The import is being worked on."), msg("Wait until it is done."))
    if batch.state in ("done", "undone"):
        return conflict("import.written", msg("The import has been written or rolled back already."))
    return conflict("import.unchecked", msg("The import has not been checked."), msg("Have it checked first."))
