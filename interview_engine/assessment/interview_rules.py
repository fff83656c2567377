"""What an interview's answers say together: its language, what a person must look at, what each stage took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

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


TOLD = ("reference.marked", "reference.compared")
"""Reasons of a competency that state what was found and ask nobody to look: a mark, the words said and not said."""

FOR_A_PERSON = ("judge.", "reference.contradicts")
"""Reasons of competencies without a score that are not the candidate's silence: somebody has to assess by hand."""


def needs_review(answers: Sequence[AnswerAssessment], results: Sequence[CompetencyResult]) -> tuple[Reason, ...]:
    """Every reason for which a person must look: signals, answers given that could not be used, scorer's remarks."""
    reasons = [signal.reason for answer in answers for signal in answer.signals]
    reasons += [
        a.reason for a in answers if a.reason is not None and a.reason.code not in ("answer.missing", NOT_ASKED)
    ]
    reasons += [r.reason for r in results if r.reason is not None and r.reason.code.startswith(FOR_A_PERSON)]
    reasons += [reason for result in results for reason in result.reasons if reason.code not in TOLD]
    unique: list[Reason] = []
    for reason in reasons:
        if reason not in unique:
            unique.append(reason)
    return tuple(unique)


UNREAD = ("language.", "transcript.", "audio.", "media.", "engine.", "text.unreadable", "text.too_long")
"""Reasons of answers that were given and could not be read: what they say of a competency is not known."""


NOT_ASKED = "answer.not_asked"
"""Reason of a question of the kit that the interview left out."""


def asked_questions(kit: Kit, answers: Sequence[AnswerAssessment]) -> int:
    """How many questions of the kit were asked."""
    left_out = {
        answer.question_id for answer in answers if answer.reason is not None and answer.reason.code == NOT_ASKED
    }
    return sum(question.id not in left_out for question in kit.questions)


def usable_questions(kit: Kit, answers: Sequence[AnswerAssessment]) -> int:
    """How many questions of the kit have an answer that could be used."""
    used = {answer.question_id for answer in answers if answer.status != "cannot_assess"}
    return sum(question.id in used for question in kit.questions)


def with_unread(
    kit: Kit, answers: Sequence[AnswerAssessment], results: Sequence[CompetencyResult]
) -> tuple[CompetencyResult, ...]:
    """Results in which an answer that could not be read is never taken for one that shows nothing.

    A competency whose own questions have such an answer and no other that was used cannot be assessed, whatever
    answers to other questions said of it. One that was assessed from another of its questions keeps its score, and
    nothing is listed as not shown.
    """
    unread, used = set[str](), set[str]()
    for answer in answers:
        if answer.status != "cannot_assess":
            used.add(answer.question_id)
        elif answer.reason is not None and answer.reason.code.startswith(UNREAD):
            unread.add(answer.question_id)
    found = []
    for result in results:
        own = {question.id for question in kit.questions if result.competency_id in question.probes}
        if result.is_delivery or not own & unread:
            found.append(result)
        elif own & used:
            found.append(replace(result, not_shown=()))
        else:
            found.append(_unread(result))
    return tuple(found)


def _unread(result: CompetencyResult) -> CompetencyResult:
    return CompetencyResult(
        result.competency_id, "cannot_assess", None, (), (), (), (), Reason("competency.unread"), result.reasons
    )


def sum_stages(each: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Seconds of each stage, over the answers of which they are given."""
    total: dict[str, float] = {}
    for stages in each:
        for stage, seconds in stages.items():
            total[stage] = total.get(stage, 0.0) + seconds
    return total
