"""A candidate reads every page in the language that was chosen, a language is nothing but its catalogues (L5)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from applications import application
from console_pages import StoredCompany
from databases import copied_sqlite
from hiring_world import make_world
from serving import LiveServer, make_context, short_kit
from sqlalchemy import select
from starlette.testclient import TestClient

from api.candidate.own_applications import applications_address
from api.candidate.sessions import cookie_name
from api.i18n import day_text, minute_text, money_text
from interview_engine import i18n
from interview_engine.assessment.kits.file import parse_kit
from interview_engine.hr.competency import service as competency
from interview_engine.hr.messaging.words import words_for
from interview_engine.hr.people.tables import Person
from interview_engine.hr.privacy.tables import Consent
from interview_engine.hr.recruiting.hiring import offers
from interview_engine.hr.recruiting.hiring.offers import NewOffer
from interview_engine.hr.recruiting.jobs import postings
from interview_engine.hr.recruiting.reviewing import reviews
from interview_engine.hr.recruiting.tables import Invitation, Requisition
from interview_engine.i18n import LocalizedText, add_folder, catalogue, languages, msg
from interview_engine.language_names import own_name
from interview_engine.store.secrets import digest
from interview_engine.store.tables import OutboxMessage

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
    with TestClient(
        application(server.context), raise_server_exceptions=False, headers={"Accept": "text/html"}
    ) as made:
        yield made


def pieces(html: str) -> list[str]:
    """What a page says, text by text: what stands in it, its labels, and what it hands to its script.

    Without the switch of languages.
    """
    texts = [
        text
        for given in re.findall(r'data-config="([^"]*)"', html)
        for text in json.loads(unescape(given))["texts"].values()
    ]
    html = re.sub(r"<(script|style|nav)\b.*?</\1>", " ", html, flags=re.DOTALL)
    labels = re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', html)
    texts += [unescape(text) for text in (*re.split(r"<[^>]+>", html), *labels)]
    return [text for text in (" ".join(text.split()) for text in texts) if text]


QUESTIONS = [question.text.en for question in parse_kit(short_kit(2, 5, 30).encode(), "short").questions]
NO_WORDS = re.compile(r"\b[0-9a-f]{32,}\b|\b[a-z_]+\.[a-z_]+\b|\bZendesk\b|\b\d+ [a-z]{3,4}\.? \d{4}\b")
"""Fingerprints, codes of errors, a name in the job's description, and dates."""


def untranslated(html: str) -> list[str]:
    """Words of Latin letters that stand outside « and » and are no kit's question."""
    left = " ".join(pieces(html))
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


def sent_offer(server: LiveServer, job: Requisition) -> str:
    """The address of an offer for the job that begins in 30 days."""
    world, clock = server.world, server.world.clock
    with server.context.database.transaction() as session:
        application = world.applicant(session, world.post(session, job, "offers"), 5)
        world.assessed(session, world.interviewed(session, application))
        reviews.decide(session, world.actor("hr"), application.id, "advance", "各项都好", clock)
        for_work = NewOffer("客服专员", Decimal("8500"), clock.at.date() + timedelta(days=30))
        draft = offers.draft_offer(session, world.actor("hr"), application.id, for_work, clock)
        return f"/o/{offers.send_offer(session, world.actor('hr'), draft.id, clock).token}"


