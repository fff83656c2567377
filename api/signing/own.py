"""The installation's own signatures: PAdES with its certificate. Integrity that anybody can check, no more (docs)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from interview_engine.clock import CHINA
from interview_engine.hr.signing.keys import KeyPair
from interview_engine.hr.signing.provider import OWN, Begun, Deal, Standing
from interview_engine.i18n import msg
from pipelines.papers.seal import Seal, sealed, with_fields


class OwnSignatures:
    """`SignatureProvider` of the installation: the company signs at the beginning, the person on our page.

    Args:
        keys: the certificate of now; made on first use.
        language: of the line in the document.
    """

    name = OWN

    def __init__(self, keys: Callable[[], KeyPair], language: str) -> None:
        self._keys = keys
        self._language = language

    def begin(self, pdf: bytes, deal: Deal, now: datetime) -> Begun:
        """See provider.SignatureProvider."""
        keys = self._keys()
        document = sealed(with_fields(pdf), self._seal("Company", deal.company, deal.title, now, keys), keys)
        return Begun(document, certificate=keys.fingerprint)

    def add_person(self, pdf: bytes, person: str, title: str, now: datetime) -> bytes:
        """The document with the person's signature as one more version of it."""
        keys = self._keys()
        return sealed(pdf, self._seal("Employee", person, title, now, keys), keys)

    def standing(self, reference: str) -> Standing:
        """See provider.SignatureProvider; our own state is in our own rows."""
        return Standing("open")

    def document(self, reference: str) -> bytes:
        """Never asked: what is signed here is kept here."""
        raise NotImplementedError("our own documents are kept here")

    def withdraw(self, reference: str, reason: str) -> None:
        """See provider.SignatureProvider; nobody else has to be told."""

    def _seal(self, field: str, name: str, title: str, now: datetime, keys: KeyPair) -> Seal:
        language = self._language
        time = f"{now.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        lines = (
            msg("Signed {time} (Beijing time)", time=time).get(language),
            msg("Certificate {digits}", digits=keys.fingerprint[:24]).get(language),
        )
        return Seal("Company" if field == "Company" else "Employee", name, title, lines, now, language)
