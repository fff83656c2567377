"""HTML, saved web pages (MHTML) and RTF under any name to the text that a reader sees of them."""

from __future__ import annotations

import email
import email.policy
import re
from html.parser import HTMLParser

from interview_engine.text_files import UTF16_MARKS, decode_text

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|style|table|div|section|article"
    r"|span|font|center|form|p|ul|ol|dl|h[1-6]|b|strong|br)\b[^<>]*>",
    re.I | re.S,
)
"""How a web page begins, or a piece of one."""
_HEADERS = re.compile(r"\s*(?:[A-Za-z][A-Za-z-]*:[^\n]*\n(?:[ \t]+[^\n]*\n)*)+")
_MIME = re.compile(r"^Content-Type:\s*(?:multipart/|text/html)", re.I | re.M)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div tr table ul ol li h1 h2 h3 h4 h5 h6 section article header footer dl dt dd br hr form fieldset pre",
    )
)
_SILENT = frozenset({"script", "style", "head", "template", "noscript", "svg", "select", "textarea"})
_EMPTY = frozenset({"br", "img", "input", "meta", "link", "hr", "col", "wbr"})


def is_html(data: bytes) -> bool:
    """Whether a file begins as a web page or a piece of one does."""
    return _HTML.match(_beginning(data)) is not None


def is_mhtml(data: bytes) -> bool:
    """Whether a file is a web page saved with its pictures, as a mail: lines of a mail's head, one of them its type."""
    head = _HEADERS.match(_beginning(data))
    return head is not None and _MIME.search(head.group()) is not None


def _beginning(data: bytes) -> str:
    """The first letters of a file, for signs that are ASCII."""
    if data.startswith(UTF16_MARKS):
        return data[:8192].decode("utf-16", "replace")
    return data.removeprefix(b"\xef\xbb\xbf")[:4096].decode("latin-1")


def is_rtf(data: bytes) -> bool:
    """Whether a file is RTF."""
    return data.lstrip()[:5].lower() == b"{\\rtf"


def html_text(data: bytes) -> str:
    """The text of a web page: a line a block, a tab between cells, without what is not shown."""
    named = _CHARSET.search(data[:4096])
    text = decode_text(data) if data.startswith(UTF16_MARKS) else None
    if text is None and named:
        # what calls itself GB2312 or GBK in practice holds letters of their successor
        name = named.group(1).decode("ascii").lower()
        try:
            text = data.decode("gb18030" if name.startswith("gb") else name)
        except (LookupError, UnicodeDecodeError):
            text = None
    page = _Page()
    page.feed(decode_text(data) or "" if text is None else text)
    page.close()
    lines = (re.sub(r"[ \u00a0]+", " ", re.sub(r"\s*\t[\s]*", "\t", line)).strip() for line in page.text().split("\n"))
    return "\n".join(line for line in lines if line)