def walk_others(server: LiveServer, client: TestClient) -> Iterator[tuple[str, str]]:
    """The pages beside the interview in writing: recorder, withdrawal, deletion, receipts, offer, survey, errors."""
    context, world, clock = server.context, server.world, server.world.clock
    job = server.short_job()
    home = f"/i/{server.invite(job, 2).token}"
    client.get(home)
    given = {"route": "record", "recording": "yes", "automated": "yes"}
    assert client.post(f"{home}/consent", data=given, follow_redirects=False).status_code == 303
    recorder = client.get(f"{home}/interview").text
    assert "data-config" in recorder
    yield f"{home}/interview", recorder
    yield f"POST {home}/withdraw", client.post(f"{home}/withdraw").text
    deletion = client.post(f"{home}/withdraw", data={"sure": "yes"}).text
    yield f"{home}/status", deletion
    receipt = client.get(f"{home}/deletion.json").json()["sha256"]
    yield "POST /receipts", client.post("/receipts", data={"receipt": receipt}).text
    yield "POST /receipts", client.post("/receipts", data={"receipt": "0" * 64}).text
    yield from _walk_applying(server, client, job)
    offer = sent_offer(server, job)
    yield offer, client.get(offer).text
    yield f"POST {offer}", client.post(offer, data={"answer": "accept"}).text
    yield f"POST {offer}", client.post(offer, data={"answer": "decline"}).text
    questions = [
        {"id": "s1", "kind": "scale", "text": {"zh": "我能说清楚", "en": "我能说清楚"}, "competency": "communication"},
        {"id": "t1", "kind": "top3", "text": {"zh": "最重要的三项", "en": "最重要的三项"}},
        {"id": "o1", "kind": "open", "text": {"zh": "还有什么", "en": "还有什么"}},
    ]
    with context.database.transaction() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        hr = world.actor("hr")
        made = competency.create_survey(session, hr, LocalizedText("问卷一", "问卷一"), questions, clock)
        survey = f"/s/{competency.send_survey(session, hr, made.id, [person.id], clock)[0].token}"
    yield survey, client.get(survey).text
    yield f"POST {survey}", client.post(survey, data={"s1": "9"}).text
    yield f"POST {survey}", client.post(survey, data={"s1": "4", "t1": ["沟通", "", ""], "o1": "没有"}).text
    yield f"POST {survey}", client.post(survey, data={"s1": "4"}).text
    yield "/no/such/page", client.get("/no/such/page").text


def _walk_applying(server: LiveServer, client: TestClient, job: Requisition) -> Iterator[tuple[str, str]]:
    """Applying where a recruiter invites later, and what the applicant sees of it."""
    with server.context.database.transaction() as session:
        recruiter = server.world.actor("recruiter")
        made = postings.create_posting(
            session, recruiter, job.id, "poster", Decimal(0), server.world.clock, automatic_invitation=False
        )
        page = f"/p/{made.code}"
    yield f"POST {page}", client.post(page, data={"name": "李雷", "phone": "13812345678"}).text
    with server.context.database.reading() as session:
        person = session.scalars(select(Person).where(Person.name == "李雷")).one()
        own = applications_address(server.context, person.id)
    yield own, client.get(own).text
    yield f"{own}?", client.get(own[:-4] + "AAAA").text


def test_every_text_of_the_candidates_pages_comes_from_catalogues(
    invented: None, server: LiveServer, client: TestClient
) -> None:
    client.get("/language/sv", params={"back": "/"})
    seen = 0
    for address, html in (*walk(server, client), *walk_others(server, client)):
        assert "server.failed" not in html, address
        assert '<html lang="sv"' in html, address
        assert untranslated(html) == [], address
        seen += 1
    assert seen == 19 + 16


def english_of(language: str) -> re.Pattern[str]:
    """Matches the English texts that `language` says otherwise, or has not translated, with whatever fills them."""
    known = catalogue(language)
    texts = {key.rpartition("\x04")[2] for key in catalogue("zh") if known.get(key) != key.rpartition("\x04")[2]}
    parts = [re.split(r"\{[^{}]*\}", text) for text in sorted(texts)]
    worded = [part for part in parts if re.search(r"[A-Za-z]{3,}", " ".join(part))]
    patterns = [".+?".join(map(re.escape, part)) for part in worded]
    # "{minutes} min" of the command line is English, and what Spanish says of "{n} min" too
    own = "\n".join(known.values())
    return re.compile("|".join(one for one in patterns if not re.search(f"^(?:{one})$", own, re.MULTILINE)))


@pytest.mark.parametrize("language", languages())
def test_the_candidates_pages_are_whole_in_every_language(
    language: str, server: LiveServer, client: TestClient
) -> None:
    """No page shows English in another language, an unfilled place, or fewer languages than there are."""
    client.get(f"/language/{language}", params={"back": "/"})
    english = english_of(language)
    for address, html in (*walk(server, client), *walk_others(server, client)):
        assert "server.failed" not in html, address
        said = re.sub(r'data-config="[^"]*"', "", html)
        assert not re.search(r"\{[a-z_]+\}", " ".join(pieces(said))), address
        for other in languages():
            assert f"/language/{other}?back=" in html, address
        if language != "en":
            assert [text for text in pieces(html) if english.fullmatch(text)] == [], address


