"""Typed settings of the service (server and workers), beside those of assessing in `settings`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from interview_engine.errors import UsageError
from interview_engine.i18n import Text, msg
from interview_engine.settings import PREFIX, invalid_setting

MIN_SECRET = 32
"""Characters of the secret: what `secrets.token_urlsafe(32)` gives is 43."""

KNOWN_SECRETS = ("changeme", "change-me", "secret", "default", "example", "interview-engine")
"""What people copy from examples; a secret that is one of these, however often repeated, is refused."""

DEMO_SECRET = "interview-engine-demo-secret-for-a-machine-of-ones-own"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How this installation serves.

    Args:
        data: folder of the embedded database, blobs and secret.
        database_url: "sqlite:///…" or "postgresql://…"; by default SQLite in `data`.
        blobs_url: "file:///…" or "s3://bucket/prefix"; by default a folder in `data`.
        secret: at least 32 characters; signs media addresses and encrypts what is kept encrypted.
        public_url: how people reach the service, without a last "/"; in links and QR codes.
        demo: demo data, and a secret that is known: refused for an address other machines can reach.
        worker_in_process: whether `serve` also works on the queue.
        max_upload_mb: largest recording of one answer.
        trusted_proxies: addresses or networks ("172.30.80.0/24") whose X-Forwarded-For and -Proto are believed.
        smtp_url: "smtp://user:password@host:587" or "smtps://…"; empty sends no mail.
        webhook_private: whether webhooks may go to private addresses, by plain http and to any port.
        webhook_ports: where they may go otherwise.
        second_factor: whether every console account must set up a second factor before anything opens.
        deletion_days: between the day something past its time is planned to be deleted and the day it is.
        deletion_share: per cent of all interviews and candidates that may go in a day without a person's confirmation.
        trail_anchor: whether the end of the audit trail is sent out daily, to auditors, administrators and webhooks.
        old_secrets: earlier values of `secret`; at the next start what they encrypted is re-encrypted.
        s3_endpoint: of an S3-compatible store that is not Amazon's.
    """

    data: Path
    database_url: str
    blobs_url: str
    secret: str = field(repr=False)
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    worker_in_process: bool = True
    max_upload_mb: int = 2048
    trusted_proxies: tuple[str, ...] = ()
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    webhook_private: bool = False
    webhook_ports: tuple[int, ...] = (443, 8443)
    second_factor: bool = False
    s3_endpoint: str = ""
    deletion_days: int = 7
    deletion_share: int = 20
    trail_anchor: bool = False
    old_secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def secure(self) -> bool:
        """Whether people come by https, so that cookies may be marked so."""
        return self.public_url.startswith("https://")


def read_service_settings(environment: Mapping[str, str], *, demo: bool = False) -> ServiceSettings:
    """Settings from INTERVIEW_ENGINE_DATA, _DATABASE_URL, _BLOBS_URL, _SECRET, _PUBLIC_URL, _HOST, _PORT,
    _WORKER_IN_PROCESS, _MAX_UPLOAD_MB, _TRUSTED_PROXIES, _SMTP_URL, _MAIL_FROM, _WEBHOOK_PRIVATE, _WEBHOOK_PORTS,
    _SECOND_FACTOR, _S3_ENDPOINT, _DELETION_DAYS, _DELETION_SHARE, _TRAIL_ANCHOR, _OLD_SECRETS.

    Without a secret the embedded installation (SQLite) makes one at its first start and keeps it in `data`/secret,
    readable by its owner only; with PostgreSQL it must be set, since several machines share it.

    Raises:
        UsageError: `settings.invalid`, `settings.secret_missing`, `settings.secret_weak`, `settings.demo_public`.
    """

    def text(name: str, default: str = "") -> str:
        return environment.get(PREFIX + name, "").strip() or default

    folder = "demo-data" if demo else "data"
    data = Path(text("DATA", folder)).expanduser().resolve()
    database_url = text("DATABASE_URL", f"sqlite:///{data / 'interview-engine.db'}")
    host, port = text("HOST", "127.0.0.1"), _whole(text("PORT", "8000"), "PORT", 1, 65535)
    public_url = text("PUBLIC_URL", f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}").rstrip("/")
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid_setting("PUBLIC_URL", public_url, "https://…")
    if demo and host not in ("127.0.0.1", "::1", "localhost"):
        raise UsageError(
            "settings.demo_public",
            msg("The demo's secret is public: it does not serve an address that other machines can reach."),
            msg("Leave out --demo, or set INTERVIEW_ENGINE_HOST to 127.0.0.1."),
        )
    return ServiceSettings(
        data=data,
        database_url=database_url,
        blobs_url=text("BLOBS_URL", f"file://{data / 'blobs'}"),
        secret=_secret(text("SECRET"), data, demo=demo, embedded=database_url.startswith("sqlite")),
        public_url=public_url,
        host=host,
        port=port,
        demo=demo,
        worker_in_process=_switch(text("WORKER_IN_PROCESS", "on"), "WORKER_IN_PROCESS"),
        max_upload_mb=_whole(text("MAX_UPLOAD_MB", "2048"), "MAX_UPLOAD_MB", 1, 100_000),
        trusted_proxies=tuple(_address(part.strip()) for part in text("TRUSTED_PROXIES").split(",") if part.strip()),
        smtp_url=text("SMTP_URL"),
        mail_from=text("MAIL_FROM"),
        webhook_private=_switch(text("WEBHOOK_PRIVATE", "off"), "WEBHOOK_PRIVATE"),
        webhook_ports=tuple(
            _whole(part.strip(), "WEBHOOK_PORTS", 1, 65535) for part in text("WEBHOOK_PORTS", "443,8443").split(",")
        ),
        second_factor=_switch(text("SECOND_FACTOR", "off"), "SECOND_FACTOR"),
        s3_endpoint=text("S3_ENDPOINT"),
        deletion_days=_whole(text("DELETION_DAYS", "7"), "DELETION_DAYS", 1, 365),
        deletion_share=_whole(text("DELETION_SHARE", "20"), "DELETION_SHARE", 1, 100),
        trail_anchor=_switch(text("TRAIL_ANCHOR", "off"), "TRAIL_ANCHOR"),
        old_secrets=tuple(part.strip() for part in text("OLD_SECRETS").split(",") if part.strip()),
    )


