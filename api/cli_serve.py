"""`interview-engine serve`: the whole service in one process, with the embedded defaults."""

from __future__ import annotations

import argparse
import logging
import os

from interview_engine.clock import Clock, SystemClock
from interview_engine.service_settings import read_service_settings
from interview_engine.settings import read_settings


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted; prints where, and at the first start the administrator's password, once."""
    import uvicorn

    from api.app import create_app
    from api.serving import open_context, working

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    environment = dict(os.environ)
    for name, value in (("HOST", options.host), ("PORT", options.port)):
        if value is not None:
            environment[f"INTERVIEW_ENGINE_{name}"] = str(value)
    clock: Clock = SystemClock()
    service = read_service_settings(environment, demo=options.demo)
    context = open_context(service, read_settings(environment), clock)
    try:
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


def _first_start(context: object) -> None:
    """An administrator where there is nobody, or the demo's company with its accounts."""
    from api.context import Context
    from interview_engine.hr.people.service import first_administrator

    assert isinstance(context, Context)
    if context.service.demo:
        from pipelines.demo_service import prepare_demo

        accounts = prepare_demo(context.database, context.blobs, context.clock)
        print("演示账号（密码相同）· demo accounts, one password:")
        for account in accounts.accounts:
            print(f"  {account.login:<24} {account.role}")
        print(f"  密码 · password: {accounts.password}")
        return
    with context.database.transaction() as session:
        made = first_administrator(session, context.clock)
    if made is not None:
        account, password = made
        print("首次启动，已创建管理员 · first start, an administrator was made:")
        print(f"  登录名 · login:    {account.login}")
        print(f"  密码 · password: {password}   （只显示这一次 · shown this once）", flush=True)