def test_who_applies_in_spanish_is_written_to_in_it_and_asked_in_english(
    server: LiveServer, client: TestClient
) -> None:
    """Kits have Chinese and English."""
    job = server.short_job()
    with server.context.database.transaction() as session:
        recruiter = server.world.actor("recruiter")
        code = postings.create_posting(session, recruiter, job.id, "poster", Decimal(0), server.world.clock).code
    client.get("/language/es", params={"back": "/"})
    sent = client.post(f"/p/{code}", data={"name": "Ana", "email": "ana@example.com"}, follow_redirects=False)
    assert sent.status_code == 303
    with server.context.database.reading() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "invitation.sent")).one()
        words = words_for(message.template, message.payload, message.payload["language"], "https://hr.example")
        person = session.scalars(select(Person).where(Person.name == "Ana")).one()
        invitation = session.scalars(select(Invitation)).one()
        assert (person.language, invitation.language) == ("es", "en")
    assert words.subject == "Invitación a la entrevista: 客服专员"


def test_a_consent_keeps_the_language_that_it_was_read_in(server: LiveServer, client: TestClient) -> None:
    client.get("/language/es", params={"back": "/"})
    home = f"/i/{server.invite(server.short_job()).token}"
    client.get(home)
    client.post(f"{home}/consent", data={"route": "write", "automated": "yes"})
    with server.context.database.reading() as session:
        assert set(session.scalars(select(Consent.language))) == {"es"}


def test_a_question_that_is_not_in_the_pages_language_says_which_it_is_in(
    invented: None, server: LiveServer, client: TestClient
) -> None:
    client.get("/language/sv", params={"back": "/"})
    shown = [
        html for _, html in walk(server, client) if any(f"{question}</" in unescape(html) for question in QUESTIONS)
    ]
    assert len(shown) >= 4
    for html in shown:
        for question in QUESTIONS:
            assert f"{question}</" not in re.sub(r'<(\w+)[^>]* lang="en"[^>]*>[^<]*</\1>', "", unescape(html))


def test_what_was_measured_is_labelled_in_the_language(
    invented: None, hiring_company: StoredCompany, tmp_path: Path
) -> None:
    """Reports hold Chinese and English; the labels that they share with the catalogues are shown from those."""
    made = hiring_company.copy(tmp_path)
    token = made.tokens["林晓"]
    with made.context.database.transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.token_hash == digest(token))).one()
        invitation.device_hash = digest("phone")
    app = application(made.context)
    with TestClient(app, raise_server_exceptions=False, headers={"Accept": "text/html"}) as client:
        client.get("/language/sv", params={"back": "/"})
        client.cookies.set(cookie_name(made.context, token), "phone")
        page = pieces(client.get(f"/i/{token}/measured").text)
    assert "«What was assessed, and why»" in page
    assert "«Speech rate (pauses included)»" in page


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


def test_an_offer_names_its_first_day_as_the_language_writes_it(server: LiveServer, client: TestClient) -> None:
    offer = sent_offer(server, server.short_job())
    first_day = server.world.clock.at.date() + timedelta(days=30)
    for language in ("zh", "es"):
        client.get(f"/language/{language}", params={"back": "/"})
        assert day_text(first_day, language) in pieces(client.get(offer).text)


def test_a_language_is_called_what_it_calls_itself() -> None:
    assert [own_name(language) for language in ("zh", "en", "ja", "es")] == ["中文", "EN", "日本語", "Español"]


def test_the_console_offers_the_languages_of_staff(invented: None, client: TestClient) -> None:
    page = client.get("/console/sign-in").text
    assert "/language/sv?back=" not in page
    assert "/language/zh?back=" in page


@pytest.mark.parametrize("language", languages())
def test_a_programs_problem_is_said_in_the_language_it_asks_for(language: str, client: TestClient) -> None:
    headers = {"Accept": "application/json", "Accept-Language": language}
    told = client.get("/api/v1/requisitions", headers=headers).json()
    assert told["code"] == "token.missing"
    assert told["title"] == msg("The token is missing.").get(language)
    assert told["en"]["message"] == "The token is missing."
