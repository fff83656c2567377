"""One measured answer as a file of its own, between its measuring and the scoring of its interview."""

from __future__ import annotations

import json
from pathlib import Path

import interview_engine
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.report import AnswerAssessment
from pipelines.reports.document import answer_object
from pipelines.reports.reading import dump, problem, read_answer, unreadable

SCHEMA = "answer-assessment/1"


def write_answer(answer: AnswerAssessment, kit: Kit) -> bytes:
    """The answer as JSON text, as in a report (docs/report.schema.json, "answer"), with the schema's name around it."""
    document = {
        "schema": SCHEMA,
        "engine_version": interview_engine.__version__,
        "kit_sha256": kit.sha256,
        "answer": answer_object(answer, kit),
    }
    return dump(document).encode("utf-8")


def read_answer_file(path: Path) -> AnswerAssessment:
    """The answer of such a file, up to the rounding that reports have.

    Raises:
        ReportError: `report.unreadable`.
    """
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != SCHEMA:
            raise ValueError(f"not {SCHEMA}")
        return read_answer(document["answer"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(path, problem(error)) from error
