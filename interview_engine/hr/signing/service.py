"""Requests for a signature: filled, sent, opened, identified, signed; declined, expired, withdrawn (D9).

Documents are made and sealed outside of transactions; here it is checked that they still belong to what is there, and
written down with the step. Effects can happen twice: the states are changed only from those that they follow.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import GoneError, NotFoundError, PermissionDenied, TooManyRequests
from interview_engine.hr.access.rules import SYSTEM, Actor
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files import service as files
from interview_engine.hr.messaging.service import tell_account, tell_person
from interview_engine.hr.people.tables import LegalEntity, Person, WechatIdentity
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.signing import steps
from interview_engine.hr.signing.provider import OWN, Begun
from interview_engine.hr.signing.steps import From, Parties
from interview_engine.hr.signing.tables import ContractTemplateVersion, SignatureRequest
from interview_engine.hr.signing.texts import Block, Paper
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.blobs import Owner
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import digest, token
from interview_engine.store.tables import OutboxMessage

OPEN = ("sent", "opened", "identified")
"""States in which the person can still go on."""
DAYS = 14
MOST_DAYS = 60
CODE_LIFE = timedelta(minutes=10)
CODE_PAUSE = timedelta(seconds=60)
CODE_TRIES = 5
MOST_CODES = 10
"""For one request: whoever asks for more is guessing, or has the wrong address."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A sent request. `token` is in the link and nowhere else."""

    request: SignatureRequest
    token: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands behind a link.

    Args:
        here: this device has identified itself for it.
        address: where a code goes, masked; "" where there is no way.
    """

    request: SignatureRequest
    person: Person
    company: LegalEntity
    here: bool
    address: str

    @property
    def paper(self) -> Paper:
        """The text as it is signed."""
        return paper_of(self.request)


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
    _check_here(session, contract.employment_id)
    for earlier in session.scalars(
        select(SignatureRequest).where(SignatureRequest.contract_id == contract_id, SignatureRequest.state == "draft")
    ):
        _end(session, earlier, "withdrawn", actor.id, clock)
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
        token_hash=digest(token()),
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
    _check_terms(row, contract)
    _check_here(session, row.employment_id)
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
    _check_terms(row, contract)
    _check_here(session, row.employment_id)
    secret = token()
    row.state = "sent"
    row.provider = provider
    row.reference = begun.reference
    row.address = begun.address
    row.certificate = begun.certificate
    row.sent_sha256 = sent_sha256
    row.token_hash = digest(secret)
    row.expires_at = clock.now() + timedelta(days=days)
    touch(row, actor.id, clock)
    if begun.certificate:
        steps.note(session, row, "sealed", actor.id, clock, sha256=sent_sha256, certificate=begun.certificate)
    steps.note(session, row, "sent", actor.id, clock, provider=provider, until=row.expires_at.isoformat())
    detail = {"contract": row.contract_id, "provider": provider, "sha256": sent_sha256}
    audit.record(session, actor.id, "signature.send", f"signature:{row.id}", detail, clock)
    tell_person(
        session,
        row.person_id,
        f"signature.sent:{row.id}",
        "signature.sent",
        {"title": row.paper["title"], "token": secret, "expires_at": row.expires_at.isoformat()},
        clock,
    )
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


def open_link(session: Session, link_token: str, device: str) -> Opened:
    """What stands behind a link, also after it ended; changes nothing.

    Raises:
        NotFoundError: `signing.unknown`.
    """
    row = session.scalar(select(SignatureRequest).where(SignatureRequest.token_hash == digest(link_token)))
    if row is None or row.state == "draft":
        raise NotFoundError(
            "signing.unknown",
            msg("This link is not valid."),
            msg("Check that the link is complete, or ask your HR department for a new one."),
        )
    here = bool(device and row.device_hash) and hmac.compare_digest(row.device_hash or "", digest(device))
    person = session.get_one(Person, row.person_id)
    return Opened(row, person, session.get_one(LegalEntity, row.legal_entity_id), here, masked(person))


def note_opened(session: Session, link_token: str, came: From, clock: Clock) -> SignatureRequest:
    """The link was opened for the first time; later times change nothing."""
    row = _by_link(session, link_token)
    if row.state == "sent":
        row.state = "opened"
        touch(row, _signer(row), clock)
        steps.note(session, row, "opened", _signer(row), clock, came)
    return row


def send_code(session: Session, link_token: str, came: From, clock: Clock, *, code: str | None = None) -> str:
    """Send the person a one-time code by the way that reaches them; returns where it went, masked.

    Args:
        code: six digits; drawn when None.

    Raises:
        NotFoundError, GoneError: see `check_open`. TooManyRequests: `signing.code_wait`, `signing.code_limit`.
    """
    row = _by_link(session, link_token)
    check_open(session, row, clock)
    now = clock.now()
    if row.code_sent_at is not None and now < row.code_sent_at + CODE_PAUSE:
        raise TooManyRequests(
            "signing.code_wait",
            msg("A code was sent less than a minute ago."),
            msg("Look for it, or wait a minute and ask again."),
        )
    if row.codes_sent >= MOST_CODES:
        raise TooManyRequests(
            "signing.code_limit",
            msg("{count} codes were sent for this contract; no more are.", count=MOST_CODES),
            msg("Ask your HR department to check your address and to send the contract again."),
        )
    drawn = code or f"{secrets.randbelow(1_000_000):06}"
    row.code_hash = _code_hash(row, drawn)
    row.code_sent_at = now
    row.code_tries = 0
    row.codes_sent += 1
    touch(row, _signer(row), clock)
    person = session.get_one(Person, row.person_id)
    steps.note(session, row, "code_sent", _signer(row), clock, came, address=masked(person))
    tell_person(
        session,
        row.person_id,
        f"signature.code:{row.id}:{row.codes_sent}",
        "signature.code",
        {"title": row.paper["title"], "code": drawn, "minutes": int(CODE_LIFE.total_seconds() // 60)},
        clock,
    )
    return masked(person)


def identify(
    session: Session, link_token: str, code: str, identity: str | None, came: From, clock: Clock
) -> str | None:
    """Identify the signer by the code, on this device from now on; the secret for its cookie. None: the code is wrong.

    A wrong code is written down, so the caller commits in either case.

    Args:
        identity: "wecom" or "official" where the browser proved the person's account there too.

    Raises:
        NotFoundError, GoneError: see `check_open`. ConflictError: `signing.code_old`, no code is under way any more.
    """
    row = _by_link(session, link_token)
    check_open(session, row, clock)
    now = clock.now()
    if row.code_hash is None or row.code_sent_at is None or now > row.code_sent_at + CODE_LIFE:
        raise _code_old()
    if row.code_tries >= CODE_TRIES:
        raise _code_old()
    row.code_tries += 1
    given = "".join(one for one in code if one.isdecimal())
    if not hmac.compare_digest(row.code_hash, _code_hash(row, _ascii_digits(given))):
        steps.note(session, row, "code_wrong", _signer(row), clock, came)
        return None
    secret = token()
    if row.device_hash is not None:
        steps.note(session, row, "other_device", _signer(row), clock, came)
    _wipe_codes(session, row)
    row.device_hash = digest(secret)
    row.code_hash = None
    row.state = "identified"
    touch(row, _signer(row), clock)
    ways = ["code"] if identity is None else [identity, "code"]
    address = masked(session.get_one(Person, row.person_id))
    steps.note(session, row, "identified", _signer(row), clock, came, by=ways, address=address)
    audit.record(session, _signer(row), "signature.identify", f"signature:{row.id}", {"by": ways}, clock)
    return secret


def note_shown(session: Session, link_token: str, device: str, came: From, clock: Clock, *, file: bool = False) -> None:
    """The whole document was put on the signer's screen, or given to them as a file; once for each kind and device."""
    row = _own(session, link_token, device)
    kind = "downloaded" if file else "shown"
    sha256 = row.document_sha256 or row.sent_sha256
    for step in steps.of_request(session, row.id):
        if step.kind == kind and step.device == came.device[:300] and step.detail.get("sha256") == sha256:
            return
    steps.note(session, row, kind, _signer(row), clock, came, sha256=sha256)


