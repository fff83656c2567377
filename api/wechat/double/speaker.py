"""The double's callbacks: signed and encrypted, answered within five seconds or repeated with the same number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

import httpx

from api.wechat.double.envelope import close, sha1_of
from api.wechat.double.state import Corporation, Official, World

PATIENCE_S = 5.0
TIMES = 4
"""The first, and three repeats."""


@dataclass
class Said:
    """One callback as it was sent: its address with the signed query, its body, and every answer."""

    url: str
    body: str
    answers: list[tuple[int, str]]


class Speaker:
    """Sends callbacks to the product as the real servers do."""

    def __init__(self, world: World, http: httpx.Client) -> None:
        self.world = world
        self.http = http

    def check_address(self, app: Official | Corporation) -> tuple[int, str, str]:
        """What saving the address in the console does; returns status, answer and what it should be."""
        word = str(secrets.randbelow(10**18))
        timestamp, nonce = self._stamp()
        if isinstance(app, Official):
            query = f"signature={sha1_of(app.token, timestamp, nonce)}&echostr={word}"
        else:
            closed = close(app.aes_key, app.corp_id, word)
            query = f"msg_signature={sha1_of(app.token, timestamp, nonce, closed)}&echostr={quote(closed, safe='')}"
        answer = self.http.get(f"{app.callback_url}?{query}&timestamp={timestamp}&nonce={nonce}")
        return answer.status_code, answer.text, word

    def tell(self, app: Official | Corporation, fields: dict[str, str]) -> Said:
        """Send an event until it is answered, at most `TIMES` times, with the same content but a new envelope."""
        inner = "".join(f"<{name}>{self._value(value)}</{name}>" for name, value in fields.items())
        said = Said("", "", [])
        for _ in range(TIMES):
            said.url, said.body = self._envelope(app, f"<xml>{inner}</xml>")
            try:
                answer = self.http.post(said.url, content=said.body, timeout=PATIENCE_S)
            except httpx.HTTPError as error:
                said.answers.append((0, type(error).__name__))
                continue
            said.answers.append((answer.status_code, answer.text))
            if answer.status_code == 200 and answer.text in ("success", ""):
                break
        return said

    def event(self, app: Official | Corporation, user: str, event: str, **more: str) -> Said:
        """Tell of something that `user` did: a subscription, a press, a delivery."""
        at = str(int(self.world.clock.now().timestamp()))
        receiver = app.app_id if isinstance(app, Official) else app.corp_id
        fields = {"ToUserName": receiver, "FromUserName": user, "CreateTime": at, "MsgType": "event", "Event": event}
        return self.tell(app, {**fields, **more})

    def text(self, app: Official, user: str, content: str) -> Said:
        """Send a follower's message to the account."""
        at = str(int(self.world.clock.now().timestamp()))
        number = str(next(self.world.numbers))
        fields = {"ToUserName": app.app_id, "FromUserName": user, "CreateTime": at, "MsgType": "text"}
        return self.tell(app, {**fields, "Content": content, "MsgId": number})

    def press(self, user: str, task_id: str, key: str, response_code: str) -> Said:
        """A button of a card."""
        more = {"EventKey": key, "TaskId": task_id, "CardType": "button_interaction", "ResponseCode": response_code}
        return self.event(self.world.corporation, user, "template_card_event", **more)

    def _envelope(self, app: Official | Corporation, text: str) -> tuple[str, str]:
        receiver = app.app_id if isinstance(app, Official) else app.corp_id
        timestamp, nonce = self._stamp()
        closed = close(app.aes_key, receiver, text)
        signed = sha1_of(app.token, timestamp, nonce, closed)
        query = f"msg_signature={signed}&timestamp={timestamp}&nonce={nonce}&encrypt_type=aes"
        body = f"<xml><ToUserName><![CDATA[{receiver}]]></ToUserName><Encrypt><![CDATA[{closed}]]></Encrypt></xml>"
        return f"{app.callback_url}?{query}", body

    def _stamp(self) -> tuple[str, str]:
        return str(int(self.world.clock.now().timestamp())), secrets.token_hex(8)

    def _value(self, value: str) -> str:
        return value if value.startswith("<") else f"<![CDATA[{value}]]>" if "]]>" not in value else escape(value)
