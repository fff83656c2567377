"""Write one interview's report: report.json, report.html, report.pdf, and recordings that browsers can play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.report import InterviewReport
from interview_engine.errors import ReportError
from interview_engine.i18n import msg
from pipelines.reports import html as report_html
from pipelines.reports import pdf as report_pdf
from pipelines.reports.document import to_document
from pipelines.reports.media import playable_copies
from pipelines.reports.reading import dump, from_document, read, validate
from pipelines.writing import write_whole, writing

__all__ = ["from_document", "read", "to_document", "validate", "write"]


def write(
    report: InterviewReport,
    kit: Kit,
    folder: Path,
    *,
    media: Mapping[str, Path],
    language: str | None = None,
    languages: Sequence[str] = ("zh", "en"),
    one_file: bool = False,
) -> None:
    """Write the report into `folder`, which exists and already holds its screenshots (frames/…).

    The caller builds the folder under a temporary name and renames it when this returns, so that a reader sees all or
    nothing; each file is also written whole by itself, report.json last.

    Args:
        media: question id to the recording as given; copied, repacked or transcoded only as far as a browser needs.
        language: of the PDF and of the page when it opens; the interview's when None.
        languages: those that the page can be switched to.
        one_file: recordings and screenshots lie inside the page, as far as they fit, and not beside it.

    Raises:
        OutputError: `output.disk_full`, `output.not_writable`.
        ReportError: `report.other_kit`; `report.frame_missing`, a screenshot that the report names is not there.
        SystemPackageError: `fonts.cjk_missing`.
    """
    document = to_document(report, kit)
    shown_in = language or ("en" if report.language == "en" else "zh")
    _check_frames(report, folder)
    with writing(folder):
        copies = playable_copies(media, folder)
        page = report_html.render(document, copies, folder, language=shown_in, languages=languages, one_file=one_file)
        write_whole(folder / "report.html", page.encode("utf-8"))
        write_whole(folder / "report.pdf", report_pdf.render(document, folder, language=shown_in))
        write_whole(folder / "report.json", dump(document).encode("utf-8"))


def _check_frames(report: InterviewReport, folder: Path) -> None:
    for answer in report.answers:
        for frame in answer.frames:
            inside = not Path(frame.path).is_absolute() and ".." not in Path(frame.path).parts
            if not inside or not (folder / frame.path).is_file():
                raise ReportError(
                    "report.frame_missing",
                    msg("A screenshot of the report is missing: {path}.", path=frame.path),
                    msg("Assess this interview again."),
                )
