"""What time shows."""

from __future__ import annotations

from api.area import Entry, ListPage, WebArea
from interview_engine.hr.time.shift_lists import SHIFT_DEFAULTS, SHIFT_PLAN, SHIFTS
from interview_engine.i18n import mark

AREA = WebArea(
    name="time",
    section=mark("Time"),
    entries=(
        Entry("/console/shifts", mark("Shifts"), ("public", "read")),
        Entry("/console/shift-defaults", mark("Usual shifts"), ("contact", "read")),
        Entry("/console/shift-plan", mark("Planned days"), ("contact", "read")),
    ),
    lists=(
        ListPage(SHIFTS, "/console/shifts"),
        ListPage(SHIFT_DEFAULTS, "/console/shift-defaults"),
        ListPage(SHIFT_PLAN, "/console/shift-plan"),
    ),
)
