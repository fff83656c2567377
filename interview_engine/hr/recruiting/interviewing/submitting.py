"""The end of an interview: the answers that count, one receipt, and the work or the person that comes next."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.problems import conflict, invalid, missing
from interview_engine.hr.recruiting import notices
from interview_engine.hr.recruiting.interviewing.invitation_states import wrong_state
from interview_engine.hr.recruiting.reach import change_stage, invitation_of, kit_of
from interview_engine.hr.recruiting.tables import Answer, Application, Invitation, Requisition
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, touch
from interview_engine.store.work import enqueue_work


def submit(session: Session, actor: Actor, invitation: Invitation, clock: Clock, *, allow_missing: bool = False) -> str:
    """Submit the interview: the last attempt counts where none was chosen. Twice gives the same receipt.

    The receipt is the sha256 over the invitation, the time and every chosen answer's content hash.

    Args:
        allow_missing: the candidate has confirmed that questions stay unanswered.

    Raises:
        ConflictError: `invitation.state`; `interview.nothing`. InvalidInput: `interview.unanswered`.
    """
    row = invitation_of(session, actor, invitation.id, lock=True)
    if row.state == "submitted" and row.receipt is not None:
        return row.receipt
    if row.state not in ("consented", "in_progress"):
        raise wrong_state(row)
    chosen = _choose_last(session, row, actor, clock)
    if not chosen:
        raise conflict(
            "interview.nothing",
            msg("Nothing has been answered yet."),
            msg("Answer at least one question."),
        )
    unanswered = [question.id for question in kit_of(session, row).questions if question.id not in chosen]
    if unanswered and not allow_missing:
        raise invalid(
            "answers",
            "interview.unanswered",
            msg("{count} questions are not answered.", count=len(unanswered)),
            msg("Answer them, or confirm that they stay empty."),
        )
    row.state = "submitted"
    row.submitted_at = clock.now()
    row.receipt = receipt_of(row, list(chosen.values()))
    touch(row, actor.id, clock)
    application = find(session, Application, row.application_id, lock=True)
    requisition = find(session, Requisition, application.requisition_id) if application is not None else None
    if application is None or requisition is None:
        raise missing("application", msg("application"))
    if application.stage == "invited":
        change_stage(session, actor, application, "interviewing", "", clock)
    if application.stage == "interviewing":
        change_stage(session, actor, application, "review", "", clock, kind="submitted")
    if row.automated:
        enqueue_work(session, "interview", row.id, clock)
    else:
        application.section = "needs_review"
        notices.interview_submitted(session, row, requisition, clock)
    audit.record(session, actor.id, "interview.submit", f"invitation:{row.id}", {"receipt": row.receipt}, clock)
    return row.receipt


def receipt_of(invitation: Invitation, answers: list[Answer]) -> str:
    """sha256 over what was handed in; the candidate can have it checked later."""
    content = {
        "invitation": invitation.id,
        "submitted_at": invitation.submitted_at.isoformat() if invitation.submitted_at else None,
        "answers": sorted(
            [
                answer.question_id,
                answer.attempt,
                answer.mode,
                answer.blob_sha256 or hashlib.sha256((answer.text or "").encode()).hexdigest(),
            ]
            for answer in answers
        ),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def is_receipt(session: Session, sha256: str) -> bool:
    """Whether an interview that was handed in here has this receipt."""
    return session.scalar(select(Invitation.id).where(Invitation.receipt == sha256).limit(1)) is not None


def _choose_last(session: Session, row: Invitation, actor: Actor, clock: Clock) -> dict[str, Answer]:
    """The answer that counts of each question, by question."""
    answers = session.scalars(
        select(Answer).where(Answer.invitation_id == row.id, Answer.state != "discarded").order_by(Answer.attempt)
    ).all()
    chosen: dict[str, Answer] = {answer.question_id: answer for answer in answers}
    chosen.update({answer.question_id: answer for answer in answers if answer.state == "chosen"})
    for answer in chosen.values():
        if answer.state != "chosen":
            answer.state = "chosen"
            touch(answer, actor.id, clock)
    return chosen
