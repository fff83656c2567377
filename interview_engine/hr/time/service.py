"""The door of time: shifts, who works which, and what follows from punches."""

from __future__ import annotations

from interview_engine.hr.time.plans import (
    PERSON,
    NewDefault,
    PlanRow,
    Plans,
    clear_plan,
    plans_of,
    set_default,
    write_plan,
)
from interview_engine.hr.time.rules.plans import Planned
from interview_engine.hr.time.rules.shifts import Shift, night_minutes, spans, window
from interview_engine.hr.time.shifts import NewShift, create, of_company

__all__ = [
    "PERSON",
    "NewDefault",
    "NewShift",
    "PlanRow",
    "Planned",
    "Plans",
    "Shift",
    "clear_plan",
    "create",
    "night_minutes",
    "of_company",
    "plans_of",
    "set_default",
    "spans",
    "window",
    "write_plan",
]
