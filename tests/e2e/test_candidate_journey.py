"""A candidate on a phone-sized screen with a camera fed from a real clip, from consent to receipt (A1, A2, C2, L5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fake_camera
import numpy as np
import pytest
from chromium import check_readable, large_text, wait_until, width_over
from databases import copied_sqlite
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import LiveServer, live, live_server
from sqlalchemy import select

from interview_engine.hr.recruiting.tables import Answer, Invitation, Posting, Upload, UploadPart
from interview_engine.store.tables import WorkItem

pytestmark = pytest.mark.slow
__all__ = ["live_server"]

CLIP = Path(__file__).parents[2] / ".." / "shared" / "data" / "B_video" / "hdtf_aoc.mp4"
PHONE = {"width": 375, "height": 812}
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not CLIP.exists():
        pytest.skip("the shared clips are not on this machine")
    folder = tmp_path_factory.mktemp("camera")
    fake_camera.write_y4m(CLIP, folder / "camera.y4m")
    fake_camera.write_wav(CLIP, folder / "microphone.wav")
    with fake_camera.camera_browser(folder / "camera.y4m", folder / "microphone.wav") as browser:
        yield browser


def on_phone(browser: Browser, language: str = "zh-CN", **more: object) -> BrowserContext:
    context = browser.new_context(viewport=PHONE, locale=language, reduced_motion="reduce", **more)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return context


def agree(page: Page, address: str, route: str = "record") -> None:
    page.goto(address)
    page.check(f"input[value={route}]")
    page.check("input[name=automated][value=yes]")
    page.click("form button[type=submit]")


def looks_right(page: Page) -> None:
    """Readable, reachable, and not wider than the phone; what can be unfolded too."""
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    check_readable(page)
    assert width_over(page) <= 0


def record(page: Page, seconds: int) -> None:
    """Press the round button and wait until so much has been recorded."""
    page.click("#main-button[data-kind=record]")
    expect(page.locator("#main-button[data-kind=stop]")).to_be_visible()
    recorded_for(page, seconds)


def recorded_for(page: Page, seconds: int) -> None:
    wait_until(page, f"Number(document.getElementById('used').textContent.slice(2)) >= {seconds}")


def check_device(page: Page) -> None:
    page.click("#turn-on")
    page.wait_for_selector("#main-button:visible")
    looks_right(page)
    record(page, 2)
    page.click("#main-button")
    page.wait_for_selector("#check-start:enabled")
    assert re.search(r"\d\.\d", page.inner_text("#verdict")), "the server says how much practice it received"
    looks_right(page)
    page.click("#check-start")


def stored(server: LiveServer, folder: Path) -> dict[tuple[str, int], tuple[Answer, Path]]:
    """Every answer that was kept, with its recording as a file."""
    found = {}
    with server.context.database.reading() as session:
        for answer in session.scalars(select(Answer)).all():
            path = folder / f"{answer.question_id}-{answer.attempt}.webm"
            if answer.blob_sha256 is not None:
                server.context.blobs.fetch(answer.blob_sha256, path)
            found[answer.question_id, answer.attempt] = (answer, path)
        session.expunge_all()
    return found


def shows_the_clip(path: Path) -> float:
    """How alike the recording's pictures are to the most alike ones of the clip: the worst of them, -1..1."""
    source = fake_camera.grey_pictures(CLIP, every_s=1 / fake_camera.FRAMES_PER_S)
    recorded = fake_camera.grey_pictures(path, every_s=0.5)
    assert len(recorded) >= 3
    return min(max(fake_camera.likeness(one, other) for other in source) for one in recorded)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the server has of an interview whose line broke, whose page was lost and which went on."""

    kept: dict[tuple[str, int], tuple[Answer, Path]]
    invitation: Invitation
    work: list[str]
    parts: int
    uploads: set[str]


@pytest.fixture(scope="module")
def recorded(camera: Browser, _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("broken-line")
    database = copied_sqlite(_sqlite_template, folder / "engine.db")
    with live(database, folder / "data") as server:
        issued = server.invite(server.short_job())
        record_over_a_broken_line(camera, f"{server.url}/i/{issued.token}")
        with database.reading() as session:
            invitation = session.get_one(Invitation, issued.invitation.id)
            work = sorted(item.kind for item in session.scalars(select(WorkItem)))
            parts = len(session.scalars(select(UploadPart)).all())
            uploads = {upload.state for upload in session.scalars(select(Upload))}
        yield Recorded(stored(server, folder), invitation, work, parts, uploads)
    database.close()


def record_over_a_broken_line(camera: Browser, address: str) -> None:
    """From consent to receipt: a retake, whose line is cut and whose page is lost, then a second question offline."""
    context = on_phone(camera)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    agree(page, address)
    looks_right(page)
    check_device(page)
    looks_right(page)

    page.click("#reveal")
    looks_right(page)
    record(page, 2)
    looks_right(page)
    page.click("#main-button")
    page.click("#retake")  # a second attempt, with the line cut from its third second on, and the page lost
    record(page, 2)
    page.route("**/uploads/**", lambda route: route.abort())
    recorded_for(page, 4)
    page.wait_for_selector("#banner:visible")
    looks_right(page)
    page.reload()
    page.unroute("**/uploads/**")
    page.wait_for_selector("#interrupted-use:visible")
    looks_right(page)
    page.click("#interrupted-use")

    page.click("#reveal")  # the second question: offline for a while, then back
    record(page, 1)
    context.set_offline(True)
    recorded_for(page, 3)
    page.click("#main-button")
    page.wait_for_selector("#use:visible")
    context.set_offline(False)
    looks_right(page)
    page.click("#use")
    page.wait_for_url("**/review")
    expect(page.locator("#submit")).to_be_enabled()
    expect(page.locator("#leave")).to_have_count(0)
    looks_right(page)
    page.click("#submit")
    page.wait_for_url("**/status")
    looks_right(page)
    context.close()


LEAST_S = {("q1", 1): 2.0, ("q1", 2): 3.0, ("q2", 1): 3.0}
"""How much was recorded of each attempt, at least."""


def test_a_dropped_network_and_a_reload_lose_nothing_that_was_recorded(recorded: Recorded) -> None:
    assert recorded.kept.keys() == LEAST_S.keys()
    assert [recorded.kept[key][0].state for key in sorted(recorded.kept)] == ["received", "chosen", "chosen"]
    for key, least_s in LEAST_S.items():
        answer, path = recorded.kept[key]
        length_s = fake_camera.duration_s(path)
        assert least_s - 0.5 <= length_s <= 12.0
        assert answer.duration_s == pytest.approx(length_s, abs=0.2)


@pytest.mark.parametrize("attempt", LEAST_S, ids=str)
def test_what_was_kept_shows_and_sounds_like_what_was_before_the_camera(
    recorded: Recorded, attempt: tuple[str, int]
) -> None:
    answer, path = recorded.kept[attempt]
    assert answer.mode == "video"
    assert shows_the_clip(path) > 0.9
    assert fake_camera.loudness_db(path) > -40.0


def test_an_interview_over_a_broken_line_ends_in_a_receipt_and_its_work(recorded: Recorded) -> None:
    assert (recorded.invitation.state, len(recorded.invitation.receipt or "")) == ("submitted", 64)
    assert recorded.work == ["answer", "answer", "answer", "interview"]
    assert recorded.parts == 0
    assert recorded.uploads == {"finished", "discarded"}


def test_a_second_tab_doubles_nothing_and_may_take_over(camera: Browser, live_server: LiveServer) -> None:
    issued = live_server.invite(live_server.short_job())
    context = on_phone(camera, "en-US")
    first = context.new_page()
    agree(first, f"{live_server.url}/i/{issued.token}")
    check_device(first)
    first.click("#reveal")
    record(first, 2)
    second = context.new_page()
    second.goto(f"{live_server.url}/i/{issued.token}/interview")
    second.wait_for_selector("#take-over:visible")
    looks_right(second)
    second.click("#take-over")
    second.wait_for_selector("#interrupted-use:visible")
    expect(first.locator("#title")).to_contain_text("another tab")
    second.click("#interrupted-use")
    second.wait_for_selector("#reveal:visible")
    second.check("#mode-voice")
    second.click("#reveal")
    record(second, 2)
    looks_right(second)
    second.click("#main-button")
    second.click("#use")
    second.wait_for_url("**/review")
    expect(second.locator("#leave")).to_have_count(0)
    context.close()
    with live_server.context.database.reading() as session:
        answers = sorted((one.question_id, one.attempt, one.mode) for one in session.scalars(select(Answer)))
    assert answers == [("q1", 1, "video"), ("q2", 1, "voice")]


def test_what_only_the_server_has_can_still_be_used(camera: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    issued = live_server.invite(live_server.short_job(questions=1))
    context = on_phone(camera)
    page = context.new_page()
    agree(page, f"{live_server.url}/i/{issued.token}")
    check_device(page)
    page.click("#reveal")
    record(page, 3)
    cookies = context.cookies()
    context.close()  # the phone is gone, with everything that was kept on it
    context = on_phone(camera)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{live_server.url}/i/{issued.token}")
    page.click("#interrupted-use")
    page.wait_for_url("**/review")
    expect(page.locator("#leave")).to_have_count(0)
    context.close()
    answer, path = stored(live_server, tmp_path)["q1", 1]
    assert (answer.mode, answer.state) == ("video", "chosen")
    assert fake_camera.duration_s(path) >= 0.8, "at least the first finished chunk"


def test_a_file_counts_like_a_recording(camera: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    issued = live_server.invite(live_server.short_job(questions=1))
    context = on_phone(camera)
    page = context.new_page()
    page.add_init_script("delete window.MediaRecorder")
    agree(page, f"{live_server.url}/i/{issued.token}")
    page.wait_for_selector("#file:not([hidden])")
    looks_right(page)
    page.set_input_files(
        "#file", files=[{"name": "me.mp4", "mimeType": "video/mp4", "buffer": b"%PDF-1.7" + bytes(99)}]
    )
    page.wait_for_selector("#failed-again:visible")
    page.click("#failed-again")
    page.click("#send-file")
    page.set_input_files("#file", CLIP)
    page.wait_for_url("**/review")
    page.click("#submit")
    page.wait_for_url("**/status")
    context.close()
    answer, path = stored(live_server, tmp_path)["q1", 1]
    assert (answer.mode, answer.media_type) == ("video", "video/mp4")
    assert fake_camera.duration_s(path) == pytest.approx(fake_camera.duration_s(CLIP), abs=0.1)
    pictures = [fake_camera.grey_pictures(one, every_s=0.5) for one in (path, CLIP)]
    assert np.array_equal(*pictures), "the pictures are copied, not made anew"


def test_the_text_route_needs_no_script_and_ends_in_the_same_receipt(camera: Browser, live_server: LiveServer) -> None:
    issued = live_server.invite(live_server.short_job())
    context = on_phone(camera, java_script_enabled=False)
    page = context.new_page()
    agree(page, f"{live_server.url}/i/{issued.token}", "write")
    told = ("上周有位顾客投诉快递破损，我先道歉，再拍照补发。", "有位老人听不懂退款流程，我画了三步图给他。")
    for number, text in enumerate(told, 1):
        assert page.url.endswith(f"/write/{number}")
        page.fill("#text", text)
        page.click("form button[type=submit]")
    page.click("#submit")
    assert page.url.endswith("/status")
    page.click("a[href$='/withdraw']")
    page.check("input[name=sure]")
    page.click("button.danger")
    assert "删除" in page.inner_text("h1")
    context.close()
    with live_server.context.database.reading() as session:
        assert session.scalars(select(Answer)).all() == []


def test_the_link_stays_with_its_device_and_says_what_to_do(camera: Browser, live_server: LiveServer) -> None:
    issued = live_server.invite(live_server.short_job())
    address = f"{live_server.url}/i/{issued.token}"
    owner, other = on_phone(camera), on_phone(camera)
    preview = other.new_page()
    preview.goto(address)  # a look binds nothing
    page = owner.new_page()
    agree(page, address, "write")
    preview.goto(address)
    assert "招聘方" in preview.inner_text("main")
    check_readable(preview)
    computer = camera.new_context(user_agent="Mozilla/5.0 MicroMessenger/7.0 WindowsWechat")
    scan = computer.new_page()
    scan.goto(f"{live_server.url}/i/{live_server.invite(live_server.short_job(think_s=4), 2).token}")
    assert scan.locator("img[src$='qr.svg']").evaluate("image => image.naturalWidth") > 0
    check_readable(scan)
    for one in (owner, other, computer):
        one.close()


def test_pages_fit_a_phone_at_twice_the_text_size(camera: Browser, live_server: LiveServer) -> None:
    job = live_server.short_job()
    live_server.invite(job)
    with live_server.context.database.reading() as session:
        code = session.scalars(select(Posting.code)).first()
    with large_text(camera) as browser:
        for language in ("zh-CN", "en-US"):
            context = on_phone(browser, language)
            page = context.new_page()
            page.goto(f"{live_server.url}/p/{code}")
            looks_right(page)
            home = f"{live_server.url}/i/{live_server.invite(job, 2 + (language == 'en-US')).token}"
            page.goto(home)
            looks_right(page)
            agree(page, home, "write")
            for address in ("write/1", "review", "consent", "withdraw"):
                page.goto(f"{home}/{address}")
                looks_right(page)
            context.close()
