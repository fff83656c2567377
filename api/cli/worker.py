"""`interview-engine worker`: assess what waits in a service's queue; any number of them, on any number of machines."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from types import FrameType

from api.cli.loading import loading
from interview_engine.clock import SystemClock
from interview_engine.service_settings import read_service_settings
from interview_engine.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Work until interrupted (SIGINT, SIGTERM); what was in hand is given back and goes on elsewhere."""
    with loading():
        from api.serving import open_context, working
        from pipelines.service.worker import WorkerOptions, run_worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    environment = dict(os.environ)
    clock = SystemClock()
    service = read_service_settings(environment, demo=options.demo)
    settings = read_settings(environment)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    context = open_context(service, settings, clock)
    try:
        with working(context, on_queue=False):
            run_worker(
                context.database,
                context.blobs,
                service.database_url,
                settings,
                clock,
                stop,
                WorkerOptions(hands=options.hands or 0, box=context.box),
            )
    finally:
        context.database.close()
    return 0
