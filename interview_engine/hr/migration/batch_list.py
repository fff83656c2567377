"""The list of imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, cast, select
from sqlalchemy.types import Integer

from interview_engine.hr.accounts.service import holder_name
from interview_engine.hr.forms.spec import Column, ListSpec, Place
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.i18n import Text, msg

STATES: Mapping[str, Text] = {
    "read": msg("To be checked"),
    "checking": msg("Being checked"),
    "checked": msg("To be written"),
    "writing": msg("Being written"),
    "done": msg("Written", context="import"),
    "undoing": msg("Being rolled back"),
    "undone": msg("Rolled back"),
    "failed": msg("Cannot be read"),
}
LISTS: Mapping[str, Text] = {
    "departments": msg("Departments"),
    "employees": msg("Employees"),
    "contracts": msg("Contracts"),
    "leave_opening": msg("Leave taken over"),
    "requisitions": msg("Requisitions"),
}


def _rows() -> Select[Any]:
    return select(ImportBatch.id).select_from(ImportBatch)


def _count(name: str) -> Any:
    return cast(ImportBatch.counts[name].as_string(), Integer)


IMPORTS = ListSpec(
    name="imports",
    title=msg("Imports"),
    about=msg("Sheets of other systems: what they made, what was refused, and who took them over."),
    thing=msg("import"),
    empty=msg("Nothing has been imported yet."),
    field_class="contact",
    rows=_rows,
    key=ImportBatch.id,
    place=Place(legal_entity=ImportBatch.legal_entity_id),
    href=lambda _, row_id, __: f"/console/imports/{row_id}",
    columns=(
        Column("filename", msg("File"), "text", ImportBatch.filename, searched=True, opens=True),
        Column("list", msg("What", context="import"), "choice", ImportBatch.list_name, choices=LISTS, filters=True,
               counts=True),
        Column("state", msg("State"), "choice", ImportBatch.state, choices=STATES, filters=True, counts=True,
               tones={"read": "look", "checked": "look", "failed": "look", "done": "go"}),
        Column("lines", msg("Lines"), "whole", ImportBatch.lines),
        Column("made", msg("New rows"), "whole", _count("made")),
        Column("changed", msg("Changed rows"), "whole", _count("changed")),
        Column("same", msg("As they were"), "whole", _count("same"), shown=False),
        Column("refused", msg("Refused lines"), "whole", _count("refused"), tones={"*": "look"}),
        Column("by", msg("By"), "text", holder_name(ImportBatch.account_id)),
        Column("created", msg("Received"), "moment", ImportBatch.created_at, filters=True),
        Column("written", msg("Written on"), "moment", ImportBatch.written_at, shown=False),
        Column("sha256", msg("Fingerprint of the file"), "text", ImportBatch.sha256, shown=False),
    ),
)  # fmt: skip
