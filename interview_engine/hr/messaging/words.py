"""Outbox messages in words, zh and en, by template. "Open to see": no score, answer or pay in clear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from interview_engine.errors import Bilingual, DeliveryError


@dataclass(frozen=True, slots=True)
class Words:
    """A message as people read it."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class _Template:
    """`{title}`, `{link}`, `{expires}`, `{receipt}` are filled in; `path` leads to what the message is about."""

    subject: Bilingual
    body: Bilingual
    path: str


_TEMPLATES: dict[str, _Template] = {
    "invitation.sent": _Template(
        Bilingual("面试邀请：{title}", "Interview invitation: {title}"),
        Bilingual(
            "您好，\n\n邀请您参加“{title}”的视频面试，请在 {expires} 前完成：\n{link}\n\n"
            "链接只能在最先打开它的设备上使用，请勿转发。您也可以选择文字作答。",
            "Hello,\n\nyou are invited to the video interview for “{title}”. "
            "Please finish it before {expires}:\n{link}\n\n"
            "The link works on the device that opens it first; please do not forward it. "
            "You may also answer in writing.",
        ),
        "/i/{token}",
    ),
    "offer.sent": _Template(
        Bilingual("录用通知：{title}", "Your offer: {title}"),
        Bilingual(
            "您好，\n\n“{title}”的录用通知已发出，请在 {expires} 前打开查看并答复：\n{link}",
            "Hello,\n\nthere is an offer for you: “{title}”. Open it and answer before {expires}:\n{link}",
        ),
        "/o/{token}",
    ),
    "onboarding.sent": _Template(
        Bilingual("欢迎加入：{title}", "Welcome: {title}"),
        Bilingual(
            "您好，\n\n您已被录用为“{title}”，入职日期 {start}。请携带身份证件；其余材料入职当天说明。",
            "Hello,\n\nyou are hired as “{title}” and begin on {start}. Please bring your identity card; "
            "everything else is explained on the first day.",
        ),
        "",
    ),
    "survey.sent": _Template(
        Bilingual("请填写问卷：{title}", "A survey for you: {title}"),
        Bilingual("您好，\n\n请填写问卷“{title}”：\n{link}", "Hello,\n\nplease answer the survey “{title}”:\n{link}"),
        "/s/{token}",
    ),
    "rerating.answered": _Template(
        Bilingual("人工复核已完成：{title}", "A person has looked again: {title}"),
        Bilingual(
            "您好，\n\n您申请的“{title}”人工复核已完成。可用原面试链接查看。",
            "Hello,\n\na person has looked again at your interview for “{title}”. Open your interview link to see it.",
        ),
        "",
    ),
    "erasure.done": _Template(
        Bilingual("您的数据已删除", "Your data has been deleted"),
        Bilingual(
            "您好，\n\n您的数据已按请求删除。回执编号（SHA-256）：\n{receipt}",
            "Hello,\n\nyour data has been deleted as you asked. Receipt (SHA-256):\n{receipt}",
        ),
        "",
    ),
    "assessment.ready": _Template(
        Bilingual("评估报告已生成：{title}", "A report is ready: {title}"),
        Bilingual(
            "“{title}”有一份新的评估报告，请查看：\n{link}", "There is a new report for “{title}”. Open to see:\n{link}"
        ),
        "/console/applications/{application}",
    ),
    "interview.to_read": _Template(
        Bilingual("待人工阅读的面试：{title}", "An interview to read: {title}"),
        Bilingual(
            "一位候选人选择不使用自动评估，请人工阅读其回答：\n{link}",
            "A candidate has declined automated assessment; a person reads the answers:\n{link}",
        ),
        "/console/applications/{application}",
    ),
    "rerating.requested": _Template(
        Bilingual("候选人申请人工复核：{title}", "A candidate asks for a person to look again: {title}"),
        Bilingual("请人工复核并答复：\n{link}", "Please look at it again and answer:\n{link}"),
        "/console/applications/{application}",
    ),
    "offer.answered": _Template(
        Bilingual("录用通知已答复：{title}", "An offer was answered: {title}"),
        Bilingual("候选人已答复，请查看：\n{link}", "The candidate has answered. Open to see:\n{link}"),
        "/console/applications/{application}",
    ),
    "application.withdrawn": _Template(
        Bilingual("候选人已撤回：{title}", "A candidate has withdrawn: {title}"),
        Bilingual("一位候选人撤回了应聘：\n{link}", "A candidate has withdrawn:\n{link}"),
        "/console/applications/{application}",
    ),
    "notice.info": _Template(
        Bilingual("通知：{title}", "Notice: {title}"),
        Bilingual("请打开查看：\n{link}", "Open to read:\n{link}"),
        "/n/{token}",
    ),
    "notice.important": _Template(
        Bilingual("重要通知：{title}", "Important: {title}"),
        Bilingual("请打开查看并确认已读：\n{link}", "Open, read and confirm:\n{link}"),
        "/n/{token}",
    ),
    "notice.emergency": _Template(
        Bilingual("紧急通知：{title}", "EMERGENCY: {title}"),
        Bilingual("请打开查看并确认已读：\n{link}", "Open, read and confirm:\n{link}"),
        "/n/{token}",
    ),
    "approval.pending": _Template(
        Bilingual("有一项待您审批", "Something awaits your approval"),
        Bilingual("请审批：\n{link}", "Please approve or reject:\n{link}"),
        "/console/approvals",
    ),
    "approval.decided": _Template(
        Bilingual("您的申请已有结果", "Your request has been decided"),
        Bilingual("请查看结果：\n{link}", "Open to see the result:\n{link}"),
        "/console/approvals",
    ),
}

