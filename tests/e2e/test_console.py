"""A recruiter and HR in a real browser: each step from a wish to hire to a hire, by mouse and keyboard, in both
languages, on a desk and on a phone; nothing breaks the content policy (A15, A16, A18, A19, B4, L5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import chromium
import console_data
import pytest
from console_data import PASSWORD, Company
from console_pages import StoredCompany
from hashing_embedder import HashingEmbedder
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import served
from sqlalchemy import select

from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.jobs import requisitions
from interview_engine.hr.recruiting.jobs.wish import NewRequisition
from interview_engine.hr.recruiting.tables import Application, Posting, Requisition
from interview_engine.store.work import enqueue_work

pytestmark = pytest.mark.slow

NAMELESS = """() => Array.from(document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea"))
  .filter((element) => {
    if (!element.getClientRects().length) return false;
    const other = document.getElementById(element.getAttribute("aria-labelledby"));
    const name = element.getAttribute("aria-label") || element.textContent.trim()
      || (element.labels && element.labels.length && element.labels[0].textContent) || (other && other.textContent);
    return !name || !name.trim() || (element.tagName === "SELECT" && !element.labels.length
      && !element.getAttribute("aria-label"));
  }).map((element) => element.outerHTML.slice(0, 120))"""

SKIPPED_LEVELS = """() => { const found = []; let last = 1;
  for (const h of document.querySelectorAll("main h1, main h2, main h3, main h4")) {
    const level = Number(h.tagName[1]); if (level > last + 1) found.push(h.textContent); last = level; }
  return found.concat(document.querySelectorAll("h1").length === 1 ? [] : ["h1"]); }"""

PICTURES_WITHOUT_NAME = """() => Array.from(document.querySelectorAll("svg[role=img]")).filter((svg) => {
  const other = document.getElementById(svg.getAttribute("aria-labelledby"));
  return !(svg.getAttribute("aria-label") || (other && other.textContent.trim()));
}).map((svg) => svg.outerHTML.slice(0, 100))"""


class Desk:
    """A signed-in browser window that keeps what went wrong in it."""

    def __init__(self, browser: Browser, url: str, role: str, width: int = 1280) -> None:
        self.url = url
        self.window: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 860}, reduced_motion="reduce", base_url=url, locale="zh-CN"
        )
        self.page: Page = self.window.new_page()
        self.wrong: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "requestfailed", lambda request: self._failed(request.url, request.resource_type, str(request.failure))
        )
        self.page.goto("/sign-in")
        self.page.fill("#f-login", role)
        self.page.fill("#f-password", PASSWORD)
        self.page.click("button.go")
        self.page.wait_for_url("**/console/**")

    def _heard(self, message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            self.wrong.append(message.text)  # type: ignore[attr-defined]

    def _failed(self, url: str, kind: str, failure: str) -> None:
        """Leaving a page ends its player, its event stream, what it fetches again, the icon of its tab (asked for once
        the page is there), and what the browser still books of a stream that was read to its end; nothing else may."""
        ends = (
            kind == "fetch" or "/media/" in url or "/changes?" in url or url.endswith(("/preview", "/static/icon.svg"))
        )
        if not ends or "ABORTED" not in failure:
            self.wrong.append(f"{failure} {url}")

    def press(self, words: str) -> None:
        """A button by its words, then wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words, exact=True).first.click()

    def close(self) -> None:
        self.window.close()
        assert self.wrong == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.headless() as made:
        yield made


