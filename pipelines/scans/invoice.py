"""A file of an invoice to what stands on it: PDF, OFD, XML or a photo, opened in a confined child."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import Any

from interview_engine.errors import InvalidInput, TooLarge, TooManyRequests, UnsupportedMedia
from interview_engine.hr.expense.invoices import Invoice, of_fields, of_text, rows_of
from interview_engine.hr.problems import invalid
from interview_engine.i18n import Text, msg
from pipelines.scans import confined

MAX_BYTES = 20 * 1024 * 1024
SIDE = 2000
"""Pixels of the longer side: the small print of an invoice on A5 is read by so many."""
PDF, OFD, XML = "application/pdf", "application/ofd", "text/xml"
PICTURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"))
TYPE_IT = msg("Type in what stands on it, or send another picture.")
NOT_READ: dict[str, Text] = {
    "locked": msg("The file has a password: nothing could be read."),
    "unreadable": msg("The file is damaged, or is no invoice that can be opened here."),
    "limits": msg("Opening the file takes more than an invoice does; it was not read."),
}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What was read of a file. `invoice` is empty where nothing on it could be told."""

    media_type: str
    invoice: Invoice


def read_invoice(data: bytes) -> ReadFile:
    """What stands on an invoice: milliseconds for XML and OFD, up to 10 s of one processor for a photo.

    Raises:
        TooLarge: `invoice.too_large`. UnsupportedMedia: `invoice.media_type`. InvalidInput: `invoice.locked`,
        `invoice.unreadable`, `invoice.limits`. TooManyRequests: `invoice.busy`.
    """
    media_type = sniff(data)
    busy = TooManyRequests(
        "invoice.busy",
        msg("Other photos are being read at the moment."),
        msg("Try again in a minute, or type the values in yourself."),
    )
    made = confined.run_child("invoice", data, busy)
    if made is None:
        raise _not_read("limits")
    reply = json.loads(made)
    if "refused" in reply:
        raise _not_read(reply["refused"])
    return ReadFile(media_type, _as_invoice(reply))


def sniff(data: bytes) -> str:
    """The media type by the first bytes. Raises as `read_invoice`."""
    if len(data) > MAX_BYTES:
        raise TooLarge(
            "invoice.too_large",
            msg("The file is larger than 20 MB."),
            msg("Take the photo with a lower resolution, or send the electronic invoice itself."),
        )
    if b"%PDF-" in data[:1024]:
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return OFD
    for begins, kind in PICTURES:
        if data.startswith(begins):
            return kind
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return XML
    raise UnsupportedMedia(
        "invoice.media_type",
        msg("An invoice is a PDF, OFD or XML file, or a photo (JPEG, PNG, WebP), up to 20 MB."),
        msg("Save it as one of these and send it again."),
    )


def child() -> None:
    """The child process: the file on standard input; fields, text or lines as JSON on standard output."""
    confined.confine()
    data = sys.stdin.buffer.read()
    try:
        reply = _opened(data)
    except Exception:  # noqa: BLE001 libraries raise anything at all on a damaged file
        reply = {"refused": "unreadable"}
    json.dump(reply, sys.stdout)


def _opened(data: bytes) -> dict[str, Any]:
    from pipelines.scans import ofd

    kind = sniff(data)
    try:
        if kind == XML:
            fields = ofd.fields_of_xml(data)
            return {"source": "xml", "fields": fields} if fields else {"refused": "unreadable"}
        if kind == OFD:
            fields, text = ofd.fields_of(data)
            return {"source": "ofd", "fields": fields, "text": text}
    except ofd.TooMuchError:
        return {"refused": "limits"}
    except ValueError:
        return {"refused": "unreadable"}
    return _of_pdf(data) if kind == PDF else _of_photo(data)


def _of_pdf(data: bytes) -> dict[str, Any]:
    from pypdf import PdfReader

    from pipelines.resumes import pdf

    try:
        text, _ = pdf.text_of(io.BytesIO(data))
    except PermissionError:
        return {"refused": "locked"}
    if text.strip():
        return {"source": "pdf", "text": text}
    # a scan: the largest picture of its first page
    pictures = [one.data for one in PdfReader(io.BytesIO(data)).pages[0].images]
    return _of_photo(max(pictures, key=len)) if pictures else {"source": "pdf", "text": ""}


def _of_photo(data: bytes) -> dict[str, Any]:
    import numpy as np

    upright = confined.upright_picture(data, SIDE)
    if upright is None:
        return {"refused": "unreadable"}
    from rapidocr_onnxruntime import RapidOCR  # a second and half a gigabyte: in the child only

    picture = np.ascontiguousarray(np.asarray(upright)[:, :, ::-1])  # (height, width, BGR)
    found, _ = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)(picture)
    lines = [[text, [[float(x), float(y)] for x, y in corners]] for corners, text, _ in found or ()]
    return {"source": "photo", "lines": lines}


def _as_invoice(reply: dict[str, Any]) -> Invoice:
    source: str = reply["source"]
    if reply.get("fields"):
        return of_fields(reply["fields"], source)
    text = rows_of(reply["lines"]) if "lines" in reply else reply.get("text", "")
    return of_text(text, source)


def _not_read(code: str) -> InvalidInput:
    return invalid("files", f"invoice.{code}", NOT_READ[code], TYPE_IT)
