"""`interview-engine serve`: the whole service in one process, with the embedded defaults."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from interview_engine.clock import Clock, SystemClock
from interview_engine.service_settings import read_service_settings
from interview_engine.settings import read_settings

if TYPE_CHECKING:
    from api.context import Context


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted; prints where, and at the first start the administrator's password, once."""
    import uvicorn

    from api.app import create_app
    from api.serving import open_context, starting, working

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
        print(f"服务地址 · serving at {service.public_url}  (Ctrl-C 停止 · stops)", flush=True)
        app = create_app(context)
        with working(context, on_queue=service.worker_in_process):
            uvicorn.run(
                app,
                host=service.host,
                port=service.port,
                log_level="warning",
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=10,
            )
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
        print("首次启动，已创建管理员 · first start, an administrator was made:")
        print(f"  登录名 · login:    {account.login}")
        print(f"  密码 · password: {password}   （只显示这一次 · shown this once）", flush=True)


def _demo(context: Context) -> None:
    """The demo's company: accounts, links to try as a candidate, and the recordings on their way through the queue."""
    from api.demo_service import prepare_demo

    company = prepare_demo(context)
    address = context.service.public_url
    print("演示账号 · demo accounts:")
    for role, login in company.logins.items():
        print(f"  {login:<20} {role}")
    if not company.created:
        print("  密码为首次启动时所示 · the password is the one shown at the first start", flush=True)
        return
    print(f"  密码（共用）· one password for all: {company.password}   （只显示这一次 · shown this once）")
    print("作为候选人试用 · try it as a candidate:")
    for name, token in company.links.items():
        print(f"  {name}: {address}/i/{token}")
    for kit, codes in company.postings.items():
        for code in codes:
            print(f"  应聘 · apply ({kit}): {address}/p/{code}")
    count = len(company.interviews)
    print(f"{count} 场合成面试正在评估 · {count} synthetic interviews are being assessed", flush=True)
