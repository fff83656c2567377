"""The strict double of WeChat's and WeCom's servers, an ASGI application: Official Account under /oa, WeCom under /qy.

Strict: what the real ones refuse is refused, with their codes, in the body of a 200. It shares no code with the client.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from api.wechat.double.phones import phone_routes
from api.wechat.double.state import Message, World

LONGEST = {"thing": 20, "phrase": 5, "name": 10, "character_string": 32, "number": 32}


def make_app(world: World) -> Starlette:
    """The application that answers for both programs, from what `world` remembers."""
    official, corporation = world.official, world.corporation

    def error(code: int, **more: Any) -> JSONResponse:
        return JSONResponse({"errcode": code, "errmsg": f"error {code}, hint: [never parse me]", **more})

    def guarded(owner: str, handle: Callable[[dict[str, Any], Request], Response]) -> Callable[..., Any]:
        """Token, address list and ordered trouble first, as the real servers do."""

        async def endpoint(request: Request) -> Response:
            path = request.url.path
            world.calls[path] += 1
            trouble = world.next_trouble(path)
            if trouble:
                return error(trouble)
            address = request.client.host if request.client else ""
            allowed = official.allowed_ips if owner == official.app_id else corporation.trusted_ips
            if allowed is not None and address not in allowed:
                return error(40164 if owner == official.app_id else 60020)
            refused = world.token_error(owner, request.query_params.get("access_token", ""))
            if refused:
                return error(refused)
            body: Any = {}
            if request.method == "POST":
                try:
                    body = await request.json()
                except ValueError:
                    return error(47001)
            return handle(body if isinstance(body, dict) else {}, request)

        return endpoint

    # Official Account ------------------------------------------------------------------------------------------------

    async def stable_token(request: Request) -> Response:
        world.calls[request.url.path] += 1
        trouble = world.next_trouble(request.url.path)
        if trouble:
            return error(trouble)
        body = await request.json()
        if body.get("grant_type") != "client_credential" or body.get("appid") != official.app_id:
            return error(40013)
        if body.get("secret") != official.secret:
            return error(40125)
        token = world.stable_token()
        life = int((token.expires_at - world.clock.now()).total_seconds())
        return JSONResponse({"access_token": token.value, "expires_in": life})

    async def plain_token(request: Request) -> Response:
        query = request.query_params
        if (query.get("appid"), query.get("secret")) != (official.app_id, official.secret):
            return error(40001)
        return JSONResponse({"access_token": world.plain_token().value, "expires_in": 7200})

    def template_problem(template: str, data: Any) -> int:
        fields = official.templates.get(template)
        if fields is None:
            return 40037
        if not isinstance(data, dict) or set(data) != set(fields):
            return 47003
        for name, entry in data.items():
            value = entry.get("value") if isinstance(entry, dict) else None
            kind = re.sub(r"\d+$", "", name)
            if not isinstance(value, str) or not value or "\n" in value or len(value) > LONGEST.get(kind, 20):
                return 47003
            if kind in ("time", "date") and not re.match(r"\d{4}(-|年)\d{2}", value):
                return 47003
        return 0

    def send_template(body: dict[str, Any], request: Request) -> Response:
        openid, template = str(body.get("touser", "")), str(body.get("template_id", ""))
        if openid not in official.followers and openid not in official.blocked:
            return error(43004 if openid.startswith("o") else 40003)
        problem = template_problem(template, body.get("data"))
        if problem or template in official.subscriptions:
            return error(problem or 40037)
        if world.used[("template", world.day())] >= official.daily:
            return error(45009)
        world.used[("template", world.day())] += 1
        client_id = str(body.get("client_msg_id", ""))
        if client_id and client_id in world.client_ids:
            return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": world.client_ids[client_id]})
        number = str(next(world.numbers))
        world.client_ids[client_id] = number
        fate = "blocked" if openid in official.blocked else "shown"
        world.messages.append(Message(official.app_id, openid, body, world.clock.now(), fate))
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": number})

    def send_subscription(body: dict[str, Any], request: Request) -> Response:
        openid, template = str(body.get("touser", "")), str(body.get("template_id", ""))
        problem = template_problem(template, body.get("data"))
        if problem:
            return error(problem)
        if world.credits[(openid, template)] <= 0:
            return error(43101)
        world.credits[(openid, template)] -= 1
        world.messages.append(Message(official.app_id, openid, body, world.clock.now()))
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    def send_reply(body: dict[str, Any], request: Request) -> Response:
        openid = str(body.get("touser", ""))
        if openid not in official.followers:
            return error(45015)
        world.messages.append(Message(official.app_id, openid, body, world.clock.now()))
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def visitor(request: Request) -> Response:
        query = request.query_params
        world.calls[request.url.path] += 1
        if query.get("appid") != official.app_id:
            return error(40013)
        if query.get("secret") != official.secret:
            return error(40125)
        code, user = world.use_code(official.app_id, query.get("code", ""))
        if code:
            return error(code)
        answer: dict[str, Any] = {"access_token": "not the API token", "expires_in": 7200, "openid": user}
        answer["scope"] = "snsapi_base"
        if user in official.snapshot:
            answer["is_snapshotuser"] = 1
        return JSONResponse(answer)

    # WeCom -----------------------------------------------------------------------------------------------------------

    async def corporation_token(request: Request) -> Response:
        world.calls[request.url.path] += 1
        query = request.query_params
        if query.get("corpid") != corporation.corp_id:
            return error(40013)
        if query.get("corpsecret") != corporation.secret:
            return error(40001)
        token = world.corporation_token()
        life = int((token.expires_at - world.clock.now()).total_seconds())
        return JSONResponse({"errcode": 0, "access_token": token.value, "expires_in": life})

    def send_message(body: dict[str, Any], request: Request) -> Response:
        if body.get("agentid") != corporation.agent_id:
            return error(301002)
        users = [user for user in str(body.get("touser", "")).split("|") if user]
        if not 1 <= len(users) <= 1000:
            return error(40003)
        known = [own for user in users for own in corporation.members if own.lower() == user.lower()]
        if not known:
            return error(81013)
        problem = message_problem(body)
        if problem:
            return error(problem)
        response_code = ""
        for user in known:
            world.used[(f"member:{user}", world.minute())] += 1
            over = world.used[(f"member:{user}", world.minute())] > corporation.per_minute
            repeat = body.get("enable_duplicate_check") == 1 and any(
                earlier.to == user
                and earlier.body == body
                and world.clock.now() - earlier.at < timedelta(seconds=body.get("duplicate_check_interval", 1800))
                for earlier in world.messages
            )
            fate = "dropped" if over else "duplicate" if repeat else "shown"
            world.messages.append(Message(corporation.corp_id, user, body, world.clock.now(), fate))
        card = body.get("template_card", {})
        answer: dict[str, Any] = {"errcode": 0, "errmsg": "ok", "msgid": str(next(world.numbers))}
        if card.get("card_type") == "button_interaction":
            response_code = f"rc-{next(world.numbers)}"
            world.response_codes[response_code] = {"card": card, "at": world.clock.now(), "users": known}
            answer["response_code"] = response_code
        missing = [user for user in users if user.lower() not in {own.lower() for own in corporation.members}]
        if missing:
            answer["invaliduser"] = "|".join(missing)
        return JSONResponse(answer)

    def message_problem(body: dict[str, Any]) -> int:
        kind = body.get("msgtype")
        if kind == "text":
            return 0 if body.get("text", {}).get("content") else 44004
        if kind == "textcard":
            card = body.get("textcard", {})
            sizes = ((card.get("title", ""), 128), (card.get("description", ""), 512))
            if any(not text or len(text.encode()) > most for text, most in sizes) or len(card.get("btntxt", "")) > 4:
                return 40058
            return 0 if str(card.get("url", "")).startswith("http") else 40058
        if kind == "template_card":
            card = body.get("template_card", {})
            buttons = card.get("button_list", [])
            good = card.get("card_type") == "button_interaction" and 1 <= len(buttons) <= 6 and card.get("task_id")
            named = all(
                button.get("text") and (button.get("url") if button.get("type") == 1 else button.get("key"))
                for button in buttons
            )
            facts = card.get("horizontal_content_list", [])
            named = named and len(facts) <= 6 and bool(card.get("main_title", {}).get("title"))
            named = named and all(fact.get("keyname") and len(fact.get("value", "")) <= 30 for fact in facts)
            return 0 if good and named and re.fullmatch(r"[\w@-]{1,128}", card["task_id"]) else 42045
        return 40008

    def update_card(body: dict[str, Any], request: Request) -> Response:
        found = world.response_codes.pop(str(body.get("response_code", "")), None)
        if found is None or world.clock.now() - found["at"] > timedelta(hours=72):
            return error(42046)
        found["card"]["settled"] = body.get("button", {}).get("replace_name", "")
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    def member(body: dict[str, Any], request: Request) -> Response:
        code, user = world.use_code(corporation.corp_id, request.query_params.get("code", ""))
        if code:
            return error(code)
        if user in corporation.members:
            return JSONResponse({"errcode": 0, "userid": user})
        return JSONResponse({"errcode": 0, "openid": user})

    # people ----------------------------------------------------------------------------------------------------------

    async def authorize(request: Request) -> Response:
        """The sign-in page. The names of the parameters must come in the documented order."""
        query = request.query_params
        names = [name for name, _ in query.multi_items()]
        wanted = ["appid", "redirect_uri", "response_type", "scope", "state"]
        if names[:5] != wanted or query["response_type"] != "code" or len(query["state"].encode()) > 128:
            return HTMLResponse("参数错误", 400)
        owner = query["appid"]
        app = official if owner == official.app_id else corporation if owner == corporation.corp_id else None
        if app is None or urlsplit(query["redirect_uri"]).netloc != app.redirect_host:
            return HTMLResponse("redirect_uri 域名与后台配置不一致", 400)
        user = request.cookies.get("fake-user") or query.get("fake_user")
        if not user:
            people = sorted(official.followers if app is official else corporation.members | corporation.strangers)
            here = str(request.url)
            links = "".join(
                f'<p><a href="{html.escape(here + "&" + urlencode({"fake_user": person}))}">{html.escape(person)}</a>'
                for person in people
            )
            return HTMLResponse(f"<h1>谁在用这部手机？ Whose phone is this?</h1>{links}")
        code = world.new_code(owner, user)
        joint = "&" if "?" in query["redirect_uri"] else "?"
        address = f"{query['redirect_uri']}{joint}{urlencode({'code': code, 'state': query['state']})}"
        return RedirectResponse(address, 302)

    oa = [
        Route("/cgi-bin/stable_token", stable_token, methods=["POST"]),
        Route("/cgi-bin/token", plain_token),
        Route("/cgi-bin/message/template/send", guarded(official.app_id, send_template), methods=["POST"]),
        Route("/cgi-bin/message/subscribe/bizsend", guarded(official.app_id, send_subscription), methods=["POST"]),
        Route("/cgi-bin/message/custom/send", guarded(official.app_id, send_reply), methods=["POST"]),
        Route("/sns/oauth2/access_token", visitor),
        Route("/connect/oauth2/authorize", authorize),
    ]
    qy = [
        Route("/cgi-bin/gettoken", corporation_token),
        Route("/cgi-bin/message/send", guarded(corporation.corp_id, send_message), methods=["POST"]),
        Route("/cgi-bin/message/update_template_card", guarded(corporation.corp_id, update_card), methods=["POST"]),
        Route("/cgi-bin/auth/getuserinfo", guarded(corporation.corp_id, member)),
        Route("/connect/oauth2/authorize", authorize),
    ]
    return Starlette(routes=[Mount("/oa", routes=oa), Mount("/qy", routes=qy), *phone_routes(world)])
