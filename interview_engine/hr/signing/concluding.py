"""How a request for a signature ends: signed here or with a provider, declined, expired; and the evidence of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import service as files
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import LegalEntity, Person
from interview_engine.hr.problems import conflict, missing, text_within
from interview_engine.hr.signing import steps
from interview_engine.hr.signing.links import by_link, new_link
from interview_engine.hr.signing.provider import OWN
from interview_engine.hr.signing.standing import (
    OPEN,
    check_here,
    check_open,
    check_terms,
    end_request,
    of_device,
    signer,
    tell_sender,
)
from interview_engine.hr.signing.steps import From, Parties
from interview_engine.hr.signing.tables import SignatureRequest
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch


def check_signable(session: Session, link_token: str, device: str, clock: Clock) -> SignatureRequest:
    """Whether the person may sign now, on this device; looked at before the document is sealed.

    Raises:
        NotFoundError. PermissionDenied: `signing.other_device`. GoneError: see `check_open`. ConflictError:
            `signing.changed`, the contract is another one by now; `signing.left`; `signing.signed`, it was signed
            already; `signing.not_shown`; `signing.provider`.
    """
    row = of_device(session, link_token, device, clock)
    if row.state == "signed":
        raise conflict("signing.signed", msg("You have signed this contract already."), msg("You can take it along."))
    check_open(session, row, clock)
    if row.provider != OWN:
        raise conflict("signing.provider", msg("This contract is signed on the page of the provider."))
    contract = find(session, files.Contract, row.contract_id)
    if contract is None:
        raise missing("contract", msg("contract"))
    if contract.state != "signing":
        raise conflict(
            "signing.changed",
            msg("This contract was changed or dropped after it was sent to you."),
            msg("Ask your HR department for the new one; this one cannot be signed any more."),
        )
    check_terms(row, contract)
    check_here(session, row.employment_id)
    if not any(step.kind == "shown" for step in steps.of_request(session, row.id)):
        raise conflict(
            "signing.not_shown", msg("The document was not shown to you yet."), msg("Open the link and read it first.")
        )
    return row


def sign(
    session: Session, link_token: str, device: str, from_sha256: str, document_sha256: str, came: From, clock: Clock
) -> SignatureRequest:
    """The person signs: the contract is in force. The evidence follows (`keep_evidence`).

    Args:
        from_sha256: the document that the signature was added to. document_sha256: with it, kept already.

    Raises:
        as `check_signable`; of two at once one gets `signing.signed`.
    """
    by_link(session, link_token, clock)  # locks
    row = check_signable(session, link_token, device, clock)
    if row.sent_sha256 != from_sha256:
        raise conflict("signing.changed", msg("This contract was changed or dropped after it was sent to you."))
    steps.note(session, row, "agreed", signer(row), clock, came, sha256=from_sha256)
    steps.note(session, row, "signed", signer(row), clock, came, sha256=document_sha256)
    return _conclude(session, row, document_sha256, signer(row), clock)


def decline(session: Session, link_token: str, device: str, reason: str, came: From, clock: Clock) -> SignatureRequest:
    """The person does not sign, and says why; the contract is a draft again. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied, GoneError. InvalidInput: reason. ConflictError: `signing.signed`.
    """
    row = of_device(session, link_token, device, clock)
    if row.state == "declined":
        return row
    if row.state == "signed":
        raise conflict("signing.signed", msg("You have signed this contract already."), msg("You can take it along."))
    check_open(session, row, clock)
    row.reason = text_within(reason, "reason", msg("reason"), 300, least=2)
    steps.note(session, row, "declined", signer(row), clock, came, reason=row.reason)
    end_request(session, row, "declined", signer(row), clock)
    tell_sender(session, row, "signature.declined", clock)
    return row


def expire(session: Session, clock: Clock) -> int:
    """Job: end requests whose time has run out, and those of people who have left; returns how many."""
    now = clock.now()
    gone = select(employments.Employment.id).where(employments.Employment.state == "left")
    rows = session.scalars(
        select(SignatureRequest)
        .where(
            SignatureRequest.state.in_(OPEN),
            or_(SignatureRequest.expires_at <= now, SignatureRequest.employment_id.in_(gone)),
        )
        .order_by(SignatureRequest.id)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        steps.note(session, row, "expired", SYSTEM.id, clock)
        end_request(session, row, "expired", SYSTEM.id, clock)
        tell_sender(session, row, "signature.expired", clock)
    return len(rows)


def elsewhere(session: Session) -> list[tuple[str, str, str]]:
    """(id, provider, reference) of what is under way with a provider."""
    found = session.execute(
        select(SignatureRequest.id, SignatureRequest.provider, SignatureRequest.reference)
        .where(SignatureRequest.state.in_(OPEN), SignatureRequest.provider != OWN)
        .order_by(SignatureRequest.id)
    )
    return list(found.tuples())


def provider_signed(session: Session, request_id: str, document_sha256: str, clock: Clock) -> SignatureRequest | None:
    """The provider has the signature of the person; None where the request has ended meanwhile."""
    row = find(session, SignatureRequest, request_id, lock=True)
    if row is None or row.state not in OPEN:
        return None
    steps.note(session, row, "provider", SYSTEM.id, clock, sha256=document_sha256, reference=row.reference)
    return _conclude(session, row, document_sha256, SYSTEM.id, clock)


def provider_ended(session: Session, request_id: str, state: str, reason: str, clock: Clock) -> None:
    """The provider says that it ended otherwise: declined, expired, withdrawn."""
    row = find(session, SignatureRequest, request_id, lock=True)
    if row is None or row.state not in OPEN:
        return
    row.reason = reason[:300]
    steps.note(session, row, "provider", SYSTEM.id, clock, reason=row.reason, state=state)
    steps.note(session, row, state, SYSTEM.id, clock, reason=row.reason)
    end_request(session, row, state, SYSTEM.id, clock)
    if state in ("declined", "expired"):
        tell_sender(session, row, f"signature.{state}", clock)


def evidence(session: Session, request_id: str) -> dict[str, Any] | None:
    """The evidence of what was signed; None where it was not. The caller has checked."""
    row = find(session, SignatureRequest, request_id)
    if row is None or row.document_sha256 is None:
        return None
    person = session.get_one(Person, row.person_id)
    number = session.scalar(select(employments.number_column(row.person_id, row.legal_entity_id)))
    company = session.get_one(LegalEntity, row.legal_entity_id)
    parties = Parties(company.name, person.name, number or "")
    concluded: list[Any] = []
    for step in steps.of_request(session, row.id):
        concluded.append(step)
        if step.kind == "concluded":
            break
    return steps.evidence_of(row, concluded, parties, row.document_sha256)


def lacking_evidence(session: Session) -> list[str]:
    """Ids of what was signed and has no evidence file yet, because a process died in between."""
    return list(
        session.scalars(
            select(SignatureRequest.id)
            .where(
                SignatureRequest.state == "signed",
                SignatureRequest.evidence_sha256.is_(None),
                SignatureRequest.document_sha256.is_not(None),  # else it was destroyed when its time was over
            )
            .order_by(SignatureRequest.id)
        )
    )


def keep_evidence(session: Session, request_id: str, json_sha256: str, pdf_sha256: str, clock: Clock) -> None:
    """Note the evidence files; the first that were made count."""
    row = find(session, SignatureRequest, request_id, lock=True)
    if row is not None and row.evidence_sha256 is None and row.document_sha256 is not None:
        row.evidence_sha256 = json_sha256
        row.evidence_pdf_sha256 = pdf_sha256
        touch(row, SYSTEM.id, clock)
        detail = {"document": row.document_sha256, "evidence": json_sha256}
        audit.record(session, SYSTEM.id, "signature.evidence", f"signature:{row.id}", detail, clock)


def _conclude(
    session: Session, row: SignatureRequest, document_sha256: str, actor_id: str, clock: Clock
) -> SignatureRequest:
    files.conclude(session, row.contract_id, document_sha256, actor_id, clock)
    row.document_sha256 = document_sha256
    row.state = "signed"
    row.ended_at = clock.now()
    touch(row, actor_id, clock)
    steps.note(session, row, "concluded", actor_id, clock, sha256=document_sha256)
    detail = {"contract": row.contract_id, "sha256": document_sha256}
    audit.record(session, actor_id, "signature.sign", f"signature:{row.id}", detail, clock)
    told = {"title": row.paper["title"], "token": new_link(session, row, actor_id, clock)}
    tell_person(session, row.person_id, f"signature.concluded:{row.id}", "signature.concluded", told, clock)
    tell_sender(session, row, "signature.signed", clock)
    return row
