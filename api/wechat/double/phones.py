"""The phones of everybody in the double, side by side in one page: messages to open, buttons to press."""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from api.wechat.double.speaker import Speaker
from api.wechat.double.state import Message, World

STYLE = """body{font:15px/1.5 system-ui,"Noto Sans SC",sans-serif;margin:1.5rem;background:#e9ecee;color:#1c2127}
main{display:flex;flex-wrap:wrap;gap:1rem}section{width:19rem;background:#f2f4f5;border-radius:1.5rem;padding:1rem;
border:6px solid #1c2127;min-height:24rem}h2{font-size:1rem;margin:0 0 .75rem;text-align:center}
article{background:#fff;border-radius:8px;padding:.75rem;margin-bottom:.75rem}a{color:#2f6f8f}small{color:#5f6872}
button,input{font:inherit;padding:.3rem .6rem}form{margin-top:.5rem}.dropped{opacity:.5}
.guide{background:#fff;border-radius:8px;padding:.75rem 1rem;margin-bottom:1rem;max-width:62rem}
.guide li{margin:.25rem 0}
@media (prefers-color-scheme:dark){body{background:#14171a;color:#e6e9ec}section,article,.guide{background:#22272c}
section{border-color:#4a525a}a{color:#8ec5dd}small{color:#a3acb5}}"""

GUIDE = (
    ("{jobs}: the public list of jobs. Open a job, copy its address, paste it into a phone of WeChat below and apply: "
     "the invitation arrives there.",
     "{jobs}：公开职位列表。打开一个职位，复制网址，粘贴到下面某部微信手机里并应聘：邀请会发到那部手机。"),
    ("{link}: sign in to the console as demo-hr, demo-recruiter or demo-manager (the terminal shows the "
     "password), link a WeCom phone, and to-dos, approvals and reports arrive there.",
     "{link}：用 demo-hr、demo-recruiter 或 demo-manager 登录后台（密码显示在终端里），绑定一部企业微信手机，"
     "待办、审批和报告就会发到那里。"),
    ("In the console as demo-recruiter, send a requisition of 客户服务部 for approval: the card with View, Approve and "
     "Decline appears on the phone that demo-manager linked. A press is answered at once.",
     "用 demo-recruiter 登录后台，提交一份客户服务部的招聘需求审批：demo-manager 绑定的手机上"
     "会出现带“查看、同意、拒绝”的卡片，点一下立即生效。"),
    ("At night, 21:30 to 08:00 in Beijing, cards wait for the morning; /wechat/todo shows what waits.",
     "北京时间夜里 21:30 至 08:00 不发卡片，早上再发；待办页 /wechat/todo 随时可看。"),
    ("This page looks for new messages every ten seconds while nothing is typed.",
     "没有在输入时，本页每十秒查看一次新消息。"),
)  # fmt: skip
"""What to try, in the order that works, in English and Chinese."""


def phone_routes(world: World) -> list[Route]:
    """The page, opening something on a phone, pressing a button."""

    async def phones(request: Request) -> Response:
        people = [(user, "微信 WeChat") for user in sorted(world.official.followers)]
        people += [(user, "企业微信 WeCom") for user in sorted(world.corporation.members)]
        shown = "".join(_phone(world, user, program) for user, program in people)
        return HTMLResponse(
            "<!doctype html><html lang=zh-Hans><meta charset=utf-8>"
            "<meta name=viewport content='width=device-width, initial-scale=1'>"
            f"<title>微信（仿真）</title><style>{STYLE}</style><h1>微信（仿真） · WeChat (double)</h1>"
            f"{_guide(world)}<main>{shown}</main><script>{RELOAD}</script>"
        )

    async def open_on(request: Request) -> Response:
        """Open an address as WeChat's browser would: a job's page goes by way of the sign-in."""
        user, url = request.query_params["user"], request.query_params["url"]
        parts = urlsplit(url)
        if parts.path.startswith("/p/"):
            url = f"{parts.scheme}://{parts.netloc}/wechat/in/official?back={quote(f'{parts.path}?wx=1', safe='')}"
        response = RedirectResponse(url, 303)
        response.set_cookie("fake-user", user, path="/")
        return response

    async def press(request: Request) -> Response:
        form = await request.form()
        user, task, key, code = (str(form[name]) for name in ("user", "task", "key", "code"))

        def tell() -> None:
            with httpx.Client() as http:
                Speaker(world, http).press(user, task, key, code)

        await run_in_threadpool(tell)
        return RedirectResponse("/", 303)

    return [Route("/", phones), Route("/open", open_on), Route("/press", press, methods=["POST"])]


