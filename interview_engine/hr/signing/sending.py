"""A contract goes out for signature: filled in, checked, sent, taken back (D9).

Documents are made and sealed outside of transactions; here it is checked that they still belong to what is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.files import service as files
from interview_engine.hr.messaging.service import tell_person
from interview_engine.hr.people.tables import Person, WechatIdentity
from interview_engine.hr.problems import conflict, invalid, text_within
from interview_engine.hr.signing import links, steps
from interview_engine.hr.signing.provider import Begun
from interview_engine.hr.signing.standing import (
    OPEN,
    check_here,
    check_terms,
    end_request,
    get_for,
    terms_of,
    wipe_links,
)
from interview_engine.hr.signing.tables import ContractTemplateVersion, SignatureRequest
from interview_engine.hr.signing.texts import Paper
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.ids import new_id
from interview_engine.store.rows import stamp, touch

DAYS = 14


MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Issued:
    """A sent request. `token` is in the link and nowhere else."""

    request: SignatureRequest
    token: str


def prepare(
    session: Session,
    actor: Actor,
    contract_id: str,
    version: ContractTemplateVersion,
    paper: Paper,
    paper_sha256: str,
    clock: Clock,
) -> SignatureRequest:
    """Keep a filled contract to be looked at; it takes the place of an earlier draft. Needs "contact" write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `contract.not_draft`, `contract.signing`, `signing.left`.
    """
    contract = files.get_for(session, actor, contract_id, "write", lock=True)
    _check_draft(contract)
    check_here(session, contract.employment_id)
    for earlier in session.scalars(
        select(SignatureRequest).where(SignatureRequest.contract_id == contract_id, SignatureRequest.state == "draft")
    ):
        end_request(session, earlier, "withdrawn", actor.id, clock)
    row = SignatureRequest(
        **stamp(actor.id, clock),
        contract_id=contract.id,
        employment_id=contract.employment_id,
        person_id=contract.person_id,
        legal_entity_id=contract.legal_entity_id,
        department_id=contract.department_id,
        template_version_id=version.id,
        state="draft",
        terms=terms_of(contract),
        paper=asdict(paper),
        expires_at=clock.now() + timedelta(days=DAYS),
        paper_sha256=paper_sha256,
    )
    session.add(row)
    session.flush()
    steps.note(session, row, "prepared", actor.id, clock, sha256=paper_sha256)
    audit.record(session, actor.id, "signature.prepare", f"signature:{row.id}", {"contract": contract.id}, clock)
    return row


def check_sendable(
    session: Session, actor: Actor, request_id: str, *, ways: Sequence[str], phone: bool
) -> SignatureRequest:
    """Whether a draft can go out: looked at before a document is sealed or a provider asked. Needs "contact" write.

    Args:
        ways: the channels that this installation has. phone: whether the provider needs the person's phone number.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `signing.state`, `signing.changed`, `signing.left`,
            `signing.unreachable`, no message reaches this person; `signing.no_phone`.
    """
    row = get_for(session, actor, request_id, "write")
    if row.state != "draft":
        raise conflict("signing.state", msg("This contract was sent already, or was withdrawn."))
    contract = files.get_for(session, actor, row.contract_id, "write")
    _check_draft(contract)
    check_terms(row, contract)
    check_here(session, row.employment_id)
    person = session.get_one(Person, row.person_id)
    if phone and not person.phone:
        raise conflict(
            "signing.no_phone",
            msg("The provider identifies people by their phone, and no phone of this person is known."),
            msg("Enter it in the employee's file."),
        )
    if not phone and not _ways_to(session, person, ways):
        raise conflict(
            "signing.unreachable",
            msg("No message reaches this person: neither mail, WeChat nor WeCom."),
            msg("Enter a mail address in the employee's file, or have them sign on paper."),
        )
    return row


def send(
    session: Session,
    actor: Actor,
    request_id: str,
    provider: str,
    begun: Begun,
    sent_sha256: str,
    days: int,
    clock: Clock,
) -> Issued:
    """Send a draft: the contract is out for signature, and the person gets a link.

    Args:
        begun: what the provider made of the paper; sent_sha256: of its document, kept already.
        days: until it expires, 1 to `MOST_DAYS`.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: as `check_sendable`. InvalidInput: `signing.days`.
    """
    check_days(days)
    row = get_for(session, actor, request_id, "write", lock=True)
    if row.state != "draft":
        raise conflict("signing.state", msg("This contract was sent already, or was withdrawn."))
    contract = files.start_signing(session, actor, row.contract_id, clock)
    check_terms(row, contract)
    check_here(session, row.employment_id)
    row.state = "sent"
    row.provider = provider
    row.reference = begun.reference
    row.address = begun.address
    row.certificate = begun.certificate
    row.sent_sha256 = sent_sha256
    row.expires_at = clock.now() + timedelta(days=days)
    touch(row, actor.id, clock)
    if begun.certificate:
        steps.note(session, row, "sealed", actor.id, clock, sha256=sent_sha256, certificate=begun.certificate)
    steps.note(session, row, "sent", actor.id, clock, provider=provider, until=row.expires_at.isoformat())
    detail = {"contract": row.contract_id, "provider": provider, "sha256": sent_sha256}
    audit.record(session, actor.id, "signature.send", f"signature:{row.id}", detail, clock)
    return _told(session, row, f"signature.sent:{row.id}", actor.id, clock)


def send_again(session: Session, actor: Actor, request_id: str, clock: Clock) -> Issued:
    """Send a new link, for one that was lost or went astray: the links before lead nowhere any more. Needs "contact"
    write.

    Raises:
        NotFoundError, PermissionDenied. ConflictError: `signing.state`, it is not out for signature.
    """
    row = get_for(session, actor, request_id, "write", lock=True)
    if row.state not in OPEN:
        raise conflict("signing.state", msg("This contract is not out for signature."))
    wipe_links(session, row)
    revoked = links.revoke(session, row, actor.id, clock)
    audit.record(session, actor.id, "signature.link", f"signature:{row.id}", {"revoked": revoked}, clock)
    return _told(session, row, f"signature.sent:{row.id}:{new_id(clock.now())}", actor.id, clock)


def _told(session: Session, row: SignatureRequest, key: str, actor_id: str, clock: Clock) -> Issued:
    secret = links.new_link(session, row, actor_id, clock)
    said = {"title": row.paper["title"], "token": secret, "expires_at": row.expires_at.isoformat()}
    tell_person(session, row.person_id, key, "signature.sent", said, clock)
    return Issued(row, secret)


def check_days(days: int) -> None:
    """Refuse a time to sign that is none.

    Raises:
        InvalidInput: `signing.days`.
    """
    if not 1 <= days <= MOST_DAYS:
        raise invalid(
            "days", "signing.days", msg("It is valid for 1 to {most} days.", most=MOST_DAYS), msg("Change it.")
        )


def phone_of(session: Session, row: SignatureRequest) -> str:
    """The signer's phone, "" where none is known. The caller has checked."""
    return session.get_one(Person, row.person_id).phone or ""


