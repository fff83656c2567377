"""Withdrawal, deletion and retention: what is removed, when, and a receipt that can be checked.

Withdrawal takes effect at once: nothing is used any more, the evidence leaves the employee file and the competency
record, and a deletion is asked for. Deletion removes recordings, transcripts, reports, scores and what people wrote,
within `DUE_DAYS`. The receipt names the sha256 of everything that went; it holds no content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy.erasing import Removed, erase_interview, erase_person, erase_recordings
from interview_engine.hr.privacy.tables import Consent, ErasureRequest
from interview_engine.hr.problems import conflict, missing
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.hiring.evidence import remove_evidence
from interview_engine.hr.recruiting.interviewing import invitations
from interview_engine.hr.recruiting.reach import change_stage, invitation_of, note_event
from interview_engine.hr.recruiting.rules import LIVE_INVITATION, may_move
from interview_engine.hr.recruiting.tables import Application, Assessment, Invitation, Requisition
from interview_engine.store import audit
from interview_engine.store.blobs import BlobStore
from interview_engine.store.rows import find, stamp, touch

DUE_DAYS = 30
"""Days within which a deletion must be done (820 ILCS 42/15 says 30; PIPL article 47 "without delay")."""

SCHEMA = "erasure-receipt/1"
Kind = Literal["interview", "person", "retention"]


@dataclass(frozen=True, slots=True)
class Due:
    """A deletion that is to be done now."""

    request_id: str
    kind: Kind


def withdraw(session: Session, actor: Actor, invitation: Invitation, clock: Clock) -> ErasureRequest:
    """The candidate takes everything back: consents end, the application is withdrawn, evidence leaves file and
    record at once, and the deletion of the rest is asked for. Twice gives the same request.

    A hired person stays hired; only the interview's evidence goes.
    """
    row = invitation_of(session, actor, invitation.id, lock=True)
    application = find(session, Application, row.application_id, lock=True)
    requisition = find(session, Requisition, application.requisition_id) if application is not None else None
    if application is None or requisition is None:
        raise missing("application", "应聘", "application")
    _end_consents(session, actor, Consent.invitation_id == row.id, clock)
    _leave_pool(session, actor, application.person_id, clock)
    remove_evidence(session, application.id, _assessment_ids(session, row.id))
    if row.state in (*LIVE_INVITATION, "expired"):
        invitations.revoke_open(session, actor, application.id, clock)
    if may_move(application.stage, "withdrawn", "candidate"):  # type: ignore[arg-type]
        change_stage(session, actor, application, "withdrawn", "", clock)
        notices.candidate_withdrew(session, row, requisition, clock)
    else:
        note_event(session, actor, application, "evidence_withdrawn", clock)
    audit.record(session, actor.id, "interview.withdraw", f"invitation:{row.id}", {}, clock)
    return request_erasure(session, actor, clock, person_id=application.person_id, invitation_id=row.id)


def request_erasure(
    session: Session, actor: Actor, clock: Clock, *, person_id: str, invitation_id: str | None = None
) -> ErasureRequest:
    """Ask for the deletion of one interview, or of everything of a person; asking again gives the same request.

    Raises:
        NotFoundError: person. PermissionDenied: neither one's own nor within "contact" write.
    """
    if find(session, Person, person_id) is None:
        raise missing("person", "人员", "person")
    if actor.person_id != person_id and actor is not SYSTEM:
        check_row(session, actor, "contact", "manage", department_id=None, legal_entity_id=None, person_id=person_id)
    kind: Kind = "interview" if invitation_id is not None else "person"
    return _request(session, actor, person_id, invitation_id, kind, clock)


def erase(session: Session, blobs: BlobStore, request_id: str, clock: Clock) -> dict[str, Any]:
    """Delete what a request asks for and write its receipt; a request that is done gives its receipt again.

    Blobs that another row still names (the same file handed in elsewhere) stay and are listed as kept.

    Raises:
        NotFoundError: the request.
    """
    request = find(session, ErasureRequest, request_id, lock=True)
    if request is None:
        raise missing("erasure_request", "删除申请", "erasure request")
    if request.receipt is not None:
        return request.receipt
    person = find(session, Person, request.person_id, lock=True)
    if person is None:
        raise missing("person", "人员", "person")
    removed = _remove(session, blobs, request, clock)
    receipt = write_receipt(request, removed, clock)
    request.receipt = receipt
    request.done_at = clock.now()
    touch(request, "system", clock)
    detail = {"receipt": receipt["sha256"], "kind": request.kind}
    audit.record(session, "system", "erasure.done", f"erasure_request:{request.id}", detail, clock)
    if request.kind == "interview":
        notices.erasure_done(session, request.id, request.person_id, receipt["sha256"], clock)
    return receipt


def write_receipt(request: ErasureRequest, removed: Removed, clock: Clock) -> dict[str, Any]:
    """The receipt of a deletion; `sha256` is over all else in it and stands in the audit trail too."""
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "request": request.id,
        "kind": request.kind,
        "requested_at": request.created_at.isoformat(),
        "erased_at": clock.now().isoformat(),
        "due_at": request.due_at.isoformat(),
        "blobs": [{"what": what, "sha256": sha256} for what, sha256 in sorted(removed.blobs)],
        "kept": [{"what": what, "sha256": sha256} for what, sha256 in sorted(removed.kept)],
        "texts": [{"what": what, "sha256": sha256} for what, sha256 in sorted(removed.texts)],
        "rows": dict(sorted(removed.rows.items())),
    }
    return {**content, "sha256": _digest(content)}


def verify_receipt(receipt: Mapping[str, Any]) -> bool:
    """Whether a receipt is whole: its sha256 is of its content."""
    content = {key: value for key, value in receipt.items() if key != "sha256"}
    return receipt.get("sha256") == _digest(content)


def receipt_of(session: Session, actor: Actor, invitation: Invitation) -> ErasureRequest | None:
    """The candidate's latest request for this interview, with its receipt once it is done."""
    row = invitation_of(session, actor, invitation.id)
    return session.scalars(
        select(ErasureRequest)
        .where(ErasureRequest.invitation_id == row.id, ErasureRequest.kind == "interview")
        .order_by(ErasureRequest.id.desc())
    ).first()


