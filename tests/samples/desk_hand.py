"""Somebody at the console in a browser: presses by the words that are read there, and counts the clicks."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page
from serving import PASSWORD


class Hand:
    """Somebody at the console who counts clicks on links, buttons and boxes. Fields are filled by keys."""

    def __init__(self, browser: Browser, url: str, login: str) -> None:
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="zh-CN", reduced_motion="reduce", base_url=url
        )
        self.page: Page = self.context.new_page()
        self.page.goto("/sign-in")
        self.page.fill("#f-login", login)
        self.page.fill("#f-password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/console/home**")
        self.clicks = 0

    def click(self, what: Locator) -> None:
        what.first.click()
        self.clicks += 1

    def press(self, words: str, *, inside: str = "body") -> None:
        """A button or link by its words; the page that it leads to is waited for."""
        place = self.page.locator(inside)
        found = place.get_by_role("button", name=words, exact=True).or_(
            place.get_by_role("link", name=words, exact=True)
        )
        with self.page.expect_navigation():
            self.click(found)
