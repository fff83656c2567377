"""The report on paper: Chinese survives, markup is text, the same document gives the same bytes (row A15)."""

from __future__ import annotations

import errno
import io
import json
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
import report_samples as samples
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import InterviewReport
from interview_engine.errors import OutputError, ReportError, SystemPackageError
from pipelines import writing
from pipelines.reports import pdf as report_pdf
from pipelines.reports import report
from pipelines.reports.fonts import find_font, lettering

MARKUP = '#panic("boom") *bold* $x$ `raw` \\ [content] <label> @ref // comment "quotes" #import "a.typ"'


def without_frames(made: InterviewReport) -> InterviewReport:
    return replace(made, answers=tuple(replace(answer, frames=()) for answer in made.answers))


def pdf(made: InterviewReport, language: str, folder: Path) -> bytes:
    return report_pdf.render(report.to_document(made, samples.KIT), folder, language=language)


def text_of(data: bytes) -> str:
    """The text of all pages without the blanks and line ends of the setting."""
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_chinese_survives(tmp_path: Path) -> None:
    data = pdf(without_frames(samples.strong()), "zh", tmp_path)
    text = text_of(data)
    for competency in samples.strong().competencies:
        for evidence in competency.evidence:
            assert evidence.quote in text
    for expected in (
        "林晓",
        "岗位匹配度",
        "91%",
        "沟通能力",
        "8.2/106.9–9.3",
        "合成演示",
        "未展示：向不同对象调整表达",
        "90.9",
    ):
        assert expected in text
    assert "�" not in text


def test_the_english_report_is_english_and_quotes_stay_as_they_were_said(tmp_path: Path) -> None:
    text = text_of(pdf(without_frames(samples.strong()), "en", tmp_path))
    assert squeezed("Match with the role") in text
    assert squeezed("closest to level 4") in text
    assert "岗位匹配度" not in text
    assert "第二天我又打电话确认。" in text
    assert squeezed("page 1 of") in text


def test_what_cannot_be_assessed_is_said_in_words(tmp_path: Path) -> None:
    text = text_of(pdf(samples.unassessable(), "zh", tmp_path))
    assert "不给分数" in text
    assert "识别可信度0.41太低，请听原音。" in text
    assert "0.0/10" not in text


def test_markup_in_names_and_answers_is_only_text(tmp_path: Path) -> None:
    made = without_frames(samples.strong())
    spoken = made.answers[2].transcript
    assert spoken is not None
    written = replace(made.answers[2], transcript=replace(spoken, text=f"{MARKUP}。{spoken.text}"))
    made = replace(made, candidate=MARKUP, answers=(*made.answers[:2], written))
    data = pdf(made, "en", tmp_path)
    assert text_of(data).count(squeezed(MARKUP)) >= 2
    metadata = pypdf.PdfReader(io.BytesIO(data)).metadata
    assert metadata is not None
    assert (metadata.title or "").startswith(MARKUP)


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    made = without_frames(samples.english())
    assert pdf(made, "en", tmp_path) == pdf(made, "en", tmp_path)


def test_the_file_carries_the_label_of_generated_content(tmp_path: Path) -> None:
    metadata = pypdf.PdfReader(io.BytesIO(pdf(samples.english(), "en", tmp_path))).metadata
    assert metadata is not None
    assert metadata.title == "Taylor Reed · Interview report"
    assert '"AIGC"' in str(metadata.get("/Keywords"))


def test_without_a_chinese_font_there_is_an_error_with_the_way_out_and_no_blank_pdf(tmp_path: Path) -> None:
    (tmp_path / "Lonely-Regular.ttf").write_bytes(b"")
    with pytest.raises(SystemPackageError) as caught:
        find_font((tmp_path, tmp_path / "missing"))
    assert caught.value.code == "fonts.cjk_missing"
    assert "apt-get install -y fonts-noto-cjk" in caught.value.next_step.zh


@pytest.mark.parametrize("name", ["བཀྲ་ཤིས", "สมชาย", "李𬺈"])
def test_a_name_that_no_font_here_has_is_counted_on_the_first_page(name: str, tmp_path: Path) -> None:
    main = find_font()
    lacking = lettering(name, main).lacking
    made = replace(without_frames(samples.strong()), candidate=name)
    first = squeezed(pypdf.PdfReader(io.BytesIO(pdf(made, "zh", tmp_path))).pages[0].extract_text())
    if lacking:
        assert squeezed(f"有{len(lacking)}个字符") in first
        assert f"U+{ord(lacking[0]):04X}" in first
    else:
        assert "个字符" not in first
        assert squeezed(name) in first


