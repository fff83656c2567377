"""What time hands over."""

from __future__ import annotations

from interview_engine.hr.area import Area, Module, PersonColumn, Subject
from interview_engine.hr.time.shift_lists import SHIFT_DEFAULTS, SHIFT_PLAN, SHIFTS
from interview_engine.hr.time.tables import Shift, ShiftDefault, ShiftPlan
from interview_engine.i18n import msg

_WAGES = "wages are shown to be right by who worked when; the records are kept with those of pay"

AREA = Area(
    name="time",
    module=Module("time", msg("Time"), msg("Shifts, rosters, punches, attendance and overtime.")),
    tables=(Shift, ShiftDefault, ShiftPlan),
    persons=(
        PersonColumn(ShiftDefault.person_id, "kept", _WAGES),
        PersonColumn(ShiftPlan.person_id, "kept", _WAGES),
    ),
    subjects=(Subject("shift"), Subject("shift_plan"), Subject("shift_default")),
    lists=(SHIFTS, SHIFT_DEFAULTS, SHIFT_PLAN),
)
