"""Whatever sends an interview to a person is seen in the JSON, on the page, on paper and in the ranking (A26, A27)."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
import report_samples as samples
from markupsafe import escape

from interview_engine.assessment.interview_rules import needs_review
from interview_engine.assessment.reasons import Reason, named
from interview_engine.assessment.report import InterviewReport
from interview_engine.assessment.scoring import CompetencyResult, Score
from pipelines.folders.ranking import rank_folder
from pipelines.reports import html as report_html
from pipelines.reports import pdf as report_pdf
from pipelines.reports import report

NAME = named(samples.KIT.competencies[0].name)
NOTES = [
    Reason("text.instruction"),
    Reason("conduct.wrong_deed"),
    Reason("conduct.perhaps_wrong"),
    Reason("conduct.not_done"),
    Reason("hybrid.disagree", {**NAME, "score": "7.9", "judge": "3.1", "apart": "4.8", "threshold": "2.5"}),
    Reason("hybrid.only_default", {**NAME, "score": "7.9"}),
    Reason("hybrid.only_judge", {**NAME, "judge": "6.0"}),
    Reason("hybrid.judge_failed", {**NAME, "code": "judge.unreachable", "score": "7.9"}),
]
"""Beside a score."""
INSTEAD = [
    Reason("reference.contradicts"),
    Reason("judge.quotes_unverified"),
    Reason("judge.invalid_reply", {"told": "not JSON"}),
    Reason("judge.failed", {"code": "judge.unreachable"}),
    Reason("judge.budget", {"budget": "0.50 CNY"}),
]
"""Instead of a score."""


def with_state(reason: Reason, *, instead: bool) -> InterviewReport:
    """The strong interview with that reason at its first competency."""
    made = samples.strong()
    first, *rest = made.competencies
    if instead:
        first = CompetencyResult(first.competency_id, "cannot_assess", None, (), (), (), (), reason)
        made = samples.report(made.interview_id, made.candidate, (first, *rest), made.answers, synthetic=True)
    else:
        first = replace(first, reasons=(reason,), beside=Score(3.1, 1.8, 4.4))
        made = replace(made, competencies=(first, *rest))
    answers = tuple(replace(answer, frames=()) for answer in made.answers)
    return replace(made, answers=answers, needs_review=needs_review(answers, made.competencies))


STATES = [pytest.param(reason, False, id=reason.code) for reason in NOTES]
STATES += [pytest.param(reason, True, id=reason.code) for reason in INSTEAD]


@pytest.mark.parametrize(("reason", "instead"), STATES)
def test_a_state_is_in_the_document_and_reads_back(reason: Reason, instead: bool) -> None:
    made = with_state(reason, instead=instead)
    document = report.to_document(made, samples.KIT)
    report.validate(document)
    assert reason.code in [one["code"] for one in document["needs_review"]]
    assert report.from_document(document).competencies[0].reasons == made.competencies[0].reasons
    assert ("beside" in document["competencies"][0]) is not instead


@pytest.mark.parametrize(("reason", "instead"), STATES)
def test_a_state_is_on_the_page_and_on_paper_in_both_languages(reason: Reason, instead: bool, tmp_path: Path) -> None:
    document = report.to_document(with_state(reason, instead=instead), samples.KIT)
    page = report_html.render(document, {}, tmp_path, language="zh")
    for language in ("zh", "en"):
        assert str(escape(reason.text(language))) in page
        printed = pypdf.PdfReader(io.BytesIO(report_pdf.render(document, tmp_path, language=language))).pages
        text = "".join("".join(one.extract_text().split()) for one in printed)
        assert "".join(reason.text(language).split()) in text


@pytest.mark.parametrize(("reason", "instead"), STATES)
def test_a_state_puts_the_interview_before_the_ranked_ones_and_says_why(
    reason: Reason, instead: bool, tmp_path: Path
) -> None:
    made = with_state(reason, instead=instead)
    (tmp_path / made.interview_id).mkdir()
    report.write(made, samples.KIT, tmp_path / made.interview_id, media={})
    ranked = rank_folder(tmp_path)
    (place,) = ranked.kits[0].candidates
    assert place.section in ("needs_review", "cannot_assess")
    told = next(one for one in place.reasons if one.code == reason.code)
    assert (told.text.get("zh"), told.text.get("en")) == (reason.text("zh"), reason.text("en"))
