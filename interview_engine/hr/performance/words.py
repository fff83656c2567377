"""What people read of performance: levels, kinds, states, parts of a score, grades."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from interview_engine.i18n import Text, msg

LEVELS: Mapping[str, Text] = MappingProxyType(
    {"company": msg("Company"), "department": msg("Department"), "person": msg("Person", context="goal")}
)
GOAL_KINDS: Mapping[str, Text] = MappingProxyType(
    {"okr": msg("OKR"), "kpi": msg("KPI"), "competency": msg("Competency", context="goal")}
)
GOAL_STATES: Mapping[str, Text] = MappingProxyType(
    {
        "draft": msg("Draft", context="goal"),
        "sent": msg("Waits to be confirmed", context="goal"),
        "confirmed": msg("Confirmed", context="goal"),
        "returned": msg("Sent back", context="goal"),
    }
)
COUNTS: Mapping[str, Text] = MappingProxyType({"sum": msg("Entries add up"), "last": msg("The last entry counts")})
TIES: Mapping[str, Text] = MappingProxyType(
    {"in": msg("All get the better grade"), "out": msg("All get the worse grade")}
)
PARTS: Mapping[str, Text] = MappingProxyType(
    {
        "goals": msg("Goals"),
        "around": msg("Colleagues and customers (360)"),
        "manager": msg("Manager", context="review"),
        "self": msg("Self-review"),
        "hr": msg("HR"),
        "gm": msg("General manager"),
    }
)
"""Parts of a score, in the order of its basis."""

GRADES = ("A", "B", "C", "D")
BANDS: Mapping[str, Text] = MappingProxyType(
    {"": msg("below good"), "excellent": msg("Excellent", context="band"), "good": msg("Good", context="band")}
)
STEPS: Mapping[str, Text] = MappingProxyType(
    {
        "self": msg("Self-review"),
        "manager": msg("Review by the manager"),
        "hr": msg("Review by HR"),
        "gm": msg("Review by the general manager"),
        "done": msg("All reviews written"),
    }
)
REPORT_STATES: Mapping[str, Text] = MappingProxyType(
    {"proposed": msg("Numbers to be confirmed"), "told": msg("Submitted", context="report")}
)
FEEDBACK_KINDS: Mapping[str, Text] = MappingProxyType(
    {"praise": msg("Praise"), "advice": msg("Advice", context="feedback")}
)
REOPENS: Mapping[str, Text] = MappingProxyType(
    {"goals": msg("Goals"), "manager": msg("Review by the manager"), "hr": msg("Review by HR"),
     "gm": msg("Review by the general manager"), "grade": msg("Grade")}
)  # fmt: skip
"""What an appeal can name; only that is opened again."""
