"""The report page in a real browser: quotes play where they were said; two languages, phone, keyboard (row A15)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import chromium
import numpy as np
import pytest
import report_clips as clips
import report_samples as samples
from playwright.sync_api import Browser, Page

from interview_engine.assessment.report import InterviewReport
from pipelines.reports import html as report_html
from pipelines.reports import report

HOSTILE = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">{{7*7}} & "quotes"'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.headless() as made:
        yield made


def screenshot_of_nobody(path: Path) -> None:
    path.parent.mkdir(parents=True)
    grey = av.VideoFrame.from_ndarray(np.full((90, 160, 3), 120, dtype=np.uint8), format="rgb24")
    grey.to_image().save(path)


def written(made: InterviewReport, folder: Path, media: dict[str, Path], **options: Any) -> Path:
    folder.mkdir(parents=True)
    for answer in made.answers:
        for frame in answer.frames:
            screenshot_of_nobody(folder / frame.path)
    report.write(made, samples.KIT, folder, media=media, **options)
    return folder / "report.html"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("recordings")
    return {
        "q1": clips.make_clip(folder / "q1.webm", seconds=41, options={"live": "1"}),
        "q2": clips.make_clip(folder / "q2.wav", seconds=20, video=None, audio="pcm_s16le"),
    }


@pytest.fixture(scope="module")
def strong(tmp_path_factory: pytest.TempPathFactory, recordings: dict[str, Path]) -> Path:
    return written(samples.strong(), tmp_path_factory.mktemp("out") / "lin xiao 林晓", recordings)


def player(page: Page, what: str) -> object:
    return page.evaluate(f"document.getElementById('player').{what}")


def wait_until(page: Page, condition: str) -> None:
    chromium.wait_until(page, condition, seconds=10)


def test_a15_a_click_on_a_quote_plays_it_at_its_second(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        quote = page.locator(".quote", has_text="我查了仓库")
        start_s = float(quote.get_attribute("data-start") or "nan")
        assert start_s > 10
        assert "00:17" in quote.inner_text()
        quote.click()
        wait_until(page, f"document.getElementById('player').currentTime >= {start_s}")
        assert player(page, "paused") is False
        assert player(page, "error") is None
        assert page.locator("#failed").is_hidden()
        assert start_s <= float(str(player(page, "currentTime"))) < start_s + 5
        wait_until(page, "document.querySelector('[aria-current=true]')?.innerText.includes('我查了仓库')")
        assert (
            page.locator("mark.shown-quote").inner_text()
            == "我查了仓库，同型号在城西还有一台，就和司机协调当晚九点换货。"
        )
        quote.click()
        wait_until(page, "document.getElementById('player').paused")


def test_a_click_on_a_sentence_or_a_timeline_seeks(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        line = page.locator("button.line:visible", has_text="第二天我又打电话确认")
        line.click()
        wait_until(
            page, f"Math.abs(document.getElementById('player').currentTime - {line.get_attribute('data-start')}) < 3"
        )
        lane = page.locator(".lane.speech svg:visible")
        box = lane.bounding_box()
        assert box is not None
        lane.click(position={"x": box["width"] / 2, "y": 4})
        wait_until(page, "Math.abs(document.getElementById('player').currentTime - 20) < 3")


def test_each_mode_is_shown_in_its_own_way(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        assert page.locator("#stage").is_visible()
        assert page.locator("#stage .made").inner_text() == "合成演示 / Synthetic demo"
        page.locator(".quote", has_text="录成小视频").click()
        assert page.locator("#panel-1").is_visible()
        assert "sound" in (page.locator("#stage").get_attribute("class") or "")
        wait_until(page, "document.getElementById('player').currentTime > 5")
        page.locator(".quote", has_text="带过两位新人").click()
        assert page.locator("#panel-2").is_visible()
        assert page.locator("#stage").is_hidden()
        assert page.locator("#panel-2 mark.shown-quote").inner_text() == "上一份工作里我带过两位新人做客户回访。"


def test_a_report_begins_in_chinese(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        assert page.title() == "林晓 · 面试评估报告 · 聘见"
        assert "岗位匹配度" in page.locator("main").inner_text()


def test_the_language_changes_completely(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        page.click("[data-set-lang=en]")
        shown = page.locator("main").inner_text()
        assert page.title() == "林晓 · Interview report · 聘见"
        assert page.locator("html").get_attribute("lang") == "en"
        assert "Match with the role" in shown
        assert "岗位匹配度" not in shown
        assert "我查了仓库" in shown, "what the candidate said is never translated"
        for word in (
            "description",
            "Synthetic demo",
            "closest to level 4",
            "What the levels mean, and the basis",
        ):
            assert word in shown


def test_a_recording_plays_on_while_the_language_changes(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        page.locator(".quote", has_text="我查了仓库").click()
        page.click("[data-set-lang=en]")
        assert page.locator("html").get_attribute("lang") == "en"
        assert player(page, "paused") is False


def test_a_score_stands_with_its_scale_interval_and_level(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        card = page.locator("#c-communication")
        assert "8.2/10" in card.inner_text()
        assert "6.9–9.3" in card.inner_text()
        assert "水平 4.3，要求 4" in card.inner_text()
        assert card.locator("header svg .band").count() == 1
        assert card.locator("header svg .need").count() == 1


def test_the_match_with_the_role_can_be_worked_out_from_the_summary(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        assert "91%" in page.locator(".summary").inner_text().replace("\n", "")
        page.locator(".summary summary").click()
        table = page.locator(".summary table").inner_text()
        assert "18.1" in table
        assert "90.9" in table


def test_delivery_competencies_stand_apart(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        assert page.locator("#c-presence").locator("xpath=preceding::h2[1]").inner_text() == "表达类能力（单独列出）"


def test_every_chart_has_its_table(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        cards = page.locator(".card:has(svg[role=img])")
        assert cards.count() >= 7
        for index in range(cards.count()):
            assert cards.nth(index).locator("details table").count() >= 1


def test_the_keyboard_is_enough(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.dataset.quote") == "1"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.dataset.quote") == "0"
        page.keyboard.press("Enter")
        wait_until(page, "!document.getElementById('player').paused")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(" ")
        wait_until(page, "document.getElementById('player').paused")
        page.keyboard.press("2")
        assert page.locator("#panel-1").is_visible()
        page.keyboard.press("ArrowRight")
        assert page.locator("#panel-2").is_visible()
        page.locator("#keys-on").uncheck()
        page.keyboard.press("1")
        assert page.locator("#panel-2").is_visible(), "single keys can be switched off"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    out = tmp_path_factory.mktemp("bare")
    made = (samples.strong(), samples.english(), samples.unassessable())
    return [written(each, out / each.interview_id, {}) for each in made]


def check_fit(browser: Browser, paths: list[Path]) -> None:
    for path in paths:
        for width in (375, 1280):
            with chromium.opened(browser, path, width=width) as page:
                page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
                for language in ("zh", "en"):
                    page.click(f"[data-set-lang={language}]")
                    assert chromium.width_over(page) <= 0, (path, width, language)


def test_it_fits_a_phone_and_a_desk(browser: Browser, bare: list[Path]) -> None:
    check_fit(browser, bare)


def test_it_fits_with_text_at_200_percent(browser: Browser, bare: list[Path]) -> None:
    with chromium.large_text(browser) as large:
        check_fit(large, bare)


def test_it_is_readable_and_reachable(browser: Browser, bare: list[Path]) -> None:
    for path in bare:
        with chromium.opened(browser, path) as page:
            for language in ("zh", "en"):
                page.click(f"[data-set-lang={language}]")
                page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
                chromium.check_readable(page)


def test_without_motion_where_it_is_not_wanted() -> None:
    for sheet in ("page.css", "report.css", "ranking.css"):
        text = (Path(report_html.__file__).parents[1] / "templates" / sheet).read_text(encoding="utf-8")
        moving = [line for line in text.splitlines() if "transition" in line or "animation" in line]
        guarded = text.partition("@media (prefers-reduced-motion: no-preference)")[2]
        assert all(line in guarded for line in moving)


def test_what_cannot_be_assessed_says_why_and_what_to_do(browser: Browser, tmp_path: Path) -> None:
    with chromium.opened(browser, written(samples.unassessable(), tmp_path / "r", {})) as page:
        top = page.locator(".look-first").inner_text()
        assert "无法评估，不给分数" in top
        assert "第 1 题 识别可信度 0.41 太低，请听原音。" in top
        assert "怎么办：请听原音后由人评分，或请候选人重录。" in top
        assert page.locator(".summary .big").inner_text() == "不给分数"
        assert "0.0/10" not in page.locator("main").inner_text()
        page.locator(".look-first .to-answer", has_text="第 2 题").click()
        assert page.locator("#panel-1").is_visible()
        assert "文件是空的。" in page.locator("#panel-1").inner_text()


def test_integrity_signals_stand_apart_and_play(browser: Browser, tmp_path: Path, recordings: dict[str, Path]) -> None:
    path = written(samples.english(), tmp_path / "r", {"q1": recordings["q1"]})
    with chromium.opened(browser, path) as page:
        card = page.locator("section[aria-labelledby=integrity-title]")
        assert "never touch a score" in card.inner_text()
        card.locator(".signal-span").click()
        wait_until(page, "document.getElementById('player').currentTime >= 12")


def test_a_policy_that_forbids_cues_is_named(browser: Browser, tmp_path: Path) -> None:
    made = samples.english()
    speech = made.answers[0].speech
    assert speech is not None
    bare = replace(made.answers[0], visual=None, speech=replace(speech, pitch=None, loudness=None), signals=())
    made = replace(made, policy="eu", answers=(bare, *made.answers[1:]))
    with chromium.opened(browser, written(made, tmp_path / "r", {})) as page:
        assert "EU AI Act article 5(1)(f)" in page.locator("#panel-0").inner_text()


def test_hostile_names_and_transcripts_are_only_text(browser: Browser, tmp_path: Path) -> None:
    made = samples.strong()
    spoken = made.answers[2].transcript
    assert spoken is not None
    text = f"{HOSTILE}{spoken.text}"
    evil = replace(made.answers[2], transcript=replace(spoken, text=text), source=HOSTILE)
    quoted = replace(made.competencies[2].evidence[0], quote=HOSTILE, char_start=0)
    service = replace(made.competencies[2], evidence=(quoted,))
    made = replace(
        made,
        candidate=HOSTILE,
        answers=(*made.answers[:2], evil),
        competencies=(*made.competencies[:2], service, *made.competencies[3:]),
    )
    with chromium.opened(browser, written(made, tmp_path / "r", {})) as page:
        assert page.evaluate("window.hacked") is None
        assert HOSTILE in page.locator("h1").inner_text()
        page.locator(".quote", has_text="window.hacked").click()
        assert page.locator("mark.shown-quote").inner_text() == HOSTILE
        assert page.evaluate("window.hacked") is None


def test_recordings_lie_beside_the_page_and_inside_one_that_is_a_single_file(
    browser: Browser, tmp_path: Path, recordings: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = written(samples.strong(), tmp_path / "inside", recordings, one_file=True)
    assert sorted(entry.name for entry in inside.parent.iterdir()) == [
        "frames", "report.html", "report.json", "report.pdf",
    ]  # fmt: skip
    beside = written(samples.strong(), tmp_path / "beside", recordings)
    assert beside.stat().st_size < 200_000 < inside.stat().st_size
    monkeypatch.setattr(report_html, "EMBED_LIMIT_BYTES", 1000)
    large = written(samples.strong(), tmp_path / "large", recordings, one_file=True)
    for page in (beside, large):
        assert sorted(entry.name for entry in (page.parent / "media").iterdir()) == ["1.webm", "2.wav"]
    alone = tmp_path / "alone.html"
    inside.rename(alone)
    for path in (beside, alone):
        plays_with_pictures(browser, path)


def plays_with_pictures(browser: Browser, path: Path) -> None:
    """A quote of the page plays, and its screenshot is there."""
    with chromium.opened(browser, path) as page:
        page.locator(".quote", has_text="我查了仓库").click()
        wait_until(page, "document.getElementById('player').currentTime > 16")
        assert page.evaluate("document.querySelector('.quote img').naturalWidth") == 160


def test_answers_cut_from_one_recording_play_at_their_place(
    browser: Browser, tmp_path: Path, recordings: dict[str, Path]
) -> None:
    made = samples.strong()
    second = replace(made.answers[1], mode="video", source="whole.webm", source_start_s=20.0)
    made = replace(made, answers=(made.answers[0], second, made.answers[2]))
    path = written(made, tmp_path / "r", {"q1": recordings["q1"], "q2": recordings["q1"]})
    with chromium.opened(browser, path) as page:
        quote = page.locator(".quote", has_text="录成小视频")
        start_s = float(quote.get_attribute("data-start") or "nan")
        quote.click()
        wait_until(page, f"document.getElementById('player').currentTime >= {20 + start_s}")
        wait_until(page, "document.querySelector('#panel-1 [aria-current=true]')?.innerText.includes('录成小视频')")


def test_a_link_from_the_ranking_opens_its_quote(browser: Browser, strong: Path) -> None:
    with chromium.opened(browser, strong) as page:
        page.goto(strong.as_uri() + "#e-6")
        page.reload()
        assert page.evaluate("document.activeElement.dataset.quote") == "6"
        assert page.locator("#panel-1").is_visible()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone.mov", {"video": "libx265", "audio": "aac"}),
        ("recorder.mp4", {"video": "libx264", "audio": "aac", "options": {"movflags": "frag_keyframe+empty_moov"}}),
        ("screen.mkv", {"video": "libvpx-vp9"}),
    ],
)
def test_what_the_browser_could_not_play_itself_plays(
    browser: Browser, tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    clip = clips.make_clip(tmp_path / name, seconds=14, **options)
    with chromium.opened(browser, written(samples.strong(), tmp_path / "r", {"q1": clip})) as page:
        page.locator(".quote", has_text="再承诺一个小时内给答复").click()
        wait_until(page, "document.getElementById('player').currentTime > 10.3")
        assert 13 < float(str(player(page, "duration"))) < 15


def test_a_correction_is_shown_with_what_was_recognised_beside_it(tmp_path: Path) -> None:
    """Row A9: the candidate's words count, and the reader sees both."""
    strong = samples.strong()
    plain = replace(strong, answers=tuple(replace(answer, frames=()) for answer in strong.answers))
    first = plain.answers[0]
    assert first.transcript is not None
    answer = replace(first, transcript=replace(first.transcript, recognised="识别成了别的字"))
    corrected = replace(plain, answers=(answer, *plain.answers[1:]))
    pages = [
        report_html.render(report.to_document(each, samples.KIT), {}, tmp_path, language="zh")
        for each in (corrected, plain)
    ]
    assert ["识别成了别的字" in page for page in pages] == [True, False]
    assert ["以上是候选人更正后的文字" in page for page in pages] == [True, False]


