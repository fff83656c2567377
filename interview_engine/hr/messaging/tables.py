"""Tables of messaging: what WeChat and WeCom told and allow, who can be reached how, graded notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from interview_engine.store.base import Base, Row


class WechatToken(Base):
    """The only copy of an application's access token or JS ticket; a worker that renews it holds the lease."""

    __tablename__ = "wechat_token"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """ "official:appid", "wecom:corpid:agentid", with ":ticket" for the JS ticket."""
    value_encrypted: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]


class WechatQuota(Base):
    """Calls counted in a window before WeChat counts them."""

    __tablename__ = "wechat_quota"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    """ "wecom:corpid:agentid:member:userid:minute" and the like."""
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(default=0)


class QuotaPause(Base):
    """A quota that WeChat itself said is used up: nothing is sent before `until`."""

    __tablename__ = "wechat_quota_pause"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    until: Mapped[datetime]
    code: Mapped[int]


class OauthState(Base):
    """A state that was sent to WeChat; used once, by the browser it was made for."""

    __tablename__ = "wechat_oauth_state"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(40))
    back: Mapped[str] = mapped_column(String(500))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class SubscriptionCredit(Row, Base):
    """One-time subscriptions a person has given for a template; one message each."""

    __tablename__ = "subscription_credit"
    __table_args__ = (UniqueConstraint("app_id", "openid", "template_id"),)

    app_id: Mapped[str] = mapped_column(String(64))
    openid: Mapped[str] = mapped_column(String(64))
    template_id: Mapped[str] = mapped_column(String(64))
    credits: Mapped[int] = mapped_column(default=0)


class InboundEvent(Row, Base):
    """An event that WeChat sent, stored once: repeats and replays meet `unique_key`. `state` waiting, done, failed."""

    __tablename__ = "inbound_event"
    __table_args__ = (Index("ix_inbound_event_state", "state", "id"),)

    channel: Mapped[str] = mapped_column(String(40))
    unique_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)


class Reachability(Row, Base):
    """Whether a person can be reached in a channel, as far as is known, and whether they want it.

    `state` reachable, blocked (left, refused, not a member), unknown. `wanted` is the person's own choice.
    `state_at` is when the state became so, by the clock of who said it: an older event that comes later is no news.
    """

    __tablename__ = "reachability"
    __table_args__ = (UniqueConstraint("person_id", "channel"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20), default="unknown")
    state_at: Mapped[datetime | None]
    wanted: Mapped[bool] = mapped_column(default=True)
    preferred: Mapped[bool] = mapped_column(default=False)


class Card(Row, Base):
    """A card with buttons that was sent in WeCom; its response code changes it once, within 72 hours."""

    __tablename__ = "wecom_card"

    task_id: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    response_code: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), default="open")


class Notice(Row, Base):
    """A notice to colleagues. `level` info, important, emergency.

    `state` draft, template (others begin from it), scheduled (goes out at `send_at`), sent. `audience` is whom the form
    chose: lists of ids by "departments", "roles" and "persons"; all empty: everybody.
    """

    __tablename__ = "notice"

    level: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="sent", index=True)
    send_at: Mapped[datetime | None]
    audience: Mapped[dict[str, Any] | None]


class NoticeReceiver(Row, Base):
    """One person who is told, and whether they have read it. `next_at` is when it goes out again; None: no more."""

    __tablename__ = "notice_receiver"
    __table_args__ = (UniqueConstraint("notice_id", "person_id"), Index("ix_notice_receiver_due", "next_at"))

    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    sendings: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class NoticeSending(Row, Base):
    """One message of a notice to a receiver, with a link of its own."""

    __tablename__ = "notice_sending"

    receiver_id: Mapped[str] = mapped_column(ForeignKey("notice_receiver.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    message_id: Mapped[str] = mapped_column(String(32), index=True)
    """Of the outbox; without a foreign key, for a message goes when its receiver is erased."""
