"""D4 in Chromium: a photo is given on the phone, seen by the head and by who joins, and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import portraits
import pytest
from databases import copied_sqlite
from phone_journey import WECHAT, WECOM, Journey, begun, picture
from playwright.sync_api import Page, expect
from request_staff import START, Staff, employ

from interview_engine.clock import china_day
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employments
from interview_engine.hr.employment.persons import NewContact, find_or_make
from interview_engine.hr.onboarding import links, service
from interview_engine.hr.people import identities

pytestmark = pytest.mark.slow

PHOTO, TEAM = "/wechat/my/photo", "/wechat/my/team"
LOADED = "(one) => one.complete && one.naturalWidth > 0"


@pytest.fixture(scope="module")
def journey(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    folder = tmp_path_factory.mktemp("photo")
    database = copied_sqlite(_sqlite_template, folder / "engine.db")
    with begun(database, folder) as made:
        yield made
    database.close()


def at_work(journey: Journey) -> Staff:
    """An employee known in WeChat, under a head who works here and is known in WeCom."""
    world = journey.world
    with journey.context.database.transaction() as session:
        staff = employ(world, session)
        identities.bind(session, staff.person_id, "official", "wxfake", "o-lin", world.clock, actor_id="system")
        place = employments.Place(world.entity_id, world.department_id)
        head = world.actor("hiring_manager").person_id or ""
        employments.begin(session, SYSTEM, head, place, "客服经理", START, None, world.clock)
    return staff


def welcomed(journey: Journey) -> str:
    """The link of somebody whose entry form was approved."""
    world = journey.world
    with journey.context.database.transaction() as session:
        person = find_or_make(session, SYSTEM, NewContact("新来的", phone="13800009902"), world.clock).id
        place = employments.Place(world.entity_id, world.department_id)
        day = china_day(world.clock) + timedelta(days=7)
        employment = employments.begin(session, SYSTEM, person, place, "客服专员", day, None, world.clock)
        row = service.begin_by_hand(session, world.actor("hr"), employment.id, world.clock)
        row.state = "approved"
        return f"/e/{links.new_link(session, row, 'system', world.clock)}"


def faces(page: Page) -> list[str]:
    """What stands for each person: "photo", or the letters of the name."""
    found = []
    for one in page.locator(".face").all():
        image = one.locator("img")
        if image.count():
            image.scroll_into_view_if_needed()
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate(LOADED), "the picture is there"
            found.append("photo")
        else:
            found.append(one.inner_text())
    return found


def test_given_seen_and_withdrawn_on_the_phone(journey: Journey) -> None:
    at_work(journey)
    home = welcomed(journey)
    mine, head = journey.phone("o-lin", WECHAT), journey.phone("manager", WECOM)
    newcomer = journey.phone("o-other", WECHAT)

    mine.goto(f"{journey.url}/wechat/my/record")
    mine.get_by_role("link", name="同事可见的照片").click()
    mine.wait_for_url(f"**{PHOTO}")
    assert faces(mine) == ["林晓"]
    picture(mine, "p-1-none")
    button = mine.get_by_role("button", name="向同事展示这张照片")
    mine.set_input_files("#photo", files=[{"name": "IMG.JPG", "mimeType": "image/jpeg", "buffer": portraits.as_sent()}])
    button.click()
    assert mine.url.endswith(PHOTO), "the box is not ticked: the browser asks for it and sends nothing"
    assert faces(mine) == ["林晓"]
    mine.get_by_label("我同意").check()
    with mine.expect_navigation(timeout=60_000):
        button.click()
    assert faces(mine) == ["photo"]
    assert mine.locator(".face img").evaluate("(one) => one.naturalHeight > one.naturalWidth"), "upright"
    picture(mine, "p-2-given")

    head.goto(f"{journey.url}{TEAM}")
    assert "photo" in faces(head)
    picture(head, "p-3-team")
    newcomer.goto(f"{journey.url}{home}")
    if newcomer.get_by_role("button", name="用这部手机填写").count():
        with newcomer.expect_navigation():
            newcomer.get_by_role("button", name="用这部手机填写").click()
    expect(newcomer.get_by_text("林晓")).to_be_visible()
    assert sorted(faces(newcomer)).count("photo") == 1
    assert len(faces(newcomer)) == 2, "the head, who gives none, is shown by letters"
    picture(newcomer, "p-4-welcome")

    with mine.expect_navigation():
        mine.get_by_role("button", name="撤回并删除照片").click()
    assert faces(mine) == ["林晓"]
    picture(mine, "p-5-withdrawn")
    for page in (head, newcomer):
        page.reload()
        assert "photo" not in faces(page)
    picture(head, "p-6-team-letters")