def _secret(given: str, data: Path, *, demo: bool, embedded: bool) -> str:
    if given:
        plain = given.lower()
        if len(given) < MIN_SECRET or any(not plain.replace(known, "").strip("-_ ") for known in KNOWN_SECRETS):
            raise _weak()
        if given == DEMO_SECRET and not demo:
            raise _weak()
        return given
    if demo:
        return DEMO_SECRET
    if embedded:
        return _own_secret(data / "secret")
    raise UsageError(
        "settings.secret_missing",
        msg("With PostgreSQL the secret must be set."),
        _make_one(),
    )


def _own_secret(path: Path) -> str:
    """The installation's own secret, made at the first start. Two starts at once agree: the file is made once.

    Raises:
        UsageError: `settings.secret_unwritable`, there is none and none can be kept.
    """
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _unwritable(path, error) from None
    temporary = path.with_name(f"secret.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_secret(temporary, path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise _unwritable(path, error) from None


def _keep_secret(temporary: Path, path: Path) -> None:
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):  # another start was quicker: its secret counts
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        "settings.secret_unwritable",
        msg("The secret of this installation cannot be read or kept in {path} ({reason}).", path=path,
            reason=error.strerror or type(error).__name__),
        msg("Make room on the disk and give this user the right to write there, or set INTERVIEW_ENGINE_SECRET."),
    )  # fmt: skip


def _weak() -> UsageError:
    return UsageError(
        "settings.secret_weak",
        msg("The secret is too short (at least {min_secret} characters) or an example's.", min_secret=MIN_SECRET),
        _make_one(),
    )


def _make_one() -> Text:
    command = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'
    return msg("Make one with {command}; set INTERVIEW_ENGINE_SECRET.", command=command)


def _whole(raw: str, name: str, low: int, high: int) -> int:
    if not raw.isdecimal() or not low <= int(raw) <= high:
        raise invalid_setting(name, raw, f"{low}–{high}")
    return int(raw)


def _address(raw: str) -> str:
    """An address, or a network in its shortest form.

    Raises:
        UsageError: `settings.invalid`; also for everything at once ("0.0.0.0/0"), which would believe anybody.
    """
    try:
        network = ip_network(raw)
    except ValueError:
        network = None
    if network is None or network.prefixlen == 0:
        raise invalid_setting("TRUSTED_PROXIES", raw, "10.0.0.1, 172.30.80.0/24")
    return str(network) if "/" in raw else raw


def _switch(raw: str, name: str) -> bool:
    if raw.lower() not in ("on", "off", "true", "false", "1", "0", "yes", "no"):
        raise invalid_setting(name, raw, "on | off")
    return raw.lower() in ("on", "true", "1", "yes")
