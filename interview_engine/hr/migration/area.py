"""What migration hands over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, Module, PersonColumn, Subject, Watch, WorkKind, in_transaction
from interview_engine.hr.migration import service
from interview_engine.hr.migration.batch_list import IMPORTS
from interview_engine.hr.migration.tables import ImportBatch, ImportMapping, ImportRow
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg
from interview_engine.store.tables import WorkItem


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    emptied = update(ImportRow).where(ImportRow.person_id == person_id, ImportRow.source != "")
    result = session.execute(emptied.values(source="", changes="", notes=[]))
    removal.count("import_row.source", int(getattr(result, "rowcount", 0)))


def _versions(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    """State of the batch and how far its work is."""
    found = {
        row_id: f"{state} {at.isoformat()}"
        for row_id, state, at in session.execute(
            select(ImportBatch.id, ImportBatch.state, ImportBatch.updated_at).where(ImportBatch.id.in_(ids))
        ).tuples()
    }
    items = select(WorkItem.subject_id, WorkItem.generation, WorkItem.state, WorkItem.share)
    mine = (WorkItem.kind == service.WORK, WorkItem.subject_id.in_(ids))
    for subject_id, *rest in session.execute(items.where(*mine).order_by(WorkItem.generation)).tuples():
        if subject_id in found:
            found[subject_id] += f" {rest}"
    return found


AREA = Area(
    name="migration",
    module=Module(
        "migration",
        msg("Imports from other systems"),
        msg("Sheets of another system: mapped, checked, written and rolled back."),
        affected=lambda session, company: (
            (msg("imports that are not finished"), service.unfinished(session, company)),
        ),
    ),
    tables=(ImportBatch, ImportRow, ImportMapping),
    persons=(
        PersonColumn(
            ImportRow.person_id, "emptied", "what a sheet said of somebody goes; that a line of it was taken stays"
        ),
    ),
    erase=_erase,
    subjects=(Subject("import"),),
    lists=(IMPORTS,),
    watches=(Watch("import", service.batch_for, _versions),),
    work=(
        WorkKind(service.WORK, msg("Import"), msg("Imports"), service.pages_of, service.ready, service.without_work),
    ),
    jobs=(Job("cells of old imports", 3600.0, in_transaction(service.clear), by_date=True),),
)