def mhtml_text(data: bytes) -> str:
    """The text of the page in a saved web page."""
    plain = decode_text(data).encode() if data.startswith(UTF16_MARKS) else data  # type: ignore[union-attr]
    message = email.message_from_bytes(plain.removeprefix(b"\xef\xbb\xbf").lstrip(), policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            return html_text(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]  # bytes when decoded
    return ""


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._silent: list[str] = []

    def text(self) -> str:
        return "".join(self._pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = "".join(value or "" for name, value in attrs if name == "style").replace(" ", "").lower()
        unseen = "display:none" in style or "visibility:hidden" in style or any(name == "hidden" for name, _ in attrs)
        if self._silent or (tag in _SILENT) or (unseen and tag not in _EMPTY):
            if tag not in _EMPTY:
                self._silent.append(tag)
        elif tag in _BLOCKS:
            self._pieces.append("\n")
        elif tag in ("td", "th"):
            self._pieces.append("\t")
        if tag == "body":
            self._silent.clear()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif not self._silent and tag in _BLOCKS:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(re.sub(r"[\t\r\n ]+", " ", data))


_TOKEN = re.compile(
    rb"\\(?:'(?P<byte>[0-9a-fA-F]{2})|(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|(?P<sign>[^a-zA-Z]))"
    rb"|(?P<brace>[{}])|(?P<end>[\r\n]+)|(?P<plain>[^\\{}\r\n]+)"
)
_UNSEEN_GROUPS = frozenset(
    re.findall(
        rb"\w+",
        b"fonttbl colortbl stylesheet info pict object themedata datastore listtable listoverridetable rsidtbl "
        b"generator xmlnstbl latentstyles fldinst pgptbl filetbl revtbl",
    )
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t"}
_SIGNS = {
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
}


_CODE_PAGES = {b"936": "gb18030", b"950": "big5", b"932": "cp932", b"949": "cp949", b"65001": "utf-8"}
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 204: "cp1251", 238: "cp1250", 161: "cp1253"}
"""Code pages by the number of a font's character set (RTF 1.9.1, "Font Table")."""
_FONT = re.compile(rb"\\f(\d+)[^{};]*?\\fcharset(\d+)")


def _codecs_of_fonts(data: bytes) -> dict[int, str]:
    """Of each font by its number the code page of its letters, where it is not the document's: WordPad and converters
    write Chinese under the Western code page with a Chinese font."""
    start = data.find(b"\\fonttbl")
    if start < 0:
        return {}
    table = data[start : start + MOST_OF_FONTS]
    return {int(font): _CHARSETS[int(charset)] for font, charset in _FONT.findall(table) if int(charset) in _CHARSETS}


MOST_OF_FONTS = 65_536
"""Bytes of a table of fonts that are looked at: three hundred fonts."""


def rtf_text(data: bytes) -> tuple[str, bool]:
    """The text of an RTF file, and whether it holds hidden text.

    Letters come as \\uN with a substitute of \\ucN bytes behind, or as \\'hh in the code page that \\ansicpg names.
    """
    page = re.search(rb"\\ansicpg(\d+)", data[:4096])
    codec = default = _CODE_PAGES.get(page.group(1), f"cp{page.group(1).decode()}") if page else "cp1252"
    fonts = _codecs_of_fonts(data)
    pieces: list[str] = []
    waiting = bytearray()
    states: list[tuple[bool, bool, int, str]] = []
    silent, hidden, substitutes = False, False, 1
    skip, met_hidden, at_start = 0, False, False

    def flush() -> None:
        if waiting:
            try:
                pieces.append(waiting.decode(codec, "replace"))
            except LookupError:
                pieces.append(waiting.decode("gb18030", "replace"))
            waiting.clear()

    for token in _TOKEN.finditer(data):
        if token["brace"] == b"{":
            flush()
            states.append((silent, hidden, substitutes, codec))
            at_start = True
            continue
        if token["brace"]:
            flush()
            if states:
                silent, hidden, substitutes, codec = states.pop()
            continue
        word = token["word"]
        if at_start and (token["sign"] == b"*" or word in _UNSEEN_GROUPS):
            silent = True
        at_start = False
        number = int(token["number"]) if token["number"] else None
        if word == b"uc":
            substitutes = 1 if number is None else number
        elif word in (b"f", b"plain"):
            flush()
            codec = fonts.get(number, default) if word == b"f" and number is not None else default
        elif word == b"v":
            hidden = number != 0
        elif word == b"u" and number is not None:
            flush()
            if not silent and not hidden and abs(number) <= 0x10FFFF:
                pieces.append(chr(number % 0x10000 if number < 0 else number))
            skip = substitutes
        elif token["byte"] or token["plain"]:
            raw = bytes([int(token["byte"], 16)]) if token["byte"] else token["plain"]
            dropped = min(skip, len(raw))
            skip -= dropped
            met_hidden = met_hidden or (hidden and not silent and bool(raw[dropped:].strip()))
            if not silent and not hidden:
                waiting += raw[dropped:]
        elif word in _BREAKS or word in _SIGNS or token["sign"] in (b"~", b"_", b"\\", b"{", b"}", b"\r", b"\n"):
            flush()
            if not silent and not hidden:
                sign = (token["sign"] or b"").decode()
                pieces.append(_BREAKS.get(word) or _SIGNS.get(word) or {"~": " ", "_": "-", "\r": "\n"}.get(sign, sign))
    flush()
    text = "".join(pieces)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), met_hidden
