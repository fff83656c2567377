"""What the retention schedule destroys of signatures: the electronic original of a contract and the evidence (D10).

That there was a request, when it ended and how, stays, as the contract does; paper, files, steps and links go.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.area import KeptKind, Over
from interview_engine.hr.employment.service import Employment
from interview_engine.hr.months import add_months
from interview_engine.hr.removal import Removal
from interview_engine.hr.signing.standing import BLOBS, OPEN
from interview_engine.hr.signing.tables import SignatureLink, SignatureRequest, SignatureStep
from interview_engine.i18n import msg
from interview_engine.store import append_only
from interview_engine.store.rows import find

SIGNATURE_FILE = "signature_file"


def _over(session: Session, months: int, _: int, until: date) -> Sequence[Over]:
    rows = session.execute(
        select(SignatureRequest.id, SignatureRequest.person_id, Employment.last_day)
        .join(Employment, Employment.id == SignatureRequest.employment_id)
        .where(
            SignatureRequest.paper_sha256.is_not(None),
            SignatureRequest.state.not_in(OPEN),
            Employment.state == "left",
            Employment.last_day <= until,
        )
    ).tuples()
    found = [Over(row_id, person_id, add_months(last, months)) for row_id, person_id, last in rows if last is not None]
    return sorted((one for one in found if one.day <= until), key=lambda one: (one.day, one.subject_id))


def erase_signature(session: Session, request_id: str, removal: Removal) -> None:
    """Files, text, steps and links of a request go."""
    row = find(session, SignatureRequest, request_id, lock=True)
    if row is None or row.paper_sha256 is None:
        return
    for column in BLOBS:
        sha256 = getattr(row, column.key)
        if sha256 is not None:
            removal.found.add(("signature_request", sha256))
            setattr(row, column.key, None)
    removal.text("signature_request.paper", json.dumps(row.paper, ensure_ascii=False, sort_keys=True))
    row.paper = {**row.paper, "blocks": [], "person": ""}
    row.address = row.reference = row.reason = ""
    row.device_hash = row.code_hash = None
    session.flush()
    removal.count("signature_request.paper", 1)
    removal.delete(session, SignatureLink, SignatureLink.request_id == request_id)
    with append_only.passage(session, SYSTEM.id, "signature past its time", removal.clock):
        removal.delete(session, SignatureStep, SignatureStep.request_id == request_id)


SIGNATURE_KEPT = KeptKind(
    SIGNATURE_FILE, msg("Electronic original of a contract, with the evidence of its signature"), _over
)
