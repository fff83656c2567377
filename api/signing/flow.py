"""The way of a contract: filled, sealed and sent; signed; evidence. Documents are made outside of transactions, so that
nobody waits for them, and what they were made of is looked at again when they are written down."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import timedelta

from api.candidate.own_applications import ways_set_up
from api.context import Context
from api.signing.own import OwnSignatures
from interview_engine.errors import DeliveryError, InterviewEngineError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.files import service as files
from interview_engine.hr.problems import missing
from interview_engine.hr.signing import certificates, service, templates
from interview_engine.hr.signing.keys import KeyPair
from interview_engine.hr.signing.provider import OWN, Begun, Deal, SignatureProvider
from interview_engine.hr.signing.service import Issued
from interview_engine.hr.signing.steps import From, evidence_page
from interview_engine.hr.signing.tables import SignatureRequest
from interview_engine.hr.signing.texts import Paper
from interview_engine.i18n import msg
from interview_engine.store.blobs import Owner, register
from pipelines.papers import paper as papers
from pipelines.papers.seal import Seal, sealed

log = logging.getLogger("interview_engine.signing")

PDF = "application/pdf"
SEAL_NAME = "Interview Engine"


def prepare(
    context: Context, actor: Actor, contract_id: str, template_id: str, asked: Mapping[str, str]
) -> SignatureRequest:
    """Fill a contract in and keep it as a PDF to be looked at before it is sent. Raises as `templates.fill`,
    `papers.contract` and `service.prepare`."""
    with context.database.transaction() as session:
        paper, version = templates.fill(session, actor, contract_id, template_id, asked, context.clock)
        person_id = files.get_for(session, actor, contract_id, "write").person_id
    pdf = papers.contract(paper, made_at=context.clock.now())
    sha256 = _put(context, pdf, PDF, person_id)
    with context.database.transaction() as session:
        return service.prepare(session, actor, contract_id, version, paper, sha256, context.clock)


def send(context: Context, actor: Actor, request_id: str, provider_name: str, days: int) -> Issued:
    """Have the company sign and send the link to the person. Raises as `service.send`; DeliveryError of a provider."""
    provider = provider_of(context, provider_name)
    service.check_days(days)
    is_own = provider.name == OWN
    with context.database.transaction() as session:
        row = service.check_sendable(session, actor, request_id, ways=ways_set_up(context), phone=not is_own)
        person_id, paper, source = row.person_id, service.paper_of(row), row.paper_sha256
        phone = service.phone_of(session, row)
    if source is None:
        raise missing("document", msg("document"))
    if is_own:
        provider = _own(context, paper.language)
    pdf = context.blobs.read(source)
    deal = _deal(context, paper, pdf, phone, days)
    begun = provider.begin(pdf, deal, context.clock.now())
    try:
        sha256 = _put(context, begun.document, PDF, person_id)
        with context.database.transaction() as session:
            return service.send(session, actor, request_id, provider.name, begun, sha256, days, context.clock)
    except Exception:
        _take_back(provider, begun)
        raise


def sign(context: Context, link_token: str, device: str, came: From) -> SignatureRequest:
    """The person's signature on our page, and the evidence of it. Raises as `service.sign`."""
    with context.database.transaction() as session:
        row = service.check_signable(session, link_token, device, context.clock)
        person_id, paper, source = row.person_id, service.paper_of(row), row.sent_sha256 or ""
    own = _own(context, paper.language)
    document = own.add_person(context.blobs.read(source), paper.person, paper.title, context.clock.now())
    sha256 = _put(context, document, PDF, person_id)
    with context.database.transaction() as session:
        signed = service.sign(session, link_token, device, source, sha256, came, context.clock)
        request_id = signed.id
    keep_evidence(context, request_id)
    return signed


def withdraw(context: Context, actor: Actor, request_id: str, reason: str) -> SignatureRequest:
    """Take a request back, with the provider too. Raises as `service.withdraw`; DeliveryError."""
    with context.database.transaction() as session:
        row = service.get_for(session, actor, request_id, "write")
        name, reference, is_open = row.provider, row.reference, row.state in service.OPEN
    if is_open and name != OWN:
        provider_of(context, name).withdraw(reference, reason)
    with context.database.transaction() as session:
        return service.withdraw(session, actor, request_id, reason, context.clock)


