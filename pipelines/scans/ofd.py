"""The fields of an electronic invoice from its OFD package (GB/T 33190) and from its XML. Runs in the confined child.

Three ways, the surest first: an XML of the invoice attached to the package; the index of custom tags, which names the
drawn object of each value; the text of the first page.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 2000
MOST_PART = 8 * 1024 * 1024
"""Bytes of XML of one part; an invoice of a hundred lines has a quarter."""

XML_NAMES: Mapping[str, tuple[str, ...]] = {
    # fully digital invoices: TaxSupervisionInfo and EInvoiceData of <EInvoice>; before them, <eInvoice> in OFD
    "number": ("InvoiceNumber", "InvoiceNo", "EIid"),
    "code": ("InvoiceCode",),
    "day": ("IssueTime", "IssueDate", "RequestTime"),
    "net": ("TotalAmWithoutTax", "TaxExclusiveTotalAmount"),
    "tax": ("TotalTaxAm", "TaxTotalAmount"),
    "total": ("TotalTax-includedAmount", "TaxInclusiveTotalAmount"),
    "words": ("TotalTax-includedAmountInChinese", "TaxInclusiveTotalAmountWithWords"),
    "seller": ("SellerName",),
    "seller_tax": ("SellerIdNum", "SellerTaxID"),
    "buyer": ("BuyerName",),
    "buyer_tax": ("BuyerIdNum", "BuyerTaxID"),
}
ROOTS = frozenset({"einvoice", "invoice"})


class TooMuchError(Exception):
    """The file unpacks to more than an invoice does."""


def fields_of_xml(data: bytes) -> dict[str, str]:
    """The values of an invoice's XML by name; {} where it is another document.

    Raises:
        ValueError: it is no XML, or defines entities.
    """
    root = _parsed(data)
    if _local(root).lower() not in ROOTS:
        return {}
    return _named(root)


def fields_of(data: bytes) -> tuple[dict[str, str], str]:
    """(values by name, text of the first page) of an OFD package.

    Raises:
        ValueError: it is no OFD package, or broken. TooMuchError.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise TooMuchError
            if "ofd.xml" not in {part.filename.lower() for part in parts}:
                raise ValueError("no OFD")
            return _read(package)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(str(error)) from error


def _read(package: zipfile.ZipFile) -> tuple[dict[str, str], str]:
    names = sorted(package.namelist())
    pages = [name for name in names if name.lower().endswith("content.xml") and "/pages/" in name.lower()]
    layers = [name for name in names if "/tpls/" in name.lower() and name.lower().endswith("content.xml")]
    drawn: dict[str, str] = {}
    placed: list[tuple[float, float, str]] = []
    for name in (*pages[:1], *layers):
        for key, x, y, text in _texts(_part(package, name)):
            drawn.setdefault(key, text)
            placed.append((y, x, text))
    for name in names:
        if name.lower().endswith(".xml") and "/attachs/" in name.lower() and (found := _attached(package, name)):
            return found, ""
    for name in names:
        if name.lower().endswith("customtag.xml") and (found := _tagged(_part(package, name), drawn)):
            return found, _rows(placed)
    return {}, _rows(placed)


def _attached(package: zipfile.ZipFile, name: str) -> dict[str, str]:
    """The invoice's values of an attachment; {} of one that is no such XML."""
    try:
        return fields_of_xml(_bytes(package, name))
    except ValueError:
        return {}


def _tagged(root: Element, drawn: Mapping[str, str]) -> dict[str, str]:
    """The values that the index of custom tags names, from the objects of the page."""
    found: dict[str, str] = {}
    for name, tags in XML_NAMES.items():
        for one in root.iter():
            if _local(one) not in tags or name in found:
                continue
            refs = [(part.text or "").strip() for part in one.iter() if _local(part) == "ObjectRef"]
            text = "".join(drawn.get(ref, "") for ref in refs).strip()
            if text:
                found[name] = text
    return found


def _texts(root: Element) -> Iterator[tuple[str, float, float, str]]:
    """(id, x, y, text) of each drawn text."""
    for one in root.iter():
        if _local(one) != "TextObject":
            continue
        text = "".join(code.text or "" for code in one.iter() if _local(code) == "TextCode")
        place = (one.get("Boundary") or "").split()
        try:
            x, y = float(place[0]), float(place[1])
        except (IndexError, ValueError):
            x = y = 0.0
        yield one.get("ID", ""), x, y, text


def _rows(placed: list[tuple[float, float, str]]) -> str:
    """Texts as rows: what lies within two millimetres of height is one row."""
    rows: list[list[tuple[float, float, str]]] = []
    for one in sorted(placed):
        if rows and one[0] - rows[-1][-1][0] <= 2:
            rows[-1].append(one)
        else:
            rows.append([one])
    return "\n".join(" ".join(text for _, _, text in sorted(row, key=lambda each: each[1])) for row in rows)


def _named(root: Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for one in root.iter():
        if one.text and one.text.strip():
            texts.setdefault(_local(one), one.text.strip())
    found = {}
    for name, tags in XML_NAMES.items():
        said = next((texts[tag] for tag in tags if tag in texts), None)
        if said is not None:
            found[name] = said
    return found


def _part(package: zipfile.ZipFile, name: str) -> Element:
    return _parsed(_bytes(package, name))


def _bytes(package: zipfile.ZipFile, name: str) -> bytes:
    """A part, never more than `MOST_PART` whatever its head says."""
    with package.open(name) as file:
        data = file.read(MOST_PART + 1)
    if len(data) > MOST_PART:
        raise TooMuchError
    return data


def _parsed(data: bytes) -> Element:
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError) as error:
        raise ValueError(str(error)) from error
    return root


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
