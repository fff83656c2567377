"""What an interview's answers say together: its language, what a person must look at, what each stage took."""

from __future__ import annotations

from collections.abc import Sequence

from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import AnswerAssessment
from interview_engine.assessment.scoring import CompetencyResult


def report_language(asked: str, kit: Kit, answers: Sequence[AnswerAssessment]) -> str:
    """The language asked for, else the one most of the text is in, else the kit's first.

    Args:
        asked: "auto", "zh" or "en".
    """
    if asked != "auto":
        return asked
    amount: dict[str, int] = {}
    for answer in answers:
        transcript = answer.transcript
        if transcript is not None and transcript.language in kit.languages:
            # an English word is about as much speech as 1.6 characters; letters over-count it five times
            size = len(transcript.text) * (1 if transcript.language == "zh" else 0.3)
            amount[transcript.language] = amount.get(transcript.language, 0) + round(size)
    return max(sorted(amount), key=lambda language: amount[language]) if amount else kit.languages[0]


def needs_review(answers: Sequence[AnswerAssessment], results: Sequence[CompetencyResult]) -> tuple[Reason, ...]:
    """Every reason for which a person must look: signals, answers given that could not be used, scorer's remarks."""
    reasons = [signal.reason for answer in answers for signal in answer.signals]
    reasons += [a.reason for a in answers if a.reason is not None and a.reason.code != "answer.missing"]
    reasons += [reason for result in results for reason in result.reasons]
    unique: list[Reason] = []
    for reason in reasons:
        if reason not in unique:
            unique.append(reason)
    return tuple(unique)


def sum_stages(answers: Sequence[AnswerAssessment]) -> dict[str, float]:
    """Wall seconds of each stage, over all answers."""
    total: dict[str, float] = {}
    for answer in answers:
        for stage, seconds in answer.stage_seconds.items():
            total[stage] = total.get(stage, 0.0) + seconds
    return total
