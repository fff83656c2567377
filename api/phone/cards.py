"""Cards whose approval was decided elsewhere, on a page or by a colleague: the buttons go, the outcome stands."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select

from api.context import Context
from interview_engine.clock import CHINA
from interview_engine.errors import DeliveryError
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals.standing import Standing
from interview_engine.hr.approvals.tables import Approval
from interview_engine.hr.messaging.tables import Card
from interview_engine.hr.people.identities import openid_of
from interview_engine.i18n import msg
from interview_engine.store.rows import find

log = logging.getLogger("interview_engine.wechat")

LIFE = timedelta(hours=72)
"""How long WeCom takes a card's response code."""
APPROVED = msg("Approved", context="card")
REJECTED = msg("Declined", context="card")
WITHDRAWN = msg("Request withdrawn")
EXPIRED = msg("Request expired")
ENDED = {"approved": APPROVED, "rejected": REJECTED, "withdrawn": WITHDRAWN, "expired": EXPIRED}
UNDER_WAY = {
    "given": msg("You have decided; others have not"),
    "not_yours": msg("Not yours to decide now"),
    "yours": msg("Not done: open it to see why"),
    "unknown": msg("No such approval"),
}


def standing_words(standing: Standing, language: str) -> str:
    """What stands in the place of the buttons: how it ended, by whom and when, or why this press decided nothing."""
    if standing.state == "delegated":
        if standing.by is None:
            return msg("Handed to a colleague: no longer yours").get(language)
        return msg("Handed to {name}: no longer yours", name=standing.by).get(language)
    if standing.state not in ENDED:
        return UNDER_WAY[standing.state].get(language)
    words = ENDED[standing.state]
    if standing.by is not None:
        words = msg("{outcome} by {name}", outcome=words, name=standing.by)
    at = "" if standing.at is None else f" · {standing.at.astimezone(CHINA):%m-%d %H:%M}"
    return words.get(language) + at


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
            userid = account and openid_of(session, account.person_id, "wecom", wecom.settings.corp_id)
            if account and userid and card.response_code and card.created_at > context.clock.now() - LIFE:
                due.append((userid, card.response_code, ENDED[approval.state].get(account.language)))
    for userid, code, text in due:
        try:
            wecom.settle_buttons([userid], code, text)
        except DeliveryError as error:
            # the decision stands; a press of the old button is answered with it
            log.warning("a card could not be changed: %s", error.code)
    return len(due)
