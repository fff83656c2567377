"""What time shows."""

from __future__ import annotations

from api.area import Entry, ListPage, WebArea
from api.console.time import pages
from interview_engine.hr.time.day_lists import ATTENDANCE, ATTENDANCE_MONTHS, PUNCH_PLACES, PUNCHES, TIME_POLICY
from interview_engine.hr.time.shift_lists import SHIFT_DEFAULTS, SHIFT_PLAN, SHIFTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="time",
    section=mark("Attendance"),
    entries=(
        Entry("/console/attendance", mark("Attendance"), ("contact", "read")),
        Entry(pages.MONTH, mark("Month of the team"), ("contact", "read")),
        Entry("/console/punches", mark("Punches"), ("contact", "read")),
        Entry("/console/attendance-months", mark("Confirmed and closed months"), ("contact", "read")),
        Entry("/console/shifts", mark("Shifts"), ("public", "read")),
        Entry("/console/shift-defaults", mark("Usual shifts"), ("contact", "read")),
        Entry("/console/shift-plan", mark("Planned days"), ("contact", "read")),
        Entry("/console/punch-places", mark("Places to punch"), ("public", "read")),
        Entry("/console/time-policy", mark("Limits of corrections and overtime"), ("public", "read")),
    ),
    notices={"month_locked": mark("Closed. Who has days that wait is still open.")},
    pages=(pages.router,),
    modules={pages.MONTH: "time"},
    lists=(
        ListPage(SHIFTS, "/console/shifts"),
        ListPage(SHIFT_DEFAULTS, "/console/shift-defaults"),
        ListPage(SHIFT_PLAN, "/console/shift-plan"),
        ListPage(PUNCHES, "/console/punches"),
        ListPage(PUNCH_PLACES, "/console/punch-places"),
        ListPage(ATTENDANCE, "/console/attendance"),
        ListPage(ATTENDANCE_MONTHS, "/console/attendance-months"),
        ListPage(TIME_POLICY, "/console/time-policy"),
    ),
)
