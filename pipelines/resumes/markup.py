"""HTML, saved web pages (MHTML) and RTF under any name to the text that a reader sees of them."""

from __future__ import annotations

import email
import email.policy
import re
from html.parser import HTMLParser

from pipelines.resumes.plain import decoded

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|table|div)\b", re.I | re.S
)
_MHTML = re.compile(rb"\s*(?:From:|MIME-Version:|Content-Type:\s*multipart/related|Date:|Subject:)", re.I)
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
    """Whether a file begins as a web page does."""
    return _HTML.match(data.removeprefix(b"\xef\xbb\xbf")[:4096]) is not None


def is_mhtml(data: bytes) -> bool:
    """Whether a file is a web page saved with its pictures, as a mail."""
    return _MHTML.match(data[:512]) is not None and b"multipart/related" in data[:4096].lower()


def is_rtf(data: bytes) -> bool:
    """Whether a file is RTF."""
    return data.lstrip()[:5].lower() == b"{\\rtf"


def html_text(data: bytes) -> str:
    """The text of a web page: a line a block, a tab between cells, without what is not shown."""
    named = _CHARSET.search(data[:4096])
    text = None
    if named:
        # what calls itself GB2312 or GBK in practice holds letters of their successor
        name = named.group(1).decode("ascii").lower()
        try:
            text = data.decode("gb18030" if name.startswith("gb") else name)
        except (LookupError, UnicodeDecodeError):
            text = None
    page = _Page()
    page.feed(decoded(data) or "" if text is None else text)
    page.close()
    lines = (re.sub(r"[ \u00a0]+", " ", re.sub(r"\s*\t[\s]*", "\t", line)).strip() for line in page.text().split("\n"))
    return "\n".join(line for line in lines if line)


def mhtml_text(data: bytes) -> str:
    """The text of the page in a saved web page."""
    message = email.message_from_bytes(data, policy=email.policy.default)
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


def rtf_text(data: bytes) -> tuple[str, bool]:
    """The text of an RTF file, and whether it holds hidden text.

    Letters come as \\uN with a substitute of \\ucN bytes behind, or as \\'hh in the code page that \\ansicpg names.
    """
    page = re.search(rb"\\ansicpg(\d+)", data[:4096])
    codec = {"936": "gb18030", "950": "big5", "932": "cp932", "949": "cp949"}.get(
        (page.group(1) if page else b"1252").decode(), f"cp{page.group(1).decode()}" if page else "cp1252"
    )
    pieces: list[str] = []
    waiting = bytearray()
    states: list[tuple[bool, bool, int]] = []
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
            states.append((silent, hidden, substitutes))
            at_start = True
            continue
        if token["brace"]:
            flush()
            if states:
                silent, hidden, substitutes = states.pop()
            continue
        word = token["word"]
        if at_start and (token["sign"] == b"*" or word in _UNSEEN_GROUPS):
            silent = True
        at_start = False
        number = int(token["number"]) if token["number"] else None
        if word == b"uc":
            substitutes = 1 if number is None else number
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
        elif word in _BREAKS or word in _SIGNS or token["sign"] in (b"~", b"_", b"\\", b"{", b"}"):
            flush()
            if not silent and not hidden:
                sign = (token["sign"] or b"").decode()
                pieces.append(_BREAKS.get(word) or _SIGNS.get(word) or {"~": " ", "_": "-"}.get(sign, sign))
    flush()
    text = "".join(pieces)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), met_hidden
