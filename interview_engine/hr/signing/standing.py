"""Requests for a signature as they stand: found by their link or by who may, checked, brought to their end.

Effects can happen twice: the states are changed only from those that they follow.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import GoneError, PermissionDenied
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import service as files
from interview_engine.hr.messaging.service import tell_account
from interview_engine.hr.people.tables import Person
from interview_engine.hr.problems import conflict, missing
from interview_engine.hr.signing import steps
from interview_engine.hr.signing.links import by_link
from interview_engine.hr.signing.tables import SignatureRequest
from interview_engine.hr.signing.texts import Block, Paper
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import find, touch
from interview_engine.store.secrets import digest
from interview_engine.store.tables import OutboxMessage

OPEN = ("sent", "opened", "identified")
"""States in which the person can still go on."""


def get_for(session: Session, actor: Actor, request_id: str, action: str, *, lock: bool = False) -> SignatureRequest:
    """A request whose contract the actor may read or write.

    Raises:
        NotFoundError, PermissionDenied.
    """
    row = find(session, SignatureRequest, request_id, lock=lock)
    if row is None:
        raise missing("signature", msg("signature request"))
    files.get_for(session, actor, row.contract_id, "write" if action == "write" else "read")
    return row


def signer_of(session: Session, actor: Actor, sha256: str) -> str:
    """Whose signed document this is, by name; "" where it is none of ours, or of nobody within the actor's reach."""
    row = session.scalars(
        select(SignatureRequest)
        .where(or_(SignatureRequest.document_sha256 == sha256, SignatureRequest.evidence_pdf_sha256 == sha256))
        .limit(1)
    ).one_or_none()
    if row is None:
        return ""
    try:
        files.get_for(session, actor, row.contract_id, "read")
    except PermissionDenied:
        return ""
    return session.get_one(Person, row.person_id).name


def of_contracts(session: Session, contract_ids: Sequence[str]) -> dict[str, list[SignatureRequest]]:
    """Requests of contracts, newest first, without drafts that were replaced. The caller has checked."""
    found: dict[str, list[SignatureRequest]] = {}
    for row in session.scalars(
        select(SignatureRequest)
        .where(SignatureRequest.contract_id.in_(contract_ids))
        .order_by(SignatureRequest.id.desc())
    ):
        if row.state != "withdrawn" or row.sent_sha256 is not None:
            found.setdefault(row.contract_id, []).append(row)
    return found


def out_for_signature(session: Session, legal_entity_id: str) -> int:
    """How many contracts of a company are out for signature."""
    going = SignatureRequest.state.in_(("sent", "opened", "identified"))
    of_company = SignatureRequest.legal_entity_id == legal_entity_id
    return session.scalar(select(func.count()).select_from(SignatureRequest).where(of_company, going)) or 0


def waiting_for_person(session: Session, person_id: str) -> list[SignatureRequest]:
    """The contracts that somebody has to sign, oldest first."""
    going = SignatureRequest.state.in_(("sent", "opened", "identified"))
    rows = select(SignatureRequest).where(SignatureRequest.person_id == person_id, going).order_by(SignatureRequest.id)
    return list(session.scalars(rows))


def owners(session: Session, hashes: Sequence[str]) -> dict[str, Owner]:
    """Whose the documents and evidence files among these blobs are."""
    found: dict[str, Owner] = {}
    for column in BLOBS:
        rows = session.execute(select(column, SignatureRequest.person_id).where(column.in_(hashes)))
        found |= {sha256: Owner(person_id, files.PART) for sha256, person_id in rows.tuples() if sha256}
    return found


BLOBS: tuple[Any, ...] = (
    SignatureRequest.paper_sha256,
    SignatureRequest.sent_sha256,
    SignatureRequest.document_sha256,
    SignatureRequest.evidence_sha256,
    SignatureRequest.evidence_pdf_sha256,
)


def paper_of(row: SignatureRequest) -> Paper:
    """The text as it was filled."""
    kept = row.paper
    blocks = tuple(Block(one["kind"], one["text"]) for one in kept["blocks"])
    return Paper(kept["language"], kept["title"], blocks, kept["company"], kept["person"])


def check_open(session: Session, row: SignatureRequest, clock: Clock) -> None:
    """Refuse what has ended, with what happened.

    Raises:
        GoneError: `signing.expired`, `signing.withdrawn`, `signing.declined`, `signing.signed`.
    """
    if row.state in OPEN and row.expires_at > clock.now():
        check_here(session, row.employment_id)
        return
    if row.state == "signed":
        raise GoneError("signing.signed", msg("You have signed this contract already."), msg("You can take it along."))
    if row.state == "withdrawn":
        raise GoneError(
            "signing.withdrawn",
            msg("The company has taken this contract back."),
            msg("Ask your HR department; if there is a new one, you get a new link."),
        )
    if row.state == "declined":
        raise GoneError(
            "signing.declined",
            msg("You have declined to sign this contract."),
            msg("Ask your HR department; if there is a new one, you get a new link."),
        )
    raise GoneError(
        "signing.expired",
        msg("The time to sign this contract has run out."),
        msg("Ask your HR department to send it again."),
    )


