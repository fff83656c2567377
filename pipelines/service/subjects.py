"""What a piece of work is about, read from the database into plain values before anything is measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.delivery_weight import delivery_weight
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.policy import POLICIES, narrowed
from interview_engine.assessment.report import ModelUsed
from interview_engine.hr.privacy.consents import consents_of
from interview_engine.hr.recruiting.interviewing.to_measure import (
    answer_to_measure,
    answers_to_score,
    interview_to_score,
)
from interview_engine.hr.recruiting.reviewing.calibrations import active_calibration
from interview_engine.hr.recruiting.tables import Answer, Invitation
from interview_engine.settings import Settings
from interview_engine.store.blobs import Owner
from interview_engine.store.tables import WorkItem
from pipelines.job import Options

SUFFIXES = {
    "video/webm": ".webm",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/x-matroska": ".mkv",
    "audio/webm": ".opus",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/flac": ".flac",
    "audio/aac": ".aac",
}
"""By media type: what the file is called in the report. Its content decides how it is read."""


@dataclass(frozen=True, slots=True)
class AnswerSubject:
    """One answer to be measured, and the interview it belongs to.

    Args:
        blob_sha256: of the recording; None for a written answer, whose words are `text`.
        measured_sha256: of its AnswerAssessment, once measured.
        given_up: why a person went on without it, zh and en with a code; None otherwise.
    """

    answer_id: str
    question_id: str
    mode: str
    media_type: str
    blob_sha256: str | None
    text: str
    correction: str
    duration_s: float
    measured_sha256: str | None = None
    given_up: dict[str, str] | None = None

    @property
    def file_name(self) -> str:
        """What its file is called in the task's folder and in the report."""
        if self.blob_sha256 is None:
            return f"{self.question_id}.txt"
        fallback = ".m4a" if self.mode == "voice" else ".webm"
        return self.question_id + SUFFIXES.get(self.media_type.partition(";")[0].strip().lower(), fallback)


@dataclass(frozen=True, slots=True)
class InterviewSubject:
    """One interview: whose it is, what it is measured with, and its answers (all that are to be measured or scored)."""

    invitation_id: str
    person_id: str
    application_id: str
    kit_version_id: str
    candidate: str
    synthetic: bool
    kit: Kit
    options: Options
    automated: bool
    answers: tuple[AnswerSubject, ...]

    @property
    def owner(self) -> Owner:
        """Whose the results are, in the blob store."""
        return Owner(self.person_id, self.invitation_id)


def read_answer_subject(session: Session, answer_id: str, settings: Settings) -> InterviewSubject | None:
    """The interview with that one answer; None when it is gone, discarded or taken back."""
    answer = answer_to_measure(session, answer_id)
    if answer is None:
        return None
    return _subject(session, answer.invitation_id, [answer], settings)


def read_interview_subject(
    session: Session, invitation_id: str, settings: Settings, *, lock: bool = False
) -> InterviewSubject | None:
    """The interview with its chosen answers; None when the invitation is gone or was taken back.

    Args:
        lock: keep the invitation and its answers from changing until the transaction ends.
    """
    return _subject(session, invitation_id, answers_to_score(session, invitation_id, lock=lock), settings)


def inputs_sha256(subject: InterviewSubject, models: Sequence[ModelUsed], scorer: Sequence[str]) -> str:
    """sha256 over everything that decides the scores: two assessments with the same one are the same."""
    options = subject.options
    value = {
        "kit": subject.kit.sha256,
        "policy": options.policy.id,
        "visual": options.policy.visual_cues,
        "voice": options.policy.voice_cues,
        "delivery": options.delivery,
        "frames_per_second": options.frames_per_second,
        "max_minutes": options.max_minutes,
        "scorer": list(scorer),
        "models": [[model.name, model.sha256] for model in models],
        "answers": [
            [a.question_id, a.blob_sha256 or _digest(a.text), a.measured_sha256, _digest(a.correction), a.given_up]
            for a in sorted(subject.answers, key=lambda answer: answer.question_id)
        ],
    }
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _subject(
    session: Session, invitation_id: str, answers: list[Answer], settings: Settings
) -> InterviewSubject | None:
    interview = interview_to_score(session, invitation_id)
    if interview is None:
        return None
    invitation, person = interview.invitation, interview.person
    reasons = _given_up(session, [answer.id for answer in answers])
    return InterviewSubject(
        invitation_id=invitation.id,
        person_id=person.id,
        application_id=interview.application.id,
        kit_version_id=invitation.kit_version_id,
        candidate=person.name,
        synthetic=person.synthetic,
        kit=interview.kit,
        options=_options(session, invitation, interview.kit, settings),
        automated=invitation.automated is True,
        answers=tuple(_answer(answer, reasons.get(answer.id)) for answer in answers),
    )


def _answer(row: Answer, given_up: dict[str, str] | None) -> AnswerSubject:
    return AnswerSubject(
        answer_id=row.id,
        question_id=row.question_id,
        mode=row.mode,
        media_type=row.media_type,
        blob_sha256=row.blob_sha256,
        text=row.text or "",
        correction=row.correction or "",
        duration_s=row.duration_s,
        measured_sha256=row.measured_blob,
        given_up=given_up,
    )


def _given_up(session: Session, answer_ids: list[str]) -> dict[str, dict[str, str]]:
    rows = session.execute(
        select(WorkItem.subject_id, WorkItem.reason).where(
            WorkItem.kind == "answer", WorkItem.state == "given_up", WorkItem.subject_id.in_(answer_ids)
        )
    )
    return {subject_id: dict(reason or {}) for subject_id, reason in rows}


def _options(session: Session, invitation: Invitation, kit: Kit, settings: Settings) -> Options:
    """The market's policy, narrowed to what the candidate agreed to; the kit's scorer, or the installation's; the
    active calibration of the kit, which the judge has no use for."""
    scorer = kit.scorer or settings.scorer
    policy = narrowed(POLICIES[invitation.policy], consents_of(session, invitation.id))
    return Options(
        policy=policy,
        # a kit may be used in several markets: where delivery may not count the report says that it was left out
        delivery=delivery_weight(kit) <= policy.delivery_cap_percent,
        frames_per_second=settings.frames_per_second,
        max_minutes=settings.max_minutes,
        vision=settings.vision,
        scorer=scorer,
        calibration=None if scorer == "judge" else active_calibration(session, invitation.kit_version_id),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest() if text else ""
