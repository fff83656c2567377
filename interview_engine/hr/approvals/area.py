"""What approvals hand over: the engine's own tables and messages. What is approved, other areas hand over."""

from interview_engine.hr.approvals.tables import Approval, ApprovalFlow, ApprovalStep
from interview_engine.hr.area import Area, MessageTemplate, Subject
from interview_engine.i18n import msg

AREA = Area(
    name="approvals",
    tables=(Approval, ApprovalFlow, ApprovalStep),
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
            states={"approved": msg("approved"), "rejected": msg("refused"), "withdrawn": msg("withdrawn")},
            to_subject=True,
        ),
    },
    subjects=(Subject("approval", told=True), Subject("approval_flow")),
)
