"""The page of who joins: what was filled in as HR compares it with the papers, and every button on it (D1, D3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from console_data import CLOCK, Company
from console_pages import csrf
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.clock import china_day
from interview_engine.hr.assets import service as assets
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.onboarding import entry_form, rules, service
from interview_engine.hr.onboarding.tables import Onboarding
from interview_engine.store.blobs import Owner, register
from interview_engine.store.tables import AuditEvent, OutboxMessage

DAY = timedelta(days=1)
ENTRY = rules.Entry(
    document="id_card",
    number="11010519491231002X",
    born_on=date(1949, 12, 31),
    sex="female",
    address="上海市静安区一路 1 号 202 室",
    emergency_name="林父",
    emergency_relation="parent",
    emergency_phone="13900002222",
    bank="招商银行上海分行",
    account_number="6222021234567890128",
    valid_from=date(2015, 8, 12),
    valid_until=date(2035, 8, 12),
    family=({"name": "林小宝", "relation": "child", "born_on": "2020-05-01", "dependent": "1"},),
    certificates=({"title": "电工证", "number": "T-0042", "issuer": "样本市", "expires_on": "2031-01-31"},),
)
BUTTONS = ("first-day", "come", "not-come", "come-after-all", "send", "phone", "assets", "ask")


@dataclass(frozen=True)
class Joining:
    """Somebody who joins, and HR's browser."""

    made: Company
    client: TestClient
    id: str
    employment_id: str

    @property
    def address(self) -> str:
        return f"/console/joining/{self.id}"

    def row(self) -> Onboarding:
        with self.made.context.database.reading() as session:
            return session.get_one(Onboarding, self.id)

    def set(self, **columns: object) -> None:
        with self.made.context.database.transaction() as session:
            row = session.get_one(Onboarding, self.id)
            for name, value in columns.items():
                setattr(row, name, value)

    def fill(self, entry: rules.Entry) -> None:
        blobs, content = self.made.context.blobs, rules.dump(entry)
        sha256 = blobs.put(content, "application/json", Owner(self.row().person_id, entry_form.PART))
        with self.made.context.database.transaction() as session:
            register(session, sha256, len(content), "application/json", CLOCK)
            row = session.get_one(Onboarding, self.id)
            row.entry_sha256, row.filled_at = sha256, CLOCK.now()

    def shown(self, client: TestClient | None = None) -> str:
        page = (client or self.client).get(self.address)
        assert page.status_code == 200
        return page.text

    def press(self, button: str, **fields: str) -> str:
        """A button that does its work; the page that follows."""
        answer = self.client.post(
            f"{self.address}/{button}", data={"csrf": csrf(self.client), **fields}, follow_redirects=False
        )
        assert answer.status_code == 303, answer.text[:2000]
        there = answer.headers["location"]
        assert urlsplit(there).path == self.address
        return self.client.get(there).text

    def refused(self, button: str, **fields: str) -> str:
        """A button that is refused: the page again, with what was wrong."""
        answer = self.client.post(
            f"{self.address}/{button}", data={"csrf": csrf(self.client), **fields}, follow_redirects=False
        )
        assert answer.status_code in (409, 422), answer.status_code
        assert f"<h1>{self.name} " in answer.text
        return answer.text

    @property
    def name(self) -> str:
        return "何小满"

    def sent(self, template: str) -> int:
        with self.made.context.database.reading() as session:
            return len(session.scalars(select(OutboxMessage).where(OutboxMessage.template == template)).all())


def joins(made: Company, client: TestClient, day: date) -> Joining:
    """Somebody who is approved to begin on that day, with the form not yet in the file."""
    with made.context.database.transaction() as session:
        hr = made.actors["hr"]
        person = find_or_make(session, hr, NewContact("何小满", phone="13800006789"), CLOCK).id
        where = employments.Place(made.entity_id, made.department_id)
        employment = employments.begin(session, hr, person, where, "客服专员", day, None, CLOCK)
        row = service.begin_by_hand(session, hr, employment.id, CLOCK)
        row.state = "approved"
        found = Joining(made, client, row.id, employment.id)
    found.fill(ENTRY)
    return found


@pytest.fixture
def joining(made: Company, clients: dict[str, TestClient]) -> Joining:
    """Today is the first day."""
    return joins(made, clients["hr"], china_day(CLOCK))


@pytest.fixture
def early(made: Company, clients: dict[str, TestClient]) -> Joining:
    """The first day is in three days."""
    return joins(made, clients["hr"], china_day(CLOCK) + 3 * DAY)