def check_signable(session: Session, link_token: str, device: str, clock: Clock) -> SignatureRequest:
    """Whether the person may sign now, on this device; looked at before the document is sealed.

    Raises:
        NotFoundError. PermissionDenied: `signing.other_device`. GoneError: see `check_open`. ConflictError:
            `signing.changed`, the contract is another one by now; `signing.left`; `signing.signed`, it was signed
            already; `signing.not_shown`; `signing.provider`.
    """
    row = _own(session, link_token, device)
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
    _check_terms(row, contract)
    _check_here(session, row.employment_id)
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
    _by_link(session, link_token)  # locks
    row = check_signable(session, link_token, device, clock)
    if row.sent_sha256 != from_sha256:
        raise conflict("signing.changed", msg("This contract was changed or dropped after it was sent to you."))
    steps.note(session, row, "agreed", _signer(row), clock, came, sha256=from_sha256)
    steps.note(session, row, "signed", _signer(row), clock, came, sha256=document_sha256)
    return _conclude(session, row, document_sha256, _signer(row), link_token, clock)


def decline(session: Session, link_token: str, device: str, reason: str, came: From, clock: Clock) -> SignatureRequest:
    """The person does not sign, and says why; the contract is a draft again. Again changes nothing.

    Raises:
        NotFoundError, PermissionDenied, GoneError. InvalidInput: reason. ConflictError: `signing.signed`.
    """
    row = _own(session, link_token, device)
    if row.state == "declined":
        return row
    if row.state == "signed":
        raise conflict("signing.signed", msg("You have signed this contract already."), msg("You can take it along."))
    check_open(session, row, clock)
    row.reason = text_within(reason, "reason", msg("reason"), 300, least=2)
    steps.note(session, row, "declined", _signer(row), clock, came, reason=row.reason)
    _end(session, row, "declined", _signer(row), clock)
    _tell_sender(session, row, "signature.declined", clock)
    return row


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
    _end(session, row, "withdrawn", actor.id, clock)
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
        _end(session, row, "expired", SYSTEM.id, clock)
        _tell_sender(session, row, "signature.expired", clock)
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
    return _conclude(session, row, document_sha256, SYSTEM.id, None, clock)


