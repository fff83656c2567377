"""The Official Account and WeCom as channels of the outbox: one message each, in words that fit its fields."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn
from urllib.parse import quote

from sqlalchemy import Select, select

from api.wechat.client import WechatError
from api.wechat.official import OfficialAccount
from api.wechat.quotas import daily_limit, member_limits, pause, quota_used, spend
from api.wechat.wecom import Button, Sent, WecomApp
from interview_engine.clock import CHINA, Clock
from interview_engine.errors import DeliveryError
from interview_engine.hr.accounts.service import account_of_person
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.approvals.about import about_approval
from interview_engine.hr.house import house
from interview_engine.hr.messaging.tables import Card, SubscriptionCredit
from interview_engine.hr.messaging.words import link_of, words_for
from interview_engine.hr.people import identities
from interview_engine.i18n import Text, msg
from interview_engine.store.deliver import Message, Receipt
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp
from interview_engine.wechat_settings import TemplateSetting

OFFICIAL_A_DAY = 100_000

FIELD_LIMITS: tuple[tuple[str, int], ...] = (
    ("thing", 20),
    ("phrase", 5),
    ("name", 10),
    ("character_string", 32),
    ("short_thing", 4),
    ("time", 32),
    ("date", 32),
    ("number", 32),
)
"""Most characters of a template field, by the beginning of its name. "first" and "remark" are no longer shown."""

STAGE_WORDS: Mapping[str, Text] = {
    "invitation": msg("Invited", context="wechat"),
    "offer": msg("Offer", context="wechat"),
    "onboarding": msg("Join"),
    "result": msg("Ready"),
    "todo": msg("To do", context="wechat"),
    "notice": msg("See"),
}
"""Fit `phrase`: five characters."""

CLOSED_ACTIONS = frozenset({"receiver"})


def closes_the_way(error: DeliveryError) -> bool:
    """Whether WeChat says that this person cannot be reached: left, refused, not a member."""
    return isinstance(error, WechatError) and error.action in CLOSED_ACTIONS


class OfficialChannel:
    """Template messages, or subscription notices where the settings say so and the person has given a credit."""

    def __init__(self, database: Database, account: OfficialAccount, public_url: str, clock: Clock) -> None:
        self._database = database
        self._account = account
        self._public_url = public_url
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        """See store.deliver.Channel.

        Raises:
            WechatError, DeliveryError, QuotaError.
        """
        settings = self._account.settings
        openid = self._openid(message.recipient)
        if openid is None:
            return Receipt("suppressed", "no openid of this account")
        known = house().messages.get(message.template)
        kind = "notice" if known is None else known.card
        template = settings.templates.get(kind) or settings.templates.get("notice")
        if template is None:
            return Receipt("suppressed", f"no template is set for “{kind}”")
        link = door(self._public_url, "official", link_of(message.template, message.payload, ""), message.dedupe_key)
        values = self._values(template, kind, message)
        key = f"official:{settings.app_id}"
        if template.subscription and not self._has_credit(openid, template.template_id):
            return Receipt("suppressed", "no subscription credit is left")
        spend(self._database, (daily_limit(key, "template", OFFICIAL_A_DAY),), key, self._clock)
        try:
            if template.subscription:
                self._account.send_subscription(openid, template.template_id, values, link)
                self._use_credit(openid, template.template_id, all_of_them=False)
            else:
                self._account.send_template(openid, template.template_id, values, link, _short(message.dedupe_key))
        except WechatError as error:
            if error.action == "spent":
                self._use_credit(openid, template.template_id, all_of_them=True)
            _raise_wait(self._database, key, error, self._clock)
        return Receipt("sent")

    def _values(self, template: TemplateSetting, kind: str, message: Message) -> dict[str, str]:
        language = str(message.payload.get("language") or "zh")
        when = message.payload.get("expires_at")
        at = datetime.fromisoformat(when) if isinstance(when, str) else message.created_at
        ours = {
            "title": str(message.payload.get("title") or words_for(message.template, {}, language, "").subject),
            "stage": STAGE_WORDS[kind].get(language),
            "time": f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}",
            "number": _short(message.dedupe_key)[:12],
        }
        return {theirs: fitted(theirs, ours.get(name, "")) for name, theirs in template.fields.items()}

    def _openid(self, recipient: str) -> str | None:
        return _identity(self._database, recipient, "official", self._account.settings.app_id)

    def _has_credit(self, openid: str, template_id: str) -> bool:
        with self._database.reading() as session:
            row = session.scalar(self._credit(openid, template_id))
            return row is not None and row.credits > 0

    def _use_credit(self, openid: str, template_id: str, *, all_of_them: bool) -> None:
        with self._database.transaction() as session:
            row = session.scalar(self._credit(openid, template_id).with_for_update())
            if row is not None:
                row.credits = 0 if all_of_them else max(0, row.credits - 1)

    def _credit(self, openid: str, template_id: str) -> Select[SubscriptionCredit]:
        return select(SubscriptionCredit).where(
            SubscriptionCredit.app_id == self._account.settings.app_id,
            SubscriptionCredit.openid == openid,
            SubscriptionCredit.template_id == template_id,
        )


class WecomChannel:
    """Cards in WeCom; an approval's card has its buttons."""

    def __init__(self, database: Database, app: WecomApp, public_url: str, clock: Clock) -> None:
        self._database = database
        self._app = app
        self._public_url = public_url
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        """See store.deliver.Channel.

        Raises:
            WechatError, DeliveryError, QuotaError.
        """
        settings = self._app.settings
        userid = _identity(self._database, message.recipient, "wecom", settings.corp_id)
        if userid is None:
            return Receipt("suppressed", "not a member of this corporation")
        key = f"wecom:{settings.corp_id}:{settings.agent_id}"
        language = str(message.payload.get("language") or "zh")
        words = words_for(message.template, message.payload, language, self._public_url)
        link = door(self._public_url, "wecom", link_of(message.template, message.payload, ""), message.dedupe_key)
        spend(self._database, member_limits(key, userid), key, self._clock)
        try:
            if message.template == "approval.pending":
                sent = self._approval(message, userid, link, language)
            else:
                open_it = msg("Open", context="card").get(language)
                title, text = cut_bytes(words.subject, 128), cut_bytes(_one_line(words.body), 512)
                sent = self._app.send_textcard([userid], title, text, link, open_it)
        except WechatError as error:
            _raise_wait(self._database, key, error, self._clock)
        if userid in (identities.kept_form("wecom", one) for one in sent.unreached):
            raise WechatError(81013, "receiver", False)
        return Receipt("sent")

    def _approval(self, message: Message, userid: str, link: str, language: str) -> Sent:
        """What is asked, by whom and for where stands on the card, and looking comes before deciding."""
        task_id = _short(message.dedupe_key)
        with self._database.reading() as session:
            about = about_approval(session, str(message.payload.get("approval", "")))
        if about is None:
            raise DeliveryError(
                "message.no_approval",
                msg("The approval that this message is about is gone."),
                msg("There is nothing to do."),
                temporary=False,
            )
        facts = [(msg("Kind", context="card"), about.word.get(language)), *about.found.facts]
        if about.asked_by:
            facts.append((msg("Applicant", context="approval"), about.asked_by))
        buttons = (
            Button(msg("View", context="card").get(language), "view", primary=True, url=link),
            Button(msg("Approve", context="card").get(language), "approve"),
            Button(msg("Decline", context="card").get(language), "reject"),
        )
        # before it is sent: the answer can come before our own transaction would
        self._remember(task_id, message, None)
        sent = self._app.send_buttons(
            [userid],
            title=cut_bytes(about.found.title, 78),
            description=msg("Awaits your approval").get(language),
            facts=[(shortened(name.get(language), 5), shortened(value, 26)) for name, value in facts[:6]],
            url=link,
            buttons=buttons,
            task_id=task_id,
        )
        self._remember(task_id, message, sent.response_code)
        return sent

    def _remember(self, task_id: str, message: Message, response_code: str | None) -> None:
        with self._database.transaction() as session:
            row = session.scalar(select(Card).where(Card.task_id == task_id).with_for_update())
            if row is not None:
                row.response_code = response_code or row.response_code
                return
            kind, _, recipient = message.recipient.partition(":")
            account = account_of_person(session, recipient) if kind == "person" else session.get(Account, recipient)
            if account is not None:
                session.add(
                    Card(
                        **stamp("system", self._clock),
                        task_id=task_id,
                        account_id=account.id,
                        subject=f"approval:{message.payload.get('approval', '')}",
                        response_code=response_code,
                        state="open",
                    )
                )


