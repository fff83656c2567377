"""The channel of e-mail, by SMTP, when the settings name a server."""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from interview_engine.clock import Clock
from interview_engine.errors import DeliveryError, UsageError
from interview_engine.hr.messaging.person_channel import receiver
from interview_engine.hr.messaging.words import words_for
from interview_engine.i18n import msg
from interview_engine.store.deadline import Deadline
from interview_engine.store.deliver import Message, Receipt
from interview_engine.store.engine import Database

TIMEOUT_S = 20.0
"""For the whole delivery, by the wall; many servers let a stranger wait some seconds before they greet."""
PORTS = {"smtp": 587, "smtps": 465}


class MailChannel:
    """Sends outbox messages of the channel "email".

    Args:
        smtp_url: "smtp://user:password@host:587" (STARTTLS whenever the server offers it, and always before a password
            is sent) or "smtps://…" (TLS from the start).
        mail_from: the sender's address.
        public_url: where links in mails lead.
        tls: what certificates are checked against; the system's authorities by default.

    Raises:
        UsageError: `settings.smtp`, the address is not valid or there is no sender.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        smtp_url: str,
        mail_from: str,
        public_url: str,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(smtp_url)
        if parts.scheme not in PORTS or not parts.hostname or "@" not in mail_from:
            raise UsageError(
                "settings.smtp",
                msg("The mail server's settings are not valid."),
                msg("It is smtp://user:password@host:587 or smtps://…, and a sender's address."),
            )
        self._database = database
        self._clock = clock
        self._scheme, self._host = parts.scheme, parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._from = mail_from
        self._public_url = public_url
        self._tls = tls or ssl.create_default_context()

    def send(self, message: Message) -> Receipt:
        """Hand it to the mail server.

        Raises:
            DeliveryError: `mail.failed`, `message.no_words`.
        """
        with self._database.reading() as session:
            person = receiver(session, message.recipient)
            if person is None or not person.email or person.erased_at is not None:
                return Receipt("suppressed", "the receiver has no mail address")
            address = person.email
            language = str(message.payload.get("language") or person.language)
        words = words_for(message.template, message.payload, language, self._public_url)
        mail = EmailMessage()
        mail["From"] = self._from
        mail["To"] = address
        mail["Subject"] = " ".join(words.subject.split())
        mail["Date"] = formatdate(self._clock.now().timestamp())
        # the same for a repeat, by which mail programs show it once
        digest = hashlib.sha256(message.dedupe_key.encode()).hexdigest()[:40]
        mail["Message-ID"] = f"<{digest}@{self._from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(words.body)
        try:
            self._transmit(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise _failed(error, temporary=all(code < 500 for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise _failed(
                error, temporary=error.smtp_code < 500 or isinstance(error, smtplib.SMTPAuthenticationError)
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise _failed(error, temporary=True) from None
        return Receipt("sent")

    def _transmit(self, mail: EmailMessage) -> None:
        with Deadline(TIMEOUT_S) as deadline:
            tls = self._tls if self._scheme == "smtps" else None
            with _Connection(self._host, self._port, deadline, tls) as server:
                server.ehlo()
                if tls is None and (server.has_extn("starttls") or self._user):
                    server.starttls(context=self._tls)  # raises when the server has none: no password in clear
                    server.ehlo()
                self._hand_over(server, mail)

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage) -> None:
        if self._user:
            server.login(self._user, self._password)
        server.send_message(mail)


class _Connection(smtplib.SMTP):
    """A connection that ends at the deadline, however slowly the server speaks.

    Args:
        tls: for TLS from the start.
    """

    def __init__(self, host: str, port: int, deadline: Deadline, tls: ssl.SSLContext | None) -> None:
        self._deadline = deadline
        self._tls_from_start = tls
        super().__init__(host, port, timeout=deadline.left_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Where smtplib makes its connection, and where its own SMTP_SSL puts TLS around it."""
        plain = socket.create_connection((host, port), timeout)
        self._deadline.watch(plain)
        return plain if self._tls_from_start is None else self._tls_from_start.wrap_socket(plain, server_hostname=host)


def _failed(error: Exception, *, temporary: bool) -> DeliveryError:
    return DeliveryError(
        "mail.failed",
        msg("The mail server refused the message."),
        msg("Check the mail settings: {error}", error=error),
        temporary,
    )
