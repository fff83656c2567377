"""Webhooks: created, enabled and disabled, removed, and the delivery status of their messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from interview_engine.clock import Clock
from interview_engine.errors import DeliveryError
from interview_engine.hr.access.rules import Actor
from interview_engine.hr.access.service import check_row
from interview_engine.hr.problems import invalid, missing
from interview_engine.i18n import msg
from interview_engine.store import audit, outbox
from interview_engine.store.addresses import PORTS, Resolve, checked_address, resolve
from interview_engine.store.page import Page, clamp, page_of, read_cursor
from interview_engine.store.rows import find, stamp, touch
from interview_engine.store.secrets import SecretBox
from interview_engine.store.tables import OutboxMessage, Webhook
from interview_engine.store.webhook_events import is_told, told_subjects
from interview_engine.store.webhooks import new_secret

MAX_WEBHOOKS = 20
"""Webhooks of one installation: each multiplies what is sent."""


@dataclass(frozen=True, slots=True)
class TroubledWebhook:
    """A webhook whose receiver does not answer as it should.

    Args:
        host: without the path, which may hold a secret.
        failures: deliveries that failed since the last one that arrived.
        waiting, failed: messages to it that are queued, and that failed for good.
    """

    id: str
    host: str
    failures: int
    paused_until: datetime | None
    last_error: str
    waiting: int
    failed: int


def create_webhook(
    session: Session,
    actor: Actor,
    box: SecretBox,
    url: str,
    events: Iterable[str],
    clock: Clock,
    *,
    private: bool = False,
    ports: Collection[int] = PORTS,
    resolving: Resolve = resolve,
) -> tuple[Webhook, str]:
    """Create a webhook; returns it with its signing secret, which is shown once.

    Args:
        events: "application.*", "offer.state", …; see store.webhook_events.
        private: whether the settings allow receivers at private addresses. ports: that they allow for others.

    Raises:
        PermissionDenied: may not manage. InvalidInput: address or events, or there are too many.
    """
    check_row(session, actor, "contact", "manage")
    wanted = checked_events(events)
    checked_url(url, private=private, ports=ports, resolving=resolving)
    if len(session.scalars(select(Webhook.id)).all()) >= MAX_WEBHOOKS:
        raise invalid(
            "url", "webhook.too_many", msg("There are {most} webhooks already.", most=MAX_WEBHOOKS),
            msg("Remove one that is not used."),
        )  # fmt: skip
    secret = new_secret()
    hook = Webhook(
        **stamp(actor.id, clock), url=url, events=list(wanted), secret_encrypted=box.encrypt(secret), active=True
    )
    session.add(hook)
    session.flush()
    audit.record(session, actor.id, "webhook.create", f"webhook:{hook.id}", {"events": list(wanted)}, clock)
    return hook, secret


def list_webhooks(session: Session, actor: Actor) -> list[Webhook]:
    """All webhooks, oldest first. PermissionDenied: may not manage."""
    check_row(session, actor, "contact", "manage")
    return list(session.scalars(select(Webhook).order_by(Webhook.id)))


def get_webhook(session: Session, actor: Actor, webhook_id: str) -> Webhook:
    """One webhook. PermissionDenied: may not manage. NotFoundError: there is none."""
    check_row(session, actor, "contact", "manage")
    return _hook(session, webhook_id)


def switch_webhook(session: Session, actor: Actor, webhook_id: str, active: bool, clock: Clock) -> Webhook:
    """Enable a webhook, which ends a pause, or disable it: its queued messages are then suppressed. Raises as
    `get_webhook`."""
    check_row(session, actor, "contact", "manage")
    hook = _hook(session, webhook_id, lock=True)
    hook.active = active
    if active:
        _end_pause(session, hook, clock)
    touch(hook, actor.id, clock)
    audit.record(session, actor.id, "webhook.switch", f"webhook:{hook.id}", {"active": active}, clock)
    return hook


def resume_webhook(session: Session, actor: Actor, webhook_id: str, clock: Clock) -> int:
    """End the pause of a webhook whose receiver works again, and retry its failed messages. Raises as `get_webhook`.

    Returns:
        How many messages that had failed for good are queued again.
    """
    check_row(session, actor, "contact", "manage")
    hook = _hook(session, webhook_id, lock=True)
    hook.active = True
    _end_pause(session, hook, clock)
    again = outbox.requeue_all(session, f"webhook:{hook.id}", clock)
    touch(hook, actor.id, clock)
    audit.record(session, actor.id, "webhook.resume", f"webhook:{hook.id}", {"messages": again}, clock)
    return again


def troubled_webhooks(session: Session) -> tuple[TroubledWebhook, ...]:
    """Webhooks whose last deliveries failed, and those with messages that failed for good, oldest first."""
    counted = (
        select(OutboxMessage.recipient, OutboxMessage.state, func.count().label("many"))
        .where(OutboxMessage.channel == "webhook", OutboxMessage.state.in_(("queued", "failed")))
        .group_by(OutboxMessage.recipient, OutboxMessage.state)
    )
    counts = {(who, state): many for who, state, many in session.execute(counted).tuples()}
    rows = session.scalars(select(Webhook).where(Webhook.active).order_by(Webhook.id))
    return tuple(
        TroubledWebhook(row.id, urlsplit(row.url).netloc, row.failures, row.paused_until, row.last_error or "",
                        counts.get((f"webhook:{row.id}", "queued"), 0), counts.get((f"webhook:{row.id}", "failed"), 0))
        for row in rows
        if row.failures or (f"webhook:{row.id}", "failed") in counts
    )  # fmt: skip


def delete_webhook(session: Session, actor: Actor, webhook_id: str, clock: Clock) -> None:
    """Delete a webhook and its secret. Raises as `get_webhook`."""
    check_row(session, actor, "contact", "manage")
    hook = _hook(session, webhook_id, lock=True)
    audit.record(session, actor.id, "webhook.delete", f"webhook:{hook.id}", {}, clock)
    session.execute(delete(Webhook).where(Webhook.id == hook.id))


def deliveries(
    session: Session, actor: Actor, webhook_id: str, *, cursor: str | None = None, limit: int = 50
) -> Page[OutboxMessage]:
    """Delivery status of its messages, latest first. Raises as `get_webhook`."""
    check_row(session, actor, "contact", "manage")
    hook = _hook(session, webhook_id)
    limit = clamp(limit)
    statement = (
        select(OutboxMessage).where(OutboxMessage.recipient == f"webhook:{hook.id}").order_by(OutboxMessage.id.desc())
    )
    if cursor is not None:
        statement = statement.where(OutboxMessage.id < str(read_cursor(cursor, 1)[0]))
    rows = list(session.scalars(statement.limit(limit + 1)))
    return page_of(rows, limit, [(row.id,) for row in rows])


def send_again(session: Session, actor: Actor, message_id: str, clock: Clock) -> None:
    """Retry a failed or suppressed message of any channel.

    Raises:
        PermissionDenied: may not manage. NotFoundError: there is none.
    """
    check_row(session, actor, "contact", "manage")
    if find(session, OutboxMessage, message_id) is None:
        raise missing("message", msg("message"))
    outbox.requeue(session, message_id, clock)
    audit.record(session, actor.id, "message.send_again", f"outbox_message:{message_id}", {}, clock)


def checked_events(events: Iterable[str]) -> list[str]:
    """The events in order without repeats. InvalidInput: `webhook.events`."""
    wanted = sorted(set(events))
    if not wanted or not all(is_told(event) for event in wanted):
        shown = ", ".join(f"{subject}.*" for subject in told_subjects())
        raise invalid(
            "events", "webhook.events", msg("Choose events that exist."),
            msg("For instance {shown}.", shown=shown),
        )  # fmt: skip
    return wanted


def checked_url(url: str, *, private: bool, ports: Collection[int], resolving: Resolve) -> None:
    """A name that does not resolve now may do so later; what is refused is refused at once, and again when sending.

    Raises:
        InvalidInput: `webhook.address`.
    """
    if len(url) > 500:
        raise invalid("url", "webhook.address", msg("The address is too long."), msg("Shorten it."))
    try:
        checked_address(url, private=private, ports=ports, resolving=resolving)
    except DeliveryError as error:
        if not error.temporary:
            raise invalid("url", error.code, error.message, error.next_step) from None


def _end_pause(session: Session, hook: Webhook, clock: Clock) -> None:
    hook.failures, hook.paused_until, hook.last_error = 0, None, None
    outbox.hasten(session, f"webhook:{hook.id}", clock)


def _hook(session: Session, webhook_id: str, *, lock: bool = False) -> Webhook:
    hook = find(session, Webhook, webhook_id, lock=lock)
    if hook is None:
        raise missing("webhook", msg("webhook"))
    return hook