@pytest.fixture(scope="module")
def made(hiring_company: StoredCompany, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = hiring_company.copy(tmp_path_factory.mktemp("console"))
    yield company
    company.context.database.close()


@pytest.fixture(scope="module")
def url(made: Company) -> Iterator[str]:
    with served(made.context, embedder=HashingEmbedder()) as address:
        made.context = replace(made.context, service=replace(made.context.service, public_url=address))
        yield address


def wish(made: Company, title: str, *, approved: bool = False) -> str:
    """A wish to hire that was handed in, and approved where that is said; the requisition's id."""
    clock, recruiter = made.context.clock, made.actors["recruiter"]
    new = NewRequisition(
        title,
        made.entity_id,
        made.department_id,
        role_profile_id=made.profile_id,
        kit_version_id=made.kit_version_id,
    )
    with made.context.database.transaction() as session:
        row = requisitions.create_requisition(session, recruiter, new, clock)
        approval = requisitions.submit_for_approval(session, recruiter, row.id, clock)
        if approved:
            approvals.decide(session, made.actors["hr"], approval.id, "approve", "", clock)
        return row.id


def test_a_wish_to_hire_gives_a_degree_no_weight_and_is_handed_in(made: Company, browser: Browser, url: str) -> None:
    recruiter = Desk(browser, url, "recruiter")
    page = recruiter.page
    page.get_by_role("link", name="新建需求").first.click()
    page.fill("#f-title", "客服专员 · 杭州")
    page.select_option("#f-department_id", label="客户服务部 · 启明家居（演示）")
    page.fill("#f-description", "任职要求：\n- 一年以上客服经验\n- 本科及以上学历")
    recruiter.press("保存")
    expect(page.get_by_role("cell", name="本科及以上学历")).to_be_visible()
    page.get_by_role("link", name="编辑", exact=True).click()
    expect(page.locator("input[name=requirement_text]").nth(1)).to_have_value("本科及以上学历")
    page.locator("input[name=requirement_weight]").nth(1).fill("2")
    recruiter.press("保存")
    expect(page.get_by_role("alert")).to_contain_text("学历")
    assert [text for text in recruiter.wrong if "422" not in text] == [], "the refused form is the only complaint"
    recruiter.wrong.clear()
    page.locator("input[name=requirement_weight]").nth(1).fill("0")
    page.select_option("#f-role_profile_id", index=1)
    page.select_option("#f-kit_version_id", value=made.kit_version_id)
    recruiter.press("保存")
    recruiter.press("提交审批")
    requisition_id = page.url.partition("?")[0].split("/")[-2]
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).state == "pending"
    recruiter.close()


def test_a_wish_to_hire_waits_among_the_approvals_and_is_approved_there(
    made: Company, browser: Browser, url: str
) -> None:
    requisition_id = wish(made, "客服专员 · 宁波")
    hr = Desk(browser, url, "hr")
    hr.page.goto("/console/approvals")
    card = hr.page.locator("section.card", has=hr.page.get_by_role("link", name="客服专员 · 宁波"))
    expect(card).to_be_visible()
    with hr.page.expect_navigation():
        card.get_by_role("button", name="同意", exact=True).click()
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, requisition_id).state == "approved"
    hr.close()


def test_an_approved_job_is_opened_and_posted_with_a_code_to_scan(made: Company, browser: Browser, url: str) -> None:
    requisition_id = wish(made, "客服专员 · 苏州", approved=True)
    recruiter = Desk(browser, url, "recruiter")
    page = recruiter.page
    page.goto(f"/console/requisitions/{requisition_id}/job")
    recruiter.press("开放应聘")
    page.fill("#f-channel", "内推")
    recruiter.press("新建发布")
    link = page.locator("#postings a.mono").inner_text()
    with made.context.database.reading() as session:
        posting = session.scalars(select(Posting).where(Posting.requisition_id == requisition_id)).one()
        assert (posting.channel, posting.code) == ("内推", link.rsplit("/", 1)[1])
    expect(page.locator(".qr svg")).to_be_visible()
    recruiter.close()


