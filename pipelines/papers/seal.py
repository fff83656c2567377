"""Signatures in a PDF by pyHanko: PAdES, each an incremental update with a line that people see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from interview_engine.hr.signing.keys import KeyPair
from pipelines.papers.paper import BOXES, page_count, stamp

Field = Literal["Company", "Employee", "Evidence"]
FIELDS: tuple[Field, ...] = ("Company", "Employee")


@dataclass(frozen=True, slots=True)
class Seal:
    """One signature.

    Args:
        field: which place of the document it takes.
        name: who signs. reason: what the signature says it is for. lines: what stands below the name.
        at: when; written into the signature.
    """

    field: Field
    name: str
    reason: str
    lines: tuple[str, ...]
    at: datetime
    language: str = "zh"


def with_fields(pdf: bytes) -> bytes:
    """The PDF with empty places for both signatures on its last page: a later one fills a place that the first saw."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    last = page_count(pdf) - 1
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    for name in FIELDS:
        append_signature_field(writer, SigFieldSpec(name, on_page=last, box=BOXES[name]))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed(pdf: bytes, seal: Seal, keys: KeyPair) -> bytes:
    """The PDF with one more signature; what was there before stays byte for byte.

    The first one certifies: afterwards only places that are there already may be filled, and any PDF reader says so.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

    certifies = seal.field in ("Company", "Evidence")
    metadata = signers.PdfSignatureMetadata(
        field_name=seal.field,
        name=seal.name,
        reason=seal.reason,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certifies,
        docmdp_permissions=MDPPerm.NO_CHANGES if seal.field == "Evidence" else MDPPerm.FILL_FORMS,
    )
    out = BytesIO()
    with TemporaryDirectory() as folder:  # pyHanko reads a look from a file only
        signer = signers.PdfSigner(metadata, signer=_signer(keys), stamp_style=_style(seal, Path(folder)))
        signer.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)), output=out, existing_fields_only=seal.field != "Evidence"
        )
    return out.getvalue()


def _signer(keys: KeyPair) -> Any:
    from asn1crypto import keys as asn1_keys
    from asn1crypto import x509
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    chain = [x509.Certificate.load(one) for one in keys.chain_der()]
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    return SimpleSigner(
        signing_cert=chain[0],
        signing_key=asn1_keys.PrivateKeyInfo.load(keys.key_der()),
        cert_registry=store,
    )


def _style(seal: Seal, folder: Path) -> Any:
    from pyhanko.pdf_utils.content import ImportedPdfPage
    from pyhanko.stamp import StaticStampStyle

    if seal.field == "Evidence":
        return None
    left, low, right, high = BOXES[seal.field]
    look = folder / "look.pdf"
    look.write_bytes(stamp((seal.name, *seal.lines), language=seal.language, width=right - left, height=high - low))
    return StaticStampStyle(background=ImportedPdfPage(str(look)), background_opacity=1.0, border_width=0)
