"""Notices that are not out: drafts, templates that others begin from, and what is scheduled and taken back (J4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import reaches_group, require
from interview_engine.hr.messaging.notices import level_of
from interview_engine.hr.messaging.tables import Notice, NoticeReceiver
from interview_engine.hr.problems import conflict, missing, text_within
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import find, stamp, touch

KEPT: tuple[Literal["draft", "template"], ...] = ("draft", "template")


@dataclass(frozen=True, slots=True)
class Written:
    """What a notice says and to whom, as far as it is written: only the title must be there."""

    level: str
    title: str
    body: str
    audience: Mapping[str, Sequence[str]]


def keep(
    session: Session,
    actor: Actor,
    written: Written,
    state: Literal["draft", "template"],
    clock: Clock,
    *,
    notice_id: str | None = None,
) -> Notice:
    """Keep what is written as a draft or a template: a new one, or instead of an earlier text.

    Raises:
        PermissionDenied. NotFoundError: `notice_id` is neither draft nor template within reach. InvalidInput.
    """
    require(actor, "public", "manage")
    level = level_of(written.level)
    title = text_within(written.title, "title", msg("title"), 60)
    body = text_within(written.body, "body", msg("text", context="notice"), 4000, least=0)
    audience = {name: list(ids) for name, ids in written.audience.items()}
    if notice_id is None:
        notice = Notice(
            **stamp(actor.id, clock), level=level, title=title, body=body, state=state, audience=audience, send_at=None
        )
        session.add(notice)
    else:
        notice = kept(session, actor, notice_id)
        notice.level, notice.title, notice.body, notice.state = level, title, body, state
        notice.audience = audience
        touch(notice, actor.id, clock)
    session.flush()
    return notice


def kept(session: Session, actor: Actor, notice_id: str) -> Notice:
    """A draft or a template within reach.

    Raises:
        PermissionDenied. NotFoundError.
    """
    return _within_reach(session, actor, notice_id, KEPT)


def list_kept(session: Session, actor: Actor, limit: int = 50) -> tuple[Notice, ...]:
    """Drafts and templates, the latest first. Who reaches single companies sees their own."""
    require(actor, "public", "manage")
    statement = select(Notice).where(Notice.state.in_(KEPT)).order_by(Notice.updated_at.desc(), Notice.id).limit(limit)
    if not reaches_group(session, actor, "public", "manage"):
        statement = statement.where(Notice.actor == actor.id)
    return tuple(session.scalars(statement))


def drop(session: Session, actor: Actor, notice_id: str) -> None:
    """Throw a draft or a template away.

    Raises:
        PermissionDenied. NotFoundError.
    """
    session.delete(kept(session, actor, notice_id))


def take_back(session: Session, actor: Actor, notice_id: str, clock: Clock) -> Notice:
    """Make a draft of a scheduled notice; one that is out cannot be taken back.

    Raises:
        PermissionDenied. NotFoundError. ConflictError: `notice.out`.
    """
    notice = _within_reach(session, actor, notice_id, ("scheduled", "sent"))
    if notice.state != "scheduled":
        raise conflict("notice.out", msg("This notice is already out."))
    session.execute(delete(NoticeReceiver).where(NoticeReceiver.notice_id == notice.id))
    notice.state, notice.send_at = "draft", None
    touch(notice, actor.id, clock)
    audit.record(session, actor.id, "notice.take_back", f"notice:{notice.id}", {}, clock)
    return notice


def _within_reach(session: Session, actor: Actor, notice_id: str, states: Sequence[str]) -> Notice:
    require(actor, "public", "manage")
    notice = find(session, Notice, notice_id, lock=True)
    own = notice is not None and (notice.actor == actor.id or reaches_group(session, actor, "public", "manage"))
    if notice is None or not own or notice.state not in states:
        raise missing("notice", msg("notice"))
    return notice
