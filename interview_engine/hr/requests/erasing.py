"""What an erasure takes from requests: what people wrote in them, and papers; that they were asked for stays."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.removal import Removal
from interview_engine.hr.requests.kinds import SEALED
from interview_engine.hr.requests.rows import PART
from interview_engine.hr.requests.tables import Request, RequestPaper


def empty_requests(session: Session, person_id: str, removal: Removal) -> None:
    """Empty the forms of requests about a person, and take their papers away."""
    rows = session.scalars(select(Request).where(Request.person_id == person_id).with_for_update()).all()
    emptied = 0
    for row in rows:
        for name, value in row.payload.items():
            if name != SEALED:
                removal.text(f"request.{name}", str(value))
        removal.text("request.cancel_reason", row.cancel_reason)
        emptied += bool(row.payload or row.before or row.cancel_reason)
        row.payload, row.before, row.cancel_reason = {}, {}, ""
    removal.subjects.add(PART)
    removal.count("request.payload", emptied)
    removal.delete(session, RequestPaper, RequestPaper.person_id == person_id)
