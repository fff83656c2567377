"""D6, D10: a resignation on the phone, until the account is closed and the same person applies again, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from databases import copied_sqlite
from hiring_world import PUBLIC
from phone_journey import WECHAT, Journey, TodayClock, approved_by_manager, asked, begun, pass_to, picture
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from api.wechat.double.speaker import Speaker
from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.service import NewAccount, account_of_person, create_account
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.assets import service as assets
from interview_engine.hr.assets.service import NewHolding
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.states import step_those_due
from interview_engine.hr.offboarding import interviews, service
from interview_engine.hr.people import identities
from interview_engine.hr.people.tables import Person
from interview_engine.hr.recruiting.applying.applications import NewPerson, apply
from interview_engine.hr.recruiting.tables import Application
from interview_engine.store.engine import Database
from interview_engine.store.tables import OutboxMessage

pytestmark = pytest.mark.slow

FIRST, LAST = date(2026, 1, 5), date(2026, 12, 4)
LEAVING = "/wechat/my/leaving"
LIN = NewPerson("林晓", "linxiao@example.com", "13800005555", synthetic=True)


@dataclass(frozen=True, slots=True)
class Left:
    """What could be seen on the way."""

    asked: str
    waiting: str
    agreed: str
    tasks_done: int
    told: int
    questions: str
    shown_in: dict[str, str]
    thanks: str
    answers: dict[str, object]
    refused: str
    for_hr: str
    given_back: str
    settled: str
    at_the_last_minute: tuple[str, bool, bool]
    after_midnight: tuple[str, bool, bool]
    phone_after: str
    again: str
    people: int
    applications: list[str]


def employed(journey: Journey) -> tuple[str, str, str]:
    """Somebody known in WeChat who works here, with an account and a laptop; ids of person, employment, account."""
    world, clock = journey.world, journey.world.clock
    with journey.context.database.transaction() as session:
        code = world.post(session, world.open_job(session)).code
        person_id = apply(session, PUBLIC, code, LIN, clock).person_id
        identities.bind(session, person_id, "official", "wxfake", "o-lin", clock, actor_id="system")
        place = employments.Place(world.entity_id, world.department_id)
        row = employments.begin(session, world.actor("hr"), person_id, place, "客服专员", FIRST, None, clock)
        step_those_due(session, clock)
        wanted = NewAccount("linxiao", "林晓", "recruiter", person_id=person_id)
        create_account(session, world.actor("administrator"), wanted, clock)
        laptop = NewHolding("computer", "笔记本电脑", FIRST, "NB-7")
        assets.hand_out(session, world.actor("hr"), row.id, laptop, clock)
        account = account_of_person(session, person_id)
        assert account is not None
        return person_id, row.id, account.id


@contextmanager
def desk(journey: Journey, secret: str, language: str = "zh") -> Iterator[Page]:
    """The console at a desk, signed in; questions of the browser are answered with yes."""
    context = journey.browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    host = urlsplit(journey.url).hostname
    cookies = [{"name": "session", "value": secret}, {"name": "language", "value": language}]
    context.add_cookies([{**one, "domain": host, "path": "/"} for one in cookies])  # type: ignore[list-item, misc]
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    context.close()


def signed_in(journey: Journey, account_id: str | None) -> str:
    with journey.context.database.transaction() as session:
        account = session.get_one(Account, account_id)
        return sign_in.open_session(session, account, journey.world.clock, complete=True)


def in_languages(journey: Journey, page: Page) -> dict[str, str]:
    """The page in every language that employees' pages have."""
    shown = {}
    host = urlsplit(journey.url).hostname or ""
    for language in ("en", "ja", "es", "zh"):
        page.context.add_cookies([{"name": "language", "value": language, "domain": host, "path": "/"}])
        page.goto(f"{journey.url}{LEAVING}")
        shown[language] = page.locator("main").inner_text()
        picture(page, f"l-3-questions-{language}")
    return shown


def to_moment(journey: Journey, at: datetime) -> None:
    """That moment has come, with what the jobs do by themselves."""
    clock = journey.world.clock
    assert isinstance(clock, TodayClock)
    clock.shift += at - clock.now()
    with journey.context.database.transaction() as session:
        step_those_due(session, clock)
        service.follow(session, clock)


def access(journey: Journey, person_id: str, employment_id: str, secret: str) -> tuple[str, bool, bool]:
    """How far the leaving is, whether there is an account, and whether its browser is still let in."""
    with journey.context.database.reading() as session:
        (row,) = service.of_person(session, person_id)
        assert row.employment_id == employment_id
        has_account = account_of_person(session, person_id) is not None
    with desk(journey, secret) as page:
        page.goto(f"{journey.url}/console")
        return row.state, has_account, "/sign-in" not in page.url


