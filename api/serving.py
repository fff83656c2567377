"""From settings to a running service: open what is kept, make it ready, work on the queue and keep house beside."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from api import housekeeping
from api.context import Context
from api.signing.esign import Esign
from api.wechat.connect import Wechat, connect
from interview_engine.clock import Clock
from interview_engine.hr.all_tables import Base
from interview_engine.hr.messaging.channels import make_channels
from interview_engine.hr.messaging.person_channel import PersonChannel
from interview_engine.hr.privacy.service import erase_again
from interview_engine.hr.tasks import service as tasks
from interview_engine.service_settings import ServiceSettings
from interview_engine.settings import Settings
from interview_engine.signing_settings import read_esign_settings
from interview_engine.store import audit
from interview_engine.store.blob_keys import BlobKeys
from interview_engine.store.blobs import open_blobs
from interview_engine.store.deliver import Channel
from interview_engine.store.engine import open_database
from interview_engine.store.migrate import migrate
from interview_engine.store.outages import cannot_start
from interview_engine.store.resealing import reseal
from interview_engine.store.secrets import SecretBox, Signer
from interview_engine.store.trail_seal import open_key
from interview_engine.wechat_settings import read_wechat_settings

PARTING_S = 30.0
"""How long the threads get to end in order."""


def open_context(service: ServiceSettings, engine: Settings, clock: Clock) -> Context:
    """Open the database, bring its tables up to date, open the blobs; delete again what a restore brought back.

    Raises:
        UsageError: an address is not valid, or nobody answers there, or there is no room.
    """
    with starting(service):
        return _open(service, engine, clock)


@contextmanager
def starting(service: ServiceSettings) -> Iterator[None]:
    """A part of the start: an outage of database or disk leaves it in words, not as a trace.

    Raises:
        UsageError: `store.busy`, `store.full`, `store.read_only`, `store.away`.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        words = cannot_start(error, make_url(service.database_url).render_as_string(hide_password=True))
        if words is None:
            raise
        raise words from error


def _open(service: ServiceSettings, engine: Settings, clock: Clock) -> Context:
    database = open_database(service.database_url)
    migrate(database)
    box = SecretBox(service.secret, service.old_secrets)
    if service.old_secrets:
        with database.transaction() as session:
            reseal(session, box, Base.metadata)
    with database.transaction() as session:
        database.trail_key, begun = open_key(session, box)
    if begun:  # the trail of an older version: who audits sees from where on it is sealed
        with database.transaction() as session:
            audit.record(session, "system", "trail.seal", f"audit_event:{begun}", {"sequence": begun}, clock)
    with database.transaction() as session:
        tasks.propose(session, clock)
    esign = read_esign_settings(os.environ)
    blobs = open_blobs(service.blobs_url, service.s3_endpoint, BlobKeys(database, box, clock))
    erase_again(database, blobs, clock)
    return Context(
        database=database,
        blobs=blobs,
        service=service,
        engine=engine,
        clock=clock,
        box=box,
        signer=Signer(service.secret),
        wechat=connect(read_wechat_settings(os.environ), database, box, clock),
        signatures=None if esign is None else Esign(esign, clock),
    )


def channels_of(context: Context) -> dict[str, Channel]:
    """Every way to reach somebody that is set up here; "person" chooses among those that reach a human being.

    Raises:
        UsageError: `settings.smtp`.
    """
    channels = make_channels(context.database, context.service, context.clock)
    channels.update(context.wechat.channels(context.database, context.service.public_url, context.clock))
    personal = {name: channel for name, channel in channels.items() if name not in ("inbox", "webhook")}
    channels["person"] = PersonChannel(context.database, personal, context.clock, Wechat.closes_the_way)
    return channels


@contextmanager
def working(context: Context, *, on_queue: bool = True) -> Iterator[None]:
    """Send messages, keep house and (with `on_queue`) assess, in threads of this process while the block runs.

    The measuring itself is in child processes.
    """
    stop = threading.Event()
    threads = housekeeping.start(context, channels_of(context), stop)
    if on_queue:
        threads.append(_worker(context, stop))
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=PARTING_S)


def server_of(config: uvicorn.Config) -> uvicorn.Server:
    """A server that ends its open streams of changes before it waits for requests to end, so that it stops at once."""
    app: FastAPI = config.app  # type: ignore[assignment]

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.changes.close()
            await super().shutdown(sockets)

    return Server(config)


def _worker(context: Context, stop: threading.Event) -> threading.Thread:
    from pipelines.service.worker import WorkerOptions, run_worker

    arguments = (
        context.database,
        context.blobs,
        context.service.database_url,
        context.engine,
        context.clock,
        stop,
        WorkerOptions(box=context.box),
    )
    thread = threading.Thread(target=run_worker, args=arguments, name="worker", daemon=True)
    thread.start()
    return thread
