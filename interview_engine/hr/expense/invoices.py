"""What stands on an invoice: its values with where each was read, and whether they agree with each other. Pure.

Electronic invoices say their fields by name (XML, OFD) or in their text (PDF); photos give lines of text. What cannot
be read is typed by the person and marked so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from interview_engine.hr.expense.words_of_money import PATTERN as IN_WORDS
from interview_engine.hr.expense.words_of_money import amount_of
from interview_engine.i18n import Text, msg

SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "xml": msg("from the invoice's XML"),
        "ofd": msg("from the OFD file"),
        "pdf": msg("from the PDF's text"),
        "photo": msg("read from the photo"),
        "typed": msg("typed in by hand"),
    }
)
NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "number": msg("Invoice number"),
        "code": msg("Invoice code"),
        "day": msg("Invoice date"),
        "net": msg("Amount without tax"),
        "tax": msg("Tax"),
        "total": msg("Total"),
        "words": msg("Total in capitals"),
        "seller": msg("Seller"),
        "seller_tax": msg("Seller's tax number"),
        "buyer": msg("Buyer"),
        "buyer_tax": msg("Buyer's tax number"),
    }
)
MONEY = ("net", "tax", "total")
MOST = Decimal("99999999.99")
"""Yuan; an invoice of more is none that a person is reimbursed for."""
NUMBER_LENGTHS = (8, 20)
"""Digits of an invoice's number: 8 beside a code, 20 of a fully digital one."""
CODE_LENGTHS = (10, 12)


@dataclass(frozen=True, slots=True)
class Invoice:
    """What stands on an invoice. Empty texts and None are what is not known.

    Args:
        day: on which it was made out. net, tax, total: in yuan. words: the total in capitals, as it stands there.
        sources: by name of a value, where it is from (`SOURCES`).
    """

    number: str = ""
    code: str = ""
    day: date | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    words: str = ""
    seller: str = ""
    seller_tax: str = ""
    buyer: str = ""
    buyer_tax: str = ""
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read."""
        return not self.sources


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom invoices must be made out to: the company's name and tax number; "" where the number is not known."""

    name: str
    tax_number: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an invoice that a person must look at. `code` is kept, `field` is the value it is about."""

    code: str
    field: str


FINDINGS: Mapping[str, Text] = MappingProxyType(
    {
        "sum": msg("Amount and tax do not add up to the total."),
        "words": msg("The total in capitals says something else than the figures."),
        "number_length": msg("An invoice number has 20 digits, or 8 beside a code of 10 or 12."),
        "future": msg("The invoice is dated in the future."),
        "buyer": msg("The invoice is made out to somebody else than the company."),
        "buyer_tax": msg("The buyer's tax number is not the company's."),
        "negative": msg("This is a red invoice: it takes an amount back."),
        "typed": msg("Values were typed in by hand: compare them with the invoice."),
    }
)


def key_of(code: str, number: str) -> str | None:
    """What tells an invoice from every other one: its code and number; None without a number."""
    clean = re.sub(r"\W", "", number).upper()
    return f"{re.sub(r'[^0-9A-Za-z]', '', code).upper()}:{clean}" if clean else None


def findings(invoice: Invoice, buyers: Sequence[Buyer], today: date) -> list[Finding]:
    """What does not agree: with each other, with the calendar, with the company; in the order of the invoice.

    Args:
        buyers: whom invoices of this company may be made out to; none: the buyer is not compared.
    """
    found: list[Finding] = []
    if invoice.number and not _has_length(invoice):
        found.append(Finding("number_length", "number"))
    if invoice.day is not None and invoice.day > today:
        found.append(Finding("future", "day"))
    if invoice.total is not None and invoice.total <= 0:
        found.append(Finding("negative", "total"))
    parts = (invoice.net, invoice.tax, invoice.total)
    if None not in parts and invoice.net + invoice.tax != invoice.total:  # type: ignore[operator]  # none is None
        found.append(Finding("sum", "total"))
    said = amount_of(invoice.words) if invoice.words else None
    if invoice.words and invoice.total is not None and said != invoice.total:
        found.append(Finding("words", "words"))
    found += _buyer_findings(invoice, buyers)
    if "typed" in invoice.sources.values():
        found.append(Finding("typed", ""))
    return found


def _has_length(invoice: Invoice) -> bool:
    digits = invoice.number.isdigit() and (not invoice.code or invoice.code.isdigit())
    short = len(invoice.number) == NUMBER_LENGTHS[0] and len(invoice.code) in CODE_LENGTHS
    return digits and (short or (len(invoice.number) == NUMBER_LENGTHS[1] and not invoice.code))


def _buyer_findings(invoice: Invoice, buyers: Sequence[Buyer]) -> list[Finding]:
    if not buyers:
        return []
    named = [one for one in buyers if folded(one.name) == folded(invoice.buyer)]
    found = [Finding("buyer", "buyer")] if invoice.buyer and not named else []
    numbers = {one.tax_number for one in (named or buyers) if one.tax_number}
    if invoice.buyer_tax and numbers and invoice.buyer_tax not in numbers:
        found.append(Finding("buyer_tax", "buyer_tax"))
    return found


def folded(name: str) -> str:
    """A company's name as it is compared: brackets of either width are the same, blanks say nothing."""
    return re.sub(r"\s", "", name).replace("(", "（").replace(")", "）")


