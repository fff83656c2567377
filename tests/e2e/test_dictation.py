"""A comment is dictated into a Chromium without speech input, edited, and only then sent (F5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fake_camera import camera_browser, write_wav
from playwright.sync_api import Browser, Page, expect
from request_staff import employ
from serving import LiveServer, live_server
from sqlalchemy import select

from interview_engine.clock import china_day
from interview_engine.errors import WeightsError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.accounts import sign_in
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.employment import service as employment
from interview_engine.hr.requests.tables import Request
from models.weights.registry import WeightStore, default_root

__all__ = ["live_server"]
pytestmark = pytest.mark.slow
DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"))
SPEECH = DATA / "C_audio" / "jfk" / "jfk.flac"
NO_SPEECH_INPUT = "delete window.webkitSpeechRecognition; delete window.SpeechRecognition;"
FAILING = """
window.SpeechRecognition = class {
  start() { setTimeout(() => { this.onerror({ error: "network" }); this.onend(); }, 50); }
  stop() {}
  abort() {}
};
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not SPEECH.is_file():
        pytest.skip("no recordings (SHARED_DATA)")
    try:
        WeightStore(default_root()).locate("whisper-base")
    except WeightsError as error:
        pytest.skip(f"no weights: {error.code}")
    folder = tmp_path_factory.mktemp("dictation")
    sound, pictures = folder / "speech.wav", folder / "grey.y4m"
    write_wav(SPEECH, sound)
    pictures.write_bytes(b"YUV4MPEG2 W16 H16 F15:1 Ip A1:1 C420mpeg2\nFRAME\n" + b"\x80" * 384)
    with camera_browser(pictures, sound) as made:
        yield made


def form_of_leave(server: LiveServer, browser: Browser, script: str) -> Page:
    """The form for a leave of three days' time, on the phone of somebody who works here."""
    world = server.world
    with server.context.database.transaction() as session:
        person_id = world.actor("recruiter").person_id or ""
        where = employment.Place(world.entity_id, world.department_id)
        start = china_day(world.clock) - timedelta(days=300)
        employment.begin(session, SYSTEM, person_id, where, "招聘专员", start, None, world.clock)
        employ(world, session)
        account = session.get_one(Account, world.actor("recruiter").account_id)
        secret = sign_in.open_session(session, account, world.clock, complete=True)
    context = browser.new_context(viewport={"width": 375, "height": 740}, locale="zh-CN")
    context.add_init_script(script)
    host = urlsplit(server.url).hostname or ""
    for name, value in (("session", secret), ("language", "zh")):
        context.add_cookies([{"name": name, "value": value, "domain": host, "path": "/"}])
    page = context.new_page()
    page.goto(f"{server.url}/wechat/my/requests/new/leave")
    return page


def test_f5_without_speech_input_a_clip_becomes_text_that_is_edited_before_it_is_sent(
    live_server: LiveServer, browser: Browser
) -> None:
    page = form_of_leave(live_server, browser, NO_SPEECH_INPUT)
    page.locator(".pick", has_text="事假").click()
    page.get_by_role("button", name="明天").click()
    button = page.get_by_role("button", name="语音输入")
    consent = page.locator(f"#{button.get_attribute('aria-describedby')}")
    expect(consent).to_contain_text("录音不保存")
    field = page.locator("textarea").first
    status = page.locator("[data-dictate] p[role=status]:not([data-preview])").first
    button.focus()
    page.keyboard.press("Enter")
    expect(status).to_contain_text("正在录音", timeout=10_000)
    expect(status).to_contain_text("8 / 60", timeout=15_000)
    assert page.evaluate("document.activeElement.textContent") == "停止", "the keyboard stays on the button"
    page.keyboard.press("Enter")
    expect(status).to_contain_text("正在转成文字")
    expect(status).to_contain_text("请核对", timeout=60_000)
    heard = field.input_value()
    assert "country" in heard
    with live_server.context.database.reading() as session:
        assert session.scalars(select(Request)).all() == [], "nothing is sent yet"
    field.fill(f"改过：{heard[:20]}")
    page.get_by_role("button", name="提交审批").click()
    page.wait_for_load_state()
    with live_server.context.database.reading() as session:
        row = session.scalars(select(Request)).one()
        assert f"改过：{heard[:20]}".strip() in row.payload.values()
    page.context.close()
    print(heard)


def test_speech_input_that_fails_gives_way_to_the_recorder(live_server: LiveServer, browser: Browser) -> None:
    page = form_of_leave(live_server, browser, FAILING)
    button = page.get_by_role("button", name="语音输入")
    consent = page.locator(f"#{button.get_attribute('aria-describedby')}")
    expect(consent).to_contain_text("浏览器厂商")
    button.click()
    expect(consent).to_contain_text("录音不保存")
    page.locator("[data-dictate] button[aria-pressed]").first.click()
    status = page.locator("[data-dictate] p[role=status]:not([data-preview])").first
    expect(status).to_contain_text("正在录音：5", timeout=15_000)
    page.get_by_role("button", name="停止").click()
    expect(status).to_contain_text("请核对", timeout=60_000)
    assert page.locator("textarea").first.input_value() != ""
    page.context.close()


def test_without_a_microphone_in_reach_there_is_no_button(live_server: LiveServer, browser: Browser) -> None:
    page = form_of_leave(live_server, browser, f"{NO_SPEECH_INPUT} delete window.MediaRecorder;")
    expect(page.locator("textarea").first).to_be_visible()
    assert page.get_by_role("button", name="语音输入").count() == 0
    page.context.close()
