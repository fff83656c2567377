"""The channel of webhooks: one signed POST a message.

Signed after the Standard Webhooks specification (standardwebhooks.com): headers `webhook-id`, `webhook-timestamp`,
`webhook-signature`. A repeat carries the same id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from sqlalchemy import update

from interview_engine.clock import Clock
from interview_engine.errors import Bilingual, DeliveryError
from interview_engine.store import audit
from interview_engine.store.addresses import Resolve, checked_address, resolve
from interview_engine.store.deliver import Message, Receipt
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import Webhook

SECRET_PREFIX = "whsec_"
TIMEOUT_S = 10.0
USER_AGENT = "interview-engine-webhooks"


def new_secret() -> str:
    """A signing secret: "whsec_" and base64 of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """ "v1," and base64 of HMAC-SHA256 over "id.timestamp.body" (Standard Webhooks)."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class WebhookChannel:
    """Sends outbox messages of the channel "webhook".

    Args:
        private: whether receivers at private addresses and by plain http are allowed.
        resolving: name to addresses.
        transport: what makes a transport for one request; the network by default.
    """

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        clock: Clock,
        *,
        private: bool = False,
        resolving: Resolve = resolve,
        transport: Callable[[], httpx.BaseTransport] = httpx.HTTPTransport,
    ) -> None:
        self._database = database
        self._box = box
        self._clock = clock
        self._private = private
        self._resolving = resolving
        self._transport = transport

    def send(self, message: Message) -> Receipt:
        """POST it once; redirects are not followed, the reply's body is not read.

        Raises:
            DeliveryError: not delivered.
        """
        hook_id = message.recipient.removeprefix("webhook:")
        with self._database.reading() as session:
            hook = session.get(Webhook, hook_id)
            if hook is None or not hook.active:
                return Receipt("suppressed", "webhook removed or switched off")
            url, sealed = hook.url, hook.secret_encrypted
        status = self._post(url, self._box.decrypt(sealed), message)
        if 200 <= status < 300:
            return Receipt("delivered")
        if status == 410:
            with self._database.transaction() as session:
                values = {"active": False, "updated_at": self._clock.now(), "actor": "system"}
                session.execute(update(Webhook).where(Webhook.id == hook_id).values(values))
                detail = {"active": False, "answer": status}
                audit.record(session, "system", "webhook.switch", f"webhook:{hook_id}", detail, self._clock)
            return Receipt("suppressed", "the receiver answered 410 Gone; the webhook is switched off")
        raise DeliveryError(
            "webhook.status",
            Bilingual(f"接收方返回 HTTP {status}。", f"The receiver answered HTTP {status}."),
            Bilingual("请检查接收方；稍后会自动重试。", "Look at the receiver; it is tried again later."),
        )

    def _post(self, url: str, secret: str, message: Message) -> int:
        address = checked_address(url, private=self._private, resolving=self._resolving)
        body = json.dumps({"id": message.dedupe_key, **message.payload}, ensure_ascii=False).encode()
        timestamp = int(self._clock.now().timestamp())
        parts = urlsplit(url)
        headers = {
            "host": parts.netloc,
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": message.dedupe_key,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secret, message.dedupe_key, timestamp, body),
        }
        target = httpx.URL(url).copy_with(host=address)  # the very address that was checked, not another look-up
        client = httpx.Client(transport=self._transport(), timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)
        try:
            with (
                client,
                client.stream(
                    "POST", target, content=body, headers=headers, extensions={"sni_hostname": parts.hostname or ""}
                ) as response,
            ):
                return response.status_code
        except httpx.HTTPError as error:
            raise DeliveryError(
                "webhook.unreachable",
                Bilingual("无法连接接收方。", "The receiver cannot be reached."),
                Bilingual(
                    f"请检查地址和网络（{type(error).__name__}）；稍后会自动重试。",
                    f"Check address and network ({type(error).__name__}); it is tried again later.",
                ),
            ) from None
