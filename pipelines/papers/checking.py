"""Is a signed PDF still what was signed? By the file alone, without a network or a database."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Literal

from interview_engine.errors import UsageError
from interview_engine.i18n import msg

Verdict = Literal["whole", "changed", "unsigned"]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as it stands in a file.

    Args:
        field: the place it takes. revision: which version of the file it signs, from 1 for the first that is signed.
        intact: what it signed is byte for byte as it was, and the signature is of this certificate's key.
        later: what came after it changed more than a further signature may.
        at: when it says it was made, None when it does not. subject, fingerprint: of its certificate.
        trusted: whether the certificate is one of those that were given to compare with; None when none was given.
    """

    field: str
    revision: int
    name: str
    reason: str
    at: datetime | None
    intact: bool
    later: bool
    subject: str
    fingerprint: str
    trusted: bool | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `sha256` of the file. `appended`: bytes stand behind the last signature, not covered by it."""

    sha256: str
    signatures: tuple[Signature, ...]
    appended: bool

    @property
    def verdict(self) -> Verdict:
        """ "whole": every signature holds and nothing was added; "changed"; "unsigned": there is none."""
        if not self.signatures:
            return "unsigned"
        broken = self.appended or any(not one.intact or one.later for one in self.signatures)
        return "changed" if broken else "whole"

    @property
    def changed_in(self) -> int | None:
        """The revision in which the first change lies; None when nothing was changed.

        A change of the bytes of revision 1 breaks every signature; one after the last signature breaks none, and is
        one revision more than there are signatures.
        """
        broken = [one.revision for one in self.signatures if not one.intact]
        if broken:
            return min(broken)
        later = [one.revision + 1 for one in self.signatures if one.later]
        if later:
            return max(later)
        return len(self.signatures) + 1 if self.appended else None


def check(pdf: bytes, known: Sequence[str] = ()) -> Checked:
    """Look at every signature of a PDF.

    Args:
        known: sha256 of certificates that the signatures should be by.

    Raises:
        UsageError: `pdf.unreadable`, it is no PDF, or so damaged that no signature can be found in it.
    """
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        embedded = list(reader.embedded_signatures)
        found = tuple(_signature(number, one, known, pdf) for number, one in enumerate(embedded, 1))
        appended = bool(embedded) and not _covers(embedded[-1])
    except (PdfError, ValueError, TypeError, KeyError, IndexError, AssertionError, OSError):
        raise UsageError(
            "pdf.unreadable",
            msg("The file is no PDF that can be read, or it is badly damaged."),
            msg("Take the file as it was sent to you, not a picture, a print or a repaired copy."),
        ) from None
    return Checked(hashlib.sha256(pdf).hexdigest(), found, appended)


def _signature(number: int, embedded: Any, known: Sequence[str], pdf: bytes) -> Signature:
    certificate = embedded.signer_cert
    fingerprint = hashlib.sha256(certificate.dump()).hexdigest()
    intact, later = _integrity(embedded)
    said = embedded.sig_object
    return Signature(
        field=str(embedded.field_name),
        revision=number,
        name=str(said.get("/Name", "")),
        reason=str(said.get("/Reason", "")),
        at=embedded.self_reported_timestamp,
        intact=intact and _is_plain_gap(embedded, pdf),
        later=later,
        subject=certificate.subject.human_friendly,
        fingerprint=fingerprint,
        trusted=fingerprint in known if known else None,
    )


def _integrity(embedded: Any) -> tuple[bool, bool]:
    """Whether the signed bytes and the signature hold, and whether what came later goes beyond a further signature."""
    from pyhanko.sign.diff_analysis import SuspiciousModification
    from pyhanko.sign.general import CMSExtractionError
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        embedded.compute_integrity_info()
        whole, valid = validate_sig_integrity(
            embedded.signer_info,
            embedded.signer_cert,
            expected_content_type="data",
            actual_digest=embedded.compute_digest(),
        )
    except (SignatureValidationError, CMSExtractionError, ValueError):
        return False, False
    summary = embedded.summarise_integrity_info()
    refused = isinstance(embedded.diff_result, SuspiciousModification)
    return bool(whole and valid), refused or summary["docmdp_ok"] is False


def _is_plain_gap(embedded: Any, pdf: bytes) -> bool:
    """Whether the hole that holds the signature holds nothing else: a signature cannot cover itself."""
    from asn1crypto.cms import ContentInfo

    start, length, end, _ = (int(one) for one in embedded.byte_range)
    hole = pdf[start + length : end]
    content = bytes(embedded.pkcs7_content)
    written = content.hex().encode()
    signature = bytes(ContentInfo.load(content).dump())
    return hole in (b"<" + written + b">", b"<" + written.upper() + b">") and not content[len(signature) :].strip(b"\0")


def _covers(embedded: Any) -> bool:
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    return bool(embedded.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE)