def settled_at_the_desk(journey: Journey) -> tuple[str, str, str, str]:
    """HR: too early, what the page says, the laptop given back, handed over."""
    with desk(journey, signed_in(journey, journey.world.actor("hr").account_id)) as page:
        page.goto(f"{journey.url}/console/leaving")
        picture(page, "l-5-list")
        page.locator("main a", has_text="林晓").first.click()
        page.wait_for_url("**/console/leaving/*")
        shown = page.locator("main").inner_text()
        picture(page, "l-6-person")
        with page.expect_navigation():
            page.get_by_role("button", name="移交结算").click()
        refused = page.locator("main").inner_text()
        with page.expect_navigation():
            page.locator("#assets").get_by_role("button", name="已归还").click()
        given_back = page.locator("#assets").inner_text()
        with page.expect_navigation():
            page.get_by_role("button", name="移交结算").click()
        settled = page.locator("main").inner_text()
        picture(page, "l-7-settled")
        address = page.url
    with desk(journey, signed_in(journey, journey.world.actor("hr").account_id), "en") as page:
        for number, path in enumerate(("leaving", "assets", "headcount", "retention")):
            page.goto(f"{journey.url}/console/{path}")
            picture(page, f"l-8-{number}-{path}-en")
        page.goto(address)
        picture(page, "l-9-person-en")
    return refused, shown, given_back, settled


def played(journey: Journey) -> Left:
    person_id, employment_id, account_id = employed(journey)
    phone = journey.phone("o-lin", WECHAT)
    phone.goto(f"{journey.url}/wechat/today")
    said = asked(journey, phone, "resignation", last_day=LAST.isoformat(), reason="回老家发展")
    phone.goto(f"{journey.url}{LEAVING}")
    waiting = phone.locator("main").inner_text()
    picture(phone, "l-1-waiting")
    speaker = Speaker(journey.fake, httpx.Client())
    approved_by_manager(journey, speaker)
    speaker.http.close()
    to_moment(journey, journey.world.clock.now())
    phone.goto(f"{journey.url}{LEAVING}")
    agreed = phone.locator("main").inner_text()
    picture(phone, "l-2-agreed")
    before = phone.get_by_role("button", name="完成").count()
    with phone.expect_navigation():
        phone.get_by_role("button", name="完成").first.click()
    tasks_done = before - phone.get_by_role("button", name="完成").count()

    pass_to(journey, date(2026, 11, 23))
    journey.deliver()
    to_moment(journey, journey.world.clock.now())
    to_moment(journey, journey.world.clock.now())
    told = sum(one.to == "o-lin" and one.fate == "shown" for one in journey.deliver())
    shown_in = in_languages(journey, phone)
    questions = shown_in["zh"]
    phone.select_option("#f-reason", "private")
    phone.select_option("#f-led", "5")
    phone.fill("#f-words", "排班早点公布")
    with phone.expect_navigation():
        phone.get_by_role("button", name="提交回答").click()
    expect(phone.get_by_role("status").last).to_be_visible()
    thanks = phone.locator("main").inner_text()
    picture(phone, "l-4-thanks")
    with journey.context.database.reading() as session:
        (row,) = service.of_person(session, person_id)
        held = interviews.of_separation(session, row.id)
        assert held is not None
        answers = dict(held.answers or {})

    refused, for_hr, given_back, settled = settled_at_the_desk(journey)
    to_moment(journey, datetime(2026, 12, 4, 15, 55, tzinfo=UTC))
    secret = signed_in(journey, account_id)
    at_the_last_minute = access(journey, person_id, employment_id, secret)
    to_moment(journey, datetime(2026, 12, 4, 16, 0, 1, tzinfo=UTC))
    after_midnight = access(journey, person_id, employment_id, secret)
    phone.goto(f"{journey.url}{LEAVING}")
    phone_after = phone.locator("main").inner_text()
    picture(phone, "l-10-after")

    pass_to(journey, date(2027, 3, 1))
    with journey.context.database.transaction() as session:
        code = journey.world.post(session, journey.world.open_job(session), "channel-2").code
    phone.goto(f"{journey.url}/p/{code}")
    phone.fill("#name", LIN.name)
    phone.fill("#email", LIN.email or "")
    with phone.expect_navigation():
        phone.click("form button[type=submit]")
    again = phone.locator("main").inner_text()
    picture(phone, "l-11-again")
    with journey.context.database.reading() as session:
        people = len(session.scalars(select(Person.id).where(Person.name == LIN.name)).all())
        applications = list(session.scalars(select(Application.person_id)))
    return Left(
        asked=said,
        waiting=waiting,
        agreed=agreed,
        tasks_done=tasks_done,
        told=told,
        questions=questions,
        shown_in=shown_in,
        thanks=thanks,
        answers=answers,
        refused=refused,
        for_hr=for_hr,
        given_back=given_back,
        settled=settled,
        at_the_last_minute=at_the_last_minute,
        after_midnight=after_midnight,
        phone_after=phone_after,
        again=again,
        people=people,
        applications=[one for one in applications if one == person_id],
    )