RELOAD = """setInterval(() => {
  const typed = [...document.querySelectorAll("input[name=url]")].some((one) => one.value);
  if (!typed && !document.activeElement.matches("input")) location.reload();
}, 10000)"""


def _guide(world: World) -> str:
    """The steps, with the addresses of the service that stands behind these phones."""
    service = f"http://{world.corporation.redirect_host}"
    places = {
        name: f"<a href='{html.escape(service + path)}' target=_blank rel=noopener>{html.escape(service + path)}</a>"
        for name, path in (("jobs", "/jobs"), ("link", "/wechat/link"))
    }
    steps = "".join(
        f"<li>{chinese.format(**places)}<br><small lang=en>{english.format(**places)}</small></li>"
        for english, chinese in GUIDE
    )
    return f"<div class=guide><h2>怎么试 · What to try</h2><ol>{steps}</ol></div>"


def _phone(world: World, user: str, program: str) -> str:
    mine = [message for message in reversed(world.messages) if message.to == user]
    messages = "".join(_message(world, user, message) for message in mine) or "<p><small>没有消息 · no messages</small>"
    opener = (
        f"<form action=/open><input type=hidden name=user value='{html.escape(user)}'><input name=url required "
        f"placeholder='http://…/p/…' aria-label='打开链接 · open a link'> <button>打开</button></form>"
    )
    return f"<section><h2>{html.escape(user)} · {program}</h2>{messages}{opener}</section>"


def _message(world: World, user: str, message: Message) -> str:
    body: dict[str, Any] = message.body
    card = body.get("textcard") or body.get("template_card") or {}
    url = body.get("url") or card.get("url") or card.get("card_action", {}).get("url", "")
    values = " · ".join(str(entry["value"]) for entry in body.get("data", {}).values())
    title = card.get("title") or card.get("main_title", {}).get("title") or values
    title = html.escape(title or body.get("text", {}).get("content", ""))
    if url:
        title = f"<a href='/open?{html.escape(urlencode({'user': user, 'url': url}))}'>{title}</a>"
    below = html.escape(str(card.get("description") or card.get("main_title", {}).get("desc", "")))
    facts = card.get("horizontal_content_list", [])
    below += "".join(f"<br>{html.escape(fact['keyname'])}: {html.escape(str(fact['value']))}" for fact in facts)
    code = next((code for code, known in world.response_codes.items() if known["card"] is card), "")
    if "settled" in card:
        below += f"<b> {html.escape(card['settled'])}</b>"
    elif code:
        below += "".join(_button(user, card["task_id"], code, button) for button in card["button_list"])
    when = f"{message.at:%H:%M} UTC · {message.fate}"
    return f"<article class={message.fate}>{title}<br><small>{below} {when}</small></article>"


def _button(user: str, task: str, code: str, button: dict[str, Any]) -> str:
    if button.get("url"):  # it opens a page and answers nothing
        there = html.escape(urlencode({"user": user, "url": button["url"]}))
        return f"<p><a href='/open?{there}'>{html.escape(button['text'])}</a></p>"
    fields = {"user": user, "task": task, "key": button["key"], "code": code}
    hidden = "".join(f"<input type=hidden name={name} value='{html.escape(value)}'>" for name, value in fields.items())
    return f"<form method=post action=/press>{hidden}<button>{html.escape(button['text'])}</button></form>"
