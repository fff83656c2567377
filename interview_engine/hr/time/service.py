"""The door of time: shifts, who works which, and what follows from punches."""

from __future__ import annotations

from interview_engine.hr.time.attendance import (
    MONTH_STATES,
    PROBLEMS,
    ClosedMonth,
    closed_months,
    confirm,
    explain,
    lock,
    month_row,
    months_of,
    own_days,
    reopen,
    settle,
)
from interview_engine.hr.time.attendance import STATES as DAY_STATES
from interview_engine.hr.time.deciding import decide, decide_changed, decide_those_due
from interview_engine.hr.time.places import NewPlace
from interview_engine.hr.time.places import create as create_place
from interview_engine.hr.time.places import get_for as get_place
from interview_engine.hr.time.plans import (
    PERSON,
    NewDefault,
    PlanRow,
    clear_plan,
    plan_ids,
    plans_of,
    set_default,
    write_plan,
)
from interview_engine.hr.time.policy import Policy, set_policy
from interview_engine.hr.time.punching import (
    CODE_S,
    FLAGS,
    SOURCES,
    FromPhone,
    door_code,
    enter,
    nowhere,
    punch,
    standing,
    zone_of_company,
)
from interview_engine.hr.time.rules.places import Fix
from interview_engine.hr.time.rules.shifts import Shift, parts_text, spans
from interview_engine.hr.time.shifts import NewShift, codes_of, create, named, of_company
from interview_engine.hr.time.team import team_month
from interview_engine.hr.time.typed import read_month

__all__ = [
    "CODE_S",
    "DAY_STATES",
    "FLAGS",
    "MONTH_STATES",
    "PERSON",
    "PROBLEMS",
    "SOURCES",
    "ClosedMonth",
    "Fix",
    "FromPhone",
    "NewDefault",
    "NewPlace",
    "NewShift",
    "PlanRow",
    "Policy",
    "Shift",
    "clear_plan",
    "closed_months",
    "codes_of",
    "confirm",
    "create",
    "create_place",
    "decide",
    "decide_changed",
    "decide_those_due",
    "door_code",
    "enter",
    "explain",
    "get_place",
    "lock",
    "month_row",
    "months_of",
    "named",
    "nowhere",
    "of_company",
    "own_days",
    "parts_text",
    "plan_ids",
    "plans_of",
    "punch",
    "read_month",
    "reopen",
    "set_default",
    "set_policy",
    "settle",
    "spans",
    "standing",
    "team_month",
    "write_plan",
    "zone_of_company",
]
