"""A quote shows which of its words were recognised with little confidence, on the page and on paper (A15)."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
import report_samples as samples

from interview_engine.assessment.report import InterviewReport
from pipelines.reports import html as report_html
from pipelines.reports import pdf as report_pdf
from pipelines.reports import report
from pipelines.reports.quoting import runs_of
from pipelines.reports.view import report_view

SAID = "我查了仓库，同型号在城西还有一台，就和司机协调当晚九点换货。"


def misheard() -> InterviewReport:
    """Lin's interview, in which one word of one quote was recognised with little confidence."""
    made = samples.strong()
    spoken = made.answers[0].transcript
    assert spoken is not None
    at = next(place for place, word in enumerate(spoken.words) if word.text == "同型")
    words = tuple(replace(word, probability=0.2) if place == at else word for place, word in enumerate(spoken.words))
    answers = tuple(replace(one, frames=()) for one in made.answers)
    return replace(made, answers=(replace(answers[0], transcript=replace(spoken, words=words)), *answers[1:]))


def test_runs_together_are_the_quote() -> None:
    runs = runs_of("abcdef", [[1, 3], [5, 6]])
    assert "".join(run["text"] for run in runs) == "abcdef"
    assert [run["text"] for run in runs if run["uncertain"]] == ["bc", "f"]
    assert runs_of("abc", []) == [{"text": "abc", "uncertain": False}]


def test_the_document_says_which_words_of_a_quote_are_unsure() -> None:
    document = report.to_document(misheard(), samples.KIT)
    report.validate(document)
    quotes = [one for competency in document["competencies"] for one in competency["evidence"]]
    marked = {one["quote"]: [one["quote"][start:end] for start, end in one["unsure"]] for one in quotes}
    assert marked[SAID] == ["同型"]
    assert marked["第二天我又打电话确认。"] == []


def test_a_report_of_before_is_marked_from_its_words() -> None:
    document = report.to_document(misheard(), samples.KIT)
    for competency in document["competencies"]:
        for one in competency["evidence"]:
            del one["unsure"]
    report.validate(document)
    quotes = [one for competency in report_view(document)["content"] for one in competency["quotes"]]
    assert [one["doubtful"] for one in quotes if one["text"] == SAID] == [True]


@pytest.mark.parametrize(
    ("language", "word", "tag"), [("zh", "识别不确定", "有词没听清"), ("en", "uncertain", "not heard clearly")]
)
def test_page_and_paper_mark_it_in_words(tmp_path: Path, language: str, word: str, tag: str) -> None:
    document = report.to_document(misheard(), samples.KIT)
    page = report_html.render(document, {}, tmp_path, language=language)
    quote = page[page.index("我查了仓库，") :]
    assert '<span class="uncertain">同型<span class="hidden-text"> (' in quote
    assert word in quote
    assert tag in quote
    data = report_pdf.render(document, tmp_path, language=language)
    text = "".join("".join(one.extract_text().split()) for one in pypdf.PdfReader(io.BytesIO(data)).pages)
    assert "".join(tag.split()) in text
    assert SAID in text
