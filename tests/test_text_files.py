"""Text files are read in the encodings that people's programs save them in."""

from __future__ import annotations

import pytest

from interview_engine.text_files import decode_text

TEXT = "我先确认，then 查了 3 次。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_text_is_read_as_it_was_written(encoding: str) -> None:
    assert decode_text(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"], ids=["little-endian", "big-endian"])
def test_utf_16_is_known_by_its_mark_in_either_order_of_bytes(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"

    assert decode_text(mark + TEXT.encode(encoding)) == TEXT


def test_bytes_of_no_encoding_are_no_text() -> None:
    assert decode_text(b"\x89PNG\r\n\x1a\n\xff\xff") is None


def test_half_a_character_of_utf_16_is_no_text() -> None:
    assert decode_text(TEXT.encode("utf-16")[:-1]) is None
