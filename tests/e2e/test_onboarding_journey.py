"""D1–D4, D8, M1: from an accepted offer to the last day, on phones only, with the double of WeChat and WeCom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import id_cards
import pytest
from databases import copied_sqlite
from phone_journey import PHONE, WECHAT, WECOM, Journey, approved_by_manager, asked, begun, pass_to, picture
from playwright.sync_api import Page, expect
from sqlalchemy import select

from api.wechat.double.speaker import Speaker
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts.service import actors
from interview_engine.hr.approvals import service as approvals
from interview_engine.hr.approvals.tables import Approval, ApprovalStep
from interview_engine.hr.area import Round
from interview_engine.hr.employment.tables import Employment
from interview_engine.hr.files import contract_ends, contract_signing, contracts, entries, reminders
from interview_engine.hr.onboarding import entry_form, filing, welcome
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.hr.people import identities
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.tasks.tables import Task
from interview_engine.store.tables import OutboxMessage

pytestmark = pytest.mark.slow

FIRST = date(2026, 12, 1)


@dataclass(frozen=True, slots=True)
class GoesOn:
    """What could be seen from the first day to the last."""

    filed: int
    number_of: str
    record: str
    transfer: str
    department: tuple[str, str]
    told_of_end: int
    renewed: tuple[date, date | None]
    resigned: str
    last_day: date | None
    state_after: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What could be seen on the way."""

    begin: str
    known: str
    stolen: str
    refused: str
    let_in: str
    shut_out: str
    wrong: str
    thanks: str
    card: dict[str, object]
    welcome: str
    minutes: float
    employments: int
    number_stored: bool
    tasks: set[str]
    own_done: str
    todo: str
    card_read: tuple[str, str]
    goes_on: GoesOn


def send_offer(journey: Journey) -> str:
    """Somebody known in WeChat who has an offer; its link."""
    world = journey.world
    with journey.context.database.transaction() as session:
        application = world.applicant(session, world.post(session, world.open_job(session)), name="林晓")
        world.assessed(session, world.interviewed(session, application))
        recruiter = world.actor("recruiter")
        reviews.decide(session, recruiter, application.id, "advance", "处理投诉有方法", world.clock)
        identities.bind(session, application.person_id, "official", "wxfake", "o-lin", world.clock, actor_id="system")
        new = offers.NewOffer("客服专员", Decimal(7200), FIRST)
        draft = offers.draft_offer(session, recruiter, application.id, new, world.clock)
        offers.submit_offer(session, recruiter, draft.id, world.clock)
        offers.approval_closed(session, SYSTEM, f"offer:{draft.id}", "approved", world.clock)
        link = offers.send_offer(session, recruiter, draft.id, world.clock).token
        texts = {
            "address_zh": "上海市静安区一路 1 号 8 楼",
            "way_zh": "地铁 2 号线静安寺站 3 号口，步行 5 分钟",
            "materials_zh": "身份证原件、学历证书",
        }
        welcome.keep(session, SYSTEM, welcome.Place(world.entity_id), texts, world.clock)
    journey.deliver()
    return link


def fill(page: Page, **changes: str) -> None:
    given = {
        "number": "11010519491231002X",
        "address": "上海市静安区一路 1 号 202 室",
        "emergency_name": "林父",
        "emergency_phone": "13900002222",
        "bank": "招商银行上海分行",
        "account_number": "6222 0212 3456 7890 128",
        **changes,
    }
    if page.locator("#phone").count():
        given["phone"] = "13800001111"
    for name, value in given.items():
        page.fill(f"#{name}", value)
    page.select_option("#emergency_relation", "parent")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^(提交|发送|保存.*)$")).click()


def photographed(page: Page) -> tuple[str, str]:
    """The form's number and address after a photo of a made-up card was read into it."""
    photo = id_cards.jpeg(id_cards.on_a_table(id_cards.front(name="林晓"), turn=4))
    page.locator("summary", has_text="拍身份证").click()
    page.set_input_files("#photo", files=[{"name": "card.jpg", "mimeType": "image/jpeg", "buffer": photo}])
    with page.expect_navigation(timeout=120_000):
        page.get_by_role("button", name="识别照片").click()
    picture(page, "e-2b-read")
    return page.input_value("#number"), page.input_value("#address")


