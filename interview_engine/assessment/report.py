"""The report document of one interview: every value a reader, a program or a court needs, and nothing derived later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from interview_engine.assessment.delivery.signals import Signal
from interview_engine.assessment.delivery.speech_cues import SpeechCues
from interview_engine.assessment.delivery.visual_cues import VisualCues
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.scoring import CompetencyResult, Overall, Status
from interview_engine.assessment.transcript import Transcript

SCHEMA = "interview-report/2"
EARLIER = "interview-report/1"
"""Read as before: no band of the match, `fulfilment/1`, no counter-indicators."""
Mode = Literal["video", "voice", "text"]


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """A screenshot that belongs to a quote: `path` is relative to the interview's folder ("frames/q2-00048.jpg")."""

    time_s: float
    path: str


@dataclass(frozen=True, slots=True)
class AnswerAssessment:
    """One answer, measured.

    Args:
        source: the file's name as given (no folder); empty when the question was not answered.
        source_start_s: where the answer begins in that file (a whole interview in one file), else 0.
        duration_s: of the recording; 0 for a written answer.
        status: assessed; partial (a truncated file, or content without cues); cannot_assess with `reason`.
        speech, visual: None where there is nothing to measure or the policy forbids it.
        stage_seconds, stage_cpu_seconds: wall and processor seconds per stage, for provenance. Processor seconds are of
            the process that assessed; a recogniser in another process (`make serve` with several workers) has its own.
    """

    question_id: str
    mode: Mode
    source: str
    source_start_s: float
    duration_s: float
    status: Status
    reason: Reason | None
    transcript: Transcript | None
    speech: SpeechCues | None
    visual: VisualCues | None
    frames: tuple[StoredFrame, ...] = ()
    signals: tuple[Signal, ...] = ()
    stage_seconds: dict[str, float] = field(default_factory=dict)
    stage_cpu_seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """A trained model that touched this report."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made this report: enough to make it again."""

    engine_version: str
    scorer: str
    kit_sha256: str
    models: tuple[ModelUsed, ...]
    device: str
    settings: dict[str, str | int | float | bool]
    stage_seconds: dict[str, float]
    created_at: str
    """UTC, ISO 8601. Not part of any score."""
    stage_cpu_seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InterviewReport:
    """The whole report of one interview. `needs_review` lists every reason for which a person must look first."""

    interview_id: str
    candidate: str
    synthetic: bool
    kit_id: str
    kit_version: int
    language: str
    policy: str
    overall: Overall
    competencies: tuple[CompetencyResult, ...]
    answers: tuple[AnswerAssessment, ...]
    needs_review: tuple[Reason, ...]
    provenance: Provenance
