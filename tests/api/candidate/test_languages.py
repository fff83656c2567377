"""A candidate reads every page in the language that was chosen, a language is nothing but its catalogues (L5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from databases import copied_sqlite
from hiring_world import make_world
from serving import LiveServer, make_context, short_kit
from starlette.testclient import TestClient

from api.app import create_app
from api.i18n import day_text, minute_text, money_text
from interview_engine import i18n
from interview_engine.assessment.kits.file import parse_kit
from interview_engine.hr.recruiting.jobs import postings
from interview_engine.i18n import add_folder, catalogue, languages
from interview_engine.language_names import own_name

MARKED = re.compile(r"«[^«»]*»")


@pytest.fixture
def invented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Catalogues of a language in which every text is the English one between « and »."""
    folder = tmp_path / "locale" / "sv"
    folder.mkdir(parents=True)
    blocks = []
    for key in catalogue("zh"):
        context, _, text = key.rpartition("\x04")
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        blocks.append((f'msgctxt "{context}"\n' if context else "") + f'msgid "{quoted}"\nmsgstr "«{quoted}»"\n')
    (folder / "all.po").write_text("\n".join(blocks), "utf-8")
    monkeypatch.setattr(i18n, "_FOLDERS", list(i18n._FOLDERS))
    add_folder(folder.parent)
    yield
    catalogue.cache_clear()
    languages.cache_clear()


@pytest.fixture
def server(_sqlite_template: Path, tmp_path: Path) -> Iterator[LiveServer]:
    database = copied_sqlite(_sqlite_template, tmp_path / "engine.db")
    world = make_world(database)
    yield LiveServer("", make_context(database, tmp_path / "data", world.clock), world)
    database.close()


@pytest.fixture
def client(server: LiveServer) -> Iterator[TestClient]:
    with TestClient(create_app(server.context), raise_server_exceptions=False, headers={"Accept": "text/html"}) as made:
        yield made


def shown(html: str) -> str:
    """What a page says, titles and labels too, without scripts, the switch of languages and what is in Chinese."""
    html = re.sub(r"<(script|style|nav)\b.*?</\1>", " ", html, flags=re.DOTALL)
    labels = " ".join(re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', html))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html) + " " + labels).split())


QUESTIONS = [question.text.en for question in parse_kit(short_kit(2, 5, 30).encode(), "short").questions]
NO_WORDS = re.compile(r"\b[0-9a-f]{32,}\b|\b[a-z_]+\.[a-z_]+\b|\bZendesk\b")
"""Fingerprints, codes of errors, and a name in the job's description."""


def untranslated(html: str) -> list[str]:
    """Words of Latin letters that stand outside « and » and are no kit's question."""
    left = shown(html)
    for question in QUESTIONS:
        left = left.replace(question, " ")
    while MARKED.search(left):
        left = MARKED.sub(" ", left)
    return re.findall(r"[A-Za-z]{3,}", NO_WORDS.sub(" ", left))


def walk(server: LiveServer, client: TestClient) -> Iterator[tuple[str, str]]:
    """The pages that a candidate meets, each with its address: applying, agreeing, answering, afterwards, errors."""
    job = server.short_job()
    with server.context.database.transaction() as session:
        recruiter = server.world.actor("recruiter")
        posting = postings.create_posting(session, recruiter, job.id, "poster", Decimal(0), server.world.clock)
        page = f"/p/{posting.code}"
    yield page, client.get(page).text
    yield f"POST {page}", client.post(page, data={"name": "李雷"}).text
    home = f"/i/{server.invite(job).token}"
    yield home, client.get(home).text
    yield f"POST {home}/consent", client.post(f"{home}/consent", data={}).text
    given = {"route": "write", "automated": "yes"}
    assert client.post(f"{home}/consent", data=given, follow_redirects=False).status_code == 303
    for path in ("", "/write/1", "/review", "/status"):
        yield home + path, client.get(home + path).text
    for number in (1, 2):
        answer = client.post(f"{home}/write/{number}", data={"text": "我先听顾客说完，再查订单，当天补发。"})
        yield f"POST {home}/write/{number}", answer.text
    yield f"{home}/review", client.get(f"{home}/review").text
    yield f"POST {home}/submit", client.post(f"{home}/submit").text
    for path in ("/status", "/transcript", "/withdraw", "/measured"):
        yield home + path, client.get(home + path).text
    yield f"POST {home}/rerating", client.post(f"{home}/rerating", data={"reason": "第二题"}).text
    yield "/i/unknown", client.get("/i/unknown").text
    yield "/receipts", client.get("/receipts").text


def test_every_text_of_the_candidates_pages_comes_from_catalogues(
    invented: None, server: LiveServer, client: TestClient
) -> None:
    client.get("/language/sv", params={"back": "/"})
    seen = 0
    for address, html in walk(server, client):
        assert '<html lang="sv"' in html, address
        assert untranslated(html) == [], address
        seen += 1
    assert seen == 19


@pytest.mark.parametrize("language", languages())
def test_the_candidates_pages_are_whole_in_every_language(
    language: str, server: LiveServer, client: TestClient
) -> None:
    """No page shows English in another language, an unfilled place, or fewer languages than there are."""
    client.get(f"/language/{language}", params={"back": "/"})
    english = {key.rpartition("\x04")[2] for key in catalogue("zh")}
    for address, html in walk(server, client):
        text = shown(html)
        assert not re.search(r"\{[a-z_]+\}", text), address
        for other in languages():
            assert f"/language/{other}?back=" in html, address
        if language != "en":
            whole = [one.strip() for one in re.findall(r">([^<>]{12,})<", html)]
            assert [one for one in map(unescape, whole) if one in english] == [], address


def test_dates_and_amounts_are_written_as_the_language_writes_them() -> None:
    at = datetime(2026, 11, 2, 17, 5)
    assert [day_text(at, language) for language in ("zh", "en", "ja", "es")] == [
        "2026-11-02", "2026-11-02", "2026/11/02", "2 nov 2026",
    ]  # fmt: skip
    assert minute_text(at, "zh") == "2026-11-02 17:05"
    assert minute_text(at, "ja") == "2026/11/02 17:05"
    assert minute_text(at, "es") == "2 nov 2026, 17:05"
    amounts = [money_text(Decimal("8500"), language) for language in ("zh", "en", "ja", "es")]
    assert amounts == ["8,500.00", "8,500.00", "8,500.00", "8.500,00"]


def test_a_language_is_called_what_it_calls_itself() -> None:
    assert [own_name(language) for language in ("zh", "en", "ja", "es")] == ["中文", "EN", "日本語", "Español"]


def test_the_console_offers_the_languages_of_staff(invented: None, client: TestClient) -> None:
    page = client.get("/console/sign-in").text
    assert "/language/sv?back=" not in page
    assert "/language/zh?back=" in page