# What was filled in ------------------------------------------------------------------------------------------------


def cell(page: str, heading: str) -> str:
    """The words of a row of the table of the entry form."""
    found = re.search(rf'<th scope="row">{heading}</th><td>(.*?)</td>', page, re.DOTALL)
    assert found is not None, heading
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])).strip()


def test_hr_sees_card_validity_family_and_certificates_before_they_are_filed(joining: Joining) -> None:
    page = joining.shown()
    assert cell(page, "身份证有效期") == "2015-08-12 – 2035-08-12"
    family = cell(page, "家庭成员")
    assert "林**" in family
    assert "子女" in family
    assert "2020-**-**" in family
    certificates = cell(page, "证书")
    assert all(word in certificates for word in ("电工证", "T-0042", "样本市", "2031-01-31"))
    for secret in ("林小宝", "2020-05-01", ENTRY.number, ENTRY.account_number):
        assert secret not in page


def test_what_was_left_out_is_said_to_be_left_out(joining: Joining) -> None:
    joining.fill(replace(ENTRY, valid_from=None, valid_until=None, family=(), certificates=()))
    page = joining.shown()
    assert [cell(page, heading) for heading in ("身份证有效期", "家庭成员", "证书")] == ["未填写"] * 3


def test_a_card_without_end_and_one_that_has_run_out_are_told_apart(joining: Joining) -> None:
    joining.fill(replace(ENTRY, valid_until=None))
    assert cell(joining.shown(), "身份证有效期").endswith("长期")
    joining.fill(replace(ENTRY, valid_until=china_day(CLOCK) - DAY))
    assert cell(joining.shown(), "身份证有效期").endswith("已过期")


def test_a_passport_has_no_validity_of_a_card(joining: Joining) -> None:
    joining.fill(replace(ENTRY, document="passport", number="E1234567", sex=""))
    assert "身份证有效期" not in joining.shown()


def test_who_does_not_read_identity_sees_no_family(joining: Joining, clients: dict[str, TestClient]) -> None:
    page = joining.shown(clients["recruiter"])
    assert "电工证" in page
    assert "家庭成员" not in page
    assert "林**" not in page


def test_who_only_reads_contact_sees_nothing_of_the_form(joining: Joining, clients: dict[str, TestClient]) -> None:
    page = joining.shown(clients["hiring_manager"])
    for said in ("电工证", "林**", "身份证有效期", ENTRY.address):
        assert said not in page


def test_once_it_is_in_the_file_the_page_says_so_and_shows_none_of_it(joining: Joining) -> None:
    joining.set(entry_sha256=None)
    page = joining.shown()
    assert "全部写入员工档案" in page
    assert "电工证" not in page


# The buttons -------------------------------------------------------------------------------------------------------


def is_open(page: str, action: str) -> bool:
    """Whether the form that is folded away is unfolded, so that what was wrong stands beside it."""
    return re.search(rf'<details open><summary>[^<]+</summary><form [^>]*action="{action}"', page) is not None


def test_the_first_day_is_moved_and_the_person_is_told(early: Joining) -> None:
    later = china_day(CLOCK) + 5 * DAY
    page = early.press("first-day", first_day=later.isoformat())
    assert "任务到期日已调整" in page
    assert early.row().first_day == later
    assert early.sent("onboarding.moved") == 1
    with early.made.context.database.reading() as session:
        assert session.get_one(employments.Employment, early.employment_id).start_date == later


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-02-30"])
def test_a_first_day_that_is_no_day_leaves_everything_as_it_was(early: Joining, typed: str) -> None:
    page = early.refused("first-day", first_day=typed)
    assert is_open(page, f"{early.address}/first-day")
    assert early.row().first_day == china_day(CLOCK) + 3 * DAY
    assert early.sent("onboarding.moved") == 0


def test_who_has_come_is_written_down_once(joining: Joining) -> None:
    assert f'action="{joining.address}/come"' in joining.shown()
    page = joining.press("come")
    assert "已记录：本人已报到。" in page
    assert joining.row().state == "joined"
    assert f'action="{joining.address}/come"' not in page
    joining.press("come")
    with joining.made.context.database.reading() as session:
        said = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == f"onboarding:{joining.id}"))
        assert said.all().count("onboarding.state") == 1


def test_nobody_has_come_before_the_first_day(early: Joining) -> None:
    assert f'action="{early.address}/come"' not in early.shown()
    assert "还没有到入职日期" in early.refused("come")
    assert early.row().state == "approved"