def provider_ended(session: Session, request_id: str, state: str, reason: str, clock: Clock) -> None:
    """The provider says that it ended otherwise: declined, expired, withdrawn."""
    row = find(session, SignatureRequest, request_id, lock=True)
    if row is None or row.state not in OPEN:
        return
    row.reason = reason[:300]
    steps.note(session, row, "provider", SYSTEM.id, clock, reason=row.reason, state=state)
    steps.note(session, row, state, SYSTEM.id, clock, reason=row.reason)
    _end(session, row, state, SYSTEM.id, clock)
    if state in ("declined", "expired"):
        _tell_sender(session, row, f"signature.{state}", clock)


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
            .where(SignatureRequest.state == "signed", SignatureRequest.evidence_sha256.is_(None))
            .order_by(SignatureRequest.id)
        )
    )


def keep_evidence(session: Session, request_id: str, json_sha256: str, pdf_sha256: str, clock: Clock) -> None:
    """Note the evidence files; the first that were made count."""
    row = find(session, SignatureRequest, request_id, lock=True)
    if row is not None and row.evidence_sha256 is None:
        row.evidence_sha256 = json_sha256
        row.evidence_pdf_sha256 = pdf_sha256
        touch(row, SYSTEM.id, clock)
        detail = {"document": row.document_sha256, "evidence": json_sha256}
        audit.record(session, SYSTEM.id, "signature.evidence", f"signature:{row.id}", detail, clock)


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
        _check_here(session, row.employment_id)
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


def _conclude(
    session: Session, row: SignatureRequest, document_sha256: str, actor_id: str, link_token: str | None, clock: Clock
) -> SignatureRequest:
    files.conclude(session, row.contract_id, document_sha256, actor_id, clock)
    if link_token is None:
        link_token = token()
        row.token_hash = digest(link_token)
    row.document_sha256 = document_sha256
    row.state = "signed"
    row.ended_at = clock.now()
    touch(row, actor_id, clock)
    steps.note(session, row, "concluded", actor_id, clock, sha256=document_sha256)
    detail = {"contract": row.contract_id, "sha256": document_sha256}
    audit.record(session, actor_id, "signature.sign", f"signature:{row.id}", detail, clock)
    told = {"title": row.paper["title"], "token": link_token}
    tell_person(session, row.person_id, f"signature.concluded:{row.id}", "signature.concluded", told, clock)
    _tell_sender(session, row, "signature.signed", clock)
    return row


