"""A new user at an empty company: sets it up, imports 300 people from a sheet as people keep them, finds them, rolls
the import back and imports it again (L2); in Chinese, and in English."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import chromium
import openpyxl
import pytest
from databases import copied_sqlite
from messy_staff import DEPARTMENTS, HEADS, MessyStaff, messy_staff
from playwright.sync_api import Browser, Page, expect
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
from interview_engine.hr.people.contact import phone_key
from interview_engine.i18n import translator
from interview_engine.store.engine import open_database

pytestmark = pytest.mark.slow
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
    page.set_input_files("#f-file", files=[{"name": name, "mimeType": "application/octet-stream", "buffer": data}])
    user.press("Read it")


def check(user: Newcomer) -> None:
    """The proposed mapping is looked at, then every line is checked; departments are made from the sheet."""
    page, walk = user.page, user.walk
    user.look("06-mapping")
    for line in page.locator("#mapping tbody tr").all():
        select_ = line.locator("select").first
        walk.columns[line.locator("th").inner_text()] = select_.input_value()
    user.press("Check every line")
    user.worked()
    user.counted("without departments")
    user.look("07-no-departments")
    back = page.url
    user.press("Prepare these departments")
    user.look("08-departments")
    user.press("Check every line")
    user.worked()
    user.look("09-departments-checked")
    user.press("Write {count} lines", count=len(DEPARTMENTS))
    user.worked()
    user.look("10-departments-written")
    user.press("On to {list}: check again", list=user.say("Employees"))
    walk.setup.append(page.url.split("?")[0] == back.split("?")[0])
    user.press("Check again")
    user.worked()
    user.counted("checked")
    user.look("11-checked")


def read_report(user: Newcomer) -> None:
    """Every anomaly, on the page and in the sheet."""
    page, walk = user.page, user.walk
    with page.expect_download() as waiting:
        page.get_by_role("link", name=user.say("All anomalies as XLSX")).click()
    sheet = openpyxl.load_workbook(BytesIO(waiting.value.path().read_bytes())).active
    assert sheet is not None
    walk.report = [
        tuple("" if cell is None else str(cell) for cell in row) for row in sheet.iter_rows(values_only=True)
    ]
    here = page.url.split("?")[0]
    for only in ("refused", "odd"):
        page.goto(f"{here}?only={only}#lines")
        user.look(f"12-{only}")
        while True:
            for line in page.locator("#lines tbody tr").all():
                cells = line.locator("td").all()
                walk.notes[int(cells[0].inner_text())] = cells[3].inner_text()
            further = page.get_by_role("link", name=user.say("Further lines"))
            if not further.count():
                break
            with page.expect_navigation():
                further.click()
    page.goto(here)


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


def write(user: Newcomer, step: str) -> None:
    writes = user.page.locator(".next-step button.go")
    with user.page.expect_navigation():
        writes.click()
    user.worked()
    user.counted(step)
    user.walk.rights[step] = held(user.context)


def find(user: Newcomer) -> None:
    """People by name, number, phone and department, from the search that is on every page and from the list."""
    page, walk = user.page, user.walk
    person = walk.staff.right["QM0002"]
    page.goto("/console/home")
    walk.setup.append(page.locator("#setup").count() == 0)
    for what in ("name", "employee_number", "phone"):
        page.goto(f"/console/search?q={person[what]}")
        if what == "name":
            user.look("14-search")
        walk.found[f"search {what}"] = person["name"] in page.locator("main").inner_text()
    for what in ("name", "employee_number", "phone", "department"):
        page.goto(f"/console/employees?q={person[what]}")
        if what == "department":
            user.look("15-employees")
        walk.found[f"list {what}"] = person["name"] in page.locator("table").inner_text()
    page.goto(f"/console/employees?q={person['employee_number']}")
    with page.expect_navigation():
        page.get_by_role("link", name=person["name"]).first.click()
    user.look("16-file")


def walked(user: Newcomer, login: str, password: str) -> Walk:
    page, walk = user.page, user.walk
    begin(user, login, password)
    set_up(user)
    hand_in(user, walk.staff.data, "启明家居花名册.xlsx")
    check(user)
    read_report(user)
    here = page.url
    write(user, "written")
    user.look("13-written")
    find(user)
    page.goto(here)
    page.on("dialog", lambda dialog: dialog.accept())
    user.press("Take the import back")
    user.worked()
    user.counted("taken back")
    user.look("17-rolled-back")
    walk.after_undo = len(held(user.context))
    page.goto("/console/imports")
    user.look("18-imports")
    page.goto("/console/imports/new?list=employees")
    hand_in(user, walk.staff.corrected, "启明家居花名册-改.xlsx")
    user.press("Check every line")
    user.worked()
    write(user, "again")
    user.look("19-again")
    assert user.wrong == []
    return walk


@pytest.fixture(scope="module", params=["zh on SQLite", "en on PostgreSQL"])
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    language, _, kind = request.param.partition(" on ")
    folder = tmp_path_factory.mktemp("first")
    with ExitStack() as stack:
        if kind == "SQLite":
            database = copied_sqlite(request.getfixturevalue("_sqlite_template"), folder / "engine.db")
        else:
            server = request.getfixturevalue("postgres")
            template = request.getfixturevalue("_postgres_template")
            database = open_database(stack.enter_context(server.fresh(template)))
        stack.callback(database.close)
        context = make_context(database, folder, SystemClock())
        with database.transaction() as session:
            made = first_administrator(session, context.clock)
        assert made is not None
        browser = stack.enter_context(chromium.headless())
        stack.enter_context(working(context))
        url = stack.enter_context(served(context))
        yield walked(Newcomer(browser, url, language, context), made[0].login, made[1])


def wrong_fields(walk: Walk, step: str) -> list[str]:
    """What is other than the sheet means, as number and field."""
    names = ("name", "id_number", "sex", "department", "title", "start_date", "email")
    found = []
    for number, person in walk.staff.right.items():
        here = walk.rights[step].get(number, {})
        found += [f"{number} {name}: {here.get(name)}" for name in names if here.get(name) != person[name]]
        if phone_key(str(here.get("phone") or "")) != phone_key(person["phone"]):
            found.append(f"{number} phone: {here.get('phone')}")
    return found


def test_the_first_page_sets_up_a_company_and_goes_once_people_work_there(walk: Walk) -> None:
    assert walk.setup == [True, True, True]


def test_every_column_of_the_sheet_is_proposed_and_the_remarks_are_left(walk: Walk) -> None:
    fields = ("employee_number", "name", "sex", "id_number", "department", "title", "start_date", "phone", "email", "")
    assert walk.columns == dict(zip(HEADS, fields, strict=True))


def test_departments_that_are_missing_are_made_from_the_sheet_first(walk: Walk) -> None:
    assert walk.counts["without departments"]["refused"] == 301
    assert "made" not in walk.counts["without departments"]


def test_the_check_counts_every_line_and_writes_nothing(walk: Walk) -> None:
    counted = walk.counts["checked"]
    assert (counted["made"], counted["refused"], counted["left_out"]) == (288, 13, 3)


def test_every_refusal_says_row_column_and_reason_in_the_readers_language(walk: Walk) -> None:
    said = {int(row[0]): (row[2], row[3]) for row in walk.report[1:] if int(row[0]) in walk.staff.refused}
    assert {row: column for row, (column, _) in said.items()} == walk.staff.refused
    chinese = [reason for _, reason in said.values() if re.search("[\u4e00-\u9fff]", re.sub("“.*?”", "", reason))]
    assert len(chinese) == (len(said) if walk.language == "zh" else 0)
    assert all(f"{column}: " in walk.notes[row] for row, column in walk.staff.refused.items())


def test_every_oddity_that_is_understood_is_named(walk: Walk) -> None:
    named = {(int(row[0]), row[2]) for row in walk.report[1:]}
    assert set(walk.staff.odd.items()) <= named
    assert set(walk.staff.odd) <= set(walk.notes)


def test_what_is_written_is_what_the_sheet_means(walk: Walk) -> None:
    assert set(walk.rights["written"]) == set(walk.staff.right)
    assert wrong_fields(walk, "written") == []
    assert walk.counts["written"]["made"] == 288


def test_people_are_found_by_name_number_phone_and_department(walk: Walk) -> None:
    assert len(walk.found) == 7
    assert all(walk.found.values()), walk.found


def test_a_roll_back_leaves_nobody_and_the_corrected_sheet_brings_all(walk: Walk) -> None:
    assert (walk.after_undo, walk.counts["taken back"]["taken_back"]) == (0, 288)
    assert len(walk.rights["again"]) == 300
    assert wrong_fields(walk, "again") == []


def test_every_page_on_the_way_is_readable_on_a_screen_and_on_a_phone(walk: Walk) -> None:
    assert walk.faults == {}
