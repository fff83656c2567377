"""D9: a contract is sent, identified and signed on phones with the double of WeChat; a stolen link opens nothing."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from databases import copied_sqlite
from phone_journey import PHONE, WECHAT, Journey, begun, picture
from playwright.sync_api import Page
from sqlalchemy import select

from api.cli.main import main
from api.signing import flow
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.files import contracts
from interview_engine.hr.files.contracts import NewContract
from interview_engine.hr.people import identities
from interview_engine.hr.signing import steps, templates
from interview_engine.hr.signing.tables import SignatureRequest
from interview_engine.store.tables import OutboxMessage

pytestmark = pytest.mark.slow
T = TypeVar("T")

BODY = """# 一、合同期限
甲方{company.name}与乙方{person.name}订立{contract.kind}合同，自{contract.first_day}起至{contract.last_day}止。
# 二、劳动报酬
月工资{ask.月工资}元。
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """What could be seen on the way."""

    address: str
    asked: str
    stranger: str
    strange_code: str
    browser: str
    wrong: str
    read: str
    thief_before: str
    done: str
    thief_after: str
    thief_file: int
    identified_by: list[str]
    codes_to: list[str]
    code_kept: bool
    contract: str
    verified: str
    tampered: int


def employed(journey: Journey) -> tuple[str, str]:
    """Somebody known in WeChat alone with a draft contract, and a template; their ids."""
    world = journey.world
    hr = world.actor("hr")
    first = date(2026, 11, 3)
    with journey.context.database.transaction() as session:
        person = find_or_make(session, hr, NewContact("林晓", phone="13800001111"), world.clock)
        identities.bind(session, person.id, "official", "wxfake", "o-lin", world.clock, actor_id="system")
        place = employments.Place(world.entity_id, world.department_id)
        row = employments.begin(session, hr, person.id, place, "客服专员", first, None, world.clock)
        contract = contracts.draft(
            session, hr, row.id, NewContract("fixed", first, date(2027, 11, 2), None), world.clock
        )
        template = templates.create(session, hr, "标准劳动合同", "zh", "劳动合同书", BODY, world.clock)
        return contract.id, template.row.id


def last_code(journey: Journey) -> str:
    with journey.context.database.reading() as session:
        found = session.scalars(
            select(OutboxMessage).where(OutboxMessage.template == "signature.code").order_by(OutboxMessage.id.desc())
        ).first()
        assert found is not None
        return str(found.payload["code"])


def press(page: Page, name: str) -> str:
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile(f"^{name}$")).click()
    return page.locator("main").inner_text()


def apart(do: Callable[[], T]) -> T:
    """In a thread of its own, as the server does it: the browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as hands:
        return hands.submit(do).result()


def said(arguments: list[str]) -> tuple[int, str]:
    """The exit status of the command, and what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = apart(lambda: main(arguments))
    return status, printed.getvalue()


def plain_phone(journey: Journey) -> Page:
    """A phone's browser outside of WeChat."""
    phone = journey.browser.new_context(locale="zh-CN", viewport=PHONE, reduced_motion="reduce")
    journey.phones.append(phone)
    return phone.new_page()


