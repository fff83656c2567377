"""What leave shows."""

from __future__ import annotations

from api.area import Entry, ListPage, WebArea
from interview_engine.hr.leave.ledger_lists import LEAVE_BALANCES, LEAVE_HISTORY, LEAVE_LEDGER
from interview_engine.hr.leave.rule_list import LEAVE_RULES
from interview_engine.i18n import mark

AREA = WebArea(
    name="leave",
    section=mark("Employees"),
    entries=(
        Entry("/console/leave-balances", mark("Leave balances"), ("contact", "read")),
        Entry("/console/leave-ledger", mark("Leave ledger"), ("contact", "read")),
        Entry("/console/leave-history", mark("Work before"), ("contact", "read")),
        Entry("/console/leave-rules", mark("Rules of leave"), ("public", "read")),
    ),
    lists=(
        ListPage(LEAVE_BALANCES, "/console/leave-balances"),
        ListPage(LEAVE_LEDGER, "/console/leave-ledger"),
        ListPage(LEAVE_HISTORY, "/console/leave-history"),
        ListPage(LEAVE_RULES, "/console/leave-rules"),
    ),
)
