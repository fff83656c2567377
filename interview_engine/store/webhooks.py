"""The channel of webhooks: one signed POST a message.

Signed after the Standard Webhooks specification (standardwebhooks.com): headers `webhook-id`, `webhook-timestamp`,
`webhook-signature`. A repeat carries the same id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select, update

from interview_engine.clock import Clock
from interview_engine.errors import DeliveryError
from interview_engine.i18n import msg
from interview_engine.store import audit
from interview_engine.store.addresses import PORTS, Resolve, checked_address, resolve
from interview_engine.store.deadline import Deadline
from interview_engine.store.deliver import Message, Receipt, Receiver
from interview_engine.store.engine import Database
from interview_engine.store.rows import find
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import Webhook

_LOG = logging.getLogger(__name__)

SECRET_PREFIX = "whsec_"
TIMEOUT_S = 10.0
"""For the whole delivery: name, connection, TLS, request and the head of the answer."""
PATIENCE = 3
"""Failures in a row after which a webhook is paused."""
PAUSES_S = (60, 300, 1800, 7200, 21_600)
"""How long, after the third, fourth, … failure in a row; never longer than a message would have waited by itself."""
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
    """Sends outbox messages of the channel "webhook". Several threads may share it.

    Args:
        private: whether receivers at private addresses, by plain http and at any port are allowed.
        ports: of the others.
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
        ports: Collection[int] = PORTS,
        resolving: Resolve = resolve,
        transport: Callable[[], httpx.BaseTransport] = httpx.HTTPTransport,
    ) -> None:
        self._database = database
        self._box = box
        self._clock = clock
        self._private = private
        self._ports = ports
        self._resolving = resolving
        self._transport = transport

    def receivers(self) -> Mapping[str, Receiver]:
        """Where each webhook's messages go, and whether it is paused."""
        now = self._clock.now()
        with self._database.reading() as session:
            rows = session.execute(select(Webhook.id, Webhook.url, Webhook.paused_until)).tuples().all()
        return {
            f"webhook:{hook_id}": Receiver(urlsplit(url).netloc, paused_until is not None and paused_until > now)
            for hook_id, url, paused_until in rows
        }

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
            url, sealed, failures = hook.url, hook.secret_encrypted, hook.failures
        try:
            status = self._post(url, self._box.decrypt(sealed), message)
            if not (200 <= status < 300 or status == 410):
                raise _answered(status)
        except DeliveryError as error:
            if error.temporary:
                self._count_failure(hook_id, error)
            raise
        if status == 410:
            with self._database.transaction() as session:
                values = {"active": False, "updated_at": self._clock.now(), "actor": "system"}
                session.execute(update(Webhook).where(Webhook.id == hook_id).values(values))
                detail = {"active": False, "answer": status}
                audit.record(session, "system", "webhook.switch", f"webhook:{hook_id}", detail, self._clock)
            return Receipt("suppressed", "the receiver answered 410 Gone; the webhook is switched off")
        if failures:
            with self._database.transaction() as session:
                values = {"failures": 0, "paused_until": None, "last_error": None}
                session.execute(update(Webhook).where(Webhook.id == hook_id).values(values))
        return Receipt("delivered")

    def _count_failure(self, hook_id: str, error: DeliveryError) -> None:
        """Pause the webhook after `PATIENCE` failures in a row; the next delivery after the pause is the test."""
        with self._database.transaction() as session:
            hook = find(session, Webhook, hook_id, lock=True)
            if hook is None:
                return
            hook.failures += 1
            hook.last_error = error.code
            if hook.failures >= PATIENCE:
                pause_s = PAUSES_S[min(hook.failures - PATIENCE, len(PAUSES_S) - 1)]
                hook.paused_until = self._clock.now() + timedelta(seconds=pause_s)
                _LOG.warning("webhook %s is paused for %d s after %d failures", hook_id, pause_s, hook.failures)

    def _post(self, url: str, secret: str, message: Message) -> int:
        with Deadline(TIMEOUT_S) as deadline:
            try:
                return self._exchange(url, secret, message, deadline)
            except (DeliveryError, httpx.HTTPError) as error:
                if deadline.passed:
                    raise _too_slow() from None
                if isinstance(error, DeliveryError):
                    raise
                raise _unreachable(error) from None

    def _exchange(self, url: str, secret: str, message: Message, deadline: Deadline) -> int:
        def resolving(host: str, port: int) -> Sequence[str]:
            return deadline.bound(lambda: self._resolving(host, port))

        address = checked_address(url, private=self._private, ports=self._ports, resolving=resolving)
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
        extensions = {"sni_hostname": parts.hostname or "", "trace": deadline.trace}
        timeout = httpx.Timeout(deadline.left_s)
        with (
            httpx.Client(
                transport=self._transport(), timeout=timeout, follow_redirects=False, trust_env=False
            ) as client,
            client.stream("POST", target, content=body, headers=headers, extensions=extensions) as response,
        ):
            return response.status_code


def _answered(status: int) -> DeliveryError:
    return DeliveryError(
        "webhook.status",
        msg("The receiver answered HTTP {status}.", status=status),
        msg("Check the receiver; it is tried again later."),
    )


def _too_slow() -> DeliveryError:
    return DeliveryError(
        "webhook.slow",
        msg("The receiver did not answer within {timeout_s:.0f} s.", timeout_s=TIMEOUT_S),
        msg("Let the receiver answer first and work afterwards; it is tried again later."),
    )


def _unreachable(error: httpx.HTTPError) -> DeliveryError:
    return DeliveryError(
        "webhook.unreachable",
        msg("The receiver cannot be reached."),
        msg("Check address and network ({kind}); it is tried again later.", kind=type(error).__name__),
    )
