"""Which moments of a recording become screenshots: the middle of the strongest quotes."""

from __future__ import annotations

from dataclasses import replace

from interview_engine.assessment.report import InterviewReport, StoredFrame
from interview_engine.assessment.scoring import Evidence

MAX_FRAMES = 6
"""Screenshots an interview keeps: enough to place the quotes, few enough to be data-sparing."""


def evidence_times(report: InterviewReport) -> dict[str, tuple[float, ...]]:
    """Seconds of the screenshots by video answer: the middle of the strongest quotes, `MAX_FRAMES` in all."""
    video = {answer.question_id for answer in report.answers if answer.mode == "video"}
    quotes: list[tuple[float, str, float]] = []
    for result in report.competencies:
        for evidence in result.evidence:
            middle = _middle_s(evidence)
            if middle is not None and evidence.question_id in video:
                quotes.append((-evidence.strength, evidence.question_id, round(middle, 1)))
    chosen: dict[str, set[float]] = {}
    for _, question_id, time_s in sorted(quotes):
        taken = chosen.setdefault(question_id, set())
        near = any(abs(time_s - other) < 2.0 for other in taken)
        if not near and sum(len(times) for times in chosen.values()) < MAX_FRAMES:
            taken.add(time_s)
    return {question_id: tuple(sorted(times)) for question_id, times in chosen.items() if times}


def _middle_s(evidence: Evidence) -> float | None:
    if evidence.start_s is None or evidence.end_s is None:
        return None
    return (evidence.start_s + evidence.end_s) / 2


def with_frames(report: InterviewReport, frames: dict[str, tuple[StoredFrame, ...]]) -> InterviewReport:
    """The report with its screenshots entered."""
    answers = tuple(replace(a, frames=frames.get(a.question_id, ())) for a in report.answers)
    return replace(report, answers=answers)
