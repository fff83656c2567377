"""What of one's own work the console shows: approvals of every kind, and the inbox."""

from api.area import Entry, WebArea
from api.console.work import approvals, flows, home, inbox
from interview_engine.i18n import mark

AREA = WebArea(
    name="work",
    section=mark("Approvals"),
    entries=(
        Entry("/console/approvals", mark("Approvals"), ("public", "read")),
        Entry("/console/approval-flows", mark("Approval flows"), ("public", "manage")),
    ),
    notices={
        "approved": mark("Approved."),
        "rejected": mark("Rejected, with your reason."),
        "read": mark("Marked as read."),
        "flow_set": mark("Set. New requests take these steps."),
        "flow_ended": mark("Ended. The flow above, or the default, applies to new requests."),
        "away_set": mark("Set. What waits for you is handed over while you are away."),
        "away_ended": mark("Ended. New requests come to you again."),
    },
    pages=(
        home.router,
        flows.router,
        approvals.router,
        inbox.router,
    ),
)
