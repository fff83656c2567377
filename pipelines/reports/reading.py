"""The JSON text of a report document, and the way back: checked against the schema, then to the report value."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema

from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import (
    EARLIER,
    SCHEMA,
    AnswerAssessment,
    InterviewReport,
    ModelUsed,
    Provenance,
    StoredFrame,
)
from interview_engine.assessment.scoring import CompetencyResult, Evidence, Overall, Score
from interview_engine.assessment.transcript import Segment, Transcript, Word
from interview_engine.errors import ReportError
from interview_engine.i18n import msg
from pipelines.reports.cues_document import Document, read_spans, read_speech, read_visual


def dump(document: Document) -> str:
    """The document as JSON text: keys in their order, one leaf object a line, so that files can be read and compared.

    Raises:
        ValueError: a number is not finite.
    """
    return _pretty(document, "") + "\n"


def read(path: Path) -> Document:
    """The document in a report.json, checked against the schema.

    Raises:
        ReportError: `report.unreadable` (no such file, not JSON), `report.invalid` (names the field).
    """
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise unreadable(path, problem(error)) from error
    validate(document, path.name)
    return dict(document)


def unreadable(path: Path, detail: str) -> ReportError:
    """The error of a report that is not there or is not JSON."""
    name = f"{path.parent.name}/{path.name}"
    return ReportError(
        "report.unreadable",
        msg("The report {name} cannot be read: {detail}.", name=name, detail=detail),
        REDO,
    )


def problem(error: Exception) -> str:
    """What went wrong, without the path (it would differ from machine to machine)."""
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error).rstrip(".")


REDO = msg("Assess this interview again, or move the file away.")
"""What to do about a report that cannot be used."""


@cache
def schema() -> Document:
    """The JSON Schema of the report (also published as docs/report.schema.json)."""
    text = resources.files("interview_engine.assessment").joinpath("report.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def validate(document: object, name: str = "report.json") -> None:
    """Check a document against the schema.

    Raises:
        ReportError: `report.invalid`, naming the first field that is wrong.
    """
    errors = sorted(_validator().iter_errors(document), key=lambda error: [str(step) for step in error.absolute_path])
    if not errors:
        return
    field = "/".join(str(step) for step in errors[0].absolute_path) or "-"
    problem = errors[0].message if len(errors[0].message) <= 200 else errors[0].message[:200] + "…"
    raise ReportError(
        "report.invalid",
        msg(
            "{name} is not a valid {schema} report ({field}): {problem}.",
            name=name,
            schema=SCHEMA,
            field=field,
            problem=problem,
        ),
        REDO,
    )


@cache
def _validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def from_document(document: Document) -> InterviewReport:
    """The report value of a document: the inverse of `to_document` up to its rounding. Resolved texts are dropped.

    Raises:
        KeyError, TypeError, ValueError: the document is not valid; call `validate` first to get an error for people.
    """
    if document["schema"] not in (SCHEMA, EARLIER):
        raise ValueError(f"not {SCHEMA}: {document['schema']}")
    interview, overall = document["interview"], document["overall"]
    return InterviewReport(
        interview_id=interview["id"],
        candidate=interview["candidate"],
        synthetic=interview["synthetic"],
        kit_id=interview["kit"]["id"],
        kit_version=interview["kit"]["version"],
        language=interview["kit"]["language"],
        policy=interview["policy"],
        overall=Overall(
            overall["status"],
            overall["match_percent"],
            _score(overall["score"]),
            overall["assessed_weight"],
            _reason(overall["reason"]),
            _match_band(overall),
            overall.get("measure", "fulfilment/1"),
        ),
        competencies=tuple(_competency(entry) for entry in document["competencies"]),
        answers=tuple(read_answer(entry) for entry in document["answers"]),
        needs_review=tuple(_some_reason(entry) for entry in document["needs_review"]),
        provenance=_provenance(document["provenance"]),
    )


def _match_band(overall: Document) -> tuple[float, float] | None:
    low, high = overall.get("match_low"), overall.get("match_high")
    return None if low is None or high is None else (low, high)


def _pretty(value: Any, indent: str) -> str:
    """Containers that hold containers are broken into lines; the rest stays on one."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(child, dict | list) and child for child in children):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = indent + " "
    if isinstance(value, dict):
        rows = [f"{json.dumps(key, ensure_ascii=False)}: {_pretty(child, inner)}" for key, child in value.items()]
        return "{\n" + ",\n".join(inner + row for row in rows) + "\n" + indent + "}"
    if all(isinstance(child, list) and len(child) == 2 for child in value):
        return json.dumps(value, allow_nan=False)
    return "[\n" + ",\n".join(inner + _pretty(child, inner) for child in value) + "\n" + indent + "]"