@pytest.fixture(scope="module")
def left(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    folder = tmp_path_factory.mktemp("leaving")
    database = copied_sqlite(_sqlite_template, folder / "engine.db")
    with begun(database, folder) as journey:
        yield played(journey)
    database.close()


def declined(journey: Journey) -> tuple[bool, bool, str, int, str]:
    """The questions before and after “I would rather not answer”, their state, messages about them, what HR sees."""
    world, clock = journey.world, journey.world.clock
    person_id, employment_id, _ = employed(journey)
    last = china_day(clock) + timedelta(days=10)
    with journey.context.database.transaction() as session:
        employments.end(session, SYSTEM, employment_id, last, "回老家", clock)
        service.follow(session, clock)
    journey.deliver()
    phone = journey.phone("o-lin", WECHAT)
    phone.goto(f"{journey.url}/wechat/today")
    phone.get_by_role("link", name="我的离职").click()
    phone.wait_for_url(f"**{LEAVING}")
    asks = phone.locator("#f-led")
    before = asks.count() == 1
    with phone.expect_navigation():
        phone.get_by_role("button", name="我不想回答").click()
    after = asks.count() == 1
    picture(phone, "l-12-declined")
    pass_to(journey, last - timedelta(days=1))
    to_moment(journey, clock.now())
    with journey.context.database.reading() as session:
        (row,) = service.of_person(session, person_id)
        held = interviews.of_separation(session, row.id)
        assert held is not None
        state, separation_id = held.state, row.id
        asked_for = select(func.count()).where(OutboxMessage.template.startswith("exit"))
        told = session.scalar(asked_for) or 0
    with desk(journey, signed_in(journey, world.actor("hr").account_id)) as page:
        page.goto(f"{journey.url}/console/leaving/{separation_id}")
        return before, after, state, told, page.locator("main").inner_text()


def test_who_would_rather_not_answer_is_not_asked_again_and_hr_sees_that(
    sqlite_database: Database, tmp_path: Path
) -> None:
    # the first test of the file: one browser at a time, and the others look at what one journey left
    with begun(sqlite_database, tmp_path) as journey:
        before, after, state, told, for_hr = declined(journey)
    assert (before, after, state, told) == (True, False, "declined", 1)
    assert "谢绝" in for_hr


def test_a_resignation_is_asked_for_on_the_phone_and_its_page_says_that_it_waits(left: Left) -> None:
    assert LAST.isoformat() in left.asked
    assert LAST.isoformat() in left.waiting
    assert "笔记本电脑" in left.waiting


def test_once_approved_the_page_shows_the_last_day_the_tasks_and_what_to_bring_back(left: Left) -> None:
    assert LAST.isoformat() in left.agreed
    assert "NB-7" in left.agreed
    assert left.tasks_done == 1


def test_the_questions_come_two_weeks_before_with_one_message(left: Left) -> None:
    assert "离职之前" not in left.agreed
    assert "我愿意推荐这家公司" in left.questions
    assert left.told == 1


def test_the_page_and_its_questions_speak_every_language_of_employees_pages(left: Left) -> None:
    assert "I would recommend this company" in left.shown_in["en"]
    for language in ("ja", "es"):
        shown = left.shown_in[language]
        for english in ("Before you leave", "I was well managed", "Working hours", "so-so", "Everything is optional"):
            assert english not in shown, (language, english)


def test_what_was_answered_is_thanked_for_and_read_by_hr(left: Left) -> None:
    assert "我愿意推荐这家公司" not in left.thanks
    assert left.answers == {"reason": "private", "led": "5", "words": "排班早点公布"}
    assert "排班早点公布" in left.for_hr


def test_the_settlement_waits_for_the_laptop_and_goes_to_pay_once_it_is_back(left: Left) -> None:
    assert "1 件物品未归还：笔记本电脑" in left.refused
    assert "已归还" in left.given_back
    assert "已移交薪酬" in left.settled


def test_the_account_and_its_open_browser_end_at_midnight_in_china(left: Left) -> None:
    assert left.at_the_last_minute == ("settled", True, True)
    assert left.after_midnight == ("closed", False, False)
    assert "NB-7" not in left.phone_after


def test_who_applies_again_is_found_as_the_same_person(left: Left) -> None:
    assert left.people == 1
    assert len(left.applications) == 2
