"""What time hands over."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.area import Area, Job, Module, PersonColumn, Subject, in_transaction
from interview_engine.hr.removal import Removal
from interview_engine.hr.requests import service as requests
from interview_engine.hr.requests.service import as_request
from interview_engine.hr.time.correction_request import CORRECTION
from interview_engine.hr.time.day_lists import ATTENDANCE, ATTENDANCE_MONTHS, PUNCH_PLACES, PUNCHES, TIME_POLICY
from interview_engine.hr.time.days_changed import changed
from interview_engine.hr.time.deciding import decide_those_due
from interview_engine.hr.time.overtime_request import OVERTIME_REQUEST
from interview_engine.hr.time.shift_lists import SHIFT_DEFAULTS, SHIFT_PLAN, SHIFTS
from interview_engine.hr.time.tables import (
    AttendanceChange,
    AttendanceDay,
    AttendanceMonth,
    OvertimeEntry,
    Punch,
    PunchPlace,
    Shift,
    ShiftDefault,
    ShiftPlan,
    TimePolicy,
)
from interview_engine.i18n import msg
from interview_engine.store import append_only

_WAGES = "wages are shown to be right by who worked when; the records are kept with those of pay"


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """Where somebody was and what was written about their days; that and when they worked stays."""
    if not removal.whole:
        return
    for column in (AttendanceDay.explanation, AttendanceDay.reason):
        removal.empty(session, column, AttendanceDay.person_id == person_id)
    with append_only.passage(session, SYSTEM.id, "person forgotten", removal.clock):
        for column in (Punch.reason, Punch.device):
            removal.empty(session, column, Punch.person_id == person_id)
        session.execute(
            update(Punch).where(Punch.person_id == person_id).values(latitude=None, longitude=None, accuracy_m=None)
        )


AREA = Area(
    name="time",
    module=Module(
        "time",
        msg("Time"),
        msg("Shifts, rosters, punches, attendance and overtime."),
        affected=lambda session, company: (
            (
                msg("requests that wait for a decision"),
                requests.count_waiting(session, ("overtime", "punch_correction"), company),
            ),
        ),
    ),
    tables=(
        Shift,
        ShiftDefault,
        ShiftPlan,
        PunchPlace,
        Punch,
        AttendanceDay,
        AttendanceMonth,
        AttendanceChange,
        OvertimeEntry,
        TimePolicy,
    ),
    persons=tuple(
        PersonColumn(table.person_id, "kept", _WAGES)
        for table in (ShiftDefault, ShiftPlan, Punch, AttendanceDay, AttendanceMonth, OvertimeEntry)
    ),
    erase=_erase,
    requests=(as_request(CORRECTION), as_request(OVERTIME_REQUEST)),
    subjects=(
        Subject("shift"),
        Subject("shift_plan"),
        Subject("shift_default"),
        Subject("punch"),
        Subject("punch_place"),
        Subject("attendance"),
        Subject("attendance_day"),
        Subject("attendance_month"),
        Subject("time_policy"),
    ),
    lists=(
        SHIFTS,
        SHIFT_DEFAULTS,
        SHIFT_PLAN,
        PUNCHES,
        PUNCH_PLACES,
        ATTENDANCE,
        ATTENDANCE_MONTHS,
        TIME_POLICY,
    ),
    jobs=(Job("days of attendance", 300.0, in_transaction(decide_those_due)),),
    days_changed=changed,
)
