"""Changes to a webhook: address, events, secret; and a test message."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.messaging import webhooks
from interview_engine.hr.messaging.webhooks import checked_events, checked_url
from interview_engine.store import audit, outbox
from interview_engine.store.addresses import PORTS, Resolve, resolve
from interview_engine.store.ids import new_id
from interview_engine.store.rows import touch
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage, Webhook
from interview_engine.store.webhooks import new_secret

TEST = "webhook.test"
"""The type of a message that only tries the connection."""


def change_webhook(
    session: Session,
    actor: Actor,
    webhook_id: str,
    clock: Clock,
    *,
    url: str | None = None,
    events: Iterable[str] | None = None,
    private: bool = False,
    ports: Collection[int] = PORTS,
    resolving: Resolve = resolve,
) -> Webhook:
    """Change a webhook's address or events; None keeps the current value.

    Raises:
        PermissionDenied: may not manage. NotFoundError: there is none. InvalidInput: address or events.
    """
    row = webhooks.get_webhook(session, actor, webhook_id)
    if url is not None:
        checked_url(url, private=private, ports=ports, resolving=resolving)
        row.url = url
    if events is not None:
        row.events = list(checked_events(events))
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "webhook.change", f"webhook:{row.id}", {"events": list(row.events)}, clock)
    return row


def renew_secret(session: Session, actor: Actor, box: SecretBox, webhook_id: str, clock: Clock) -> tuple[Webhook, str]:
    """Rotate the signing secret, also for queued messages; it is shown once."""
    row = webhooks.get_webhook(session, actor, webhook_id)
    secret = new_secret()
    row.secret_encrypted = box.encrypt(secret)
    touch(row, actor.id, clock)
    audit.record(session, actor.id, "webhook.renew_secret", f"webhook:{row.id}", {}, clock)
    return row, secret


def send_test(session: Session, actor: Actor, webhook_id: str, clock: Clock) -> OutboxMessage:
    """Queue a message of type "webhook.test" for this webhook alone; its deliveries show the result."""
    row = webhooks.get_webhook(session, actor, webhook_id)
    now = clock.now()
    made = outbox.enqueue(
        session,
        dedupe_key=f"webhook:{row.id}:test:{new_id(now)}",
        channel="webhook",
        recipient=f"webhook:{row.id}",
        template=TEST,
        payload={"type": TEST, "timestamp": now.isoformat(), "subject": f"webhook:{row.id}", "data": {}},
        clock=clock,
    )
    if made is None:
        raise RuntimeError("a new identifier was there already")
    audit.record(session, actor.id, "webhook.test", f"webhook:{row.id}", {}, clock)
    return made
