"""What leave hands over."""

from __future__ import annotations

from interview_engine.hr.area import Area, PersonColumn, Subject
from interview_engine.hr.leave.lists import LEAVE_OPENING
from interview_engine.hr.leave.tables import LeaveOpening

AREA = Area(
    name="leave",
    tables=(LeaveOpening,),
    persons=(
        PersonColumn(LeaveOpening.person_id, "kept", "the law asks the employer to keep what leave somebody had"),
    ),
    subjects=(Subject("leave"),),
    lists=(LEAVE_OPENING,),
)
