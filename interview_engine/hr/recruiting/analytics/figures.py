"""Channel quality and hiring times, kept for a few minutes: their sums take a second with 50,000 applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.recruiting.analytics.channels import ChannelRow, channel_quality
from interview_engine.hr.recruiting.analytics.times import HiringTimes, hiring_times
from interview_engine.store.engine import Database

KEPT = timedelta(minutes=5)
MAX_FIGURES = 200
"""Answers kept at one time; when there are more, all are dropped."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Quality of the channels and how long hiring takes, and when that was computed."""

    at: datetime
    rows: tuple[ChannelRow, ...]
    times: HiringTimes


class HiringFigures:
    """The figures of one database, each kept for `KEPT`.

    An answer is shared only by the same person with the same grants: it is made of what that person may read.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[tuple[Any, ...], Figures] = {}

    def get(self, actor: Actor, requisition_id: str | None, days: int, *, fresh: bool = False) -> Figures:
        """The figures of one requisition or of all, for the last `days` days.

        Args:
            fresh: compute them now, whatever is kept.

        Raises:
            PermissionDenied: needs "interview" read.
        """
        key = (actor.grants, actor.token_scopes, actor.person_id, requisition_id, days)
        kept = self._kept.get(key)
        if kept is not None and not fresh and self._clock.now() - kept.at < KEPT:
            return kept
        with self._database.reading() as session:
            rows = channel_quality(session, actor, requisition_id=requisition_id)
            times = hiring_times(session, actor, self._clock, requisition_id=requisition_id, days=days)
        found = Figures(self._clock.now(), rows, times)
        if len(self._kept) >= MAX_FIGURES:
            self._kept.clear()
        self._kept[key] = found
        return found