def test_a18_candidates_are_compared_and_opened_by_keyboard(made: Company, browser: Browser, url: str) -> None:
    recruiter = Desk(browser, url, "recruiter")
    page = recruiter.page
    page.goto(f"/console/requisitions/{made.requisition_id}")
    rows = page.locator("tr.candidate")
    expect(rows).to_have_count(len(console_data.TOLD))
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_class(re.compile(r"\bat\b"))
    compare = page.locator("[data-compare]")
    expect(compare).to_have_text("对比 (2)")
    with page.expect_navigation():
        compare.click()
    expect(page.locator("table.compare thead th a")).to_have_count(2)
    expect(page.locator("table.compare blockquote").first).to_be_visible()
    page.go_back()
    page.locator("h1").click()
    lin = next(place for place, text in enumerate(rows.all_inner_texts()) if "林晓" in text)
    for _ in range(lin + 1):  # who was not assessed in enough stands before her, for a person to judge
        page.keyboard.press("j")
    expect(rows.nth(lin)).to_have_class(re.compile(r"\bat\b"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("林晓")
    recruiter.close()


def test_a15_a_quote_plays_where_it_was_said(made: Company, browser: Browser, url: str) -> None:
    recruiter = Desk(browser, url, "recruiter")
    page = recruiter.page
    page.goto(f"/console/applications/{made.applications['林晓']}")
    quote = page.locator('.quote[data-start][data-answer="0"]').first
    start_s = float(quote.get_attribute("data-start") or "nan")
    quote.click()
    chromium.wait_until(
        page,
        f"Math.abs(document.getElementById('player').currentTime - {start_s}) < 3 "
        "&& !document.getElementById('player').paused",
    )
    page.keyboard.press(" ")
    expect(page.locator("button.line[aria-current]")).to_have_count(1)
    expect(page.get_by_text("描述，不计分").first).to_be_visible()
    recruiter.close()


def test_a18_a_persons_score_stands_beside_the_engines(made: Company, browser: Browser, url: str) -> None:
    recruiter = Desk(browser, url, "recruiter")
    page = recruiter.page
    page.goto(f"/console/applications/{made.applications['林晓']}")
    page.get_by_text("我的评分").first.click()
    page.locator("input[name=score]:visible").first.fill("7.5")
    page.locator("textarea[name=why]:visible").first.fill("复述并确认，措辞清楚")
    recruiter.press("与引擎评分并列")
    expect(page.locator(".human .given", has_text="复述并确认，措辞清楚")).to_be_visible()
    recruiter.close()


def test_a16_a_decision_leads_over_the_offer_to_the_employee_file(made: Company, browser: Browser, url: str) -> None:
    recruiter = Desk(browser, url, "recruiter")
    page = recruiter.page
    address = f"/console/applications/{made.applications['Grace Adeyemi']}"
    page.goto(address)
    page.get_by_label("进入录用").check()
    page.locator("#f-reason").fill("投诉处理有方法，有结果，愿意入职")
    recruiter.press("记录决定")
    page.fill("#f-pay", "7200")
    page.fill("#f-start_date", (date.today() + timedelta(days=14)).isoformat())
    recruiter.press("起草录用通知")
    recruiter.press("发送录用通知")
    link = page.locator("#offer code.secret").inner_text()
    with made.context.database.transaction() as session:
        offers.answer_offer(session, link.rsplit("/", 1)[1], True, made.context.clock)
    page.goto(address)
    recruiter.press("办理录用")
    expect(page.locator("h1")).to_contain_text("已录用")
    page.get_by_role("link", name="能力画像").click()
    expect(page.locator("svg.radar")).to_be_visible()
    expect(page.get_by_text("员工").first).to_be_visible()
    recruiter.close()


def test_c4_the_channel_of_the_candidates_is_among_the_channels(made: Company, browser: Browser, url: str) -> None:
    hr = Desk(browser, url, "hr")
    hr.page.goto("/console/channels")
    expect(hr.page.get_by_role("cell", name=re.compile("Boss直聘")).first).to_be_visible()
    hr.close()


def test_a_kit_is_saved_only_when_its_weights_make_a_hundred(made: Company, browser: Browser, url: str) -> None:
    desk = Desk(browser, url, "hr")
    page = desk.page
    page.goto(f"/console/kits/{made.kit_version_id}/edit")
    total, save = page.locator("[data-sum]"), page.locator("[data-needs-sum]")
    expect(total).to_have_text("100 %")
    page.locator("[data-weight]").nth(0).fill("5")
    expect(total).to_have_text("80 %")
    expect(save).to_be_disabled()
    expect(page.locator("[data-sum-why]")).to_have_text("权重合计 80%，还差 20%。")
    page.locator("[data-weight]").nth(1).fill("50")
    expect(save).to_be_enabled()
    desk.close()


def test_a19_a_changed_kit_shows_what_flips_before_it_is_published(made: Company, browser: Browser, url: str) -> None:
    desk = Desk(browser, url, "hr")
    page = desk.page
    page.goto(f"/console/kits/{made.kit_version_id}")
    before = int(re.search(r"v(\d+)", page.locator("h1").inner_text())[1])  # type: ignore[index]
    page.goto(f"/console/kits/{made.kit_version_id}/edit")
    page.locator("[data-weight]").nth(0).fill("5")
    page.locator("[data-weight]").nth(1).fill("50")
    with page.expect_navigation():
        page.locator("[data-needs-sum]").click()
    told = page.locator(".changes").first
    expect(told.get_by_role("row").nth(1)).to_contain_text(re.compile("沟通能力.*25 %.*5 %"))
    expect(page.locator(".diff .plus").first).to_be_hidden()
    page.get_by_role("button", name="在过往面试上预览").click()
    expect(page.locator("#preview .tag")).to_contain_text("翻转", timeout=30_000)
    page.fill("#f-note", "投诉处理更重")
    with page.expect_navigation():
        page.get_by_role("button", name="发布为下一版本").click()
    expect(page.locator("h1")).to_contain_text(f"v{before + 1}")
    desk.close()


def pages_of(made: Company) -> tuple[str, ...]:
    """Every page of the console with something on it."""
    scored = made.applications["赵一鸣"]
    other = made.applications["孙佳"]
    base = f"/console/requisitions/{made.requisition_id}"
    with made.context.database.reading() as session:
        rated = session.get_one(Application, scored)
    version = made.kit_version_id
    return (
        "/console/requisitions",
        "/console/requisitions/new",
        base,
        f"{base}?col=photo&col=match&col=since",
        *(f"{base}/{page}" for page in ("applicants", "job", "edit", f"compare?id={scored}&id={other}")),
        *(f"{base}/chosen?do={do}&id={scored}&id={other}" for do in ("reject", "message", "invite")),
        *(f"/console/applications/{made.applications[name]}" for name in ("林晓", "赵一鸣")),
        f"/console/people/{rated.person_id}",
        "/console/approvals",
        "/console/requisitions?state=open&sort=-headcount&columns=title,state,place,owner,since,company",
        "/console/requisitions/import",
        "/console/requisitions/own-fields",
        "/console/pool",
        "/console/pool/own-fields",
        "/console/channels",
        "/console/kits",
        *(f"/console/kits/{version}{page}" for page in ("", "/edit", "/draft")),
        "/console/competencies",
        "/console/profiles",
        "/console/profiles/new",
        f"/console/profiles/{made.profile_id}",
        "/console/surveys",
        "/console/calibration",
        f"/console/calibration/{version}",
        f"/console/rate/{rated.assessment_id}",
        "/console/fairness",
        "/console/organisation",
        "/console/operations",
        "/console/deletions",
        "/console/audit",
        "/console/accounts",
        f"/console/accounts/{made.accounts['hr'].id}",
        "/console/inbox",
        "/console/home",
        "/console/search?q=客服",
        "/console/account",
        "/console/account/password",
    )


@pytest.mark.parametrize(("language", "width"), [("zh", 1440), ("zh", 1024), ("en", 375)])
def test_every_page_is_readable_named_and_no_wider_than_the_screen(
    made: Company, browser: Browser, url: str, language: str, width: int, tmp_path: Path
) -> None:
    """WCAG 2.2 AA as far as a program can say: contrast in light and dark, names, headings in order, no id twice, what
    scrolls within reach of keys, no sideways scroll."""
    desk = Desk(browser, url, "administrator", width)
    desk.page.goto(f"/language/{language}?back=/console/inbox")
    found: dict[str, object] = {}
    for path in pages_of(made):
        response = desk.page.goto(path)
        assert response is not None
        problems = {
            "status": [] if response.status == 200 else [response.status],
            "language": [] if desk.page.locator(f"html[data-lang={language}]").count() else [language],
            "wide": [] if chromium.width_over(desk.page) <= 0 else [chromium.width_over(desk.page)],
            **chromium.unreadable(desk.page),
            "nameless": desk.page.evaluate(NAMELESS),
            "pictures": desk.page.evaluate(PICTURES_WITHOUT_NAME),
            "headings": desk.page.evaluate(SKIPPED_LEVELS),
        }
        if any(problems.values()):
            found[path] = {name: what for name, what in problems.items() if what}
    desk.page.goto("/console/inbox")
    assert found == {}
    desk.close()


def test_l5_the_language_switch_stays_on_the_page(made: Company, browser: Browser, url: str) -> None:
    desk = Desk(browser, url, "hr")
    page = desk.page
    page.goto(f"/console/requisitions/{made.requisition_id}?sort=score")
    page.get_by_role("link", name="EN", exact=True).click()
    assert page.url.endswith("?sort=score")
    expect(page.get_by_role("link", name="Ranked list")).to_be_visible()
    page.get_by_role("link", name="中文", exact=True).click()
    expect(page.get_by_role("link", name="排序列表")).to_be_visible()
    desk.close()


def test_the_queue_is_kept_fresh_without_reloading(made: Company, browser: Browser, url: str) -> None:
    desk = Desk(browser, url, "administrator")
    desk.page.goto("/console/operations")
    waiting = desk.page.locator(".stat b").first
    before = int(waiting.inner_text())
    with made.context.database.transaction() as session:
        enqueue_work(session, "answer", "f" * 32, made.context.clock)
    expect(waiting).to_have_text(str(before + 1), timeout=10_000)
    desk.page.goto("/console/inbox")
    desk.close()
