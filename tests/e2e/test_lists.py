"""Lists in a browser: heads that sort, rows that are ticked, a view that is kept; readable at every width."""

from __future__ import annotations

from collections.abc import Iterator

import chromium
import pytest
from console_data import CLOCK, Company
from console_pages import StoredCompany
from playwright.sync_api import Browser, Page, expect
from serving import served

from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.house import house
from interview_engine.hr.lists.custom import NewField, add_field
from interview_engine.hr.recruiting.jobs.requisitions import create_requisition
from interview_engine.hr.recruiting.jobs.wish import NewRequisition

HOME = "/console/requisitions"


@pytest.fixture(scope="module")
def made(hiring_company: StoredCompany, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The company with three drafts and a field of its own."""
    company = hiring_company.copy(tmp_path_factory.mktemp("lists"))
    with company.context.database.transaction() as session:
        for number, title in enumerate(("仓库主管", "数据分析师（一线门店与供应链方向）", "在线教师"), start=1):
            new = NewRequisition(title, company.entity_id, company.department_id, headcount=number)
            create_requisition(session, company.actors["recruiter"], new, CLOCK)
        field = NewField("优先级", "Priority", "choice", "public", (("高", "High"), ("低", "Low")))
        add_field(session, SYSTEM, house().lists["requisitions"], company.entity_id, field, CLOCK)
    yield company
    company.context.database.close()


@pytest.fixture(scope="module")
def url(made: Company) -> Iterator[str]:
    with served(made.context) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.headless() as found:
        yield found


def opened(browser: Browser, url: str, cookie: str, width: int, language: str) -> tuple[Page, list[str]]:
    """A page of a signed-in window, and what goes wrong in it."""
    window = browser.new_context(viewport={"width": width, "height": 860}, reduced_motion="reduce", base_url=url)
    window.add_cookies(
        [{"name": "session", "value": cookie, "url": url}, {"name": "language", "value": language, "url": url}]
    )
    page, wrong = window.new_page(), []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page, wrong


def test_a_head_sorts_rows_are_ticked_and_a_view_is_kept(
    hiring_company: StoredCompany, made: Company, browser: Browser, url: str
) -> None:
    page, wrong = opened(browser, url, hiring_company.cookies["recruiter"], 1280, "zh")
    page.goto(HOME)
    page.get_by_role("link", name="招聘人数").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("招聘人数")
    hold = page.get_by_role("button", name="暂停")
    expect(hold).to_be_disabled()
    page.locator("input[name=id]").first.check()
    expect(page.get_by_text("已选 1 条")).to_be_visible()
    expect(hold).to_be_enabled()
    hold.click()
    expect(page.locator("h1")).to_have_text("确定暂停 1 个招聘需求吗？")
    page.get_by_role("link", name="取消").click()
    page.get_by_text("保存当前视图").click()
    page.fill("#f-name", "按人数")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("nav.stages a[aria-current]")).to_have_text("按人数")
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize(("language", "width"), [("zh", 375), ("en", 1024), ("en", 1440)])
def test_every_page_of_a_list_is_readable_and_no_wider_than_the_screen(
    hiring_company: StoredCompany, made: Company, browser: Browser, url: str, language: str, width: int
) -> None:
    page, wrong = opened(browser, url, hiring_company.cookies["hr"], width, language)
    found: dict[str, object] = {}
    paths = [f"{HOME}?sort=-title&columns=title,department,state,x_f1,owner,since", f"{HOME}/import",
             f"{HOME}/own-fields", f"{HOME}/{made.requisition_id}/own", "/console/pool"]  # fmt: skip
    for path in paths:
        page.goto(path)
        for fold in page.locator("details").all():
            fold.evaluate("fold => { fold.open = true; }")
        wide = chromium.width_over(page)
        problems = {**chromium.unreadable(page), **({"wide": wide} if wide > 0 else {})}
        if problems:
            found[path] = problems
    assert found == {}
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("language", ["zh", "en", "ja", "es"])
def test_the_page_on_the_phone_is_readable_in_every_language(
    hiring_company: StoredCompany, made: Company, browser: Browser, url: str, language: str
) -> None:
    page, wrong = opened(browser, url, hiring_company.cookies["hr"], 375, language)
    page.goto("/wechat/lists/requisitions?q=仓库")
    expect(page.locator(".cells > a")).to_have_count(1)
    assert page.locator("html").get_attribute("data-lang") == language
    chromium.check_readable(page)
    assert chromium.width_over(page) <= 0
    assert wrong == []
    page.context.close()
