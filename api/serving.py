"""From settings to a running service: open what is kept, make it ready, work on the queue beside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from api.context import Context
from interview_engine.clock import Clock
from interview_engine.service_settings import ServiceSettings
from interview_engine.settings import Settings
from interview_engine.store.blobs import open_blobs
from interview_engine.store.engine import open_database
from interview_engine.store.migrate import migrate
from interview_engine.store.secrets import SecretBox, Signer


def open_context(service: ServiceSettings, engine: Settings, clock: Clock) -> Context:
    """Open the database, bring its tables up to date, open the blobs.

    Raises:
        UsageError: an address is not valid, or nobody answers there.
    """
    database = open_database(service.database_url)
    migrate(database)
    blobs = open_blobs(service.blobs_url)
    return Context(
        database=database,
        blobs=blobs,
        service=service,
        engine=engine,
        clock=clock,
        box=SecretBox(service.secret),
        signer=Signer(service.secret),
    )


@contextmanager
def working(context: Context) -> Iterator[None]:
    """Work on the queue in a thread of this process while the block runs; child processes do the measuring."""
    from pipelines.worker import run_worker

    stop = threading.Event()
    thread = threading.Thread(
        target=run_worker, args=(context.engine, context.service, stop), name="worker", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)