def test_that_somebody_does_not_come_needs_a_reason(joining: Joining) -> None:
    page = joining.refused("not-come", reason=" ")
    assert joining.row().state == "approved"
    assert re.search(
        rf'<details open><summary>[^<]+</summary><form class="form" method="post" action="{joining.address}/not-come"',
        page,
    )


def test_who_does_not_come_is_taken_back_on_the_same_day_with_the_form(joining: Joining) -> None:
    assert "已结束：任务已关闭" in joining.press("not-come", reason="去了别家")
    assert joining.row().state == "no_show"
    assert f'action="{joining.address}/come-after-all"' in joining.shown()
    assert "恢复原状" in joining.press("come-after-all")
    row = joining.row()
    assert (row.state, row.reason) == ("approved", "")
    assert "电工证" in joining.shown()


def test_who_is_called_off_before_the_first_day_cannot_be_taken_back(early: Joining) -> None:
    early.press("not-come", reason="去了别家")
    assert (early.row().state, early.row().entry_sha256) == ("called_off", None)
    assert f'action="{early.address}/come-after-all"' not in early.shown()
    early.refused("come-after-all")
    assert early.row().state == "called_off"


def test_the_link_is_sent_again(joining: Joining) -> None:
    before = joining.sent("onboarding.welcome")
    assert "链接已发送" in joining.press("send")
    assert joining.sent("onboarding.welcome") == before + 1
    joining.set(state="joined")
    assert f'action="{joining.address}/send"' not in joining.shown()
    joining.refused("send")
    assert joining.sent("onboarding.welcome") == before + 1


def test_another_phone_is_let_in_where_one_is_bound(joining: Joining) -> None:
    assert f'action="{joining.address}/phone"' not in joining.shown()
    joining.set(device_hash="ab" * 32)
    assert f'action="{joining.address}/phone"' in joining.shown()
    assert "下一部打开链接的手机" in joining.press("phone")
    assert joining.row().device_hash is None


def test_a_thing_is_handed_out_and_stands_on_the_page(joining: Joining) -> None:
    page = joining.press("assets", kind="computer", name="笔记本电脑", tag="PC-0042")
    assert "笔记本电脑" in page
    assert "PC-0042" in page
    with joining.made.context.database.reading() as session:
        assert [one.tag for one in assets.open_of(session, joining.employment_id)] == ["PC-0042"]


def test_a_thing_without_a_name_is_not_handed_out_and_the_form_stays_open(joining: Joining) -> None:
    page = joining.refused("assets", kind="computer", name="", tag="PC-0042")
    assert re.search(
        rf'<details open><summary>[^<]+</summary><form class="form" method="post" action="{joining.address}/assets"',
        page,
    )
    with joining.made.context.database.reading() as session:
        assert assets.open_of(session, joining.employment_id) == []


def test_nothing_is_handed_out_to_who_is_not_employed_yet(joining: Joining) -> None:
    joining.set(employment_id=None)
    assert "此人尚未被录用" in joining.refused("assets", kind="computer", name="笔记本电脑", tag="")


def test_the_approval_is_asked_for_again_where_none_is_under_way(joining: Joining) -> None:
    joining.refused("ask")
    joining.set(state="filled")
    assert f'action="{joining.address}/ask"' in joining.shown()
    page = joining.press("ask")
    assert "已提交审批" in page
    assert "等待" in page
    assert f'action="{joining.address}/ask"' not in page


@pytest.mark.parametrize("button", BUTTONS)
def test_who_only_reads_has_no_button_and_presses_none(
    joining: Joining, clients: dict[str, TestClient], button: str
) -> None:
    client = clients["hiring_manager"]
    assert f'action="{joining.address}/' not in joining.shown(client)
    before = joining.row()
    fields = {"first_day": "2030-01-01", "reason": "去了别家", "kind": "computer", "name": "x", "tag": ""}
    answer = client.post(f"{joining.address}/{button}", data={"csrf": csrf(client), **fields}, follow_redirects=False)
    assert answer.status_code == 403
    after = joining.row()
    assert (after.state, after.first_day, after.updated_at) == (before.state, before.first_day, before.updated_at)


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_about_nobody_is_not_found(joining: Joining, button: str) -> None:
    client = joining.client
    fields = {"first_day": "2030-01-01", "reason": "去了别家", "kind": "computer", "name": "x", "tag": ""}
    answer = client.post(f"/console/joining/{'0' * 32}/{button}", data={"csrf": csrf(client), **fields})
    assert answer.status_code == 404
