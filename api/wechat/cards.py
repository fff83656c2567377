"""Cards whose approval was decided elsewhere, on a page or by a colleague: the buttons go, the outcome stands."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select

from api.context import Context
from interview_engine.errors import DeliveryError
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.messaging.tables import Card
from interview_engine.hr.people.tables import WechatIdentity
from interview_engine.store.rows import find

log = logging.getLogger("interview_engine.wechat")

LIFE = timedelta(hours=72)
"""How long WeCom takes a card's response code."""
WORDS = {
    "approved": ("已同意", "Approved"),
    "rejected": ("已拒绝", "Declined"),
}
OTHERWISE = ("已处理", "Settled")


def settle_decided(context: Context) -> int:
    """Change the open cards whose approval is no longer pending, each once; returns how many."""
    wecom = context.wechat.wecom
    if wecom is None:
        return 0
    due: list[tuple[str, str, str]] = []
    with context.database.transaction() as session:
        open_cards = (
            select(Card, Approval)
            .join(Approval, Card.subject == "approval:" + Approval.id)
            .where(Card.state == "open", Card.response_code.is_not(None), Approval.state != "pending")
            .order_by(Card.id)
            .limit(50)
            .with_for_update(of=Card, skip_locked=True)
        )
        for card, approval in session.execute(open_cards).tuples():
            card.state = "settled"
            account = find(session, Account, card.account_id)
            userid = account and session.scalar(
                select(WechatIdentity.openid).where(
                    WechatIdentity.person_id == account.person_id,
                    WechatIdentity.channel == "wecom",
                    WechatIdentity.app_id == wecom.settings.corp_id,
                )
            )
            if account and userid and card.response_code and card.created_at > context.clock.now() - LIFE:
                words = WORDS.get(approval.state, OTHERWISE)
                due.append((userid, card.response_code, words[0] if account.language == "zh" else words[1]))
    for userid, code, text in due:
        try:
            wecom.settle_buttons([userid], code, text)
        except DeliveryError as error:
            # the decision stands; a press of the old button is answered with it
            log.warning("a card could not be changed: %s", error.code)
    return len(due)