# From fields that have names ---------------------------------------------------------------------------------------


def of_fields(given: Mapping[str, str], source: str) -> Invoice:
    """An invoice from texts by name (`NAMES`); what is no such value is left out."""
    values: dict[str, object] = {}
    for name in NAMES:
        raw = given.get(name, "").strip()
        if not raw:
            continue
        value: object = raw[:300]
        if name in MONEY:
            value = money_of(raw)
        elif name == "day":
            value = day_of(raw)
        elif name in ("number", "code"):
            value = re.sub(r"\s", "", raw)[:40] if re.fullmatch(r"[\w\s-]{1,40}", raw) else None
        elif name in ("seller_tax", "buyer_tax"):
            value = re.sub(r"\s", "", raw).upper()[:30]
        if value is not None:
            values[name] = value
    sources = MappingProxyType(dict.fromkeys(values, source))
    return replace(Invoice(sources=sources), **values)  # type: ignore[arg-type]  # each has the type of its field


def money_of(raw: str) -> Decimal | None:
    """Yuan with two places at most; None for anything else. "***" is what untaxed invoices say of their tax: 0."""
    clean = re.sub(r"[¥￥,，\s]", "", raw)
    if re.fullmatch(r"\*+|免税", clean):
        return Decimal("0.00")
    try:
        value = Decimal(clean)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) > MOST or value != value.quantize(Decimal("0.01")):
        return None
    return value.quantize(Decimal("0.01"))


def day_of(raw: str) -> date | None:
    """A day as invoices write it: "2026年02月28日", "2026-02-28 10:11:12", "20260228"."""
    found = re.match(r"\s*(\d{4})\s*[年/.-]?\s*(\d{1,2})\s*[月/.-]?\s*(\d{1,2})", raw)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


# From lines of text ------------------------------------------------------------------------------------------------

