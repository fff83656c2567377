"""Ranking a folder of reports, and its page in a real browser (rows A9, A18)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import chromium
import pytest
import report_samples as samples
from playwright.sync_api import Browser, Page, expect

from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import InterviewReport
from interview_engine.assessment.scoring import overall
from interview_engine.errors import UsageError
from pipelines.folders.ranking import rank_folder, write_ranking
from pipelines.reports.document import to_document
from pipelines.reports.reading import dump

HOSTILE = '</script><script>window.hacked=1</script><b>&amp;"'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.headless() as made:
        yield made


def put(folder: Path, made: InterviewReport, name: str | None = None) -> Path:
    path = folder / (name or made.interview_id) / "report.json"
    path.parent.mkdir(parents=True)
    path.write_text(dump(to_document(made, samples.KIT)), encoding="utf-8")
    return path


def candidate(name: str, shift: float, *, review: bool = False, partial: bool = False) -> InterviewReport:
    """The strong sample with every score moved by `shift`."""
    base = samples.strong()
    results = tuple(
        replace(samples.scored(r.competency_id, round(r.score.value + shift, 2)), evidence=r.evidence)
        for r in base.competencies
        if r.score is not None
    )
    if partial:
        results = (*results[:3], samples.not_shown("learning"), results[4])
    reasons = (Reason("integrity.second_voice", {"spans": "00:42–00:51"}),) if review else ()
    return replace(
        base,
        interview_id=f"id-{name}",
        candidate=name,
        synthetic=False,
        competencies=results,
        overall=overall(samples.KIT, results, len(samples.KIT.questions)),
        needs_review=reasons,
    )


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("candidates")
    put(folder, samples.strong(), "林晓 1#?%")
    put(folder, samples.unassessable())
    put(folder, candidate("赵一鸣", -0.4))
    put(folder, candidate("孙佳", -0.9, partial=True))
    put(folder, candidate("周凯", -0.2, review=True))
    put(folder, candidate("Maria Lopez", -3.6))
    put(folder, candidate(HOSTILE, -3.9), "hostile")
    write_ranking(folder)
    return folder / "ranking.html"


def names(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("tr.candidate .name a").all_inner_texts()]


def test_the_list_names_groups_sections_and_reasons(ranked: Path) -> None:
    document = json.loads((ranked.parent / "ranking.json").read_text(encoding="utf-8"))
    assert document["schema"] == "interview-ranking/1"
    (kit,) = document["kits"]
    assert [(c["candidate"], c["section"], c["group"]) for c in kit["candidates"]] == [
        ("陈雨桐", "cannot_assess", None),
        ("周凯", "needs_review", 1),
        ("林晓", "ranked", 1),
        ("赵一鸣", "ranked", 1),
        ("Maria Lopez", "ranked", 2),
        (HOSTILE, "ranked", 2),
        ("孙佳", "ranked", 3),
    ]
    assert all(c["reasons"] for c in kit["candidates"])
    assert all(reason["text"]["zh"] and reason["text"]["en"] for c in kit["candidates"] for reason in c["reasons"])


def test_the_same_reports_give_the_same_bytes(ranked: Path, tmp_path: Path) -> None:
    before = [(ranked.parent / name).read_bytes() for name in ("ranking.json", "ranking.html")]
    shutil.copytree(ranked.parent, tmp_path / "elsewhere")
    write_ranking(tmp_path / "elsewhere")
    assert [(tmp_path / "elsewhere" / name).read_bytes() for name in ("ranking.json", "ranking.html")] == before


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda text: text[: len(text) // 2], "report.unreadable"),
        (lambda text: "", "report.unreadable"),
        (lambda text: "\udcff", "report.unreadable"),
        (lambda text: text.replace('"interview-report/2"', '"interview-report/9"'), "report.invalid"),
        (lambda text: text.replace('"candidate"', '"name"'), "report.invalid"),
        (lambda text: text.replace('"value": 8.2', '"value": 82'), "report.invalid"),
        (lambda text: text.replace('"match_percent": 90.8733', '"match_percent": null'), "report.invalid"),
    ],
)
def test_a_broken_report_is_listed_with_its_error_and_the_others_are_ranked(
    damage: object, code: str, tmp_path: Path
) -> None:
    assert callable(damage)
    put(tmp_path, candidate("赵一鸣", -0.4))
    path = put(tmp_path, samples.strong())
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8", errors="surrogateescape")
    ranking = write_ranking(tmp_path)
    assert ranking.candidates == 1
    document = json.loads((tmp_path / "ranking.json").read_text(encoding="utf-8"))
    assert [(entry["folder"], entry["code"]) for entry in document["unreadable"]] == [("lin-xiao-3f2a9c01", code)]
    assert str(tmp_path) not in document["unreadable"][0]["text"]["en"]


def test_an_interview_that_lies_there_twice_counts_once(tmp_path: Path) -> None:
    put(tmp_path, samples.strong())
    put(tmp_path, samples.strong(), "lin-xiao-copy")
    ranking = rank_folder(tmp_path)
    assert ranking.candidates == 1
    assert [(broken.folder, broken.error.code) for broken in ranking.broken] == [("lin-xiao-copy", "report.twice")]


def test_unfinished_folders_and_strange_files_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path, samples.strong())
    put(tmp_path, samples.english(), ".building-taylor")
    (tmp_path / "notes").mkdir()
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    assert rank_folder(tmp_path).candidates == 1


def test_different_kit_files_are_ranked_apart(browser: Browser, tmp_path: Path) -> None:
    put(tmp_path, samples.strong())
    other = put(tmp_path, samples.english())
    text = other.read_text(encoding="utf-8").replace(samples.KIT_SHA256, "0f" * 32)
    other.write_text(text, encoding="utf-8")
    assert [len(kit.candidates) for kit in write_ranking(tmp_path).kits] == [1, 1]
    with chromium.opened(browser, tmp_path / "ranking.html") as page:
        assert names(page) == ["Taylor Reed"]
        page.locator("[data-kit]").nth(1).click()
        assert names(page) == ["林晓"]


def test_a_folder_without_reports_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    assert write_ranking(tmp_path).candidates == 0
    with chromium.opened(browser, tmp_path / "ranking.html") as page:
        assert "interview-engine assess" in page.locator("main").inner_text()


def test_a_folder_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        rank_folder(tmp_path / "missing")
    assert caught.value.code == "ranking.no_folder"


def test_a18_what_needs_a_person_stands_first_then_tie_groups(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        assert names(page) == ["陈雨桐", "周凯", "林晓", "赵一鸣", "Maria Lopez", HOSTILE, "孙佳"]
        headings = page.locator("tr.group").all_inner_texts()
        assert [text.split()[0] for text in headings] == ["先看这里：需要人来判断", "并列组", "并列组", "并列组"]
        assert "另有 1 人待复核" in headings[1]


def test_a18_a_line_shows_what_is_behind_it(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        cannot = page.locator("tr.candidate").first.inner_text()
        assert "识别可信度 0.41 太低，请听原音。" in cannot
        assert "无法评估" in cannot
        lin = page.locator("tr.candidate", has_text="林晓")
        assert "91%" in lin.inner_text().replace("\n", "")
        assert lin.locator(".total svg .band").count() == 1
        assert lin.locator(".mini svg .need").count() == 5
        lin.locator(".why").click()
        assert "总分 7.8 (6.5–8.9)，全组最高。" in page.locator("tr.reasons:visible").all_inner_texts()[1]


def test_a18_sorting_by_match_goes_both_ways_and_leaves_the_groups(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        page.locator("[data-sort=match]").click()
        assert names(page)[0] == "林晓"
        assert names(page)[-1] == "陈雨桐", "without a score comes last"
        assert page.locator("th[aria-sort=descending]").inner_text().startswith("岗位匹配度")
        assert page.locator("tr.group").count() == 0
        page.locator("[data-sort=match]").click()
        assert names(page)[0] == HOSTILE


def test_a18_a_search_finds_names_and_is_reset(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        page.fill("#search", "maria")
        assert names(page) == ["Maria Lopez"]
        page.locator("button[type=reset]").click()
        expect(page.locator("tr.candidate")).to_have_count(7)
        page.fill("#search", "nobody")
        assert "请放宽筛选" in page.locator("#rows").inner_text()


def test_a18_a_list_is_filtered_by_status_match_and_competency(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        page.select_option("#by-status", "needs_review")
        assert names(page) == ["周凯"]
        page.select_option("#by-status", "")
        page.fill("#by-match", "89")
        assert names(page) == ["周凯", "林晓"]
        page.fill("#by-match", "0")
        page.select_option("#by-competency", "communication")
        assert names(page) == ["周凯", "林晓", "赵一鸣"]


def test_a18_comparing_two_to_four_side_by_side(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        assert page.locator("#compare").is_disabled()
        boxes = page.locator("tr.candidate input[type=checkbox]")
        assert boxes.count() == 6, "who has no score cannot be compared by score"
        for index in range(5):
            boxes.nth(index).click()
        assert page.locator("tr.chosen").count() == 4
        assert "最多对比 4 人。" in page.locator("#shown").inner_text()
        page.click("#compare")
        dialog = page.locator("#side-by-side")
        assert dialog.locator("thead th").count() == 4
        assert "情况重复一遍确认，再承诺一个小时内给答复" in dialog.inner_text()
        assert dialog.locator("blockquote a").first.get_attribute("href") == "id-%E5%91%A8%E5%87%AF/report.html#e-0"
        page.keyboard.press("Escape")
        assert dialog.is_hidden()


def test_a18_the_keyboard_is_enough(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        for _ in range(3):
            page.keyboard.press("j")
        assert page.evaluate("document.activeElement.dataset.interview") == "lin-xiao-3f2a9c01"
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("c")
        assert page.locator("#side-by-side thead th").all_inner_texts()[0].startswith("林晓")
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("jk")
        assert page.input_value("#search") == "jk", "typing is typing"
        page.fill("#search", "")
        page.evaluate("document.activeElement.blur()")
        for _ in range(3):
            page.keyboard.press("j")
        (ranked.parent / "林晓 1#?%" / "report.html").write_text("<title>there</title>", encoding="utf-8")
        page.keyboard.press("Enter")
        page.wait_for_url("**/report.html")
        assert page.title() == "there"


def test_the_page_speaks_both_languages_and_fits(browser: Browser, ranked: Path) -> None:
    with chromium.large_text(browser) as large:
        for which, width in ((browser, 375), (browser, 1280), (large, 375), (large, 1280)):
            with chromium.opened(which, ranked, width=width) as page:
                for language in ("zh", "en"):
                    page.click(f"[data-set-lang={language}]")
                    assert chromium.width_over(page) <= 0
                    if which is browser:
                        chromium.check_readable(page)
                assert "Needs human review" in page.locator("#rows").inner_text()
                assert "please review" in page.locator("#rows").inner_text()
                assert page.locator("#search").get_attribute("placeholder") == "Search name or id"
                assert page.locator("#by-status option").all_inner_texts()[1] == "cannot assess"


def test_a_hostile_name_is_only_text(browser: Browser, ranked: Path) -> None:
    with chromium.opened(browser, ranked) as page:
        assert HOSTILE in names(page)
        assert page.evaluate("window.hacked") is None


@pytest.mark.slow
def test_a9_two_thousand_reports_make_a_page_that_stays_usable(browser: Browser, tmp_path: Path) -> None:
    text = dump(to_document(candidate("C", -0.5), samples.KIT))
    for index in range(2000):
        folder = tmp_path / f"{index:04d}"
        folder.mkdir()
        own = text.replace("id-C", f"id-{index}").replace('"candidate": "C"', f'"candidate": "Candidate {index:04d}"')
        (folder / "report.json").write_text(own, encoding="utf-8")
    assert write_ranking(tmp_path).candidates == 2000
    with chromium.opened(browser, tmp_path / "ranking.html") as page:
        assert len(names(page)) == 50
        assert page.evaluate("document.querySelectorAll('*').length") < 10_000
        page.locator("#more").click()
        assert len(names(page)) == 100
        page.fill("#search", "1234")
        assert names(page) == ["Candidate 1234"]