def _some_reason(entry: Document) -> Reason:
    return Reason(entry["code"], dict(entry["detail"]))


def _reason(entry: Document | None) -> Reason | None:
    return None if entry is None else _some_reason(entry)


def _score(entry: Document | None) -> Score | None:
    return None if entry is None else Score(entry["value"], entry["low"], entry["high"])


def _competency(entry: Document) -> CompetencyResult:
    return CompetencyResult(
        competency_id=entry["id"],
        status=entry["status"],
        score=_score(entry["score"]),
        level_distribution=tuple(entry["level_distribution"]),
        evidence=tuple(
            Evidence(
                quote["answer"],
                quote["quote"],
                quote["char_start"],
                quote["start_s"],
                quote["end_s"],
                quote["indicator"],
                quote["polarity"],
                quote["strength"],
                tuple(quote["why"]),
            )
            for quote in entry["evidence"]
        ),
        not_shown=tuple(entry["not_shown"]),
        markers=tuple((marker["indicator"], marker["detected"]) for marker in entry["markers"]),
        reason=_reason(entry["reason"]),
        reasons=tuple(_some_reason(reason) for reason in entry["reasons"]),
        is_delivery=entry["is_delivery"],
        beside=_score(entry.get("beside")),
    )


def read_answer(entry: Document) -> AnswerAssessment:
    """The answer of an answer's object; see `from_document`."""
    return AnswerAssessment(
        question_id=entry["question"],
        mode=entry["mode"],
        source=entry["source"],
        source_start_s=entry["source_start_s"],
        duration_s=entry["duration_s"],
        status=entry["status"],
        reason=_reason(entry["reason"]),
        transcript=None if entry["transcript"] is None else _transcript(entry["transcript"]),
        speech=None if entry["speech"] is None else read_speech(entry["speech"]),
        visual=None if entry["visual"] is None else read_visual(entry["visual"]),
        frames=tuple(StoredFrame(frame["time_s"], frame["path"]) for frame in entry["frames"]),
        signals=tuple(Signal(_some_reason(signal), read_spans(signal["spans"])) for signal in entry["integrity"]),
        stage_seconds=dict(entry["stage_seconds"]),
        stage_cpu_seconds=dict(entry.get("stage_cpu_seconds", {})),
    )


def _segment(entry: Document) -> Segment:
    return Segment(
        entry["text"],
        entry["start_s"],
        entry["end_s"],
        entry["average_log_probability"],
        entry["no_speech_probability"],
    )


def _transcript(entry: Document) -> Transcript:
    return Transcript(
        language=entry["language"],
        language_probability=entry["language_probability"],
        confidence=entry["confidence"],
        text=entry["text"],
        text_digits=entry["text_digits"],
        segments=tuple(_segment(segment) for segment in entry["segments"]),
        words=tuple(Word(word["text"], word["start_s"], word["end_s"], word["probability"]) for word in entry["words"]),
        reason=_reason(entry["reason"]),
        dropped=tuple((_segment(dropped), _some_reason(dropped["reason"])) for dropped in entry["dropped"]),
        recognised=entry.get("recognised"),
    )


def _provenance(entry: Document) -> Provenance:
    return Provenance(
        engine_version=entry["engine_version"],
        scorer=entry["scorer"],
        kit_sha256=entry["kit_sha256"],
        models=tuple(ModelUsed(model["name"], model["sha256"]) for model in entry["models"]),
        device=entry["device"],
        settings=dict(entry["settings"]),
        stage_seconds=dict(entry["stage_seconds"]),
        stage_cpu_seconds=dict(entry.get("stage_cpu_seconds", {})),
        created_at=entry["created_at"],
    )
