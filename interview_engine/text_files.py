"""Text files as people save them: on Windows and in WeChat, in Excel and WPS, in China and elsewhere."""

from __future__ import annotations

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ASCII_ENDS = (b"\n", b"\r", b"\x1a")

LEAST_IN_USE = 0.6
"""Of the letters of Chinese prose in GB18030 at least so many are of GB 2312's first level (usually .9 and more)."""

SURELY_IN_USE = 0.8
"""Of the letters of prose in Big5 or Shift JIS so many are of the encoding's first level, where GB18030 was not it."""

_FIRST_LEVELS = {"gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp932": (0x82, 0x97)}
"""Leading bytes of an encoding's letters in daily use (of Shift JIS with the kana)."""


def decode_text(data: bytes) -> str | None:
    """Text of UTF-8, of UTF-16 with or without a mark, of GB18030, Big5 or Shift JIS; None when it is none of them.

    A byte too many at the end of UTF-16 (a line end put there by a program that took it for ASCII) is left out. A
    character U+0000 is let through; the caller says whether the text may hold one.
    """
    unmarked = None if data.startswith(UTF16_MARKS) else _unmarked_utf16(data)
    if data.startswith(UTF16_MARKS) or unmarked is not None:
        return _strictly(data[:-1] if len(data) % 2 and data.endswith(_ASCII_ENDS) else data, unmarked or "utf-16")
    text = _strictly(data, "utf-8-sig")
    if text is not None:
        return text
    data = data.removeprefix(UTF8_MARK)  # put before text of another encoding by a program that only adds the mark
    text = _strictly(data, "gb18030")
    if text is not None and _in_use(text, "gb2312") >= LEAST_IN_USE:
        return text
    others = ((encoding, _strictly(data, encoding)) for encoding in ("big5", "cp932"))
    likelier = (found for name, found in others if found is not None and _in_use(found, name) >= SURELY_IN_USE)
    return next(likelier, text)


def is_in_use(letter: str, encoding: str) -> bool:
    """Whether an encoding ("gb2312", "big5", "cp932") has a letter among those in daily use, its first level."""
    first, last = _FIRST_LEVELS[encoding]
    try:
        return first <= letter.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False


def _unmarked_utf16(data: bytes) -> str | None:
    """Which UTF-16 a file without a mark is in: of one with some ASCII, every second byte there is a zero."""
    if b"\x00" not in data:
        return None
    even, odd = data[0::2].count(0), data[1::2].count(0)
    least = max(2, len(data) // 50)  # a stray zero in another encoding is none
    if odd > 4 * even and odd >= least:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd and even >= least else None


def _in_use(text: str, encoding: str) -> float:
    """Share of letters in daily use among those beyond Latin, with codes that are no letters, 0 without any."""
    letters = [c for c in text if c >= "\u0370" and (c.isalpha() or "\ue000" <= c <= "\uf8ff")]
    return sum(is_in_use(c, encoding) for c in letters) / len(letters) if letters else 0.0


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
