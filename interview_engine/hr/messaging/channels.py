"""The channels that this installation's settings give: inbox always, webhooks, mail when there is a server."""

from __future__ import annotations

from interview_engine.clock import Clock
from interview_engine.hr.messaging.mail import MailChannel
from interview_engine.service_settings import ServiceSettings
from interview_engine.store.deliver import Channel, InboxChannel
from interview_engine.store.engine import Database
from interview_engine.store.secrets import SecretBox
from interview_engine.store.webhooks import WebhookChannel


def make_channels(database: Database, service: ServiceSettings, clock: Clock) -> dict[str, Channel]:
    """Channels by name, for `store.deliver.run_dispatcher`.

    Raises:
        UsageError: `settings.smtp`.
    """
    box = SecretBox(service.secret, service.old_secrets)
    hooks = WebhookChannel(database, box, clock, private=service.webhook_private, ports=service.webhook_ports)
    channels: dict[str, Channel] = {"inbox": InboxChannel(), "webhook": hooks}
    if service.smtp_url:
        channels["email"] = MailChannel(
            database, clock, smtp_url=service.smtp_url, mail_from=service.mail_from, public_url=service.public_url
        )
    return channels
