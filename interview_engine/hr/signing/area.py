"""What contracts on paper hand over."""

from __future__ import annotations

from interview_engine.hr.area import Area, Job, MessageTemplate, Module, PersonColumn, Subject, in_transaction
from interview_engine.hr.signing import service
from interview_engine.hr.signing.retained import SIGNATURE_FILE, SIGNATURE_KEPT, erase_signature
from interview_engine.hr.signing.tables import (
    ContractTemplate,
    ContractTemplateVersion,
    SignatureLink,
    SignatureRequest,
    SignatureStep,
    SigningCertificate,
)
from interview_engine.i18n import msg

AREA = Area(
    name="signing",
    module=Module(
        "signing",
        msg("Signing on the phone"),
        msg("Contract templates, and contracts sent to be signed."),
        affected=lambda session, company: (
            (msg("contracts out for signature"), service.out_for_signature(session, company)),
        ),
    ),
    tables=(
        ContractTemplate,
        ContractTemplateVersion,
        SigningCertificate,
        SignatureRequest,
        SignatureLink,
        SignatureStep,
    ),
    blobs=service.BLOBS,
    blob_owners=service.owners,
    persons=(
        PersonColumn(
            SignatureRequest.person_id,
            "kept",
            "the law asks the employer to keep a contract, and how it was signed, for two years beyond its end",
        ),
    ),
    kept=(SIGNATURE_KEPT,),
    erasures={SIGNATURE_FILE: erase_signature},
    messages={
        "signature.sent": MessageTemplate(
            msg("To be signed: {title}"),
            msg(
                "Hello,\n\n“{title}” is ready for you to read and to sign. Please do so before {expires}:\n{link}\n\n"
                "The link is for you alone: opened elsewhere it asks for a code that only you get. You may decline "
                "and say why."
            ),
            "/sign/{token}",
            card="todo",
            urgent=True,
        ),
        "signature.code": MessageTemplate(
            msg("Your code: {code}"),
            msg(
                "Hello,\n\nyour code for signing “{title}” is {code}. It counts for {minutes} minutes. Give it to "
                "nobody; nobody of ours asks for it.\n\nIf you are not about to sign, tell your HR department."
            ),
            card="notice",
            urgent=True,
        ),
        "signature.concluded": MessageTemplate(
            msg("Concluded: {title}"),
            msg(
                "Hello,\n\n“{title}” is signed by both sides. Take your copy along; it stays there for you:\n{link}"
                "\n\nA copy on paper is free of charge: ask your HR department."
            ),
            "/sign/{token}",
            card="notice",
        ),
        "signature.withdrawn": MessageTemplate(
            msg("Withdrawn: {title}"),
            msg("Hello,\n\nthe company has taken “{title}” back; there is nothing to sign. The link works no more."),
            card="notice",
        ),
        "signature.signed": MessageTemplate(
            msg("Signed: {title}"),
            msg("“{title}” is signed by both sides and in force from its first day."),
            "/console/employees/{employment}",
            line=msg("Signed by both: {title}"),
            card="notice",
        ),
        "signature.declined": MessageTemplate(
            msg("Not signed: {title}"),
            msg("The employee has declined to sign “{title}”. The reason stands in the employee's file."),
            "/console/employees/{employment}",
            line=msg("Declined to sign: {title}"),
            card="todo",
        ),
        "signature.expired": MessageTemplate(
            msg("Not signed in time: {title}"),
            msg("“{title}” was not signed in time. Send it again, or have it signed on paper."),
            "/console/employees/{employment}",
            line=msg("Not signed in time: {title}"),
            card="todo",
        ),
    },
    subjects=(
        Subject("contract_template", told=True),
        Subject("signature", told=True),
        Subject("certificate", told=True),
    ),
    jobs=(Job("signatures that were not given in time", 300.0, in_transaction(service.expire), by_date=True),),
)
