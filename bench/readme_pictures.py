"""python -m bench readme_pictures: the console's pictures in the README, taken of a `serve --demo` that has finished.

The picture of the phone needs a fake camera and hands; it is not made here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
JOB, CANDIDATE = "客服专员", "Grace Adeyemi"
LOADED = "[...document.querySelectorAll('video, img')].every((one) => one.readyState >= 3 || one.complete || !one.src)"
"""A video that is not there yet has a turning arc over the face."""


def main(arguments: Sequence[str]) -> int:
    """Sign in as the demo's recruiter and take the pictures; the password comes from the environment."""
    parser = argparse.ArgumentParser(prog="python -m bench readme_pictures")
    parser.add_argument("--service", default="http://127.0.0.1:8000", help="where serve --demo listens")
    parser.add_argument("--out", type=Path, default=PICTURES)
    options = parser.parse_args(arguments)
    password, chromium = os.environ.get("DEMO_PASSWORD", ""), shutil.which("chromium")
    if not password or not chromium:
        print("needs chromium, and DEMO_PASSWORD: what serve --demo shows at its start", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": 1280, "height": 860}, base_url=options.service, reduced_motion="reduce", locale="zh-CN"
        )
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("#f-login", "demo-recruiter")
        page.fill("#f-password", password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/home**")
        take(page, options.out / "console.png")
        page.get_by_role("link", name=JOB, exact=True).first.click()
        job = page.url
        context.add_cookies([{"name": "language", "value": "en", "url": options.service}])
        page.goto(job)
        take(page, options.out / "ranking.png")
        page.get_by_role("link", name=CANDIDATE, exact=True).first.click()
        page.set_viewport_size({"width": 1280, "height": 960})
        take(page, options.out / "report.png")
        browser.close()
    return 0


def take(page: Page, path: Path) -> None:
    """One picture, once everything in it is there."""
    page.wait_for_load_state("networkidle")
    for _ in range(100):
        if page.evaluate(LOADED):
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(1000)
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
