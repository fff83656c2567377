"""Letters of a PDF whose font does not say which they are: the text where the encoding tells it, else why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.service.resume import ReadResume, read_resume

NAME, PHONE, MAIL = "文一方", "13812345678", "yifang.wen@example.com"
LINES = (
    f"姓名：{NAME}",
    f"手机：{PHONE}",
    f"邮箱：{MAIL}",
    "2015.09-2019.06 江南大学 市场营销 本科",
    "华东区渠道客户的开发与维护",
)


def composite(encoding: str, more: str = "") -> str:
    """A font of many letters, without a table of what its codes stand for."""
    return (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /{encoding} {more} /DescendantFonts [ << /Type "
        "/Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        "/Supplement 0 >> /DW 1000 >> ] >>"
    )


def shown(codes: list[bytes], font: str = "F1", top: int = 800) -> str:
    lines = "".join(f"1 0 0 1 50 {top - 20 * place} Tm <{line.hex()}> Tj " for place, line in enumerate(codes))
    return f"BT /{font} 12 Tf {lines}ET "


def page(tmp_path: Path, content: str, fonts: dict[str, str], form: str = "") -> ReadResume:
    """A PDF of one page; `form` is what a drawing /X1 with the same fonts shows."""
    listed = " ".join(f"/{name} {font}" for name, font in fonts.items())
    drawing = f"/XObject << /X1 5 0 R >> /Font << {listed} >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << {drawing} >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] "
        f"/Resources << /Font << {listed} >> >> /Length {len(form)} >>\nstream\n{form}\nendstream",
    ]
    data, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{at:010} 00000 n \n" for at in places)
    data += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF"
    path = tmp_path / "resume.pdf"
    path.write_bytes(data.encode("latin-1"))
    return read_resume(path)


def value(found: ReadResume, field: str) -> list[str]:
    return [entry["value"] for entry in found.fields.get(field, [])]


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [
        ("GBKp-EUC-H", "gbk"),
        ("GBK-EUC-H", "gbk"),
        ("GBK-EUC-V", "gbk"),
        ("GBK2K-H", "gb18030"),
        ("GB-EUC-H", "gb2312"),
        ("GBpc-EUC-H", "gb2312"),
        ("UniGB-UCS2-H", "utf-16-be"),
        ("UniGB-UTF16-H", "utf-16-be"),
    ],
)
def test_codes_of_a_known_encoding_are_letters(encoding: str, codec: str, tmp_path: Path) -> None:
    found = page(tmp_path, shown([line.encode(codec) for line in LINES]), {"F1": composite(encoding)})
    assert (value(found, "name"), value(found, "phone"), value(found, "email")) == ([NAME], [PHONE], [MAIL])
    assert found.reason is None


def numbered(first: int) -> list[bytes]:
    """The lines with each letter as the number of a drawing, in order of use, as printers of PDF number them."""
    numbers: dict[str, int] = {}
    return [
        b"".join(numbers.setdefault(letter, first + len(numbers)).to_bytes(2, "big") for letter in line)
        for line in LINES * 2
    ]


@pytest.mark.parametrize("first", [1, 68, 700, 9_000, 24_000], ids=str)
def test_numbers_of_drawings_are_no_letters_whatever_they_look_like(first: int, tmp_path: Path) -> None:
    found = page(tmp_path, shown(numbered(first)), {"F1": composite("Identity-H")})
    assert (found.text, found.fields) == ("", {})
    assert found.reason is not None
    assert found.reason["code"] == "resume.no_text"


@pytest.mark.parametrize("encoding", ["KSCms-UHC-H", "UniGB-UTF8-H"])
def test_an_encoding_that_is_not_read_here_gives_no_other_letters(encoding: str, tmp_path: Path) -> None:
    codec = "cp949" if encoding.startswith("KSC") else "utf-8"
    found = page(tmp_path, shown(["영업부에서 여섯 명의 팀을".encode(codec)] * 4), {"F1": composite(encoding)})
    assert (found.text, found.reason is None) == ("", False)


@pytest.mark.parametrize("where", ["on the page", "in a drawing"])
def test_letters_that_cannot_be_read_beside_others_are_left_out_and_told_of(where: str, tmp_path: Path) -> None:
    fonts = {"F1": composite("GBK-EUC-H"), "F2": composite("Identity-H")}
    read = shown([line.encode("gbk") for line in LINES])
    head = shown([b"\x00\x41\x00\x42\x00\x43"], "F2", 40)
    content, form = (f"q {head} Q {read}", "") if where == "on the page" else (f"{read} q /X1 Do Q", head)
    found = page(tmp_path, content, fonts, form)
    assert value(found, "name") == [NAME]
    assert "ABC" not in found.text
    assert found.reason is not None
    assert found.reason["code"] == "resume.letters"


def test_numbers_of_drawings_with_a_table_of_letters_are_read(tmp_path: Path) -> None:
    fonts = {"F1": composite("Identity-H", "/ToUnicode /Identity-H")}
    found = page(tmp_path, shown([line.encode("utf-16-be") for line in LINES]), fonts)
    assert (value(found, "name"), found.reason) == ([NAME], None)