def withdraw(session: Session, actor: Actor, request_id: str, reason: str, clock: Clock) -> SignatureRequest:
    """Take a request back before it is signed; the contract is a draft again. Needs "contact" write. Again is no harm.

    Raises:
        NotFoundError, PermissionDenied. InvalidInput: reason. ConflictError: `signing.state`, it has ended.
    """
    row = get_for(session, actor, request_id, "write", lock=True)
    if row.state == "withdrawn":
        return row
    if row.state not in ("draft", *OPEN):
        raise conflict("signing.state", msg("This request has ended already."))
    was_out = row.state != "draft"
    row.reason = text_within(reason, "reason", msg("reason"), 300, least=2 if was_out else 0)
    if was_out:
        steps.note(session, row, "withdrawn", actor.id, clock, reason=row.reason)
        told = {"title": row.paper["title"]}
        tell_person(session, row.person_id, f"signature.withdrawn:{row.id}", "signature.withdrawn", told, clock)
    end_request(session, row, "withdrawn", actor.id, clock)
    return row


def _check_draft(contract: files.Contract) -> None:
    if contract.state == "signing":
        raise conflict(
            "contract.signing",
            msg("This contract is out for signature."),
            msg("Wait for the signature, or take it back in the employee's file first."),
        )
    if contract.state != "draft":
        raise conflict("contract.not_draft", msg("Only a contract that nobody has signed can be sent for signature."))


def _ways_to(session: Session, person: Person, ways: Sequence[str]) -> list[str]:
    known = set(session.scalars(select(WechatIdentity.channel).where(WechatIdentity.person_id == person.id)))
    if person.email:
        known.add("email")
    return [way for way in ways if way in known]
