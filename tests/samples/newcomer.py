"""Somebody new at an empty company: what they see and press on the first pages, and what must hold on each of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chromium
from messy_staff import MessyStaff, messy_staff
from playwright.sync_api import Browser, FilePayload, Page, expect
from serving import PASSWORD, make_context, served
from sqlalchemy import select

from api.context import Context
from api.serving import working
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.service import first_administrator
from interview_engine.hr.employment.bulk import load_many
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import entries
from interview_engine.i18n import translator
from interview_engine.store.engine import Database

PICTURES = os.environ.get("PICTURES")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page="lines" not in page.url)


@dataclass
class Walk:
    """What could be seen on the way.

    Args:
        faults: by picture, what a page has that nobody could read.
        counts: by step, the numbers on the import's page by their msgids.
        notes: by step, row → what is said of it.
        report: rows of the sheet of anomalies.
        found: by search, whether it found whom it should.
        setup: the company's step is done; departments lead back to the employees; the card is gone.
    """

    language: str
    staff: MessyStaff
    faults: dict[str, object] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    report: list[tuple[str, ...]] = field(default_factory=list)
    rights: dict[str, dict[str, Any]] = field(default_factory=dict)
    after_undo: int = -1
    found: dict[str, bool] = field(default_factory=dict)
    setup: list[bool] = field(default_factory=list)


class Newcomer:
    """Somebody who has never seen the console, with its address, a login and a password."""

    def __init__(self, browser: Browser, url: str, language: str, context: Context) -> None:
        self.say = translator(language)
        window = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale={"zh": "zh-CN", "en": "en-US"}[language],
            reduced_motion="reduce", base_url=url, accept_downloads=True,
        )  # fmt: skip
        window.set_default_timeout(30_000)
        self.page, self.context, self.walk = window.new_page(), context, Walk(language, messy_staff())
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def look(self, name: str) -> None:
        """What every page must keep, on a screen and on a phone; a picture of both where a folder is named."""
        page = self.page
        for width in (375, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            wide = chromium.width_over(page)
            faults = {**chromium.settled(page), **({"wide": wide} if wide > 0 else {})}
            if faults:
                self.walk.faults[f"{name} {width}"] = faults
            picture(page, f"{self.walk.language}-{name}-{width}")

    def press(self, msgid: str, inside: str = "main", **values: Any) -> None:
        """A button or link by its words, and the page that it leads to."""
        words = self.say(msgid).format(**values) if values else self.say(msgid)
        place = self.page.locator(inside)
        found = place.get_by_role("button", name=words, exact=True).or_(
            place.get_by_role("link", name=words, exact=True)
        )
        with self.page.expect_navigation():
            found.first.click()

    def worked(self) -> None:
        """Wait until a worker has done the step, looking at the page as people do."""
        expect(self.page.locator("#progress section")).to_have_count(0, timeout=120_000)
        self.page.wait_for_load_state()

    def counted(self, step: str) -> None:
        """The numbers at the top of the import's page."""
        found = self.page.locator(".stats .stat a").all()
        names = [str(one.get_attribute("href")).partition("only=")[2].partition("#")[0] for one in found]
        self.walk.counts[step] = dict(zip(names, (int(one.inner_text()) for one in found), strict=True))


def begin(user: Newcomer, login: str, password: str) -> None:
    """From the printed password to the home page: a password of one's own is asked for."""
    page = user.page
    page.goto("/sign-in")
    user.look("01-sign-in")
    page.fill("#f-login", login)
    page.fill("#f-password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/password**")
    user.look("02-password")
    page.fill("#f-current", password)
    page.fill("#f-new", PASSWORD)
    page.fill("#f-again", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def set_up(user: Newcomer) -> None:
    """The card on the first page: the company, then on to the sheet of employees."""
    page = user.page
    page.wait_for_url("**/console/home**")
    if user.walk.language == "en":  # the first account is Chinese until its holder says otherwise
        with page.expect_navigation():
            page.get_by_role("link", name="EN", exact=True).click()
    user.look("03-home")
    page.fill("#setup #s-name", "启明家居有限公司")
    page.fill("#setup #s-city", "杭州")
    user.press("Add", inside="#setup")
    user.look("04-home-with-company")
    user.walk.setup.append(page.locator("#setup li.done").count() == 1)
    user.press("Import employees", inside="#setup")
    user.look("05-new-import")


def hand_in(user: Newcomer, data: bytes, name: str) -> None:
    page = user.page
    page.set_input_files("#f-file", files=FilePayload(name=name, mimeType="application/octet-stream", buffer=data))
    user.press("Read it")


def held(context: Context) -> dict[str, dict[str, Any]]:
    """By employee number, what is in the database now."""
    with context.database.reading() as session:
        rows = session.execute(select(Employment.id, Employment.person_id)).tuples().all()
        values = load_many(session, SYSTEM, [row_id for row_id, _ in rows])
        found = {}
        for row_id, person_id in rows:
            identity = next(iter(entries.held_by(session, person_id, "identity")), None)
            of_identity = {} if identity is None else identity.values
            found[str(values[row_id]["employee_number"])] = {**values[row_id], **of_identity}
    return found


@contextmanager
def arrived(database: Database, folder: Path, language: str) -> Iterator[Newcomer]:
    """Somebody signed in for the first time at a server with a worker, over a database with nothing but tables."""
    with ExitStack() as stack:
        stack.callback(database.close)
        context = make_context(database, folder, SystemClock())
        with database.transaction() as session:
            made = first_administrator(session, context.clock)
        assert made is not None
        browser = stack.enter_context(chromium.headless())
        stack.enter_context(working(context))
        url = stack.enter_context(served(context))
        user = Newcomer(browser, url, language, context)
        begin(user, made[0].login, made[1])
        yield user
