"""What approvals hand over: the engine's own tables and messages. What is approved, other areas hand over."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.hr.approvals.chores import end_and_escalate, hand_over
from interview_engine.hr.approvals.concerns import concerned
from interview_engine.hr.approvals.tables import Approval, ApprovalFlow, ApprovalStep, ApprovalSubstitute
from interview_engine.hr.area import Area, Job, MessageTemplate, PersonColumn, Subject, in_transaction
from interview_engine.hr.removal import Removal
from interview_engine.i18n import msg


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    about = select(Approval.id).where(Approval.person_id == person_id)
    removal.empty(session, ApprovalStep.comment, ApprovalStep.approval_id.in_(about))


AREA = Area(
    name="approvals",
    tables=(Approval, ApprovalFlow, ApprovalStep, ApprovalSubstitute),
    persons=(
        PersonColumn(Approval.requested_by_person_id, "kept", "who asked for it, without a word of what for"),
        PersonColumn(Approval.person_id, "emptied", "whom a decision was about, without a word of what"),
    ),
    erase=_erase,
    messages={
        "approval.pending": MessageTemplate(
            msg("A request awaits your approval"),
            msg("Please approve or reject:\n{link}"),
            "/console/approvals",
            line=msg("Your approval is requested: {subject}"),
            card="todo",
        ),
        "approval.decided": MessageTemplate(
            msg("Your request has been decided"),
            msg("Open to see the result:\n{link}"),
            "/console/approvals",
            line=msg("Decided: {subject}, {state}"),
            states={
                "approved": msg("approved"),
                "rejected": msg("refused"),
                "withdrawn": msg("withdrawn"),
                "expired": msg("expired"),
            },
            to_subject=True,
        ),
    },
    subjects=(Subject("approval", told=True, concerns=concerned), Subject("approval_flow")),
    jobs=(
        Job("approvals of those away", 300.0, in_transaction(hand_over)),
        Job("late approvals", 300.0, in_transaction(end_and_escalate), by_date=True),
    ),
)
