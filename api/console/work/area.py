"""What of one's own work the console shows: approvals of every kind, and the inbox."""

from api.area import Entry, WebArea
from api.console.work import approvals, inbox
from interview_engine.i18n import mark

AREA = WebArea(
    name="work",
    section=mark("Approvals"),
    entries=(Entry("/console/approvals", mark("Approvals"), ("public", "read")),),
    notices={
        "approved": mark("Approved."),
        "rejected": mark("Rejected, with your reason."),
        "read": mark("Marked as read."),
    },
    pages=(
        approvals.router,
        inbox.router,
    ),
)
