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
    assert decode_text("我先确认".encode("utf-16")[:-1]) is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_zeros(encoding: str) -> None:
    assert decode_text(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_line_end_of_one_byte_behind_utf_16_is_left_out(encoding: str) -> None:
    assert decode_text(TEXT.encode(encoding) + b"\n") == TEXT


def test_a_stray_zero_in_another_encoding_is_no_utf_16() -> None:
    assert decode_text(TEXT.encode("gb18030") + b"\x00") == TEXT + "\x00"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("姓名：陳雨桐，負責華東區通路客戶的開發與維護。", "big5"),
        ("東京の営業部で六人のチームを率い、二年連続で目標を達成しました。", "cp932"),
        ("姓名：陳雨桐，負責華東區通路客戶的開發與維護。", "gb18030"),
        ("姓名：赟龘喆，负责华东区渠道客户的开发与维护。", "gb18030"),
        ("Málaga, León, Köln: gestioné reclamaciones", "utf-8"),
    ],
)
def test_letters_in_daily_use_tell_big5_and_shift_jis_from_gb18030(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_a_mark_of_utf_8_put_before_text_of_another_encoding_is_left_out() -> None:
    assert decode_text(b"\xef\xbb\xbf" + "sep=;\r\n工号;姓名;部门".encode("gb18030")) == "sep=;\r\n工号;姓名;部门"