_AMOUNT = r"-?\d[\d,]*\.\d{2}"
_COLON = r"\s*[:：;；]?\s*"
_NUMBER = re.compile(rf"发\s*票\s*号\s*码{_COLON}(\d{{20}}|\d{{8}})(?!\d)")
_CODE = re.compile(rf"发\s*票\s*代\s*码{_COLON}(\d{{12}}|\d{{10}})(?!\d)")
_LONE_NUMBER = re.compile(r"(?<!\d)\d{20}(?!\d)")
_DATE = r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
_DAY = re.compile(_DATE)
_ISSUED = re.compile(rf"开\s*票\s*日\s*期{_COLON}{_DATE}")
_TOTAL = re.compile(rf"小\s*写\s*[)）]?{_COLON}[¥￥Y]?\s*({_AMOUNT})")
_SUM = re.compile(rf"合\s*计\s*[¥￥Y]?\s*({_AMOUNT})\s*[¥￥Y]?\s*({_AMOUNT}|\*+|免税)")
_MARKED = re.compile(rf"[¥￥]\s*({_AMOUNT})")
_PARTY = re.compile(
    r"名\s*称\s*[:：]\s*([^\s:：][^\n:：]*?)\s*(?=\n|$|名\s*称\s*[:：]|[购销]\s*[买售名方]|统一社会|纳税人|地\s*址|密\s*码)"
)
_TAX_NUMBER = re.compile(rf"识\s*别\s*号{_COLON}([0-9A-Z]{{15,20}})(?![0-9A-Z])")


def of_text(text: str, source: str) -> Invoice:
    """An invoice from its text, one line a row of the page, the buyer before the seller.

    A value is taken where its label stands before it, or where only one thing on the page can be it.
    """
    given: dict[str, str] = {}
    number, code = _NUMBER.search(text), _CODE.search(text)
    lone = set(_LONE_NUMBER.findall(text))
    if number is not None:
        given["number"] = number[1]
    elif "发票" in text and len(lone) == 1:
        given["number"] = lone.pop()
    if code is not None:
        given["code"] = code[1]
    issued, days = _ISSUED.search(text), {match.groups() for match in _DAY.finditer(text)}
    if issued is not None:
        given["day"] = "-".join(issued.groups())
    elif len(days) == 1:
        given["day"] = "-".join(days.pop())
    for names, pattern in (("buyer", "seller"), _PARTY), (("buyer_tax", "seller_tax"), _TAX_NUMBER):
        parties = [match[1].strip() for match in pattern.finditer(text)][:2]
        given.update(zip(names, parties, strict=False))
    given.update(_amounts_in(text))
    return of_fields(given, source)


def _amounts_in(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    words = IN_WORDS.search(text)
    if words is not None:
        before = text[max(0, words.start() - 8) : words.start()]
        found["words"] = ("（负数）" if "负" in before else "") + words[0]
    total = _TOTAL.search(text)
    if total is not None:
        found["total"] = total[1]
    elif words is not None and (said := amount_of(found["words"])) is not None and f"{said:.2f}" in text:
        found["total"] = f"{said:.2f}"
    both = _SUM.search(text)
    if both is not None:
        found["net"], found["tax"] = both[1], both[2]
    elif "total" in found:
        found.update(_pair_of(text, found["total"]))
    return found


def _pair_of(text: str, total: str) -> dict[str, str]:
    """Amount and tax where their label stands elsewhere: the only two marked amounts that make the total."""
    whole = money_of(total)
    amounts = sorted({value for raw in _MARKED.findall(text) if (value := money_of(raw)) is not None})
    pairs = [(small, large) for small in amounts for large in amounts if small < large and small + large == whole]
    return {} if len(pairs) != 1 else {"tax": str(pairs[0][0]), "net": str(pairs[0][1])}


Corner = tuple[float, float]


def rows_of(lines: Sequence[tuple[str, Sequence[Corner]]]) -> str:
    """Lines of a photo as rows of text: what stands at one height is one row, from left to right.

    Args:
        lines: text with its corners in pixels.
    """
    boxes = []
    for text, corners in lines:
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        boxes.append((min(xs), (min(ys) + max(ys)) / 2, max(ys) - min(ys), text))
    rows: list[list[tuple[float, float, float, str]]] = []
    for box in sorted(boxes, key=lambda one: one[1]):
        last = rows[-1] if rows else None
        if last is not None and box[1] - last[-1][1] <= max(box[2], last[-1][2]) / 2:
            last.append(box)
        else:
            rows.append([box])
    return "\n".join("  ".join(text for _, _, _, text in sorted(row)) for row in rows)