def due(session: Session, *, limit: int = 50) -> tuple[Due, ...]:
    """Job: requests that are not done, the oldest first. There is no reason to wait until they are due."""
    rows = session.execute(
        select(ErasureRequest.id, ErasureRequest.kind)
        .where(ErasureRequest.done_at.is_(None))
        .order_by(ErasureRequest.id)
        .limit(limit)
    )
    return tuple(Due(request_id, kind) for request_id, kind in rows.tuples())  # type: ignore[arg-type]


def expired(session: Session, clock: Clock, *, limit: int = 200) -> tuple[ErasureRequest, ...]:
    """Job: ask for the deletion of what is past its policy's time (`Policy.retention_days`).

    Recordings, transcripts and reports of interviews that ended so long ago go, scores and what people decided stay.
    Persons whose every application ended so long ago go as a whole, unless they agreed to be kept in the talent pool.
    """
    made = []
    for policy in POLICIES.values():
        before = clock.now() - timedelta(days=policy.retention_days)
        for invitation_id, person_id in session.execute(_old_interviews(policy.id, before).limit(limit)).tuples():
            made.append(_request(session, SYSTEM, person_id, invitation_id, "retention", clock))
        for person_id in session.scalars(_forgotten_persons(policy.id, before).limit(limit)).all():
            made.append(_request(session, SYSTEM, person_id, None, "person", clock))
    return tuple(made)