def worked(journey: Journey, page: Page, speaker: Speaker) -> GoesOn:
    """From the first day on: the file, a transfer, the contract's renewal, the resignation."""
    context, world = journey.context, journey.world
    hr = world.actor("hr")
    filed = filing.file_entries(Round(context.database, context.blobs, context.clock, context.service))
    with context.database.transaction() as session:
        employment = session.scalars(select(Employment)).one()
        employment_id, person_id = employment.id, employment.person_id
        (identity,) = entries.held_by(session, person_id, "identity")
        new = contracts.NewContract("fixed", FIRST, date(2027, 11, 30), None)
        contract_id = contracts.draft(session, hr, employment_id, new, context.clock).id
        contract_signing.sign(session, hr, contract_id, context.clock)
    pass_to(journey, FIRST)
    page.goto(f"{journey.url}/wechat/my/record")
    record = page.locator("main").inner_text()
    picture(page, "f-1-record")
    transfer = asked(journey, page, "transfer", department=world.other_department_id, from_day="2026-12-10")
    picture(page, "f-2-transfer")
    approved_by_manager(journey, speaker)
    places = []
    for day in (date(2026, 12, 9), date(2026, 12, 10)):
        pass_to(journey, day)
        with context.database.reading() as session:
            places.append(session.get_one(Employment, employment_id).department_id)
    pass_to(journey, date(2027, 10, 30))
    with context.database.transaction() as session:
        told = reminders.remind(session, context.clock) + reminders.remind(session, context.clock)
        term, _ = contract_ends.proposed_next(session, session.get_one(contracts.Contract, contract_id))
        following = contracts.NewContract(term.kind, term.first, term.last, None)
        renewed = contract_ends.renew(session, hr, contract_id, employment_id, following, context.clock)
        contract_signing.sign(session, hr, renewed.id, context.clock)
        days = (renewed.first_day, renewed.last_day)
    resigned = asked(journey, page, "resignation", last_day="2027-12-31", reason="回老家")
    with context.database.transaction() as session:
        waiting = session.scalars(select(Approval).where(Approval.kind == "resignation")).one()
        part = session.scalars(select(ApprovalStep).where(ApprovalStep.approval_id == waiting.id)).first()
        assert part is not None
        (decider,) = actors(session, (part.account_id,), context.clock)
        approvals.decide(session, decider, waiting.id, "approve", "", context.clock)
        last_day = session.get_one(Employment, employment_id).last_day
    pass_to(journey, date(2028, 1, 1))
    with context.database.reading() as session:
        after = session.get_one(Employment, employment_id).state
    number = str(identity.values["id_number"])
    return GoesOn(filed, number, record, transfer, (places[0], places[1]), told, days, resigned, last_day, after)


def code_of(journey: Journey) -> str:
    with journey.context.database.reading() as session:
        told = session.scalars(
            select(OutboxMessage).where(OutboxMessage.template == "onboarding.code").order_by(OutboxMessage.id.desc())
        ).first()
        assert told is not None
        return str(told.payload["token"])


def to_user(journey: Journey, user: str) -> list[str]:
    """The addresses of what has come for somebody since."""
    found = []
    for one in journey.deliver():
        if one.to == user and one.fate == "shown":
            card = one.body.get("textcard") or one.body.get("template_card", {}).get("card_action") or one.body
            found.append(str(card["url"]))
    return found


