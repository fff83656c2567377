"""Tables of contracts on paper: templates, requests for a signature with each step, the installation's certificate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.append_only import protect
from interview_engine.store.base import Base, Row


class ContractTemplate(Row, Base):
    """The text of contracts of one kind; of a company, or of the group (None). `state` active, retired.

    `version` is the number of its newest version.
    """

    __tablename__ = "contract_template"

    legal_entity_id: Mapped[str | None] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(5))
    version: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default="active", index=True)


@protect
class ContractTemplateVersion(Row, Base):
    """One version of a template's text, never changed; `actor` made it. `body` see `texts`."""

    __tablename__ = "contract_template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    template_id: Mapped[str] = mapped_column(ForeignKey("contract_template.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(200), default="")


class SigningCertificate(Row, Base):
    """What the installation seals with. `state` current, former; `origin` own (made here), imported.

    Former ones stay, so that a check says of an old document that it is ours. `subject` as one line.
    """

    __tablename__ = "signing_certificate"
    __table_args__ = (
        Index(
            "uq_signing_certificate_current",
            "state",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )

    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str] = mapped_column(String(300))
    chain: Mapped[str] = mapped_column(Text)
    key_encrypted: Mapped[str] = mapped_column(Text)
    not_after: Mapped[datetime]
    origin: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="current")


class SignatureRequest(Row, Base):
    """A contract that one person is asked to sign.

    `state` draft (filled, to be looked at), sent, opened, identified, signed, declined, expired, withdrawn.
    `provider` whose signature it is: own, or the name of a provider; `reference` the provider's number of it.

    `terms` the contract's days when it was filled; `paper` the text as it is shown. `paper_sha256` the document before
    any signature, `sent_sha256` with the company's, `document_sha256` with both; `evidence_sha256` and
    `evidence_pdf_sha256` the evidence of it. All are None once the files were destroyed, see `retained`.

    `device_hash` of the phone that identified itself, `code_hash` of the code under way.
    """

    __tablename__ = "signature_request"

    contract_id: Mapped[str] = mapped_column(ForeignKey("contract.id"), index=True)
    employment_id: Mapped[str] = mapped_column(ForeignKey("employment.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    legal_entity_id: Mapped[str] = mapped_column(ForeignKey("legal_entity.id"))
    department_id: Mapped[str] = mapped_column(ForeignKey("department.id"), index=True)
    template_version_id: Mapped[str] = mapped_column(ForeignKey("contract_template_version.id"))
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)
    provider: Mapped[str] = mapped_column(String(20), default="own")
    reference: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(1000), default="")
    terms: Mapped[dict[str, Any]]
    paper: Mapped[dict[str, Any]]
    device_hash: Mapped[str | None] = mapped_column(String(64))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_sent_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    codes_sent: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    certificate: Mapped[str] = mapped_column(String(64), default="")
    paper_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    sent_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    document_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    evidence_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    evidence_pdf_sha256: Mapped[str | None] = mapped_column(String(64), index=True)


class SignatureLink(Row, Base):
    """A link to a request. Several may lead there at once; each can be revoked by itself, and one with `expires_at`
    leads there until then, the others as long as the request is kept. `actor` had it made."""

    __tablename__ = "signature_link"

    request_id: Mapped[str] = mapped_column(ForeignKey("signature_request.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


@protect
class SignatureStep(Row, Base):
    """One step on the way to a signature, never changed; the evidence is made of them.

    `kind` see `steps.KINDS`. `address` and `device` of who did it; `detail` what was shown, by hash, and how somebody
    was identified.
    """

    __tablename__ = "signature_step"

    request_id: Mapped[str] = mapped_column(ForeignKey("signature_request.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(60), default="")
    device: Mapped[str] = mapped_column(String(300), default="")
    detail: Mapped[dict[str, Any]]