def _old_interviews(policy: str, before: datetime) -> Any:
    asked = select(ErasureRequest.invitation_id).where(
        ErasureRequest.invitation_id.is_not(None), ErasureRequest.kind.in_(("retention", "interview"))
    )
    return (
        select(Invitation.id, Application.person_id)
        .join(Application, Application.id == Invitation.application_id)
        .where(
            Invitation.policy == policy,
            Invitation.consented_at.is_not(None),
            func.coalesce(Invitation.submitted_at, Invitation.expires_at) < before,
            Invitation.id.not_in(asked),
        )
    )


def _forgotten_persons(policy: str, before: datetime) -> Any:
    other = aliased(Application)
    goes_on = select(other.person_id).where(
        or_(other.stage.not_in(("rejected", "withdrawn")), other.stage_since >= before)
    )
    asked = select(ErasureRequest.person_id).where(ErasureRequest.kind == "person", ErasureRequest.done_at.is_(None))
    return (
        select(Person.id)
        .join(Application, Application.person_id == Person.id)
        .join(Requisition, Requisition.id == Application.requisition_id)
        .where(
            Requisition.policy == policy,
            Application.stage.in_(("rejected", "withdrawn")),
            Application.stage_since < before,
            Person.erased_at.is_(None),
            ~Person.talent_pool,
            Person.id.not_in(goes_on),
            Person.id.not_in(select(Employment.person_id)),
            Person.id.not_in(select(Account.person_id)),
            Person.id.not_in(asked),
        )
        .distinct()
    )


def _remove(session: Session, blobs: BlobStore, request: ErasureRequest, clock: Clock) -> Removed:
    if request.kind == "person":
        _end_consents(session, SYSTEM, Consent.person_id == request.person_id, clock)
        return erase_person(session, blobs, request.person_id, clock)
    if request.invitation_id is None:
        raise conflict("erasure.interview", "申请没有指明面试。", "The request names no interview.")
    if request.kind == "retention":
        return erase_recordings(session, blobs, request.invitation_id, clock)
    return erase_interview(session, blobs, request.invitation_id, clock)


def _request(
    session: Session, actor: Actor, person_id: str, invitation_id: str | None, kind: Kind, clock: Clock
) -> ErasureRequest:
    there = session.scalars(
        select(ErasureRequest)
        .where(
            ErasureRequest.person_id == person_id,
            ErasureRequest.invitation_id == invitation_id
            if invitation_id is not None
            else ErasureRequest.invitation_id.is_(None),
            ErasureRequest.kind == kind,
        )
        .order_by(ErasureRequest.id.desc())
    ).first()
    if there is not None and (there.done_at is None or kind != "person"):
        return there
    request = ErasureRequest(
        **stamp(actor.id, clock),
        person_id=person_id,
        invitation_id=invitation_id,
        kind=kind,
        due_at=clock.now() + timedelta(days=DUE_DAYS),
    )
    session.add(request)
    session.flush()
    audit.record(session, actor.id, "erasure.request", f"erasure_request:{request.id}", {"kind": kind}, clock)
    return request


def _end_consents(session: Session, actor: Actor, which: Any, clock: Clock) -> None:
    for consent in session.scalars(select(Consent).where(which, Consent.withdrawn_at.is_(None))):
        consent.withdrawn_at = clock.now()
        touch(consent, actor.id, clock)


def _leave_pool(session: Session, actor: Actor, person_id: str, clock: Clock) -> None:
    """Nobody is kept for other jobs whose consent to it has ended."""
    person = find(session, Person, person_id, lock=True)
    agreed = select(Consent.id).where(
        Consent.person_id == person_id, Consent.purpose == "retention", Consent.granted, Consent.withdrawn_at.is_(None)
    )
    session.flush()
    if person is not None and person.talent_pool and session.scalars(agreed.limit(1)).one_or_none() is None:
        person.talent_pool = False
        touch(person, actor.id, clock)


def _assessment_ids(session: Session, invitation_id: str) -> list[str]:
    return list(session.scalars(select(Assessment.id).where(Assessment.invitation_id == invitation_id)))


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