def test_a_letter_that_the_chinese_font_lacks_comes_from_another_font(tmp_path: Path) -> None:
    letter = "\ue123"  # of the private area: no font has it but ours
    with_one_letter(tmp_path / "Lonely-Regular.ttf", letter)
    assert lettering({"a": ["x", letter]}, find_font(), ()).lacking == (letter,)
    found = lettering({"a": ["x", letter]}, find_font(), (tmp_path,))
    assert (found.lacking, found.families[1:], found.folders[1:]) == ((), ["Lonely"], [str(tmp_path)])


def test_a_file_that_is_no_font_and_marks_without_ink_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "Broken-Regular.ttf").write_bytes(b"no font")
    assert lettering("a\u200d\ufe0f\n b", find_font(), (tmp_path,)).lacking == ()
    assert lettering("\ue123", find_font(), (tmp_path,)).lacking == ("\ue123",)


def with_one_letter(path: Path, letter: str) -> None:
    """A font with one empty glyph."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "one"])
    builder.setupCharacterMap({ord(letter): "one"})
    builder.setupGlyf({name: TTGlyphPen(None).glyph() for name in (".notdef", "one")})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "one": (500, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Lonely", "styleName": "Regular"})
    builder.setupPost()
    builder.setupOS2()
    builder.save(path)


def test_a_long_report_breaks_into_numbered_pages(tmp_path: Path) -> None:
    made = without_frames(samples.strong())
    long = samples.spoken(samples.ZH_COMPLAINT * 12, "zh")
    made = replace(made, answers=(samples.answer("q1", long), *made.answers[1:]))
    pages = pypdf.PdfReader(io.BytesIO(pdf(made, "zh", tmp_path))).pages
    assert len(pages) >= 4
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页，共{len(pages)}页" in squeezed(page.extract_text())
        assert "林晓" in page.extract_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_answers_take_three_pages_and_the_first_is_the_summary(language: str, tmp_path: Path) -> None:
    strong = without_frames(samples.strong())
    missing = samples.answer("q3", None, source="", status="cannot_assess", reason=Reason("answer.missing"))
    results = tuple(
        samples.not_shown("service") if one.competency_id == "service" else one for one in strong.competencies
    )
    made = samples.report("lin-xiao-3f2a9c01", "林晓", results, (*strong.answers[:2], missing), synthetic=True)
    pages = pypdf.PdfReader(io.BytesIO(pdf(made, language, tmp_path))).pages
    first = squeezed(pages[0].extract_text())
    assert len(pages) <= 3
    assert squeezed({"zh": "一分钟看懂", "en": "In one minute"}[language]) in first
    assert len(first) > 900, "the first page is filled"


def test_the_folder_holds_json_page_and_pdf_and_nothing_half_written(tmp_path: Path) -> None:
    report.write(without_frames(samples.english()), samples.KIT, tmp_path, media={})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["report.html", "report.json", "report.pdf"]
    document = report.read(tmp_path / "report.json")
    assert report.from_document(document).candidate == "Taylor Reed"
    assert squeezed("Match with the role") in text_of((tmp_path / "report.pdf").read_bytes())
    assert 'data-lang="en"' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_screenshot_that_is_missing_or_outside_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError) as caught:
        report.write(samples.strong(), samples.KIT, tmp_path, media={})
    assert caught.value.code == "report.frame_missing"


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "output.disk_full"), (errno.EACCES, "output.not_writable")]
)
def test_a_full_disk_is_an_error_in_both_languages_and_leaves_no_report(
    number: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(writing.os, "fsync", refuse)
    with pytest.raises(OutputError) as caught:
        report.write(without_frames(samples.strong()), samples.KIT, tmp_path, media={})
    assert caught.value.code == code
    assert caught.value.message.zh
    assert caught.value.message.en
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_whole_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    writing.write_whole(path, b'{"old": true}')

    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(writing.os, "fsync", refuse)
    with pytest.raises(OSError, match="full"):
        writing.write_whole(path, b'{"new": true}')
    assert json.loads(path.read_bytes()) == {"old": True}
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]
