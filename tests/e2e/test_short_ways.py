"""Ways that people walk every day are short: what must be read before an interview, and how often one must click."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import headless
from playwright.sync_api import Browser
from serving import LiveServer, live_server

pytestmark = pytest.mark.slow
__all__ = ["live_server"]

PHONE = {"width": 375, "height": 812}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with headless() as made:
        yield made


@pytest.mark.parametrize("language", ["zh-CN", "en-US", "ja-JP", "es-ES"])
def test_consent_is_read_and_given_within_one_and_a_third_screens_of_a_phone(
    browser: Browser, live_server: LiveServer, language: str
) -> None:
    token = live_server.invite(live_server.short_job()).token
    context = browser.new_context(viewport=PHONE, locale=language, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{live_server.url}/i/{token}")
    button = page.locator(".consent button.primary").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 1.3 * PHONE["height"]
    assert not page.locator(".qr").is_visible()
    assert page.locator(".terms details").get_attribute("open") is None
    assert not page.locator(".when-recorded").is_visible()
    page.check("input[name=route][value=record]")
    assert page.locator(".when-recorded").is_visible()
    context.close()
