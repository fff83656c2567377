"""What lists hand over: saved views, custom fields with their values, sheets that wait to be confirmed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, PersonColumn, Subject, in_transaction
from interview_engine.hr.lists import bulk, sheets
from interview_engine.hr.lists.tables import BulkDone, CustomField, CustomValue, RowTag, SavedView, SheetImport
from interview_engine.hr.removal import Removal


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    for table in (CustomValue, RowTag):
        removal.delete(session, table, table.person_id == person_id)


AREA = Area(
    name="lists",
    tables=(BulkDone, CustomField, CustomValue, RowTag, SavedView, SheetImport),
    persons=(
        PersonColumn(CustomValue.person_id, "erased", "what a company noted about somebody"),
        PersonColumn(RowTag.person_id, "erased", "what a company called somebody"),
    ),
    erase=_erase,
    subjects=(Subject("custom_field"), Subject("list"), Subject("view")),
    jobs=(
        Job("sheets to import", 3600.0, in_transaction(sheets.clear), by_date=True),
        Job("actions that can be undone", 3600.0, in_transaction(bulk.clear), by_date=True),
    ),
)
