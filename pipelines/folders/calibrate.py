"""Calibrate from files: a table of ratings and a folder of reports whose transcripts are read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interview_engine.assessment.calibration.calibration import (
    Calibration,
    from_document,
    invalid,
    to_document,
)
from interview_engine.assessment.calibration.features import FeatureReader, Features
from interview_engine.assessment.calibration.learn import calibrate, check_minimum
from interview_engine.assessment.calibration.panel import Rating, panel
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.report import InterviewReport
from interview_engine.errors import UsageError, shown
from interview_engine.i18n import Text, msg
from pipelines.reports.reading import from_document as report_of
from pipelines.reports.reading import read
from pipelines.scoring.score import answer_text
from pipelines.spreadsheets import read_rows
from pipelines.writing import write_whole, writing

COLUMNS = ("interview", "competency", "rater", "rating")


@dataclass(frozen=True, slots=True)
class Source:
    """What a calibration is made from: the ratings, and the reports they are about."""

    kit: Kit
    ratings: tuple[Rating, ...]
    reports: Mapping[str, InterviewReport]


def read_ratings(path: Path, kit: Kit, scale: int) -> tuple[Rating, ...]:
    """The ratings of a table in its order, on 0..10.

    Args:
        scale: 5 when ratings are levels 1..5, 10 when they are 0..10.

    Raises:
        UsageError: `table.…`, `ratings.invalid` (names line, column and value), `ratings.twice`.
    """
    content = {competency.id for competency in kit.competencies if not competency.is_delivery}
    found: list[Rating] = []
    seen: dict[tuple[str, str, str], int] = {}
    for row in read_rows(path, COLUMNS):
        interview, competency, rater, raw = (row.cells[name] for name in COLUMNS)
        for name in ("interview", "rater"):
            if not row.cells[name]:
                raise _invalid(row.number, name, "", msg("It must not be empty."))
        if competency not in content:
            names = ", ".join(sorted(content))
            raise _invalid(row.number, "competency", competency, msg("Available: {names}.", names=names))
        key = (interview, competency, rater)
        if key in seen:
            raise _twice(row.number, seen[key], key)
        seen[key] = row.number
        found.append(Rating(interview, competency, rater, _points(raw, scale, row.number)))
    return tuple(found)


def read_reports(folder: Path, kit: Kit, interviews: Sequence[str]) -> dict[str, InterviewReport]:
    """The reports of these interviews, by id.

    Raises:
        UsageError: `calibration.no_report` (names the first missing ones), `calibration.other_kit_report`.
        ReportError: a report cannot be read.
    """
    missing = [name for name in interviews if not _report_path(folder, name).is_file()]
    if missing:
        names = ", ".join(shown(name) for name in missing[:5])
        raise UsageError(
            "calibration.no_report",
            msg("No report of {count}: {names}.", count=len(missing), names=names),
            msg("Assess them first, or take them out of the table."),
        )
    found = {name: report_of(read(_report_path(folder, name))) for name in interviews}
    for name, report in found.items():
        if (report.kit_id, report.kit_version) != (kit.id, kit.version):
            raise UsageError(
                "calibration.other_kit_report",
                msg(
                    "Interview {name} is of kit {kit_id} v{kit_version}, not {id} v{version}.",
                    name=name,
                    kit_id=report.kit_id,
                    kit_version=report.kit_version,
                    id=kit.id,
                    version=kit.version,
                ),
                msg("Keep to ratings of one kit and version."),
            )
    return found


def calibrate_source(
    source: Source,
    reader: FeatureReader,
    progress: Callable[[int, int], None],
    earlier: Calibration | None = None,
) -> Calibration:
    """Read every rated interview again from its stored transcript, and fit.

    Raises:
        UsageError: see interview_engine.assessment.calibration.learn.calibrate. WeightsError: the text models
        are missing.
    """
    rated = panel(source.ratings)
    check_minimum(rated)  # reading takes a second an interview
    features: dict[tuple[str, str], Features] = {}
    for done, (name, report) in enumerate(source.reports.items(), start=1):
        answers = [
            answer_text(answer.question_id, answer.transcript)
            for answer in report.answers
            if answer.transcript is not None and answer.transcript.reason is None
        ]
        _, found = reader.read(source.kit, answers)
        features |= {(name, one.competency_id): one for one in found}
        progress(done, len(source.reports))
    people = {name: report.candidate for name, report in source.reports.items()}
    return calibrate(source.kit, reader.scorer_id, rated, features, people, earlier)


def save(calibration: Calibration, path: Path) -> None:
    """Write the file whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    text = json.dumps(to_document(calibration), ensure_ascii=False, indent=1, allow_nan=False)
    with writing(path.parent):
        write_whole(path, (text + "\n").encode("utf-8"))


def load(path: Path) -> Calibration:
    """The calibration in a file.

    Raises:
        UsageError: `calibration.invalid`.
    """
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise invalid(f"{path.name}: {error.strerror}") from error
    except ValueError as error:
        raise invalid(f"{path.name}: JSON") from error
    if not isinstance(document, dict):
        raise invalid(path.name)
    return from_document(document)


def _report_path(folder: Path, interview: str) -> Path:
    return folder / Path(interview).name / "report.json"


def _points(raw: str, scale: int, line: int) -> float:
    low, high = (1.0, 5.0) if scale == 5 else (0.0, 10.0)
    allowed = msg("A number from {low:g} to {high:g} is needed.", low=low, high=high)
    try:
        value = float(raw)
    except ValueError:
        raise _invalid(line, "rating", raw, allowed) from None
    if not low <= value <= high:
        raise _invalid(line, "rating", raw, allowed)
    return (value - low) * 10.0 / (high - low)


def _invalid(line: int, column: str, value: str, next_step: Text) -> UsageError:
    return UsageError(
        "ratings.invalid",
        msg("Line {line}, {column}: {value!r} is not valid.", line=line, column=column, value=shown(value)),
        next_step,
    )


def _twice(line: int, before: int, key: tuple[str, str, str]) -> UsageError:
    what = " / ".join(shown(part) for part in key)
    return UsageError(
        "ratings.twice",
        msg("Line {line} repeats line {before}: {what}.", line=line, before=before, what=what),
        msg("One rating for each rater, interview and competency."),
    )
