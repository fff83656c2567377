"""Résumés: a file in, its text and fields out, each field with the words behind it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Body, Query
from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.candidate.media import media_address
from api.routes.frame import Id, Out, new_router
from interview_engine.hr.problems import missing
from interview_engine.hr.recruiting.applying import applications as service
from interview_engine.hr.recruiting.reach import application_for
from interview_engine.hr.recruiting.tables import Resume
from interview_engine.i18n import msg
from interview_engine.store.blobs import register

router = new_router("résumés")


class ResumeOut(Out):
    """A résumé. `address` opens the file for some hours; `reason` says why nothing could be read."""

    id: str
    person_id: str
    filename: str
    media_type: str
    text: str
    fields: dict[str, Any] = Field(
        examples=[{"email": {"value": "wang@example.com", "start": 12, "end": 28, "confidence": 1.0}}]
    )
    parser: str
    reason: dict[str, Any] | None
    address: str
    created_at: datetime


@router.post("/applications/{application_id}/resume", status_code=201)
def add_resume(
    application_id: Id,
    call: Annotated[Call, needs("contact", "write")],
    content: Annotated[
        bytes,
        Body(
            media_type="application/octet-stream", description="The file itself: PDF, DOCX, ODT or text, up to 10 MB."
        ),
    ],
    filename: Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00/\\]+$")] = "resume.pdf",
) -> ResumeOut:
    """Add a résumé; the newest counts. It is opened in a confined process."""
    from pipelines.service.resume import read_resume  # opens PDF and DOCX: only needed here

    with call.reading() as session:
        application_for(session, call.actor, application_id, "contact", "write")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "resume"
        path.write_bytes(content)
        found = read_resume(path)
    sha256, key = call.context.blobs.put_for_new(content, found.media_type)
    new = service.NewResume(
        filename, found.media_type, sha256, found.text, found.fields, found.parser, found.reason, key
    )

    def work(session: Session) -> ResumeOut:
        register(session, sha256, len(content), found.media_type, call.clock)
        return _out(call, service.attach_resume(session, call.actor, application_id, new, call.clock))

    return call.once(work)


@router.get("/applications/{application_id}/resume")
def get_resume(application_id: Id, call: Annotated[Call, needs("contact", "read")]) -> ResumeOut:
    """The newest résumé of an application, with the fields read from it."""
    with call.reading() as session:
        view = service.get_application(session, call.actor, application_id)
        if view.resume is None:
            raise missing("resume", msg("résumé"))
        return _out(call, view.resume)


def _out(call: Call, row: Resume) -> ResumeOut:
    address = media_address(
        call.context,
        f"token:{call.actor.account_id}",
        row.blob_sha256,
        row.media_type,
        f"resume:{row.id}",
        filename=row.filename,
    )
    values = {name: getattr(row, name) for name in ResumeOut.model_fields if name != "address"}
    return ResumeOut(**values, address=f"{call.context.service.public_url}{address}")
