"""What is to be assessed, and how: values that the command line, the batch and the service hand to the stages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from interview_engine.assessment.calibration.calibration import Calibration
from interview_engine.assessment.kits.kit import Kit, ScorerName
from interview_engine.assessment.policy import Policy
from interview_engine.assessment.report import Mode
from interview_engine.settings import Vision

TEXT_SUFFIXES = frozenset({".txt", ".md"})

VOICE_SUFFIXES = frozenset({".m4a", ".mp3", ".wav", ".ogg", ".oga", ".opus", ".flac", ".aac"})


@dataclass(frozen=True, slots=True)
class AnswerSource:
    """Where the answer to one question is.

    Args:
        path: None when the question was not answered.
        asked: False for a question of the kit that this interview left out.
        start_s, end_s: the window in a recording of a whole interview; end_s None is to the end.
    """

    question_id: str
    path: Path | None
    start_s: float = 0.0
    end_s: float | None = None
    asked: bool = True

    @property
    def mode(self) -> Mode:
        """text and voice by the file's suffix; anything else is tried as video."""
        suffix = self.path.suffix.lower() if self.path else ""
        if suffix in TEXT_SUFFIXES:
            return "text"
        return "voice" if suffix in VOICE_SUFFIXES else "video"


@dataclass(frozen=True, slots=True)
class InterviewJob:
    """One interview to assess. `language` is "auto", "zh" or "en"; `answers` is in the kit's order, one a question."""

    interview_id: str
    candidate: str
    synthetic: bool
    kit: Kit
    language: str
    answers: tuple[AnswerSource, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How to assess: the market's policy, whether delivery competencies count, the settings' limits, the scorer.

    A `calibration` goes with the evidence scorer only, and with interviews of its kit only. The page can be switched to
    the `report_languages`; the first of them is shown, and the PDF's. None: Chinese and English, the interview's first.
    `one_file`: recordings and screenshots lie inside the page, so that it can be sent alone.
    """

    policy: Policy
    delivery: bool = True
    frames_per_second: float = 5.0
    max_minutes: float = 90.0
    scorer: ScorerName = "evidence"
    calibration: Calibration | None = None
    vision: Vision = "networks"
    report_languages: tuple[str, ...] | None = None
    one_file: bool = False
