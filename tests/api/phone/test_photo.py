"""A photo of oneself on the phone: given with a consent, seen by the team's head and by who joins, withdrawn (D4)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import portraits
import pytest
from phone_stage import Stage
from PIL import Image
from sqlalchemy import select

from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employment
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.files.tables import FilePhoto
from interview_engine.hr.onboarding import links
from interview_engine.hr.onboarding import service as onboarding
from interview_engine.hr.org.service import set_manager
from interview_engine.hr.people import identities
from interview_engine.hr.privacy.tables import Consent

PHOTO, TEAM = "/wechat/my/photo", "/wechat/my/team"
AGENT = {"accept-language": "zh", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}
IMAGE = re.compile(r'<img src="([^"]+)"')


@dataclass(frozen=True)
class Phones:
    """`mine` of an employee without an account, `boss` of who leads the department, `other` of nobody known."""

    stage: Stage
    mine: httpx.Client
    boss: httpx.Client
    other: httpx.Client
    employment_id: str

    def give(self, data: bytes | None = None, **fields: str) -> httpx.Response:
        self.mine.get("/wechat/today")
        photo = {"photo": ("IMG_0001.JPG", portraits.as_sent() if data is None else data, "image/jpeg")}
        return self.mine.post(PHOTO, data={"agreed": "yes"} | fields, files=photo)

    def kept(self) -> int:
        with self.stage.company.database.reading() as session:
            return len(session.scalars(select(FilePhoto).where(FilePhoto.withdrawn_at.is_(None))).all())


def phone(stage: Stage, openid: str) -> httpx.Client:
    return httpx.Client(
        base_url=stage.url, follow_redirects=True, headers=AGENT, cookies={"fake-user": openid}, timeout=30
    )


@pytest.fixture
def phones(stage: Stage) -> Iterator[Phones]:
    company, clock = stage.company, stage.company.clock
    host = stage.url.removeprefix("http://")
    stage.wechat.fake.corporation.redirect_host = stage.wechat.fake.official.redirect_host = host
    with company.database.transaction() as session:
        where = employment.Place(company.entity_id, company.department_id)
        start = china_day(clock) - timedelta(days=350)
        row = employment.begin(session, SYSTEM, stage.person_id, where, "客服专员", start, None, clock)
        boss = find_or_make(session, SYSTEM, NewContact("领班", phone="13800009901"), clock).id
        employment.begin(session, SYSTEM, boss, where, "客服主管", start, None, clock)
        set_manager(session, SYSTEM, company.department_id, boss, clock)
        identities.bind(session, boss, "official", "wxfake", "o-boss", clock, actor_id="system")
    with phone(stage, "o-candidate") as mine, phone(stage, "o-boss") as lead, phone(stage, "o-nobody") as other:
        yield Phones(stage, mine, lead, other, row.id)


@contextmanager
def newcomer(phones: Phones, state: str) -> Iterator[tuple[httpx.Client, str]]:
    """The phone of somebody on the way to their first day, with the address of their page."""
    company, clock = phones.stage.company, phones.stage.company.clock
    with company.database.transaction() as session:
        person = find_or_make(session, SYSTEM, NewContact("新来的", phone="13800009902"), clock).id
        where = employment.Place(company.entity_id, company.department_id)
        begins = china_day(clock) + timedelta(days=7)
        row = employment.begin(session, SYSTEM, person, where, "客服专员", begins, None, clock)
        made = onboarding.begin_by_hand(session, company.actor("hr"), row.id, clock)
        made.state = state
        token = links.new_link(session, made, "system", clock)
    home = f"/e/{token}"
    with httpx.Client(base_url=phones.stage.url, follow_redirects=True, headers=AGENT, timeout=30) as client:
        client.post(f"{home}/begin")
        yield client, home


def test_the_page_says_what_it_is_for_and_asks_for_consent(phones: Phones) -> None:
    phones.mine.get("/wechat/today")
    page = phones.mine.get(PHOTO).text
    assert "本公司的同事" in page
    assert "不用于人脸识别" in page
    assert re.search(r'<input type="checkbox" name="agreed"[^>]*required', page)
    assert "撤回" in page
    assert f'href="{PHOTO}"' in phones.mine.get("/wechat/my/record").text


def test_a_photo_is_kept_as_a_small_upright_copy_and_shown_to_who_leads(phones: Phones) -> None:
    answer = phones.give()
    assert (answer.status_code, answer.url.path) == (200, PHOTO)
    assert f"{PHOTO}/withdraw" in answer.text
    own = phones.mine.get(f"{PHOTO}.jpg")
    assert (own.headers["content-type"], own.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert Image.open(io.BytesIO(own.content)).size == (360, 480)
    phones.boss.get("/wechat/today")
    (shown,) = IMAGE.findall(phones.boss.get(TEAM).text)
    seen = phones.boss.get(shown)
    assert seen.content == own.content
    assert b"Invented Phone" not in seen.content


def test_a_photo_withdrawn_is_seen_nowhere_by_the_next_look(phones: Phones) -> None:
    phones.give()
    phones.boss.get("/wechat/today")
    (shown,) = IMAGE.findall(phones.boss.get(TEAM).text)
    answer = phones.mine.post(f"{PHOTO}/withdraw")
    assert "还没有提供照片" in answer.text
    assert phones.mine.get(f"{PHOTO}.jpg").status_code == 404
    assert phones.boss.get(shown).status_code == 404
    assert IMAGE.findall(phones.boss.get(TEAM).text) == []
    with phones.stage.company.database.reading() as session:
        assert [one.withdrawn_at is None for one in session.scalars(select(Consent))] == [False]


def test_without_the_box_nothing_is_kept_and_the_page_says_so(phones: Phones) -> None:
    answer = phones.give(agreed="")
    assert answer.status_code == 422
    assert "照片只有在您同意后才会保存" in answer.text
    assert phones.kept() == 0


@pytest.mark.parametrize("data", [b"%PDF-1.7 no photo", b"\xff\xd8\xff cut off"])
def test_what_is_no_photo_is_refused_and_the_photo_before_stays(phones: Phones, data: bytes) -> None:
    phones.give()
    answer = phones.give(data)
    assert answer.status_code == 422
    assert "请发送 JPEG 或 PNG" in answer.text
    assert phones.kept() == 1


def test_a_form_without_a_file_says_what_to_choose(phones: Phones) -> None:
    phones.mine.get("/wechat/today")
    answer = phones.mine.post(PHOTO, data={"agreed": "yes"})
    assert answer.status_code == 422
    assert "JPEG" in answer.text


def test_a_stranger_and_a_colleague_of_another_team_get_no_photo(phones: Phones) -> None:
    phones.give()
    phones.boss.get("/wechat/today")
    (shown,) = IMAGE.findall(phones.boss.get(TEAM).text)
    assert phones.other.get(shown).headers["content-type"].startswith("text/html")
    assert phones.mine.get(shown).status_code == 404, "nobody reports to them"
    assert phones.mine.get(f"{TEAM}/{'0' * 32}.jpg").status_code == 404


def test_who_joins_sees_the_team_with_faces_and_letters(phones: Phones) -> None:
    phones.give()
    with newcomer(phones, "approved") as (client, home):
        page = client.get(home).text
        assert "领班" in page
        (shown,) = IMAGE.findall(page)
        assert shown.startswith(f"{home}/team/")
        seen = client.get(shown)
        assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
        assert phones.other.get(shown).status_code == 403, "another phone with the same link"
        phones.mine.post(f"{PHOTO}/withdraw")
        assert client.get(shown).status_code == 404
        assert IMAGE.findall(client.get(home).text) == []


def test_who_still_fills_in_the_form_gets_no_photo(phones: Phones) -> None:
    phones.give()
    with phones.stage.company.database.reading() as session:
        photo_id = session.scalars(select(FilePhoto.id)).one()
    with newcomer(phones, "asked") as (client, home):
        assert client.get(f"{home}/team/{photo_id}.jpg").status_code == 404


def test_the_export_of_ones_data_holds_no_photo(phones: Phones) -> None:
    phones.give()
    found = phones.mine.get("/wechat/my/record.json")
    assert found.headers["content-disposition"].startswith("attachment")
    with phones.stage.company.database.reading() as session:
        row = session.scalars(select(FilePhoto)).one()
    assert row.sha256 not in found.text
    assert row.id not in found.text
