"""Identities in WeChat and WeCom: one belongs to one person, and is never moved silently."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import ConflictError
from interview_engine.hr.people.tables import Person, WechatIdentity
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.rows import stamp


def kept_form(channel: str, openid: str) -> str:
    """How an identity is kept and compared: WeCom's userids are the same in any case, openids are not."""
    return openid.lower() if channel == "wecom" else openid


def person_of(session: Session, channel: str, app_id: str, openid: str) -> Person | None:
    """The person of an identity; None for a stranger, and for an erased person."""
    person = session.scalar(
        select(Person)
        .join(WechatIdentity, WechatIdentity.person_id == Person.id)
        .where(
            WechatIdentity.channel == channel,
            WechatIdentity.app_id == app_id,
            WechatIdentity.openid == kept_form(channel, openid),
        )
    )
    return None if person is None or person.erased_at is not None else person


def openid_of(session: Session, person_id: str, channel: str, app_id: str) -> str | None:
    """How a person is called in that application (WeCom: the userid); None where not known there, or erased."""
    return session.scalar(
        select(WechatIdentity.openid)
        .join(Person, Person.id == WechatIdentity.person_id)
        .where(
            WechatIdentity.person_id == person_id,
            WechatIdentity.channel == channel,
            WechatIdentity.app_id == app_id,
            Person.erased_at.is_(None),
        )
    )


def is_taken(session: Session, channel: str, app_id: str, openid: str) -> bool:
    """Whether the identity is bound to anybody."""
    kept = kept_form(channel, openid)
    taken = select(WechatIdentity.id).where(WechatIdentity.app_id == app_id, WechatIdentity.openid == kept)
    return session.scalar(taken.limit(1)) is not None


def has_one(session: Session, person_id: str, app_id: str) -> bool:
    """Whether a person is known in this application already."""
    held = select(WechatIdentity.id).where(WechatIdentity.app_id == app_id, WechatIdentity.person_id == person_id)
    return session.scalar(held.limit(1)) is not None


def bind(
    session: Session,
    person_id: str,
    channel: str,
    app_id: str,
    openid: str,
    clock: Clock,
    *,
    actor_id: str,
    unionid: str | None = None,
) -> WechatIdentity:
    """Bind an identity to a person; repeating it changes nothing.

    Raises:
        ConflictError: `identity.other_person`: it is somebody else's already.
    """
    openid = kept_form(channel, openid)
    row = session.scalar(
        select(WechatIdentity).where(WechatIdentity.app_id == app_id, WechatIdentity.openid == openid).with_for_update()
    )
    if row is None:
        row = WechatIdentity(
            **stamp(actor_id, clock),
            person_id=person_id,
            channel=channel,
            app_id=app_id,
            openid=openid,
            unionid=unionid,
        )
        session.add(row)
        session.flush()
        audit.record(session, actor_id, "identity.bind", f"person:{person_id}", {"channel": channel}, clock)
    elif row.person_id != person_id:
        raise ConflictError(
            "identity.other_person",
            msg("This WeChat account belongs to somebody else here already."),
            msg("Use the invited account, or ask the recruiter."),
        )
    elif unionid and row.unionid != unionid:
        row.unionid = unionid
    return row