@pytest.fixture(scope="module")
def signed(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    folder = tmp_path_factory.mktemp("signing")
    database = copied_sqlite(_sqlite_template, folder / "engine.db")
    with begun(database, folder) as journey:
        yield played(journey, folder)
    database.close()


def played(journey: Journey, folder: Path) -> Signed:
    contract_id, template_id = employed(journey)
    hr = journey.world.actor("hr")
    request = apart(lambda: flow.prepare(journey.context, hr, contract_id, template_id, {"月工资": "8000"}))
    apart(lambda: flow.send(journey.context, hr, request.id, "own", 14))
    address = journey.arrived("o-lin")
    link = journey.url + parse_qs(urlsplit(address).query)["back"][0]

    # somebody else's WeChat, and a browser that is in no WeChat, with the same link
    other = journey.phone("o-other", WECHAT)
    other.goto(address)
    stranger = other.locator("main").inner_text()
    picture(other, "s-1-stranger")
    strange_code = press(other, "获取验证码")
    thief = plain_phone(journey)
    thief.goto(link)
    browser = thief.locator("main").inner_text()

    own = journey.phone("o-lin", WECHAT)
    own.goto(address)
    asked = own.locator("main").inner_text()
    press(own, "获取验证码")
    codes_to = [one.to for one in journey.deliver() if one.fate == "shown"]
    code = last_code(journey)
    picture(own, "s-2-code")
    own.fill("#code", "000000" if code != "000000" else "111111")
    wrong = press(own, "继续")
    own.fill("#code", code)
    read = press(own, "继续")
    picture(own, "s-3-read")
    thief.goto(link)
    thief_before = thief.locator("main").inner_text()
    own.get_by_role("checkbox").check()
    done = press(own, "签署")
    picture(own, "s-4-done")
    thief.goto(link)
    thief_after = thief.locator("main").inner_text()
    thief_file = thief.request.get(f"{link}/contract.pdf").status
    with own.expect_download() as loading:
        own.get_by_role("link", name=re.compile("^下载合同")).click()
    file = folder / "contract.pdf"
    loading.value.save_as(file)
    verified, out = said(["contract", "verify", str(file)])
    assert verified == 0, out
    changed = folder / "changed.pdf"
    content = bytearray(file.read_bytes())
    place = content.index(b"stream") + 12
    content[place] ^= 1
    changed.write_bytes(content)
    tampered = said(["contract", "verify", str(changed)])[0]
    with journey.context.database.reading() as session:
        row = session.scalars(select(SignatureRequest)).one()
        identified = [one.detail["by"] for one in steps.of_request(session, row.id) if one.kind == "identified"]
        codes = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "signature.code")).all()
        return Signed(
            address=address,
            asked=asked,
            stranger=stranger,
            strange_code=strange_code,
            browser=browser,
            wrong=wrong,
            read=read,
            thief_before=thief_before,
            done=done,
            thief_after=thief_after,
            thief_file=thief_file,
            identified_by=[way for ways in identified for way in ways],
            codes_to=codes_to,
            code_kept=any("code" in one.payload for one in codes),
            contract=session.get_one(contracts.Contract, contract_id).state,
            verified=out,
            tampered=tampered,
        )


def test_the_contract_comes_into_the_persons_own_wechat(signed: Signed) -> None:
    assert "/wechat/in/official" in signed.address
    assert "8000" not in signed.asked
    assert "林晓" not in signed.asked


def test_another_account_is_refused_and_gets_no_code_sent(signed: Signed) -> None:
    for seen in (signed.stranger, signed.strange_code):
        assert "此账号不属于受邀签署的人" in seen
        assert "8000" not in seen
    assert signed.codes_to == ["o-lin"]


def test_account_and_code_together_open_the_whole_text(signed: Signed) -> None:
    assert "月工资8000元" not in signed.wrong
    assert "月工资8000元" in signed.read
    assert "林晓" in signed.read
    assert signed.identified_by == ["official", "code"]


def test_a_used_code_is_in_no_message_any_more(signed: Signed) -> None:
    assert not signed.code_kept


def test_signed_it_is_in_force_and_the_command_says_that_it_is_whole(signed: Signed) -> None:
    assert "双方已签署" in signed.done
    assert signed.contract == "active"
    assert "林晓" in signed.verified
    assert signed.tampered == 3


def test_a_stolen_link_on_another_phone_shows_nothing_before_and_after(signed: Signed) -> None:
    for seen in (signed.browser, signed.thief_before, signed.thief_after):
        assert "8000" not in seen
        assert "林晓" not in seen
        assert "验证码" in seen
    assert "另一台设备" in signed.thief_before
    assert signed.thief_file == 403