@pytest.fixture(scope="module")
def joined(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    folder = tmp_path_factory.mktemp("joining")
    database = copied_sqlite(_sqlite_template, folder / "engine.db")
    with begun(database, folder) as journey:
        yield played(journey)
    database.close()


def played(journey: Journey) -> Joined:
    link = send_offer(journey)
    begun_at = journey.world.clock.now()
    candidate = journey.phone("o-lin", WECHAT)
    candidate.goto(f"{journey.url}/o/{link}")
    with candidate.expect_navigation():
        candidate.get_by_role("button", name="接受").click()
    (address,) = to_user(journey, "o-lin")
    candidate.goto(address)
    plain = journey.url + parse_qs(urlsplit(address).query)["back"][0]

    # in their own WeChat the form is theirs at once; a stolen link on another phone asks for a code
    known = candidate.locator("main").inner_text()
    picture(candidate, "e-2-form")
    stranger = journey.browser.new_context(locale="zh-CN", viewport=PHONE, reduced_motion="reduce")
    journey.phones.append(stranger)
    thief = stranger.new_page()
    thief.goto(plain)
    stolen = thief.locator("main").inner_text()
    with thief.expect_navigation():
        thief.get_by_role("button", name="发送验证码").click()
    thief.fill("#code", "000000" if code_of(journey) != "000000" else "111111")
    with thief.expect_navigation():
        thief.get_by_role("button", name="继续").click()
    refused = thief.locator("main").inner_text()
    picture(thief, "e-1-code")
    thief.fill("#code", code_of(journey))  # their own second phone: the code came to their WeChat
    with thief.expect_navigation():
        thief.get_by_role("button", name="继续").click()
    let_in = thief.locator("main").inner_text()
    candidate.goto(plain)
    shut_out = candidate.locator("main").inner_text()
    candidate.goto(address)  # through WeChat it is theirs again

    card_read = photographed(candidate)
    fill(candidate, number="110105194912310021")
    wrong = candidate.locator("main").inner_text()
    picture(candidate, "e-3-wrong")
    fill(candidate)
    expect(candidate.get_by_role("status")).to_be_visible()
    thanks = candidate.locator("main").inner_text()
    picture(candidate, "e-4-thanks")

    speaker = Speaker(journey.fake, httpx.Client())
    (card,) = [one for one in journey.deliver() if one.to == "manager"]
    response_code = list(journey.fake.response_codes)[-1]
    speaker.press("manager", card.body["template_card"]["task_id"], "approve", response_code)
    (welcomed,) = to_user(journey, "o-lin")
    minutes = (journey.world.clock.now() - begun_at).total_seconds() / 60
    candidate.goto(welcomed)
    shown = candidate.locator("main").inner_text()
    picture(candidate, "e-5-welcome")
    with candidate.expect_navigation():
        candidate.get_by_role("button", name="标为完成").click()
    own = candidate.locator("#tasks").inner_text()

    manager = journey.phone("manager", WECOM)
    manager.goto(f"{journey.url}/wechat/todo")
    todo = manager.locator("main").inner_text()
    picture(manager, "e-6-todo")
    with journey.context.database.reading() as session:
        row = session.scalars(select(Onboarding)).one()
        entry = entry_form.entry_of(journey.context.blobs, row)
        owners = {task.owner for task in session.scalars(select(Task))}
        employments = len(session.scalars(select(Employment)).all())
    goes_on = worked(journey, candidate, speaker)
    speaker.http.close()
    return Joined(
        begin=address,
        known=known,
        stolen=stolen,
        refused=refused,
        let_in=let_in,
        shut_out=shut_out,
        wrong=wrong,
        thanks=thanks,
        card=dict(card.body["template_card"]),
        welcome=shown,
        minutes=minutes,
        employments=employments,
        number_stored=entry is not None and entry.number == "11010519491231002X",
        tasks=owners,
        own_done=own,
        todo=todo,
        card_read=card_read,
        goes_on=goes_on,
    )


def test_who_accepts_gets_the_form_in_wechat_with_what_is_known_already(joined: Joined) -> None:
    assert "/wechat/in/official" in joined.begin
    assert "林晓" in joined.known
    assert "candidate1@example.com" in joined.known


def test_a_stolen_link_shows_nothing_and_asks_for_the_code(joined: Joined) -> None:
    for seen in (joined.stolen, joined.refused):
        assert "验证码" in seen
        assert "林晓" not in seen
        assert "example.com" not in seen
    assert "验证码不正确" in joined.refused


def test_the_code_moves_the_form_to_another_phone_and_shuts_the_first_out(joined: Joined) -> None:
    assert "林晓" in joined.let_in
    assert "林晓" not in joined.shut_out


def test_a_wrong_number_is_refused_and_what_was_typed_stays(joined: Joined) -> None:
    assert "证" in joined.wrong
    assert joined.number_stored


def test_the_manager_sees_who_and_when_on_the_card_and_nothing_of_the_form(joined: Joined) -> None:
    told = str(joined.card)
    assert "林晓" in told
    assert "2026-12-01" in told
    assert "11010519491231002X" not in told


def test_d3_the_welcome_says_post_day_place_way_and_materials_within_the_hour(joined: Joined) -> None:
    for part in ("客服专员", "2026-12-01", "静安区一路 1 号 8 楼", "静安寺站", "学历证书"):
        assert part in joined.welcome
    assert joined.minutes < 60


def test_the_approval_employs_once_and_gives_everybody_their_tasks(joined: Joined) -> None:
    assert joined.employments == 1
    assert joined.tasks == {"it", "hr", "manager", "person"}
    assert "已完成" in joined.own_done
    assert "第一周的工作" in joined.todo


@pytest.mark.skipif(not id_cards.FONT.is_file(), reason="no font with Chinese letters is installed")
def test_a_photo_of_the_card_fills_the_form_in_to_be_looked_over(joined: Joined) -> None:
    assert joined.card_read == (id_cards.NUMBER, "".join(id_cards.ADDRESS))


def test_d1_what_was_filled_in_is_in_the_file_and_masked_on_the_phone(joined: Joined) -> None:
    went_on = joined.goes_on
    assert (went_on.filed, went_on.number_of) == (1, "11010519491231002X")
    assert "110***********002X" in went_on.record
    assert "11010519491231002X" not in went_on.record
    assert "申请变更" in went_on.record


def test_a_transfer_asked_for_on_the_phone_holds_from_its_day(joined: Joined) -> None:
    assert "待审批" in joined.goes_on.transfer or "等待" in joined.goes_on.transfer
    before, after = joined.goes_on.department
    assert before != after


def test_d8_the_end_of_the_contract_is_told_once_and_it_is_renewed_from_the_day_after(joined: Joined) -> None:
    assert joined.goes_on.told_of_end == 1
    assert joined.goes_on.renewed == (date(2027, 12, 1), date(2028, 11, 30))


def test_a_resignation_asked_for_on_the_phone_ends_the_employment_after_the_last_day(joined: Joined) -> None:
    assert "2027-12-31" in joined.goes_on.resigned
    assert (joined.goes_on.last_day, joined.goes_on.state_after) == (date(2027, 12, 31), "left")