def test_a_page_holds_the_languages_that_are_asked_for(tmp_path: Path) -> None:
    page = written(samples.strong(), tmp_path / "report", {}, languages=("zh", "en", "ja")).read_text("utf-8")
    assert re.findall(r'data-set-lang="(\w+)" lang="([\w-]+)"', page) == [("zh", "zh-Hans"), ("en", "en"), ("ja", "ja")]
    assert '<span class="ja" lang="ja">' in page
    assert 'html[data-lang="ja"] .zh, html[data-lang="ja"] .en' in page
    assert re.search(r'<title data-zh="[^"]+" data-en="[^"]+" data-ja="[^"]+">', page)


def test_each_language_is_set_in_letters_of_its_own(browser: Browser, tmp_path: Path) -> None:
    """Characters that Chinese and Japanese share have other shapes; a font for Chinese spaces Latin letters badly."""
    path = written(samples.strong(), tmp_path / "r", {}, languages=("zh", "en", "ja", "es"))
    fonts = {}
    with chromium.opened(browser, path) as page:
        for language in ("zh", "en", "ja", "es"):
            page.click(f"[data-set-lang={language}]")
            fonts[language] = page.evaluate("getComputedStyle(document.body).fontFamily").split(",")[0]
    assert fonts == {"zh": '"PingFang SC"', "en": "system-ui", "ja": '"Hiragino Sans"', "es": "system-ui"}
