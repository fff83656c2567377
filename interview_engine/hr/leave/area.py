"""What leave hands over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.area import Area, Job, Module, PersonColumn, Subject, in_transaction
from interview_engine.hr.leave.ledger import settle_those_due
from interview_engine.hr.leave.ledger_lists import LEAVE_BALANCES, LEAVE_HISTORY, LEAVE_LEDGER
from interview_engine.hr.leave.lists import LEAVE_OPENING
from interview_engine.hr.leave.request import LEAVE
from interview_engine.hr.leave.rule_list import LEAVE_RULES
from interview_engine.hr.leave.tables import LeaveAccount, LeaveEntry, LeaveHistory, LeaveOpening, LeaveRule
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import as_request
from interview_engine.i18n import msg
from interview_engine.store import append_only

_LAW = "the law asks the employer to keep what leave somebody had"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """Why a balance was corrected; the balance stays."""
    if removal.whole:
        with append_only.passage(session, SYSTEM.id, "person forgotten", removal.clock):
            removal.empty(session, LeaveEntry.reason, LeaveEntry.person_id == person_id)


AREA = Area(
    name="leave",
    module=Module(
        "leave",
        msg("Leave"),
        msg("Requests for days off, and what is left of them."),
        affected=lambda session, company: (
            (msg("requests that wait for a decision"), requests.count_waiting(session, ("leave",), company)),
        ),
    ),
    tables=(LeaveOpening, LeaveRule, LeaveHistory, LeaveAccount, LeaveEntry),
    persons=(
        PersonColumn(LeaveOpening.person_id, "kept", _LAW),
        PersonColumn(LeaveHistory.person_id, "kept", _LAW),
        PersonColumn(LeaveAccount.person_id, "kept", _LAW),
        PersonColumn(LeaveEntry.person_id, "kept", _LAW),
    ),
    erase=_erase,
    requests=(as_request(LEAVE),),
    subjects=(Subject("leave"), Subject("leave_rule")),
    lists=(LEAVE_OPENING, LEAVE_BALANCES, LEAVE_LEDGER, LEAVE_HISTORY, LEAVE_RULES),
    jobs=(Job("balances of leave", 300.0, in_transaction(settle_those_due), by_date=True),),
)
