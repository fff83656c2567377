"""What leave hands over."""

from __future__ import annotations

from interview_engine.hr.area import Area, Module, PersonColumn, Subject
from interview_engine.hr.leave.lists import LEAVE_OPENING
from interview_engine.hr.leave.tables import LeaveOpening
from interview_engine.hr.requests import service as requests
from interview_engine.i18n import msg

AREA = Area(
    name="leave",
    module=Module(
        "leave",
        msg("Leave"),
        msg("Requests for days off, and what is left of them."),
        requests=("leave",),
        affected=lambda session, company: (
            (msg("requests that wait for a decision"), requests.count_waiting(session, ("leave",), company)),
        ),
    ),
    tables=(LeaveOpening,),
    persons=(
        PersonColumn(LeaveOpening.person_id, "kept", "the law asks the employer to keep what leave somebody had"),
    ),
    subjects=(Subject("leave"),),
    lists=(LEAVE_OPENING,),
)
