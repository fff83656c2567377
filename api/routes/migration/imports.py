"""Imports of sheets by programs: the same steps as on the pages."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.imports import MAX_FILE, begin_step, finish_small, receive_file
from api.routes.frame import Id, IdField, In, Limit, Out, PageOut, list_out, new_router
from interview_engine.hr.migration import receiving, service
from interview_engine.hr.migration.comparing import compare
from interview_engine.hr.migration.kept import words
from interview_engine.hr.migration.lines import LineView, lines_of
from interview_engine.hr.migration.receiving import Mapped
from interview_engine.hr.migration.tables import ImportBatch
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg

router = new_router("imports")
STEPS = {"check": "checking", "write": "writing", "undo": "undoing"}


class NewImport(In):
    """A file to import. `legal_entity_id`: whose import it is, where several companies are within reach."""

    list: str = Field(max_length=60, examples=["employees"])
    filename: str = Field(min_length=1, max_length=200, examples=["staff.xlsx"])
    content: str = Field(max_length=MAX_FILE * 2, description="The file (CSV, XLSX or XLS) in base64.")
    legal_entity_id: IdField | None = None


class NewMapping(In):
    """How the sheet is read: by head the field; by field one value for all lines; by field the order of short dates."""

    mapping: dict[str, str]
    given: dict[str, str] = Field(default_factory=dict)
    orders: dict[str, Literal["ymd", "dmy", "mdy"]] = Field(default_factory=dict)


class NextStep(In):
    """What is to be done next. Written, and taken back, is all of it in one transaction."""

    step: Literal["check", "write", "undo"]


class ImportOut(Out):
    """An import. `counts`: lines by what they do; "odd": cells that were understood all the same."""

    id: str
    list: str
    filename: str
    sha256: str
    state: str
    lines: int
    heads: Sequence[str]
    mapping: dict[str, str]
    given: dict[str, str]
    orders: dict[str, str]
    counts: dict[str, int]
    problem: str | None
    created_at: datetime
    written_at: datetime | None
    undone_at: datetime | None


class NoteOut(Out):
    """What is odd in a line. `kind`: refused, odd, warned (taken, and to be looked at), left_out or kept."""

    kind: str
    column: str
    what: str
    next: str


class LineOut(Out):
    """A line of an import, with what is odd in it in the account's language."""

    row: int
    state: str
    row_id: str | None
    notes: list[NoteOut]
    changes: dict[str, list[str]] = Field(description="By field, before and after.")


class ComparisonOut(Out):
    """The source against what is here now."""

    counts: dict[str, int]
    differences: list[dict[str, Any]]


@router.post("/imports", status_code=201)
def create_import(call: Annotated[Call, needs("contact", "write")], body: NewImport) -> ImportOut:
    """Receive a file; its answer proposes a mapping. Nothing else is written."""
    try:
        data = base64.b64decode(body.content, validate=True)
    except ValueError:  # binascii.Error is one, and what is no ASCII
        raise invalid("content", "import.base64", msg("The content is not base64."), msg("Encode the file.")) from None

    def work(session: Session) -> ImportOut:
        batch = receive_file(call.context, session, call.actor, body.list, body.filename, data, body.legal_entity_id)
        return _out(batch, call.actor.language)

    return call.once(work)


@router.get("/imports/{batch_id}")
def read_import(call: Annotated[Call, needs("contact", "read")], batch_id: Id) -> ImportOut:
    """One import and where it stands. The list of all is /lists/imports."""
    with call.reading() as session:
        return _out(service.batch_for(session, call.actor, batch_id), call.actor.language)


@router.put("/imports/{batch_id}/mapping")
def map_import(call: Annotated[Call, needs("contact", "write")], batch_id: Id, body: NewMapping) -> ImportOut:
    """Say how the sheet is read; it is remembered for the company's next sheet with these heads."""
    with call.writing() as session:
        read = Mapped(body.mapping, body.given, body.orders)
        return _out(receiving.set_mapping(session, call.actor, batch_id, read, call.clock), call.actor.language)


@router.post("/imports/{batch_id}/steps")
def move_import(call: Annotated[Call, needs("contact", "write")], batch_id: Id, body: NextStep) -> ImportOut:
    """Check, write or undo. More than 300 lines are worked on after the answer: read the import until it is done."""
    with call.writing() as session:
        batch = begin_step(call.context, session, call.actor, batch_id, STEPS[body.step])
    finish_small(call.context, batch)
    with call.reading() as session:
        return _out(session.get_one(ImportBatch, batch.id), call.actor.language)


@router.get("/imports/{batch_id}/lines")
def list_import_lines(
    call: Annotated[Call, needs("contact", "read")],
    batch_id: Id,
    state: Annotated[str, Query(max_length=12)] = "",
    after: Annotated[int, Query(ge=0, le=10_000_000, description="Lines after this row.")] = 0,
    limit: Limit = 100,
) -> PageOut[LineOut]:
    """Lines with what they do and what is odd in them; the row of the last one is `after` of the next page."""
    with call.reading() as session:
        batch = service.batch_for(session, call.actor, batch_id)
        states = (state,) if state else ()
        lines = lines_of(session, call.context.box, batch, states=states, after=after, limit=limit)
    return list_out(lines, lambda line: _line(line, call.actor.language))


@router.get("/imports/{batch_id}/comparison")
def compare_import(call: Annotated[Call, needs("contact", "read")], batch_id: Id) -> ComparisonOut:
    """The sheet's lines against what is here now: equal, differing, missing on either side."""
    with call.reading() as session:
        batch = service.batch_for(session, call.actor, batch_id)
        found = compare(session, call.context.box, call.actor, batch)
    rows = [
        {"what": one.what, "row": one.number, "name": one.name, "field": one.field, "source": one.source,
         "here": one.here} for one in found.differences
    ]  # fmt: skip
    return ComparisonOut(counts=found.counts(), differences=rows)


def _out(batch: ImportBatch, language: str) -> ImportOut:
    problem = None if batch.problem is None else " ".join(words(dict(batch.problem), language))
    return ImportOut(
        id=batch.id, list=batch.list_name, filename=batch.filename, sha256=batch.sha256, state=batch.state,
        lines=batch.lines, heads=batch.heads, mapping=batch.mapping, given=batch.given, orders=batch.orders,
        counts=batch.counts, problem=problem, created_at=batch.created_at, written_at=batch.written_at,
        undone_at=batch.undone_at,
    )  # fmt: skip


def _line(line: LineView, language: str) -> LineOut:
    notes = []
    for one in line.notes:
        what, after = words(dict(one), language)
        notes.append(NoteOut(kind=one["kind"], column=one["column"], what=what, next=after))
    changes = {name: [before, now] for name, before, now in line.changes}
    return LineOut(row=line.number, state=line.state, row_id=line.row_id, notes=notes, changes=changes)
