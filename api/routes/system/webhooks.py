"""Webhooks: where another system is told of what (L1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.orm import Session

from api.access import Call, needs
from api.routes.frame import Cursor, Done, Id, In, Limit, Out, PageOut, list_out, new_router, page_out
from interview_engine.hr.messaging import webhook_changes as changes
from interview_engine.hr.messaging import webhooks as service
from interview_engine.store.tables import Webhook
from interview_engine.store.webhook_events import SHAPE

router = new_router("webhooks")

Event = Annotated[str, Field(max_length=60, pattern=f"^(?:{SHAPE.pattern})$", examples=["application.move"])]
Events = Annotated[list[Event], Field(min_length=1, max_length=50, examples=[["application.*", "assessment.store"]])]
Url = Annotated[str, Field(min_length=8, max_length=500, pattern=r"^https?://[!-~]+$")]


class NewWebhook(In):
    """An address and what it wants to be told of, one by one or "application.*"."""

    url: Url = Field(examples=["https://ats.example.com/hooks/interviews"])
    events: Events


class WebhookChange(In):
    """What to change; leave out what stays."""

    url: Url | None = None
    events: Events | None = None
    active: bool | None = None


class WebhookOut(Out):
    """A webhook without its secret: address, events, and whether it is paused."""

    id: str
    url: str
    events: list[str]
    active: bool
    failures: int = Field(description="Deliveries that failed since the last one that arrived.")
    paused_until: datetime | None = Field(description="Nothing is sent before, because deliveries failed.")
    last_error: str | None
    created_at: datetime
    updated_at: datetime


class IssuedWebhook(WebhookOut):
    """A webhook with its signing secret, which is shown this once."""

    secret: str = Field(examples=["whsec_…"])


class Resumed(Out):
    """How many messages that had failed for good are queued again."""

    messages: int


class Delivery(Out):
    """One message to a webhook."""

    id: str
    key: str = Field(validation_alias="dedupe_key", description="What the receiver gets as `webhook-id`.")
    type: str = Field(validation_alias="template")
    state: Literal["queued", "sent", "delivered", "failed", "suppressed"]
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    error: str | None
    created_at: datetime


@router.get("/webhooks")
def list_webhooks(call: Annotated[Call, needs("contact", "manage")]) -> PageOut[WebhookOut]:
    """All webhooks, oldest first."""
    with call.reading() as session:
        return list_out(service.list_webhooks(session, call.actor), WebhookOut.model_validate)


@router.post("/webhooks", status_code=201)
def create_webhook(body: NewWebhook, call: Annotated[Call, needs("contact", "manage")]) -> IssuedWebhook:
    """Tell this address of these events from now on. The secret is shown this once."""
    private, ports = call.context.service.webhook_private, call.context.service.webhook_ports
    box = call.context.box
    return call.once(
        lambda s: _issued(
            *service.create_webhook(s, call.actor, box, body.url, body.events, call.clock, private=private, ports=ports)
        )
    )


@router.get("/webhooks/{webhook_id}")
def get_webhook(webhook_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> WebhookOut:
    """One webhook without its secret."""
    with call.reading() as session:
        return WebhookOut.model_validate(service.get_webhook(session, call.actor, webhook_id))


@router.patch("/webhooks/{webhook_id}")
def change_webhook(
    webhook_id: Id, body: WebhookChange, call: Annotated[Call, needs("contact", "manage")]
) -> WebhookOut:
    """Change its address or events, or switch it on or off."""
    with call.writing() as session:
        row = service.get_webhook(session, call.actor, webhook_id)
        if body.url is not None or body.events is not None:
            settings = call.context.service
            row = changes.change_webhook(
                session,
                call.actor,
                webhook_id,
                call.clock,
                url=body.url,
                events=body.events,
                private=settings.webhook_private,
                ports=settings.webhook_ports,
            )
        if body.active is not None:
            row = service.switch_webhook(session, call.actor, webhook_id, body.active, call.clock)
        return WebhookOut.model_validate(row)


@router.post("/webhooks/{webhook_id}/renew-secret")
def renew_webhook_secret(webhook_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> IssuedWebhook:
    """Sign with a new secret from now on."""
    return call.once(lambda s: _issued(*changes.renew_secret(s, call.actor, call.context.box, webhook_id, call.clock)))


@router.post("/webhooks/{webhook_id}/resume")
def resume_webhook(webhook_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> Resumed:
    """The receiver works again: end the pause, and send again what failed for good."""
    return call.once(lambda s: Resumed(messages=service.resume_webhook(s, call.actor, webhook_id, call.clock)))


@router.post("/webhooks/{webhook_id}/test", status_code=202)
def send_test_message(webhook_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> Delivery:
    """Queue a message of type `webhook.test` for it alone; its deliveries show what became of it."""
    return call.once(lambda s: Delivery.model_validate(changes.send_test(s, call.actor, webhook_id, call.clock)))


@router.get("/webhooks/{webhook_id}/deliveries")
def list_deliveries(
    webhook_id: Id, call: Annotated[Call, needs("contact", "manage")], cursor: Cursor = None, limit: Limit = 50
) -> PageOut[Delivery]:
    """What was sent or waits to be sent to it, newest first."""
    with call.reading() as session:
        page = service.deliveries(session, call.actor, webhook_id, cursor=cursor, limit=limit)
    return page_out(page, Delivery.model_validate)


@router.delete("/webhooks/{webhook_id}")
def remove_webhook(webhook_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> Done:
    """Tell it of nothing any more; messages that wait are dropped."""
    with call.writing() as session:
        service.delete_webhook(session, call.actor, webhook_id, call.clock)
    return Done()


@router.post("/messages/{message_id}/send-again")
def send_message_again(message_id: Id, call: Annotated[Call, needs("contact", "manage")]) -> Done:
    """Try a message again that failed for good or was suppressed."""

    def work(session: Session) -> Done:
        service.send_again(session, call.actor, message_id, call.clock)
        return Done()

    return call.once(work)


def _issued(webhook: Webhook, secret: str) -> IssuedWebhook:
    return IssuedWebhook(**WebhookOut.model_validate(webhook).model_dump(), secret=secret)
