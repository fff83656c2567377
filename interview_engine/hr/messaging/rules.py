"""Which channel reaches a person, and the quiet hours: pure rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from interview_engine.clock import CHINA

State = Literal["reachable", "unknown", "blocked"]

DEFAULT_ORDER = ("wecom", "official", "email")
"""Where nobody has said anything: the chat a colleague works in, the one a candidate came from, then mail."""

QUIET_FROM, QUIET_TO = time(21, 30), time(8, 0)
"""Nothing that can wait is sent at night, in the receiver's zone (all of China is one)."""


URGENT = frozenset({"notice.emergency"})
"""What goes out at any hour."""

BY_ANY_WAY = frozenset({"notice.emergency"})
"""What does not wait for a way that is out of order for now, at the price of coming twice."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is known of one channel of one person; see tables.Reachability."""

    state: State = "unknown"
    wanted: bool = True
    preferred: bool = False


def ways_in_order(available: Sequence[str], known: Mapping[str, Way]) -> list[str]:
    """The channels to try, best first: the preferred one, then those that have worked, then the others.

    One that the person does not want, or that is known to be closed, is left out.
    """

    def rank(name: str) -> tuple[int, int, int]:
        way = known.get(name, Way())
        place = DEFAULT_ORDER.index(name) if name in DEFAULT_ORDER else len(DEFAULT_ORDER)
        return (0 if way.preferred else 1, 0 if way.state == "reachable" else 1, place)

    open_ways = [name for name in available if known.get(name, Way()).wanted]
    return sorted((name for name in open_ways if known.get(name, Way()).state != "blocked"), key=rank)


def quiet_until(
    template: str, now: datetime, zone: ZoneInfo = CHINA, urgent: Collection[str] = URGENT
) -> datetime | None:
    """When a message that comes at night may go out; None when it may now.

    Args:
        urgent: templates that go out at any hour.
    """
    if template in urgent:
        return None
    local = now.astimezone(zone)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return None
    day = local.date() if local.time() < QUIET_TO else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_TO, zone).astimezone(UTC)
