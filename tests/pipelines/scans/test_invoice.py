"""Electronic invoices and photos of them are read, each value with its source; hostile files are refused (F6)."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import id_cards
import made_invoices
import pytest

from interview_engine.errors import InterviewEngineError
from interview_engine.hr.expense.invoices import Invoice
from pipelines.scans import ofd
from pipelines.scans.invoice import MAX_BYTES, read_invoice


def said(invoice: Invoice, *, without: tuple[str, ...] = ()) -> dict[str, object]:
    names = [name for name in made_invoices.GIVEN if name not in without]
    return {name: getattr(invoice, name) for name in names}


EXPECTED = {
    **made_invoices.GIVEN,
    "day": date(2026, 10, 21),
    "net": Decimal("495.05"),
    "tax": Decimal("4.95"),
    "total": Decimal("500.00"),
}


def expected(*, without: tuple[str, ...] = ()) -> dict[str, object]:
    return {name: value for name, value in EXPECTED.items() if name not in without}


def test_the_xml_of_a_digital_invoice_is_read_by_its_fields() -> None:
    read = read_invoice(made_invoices.xml())
    assert said(read.invoice) == expected()
    assert set(read.invoice.sources.values()) == {"xml"}


@pytest.mark.parametrize("way", ["attached", "tags"])
def test_an_ofd_is_read_by_its_attached_xml_or_by_its_index_of_tags(way: str) -> None:
    # neither index nor the attachment of older packages names the total in capitals
    read = read_invoice(made_invoices.ofd(way))
    assert said(read.invoice, without=("words",)) == expected(without=("words",))
    assert read.media_type == "application/ofd"


def test_an_ofd_without_an_index_is_read_by_the_text_of_its_page() -> None:
    assert said(read_invoice(made_invoices.ofd("text")).invoice) == expected()


def test_a_pdf_is_read_by_its_text() -> None:
    read = read_invoice(made_invoices.pdf())
    assert said(read.invoice) == expected()
    assert set(read.invoice.sources.values()) == {"pdf"}


@pytest.mark.skipif(not id_cards.FONT.is_file(), reason="no font with Chinese letters is installed")
def test_a_photo_is_read_by_recognition() -> None:
    read = read_invoice(made_invoices.photo())
    assert read.media_type == "image/jpeg"
    found = said(read.invoice)
    assert {name for name in found if found[name] == EXPECTED[name]} >= {
        "number",
        "day",
        "net",
        "tax",
        "total",
        "words",
    }
    assert found["buyer"] == made_invoices.BUYER
    assert found["seller"] == made_invoices.SELLER


def _zip(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return made.getvalue()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<EInvoice><InvoiceNumber>&b;</InvoiceNumber></EInvoice>"""
OUTSIDE = (
    b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><EInvoice><SellerName>&a;</SellerName></EInvoice>"""
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "invoice.media_type"),
        (b"plain words", "invoice.media_type"),
        (b"\xff\xd8\xff\xe0 cut off", "invoice.unreadable"),
        (b"%PDF-1.7 cut off", "invoice.unreadable"),
        (b"PK\x03\x04 cut off", "invoice.unreadable"),
        (b"<html><body>no invoice</body></html>", "invoice.unreadable"),
        (b"<EInvoice><InvoiceNumber>1</EInvoice>", "invoice.unreadable"),
        (ENTITIES, "invoice.unreadable"),
        (OUTSIDE, "invoice.unreadable"),
        (b"<a>" * 200_000 + b"</a>" * 200_000, "invoice.unreadable"),
        (_zip(OFD_xml=b"<a/>", Doc_0__Pages__Page_0__Content_xml=ENTITIES), "invoice.unreadable"),
        (_zip(Word__document_xml=b"<a/>"), "invoice.unreadable"),
        (_zip(OFD_xml=b"<a/>", Doc_0__Pages__Page_0__Content_xml=b" " * (ofd.MOST_PART + 1)), "invoice.limits"),
        (_zip(OFD_xml=b"<a/>", big=b"0" * (ofd.MOST_UNPACKED + 1)), "invoice.limits"),
        (b"<" + b"0" * MAX_BYTES, "invoice.too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_or_broken_file_is_refused_with_what_to_do_next(data: bytes, code: str) -> None:
    with pytest.raises(InterviewEngineError) as refused:
        read_invoice(data)
    assert refused.value.code == code
    assert refused.value.next_step.zh
