"""What messaging hands over: channels, notices, and what came in from WeChat and WeCom."""

from __future__ import annotations

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from interview_engine.hr.area import Area, Job, MessageTemplate, PersonColumn, Subject, in_transaction
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
    subjects=(Subject("message"), Subject("notice"), Subject("trail", told=True), Subject("way")),
)
