"""Text files as people save them: on Windows and in WeChat, in Excel and WPS, in China and elsewhere."""

from __future__ import annotations

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode_text(data: bytes) -> str | None:
    """Text of UTF-8 (with or without mark), of UTF-16 with mark, else of GB18030; None when it is none of them.

    A character U+0000 is let through; the caller says whether the text may hold one.
    """
    for encoding in ("utf-16",) if data.startswith(UTF16_MARKS) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
