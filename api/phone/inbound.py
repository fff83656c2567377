"""What follows from the events that WeChat and WeCom told us of; a chore, so that callbacks are answered at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.context import Context
from api.phone.cards import APPROVED, REJECTED, standing_words
from interview_engine.errors import DeliveryError, InterviewEngineError
from interview_engine.hr.accounts.service import account_of_person, actor_of
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.service import Decision
from interview_engine.hr.approvals.standing import standing_for
from interview_engine.hr.messaging.person_channel import set_state
from interview_engine.hr.messaging.tables import Card, InboundEvent, SubscriptionCredit
from interview_engine.hr.people import identities
from interview_engine.i18n import msg
from interview_engine.store.rows import stamp
from interview_engine.store.upsert import insert_for

log = logging.getLogger("interview_engine.wechat")

AT_A_TIME = 50
MAX_ATTEMPTS = 5

DECLINED = msg("Declined by the button of the WeCom card, without a reason.")

AfterCommit = Callable[[], None]
"""A call to WeChat that belongs to what was written, made after it is written."""


def process_pending(context: Context) -> int:
    """Process every waiting event in the order of arrival, each in its own transaction; returns how many."""
    with context.database.reading() as session:
        waiting = list(
            session.scalars(
                select(InboundEvent.id)
                .where(InboundEvent.state == "waiting")
                .order_by(InboundEvent.id)
                .limit(AT_A_TIME)
            )
        )
    return sum(_one(context, event_id) for event_id in waiting)


def _one(context: Context, event_id: str) -> bool:
    later: AfterCommit | None = None
    try:
        with context.database.transaction() as session:
            event = session.scalar(
                select(InboundEvent)
                .where(InboundEvent.id == event_id, InboundEvent.state == "waiting")
                .with_for_update(skip_locked=True)
            )
            if event is None:
                return False
            later = _act(context, session, event)
            event.state = "done"
            event.updated_at = context.clock.now()
    except InterviewEngineError as error:
        _failed(context, event_id, error.code)
        return False
    except DBAPIError:
        raise
    except Exception:
        # one event that nobody foresaw must not stop those behind it
        log.exception("event %s", event_id)
        _failed(context, event_id, "wechat.event")
        return False
    if later is not None:
        try:
            later()
        except DeliveryError as error:
            log.warning("after event %s: %s", event_id, error.code)
    return True


def _failed(context: Context, event_id: str, code: str) -> None:
    with context.database.transaction() as session:
        event = session.get_one(InboundEvent, event_id)
        event.attempts += 1
        event.error = code
        event.state = "failed" if event.attempts >= MAX_ATTEMPTS else "waiting"


def _act(context: Context, session: Session, event: InboundEvent) -> AfterCommit | None:
    body = event.body
    sender = str(body.get("FromUserName", ""))
    if event.kind == "event:template_card_event" and event.channel == "wecom":
        return _pressed(context, session, sender, body)
    if event.kind in ("event:unsubscribe", "event:subscribe") and event.channel == "official":
        _followed(context, session, sender, _told_at(context, event), reachable=event.kind == "event:subscribe")
    if event.kind == "event:subscribe_msg_popup_event" and event.channel == "official":
        _credits(context, session, sender, body)
    if event.kind == "event:TEMPLATESENDJOBFINISH" and event.channel == "official":
        _delivered(context, session, sender, _told_at(context, event), str(body.get("Status", "")))
    if event.kind == "text" and event.channel == "official":
        return _answered(context, session, sender)
    return None


def _pressed(context: Context, session: Session, sender: str, body: dict[str, Any]) -> AfterCommit | None:
    """A button of an approval's card: its owner decides by it; the card then says how it stands."""
    wecom = context.wechat.wecom
    card = session.scalar(select(Card).where(Card.task_id == str(body.get("TaskId", ""))).with_for_update())
    decision = str(body.get("EventKey", ""))
    if wecom is None or card is None or decision not in ("approve", "reject"):
        return None
    person = identities.person_of(session, "wecom", wecom.settings.corp_id, sender)
    account = None if person is None else account_of_person(session, person.id)
    if account is None or account.id != card.account_id:
        return None
    approval_id = card.subject.removeprefix("approval:")
    code = str(body.get("ResponseCode", ""))
    if card.state == "open":
        text = _decide(context, session, account, approval_id, "approve" if decision == "approve" else "reject")
        card.state = "settled"
        code = code or card.response_code or ""
    else:  # the buttons were to go and did not: an answer to this press takes them away
        text = standing_words(standing_for(session, account.id, approval_id), account.language)
    return None if not code else lambda: wecom.settle_buttons([sender], code, text)


def _decide(context: Context, session: Session, account: Account, approval_id: str, decision: Decision) -> str:
    """Decide if it is still this account's to decide; the words that replace the buttons, true in either case."""
    # a button has no field for the reason that a refusal needs; the page has one
    reason = DECLINED.get(account.language) if decision == "reject" else ""
    try:
        with session.begin_nested():  # an effect that is refused takes the decision back with it
            approvals.decide(
                session, actor_of(session, account, context.clock), approval_id, decision, reason, context.clock
            )
    except InterviewEngineError as error:
        log.info("a card's button was refused: %s", error.code)
        return standing_words(standing_for(session, account.id, approval_id), account.language)
    return (APPROVED if decision == "approve" else REJECTED).get(account.language)


def _told_at(context: Context, event: InboundEvent) -> datetime:
    """When it happened, by WeChat's clock; when it arrived, where the event does not say so or says a time to come."""
    arrived = min(event.created_at, context.clock.now())
    written = str(event.body.get("CreateTime", ""))
    if not (written.isascii() and written.isdigit() and len(written) <= 10):
        return arrived
    return min(datetime.fromtimestamp(int(written), UTC), arrived)


def _followed(context: Context, session: Session, sender: str, at: datetime, *, reachable: bool) -> None:
    official = context.wechat.official
    person = official and identities.person_of(session, "official", official.settings.app_id, sender)
    if person:
        set_state(session, person.id, "official", "reachable" if reachable else "blocked", context.clock, at=at)


def _delivered(context: Context, session: Session, sender: str, at: datetime, status: str) -> None:
    """The result of a template message: who has blocked us is not written to this way again."""
    if status.startswith("failed:user block"):
        _followed(context, session, sender, at, reachable=False)


def _credits(context: Context, session: Session, sender: str, body: dict[str, Any]) -> None:
    """One-time subscriptions given or refused on a page."""
    official = context.wechat.official
    if official is None:
        return
    given = body.get("SubscribeMsgPopupEvent", {})
    entries = given.get("List", []) if isinstance(given, dict) else []
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict) or entry.get("SubscribeStatusString") != "accept":
            continue
        statement = insert_for(session, SubscriptionCredit).values(
            **stamp("system", context.clock),
            app_id=official.settings.app_id,
            openid=sender,
            template_id=str(entry.get("TemplateId", ""))[:64],
            credits=1,
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["app_id", "openid", "template_id"],
                set_={"credits": SubscriptionCredit.credits + 1},
            )
        )


def _answered(context: Context, session: Session, sender: str) -> AfterCommit | None:
    """Answer a message with the link to the sender's applications; WeChat allows an answer within 48 hours."""
    official = context.wechat.official
    if official is None:
        return None
    person = identities.person_of(session, "official", official.settings.app_id, sender)
    address = f"{context.service.public_url}/wechat/in/official?back=/wechat/me"
    text = msg("See the status of your applications: {address}", address=address)
    language = "zh" if person is None else person.language
    return lambda: official.reply_text(sender, text.get(language))
