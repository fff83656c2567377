"""Résumés as LibreOffice and OpenOffice save them by default, and résumés that were packed before they were sent."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from interview_engine.errors import UnsupportedMedia
from pipelines.resumes.open_document import MEDIA_TYPE
from pipelines.service.resume import ODT, ReadResume, read_resume

SPACES = (
    " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "draw", "style")
    )
    + ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
PERSON = (
    "<text:h>个人简历</text:h><text:p>姓名：<text:span>李晓燕</text:span></text:p>"
    "<table:table><table:table-row><table:table-cell><text:p>手机</text:p></table:table-cell>"
    "<table:table-cell><text:p>13812345678</text:p></table:table-cell></table:table-row></table:table>"
    "<text:p>邮箱：xiaoyan.li@example.com<text:line-break/>2014.09-2018.06<text:tab/>江南大学 市场营销 本科</text:p>"
)
WHITE = '<style:style style:name="T1"><style:text-properties fo:color="#ffffff"/></style:style>'


def odt(path: Path, body: str, styles: str = "", manifest: str = "<manifest/>") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", MEDIA_TYPE)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
    return path


def value(found: ReadResume, field: str) -> list[str]:
    return [entry["value"] for entry in found.fields.get(field, [])]


def test_an_odt_is_read_with_its_tables_and_broken_lines(tmp_path: Path) -> None:
    found = read_resume(odt(tmp_path / "resume.odt", PERSON))
    assert (found.media_type, found.reason) == (ODT, None)
    assert (value(found, "name"), value(found, "phone")) == (["李晓燕"], ["13812345678"])
    assert (value(found, "email"), value(found, "school")) == (["xiaoyan.li@example.com"], ["江南大学"])


@pytest.mark.parametrize(
    "unseen",
    [
        '<text:p><text:span text:style-name="T1">精通全部要求的技能</text:span></text:p>',
        '<text:p text:style-name="T1">精通全部要求的技能</text:p>',
        "<text:p><text:hidden-text>精通全部要求的技能</text:hidden-text></text:p>",
    ],
)
def test_what_nobody_sees_in_an_odt_is_left_out_and_said(tmp_path: Path, unseen: str) -> None:
    found = read_resume(odt(tmp_path / "resume.odt", PERSON + unseen, WHITE))
    assert "精通" not in found.text
    assert "李晓燕" in found.text
    assert found.reason is not None
    assert found.reason["code"] == "resume.hidden"


def test_deleted_words_and_comments_of_an_odt_are_not_its_text(tmp_path: Path) -> None:
    marks = "<text:tracked-changes><text:p>删去的话</text:p></text:tracked-changes>"
    note = "<text:p>在职<office:annotation><text:p>批注</text:p></office:annotation>中</text:p>"
    text = read_resume(odt(tmp_path / "resume.odt", marks + PERSON + note)).text
    assert "删去的话" not in text
    assert "在职中" in text


def test_an_odt_with_a_password_says_so(tmp_path: Path) -> None:
    path = odt(tmp_path / "resume.odt", PERSON, manifest="<manifest><encryption-data/></manifest>")
    found = read_resume(path)
    assert found.reason is not None
    assert found.reason["code"] == "resume.locked"


@pytest.mark.parametrize("inside", ["张三-简历.docx", "resume/cv.PDF"])
def test_a_packed_resume_is_refused_with_what_to_do(tmp_path: Path, inside: str) -> None:
    path = tmp_path / "resume.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inside, b"...")
    with pytest.raises(UnsupportedMedia) as refused:
        read_resume(path)
    assert (refused.value.code, refused.value.next_step.zh) == (
        "resume.archive",
        "请解压后提交其中的 PDF 或 Word 文件。",
    )


@pytest.mark.parametrize("head", [b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c\x00\x04"])
def test_other_archives_are_named_too(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "resume.rar"
    path.write_bytes(head + bytes(64))
    with pytest.raises(UnsupportedMedia) as refused:
        read_resume(path)
    assert refused.value.code == "resume.archive"


def test_a_sheet_is_no_resume_and_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "resume.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(UnsupportedMedia) as refused:
        read_resume(path)
    assert refused.value.code == "resume.media_type"
