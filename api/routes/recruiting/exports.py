"""Tables that leave the house: CSV, XLSX with cells that no spreadsheet runs, JSON. Exporting is in the audit trail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.export import XLSX, Cell, attachment, table_csv, table_xlsx
from api.routes.frame import Id, new_router
from interview_engine.clock import CHINA
from interview_engine.hr.access.trail import export_trail
from interview_engine.hr.recruiting.applying import lists
from interview_engine.hr.recruiting.reach import requisition_for
from interview_engine.store import audit
from interview_engine.store.page import MAX_ROWS

router = new_router("exports")

Form = Literal["csv", "xlsx", "json"]
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "json": "application/json"}
HEADER = (
    "application_id",
    "person_id",
    "name",
    "email",
    "phone",
    "channel",
    "stage",
    "stage_since",
    "section",
    "score",
    "low",
    "high",
    "match_percent",
    "human_score",
    "applied_at",
    "synthetic",
)


@router.get(
    "/exports/requisitions/{requisition_id}/applications.{form}",
    response_class=Response,
    responses={
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
                "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            }
        }
    },
)
def export_applications(
    requisition_id: Id,
    form: Form,
    call: Annotated[
        Call,
        needs(
            "public",
            "read",
            ("contact", "read"),
            ("interview", "read"),
            ("contact", "export"),
            ("interview", "export"),
        ),
    ],
) -> Response:
    """Every application of a requisition with contact data and scores."""
    with call.writing() as session:
        for field_class in ("contact", "interview"):
            requisition_for(session, call.actor, requisition_id, field_class, "export")
        rows = [row for page in _pages(session, call, requisition_id) for row in page]
        detail = {"form": form, "rows": len(rows)}
        audit.record(session, call.actor.id, "applications.export", f"requisition:{requisition_id}", detail, call.clock)
    return attachment(written(form, HEADER, rows), MEDIA_TYPES[form], f"applications.{form}")


@router.get(
    "/exports/audit.jsonl",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
def export_audit_trail(call: Annotated[Call, needs("interview", "audit")]) -> Response:
    """The whole trail, one event a line, checkable without the database (docs/service.md). The export is recorded."""
    with call.writing() as session:
        lines = "".join(f"{line}\n" for line in export_trail(session, call.actor, call.clock))
    return attachment(lines.encode(), "application/x-ndjson", "audit.jsonl")


def written(form: Form, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """The table in one of the forms."""
    if form == "csv":
        return table_csv(header, rows)
    if form == "xlsx":
        return table_xlsx("applications", header, rows)
    return json.dumps([dict(zip(header, row, strict=True)) for row in rows], ensure_ascii=False).encode()


def _pages(session: Session, call: Call, requisition_id: str) -> Iterator[list[tuple[Cell, ...]]]:
    cursor: str | None = None
    while True:
        page = lists.list_applications(session, call.actor, requisition_id, None, cursor, MAX_ROWS)
        wanted = [row.person_id for row in page.items]
        contact = lists.contacts(session, wanted)
        yield [_line(row, *contact[row.person_id]) for row in page.items]
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def _line(row: lists.ApplicationSummary, mail: str, phone: str) -> tuple[Cell, ...]:
    return (
        row.id,
        row.person_id,
        row.name,
        mail,
        phone,
        row.channel,
        row.stage,
        _moment(row.stage_since),
        row.section,
        row.score_value,
        row.score_low,
        row.score_high,
        row.match_percent,
        row.human_score,
        _moment(row.created_at),
        "yes" if row.synthetic else "no",
    )


def _moment(value: datetime) -> str:
    """In Beijing, with its offset, so that people and programs read the same moment."""
    return value.astimezone(CHINA).isoformat(timespec="seconds")
