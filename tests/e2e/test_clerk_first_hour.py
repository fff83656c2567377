"""A payroll clerk's first hour: fifty people, attendance and last month's sheet are imported, the month is worked out,
and the review alone shows what is wrong with it (G1, L2); in Chinese, and the same pages in English."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import chromium
import openpyxl
import pytest
from pay_world import CITY, ROWS
from playwright.sync_api import Browser, Page
from serving import PASSWORD, make_context, served
from sqlalchemy import select

from api.context import Context
from interview_engine.clock import SystemClock
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import service as accounts
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.employment import service as employments
from interview_engine.hr.org import service as org
from interview_engine.hr.pay.service import NewParameter, check_parameter, enter_parameter
from interview_engine.hr.pay.tables import PayRun
from interview_engine.hr.people.tables import Person
from interview_engine.store.engine import Database
from interview_engine.store.rows import stamp

pytestmark = pytest.mark.slow

CLOCK = SystemClock()
PEOPLE = 50
JUMP, LOW, GONE = "W-07", "W-19", "W-33"
"""The planted errors: a fifth more than last month, less than the minimum wage, a monthly deduction that stops."""
PICTURES = os.environ.get("PICTURES", "")
WIDTHS = (375, 1024, 1440)


def number(place: int) -> str:
    return f"W-{place:02}"


@contextmanager
def company(database: Database, folder: Path) -> Iterator[tuple[Context, str, str]]:
    """A served company with fifty people of whom nothing about pay is known, and the rows of its city; with its address
    and the session of a payroll clerk."""
    context = make_context(database, folder, CLOCK)
    boss = replace(SYSTEM, id="account:boss")
    with database.transaction() as session:
        entity = org.create_legal_entity(session, SYSTEM, "首月科技有限公司", CITY, CLOCK)
        department = org.create_department(session, SYSTEM, entity.id, "装配车间", CLOCK)
        new = accounts.NewAccount("clerk", "薪酬专员", "payroll", department_id=department.id, password=PASSWORD)
        account = accounts.create_account(session, SYSTEM, new, CLOCK).account
        for kind, item, values in ROWS:
            row = NewParameter(kind, CITY, item, date(2025, 7, 1), None, values, "示例市公告",
                               "https://example.gov.cn/1")  # fmt: skip
            check_parameter(session, boss, enter_parameter(session, SYSTEM, row, CLOCK).id, CLOCK)
        for place in range(PEOPLE):
            person = Person(**stamp("system", CLOCK), name=f"员工{place:02}", language="zh")
            session.add(person)
            session.flush()
            at = employments.Place(entity.id, department.id)
            employments.begin(session, SYSTEM, person.id, at, "装配工", date(2025, 1, 6), None, CLOCK,
                              number=number(place))  # fmt: skip
    with database.transaction() as session:
        cookie = sign_in.open_session(session, account, CLOCK, complete=True)
    with served(context) as url:
        yield context, url, cookie


def sheet(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (head, *rows):
        book.active.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def monthly(place: int) -> int:
    """What somebody is paid a month: this month two of them wrongly."""
    return {JUMP: 10800, LOW: 2000}.get(number(place), 7000 + 20 * place)


def profiles_sheet() -> bytes:
    rows = [
        (number(place), "2025-01-06", "员工", CITY, monthly(place), 7000 + 20 * place, 7000 + 20 * place)
        for place in range(PEOPLE)
    ]  # fmt: skip
    return sheet(("工号", "生效日期", "人员类别", "参保地", "月薪", "社保基数", "公积金基数"), rows)


def attendance_sheet() -> bytes:
    rows = [
        (number(place), "2026-03", 4 if place % 5 == 0 else 0, 300 if place % 2 and number(place) != GONE else None)
        for place in range(PEOPLE)
    ]  # fmt: skip
    return sheet(("工号", "工资月份", "平日加班", "其他扣款"), rows)


def last_month_sheet() -> bytes:
    """As the old system paid February: every other person pays 300 for the dormitory."""
    rows = []
    for place in range(PEOPLE):
        base = 2000 if number(place) == LOW else 7000 + 20 * place
        declared = Decimal(7000 + 20 * place)
        pension, medical, fund = declared * 8 / 100, declared * 2 / 100, (declared * 5 / 100).quantize(Decimal(1))
        rent = 300 if place % 2 else 0
        net = base - pension - medical - fund - rent
        rows.append((number(place), "2026-02", base, pension, medical, fund, rent or None, base, net))
    head = ("工号", "月份", "基本工资", "养老保险", "医疗保险", "公积金", "其他扣款", "应发合计", "实发合计")
    return sheet(head, [[float(one) if isinstance(one, Decimal) else one for one in row] for row in rows])


class Clerk:
    """A window of the clerk."""

    def __init__(self, browser: Browser, url: str, cookie: str, language: str) -> None:
        self.language = language
        window = browser.new_context(
            viewport={"width": 1440, "height": 900}, locale={"zh": "zh-CN", "en": "en-US"}[language],
            reduced_motion="reduce", base_url=url,
        )  # fmt: skip
        window.add_cookies([{"name": "session", "value": cookie, "url": url},
                            {"name": "language", "value": language, "url": url}])  # fmt: skip
        window.set_default_timeout(30_000)
        self.page, self.faults = window.new_page(), dict[str, object]()

    def look(self, name: str) -> None:
        """Nothing wider than the window, hidden or unreadable at three widths."""
        page = self.page
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = chromium.width_over(page)
            found = {**chromium.settled(page), **({"wide": wide} if wide > 0 else {})}
            if found:
                self.faults[f"{name} {width}"] = found
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/{self.language}-{name}-{width}.png", full_page=True)

    def bring(self, path: str, data: bytes, name: str) -> str:
        """A sheet through the import of a list; how many lines it says it writes."""
        page = self.page
        page.goto(f"{path}/import")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        page.set_input_files("#f-file", files=[{"name": f"{name}.xlsx", "mimeType": kind, "buffer": data}])
        with page.expect_navigation():
            page.locator("main form button.go").click()
        self.look(f"import-{name}")
        said = page.locator(".stats .stat b").all_inner_texts()
        with page.expect_navigation():
            page.locator("main form button.go").click()
        return "/".join(said)

    def step(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(f"main button[value={name}]").click()


def in_the_way(page: Page) -> Mapping[str, str]:
    """By employee number, what the review says stands in the way, in the order of the page."""
    found = {}
    for row in page.locator("table.list tbody tr").all():
        if row.locator("td.words .tag.look").count():
            found[row.locator("td .muted.small").first.inner_text()] = row.locator("td.words").nth(1).inner_text()
    return found


def test_three_planted_errors_are_found_by_the_review_alone(sqlite_database: Database, tmp_path: Path) -> None:
    with chromium.headless() as browser, company(sqlite_database, tmp_path) as (context, url, cookie):
        clerk = Clerk(browser, url, cookie, "zh")
        page = clerk.page
        page.goto("/console/pay-runs")
        clerk.look("runs-empty")
        assert clerk.bring("/console/pay-profiles", profiles_sheet(), "profiles") == "50/0/0/0"
        assert clerk.bring("/console/pay-attendance", attendance_sheet(), "attendance") == "50/0/0/0"
        assert clerk.bring("/console/pay-old-months", last_month_sheet(), "old") == "50/0/0/0"
        page.goto("/console/pay-runs/new")
        clerk.look("run-new")
        page.fill("#f-month", "2026-03")
        page.fill("#f-pay_day", "2026-03-31")
        page.select_option("#f-method", "workdays")
        with page.expect_navigation():
            page.locator("main form button.go").click()
        with context.database.reading() as session:
            run = f"/console/pay-runs/{session.scalars(select(PayRun.id)).one()}"
        page.goto(run)
        clerk.step("compute")
        clerk.look("review")
        found = in_the_way(page)
        assert list(found) == sorted((JUMP, LOW, GONE))
        assert "差" in found[JUMP]
        assert "最低工资" in found[LOW]
        assert "300.00" in found[GONE]
        assert "其他扣款" in found[GONE]
        # the review cannot be signed while they stand
        clerk.step("review")
        assert page.locator(".problem-box").count()
        page.goto(run)
        page.get_by_role("link", name="员工07").click()
        clerk.look("slip")
        english = Clerk(browser, url, cookie, "en")
        for name, path in (("review", run), ("slip", page.url), ("profiles", "/console/pay-profiles"),
                           ("old", "/console/pay-old-months"), ("report", "/console/pay-report")):  # fmt: skip
            english.page.goto(path)
            english.look(name)
            if name == "review":
                assert list(in_the_way(english.page)) == sorted((JUMP, LOW, GONE))
        # the old system's sheet of this month, had by the same import, is compared on a page of the run
        same = last_month_sheet_as_march()
        assert clerk.bring("/console/pay-old-months", same, "march") == "50/0/0/0"
        for one in (clerk, english):
            one.page.goto(f"{run}/dual")
            one.look("dual")
        assert english.page.locator("#pay").count() == 1
    assert clerk.faults == {}
    assert english.faults == {}


def last_month_sheet_as_march() -> bytes:
    """March as the old system paid it: as February, without overtime."""
    book = openpyxl.load_workbook(BytesIO(last_month_sheet()))
    assert book.active is not None
    for row in book.active.iter_rows(min_row=2):
        row[1].value = "2026-03"
    out = BytesIO()
    book.save(out)
    return out.getvalue()
