"""Résumés that failed elsewhere, as they lie in the shared data: each gives its fields, or says why not. Other tests of
this folder make their own files of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from media_reading import DATA

from interview_engine.hr.people.contact import phone_key
from interview_engine.hr.recruiting.jobs.job_description import JobRequirement, prefilter
from pipelines.service.resume import ReadResume, read_resume

HANDED = DATA / "E_faults"
pytestmark = pytest.mark.skipif(not HANDED.is_dir(), reason="the files that fail (SHARED_DATA) are not here")

YUTONG = ("陈雨桐", "+8613800001234", "yutong.chen@example.com")
YIFANG = ("文一方", "+8613800001234", "yifang.wen@example.com")
WHOLE = {
    "resume_textbox.docx": YUTONG,
    "resume_content_controls.docx": YUTONG,
    "resume_tracked_insertions.docx": YUTONG,
    "resume_label_table.docx": YUTONG,
    "resume_null_image_rel.docx": YUTONG,
    "resume_template_dotx_renamed.docx": YUTONG,
    "resume_jobboard_html.doc": YUTONG,
    "resume_rtf.doc": YUTONG,
    "resume_utf16.txt": YUTONG,
    "resume_fullwidth_phone.txt": ("陈雨桐", "+8613800001234", "yutong@example.com"),
    "resume_phone_8613_no_plus.txt": ("陈雨桐", "+8613800001234", None),
    "resume_pdf_two_columns.pdf": YIFANG,
    "resume_pdf_glyph_by_glyph.pdf": YIFANG,
    "resume_pdf_kangxi_radicals.pdf": YIFANG,
    "resume_pdf_gbkp_euc_h.pdf": YIFANG,
}


def value(found: ReadResume, field: str) -> str | None:
    values = [entry["value"] for entry in found.fields.get(field, [])]
    assert len(values) < 2
    return values[0] if values else None


def handed(name: str) -> Path:
    path = HANDED / name
    if not path.is_file():
        pytest.skip(f"{name} is not among the shared files")
    return path


@pytest.mark.parametrize("name", WHOLE)
def test_a_handed_resume_gives_name_phone_and_mail(name: str) -> None:
    found = read_resume(handed(name))
    phone = value(found, "phone")
    assert (value(found, "name"), phone_key(phone) if phone else None, value(found, "email")) == WHOLE[name]
    assert found.reason is None


def test_hidden_text_of_a_handed_resume_is_left_out_and_told_of() -> None:
    found = read_resume(handed("resume_pdf_hidden_white_text.pdf"))
    assert found.reason is not None
    assert found.reason["code"] == "resume.hidden"
    assert value(found, "name") == "文一方"


def test_every_handed_resume_has_a_test() -> None:
    there = {path.name for path in HANDED.glob("resume_*")}
    assert there <= {*WHOLE, "resume_pdf_hidden_white_text.pdf"}


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_handed_resume_has_a_share_of_requirements_only_where_it_was_read(name: str) -> None:
    found = read_resume(handed(name))
    share, _ = prefilter((JobRequirement("市场营销", "skill", 1.0),), found.text)
    assert (share is None) == (found.text == "")
