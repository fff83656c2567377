"""Calls counted before WeChat counts them: WeCom drops what is above its member's limit without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.wechat.codes import wait_until
from interview_engine.clock import CHINA, Clock
from interview_engine.errors import QuotaError
from interview_engine.hr.messaging.tables import QuotaPause, WechatQuota
from interview_engine.i18n import msg
from interview_engine.store.engine import Database
from interview_engine.store.upsert import insert_for

Window = Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in a window; `key` says of whom: "wecom:corp:agent:member:userid"."""

    key: str
    window: Window
    most: int


def quota_used(until: datetime) -> QuotaError:
    """What is raised for a full window."""
    return QuotaError(
        "wechat.quota",
        msg("WeChat's quota is used up; the message waits."),
        msg("It goes out after {time:%m-%d %H:%M} (Beijing).", time=until.astimezone(CHINA)),
        until,
    )


def member_limits(app_key: str, userid: str) -> tuple[Limit, ...]:
    """WeCom: 30 messages a minute and 1,000 an hour to one member; the excess is dropped in silence."""
    key = f"{app_key}:member:{userid}"
    return (Limit(key, "minute", 30), Limit(key, "hour", 1000))


def daily_limit(app_key: str, kind: str, most: int) -> Limit:
    """Messages of a kind in a natural day (China): 100,000 template messages, 200 × accounts in WeCom."""
    return Limit(f"{app_key}:{kind}", "day", most)


def spend(database: Database, limits: Sequence[Limit], pause_key: str, clock: Clock) -> None:
    """Count one message against every limit, or none.

    Raises:
        QuotaError: a window is full, or WeChat itself said so and its window has not ended.
    """
    now = clock.now()
    with database.transaction() as session:
        pause = session.get(QuotaPause, pause_key)
        if pause is not None and pause.until > now:
            raise quota_used(pause.until)
        for limit in limits:
            _count(session, limit, now)


def pause(database: Database, pause_key: str, action: str, code: int, clock: Clock) -> datetime:
    """Keep that WeChat called the quota used up; returns until when."""
    until = wait_until(action, clock.now())  # type: ignore[arg-type]
    with database.transaction() as session:
        statement = insert_for(session, QuotaPause).values(key=pause_key, until=until, code=code)
        session.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"until": until, "code": code}))
    return until


def forget_old(session: Session, clock: Clock) -> None:
    """Remove counts of windows that ended two days ago."""
    session.execute(delete(WechatQuota).where(WechatQuota.window_start < clock.now() - timedelta(days=2)))


def _count(session: Session, limit: Limit, now: datetime) -> None:
    start, end = window_of(limit.window, now)
    row = insert_for(session, WechatQuota).values(key=f"{limit.key}:{limit.window}", window_start=start, used=0)
    session.execute(row.on_conflict_do_nothing())
    mine = (WechatQuota.key == f"{limit.key}:{limit.window}", WechatQuota.window_start == start)
    taken = session.execute(
        update(WechatQuota)
        .where(*mine, WechatQuota.used < limit.most)
        .values(used=WechatQuota.used + 1)
        .returning(WechatQuota.used)
    )
    if taken.first() is None:
        raise quota_used(end)


def used(session: Session, limit: Limit, now: datetime) -> int:
    """How many were counted in the present window."""
    start, _ = window_of(limit.window, now)
    key = f"{limit.key}:{limit.window}"
    found = select(WechatQuota.used).where(WechatQuota.key == key, WechatQuota.window_start == start)
    return session.scalar(found) or 0


def window_of(window: Window, now: datetime) -> tuple[datetime, datetime]:
    """Start and end of the window that holds `now`; days are natural days in China."""
    local = now.astimezone(CHINA).replace(second=0, microsecond=0)
    if window == "minute":
        start, length = local, timedelta(minutes=1)
    elif window == "hour":
        start, length = local.replace(minute=0), timedelta(hours=1)
    else:
        start, length = local.replace(minute=0, hour=0), timedelta(days=1)
    return start.astimezone(UTC), (start + length).astimezone(UTC)
