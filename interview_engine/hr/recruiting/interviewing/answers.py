"""Answers: attempts at the questions of an interview, which of them counts, and the candidate's correction beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from interview_engine.assessment.kits.kit import Question
from interview_engine.assessment.report import Mode
from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.privacy.service import consents_of
from interview_engine.hr.problems import conflict, invalid, missing, text_within
from interview_engine.hr.recruiting.interviewing.invitations import is_over
from interview_engine.hr.recruiting.reach import change_stage, invitation_of, kit_of
from interview_engine.hr.recruiting.tables import Answer, Application, Assessment, HumanReview, Invitation
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.work import enqueue_work

MAX_TEXT = 20_000
"""Characters of a written answer or a correction."""

Effect = Literal["counts", "again", "beside"]
"""What a correction does. counts: it is scored with the rest; again: the interview is scored once more, and both
results are kept; beside: who decides reads it beside the transcript, and no score moves."""


@dataclass(frozen=True, slots=True)
class RecordedUpload:
    """A finished recording in the blob store.

    Args:
        upload_id: of the upload it was put together from; the same upload twice is one answer.
        size: bytes. duration_s: seconds as far as they are known before it is decoded, else 0.
    """

    upload_id: str
    blob_sha256: str
    media_type: str
    size: int
    duration_s: float = 0.0


def next_attempt(session: Session, invitation: Invitation, question_id: str) -> int:
    """The number of the next attempt at a question, 1 first.

    Raises:
        NotFoundError: the kit has no such question. ConflictError: `answer.no_attempts`.
    """
    question = _question(session, invitation, question_id)
    return _next(session, invitation.id, question)


def record_answer(
    session: Session,
    actor: Actor,
    invitation: Invitation,
    question_id: str,
    mode: Mode,
    content: RecordedUpload | str,
    clock: Clock,
) -> Answer:
    """Store one attempt; it counts until another is chosen. Its assessment starts if the candidate agreed to one.

    The same upload, or the same text as the last attempt, is the answer it already is.

    Args:
        content: the recording for "video" and "voice", the words for "text".

    Raises:
        ConflictError: `invitation.state`, `answer.no_attempts`, `answer.no_consent` (a recording without consent),
            `invitation.over` (the time has passed). InvalidInput: text empty or too long.
    """
    row = invitation_of(session, actor, invitation.id, lock=True)
    question = _question(session, row, question_id)
    there = _already(session, row, question_id, content)
    if there is not None:
        return there
    _check_open(row, clock)
    answer = Answer(
        **stamp(actor.id, clock),
        invitation_id=row.id,
        question_id=question_id,
        attempt=_next(session, row.id, question),
        mode=mode,
        state="received",
    )
    _fill(session, row, answer, content)
    session.add(answer)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        there = _already(session, row, question_id, content)
        if there is None:
            raise
        return there
    _choose(session, answer, actor, clock)
    _begin(session, row, actor, clock)
    detail = {"question": question_id, "attempt": answer.attempt, "mode": mode}
    audit.record(session, actor.id, "answer.record", f"answer:{answer.id}", detail, clock)
    if row.automated:
        enqueue_work(session, "answer", answer.id, clock)
    return answer


def _check_open(invitation: Invitation, clock: Clock) -> None:
    if invitation.state not in ("consented", "in_progress"):
        raise conflict(
            "invitation.state",
            msg("The interview is “{state}”; nothing can be answered now.", state=invitation.state),
        )
    if is_over(invitation, clock.now()):
        raise conflict(
            "invitation.over",
            msg("The time for answering has passed."),
            msg("Please ask the recruiter for more time."),
        )


def _fill(session: Session, invitation: Invitation, answer: Answer, content: RecordedUpload | str) -> None:
    """Put words or a recording into an answer of that mode."""
    if isinstance(content, str):
        if answer.mode != "text":
            raise invalid(
                "mode",
                "answer.mode",
                msg("A written answer needs mode “text”."),
                msg("Change it."),
            )
        answer.text = text_within(content, "text", msg("answer"), MAX_TEXT)
        return
    _check_recording(session, invitation, cast(Mode, answer.mode))
    answer.upload_id, answer.blob_sha256 = content.upload_id, content.blob_sha256
    answer.media_type, answer.size, answer.duration_s = content.media_type, content.size, content.duration_s


def choose_attempt(session: Session, actor: Actor, answer_id: str, clock: Clock) -> Answer:
    """Choose an earlier attempt instead of the last one, before the interview is submitted.

    Raises:
        NotFoundError. ConflictError: `invitation.state`.
    """
    answer = find(session, Answer, answer_id)
    if answer is None:
        raise missing("answer", msg("answer"))
    row = invitation_of(session, actor, answer.invitation_id, lock=True)
    if row.state not in ("consented", "in_progress"):
        raise conflict("invitation.state", msg("The interview is submitted: nothing can change."))
    _choose(session, answer, actor, clock)
    audit.record(session, actor.id, "answer.choose", f"answer:{answer.id}", {"attempt": answer.attempt}, clock)
    return answer


def correct_transcript(session: Session, actor: Actor, answer_id: str, text: str, clock: Clock) -> Answer:
    """Store the candidate's correction of a recorded answer beside the transcript (A24); see `correction_effect`.

    The same text again changes nothing.

    Raises:
        NotFoundError: there is no such recording, or it was deleted. ConflictError: `answer.written` (there is no
            transcript to correct), `invitation.state`. InvalidInput: empty or too long.
    """
    answer = find(session, Answer, answer_id, lock=True)
    if answer is None:
        raise missing("answer", msg("answer"))
    row = invitation_of(session, actor, answer.invitation_id)
    if answer.mode == "text":
        raise conflict("answer.written", msg("A written answer has no transcript."))
    if row.state == "revoked":
        raise conflict("invitation.state", msg("The interview was revoked."))
    if answer.blob_sha256 is None:
        raise missing("answer", msg("answer"))
    clean = text_within(text, "text", msg("correction"), MAX_TEXT)
    if clean == answer.correction:
        return answer
    effect = correction_effect(session, row, answer)
    answer.correction = clean
    answer.corrected_at = clock.now()
    touch(answer, actor.id, clock)
    audit.record(session, actor.id, "answer.correct", f"answer:{answer.id}", {"effect": effect}, clock)
    if effect == "again":
        enqueue_work(session, "interview", row.id, clock, again=True)
    return answer


def correction_effect(session: Session, invitation: Invitation, answer: Answer) -> Effect:
    """What a correction of the answer would do now.

    An interview that has a score is scored again once for each answer, or one could try texts until the score is high,
    and only while nobody has decided or judged it.
    """
    first = session.scalar(select(func.min(Assessment.created_at)).where(Assessment.invitation_id == invitation.id))
    if first is None:
        return "counts"
    application = find(session, Application, invitation.application_id)
    if application is None or application.stage != "review" or answer.measured_blob is None:
        return "beside"
    if answer.corrected_at is not None and answer.corrected_at > first:
        return "beside"
    judged = HumanReview.kind.in_(("decision", "override", "rerating"))
    said = session.scalar(select(HumanReview.id).where(HumanReview.application_id == application.id, judged).limit(1))
    return "again" if said is None else "beside"


def answers_of(session: Session, invitation_id: str) -> tuple[Answer, ...]:
    """Every attempt of an interview, by question id and attempt. The caller has opened the interview already."""
    return tuple(
        session.scalars(
            select(Answer).where(Answer.invitation_id == invitation_id).order_by(Answer.question_id, Answer.attempt)
        )
    )


def is_scored(session: Session, invitation_id: str) -> bool:
    """Whether an assessment of the interview is there: from then on its transcripts stand."""
    found = select(Assessment.id).where(Assessment.invitation_id == invitation_id).limit(1)
    return session.scalar(found) is not None


def chosen_answers(session: Session, invitation_id: str) -> dict[str, Answer]:
    """The answer that counts of each question."""
    return {one.question_id: one for one in answers_of(session, invitation_id) if one.state == "chosen"}


def _question(session: Session, invitation: Invitation, question_id: str) -> Question:
    try:
        return kit_of(session, invitation).question(question_id)
    except KeyError:
        raise missing("question", msg("question")) from None


def _next(session: Session, invitation_id: str, question: Question) -> int:
    used = session.scalar(
        select(func.max(Answer.attempt)).where(Answer.invitation_id == invitation_id, Answer.question_id == question.id)
    )
    if (used or 0) >= question.attempts:
        raise _no_attempts(question.attempts)
    return (used or 0) + 1


def _already(session: Session, row: Invitation, question_id: str, content: RecordedUpload | str) -> Answer | None:
    mine = select(Answer).where(Answer.invitation_id == row.id, Answer.question_id == question_id)
    if isinstance(content, RecordedUpload):
        return session.scalar(mine.where(Answer.upload_id == content.upload_id))
    last = session.scalars(mine.order_by(Answer.attempt.desc()).limit(1)).one_or_none()
    return last if last is not None and last.mode == "text" and last.text == content.strip() else None


def _check_recording(session: Session, row: Invitation, mode: Mode) -> None:
    if mode not in ("video", "voice"):
        raise invalid(
            "mode",
            "answer.mode",
            msg("A recording needs mode “video” or “voice”."),
            msg("Change it."),
        )
    if not consents_of(session, row.id).get("recording", False):
        raise conflict(
            "answer.no_consent",
            msg("You have not agreed to be recorded."),
            msg("Answer in writing, or change your consent."),
        )


def _choose(session: Session, answer: Answer, actor: Actor, clock: Clock) -> None:
    """Choose this attempt and unchoose the others of its question."""
    others = session.scalars(
        select(Answer).where(
            Answer.invitation_id == answer.invitation_id,
            Answer.question_id == answer.question_id,
            Answer.state == "chosen",
            Answer.id != answer.id,
        )
    )
    for other in others:
        other.state = "received"
        touch(other, actor.id, clock)
    answer.state = "chosen"
    touch(answer, actor.id, clock)
    session.flush()


def _begin(session: Session, row: Invitation, actor: Actor, clock: Clock) -> None:
    if row.state != "consented":
        return
    row.state = "in_progress"
    touch(row, actor.id, clock)
    application = find(session, Application, row.application_id, lock=True)
    if application is not None and application.stage == "invited":
        change_stage(session, actor, application, "interviewing", "", clock)


def _no_attempts(attempts: int) -> ConflictError:
    return conflict(
        "answer.no_attempts",
        msg("All {attempts} attempts at this question are used.", attempts=attempts),
        msg("Choose one of them and continue with the next question."),
    )
