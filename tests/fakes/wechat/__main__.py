"""`python -m tests.fakes.wechat`: the double by itself, for trying the product without WeChat."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import uvicorn

from tests.fakes.wechat.app import make_app
from tests.fakes.wechat.state import Corporation, Official, World

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.wechat")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--service", default="http://127.0.0.1:8000", help="where the product serves")
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
    print("设置 · settings:")
    templates = ", ".join(
        f'"{kind}": {{"template_id": "{kind}", "fields": {{"title": "thing1", "stage": "phrase2", "time": "time3"}}}}'
        for kind in kinds
    )
    for name, value in (
        ("WECHAT_APP_ID", "wxfake"),
        ("WECHAT_SECRET", "fake-secret"),
        ("WECHAT_TOKEN", "fake-token"),
        ("WECHAT_AES_KEY", AES_KEY),
        ("WECHAT_API_URL", f"{here}/oa"),
        ("WECHAT_OPEN_URL", f"{here}/oa"),
        ("WECHAT_TEMPLATES", f"{{{templates}}}"),
        ("WECOM_CORP_ID", "wwfake"),
        ("WECOM_AGENT_ID", "1000002"),
        ("WECOM_SECRET", "fake-secret"),
        ("WECOM_TOKEN", "fake-token"),
        ("WECOM_AES_KEY", AES_KEY),
        ("WECOM_API_URL", f"{here}/qy"),
        ("WECOM_OPEN_URL", f"{here}/qy"),
    ):
        print(f"export INTERVIEW_ENGINE_{name}='{value}'")
    print(f"手机 · phones: {here}/", flush=True)
    uvicorn.run(make_app(World(_Clock(), official, corporation)), port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
