"""python -m bench readme_pictures: the pictures in the README, taken of a `serve --demo` that has finished.

For the picture of the phone somebody applies and records: it is taken last, so that the console's show the demo alone.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, Playwright, ViewportSize, sync_playwright

from bench.browser import at_equal_priority
from bench.camera_files import camera_flags, write_wav, write_y4m

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
JOB, CANDIDATE = "客服专员", "Grace Adeyemi"
LOADED = "[...document.querySelectorAll('video, img')].every((one) => one.readyState >= 3 || one.complete || !one.src)"
"""A video that is not there yet has a turning arc over the face."""
LOADED_WITHIN_S = 60
CLIP = Path(__file__).parents[1] / "pipelines" / "demo" / "lin_q1.mp4"
PHONE = ViewportSize(width=375, height=812)
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/zh_CN"
)
SIDE_BY_SIDE = "margin:0;padding:18px 19px;background:#e6eaec;display:flex;gap:18px;width:max-content"


def main(arguments: Sequence[str]) -> int:
    """Sign in as the demo's recruiter and take the pictures; the password comes from the environment."""
    parser = argparse.ArgumentParser(prog="python -m bench readme_pictures")
    parser.add_argument("--service", default="http://127.0.0.1:8000", help="where serve --demo listens")
    parser.add_argument("--out", type=Path, default=PICTURES)
    parser.add_argument(
        "--posting", default="", help="a job's link that serve --demo shows: takes the phone's picture too"
    )
    parser.add_argument("--phone-only", action="store_true", help="not the console's, for which a password is needed")
    options = parser.parse_args(arguments)
    if options.phone_only and not options.posting:
        parser.error("--phone-only needs --posting")
    password, chromium = os.environ.get("DEMO_PASSWORD", ""), shutil.which("chromium")
    if not chromium or not (password or options.phone_only):
        print("needs chromium, and DEMO_PASSWORD: what serve --demo shows at its start", file=sys.stderr)
        return 2
    at_equal_priority()
    with sync_playwright() as playwright:
        if not options.phone_only:
            take_console(playwright, chromium, options.service, password, options.out)
        if options.posting:
            take_phone(playwright, chromium, options.posting, options.out / "phone.png")
    return 0


def take_console(playwright: Playwright, chromium: str, service: str, password: str, out: Path) -> None:
    """The home page, the ranking and a report, as the demo's recruiter sees them."""
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    context = browser.new_context(
        viewport={"width": 1280, "height": 860}, base_url=service, reduced_motion="reduce", locale="zh-CN"
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#f-login", "demo-recruiter")
    page.fill("#f-password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/home**")
    take(page, out / "console.png")
    page.get_by_role("link", name=JOB, exact=True).first.click()
    job = page.url
    context.add_cookies([{"name": "language", "value": "en", "url": service}])
    page.goto(job)
    take(page, out / "ranking.png")
    page.get_by_role("link", name=CANDIDATE, exact=True).first.click()
    page.set_viewport_size({"width": 1280, "height": 960})
    take(page, out / "report.png")
    browser.close()


def take_phone(playwright: Playwright, chromium: str, posting: str, path: Path) -> None:
    """The job in WeChat, what is read before, the first question being recorded: three screens of one applicant."""
    with tempfile.TemporaryDirectory() as folder:
        camera, microphone = Path(folder) / "camera.y4m", Path(folder) / "microphone.wav"
        write_y4m(CLIP, camera, size=(640, 480), seconds=20)
        write_wav(CLIP, microphone)
        given = ["--no-sandbox", *camera_flags(camera, microphone)]
        browser = playwright.chromium.launch(executable_path=chromium, args=given)
        context = browser.new_context(viewport=PHONE, locale="zh-CN", user_agent=WECHAT)
        page = context.new_page()
        page.goto(posting)
        page.wait_for_load_state("networkidle")
        screens = [page.screenshot()]
        page.fill("#name", "郑晓（演示）")
        another = secrets.token_hex(3)  # who is known already gets the link by mail
        page.fill("#email", f"zheng.xiao.{another}@example.com")
        page.click("form button[type=submit]")
        page.wait_for_selector("input[value=record]")
        screens.append(page.screenshot())
        page.check("input[value=record]")
        page.check("input[name=automated][value=yes]")
        page.click("form button[type=submit]")
        page.click("#turn-on")
        record(page, 3)
        page.click("#main-button")
        page.click("#check-start:enabled")
        page.click("#reveal")
        record(page, 11)
        screens.append(page.screenshot())
        shown = "".join(f'<img src="data:image/png;base64,{base64.b64encode(one).decode()}">' for one in screens)
        page.close()
        sheet = browser.new_page(viewport={"width": 1280, "height": 900})
        sheet.set_content(f'<!doctype html><body style="{SIDE_BY_SIDE}">{shown}')
        sheet.locator("body").screenshot(path=path)
        browser.close()
    print(path)


def record(page: Page, seconds: int) -> None:
    """Press the round button and wait until so much is recorded."""
    page.click("#main-button[data-kind=record]")
    page.wait_for_selector("#main-button[data-kind=stop]")
    while int(page.inner_text("#used").rpartition(":")[2]) < seconds:
        page.wait_for_timeout(100)


def take(page: Page, path: Path) -> None:
    """One picture, once everything in it is there."""
    page.wait_for_load_state("networkidle")
    for _ in range(LOADED_WITHIN_S * 10):
        if page.evaluate(LOADED):
            break
        page.wait_for_timeout(100)
    else:
        raise SystemExit(f"{path.name}: a video or picture of the page is not there after {LOADED_WITHIN_S} s")
    page.wait_for_timeout(1000)
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