def _end(session: Session, row: SignatureRequest, state: str, actor_id: str, clock: Clock) -> None:
    was_out = row.state in OPEN
    row.state = state
    row.ended_at = clock.now()
    row.code_hash = None
    touch(row, actor_id, clock)
    _wipe_codes(session, row)
    _wipe(session, f"signature.sent:{row.id}", "token")
    if was_out:
        files.stop_signing(session, row.contract_id, actor_id, clock)
        audit.record(
            session, actor_id, f"signature.{state}", f"signature:{row.id}", {"contract": row.contract_id}, clock
        )


def _tell_sender(session: Session, row: SignatureRequest, template: str, clock: Clock) -> None:
    sent = next((step for step in steps.of_request(session, row.id) if step.kind == "sent"), None)
    if sent is None or not sent.actor.startswith("account:"):
        return
    account_id = sent.actor.removeprefix("account:")
    payload = {"title": row.paper["title"], "person": row.person_id, "employment": row.employment_id}
    tell_account(session, account_id, f"{template}:{row.id}:{account_id}", template, payload, clock)


def _by_link(session: Session, link_token: str) -> SignatureRequest:
    row = session.scalar(
        select(SignatureRequest)
        .where(SignatureRequest.token_hash == digest(link_token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.state == "draft":
        raise NotFoundError(
            "signing.unknown",
            msg("This link is not valid."),
            msg("Check that the link is complete, or ask your HR department for a new one."),
        )
    return row


def _own(session: Session, link_token: str, device: str) -> SignatureRequest:
    """The request, for the device that identified itself."""
    row = _by_link(session, link_token)
    if not device or row.device_hash is None or not hmac.compare_digest(row.device_hash, digest(device)):
        raise PermissionDenied(
            "signing.other_device",
            msg("This device has not identified itself for this contract."),
            msg("Open the link again and have a code sent to you."),
        )
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


def _check_terms(row: SignatureRequest, contract: files.Contract) -> None:
    if row.terms != terms_of(contract):
        raise conflict(
            "signing.changed",
            msg("The contract's days are others than those in the document."),
            msg("Fill the contract in again, and have the new document signed."),
        )


def _check_here(session: Session, employment_id: str) -> None:
    if employments.locked(session, employment_id).state == "left":
        raise conflict(
            "signing.left",
            msg("The employment has ended: there is nothing to sign any more."),
            msg("For a new employment, make a new contract."),
        )


def _ways_to(session: Session, person: Person, ways: Sequence[str]) -> list[str]:
    known = set(session.scalars(select(WechatIdentity.channel).where(WechatIdentity.person_id == person.id)))
    if person.email:
        known.add("email")
    return [way for way in ways if way in known]


def _wipe_codes(session: Session, row: SignatureRequest) -> None:
    for number in range(1, row.codes_sent + 1):
        _wipe(session, f"signature.code:{row.id}:{number}", "code")


def _wipe(session: Session, dedupe_key: str, name: str) -> None:
    """Take a secret out of the message that brought it: it is used, or worth nothing any more."""
    message = session.scalar(select(OutboxMessage).where(OutboxMessage.dedupe_key == dedupe_key))
    if message is not None and name in message.payload:
        message.payload = {key: value for key, value in message.payload.items() if key != name}


def _signer(row: SignatureRequest) -> str:
    return f"person:{row.person_id}"


def _code_hash(row: SignatureRequest, code: str) -> str:
    return digest(f"{row.id}:{code}")


def _ascii_digits(code: str) -> str:
    """Full-width digits as plain ones."""
    return "".join(str(int(one)) for one in code)


def _code_old() -> Exception:
    return conflict(
        "signing.code_old",
        msg("This code does not count any more."),
        msg("Have a new one sent to you."),
    )