def send_again(context: Context, actor: Actor, request_id: str) -> None:
    """Send a new link; the ones before lead nowhere any more. Raises as `service.send_again`."""
    with context.database.transaction() as session:
        service.send_again(session, actor, request_id, context.clock)


def keep_evidence(context: Context, request_id: str) -> None:
    """Make the evidence files of what is signed; again is no harm."""
    with context.database.transaction() as session:
        found = service.evidence(session, request_id)
        if found is None:
            return
        row = session.get_one(SignatureRequest, request_id)
        person_id, language, at = row.person_id, row.paper["language"], row.ended_at or context.clock.now()
    content = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True).encode()
    page = papers.evidence(evidence_page(found, language), language=language, made_at=at)
    seal = Seal("Evidence", SEAL_NAME, found["document"]["sha256"], (), context.clock.now(), language)
    page = sealed(page, seal, keys_of(context))
    json_sha256 = _put(context, content, "application/json", person_id)
    pdf_sha256 = _put(context, page, PDF, person_id)
    with context.database.transaction() as session:
        service.keep_evidence(session, request_id, json_sha256, pdf_sha256, context.clock)


def look_elsewhere(context: Context) -> int:
    """Chore: ask providers how theirs stand, and make evidence that a dead process left out; how many moved."""
    moved = 0
    with context.database.reading() as session:
        waiting = service.elsewhere(session)
        lacking = service.lacking_evidence(session)
    for request_id in lacking:
        keep_evidence(context, request_id)
    for request_id, name, reference in waiting:
        try:
            moved += _look(context, request_id, provider_of(context, name), reference)
        except InterviewEngineError as error:
            log.warning("signature %s: %s", request_id, error.code)
    return moved


def provider_of(context: Context, name: str) -> SignatureProvider:
    """The provider of that name.

    Raises:
        DeliveryError: `signing.provider_off`, it is not set up here (any more).
    """
    if name == OWN:
        return _own(context, "zh")
    if context.signatures is not None and context.signatures.name == name:
        return context.signatures
    raise DeliveryError(
        "signing.provider_off",
        msg("This provider of signatures is not set up here."),
        msg("Set it up by docs/e-sign.md, or choose the installation's own signature."),
        temporary=False,
    )


def keys_of(context: Context) -> KeyPair:
    """The certificate of now."""
    with context.database.transaction() as session:
        return certificates.current(session, context.box, certificate_name(context), context.clock)


def certificate_name(context: Context) -> str:
    """What a new certificate is called: by the address that people reach this installation under."""
    host = context.service.public_url.partition("://")[2].partition("/")[0]
    return f"{SEAL_NAME} {host}"


def _look(context: Context, request_id: str, provider: SignatureProvider, reference: str) -> bool:
    standing = provider.standing(reference)
    if standing.state == "open":
        return False
    if standing.state == "signed":
        document = provider.document(reference)
        with context.database.reading() as session:
            person_id = session.get_one(SignatureRequest, request_id).person_id
        sha256 = _put(context, document, PDF, person_id)
        with context.database.transaction() as session:
            signed = service.provider_signed(session, request_id, sha256, context.clock)
        if signed is not None:
            keep_evidence(context, request_id)
        return signed is not None
    with context.database.transaction() as session:
        service.provider_ended(session, request_id, standing.state, standing.reason, context.clock)
    return True


def _own(context: Context, language: str) -> OwnSignatures:
    return OwnSignatures(lambda: keys_of(context), language)


def _deal(context: Context, paper: Paper, pdf: bytes, phone: str, days: int) -> Deal:
    return Deal(
        paper.title,
        paper.company,
        paper.person,
        phone,
        papers.page_count(pdf),
        papers.BOXES["Company"],
        papers.BOXES["Employee"],
        context.clock.now() + timedelta(days=days),
    )


def _take_back(provider: SignatureProvider, begun: Begun) -> None:
    """What was begun with a provider for a request that was then refused here."""
    if not begun.reference:
        return
    try:
        provider.withdraw(begun.reference, "")
    except DeliveryError as error:
        log.warning("a signature that nobody wants is left with the provider: %s %s", begun.reference, error.code)


def _put(context: Context, content: bytes, media_type: str, person_id: str) -> str:
    sha256 = context.blobs.put(content, media_type, Owner(person_id, files.PART))
    with context.database.transaction() as session:
        register(session, sha256, len(content), media_type, context.clock)
    return sha256
