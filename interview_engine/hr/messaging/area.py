"""What messaging hands over: channels, notices, and what came in from WeChat and WeCom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from interview_engine.hr.access.service import check_group, require
from interview_engine.hr.area import EVERYBODY, Area, Job, MessageTemplate, PersonColumn, Subject, Watch, in_transaction
from interview_engine.hr.messaging import notices, trail_anchor
from interview_engine.hr.messaging.tables import (
    Card,
    InboundEvent,
    Notice,
    NoticeReceiver,
    NoticeSending,
    OauthState,
    QuotaPause,
    Reachability,
    SubscriptionCredit,
    WechatQuota,
    WechatToken,
)
from interview_engine.hr.people.tables import WechatIdentity
from interview_engine.hr.removal import Removal
from interview_engine.i18n import Text, msg
from interview_engine.store import work


def _erase(session: Session, person_id: str, removal: Removal) -> None:
    """By which ways somebody was reached, and what they wrote there, goes with who they are."""
    if not removal.whole:
        return
    removal.delete(session, Reachability, Reachability.person_id == person_id)
    known = select(WechatIdentity.app_id, WechatIdentity.openid).where(WechatIdentity.person_id == person_id)
    for app_id, openid in session.execute(known).tuples().all():
        theirs = (SubscriptionCredit.app_id == app_id) & (SubscriptionCredit.openid == openid)
        removal.delete(session, SubscriptionCredit, theirs)
        removal.delete(session, InboundEvent, cast(InboundEvent.body, String).contains(f'"{openid}"', autoescape=True))


MOST_NAMED = 200
"""Receivers of a notice that are named to open pages; of more, every page looks."""


def _receivers(session: Session, ids: Sequence[str]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {row_id: set() for row_id in ids}
    for row_id in ids:
        named = select(NoticeReceiver.person_id).where(NoticeReceiver.notice_id == row_id).limit(MOST_NAMED + 1)
        persons = list(session.scalars(named))
        found[row_id] = {f"person:{one}" for one in persons} if len(persons) <= MOST_NAMED else {EVERYBODY}
    return found


def _may_send(_: Session, actor: Any, __: str) -> None:
    require(actor, "public", "manage")


def _notice_versions(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    """How many went out and how many were read."""
    counted = session.execute(
        select(func.count(NoticeReceiver.id), func.count(NoticeReceiver.read_at), func.sum(NoticeReceiver.sendings))
    ).one()
    return dict.fromkeys(ids, str(tuple(counted)))


def _may_operate(session: Session, actor: Any, _: str) -> None:
    check_group(session, actor, "public", "manage")


def _work_versions(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    return dict.fromkeys(ids, work.version(session))


def _notice(subject: Text, body: Text, *, urgent: bool = False) -> MessageTemplate:
    return MessageTemplate(subject, body, "/n/{token}", line=msg("{title}"), urgent=urgent)


AREA = Area(
    name="messaging",
    tables=(
        Card,
        InboundEvent,
        Notice,
        NoticeReceiver,
        NoticeSending,
        OauthState,
        QuotaPause,
        Reachability,
        SubscriptionCredit,
        WechatQuota,
        WechatToken,
    ),
    persons=(
        PersonColumn(Reachability.person_id, "forgotten", "who works here is reached by it"),
        PersonColumn(NoticeReceiver.person_id, "kept", "how many were told and have read it; it holds nothing else"),
    ),
    erase=_erase,
    jobs=(
        Job("notices", 15.0, in_transaction(notices.escalate)),
        Job("trail anchor", 3600.0, trail_anchor.send_anchors, by_date=True),
    ),
    messages={
        trail_anchor.ACTION: MessageTemplate(
            msg("The audit trail today: {title} events"),
            msg(
                "The end of the audit trail, to be kept outside of this system:\n{end}\n\n"
                "With it anybody can check the trail, even one that was rewritten as a whole:\n{link}"
            ),
            path="/console/audit",
            line=msg("The audit trail today: {title} events"),
        ),
        "notice.info": _notice(msg("Notice: {title}"), msg("Open to read:\n{link}")),
        "notice.important": _notice(
            msg("Important: {title}"),
            msg("Open, read and confirm:\n{link}"),
        ),
        "notice.emergency": _notice(
            msg("EMERGENCY: {title}"),
            msg("Open, read and confirm:\n{link}"),
            urgent=True,
        ),
    },
    watches=(
        Watch("notices", _may_send, _notice_versions),
        Watch("work", _may_operate, _work_versions),
    ),
    subjects=(Subject("message"), Subject("notice", concerns=_receivers), Subject("trail", told=True), Subject("way")),
)