TEMPLATES: tuple[str, ...] = tuple(_TEMPLATES)
"""The templates that have words."""


def words_for(template: str, payload: dict[str, Any], language: str, public_url: str) -> Words:
    """A message in `language` ("zh" or "en").

    Args:
        public_url: of the service, without a last "/"; empty leaves addresses relative.

    Raises:
        DeliveryError: `message.no_words`: nobody has written this template's words; `message.no_link`: the payload
            does not have what its link is made of (a link's secret is wiped after use).
    """
    found = _TEMPLATES.get(template)
    if found is None:
        raise DeliveryError(
            "message.no_words",
            Bilingual(f"消息模板“{template}”没有文本。", f"The template “{template}” has no words."),
            Bilingual("请在 message_words 中补充。", "Add them in message_words."),
            temporary=False,
        )
    values = {key: str(value) for key, value in payload.items() if isinstance(value, str | int | float)}
    return Words(
        found.subject.get(language).format_map(_Filled(values, language, "")),
        found.body.get(language).format_map(_Filled(values, language, link_of(template, payload, public_url))),
    )


def link_of(template: str, payload: dict[str, Any], public_url: str) -> str:
    """Where the message leads; empty when nowhere. Raises DeliveryError `message.no_link`, as above."""
    found = _TEMPLATES.get(template)
    if found is None or not found.path:
        return ""
    try:
        return public_url + found.path.format_map(payload)
    except KeyError as error:
        raise DeliveryError(
            "message.no_link",
            Bilingual(f"消息缺少链接所需的 {error}。", f"The message lacks {error}, which its link is made of."),
            Bilingual("该链接可能已被使用；请重新发送邀请。", "The link may have been used; send a new one."),
            temporary=False,
        ) from None


class _Filled(dict[str, str]):
    """What placeholders become: the payload's values, a link, a date for people."""

    def __init__(self, values: dict[str, str], language: str, link: str) -> None:
        super().__init__(values)
        self["link"] = link
        if "expires_at" in values:
            at = datetime.fromisoformat(values["expires_at"])
            self["expires"] = f"{at:%Y-%m-%d %H:%M} UTC"

    def __missing__(self, key: str) -> str:
        return "—"
