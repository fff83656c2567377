"""The steps on the way to a signature, and the evidence that is made of them (D9). Pure but for writing a step down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import CHINA, Clock
from interview_engine.hr.signing.tables import SignatureRequest, SignatureStep
from interview_engine.i18n import Text, msg
from interview_engine.store.rows import stamp

FORMAT = "signature-evidence/1"
KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "prepared": msg("The contract was filled in"),
        "sealed": msg("The company signed"),
        "sent": msg("The link was sent"),
        "opened": msg("The link was opened"),
        "other_device": msg("The link was opened on another device"),
        "code_sent": msg("A code was sent"),
        "code_wrong": msg("A wrong code was typed"),
        "identified": msg("The signer was identified"),
        "shown": msg("The whole document was shown"),
        "downloaded": msg("The document was downloaded"),
        "provider": msg("The provider reported"),
        "agreed": msg("The signer agreed to sign"),
        "signed": msg("The signer signed"),
        "declined": msg("The signer declined"),
        "expired": msg("The time to sign ran out"),
        "withdrawn": msg("The company took it back"),
        "concluded": msg("The contract is concluded"),
    }
)
"""By kind, what the evidence calls it."""


@dataclass(frozen=True, slots=True)
class From:
    """Where a step came from: the address and the browser, "" for what the installation did itself."""

    address: str = ""
    device: str = ""


HERE = From()


@dataclass(frozen=True, slots=True)
class Parties:
    """Who signs, as the evidence names them; `number` of the employee, "" for none."""

    company: str
    person: str
    number: str = ""


def note(
    session: Session,
    request: SignatureRequest,
    kind: str,
    actor_id: str,
    clock: Clock,
    came: From = HERE,
    **detail: Any,
) -> SignatureStep:
    """Write a step down."""
    made = stamp(actor_id, clock)
    step = SignatureStep(
        **made,
        request_id=request.id,
        kind=kind,
        at=made["created_at"],
        address=came.address[:60],
        device=came.device[:300],
        detail=detail,
    )
    session.add(step)
    session.flush()
    return step


def of_request(session: Session, request_id: str) -> list[SignatureStep]:
    """The steps of a request in their order. The caller has checked."""
    rank = {kind: number for number, kind in enumerate(KINDS)}  # of two in one moment the earlier kind came first
    rows = session.scalars(select(SignatureStep).where(SignatureStep.request_id == request_id))
    return sorted(rows, key=lambda step: (step.at, rank.get(step.kind, 0)))


def evidence_of(
    request: SignatureRequest, steps: Sequence[SignatureStep], parties: Parties, document_sha256: str
) -> dict[str, Any]:
    """The evidence as JSON: who, when, what was shown, hashes, addresses, each step; bound to the document's sha256."""
    return {
        "format": FORMAT,
        "request": request.id,
        "contract": request.contract_id,
        "provider": request.provider,
        "reference": request.reference,
        "company": parties.company,
        "signer": {"name": parties.person, "person": request.person_id, "employee_number": parties.number},
        "terms": request.terms,
        "document": {
            "title": request.paper["title"],
            "sha256": document_sha256,
            "sha256_before_signatures": request.paper_sha256,
            "sha256_with_company_signature": request.sent_sha256,
        },
        "certificate_sha256": request.certificate,
        "steps": [
            {
                "at": step.at.isoformat(),
                "what": step.kind,
                "by": step.actor,
                "address": step.address,
                "device": step.device,
                **({"detail": step.detail} if step.detail else {}),
            }
            for step in steps
        ],
        "meaning": _MEANING.get("en"),
        "meaning_zh": _MEANING.get("zh"),
    }


_MEANING = msg(
    "The signatures in the PDF prove by any PDF reader, without a network, that the document was not changed after "
    "they were made. They are made with a certificate of this installation. In the sense of China's Electronic "
    "Signature Law they are no reliable electronic signature of a licensed certification service, and they do not use "
    "SM2."
)


def evidence_page(evidence: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The same evidence as texts for a page of paper."""

    def say(text: Text) -> str:
        return text.get(language)

    document, signer = evidence["document"], evidence["signer"]
    number = f" ({signer['employee_number']})" if signer["employee_number"] else ""
    return {
        "title": say(msg("Evidence of a signature: {title}", title=document["title"])),
        "intro": say(
            msg(
                "This page belongs to the document with the sha256 below and to no other. The same content as JSON is "
                "kept beside it."
            )
        ),
        "facts": [
            [say(msg("Document, sha256")), document["sha256"]],
            [say(msg("Before any signature, sha256")), document["sha256_before_signatures"]],
            [say(msg("With the company's signature, sha256")), document["sha256_with_company_signature"] or "–"],
            [say(msg("Certificate, sha256")), evidence["certificate_sha256"] or "–"],
            [say(msg("Company")), evidence["company"]],
            [say(msg("Employee")), f"{signer['name']}{number}"],
            [say(msg("Number of the request")), evidence["request"]],
        ],
        "heads": [say(msg("Time (Beijing)")), say(msg("Step")), say(msg("From where"))],
        "steps": [
            [
                _time(step["at"]),
                say(KINDS.get(step["what"], msg("Step"))) + _detail(step.get("detail", {}), language),
                " · ".join(part for part in (step["address"], step["device"][:90]) if part) or "–",
            ]
            for step in evidence["steps"]
        ],
        "note": say(_MEANING),
    }


def _detail(detail: Mapping[str, Any], language: str) -> str:
    ways = {
        "wecom": msg("by the WeCom account"),
        "official": msg("by the WeChat account"),
        "code": msg("by a one-time code to {address}", address=str(detail.get("address", ""))),
    }
    said = [ways[way].get(language) for way in detail.get("by", ()) if way in ways]
    if detail.get("sha256"):
        said.append(f"sha256 {str(detail['sha256'])[:16]}…")
    if detail.get("reason"):
        said.append(str(detail["reason"]))
    return f": {', '.join(said)}" if said else ""


def _time(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
