"""What migration hands over."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, PersonColumn, Subject, WorkKind, in_transaction
from interview_engine.hr.migration import service
from interview_engine.hr.migration.batch_list import IMPORTS
from interview_engine.hr.migration.tables import ImportBatch, ImportMapping, ImportRow
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    emptied = update(ImportRow).where(ImportRow.person_id == person_id, ImportRow.source != "")
    result = session.execute(emptied.values(source="", changes="", notes=[]))
    removal.count("import_row.source", int(getattr(result, "rowcount", 0)))


AREA = Area(
    name="migration",
    tables=(ImportBatch, ImportRow, ImportMapping),
    persons=(
        PersonColumn(
            ImportRow.person_id, "emptied", "what a sheet said of somebody goes; that a line of it was taken stays"
        ),
    ),
    erase=_erase,
    subjects=(Subject("import"),),
    lists=(IMPORTS,),
    work=(
        WorkKind(service.WORK, msg("Import"), msg("Imports"), service.pages_of, service.ready, service.without_work),
    ),
    jobs=(Job("cells of old imports", 3600.0, in_transaction(service.clear), by_date=True),),
)
