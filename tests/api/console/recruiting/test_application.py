"""The page of one application: report with its recordings (A15), decisions and overrides (A18), episodes (B3)."""

from __future__ import annotations

import io
import re

import pytest
from console_data import TOLD, Company, apply, assess, interview
from console_pages import csrf, post
from pypdf import PdfReader
from sqlalchemy import select
from starlette.testclient import TestClient

from interview_engine.hr.recruiting.tables import Application, HumanReview
from interview_engine.i18n import languages, msg
from interview_engine.store.tables import AuditEvent


def test_answers_that_are_nearly_the_same_lead_from_each_application_to_the_other(
    made: Company, clients: dict[str, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tuple(sentence.replace("第二天", "隔天") for sentence in TOLD["林晓"]["q1"])
    monkeypatch.setitem(TOLD, "周同", {"q1": copied})
    apply(made, "周同", number=88)
    interview(made, "周同")
    assess(made, "周同")
    pages = {name: f"/console/applications/{made.applications[name]}" for name in ("林晓", "周同", "孙佳")}
    card = re.compile(r'<section class="card" aria-labelledby="same-title">.*?</section>', re.DOTALL)
    for name, other in (("林晓", "周同"), ("周同", "林晓")):
        (shown,) = card.findall(clients["recruiter"].get(pages[name]).text)
        assert f'href="{pages[other]}"' in shown
        assert other in shown
        assert re.search(r"\b[3-9]\d%|\b100%", shown)
    assert not card.search(clients["recruiter"].get(pages["孙佳"]).text)


@pytest.mark.parametrize("language", languages())
def test_a_report_is_exported_in_every_language(made: Company, clients: dict[str, TestClient], language: str) -> None:
    client = clients["recruiter"]
    page = f"/console/applications/{made.applications['林晓']}"
    assert language in ("zh", "en") or f"report.pdf?language={language}" in client.get(page).text
    paper = client.get(f"{page}/report.pdf", params={"language": language}).content
    text = re.sub(r"\s", "", "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper)).pages))
    assert re.sub(r"\s", "", msg("Match with the role").get(language)) in text


def test_papers_in_the_reader_s_language_and_the_kit_s_are_at_hand_and_others_in_a_menu(
    made: Company, clients: dict[str, TestClient]
) -> None:
    page = clients["recruiter"].get(f"/console/applications/{made.applications['林晓']}").text
    buttons = re.findall(r'<a class="button" href="[^"]+report\.pdf\?language=(\w+)"', page)
    menu = re.search(r'<details class="menu">.*?</details>', page[page.index("report.pdf") :], re.DOTALL)
    assert menu is not None
    assert buttons == ["zh", "en"]
    assert sorted(re.findall(r"report\.pdf\?language=(\w+)", menu[0])) == sorted(set(languages()) - {"zh", "en"})


def test_a15_the_report_leads_from_every_quote_to_its_recording(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    page = client.get(f"/console/applications/{made.applications['林晓']}").text
    sources = re.findall(r'data-src="(/media/[^"]+)"', page)
    assert len(sources) == 1
    head = client.get(sources[0], headers={"range": "bytes=4-7"})
    assert (head.status_code, head.content) == (206, b"ftyp")
    assert re.search(r'class="quote"[^>]*data-answer="0" data-start="[\d.]+"', page)
    with made.context.database.reading() as session:
        actor = made.actors["recruiter"].id
        actions = set(session.scalars(select(AuditEvent.action).where(AuditEvent.actor == actor)))
    assert {"report.read", "media.read"} <= actions


def test_contact_data_stays_hidden_from_interviewers(made: Company, clients: dict[str, TestClient]) -> None:
    path = f"/console/applications/{made.applications['林晓']}"
    assert "candidate1@example.org" in clients["recruiter"].get(path).text
    assert "candidate1@example.org" not in clients["interviewer"].get(path).text
    assert "13800000001" not in clients["interviewer"].get(path).text


def test_a18_a_decision_needs_a_person_and_a_reason(made: Company, clients: dict[str, TestClient]) -> None:
    application_id = made.applications["孙佳"]
    path = f"/console/applications/{application_id}"
    client = clients["hiring_manager"]
    empty = client.post(f"{path}/decide", data={"csrf": csrf(client), "decision": "reject", "reason": " "})
    assert empty.status_code == 422
    refused = clients["interviewer"].post(
        f"{path}/decide", data={"csrf": csrf(clients["interviewer"]), "decision": "reject", "reason": "太短"}
    )
    assert refused.status_code == 403
    post(client, f"{path}/decide", decision="hold", reason="只讲了一般做法，请补一轮面试")
    assert "只讲了一般做法" in client.get(path).text
    with made.context.database.reading() as session:
        kept = session.scalars(select(HumanReview).where(HumanReview.application_id == application_id)).one()
    assert (kept.decision, kept.account_id) == ("hold", made.accounts["hiring_manager"].id)


def test_a18_an_override_stands_beside_the_engines_score(made: Company, clients: dict[str, TestClient]) -> None:
    application_id = made.applications["赵一鸣"]
    path = f"/console/applications/{application_id}"
    with made.context.database.reading() as session:
        before = session.get_one(Application, application_id).score_value
    location = post(
        clients["hr"], f"{path}/override", competency="communication", score="8", why="复述并确认，讲得具体"
    )
    assert location == f"{path}?done=overridden#c-communication"
    page = clients["hr"].get(path).text
    assert "复述并确认，讲得具体" in page
    assert page.count("人工 8.0 / 引擎 ") >= 2, "in the contents and beside the engine's score"
    with made.context.database.reading() as session:
        assert session.get_one(Application, application_id).score_value == before


def test_b3_an_event_is_kept_only_in_words_that_were_said(made: Company, clients: dict[str, TestClient]) -> None:
    path = f"/console/applications/{made.applications['林晓']}"
    client = clients["recruiter"]
    quotes = re.findall(r'name="quote" value="([^"]+)"', client.get(path).text)
    assert quotes
    fields = {
        "csrf": csrf(client),
        "competency": "communication",
        "situation": "顾客在电话里很着急",
        "did": "先复述确认",
        "result": "投诉下降",
    }
    made_up = client.post(f"{path}/episodes", data={**fields, "quote": "q1|我从来没有说过这句话"})
    assert made_up.status_code == 422
    post(client, f"{path}/episodes", **fields, quote=quotes[0])
    page = client.get(path).text
    assert "顾客在电话里很着急" in page
    assert quotes[0].split("|", 1)[1] in page


def test_only_who_may_read_the_portrait_is_offered_it(made: Company, clients: dict[str, TestClient]) -> None:
    path = f"/console/applications/{made.applications['林晓']}"
    with made.context.database.reading() as session:
        person = session.get_one(Application, made.applications["林晓"]).person_id
    for role in ("hr", "hiring_manager", "interviewer"):
        offered = f"/console/people/{person}" in clients[role].get(path).text
        assert offered == (clients[role].get(f"/console/people/{person}").status_code == 200), role


def test_a_report_has_contents_that_lead_to_every_part(made: Company, clients: dict[str, TestClient]) -> None:
    page = clients["recruiter"].get(f"/console/applications/{made.applications['林晓']}").text
    contents = page.partition('class="contents"')[2].partition("</nav>")[0]
    targets = re.findall(r'href="#([^"]+)"', contents)
    assert {"brief-title", "integrity-title", "decision-title", "c-communication"} <= set(targets)
    assert [one for one in targets if f'id="{one}"' not in page] == []
