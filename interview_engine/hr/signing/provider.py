"""Who makes signatures: this installation, or a provider behind the same protocol (`SignatureProvider`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

OWN = "own"
ProviderState = Literal["open", "signed", "declined", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Deal:
    """What is to be signed by whom.

    Args:
        title: of the document. company, person: the two who sign. phone: the person's, "" where none is known.
        employee_box, company_box: where the signatures stand on the last page (`page`, from 1): left, low, right, high
            in points.
        expires_at: until when.
    """

    title: str
    company: str
    person: str
    phone: str
    page: int
    company_box: tuple[float, float, float, float]
    employee_box: tuple[float, float, float, float]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """A signature that is under way.

    Args:
        document: the PDF that the person will see: with the company's signature where that is made at the beginning.
        reference: the provider's number of it, "" for our own.
        address: the provider's page for the person, "" for our own.
        certificate: sha256 of the certificate of the company's signature, "" where it is not made yet.
    """

    document: bytes
    reference: str = ""
    address: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with the provider; `reason` of who declined."""

    state: ProviderState
    reason: str = ""


class SignatureProvider(Protocol):
    """Makes signatures. Methods may be called twice for one document and may be slow; none of them is called inside a
    transaction.

    Every method raises DeliveryError: the provider does not answer, or refuses.
    """

    name: str

    def begin(self, pdf: bytes, deal: Deal, now: datetime) -> Begun:
        """Take the filled contract and ask for the signatures."""
        ...

    def standing(self, reference: str) -> Standing:
        """How it stands."""
        ...

    def document(self, reference: str) -> bytes:
        """The PDF with both signatures."""
        ...

    def withdraw(self, reference: str, reason: str) -> None:
        """Ask nobody any more; again is no harm."""
        ...
