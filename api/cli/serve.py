"""`interview-engine serve`: the whole service in one process, with the embedded defaults."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from api.cli.loading import loading
from api.cli.side_by_side import both
from interview_engine.clock import Clock, SystemClock
from interview_engine.i18n import msg
from interview_engine.service_settings import read_service_settings
from interview_engine.settings import read_settings

if TYPE_CHECKING:
    from api.context import Context


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted; prints where, and at the first start the administrator's password, once."""
    with loading():
        import uvicorn

        from api.app import create_app
        from api.serving import open_context, server_of, starting, working

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    environment = dict(os.environ)
    for name, value in (("HOST", options.host), ("PORT", options.port)):
        if value is not None:
            environment[f"INTERVIEW_ENGINE_{name}"] = str(value)
    clock: Clock = SystemClock()
    service = read_service_settings(environment, demo=options.demo)
    signal.signal(signal.SIGTERM, _leave)
    context = open_context(service, read_settings(environment), clock)
    try:
        with starting(service):
            _first_start(context)
        print(
            f"{both(msg('serving at'), ' · ')} {service.public_url}  (Ctrl-C {both(msg('stops'), ' · ')})", flush=True
        )
        app = create_app(context)
        with working(context, on_queue=service.worker_in_process):
            config = uvicorn.Config(
                app,
                host=service.host,
                port=service.port,
                log_level="warning",
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=10,
            )
            server_of(config).run()
    finally:
        context.wechat.close()
        context.database.close()
    return 0


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """uvicorn sends itself the signal again when it has ended: without this the process would be gone before the
    worker has given back what it has in hand."""
    sys.exit(0)


def _first_start(context: Context) -> None:
    """An administrator where there is nobody, or the demo's company with its accounts."""
    from interview_engine.hr.accounts.service import first_administrator

    if context.service.demo:
        _demo(context)
        return
    with context.database.transaction() as session:
        made = first_administrator(session, context.clock)
    if made is not None:
        account, password = made
        print(f"{both(msg('first start, an administrator was created'), ' · ')}:")
        print(f"  {both(msg('login'), ' · ')}:    {account.login}")
        print(f"  {both(msg('password'), ' · ')}: {password}   （{both(msg('shown only once'), ' · ')}）", flush=True)


def _demo(context: Context) -> None:
    """The demo's company: accounts, links to try as a candidate, and the recordings on their way through the queue."""
    from api.demo_service import prepare_demo

    company = prepare_demo(context)
    address = context.service.public_url
    print(f"{both(msg('demo accounts'), ' · ')}:")
    for role, login in company.logins.items():
        print(f"  {login:<20} {role}")
    once = msg("shown only once") if company.created else msg("a new one at each start")
    print(f"  {both(msg('one password for all'), ' · ')}: {company.password}   （{both(once, ' · ')}）", flush=True)
    if not company.created:
        return
    print(f"{both(msg('try it as a candidate'), ' · ')}:")
    for name, token in company.links.items():
        print(f"  {name}: {address}/i/{token}")
    print(f"  {both(msg('Open jobs'), ' · ')}: {address}/jobs")
    for kit, codes in company.postings.items():
        for code in codes:
            print(f"  {both(msg('apply'), ' · ')} ({kit}): {address}/p/{code}")
    count = len(company.interviews)
    print(both(msg("{count} synthetic interviews are being assessed", count=count), " · "), flush=True)
