"""A20: a résumé file becomes fields that point at their place; what cannot be read says so and takes nobody down."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.resume import agreement, read_labelled
from interview_engine.errors import UnsupportedMedia
from interview_engine.hr.recruiting.applying.resume_entities import entities
from interview_engine.hr.recruiting.applying.resume_rules import read_fields
from pipelines.service import resume
from pipelines.service.resume import DOCX, PDF, TEXT, read_resume

CHINESE = """个人简历

李晓燕
女 | 28岁 | 现居地：苏州市
电话：+86 138 1234 5678  邮箱：xiaoyan.li@example.com

教育背景
2014.09 - 2018.06  江南大学  市场营销专业  本科

工作经历
2020年3月至今 任苏州云杉电子有限公司客服主管
2018年7月-2020年2月 任无锡启明贸易有限公司客户专员

专业技能：Excel、客户投诉处理、SQL
"""

ENGLISH = """Grace Okafor
Manchester, UK | grace.okafor@example.com | +44 7700 900123

Experience
Senior Customer Service Manager at Brightwater Ltd    2019 - present
Team Leader, Northgate Group, 2015 to 2019

Education
Bachelor of Science in Psychology, University of Leeds, 2012-2015

Skills: Zendesk, coaching, Excel
"""


def values(fields: dict[str, list[dict[str, object]]], name: str) -> list[object]:
    return [entry["value"] for entry in fields.get(name, [])]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("name", ["李晓燕"]),
        ("email", ["xiaoyan.li@example.com"]),
        ("phone", ["+86 138 1234 5678"]),
        ("city", ["苏州市"]),
        ("degree", ["bachelor"]),
        ("school", ["江南大学"]),
        ("employer", ["苏州云杉电子有限公司", "无锡启明贸易有限公司"]),
        ("title", ["客服主管", "客户专员"]),
        ("period", ["2014-09–2018-06", "2020-03–", "2018-07–2020-02"]),
        ("skill", ["Excel", "客户投诉处理", "SQL"]),
    ],
)
def test_a_chinese_page_gives_its_fields(name: str, found: list[str]) -> None:
    assert values(read_fields(CHINESE), name) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("name", ["Grace Okafor"]),
        ("email", ["grace.okafor@example.com"]),
        ("phone", ["+44 7700 900123"]),
        ("degree", ["bachelor"]),
        ("major", ["Psychology"]),
        ("school", ["University of Leeds"]),
    ],
)
def test_an_english_page_gives_its_fields(name: str, found: list[str]) -> None:
    assert values(read_fields(ENGLISH), name) == found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("employer", "Brightwater Ltd"),
        ("employer", "Northgate Group"),
        ("title", "Senior Customer Service Manager"),
        ("title", "Team Leader"),
    ],
)
def test_an_english_page_names_its_employers_and_titles(name: str, value: str) -> None:
    assert value in values(read_fields(ENGLISH), name)


@pytest.mark.parametrize(
    ("head", "name"), [("# 林小满", "林小满"), ("**林小满**", "林小满"), ("## Grace Okafor", "Grace Okafor")]
)
def test_a_page_in_markdown_gives_its_name_and_a_linked_number_once(head: str, name: str) -> None:
    page = (
        f"{head}\n\n- **电话**：[138-0000-1234](tel:+8613800001234)\n- **邮箱**：<xiaoman@example.com>\n\n## 教育背景\n"
    )
    fields = read_fields(page)
    assert values(fields, "name") == [name]
    assert values(fields, "phone") == ["138-0000-1234"]
    assert values(fields, "email") == ["xiaoman@example.com"]


@given(
    st.text(alphabet=st.sampled_from("李明华任公司经理2019年3月大学本科，。、；：\n A-b@1.e（）历任兼和"), max_size=200)
)
@settings(max_examples=150, deadline=None)
def test_every_field_is_a_stretch_of_the_text(text: str) -> None:
    for entity in entities(text):
        assert text[entity.start : entity.end] == entity.text
    for entries in read_fields(text).values():
        for entry in entries:
            assert 0 <= entry["start"] < entry["end"] <= len(text)
            assert 0 < entry["confidence"] <= 1


def docx_file(path: Path, text: str) -> Path:
    document = Document()
    for line in text.splitlines()[:6]:
        document.add_paragraph(line)
    table = document.add_table(rows=0, cols=1)
    for line in text.splitlines()[6:]:
        table.add_row().cells[0].text = line
    document.save(str(path))
    return path


def pdf_file(path: Path, text: str) -> Path:
    import typst

    source = path.with_suffix(".typ")
    body = "\n\n".join(line.replace("@", "\\@").replace("#", "\\#") for line in text.splitlines() if line.strip())
    source.write_text(
        '#set text(font: ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei"))\n' + body, "utf-8"
    )
    typst.compile(str(source), output=str(path))
    return path


def test_docx_and_pdf_and_text_say_the_same(tmp_path: Path) -> None:
    plain = tmp_path / "resume.txt"
    plain.write_text(CHINESE, encoding="gb18030")
    made = {TEXT: plain, DOCX: docx_file(tmp_path / "resume.docx", CHINESE), PDF: pdf_file(tmp_path / "r.pdf", CHINESE)}
    for media_type, path in made.items():
        read = read_resume(path)
        assert (read.media_type, read.reason) == (media_type, None)
        for name in ("name", "email", "degree", "school"):
            assert values(read.fields, name) == values(read_fields(CHINESE), name), (media_type, name)


def test_the_type_is_known_by_content_not_by_name(tmp_path: Path) -> None:
    path = docx_file(tmp_path / "resume.docx", CHINESE).rename(tmp_path / "resume.pdf")
    assert read_resume(path).media_type == DOCX


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"PK\x03\x04 not a zip", b"\xff\xd8\xff\xe0 a picture \x00"])
def test_other_files_are_refused_with_a_next_step(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "resume.pdf"
    path.write_bytes(data)
    with pytest.raises(UnsupportedMedia) as caught:
        read_resume(path)
    assert caught.value.code == "resume.media_type"
    assert caught.value.next_step.zh


def test_a_damaged_pdf_is_kept_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "resume.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n")
    read = read_resume(path)
    assert read.reason is not None
    assert read.reason["code"] in ("resume.unreadable", "resume.no_text")
    assert read.fields == {}


def test_a_zip_bomb_stays_small(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * (resume.MAX_UNPACKED + 1) + b"</a>")
    path = tmp_path / "resume.docx"
    path.write_bytes(buffer.getvalue())
    read = read_resume(path)
    assert read.reason is not None
    assert read.reason["code"] == "resume.limits"


@given(st.binary(max_size=400))
@settings(max_examples=25, deadline=None)
def test_no_file_brings_the_reader_down(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "resume.pdf"
    path.write_bytes(b"%PDF-1.4\n" + data)
    assert read_resume(path).media_type == PDF


def test_agreement_with_labels_is_counted_exactly(tmp_path: Path) -> None:
    path = tmp_path / "labelled.bmes"
    path.write_text(
        "高 B-NAME\n勇 E-NAME\n： O\n男 O\n， O\n本 B-EDU\n科 E-EDU\n。 O\n\n任 O\n工 B-TITLE\n人 E-TITLE\n"
    )
    figures = agreement(read_labelled(path))
    assert figures["all"]["n"] == 3
    assert figures["name"]["recall"] == 1.0
    assert figures["degree"]["precision"] == 1.0