def fitted(field: str, value: str) -> str:
    """The value as the template field takes it: one line, not longer than its kind allows, never empty.

    Raises:
        DeliveryError: `message.field` when a kind that cannot be shortened is too long.
    """
    line = " ".join(value.split()) or "—"
    for beginning, most in FIELD_LIMITS:
        if field.startswith(beginning):
            if len(line) <= most:
                return line
            if beginning in ("thing", "name", "short_thing"):
                return line[: most - 1] + "…"
            raise DeliveryError(
                "message.field",
                msg("Field {field} has more than {most} characters.", field=field, most=most),
                msg("Check the template's settings."),
                temporary=False,
            )
    return line[:20]


def door(public_url: str, channel: str, path: str, dedupe_key: str) -> str:
    """Where a message leads: through the sign-in of its channel, so that the page knows who came.

    The end is the message's own: WeCom drops a card that says the same as one within four hours, which must drop a
    repeat of this message and not another message with the same words.
    """
    return f"{public_url}/wechat/in/{channel}?back={quote(path or '/wechat/me', safe='')}&m={_short(dedupe_key)[:12]}"


def shortened(text: str, most: int) -> str:
    """The text on one line with at most that many characters, with "…" where something was cut."""
    line = " ".join(text.split()) or "—"
    return line if len(line) <= most else line[: most - 1] + "…"


def cut_bytes(text: str, most: int) -> str:
    """The beginning of the text in at most that many bytes of UTF-8, with "…" where something was cut."""
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - 3].decode(errors="ignore") + "…"


def _identity(database: Database, recipient: str, channel: str, app_id: str) -> str | None:
    kind, _, row_id = recipient.partition(":")
    with database.reading() as session:
        account = session.get(Account, row_id) if kind == "account" else None
        person_id = row_id if account is None else account.person_id
        return identities.openid_of(session, person_id, channel, app_id)


def _raise_wait(database: Database, key: str, error: WechatError, clock: Clock) -> NoReturn:
    if error.action in ("wait_minute", "wait_hour", "wait_day"):
        raise quota_used(pause(database, key, error.action, error.errcode, clock)) from error
    raise error


def _one_line(body: str) -> str:
    """Without addresses: the card itself opens the page."""
    return re.sub(r"\s+", " ", re.sub(r"https?://\S+|(?<=\s)/\S+", "", body)).strip(" ：:")


def _short(dedupe_key: str) -> str:
    return hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]
