"""The steps of a cycle and of an appraisal, which open in order only (H8), and the days of a cycle (H11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from interview_engine.hr.problems import conflict
from interview_engine.i18n import Text, msg

STATES: Mapping[str, Text] = MappingProxyType(
    {
        "draft": msg("In preparation", context="cycle"),
        "goals": msg("Agreeing on goals"),
        "executing": msg("Under way", context="cycle"),
        "self": msg("Self-review"),
        "manager": msg("Review by the manager"),
        "hr": msg("Review by HR"),
        "gm": msg("Review by the general manager"),
        "calibration": msg("Calibration", context="performance"),
        "published": msg("Published", context="performance"),
        "closed": msg("Closed", context="performance"),
    }
)
"""Of a cycle, in their order."""

ORDER = tuple(STATES)
REVIEWS = ("self", "manager", "hr", "gm")
DONE = "done"
KINDS: Mapping[str, Text] = MappingProxyType({"quarter": msg("Quarter"), "month": msg("Month", context="cycle")})


def following(state: str) -> str | None:
    """The step after this one; None after the last."""
    at = ORDER.index(state)
    return ORDER[at + 1] if at + 1 < len(ORDER) else None


def check_step(now: str, wanted: str) -> None:
    """Refuse every step but the next.

    Raises:
        ConflictError: `performance.step`.
    """
    if following(now) != wanted:
        raise conflict(
            "performance.step",
            msg("The cycle is at “{now}”, and this is not the next step.", now=STATES[now]),
            msg("Reload the page; perhaps somebody else went on."),
        )


def check_review(cycle: str, at: str, wanted: str) -> None:
    """Refuse a review before its step has come, in the cycle and in the appraisal.

    Args:
        cycle: state of the cycle. at: whose review the appraisal waits for, of REVIEWS, or DONE.
        wanted: the review that is to be written.

    Raises:
        ConflictError: `performance.review`.
    """
    order = ORDER.index(cycle)
    if at != wanted or wanted not in REVIEWS:
        waits = STATES[at] if at in REVIEWS else msg("nothing more")
        raise conflict("performance.review", msg("This appraisal waits for: {step}.", step=waits),
                       msg("Wait until the steps before are done."))  # fmt: skip
    if not ORDER.index(wanted) <= order < ORDER.index("calibration"):
        raise conflict("performance.review", msg("The cycle is at “{now}”.", now=STATES[cycle]),
                       msg("Wait until HR opens the step."))  # fmt: skip


def after(review: str) -> str:
    """Whose review comes after this one, or DONE."""
    at = REVIEWS.index(review)
    return REVIEWS[at + 1] if at + 1 < len(REVIEWS) else DONE


def span(kind: str, day: date) -> tuple[date, date]:
    """First and last day of the quarter or month that holds a day."""
    month = day.month if kind == "month" else 3 * ((day.month - 1) // 3) + 1
    first = date(day.year, month, 1)
    length = 1 if kind == "month" else 3
    at = first.month - 1 + length
    return first, date(first.year + at // 12, at % 12 + 1, 1) - timedelta(days=1)


def next_span(kind: str, last_day: date) -> tuple[date, date]:
    """The days of the cycle that follows one that ends with a day, of the kind that is wanted now: after a quarter a
    month begins where the quarter ended, and a quarter that begins within one ends with it."""
    return last_day + timedelta(days=1), span(kind, last_day + timedelta(days=1))[1]


def due(last_day: date, given: Mapping[str, int]) -> dict[str, date]:
    """By step, the last day on which it is done in time: days after the last day of the cycle (before it: below 0)."""
    return {step: last_day + timedelta(days=days) for step, days in given.items()}
