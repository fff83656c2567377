"""`python -m api.wechat.double`: the double by itself, for trying the product without WeChat.

With a command behind `--` (`… -- interview-engine serve --demo`) it starts that with the settings it needs.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import uvicorn

from api.wechat.double.app import make_app
from api.wechat.double.state import Corporation, Official, World

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def main() -> None:
    """Serve the double on a port, print or set the product's settings, and start the command beside it."""
    parser = argparse.ArgumentParser(prog="python -m api.wechat.double")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--service", default="http://127.0.0.1:8000", help="where the product serves")
    parser.add_argument("command", nargs="*", help="what to start beside it, behind --")
    options = parser.parse_args()
    host = options.service.partition("://")[2]
    fields = ("thing1", "phrase2", "time3")
    kinds = ("invitation", "result", "offer", "onboarding", "todo", "notice")
    official = Official(
        "wxfake", "fake-secret", "fake-token", AES_KEY, host, f"{options.service}/wechat/official/callback"
    )
    official.templates = dict.fromkeys(kinds, fields)
    official.followers = {"o-lin-xiao", "o-grace", "o-daniel"}
    corporation = Corporation(
        "wwfake", 1000002, "fake-secret", "fake-token", AES_KEY, host, f"{options.service}/wechat/wecom/callback"
    )
    corporation.members = {"recruiter", "manager"}
    here = f"http://127.0.0.1:{options.port}"
    templates = ", ".join(
        f'"{kind}": {{"template_id": "{kind}", "fields": {{"title": "thing1", "stage": "phrase2", "time": "time3"}}}}'
        for kind in kinds
    )
    settings = {
        "INTERVIEW_ENGINE_WECHAT_APP_ID": "wxfake",
        "INTERVIEW_ENGINE_WECHAT_SECRET": "fake-secret",
        "INTERVIEW_ENGINE_WECHAT_TOKEN": "fake-token",
        "INTERVIEW_ENGINE_WECHAT_AES_KEY": AES_KEY,
        "INTERVIEW_ENGINE_WECHAT_API_URL": f"{here}/oa",
        "INTERVIEW_ENGINE_WECHAT_OPEN_URL": f"{here}/oa",
        "INTERVIEW_ENGINE_WECHAT_TEMPLATES": f"{{{templates}}}",
        "INTERVIEW_ENGINE_WECOM_CORP_ID": "wwfake",
        "INTERVIEW_ENGINE_WECOM_AGENT_ID": "1000002",
        "INTERVIEW_ENGINE_WECOM_SECRET": "fake-secret",
        "INTERVIEW_ENGINE_WECOM_TOKEN": "fake-token",
        "INTERVIEW_ENGINE_WECOM_AES_KEY": AES_KEY,
        "INTERVIEW_ENGINE_WECOM_API_URL": f"{here}/qy",
        "INTERVIEW_ENGINE_WECOM_OPEN_URL": f"{here}/qy",
    }
    beside = None
    if options.command:
        beside = subprocess.Popen(options.command, env={**os.environ, **settings})
    else:
        print("设置 · settings:")
        for name, value in settings.items():
            print(f"export {name}='{value}'")
    print(f"手机 · phones: {here}/")
    print(f"绑定企业微信 · link a colleague: {options.service}/wechat/link", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that what was started beside it ends too
    try:
        uvicorn.run(make_app(World(_Clock(), official, corporation)), port=options.port, log_level="warning")
    finally:
        if beside is not None:
            beside.terminate()
            beside.wait(30)


if __name__ == "__main__":
    main()