def masked(person: Person) -> str:
    """Where a code goes, so that its owner knows it and nobody else does: "x***@example.com", "WeChat"."""
    if person.email and "@" in person.email:
        name, _, domain = person.email.partition("@")
        return f"{name[:1]}***@{domain}"
    return "WeChat"


def terms_of(contract: files.Contract) -> dict[str, Any]:
    """What a contract says, for comparing it with what was sent."""
    return {
        "kind": contract.kind,
        "first_day": contract.first_day.isoformat(),
        "last_day": contract.last_day.isoformat() if contract.last_day else None,
        "probation_last_day": contract.probation_last_day.isoformat() if contract.probation_last_day else None,
    }


def end_request(session: Session, row: SignatureRequest, state: str, actor_id: str, clock: Clock) -> None:
    """Bring a request to its end: no code and no link counts any more, and a contract that was out is a draft again."""
    was_out = row.state in OPEN
    row.state = state
    row.ended_at = clock.now()
    row.code_hash = None
    touch(row, actor_id, clock)
    wipe_codes(session, row)
    wipe_links(session, row)
    if was_out:
        files.stop_signing(session, row.contract_id, actor_id, clock)
        audit.record(
            session, actor_id, f"signature.{state}", f"signature:{row.id}", {"contract": row.contract_id}, clock
        )


def tell_sender(session: Session, row: SignatureRequest, template: str, clock: Clock) -> None:
    """Tell the colleague who sent a request what came of it."""
    sent = next((step for step in steps.of_request(session, row.id) if step.kind == "sent"), None)
    if sent is None or not sent.actor.startswith("account:"):
        return
    account_id = sent.actor.removeprefix("account:")
    payload = {"title": row.paper["title"], "person": row.person_id, "employment": row.employment_id}
    tell_account(session, account_id, f"{template}:{row.id}:{account_id}", template, payload, clock)


def of_device(session: Session, link_token: str, device: str, clock: Clock) -> SignatureRequest:
    """The request, for the device that identified itself."""
    row = by_link(session, link_token, clock)
    if not device or row.device_hash is None or not hmac.compare_digest(row.device_hash, digest(device)):
        raise PermissionDenied(
            "signing.other_device",
            msg("This device has not identified itself for this contract."),
            msg("Open the link again and have a code sent to you."),
        )
    return row


def check_terms(row: SignatureRequest, contract: files.Contract) -> None:
    """Refuse a contract whose days are others than when the document was filled: ConflictError `signing.changed`."""
    if row.terms != terms_of(contract):
        raise conflict(
            "signing.changed",
            msg("The contract's days are others than those in the document."),
            msg("Fill the contract in again, and have the new document signed."),
        )


def check_here(session: Session, employment_id: str) -> None:
    """Refuse to sign for an employment that has ended: ConflictError `signing.left`."""
    if employments.locked(session, employment_id).state == "left":
        raise conflict(
            "signing.left",
            msg("The employment has ended: there is nothing to sign any more."),
            msg("For a new employment, make a new contract."),
        )


def wipe_codes(session: Session, row: SignatureRequest) -> None:
    """Take the codes out of the messages that brought them."""
    for number in range(1, row.codes_sent + 1):
        _wipe(session, f"signature.code:{row.id}:{number}", "code")


def wipe_links(session: Session, row: SignatureRequest) -> None:
    """Take the links out of the messages that brought them."""
    key = f"signature.sent:{row.id}"
    again = OutboxMessage.dedupe_key.startswith(f"{key}:", autoescape=True)
    for message in session.scalars(select(OutboxMessage).where(or_(OutboxMessage.dedupe_key == key, again))):
        _without(message, "token")


def _wipe(session: Session, dedupe_key: str, name: str) -> None:
    """Take a secret out of the message that brought it: it is used, or worth nothing any more."""
    message = session.scalar(select(OutboxMessage).where(OutboxMessage.dedupe_key == dedupe_key))
    if message is not None:
        _without(message, name)


def _without(message: OutboxMessage, name: str) -> None:
    if name in message.payload:
        message.payload = {key: value for key, value in message.payload.items() if key != name}


def signer(row: SignatureRequest) -> str:
    """The signer as steps and the audit log name them."""
    return f"person:{row.person_id}"
