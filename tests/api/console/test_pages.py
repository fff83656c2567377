"""The console's pages over HTTP: who may open what (L4), forms of our own only, both languages everywhere (L5),
exports that no spreadsheet runs."""

from __future__ import annotations

import ast
import io
import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import console_data
import openpyxl
import pyotp
import pytest
from console_data import CLOCK, Company
from hashing_embedder import HashingEmbedder
from pypdf import PdfReader
from sqlalchemy import func, select
from starlette.datastructures import FormData
from starlette.testclient import TestClient

import api
from api.app import create_app
from api.areas import AREAS
from api.console import frame
from api.console.actors import ACTORS
from api.console.competency import model
from api.console.competency import words as competency_words
from api.console.competency.kit_form import draft_from_form
from api.console.forms import Fields
from api.console.quality import pages
from api.console.recruiting import application, channels
from api.console.recruiting import words as recruiting_words
from api.console.system import administration, deletions, operations
from interview_engine.hr.access.rules import ROLES, SYSTEM
from interview_engine.hr.accounts.tables import Account
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.tables import KitVersion
from interview_engine.hr.messaging import webhooks
from interview_engine.hr.recruiting.tables import Application, HumanRating, HumanReview, Requisition
from interview_engine.i18n import catalogue, languages, msg
from interview_engine.store.tables import AuditEvent

TEMPLATES = Path(api.__file__).parent / "templates"

PAGES: dict[str, set[str]] = {
    "/console/requisitions": set(ROLES),
    "/console/requisitions/new": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/requisitions/{requisition}": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/requisitions/{requisition}/applicants": {
        "administrator", "hr", "recruiter", "hiring_manager", "interviewer",
    },
    "/console/requisitions/{requisition}/job": set(ROLES),
    "/console/requisitions/{requisition}/ranking.csv": {"administrator", "hr", "recruiter"},
    "/console/applications/{application}": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/applications/{application}/report.json": {"administrator", "hr", "recruiter"},
    "/console/approvals": set(ROLES),
    "/console/pool": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/channels": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/kits": set(ROLES),
    "/console/kits/{kit}": set(ROLES),
    "/console/kits/{kit}/edit": {"administrator", "hr"},
    "/console/kits/{kit}/draft": {"administrator", "hr"},
    "/console/kits/{kit}/shipped": {"administrator", "hr"},
    "/console/competencies": set(ROLES),
    "/console/profiles": set(ROLES),
    "/console/surveys": {"administrator", "hr"},
    "/console/calibration": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/calibration/{kit}": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/fairness": {"administrator", "hr", "recruiter"},
    "/console/outcomes": {"administrator", "hr", "recruiter"},
    "/console/operations": {"administrator", "hr"},
    "/console/deletions": {"administrator", "hr"},
    "/console/organisation": {"administrator", "hr"},
    "/console/audit": {"administrator", "auditor"},
    "/console/accounts": {"administrator"},
    "/console/accounts/{account}": {"administrator"},
    "/console/inbox": set(ROLES),
    "/console/account": set(ROLES),
}  # fmt: skip
"""Every page, and the roles that open it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    context = console_data.make_context(tmp_path_factory.mktemp("console"))
    yield console_data.hiring_company(context)
    context.database.close()


@pytest.fixture(scope="module")
def clients(made: Company) -> dict[str, TestClient]:
    """A signed-in browser a role."""
    app = create_app(made.context)
    app.state.embedder = HashingEmbedder()
    return {role: signed_in(TestClient(app, base_url="http://127.0.0.1:8000"), role) for role in ROLES}


def signed_in(client: TestClient, role: str) -> TestClient:
    client.headers["accept"] = "text/html"
    form = client.get("/sign-in").text
    door = re.search(r'name="door" value="([^"]+)"', form)
    assert door is not None
    answer = client.post(
        "/sign-in",
        data={"login": role, "password": console_data.PASSWORD, "door": door[1], "next": "/console"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    return client


def address(path: str, made: Company) -> str:
    return path.format(
        requisition=made.requisition_id,
        application=made.applications["林晓"],
        kit=made.kit_version_id,
        account=made.accounts["recruiter"].id,
    )


def csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/console/account").text)
    assert found is not None
    return found[1]


def post(client: TestClient, path: str, **fields: str) -> str:
    """A form of the console; returns where it leads."""
    answer = client.post(path, data={**fields, "csrf": csrf(client)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    return answer.headers["location"]


@pytest.mark.parametrize("path", PAGES)
def test_l4_each_role_opens_its_pages_and_no_other(path: str, made: Company, clients: dict[str, TestClient]) -> None:
    statuses = {role: client.get(address(path, made)).status_code for role, client in clients.items()}
    opened = {role for role, status in statuses.items() if status == 200}
    refused = {role for role, status in statuses.items() if status == 403}
    assert opened == PAGES[path]
    assert refused == set(ROLES) - PAGES[path]


def test_l4_the_navigation_offers_what_opens(made: Company, clients: dict[str, TestClient]) -> None:
    for role, client in clients.items():
        for area in AREAS:
            for entry in area.entries:
                status = client.get(entry.href).status_code
                offered = frame.may_at_all(made.actors[role], *entry.needs)
                assert (status == 200) == offered, (role, entry.href)


def test_nobody_signed_in_is_led_to_the_door_and_back(made: Company) -> None:
    client = TestClient(create_app(made.context), base_url="http://127.0.0.1:8000")
    answer = client.get("/console/kits?x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/console/kits%3Fx%3D1")
    for away in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        form = client.get("/sign-in", params={"next": away}).text
        assert 'name="next" value="/console"' in form


def test_the_door_refuses_a_form_from_elsewhere_and_a_wrong_password(made: Company) -> None:
    client = TestClient(create_app(made.context), base_url="http://127.0.0.1:8000")
    forged = client.post("/sign-in", data={"login": "hr", "password": console_data.PASSWORD, "door": "x"})
    assert forged.status_code == 403
    door = re.search(r'name="door" value="([^"]+)"', client.get("/sign-in").text)
    assert door is not None
    wrong = client.post("/sign-in", data={"login": "nobody", "password": "wrong", "door": door[1]})
    assert wrong.status_code == 401
    assert "session" not in client.cookies


@pytest.mark.parametrize(
    "path",
    [
        "/console/applications/{application}/decide",
        "/console/requisitions/{requisition}/hold",
        "/console/account/language",
        "/console/accounts",
        "/sign-out",
    ],
)
def test_a_form_without_the_sessions_token_does_nothing(
    path: str, made: Company, clients: dict[str, TestClient]
) -> None:
    client, other = clients["administrator"], clients["hr"]
    for token in ({}, {"csrf": ""}, {"csrf": csrf(other)}):
        answer = client.post(address(path, made), data={"decision": "reject", "reason": "no", **token})
        assert answer.status_code == 403
    assert client.get("/console/account").status_code == 200, "still signed in"


def test_cookies_are_closed_to_scripts_and_other_sites(made: Company) -> None:
    client = TestClient(create_app(made.context), base_url="http://127.0.0.1:8000")
    door = re.search(r'name="door" value="([^"]+)"', client.get("/sign-in").text)
    assert door is not None
    answer = client.post(
        "/sign-in",
        data={"login": "hr", "password": console_data.PASSWORD, "door": door[1], "next": "/console"},
        follow_redirects=False,
    )
    session = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("session="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session


def test_l5_every_page_is_whole_in_both_languages(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["administrator"]
    for path in PAGES:
        if path.endswith((".csv", ".json")):
            continue
        for language, switched in (("zh", "zh-Hans"), ("en", "en")):
            client.get(f"/language/{language}", params={"back": "/console/inbox"})
            page = client.get(address(path, made)).text
            assert f'<html lang="{switched}"' in page
            assert "/language/zh?back=" in page
            assert "/language/en?back=" in page
            assert not re.search(r"\{[a-z_]+\}", re.sub(r"<script.*?</script>", "", page)), path
    client.get("/language/zh", params={"back": "/console/inbox"})


def messages() -> dict[str, str]:
    """Every text of the console with where it is from: the templates' `_("…")` and the words that Python names."""
    found: dict[str, str] = {}
    for path in sorted(TEMPLATES.glob("**/*.html")):
        if path.parent != TEMPLATES and TEMPLATES / "console" not in path.parents:
            continue
        for match in re.finditer(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", path.read_text("utf-8")):
            found.setdefault(ast.literal_eval(match[1]), path.name)
    named = [
        frame.NOTICES,
        *(area.notices for area in AREAS),
        frame.ROLE_LABELS,
        ACTORS,
        *competency_words.ALL,
        *recruiting_words.ALL,
        application.FLAG_WORDS,
        model.QUESTION_WORDS,
        model.SURVEY_WORDS,
        channels.ADVICE,
        pages.ALARMS,
        operations.PROBLEMS,
        operations.FAILURES,
        operations.DOUBTS,
        deletions.KINDS,
        administration.CLASS_WORDS,
        administration.ACTION_WORDS,
        administration.SCOPE_WORDS,
    ]
    for words in named:
        found.update(dict.fromkeys(words.values(), "words"))
    for area in AREAS:
        found.update({area.section: "sections", **{entry.label: "sections" for entry in area.entries}})
    source = (Path(api.__file__).parent / "console" / "recruiting" / "ranking.py").read_text("utf-8")
    found.update({ast.literal_eval(text): "console_ranking" for text in re.findall(r'\bsay\(\s*("[^"]*")', source)})
    return found


def test_l5_every_text_has_a_chinese_translation_with_the_same_places() -> None:
    chinese = catalogue("zh")
    texts = messages()
    assert len(texts) > 600
    assert {text: where for text, where in texts.items() if not chinese.get(text)} == {}
    for text in texts:
        places = [set(re.findall(r"\{(\w+)\}", words)) for words in (text, chinese[text])]
        assert places[0] == places[1], text


def test_a9_everybody_is_in_the_export_with_reasons(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["recruiter"]
    path = f"/console/requisitions/{made.requisition_id}/ranking"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}.xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert {row[1] for row in rows[1:]} == set(made.applications)
    assert all(row[-1] for row in rows[1:]), "why, for everybody"
    document = client.get(f"{path}.json").json()
    assert document["schema"] == "requisition-ranking/1"
    assert sum(len(one["candidates"]) for one in document["lists"]) + len(document["waiting"]) == len(made.applications)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(client.get(f"{path}.pdf").content)).pages)
    assert "林晓" in text
    assert "陈雨桐" in text


@pytest.mark.parametrize("language", languages())
def test_a_report_is_exported_in_every_language(made: Company, clients: dict[str, TestClient], language: str) -> None:
    client = clients["recruiter"]
    page = f"/console/applications/{made.applications['林晓']}"
    assert language in ("zh", "en") or f"report.pdf?language={language}" in client.get(page).text
    paper = client.get(f"{page}/report.pdf", params={"language": language}).content
    text = re.sub(r"\s", "", "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper)).pages))
    assert re.sub(r"\s", "", msg("Match with the role").get(language)) in text


def test_cells_that_a_spreadsheet_would_run_are_shown_as_text(made: Company, clients: dict[str, TestClient]) -> None:
    name = '=HYPERLINK("http://elsewhere.example";"x")'
    application_id = console_data.apply(made, name, number=901)
    client = clients["recruiter"]
    path = f"/console/requisitions/{made.requisition_id}/ranking"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}.xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == f"'{name}" for cell in cells)
    assert "'=HYPERLINK" in client.get(f"{path}.csv").content.decode("utf-8-sig")
    post(client, f"/console/applications/{application_id}/move", stage="withdrawn", reason="test")
    del made.applications[name]


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


def test_a19_a_kit_is_previewed_then_published_with_what_the_preview_said(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["hr"]
    base = f"/console/kits/{made.kit_version_id}"
    with made.context.database.reading() as session:
        before = competency.kit_version(session, made.kit_version_id).version
    text = client.get(f"{base}/file").text
    changed = text.replace("weight: 25", "weight: 20", 1).replace("weight: 30", "weight: 35", 1)
    assert changed != text
    wrong = client.post(
        f"{base}/draft", data={"csrf": csrf(client), "text": text.replace("weight: 25", "weight: 24", 1)}
    )
    assert wrong.status_code == 422, "weights that do not sum to 100 are not saved"
    lines = client.post(
        f"{base}/preview",
        data={"csrf": csrf(client), "text": changed, "bar": "70"},
        headers={"accept": "application/x-ndjson"},
    ).text.splitlines()
    told = [json.loads(line) for line in lines]
    assert told[0] == {"done": 1, "total": 4}
    page = told[-1]["page"]
    sealed = re.search(r'name="previewed" value="([^"]+)"', page)
    assert sealed is not None
    post(client, f"{base}/publish", text=changed, note="处理投诉更重", previewed=sealed[1])
    with made.context.database.reading() as session:
        newest = session.scalars(select(KitVersion).order_by(KitVersion.id.desc())).first()
    assert newest is not None
    assert newest.version == before + 1
    assert newest.preview is not None
    assert newest.preview["total"] == 4
    shown = client.get(f"/console/kits/{newest.id}/differences", params={"against": made.kit_version_id}).text
    assert "-    weight: 25" in shown
    assert "+    weight: 20" in shown


def test_a19_the_form_without_yaml_makes_the_same_kit(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    page = client.get(f"/console/kits/{made.kit_version_id}/edit").text
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="(?:text|number)"[^>]*? name="([^"]+)" value="([^"]*)"', page):
        fields.setdefault(name, []).append(value)
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        fields.setdefault(name, []).append(value)
    for name, value in re.findall(r'<input type="checkbox" name="(q\.[^"]+\.probes)" value="([^"]+)" checked', page):
        fields.setdefault(name, []).append(value)
    import html

    data = {name: [html.unescape(value) for value in values] for name, values in fields.items()}
    answer = client.post(f"/console/kits/{made.kit_version_id}/edit", data={"csrf": csrf(client), **data})
    assert answer.status_code == 200
    assert 'name="previewed"' in answer.text, "valid, and ready to be published"


def test_a_newer_shipped_kit_is_offered_for_comparison_and_publication(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client, path = clients["hr"], f"/console/kits/{made.kit_version_id}"
    assert f"{path}/shipped" not in client.get(path).text, "this version is what ships"
    text = client.get(f"{path}/file").text.replace("answer_s: 180", "answer_s: 150", 1)
    post(client, f"{path}/publish", text=text, note="")
    with made.context.database.reading() as session:
        newest = session.scalars(select(KitVersion).order_by(KitVersion.id.desc())).first()
    assert newest is not None
    assert f"/console/kits/{newest.id}/shipped" in client.get(f"/console/kits/{newest.id}").text
    assert "+    answer_s: 180" in client.get(f"/console/kits/{newest.id}/shipped").text


def test_a26_conduct_is_edited_in_the_form(made: Company, clients: dict[str, TestClient]) -> None:
    """What is typed for a competency's counter-indicators is in the kit that goes on to publication."""
    with made.context.database.reading() as session:
        base = competency.kit(session, made.kit_version_id)
    one = next(each for each in base.competencies if each.counter_indicators)
    first, *others = one.counter_indicators
    name = f"c.{one.id}.against"
    values = {
        f"{name}.{first.id}.zh": "骂客户",
        f"{name}.{first.id}.en": "Scolds customers",
        f"{name}.{first.id}.phrases.zh": "骂他\r\n\r\n骂他\r\n训他",
        f"{name}.{first.id}.phrases.en": "scolded him",
        **{f"{name}.{each.id}.remove": "1" for each in others},
        f"{name}+new.zh": "泄露地址",
        f"{name}+new.en": "Gives away the address",
        f"{name}+new.phrases.zh": "把地址给了",
        f"{name}+new.phrases.en": "gave his address",
        f"{name}+new.grave": "1",
    }
    made_of = draft_from_form(base, Fields(FormData(values))).competency(one.id).counter_indicators
    assert [(each.id, each.text.en, each.grave) for each in made_of] == [
        (first.id, "Scolds customers", False),
        ("against-1", "Gives away the address", True),
    ]
    assert made_of[0].phrases.zh == ("骂他", "训他")
    page = clients["hr"].get(f"/console/kits/{made.kit_version_id}/edit").text
    assert f'name="{name}.{first.id}.phrases.zh"' in page
    assert first.text.zh in clients["hr"].get(f"/console/kits/{made.kit_version_id}").text


def test_a4_blind_raters_see_no_score_and_nobody_rates_what_they_have_read(
    made: Company, clients: dict[str, TestClient]
) -> None:
    with made.context.database.reading() as session:
        assessment = session.get_one(Application, made.applications["Grace Adeyemi"]).assessment_id
    rater = clients["interviewer"]
    page = rater.get(f"/console/rate/{assessment}")
    assert page.status_code == 200
    for hidden in ("Grace Adeyemi", 'class="track"', 'class="quote', "/10"):
        assert hidden not in page.text
    post(rater, f"/console/rate/{assessment}", **{"level.communication": "4"})
    reader = clients["recruiter"]
    reader.get(f"/console/applications/{made.applications['Grace Adeyemi']}")
    refused = reader.post(f"/console/rate/{assessment}", data={"csrf": csrf(reader), "level.communication": "4"})
    assert refused.status_code == 422
    with made.context.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HumanRating)) == 1


def test_a4_fitting_from_too_few_ratings_says_so(made: Company, clients: dict[str, TestClient]) -> None:
    path = f"/console/calibration/{made.kit_version_id}"
    client = clients["hr"]
    answer = client.post(f"{path}/fit", data={"csrf": csrf(client)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_impact_ratios_come_from_an_uploaded_table_that_is_not_kept(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["hr"]
    table = client.get(f"/console/fairness/{made.requisition_id}/table.csv").content.decode("utf-8-sig").splitlines()
    assert table[0] == "application,candidate,sex,age"
    ids = [line.split(",")[0] for line in table[1:]]
    groups = "application,sex\n" + "\n".join(
        f"{key},{'female' if place % 2 else 'male'}" for place, key in enumerate(ids)
    )
    page = client.post(
        "/console/fairness",
        data={"csrf": csrf(client), "requisition": made.requisition_id},
        files={"table": ("groups.csv", groups.encode(), "text/csv")},
    )
    assert page.status_code == 200
    assert "female" in page.text
    assert 'class="interval"' in page.text


def test_a_webhook_that_is_paused_is_on_the_operations_page_and_sends_again_from_there(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["administrator"]
    with made.context.database.transaction() as session:
        hook, _ = webhooks.create_webhook(
            session, SYSTEM, made.context.box, "https://93.184.215.14/secret-path", ["offer.state"], CLOCK
        )
        hook.failures, hook.last_error, hook.paused_until = 3, "webhook.slow", CLOCK.now() + timedelta(hours=1)
    page = client.get("/console/operations").text
    assert "93.184.215.14" in page
    assert "secret-path" not in page
    assert "没有及时应答" in page
    answer = client.post(f"/console/webhooks/{hook.id}/resume", data={"csrf": csrf(client)}, follow_redirects=False)
    assert answer.status_code == 303
    assert "93.184.215.14" not in client.get("/console/operations").text
    with made.context.database.transaction() as session:
        webhooks.delete_webhook(session, SYSTEM, hook.id, CLOCK)


def test_l10_the_audit_log_is_filtered_verified_and_exported(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["auditor"]
    page = client.get("/console/audit", params={"action": "report.read"}).text
    assert "report.read" in page
    assert ">kit.publish<" not in page
    checked = client.post("/console/audit/check", data={"csrf": csrf(client)})
    assert checked.status_code == 200
    found = re.search(r'class="flash".*?(\d+:[0-9a-f]{64})', checked.text, re.DOTALL)
    assert found is not None
    with_end = client.post("/console/audit/check", data={"csrf": csrf(client), "end": found[1]})
    assert 'class="flash"' in with_end.text
    other = f"{found[1].partition(':')[0]}:{'0' * 64}"
    rewritten = client.post("/console/audit/check", data={"csrf": csrf(client), "end": other})
    assert 'class="problem-box"' in rewritten.text
    assert client.post("/console/audit/check", data={"csrf": csrf(client), "end": "12"}).status_code == 422
    lines = client.get("/console/audit/export").text.splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == list(range(1, len(lines) + 1))


def test_the_first_password_must_be_changed_before_anything_opens(
    made: Company, clients: dict[str, TestClient]
) -> None:
    admin = clients["administrator"]
    page = admin.post(
        "/console/accounts",
        data={"csrf": csrf(admin), "login": "fresh", "name": "新同事", "role": "recruiter", "language": "zh"},
    ).text
    password = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert password is not None
    client = TestClient(create_app(made.context), base_url="http://127.0.0.1:8000", headers={"accept": "text/html"})
    door = re.search(r'name="door" value="([^"]+)"', client.get("/sign-in").text)
    assert door is not None
    client.post("/sign-in", data={"login": "fresh", "password": password[1], "door": door[1], "next": "/console"})
    for path in ("/console/requisitions", "/console/inbox"):
        answer = client.get(path, follow_redirects=False)
        assert answer.headers["location"] == "/console/account/password"
    weak = client.post(
        "/console/account/password",
        data={"csrf": csrf_of(client), "current": password[1], "new": "123456789012", "again": "123456789012"},
    )
    assert weak.status_code == 422
    new = "seven lamps over a quiet harbour"
    client.post(
        "/console/account/password",
        data={"csrf": csrf_of(client), "current": password[1], "new": new, "again": new},
    )
    assert client.get("/console/requisitions", follow_redirects=False).status_code == 200


def csrf_of(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/console/account/password").text)
    assert found is not None
    return found[1]


def test_the_second_step_is_set_up_by_a_picture_and_asked_for_at_the_door(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["auditor"]
    page = client.post(
        "/console/account/second-factor", data={"csrf": csrf(client), "current": console_data.PASSWORD}
    ).text
    assert "<svg" in page
    secret = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)
    assert secret is not None
    wrong = client.post("/console/account/second-factor/confirm", data={"csrf": csrf(client), "code": "000000"})
    assert wrong.status_code == 422
    codes = client.post(
        "/console/account/second-factor/confirm", data={"csrf": csrf(client), "code": pyotp.TOTP(secret[1]).now()}
    ).text
    recovery = re.findall(r"<li>([0-9a-z-]{10,})</li>", codes)
    assert len(recovery) == 10
    fresh = signed_in(TestClient(create_app(made.context), base_url="http://127.0.0.1:8000"), "auditor")
    halfway = fresh.get("/console/audit", follow_redirects=False)
    assert halfway.headers["location"].startswith("/sign-in/code")
    form = fresh.get("/sign-in/code").text
    token = re.search(r'name="csrf" value="([0-9a-f]+)"', form)
    assert token is not None
    refused = fresh.post("/sign-in/code", data={"csrf": token[1], "code": "000000", "next": "/console/audit"})
    assert refused.status_code == 401
    entered = fresh.post(
        "/sign-in/code",
        data={"csrf": token[1], "code": recovery[0], "next": "/console/audit"},
        follow_redirects=False,
    )
    assert entered.headers["location"] == "/console/audit"
    assert fresh.get("/console/audit").status_code == 200


def test_new_recovery_codes_are_made_on_the_account_page(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["interviewer"]
    page = client.post(
        "/console/account/second-factor", data={"csrf": csrf(client), "current": console_data.PASSWORD}
    ).text
    secret = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)
    assert secret is not None
    code = pyotp.TOTP(secret[1])
    client.post("/console/account/second-factor/confirm", data={"csrf": csrf(client), "code": code.now()})
    assert "/console/account/second-factor/codes" in client.get("/console/account").text
    later = code.at(int(time.time()) + 30)
    wrong = client.post(
        "/console/account/second-factor/codes", data={"csrf": csrf(client), "current": "wrong", "code": later}
    )
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    renewed = client.post(
        "/console/account/second-factor/codes",
        data={"csrf": csrf(client), "current": console_data.PASSWORD, "code": later},
    )
    assert len(re.findall(r"<li>([0-9a-z-]{10,})</li>", renewed.text)) == 10


def test_a_button_that_is_refused_shows_its_page_again_with_the_problem(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["recruiter"]
    with made.context.database.reading() as session:
        before = session.get_one(Requisition, made.requisition_id).state
    answer = client.post(f"/console/requisitions/{made.requisition_id}/submit", data={"csrf": csrf(client)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'id="postings"' in answer.text, "it is the page of the job"
    with made.context.database.reading() as session:
        assert session.get_one(Requisition, made.requisition_id).state == before


def test_j7_operations_show_how_much_the_product_is_used(made: Company, clients: dict[str, TestClient]) -> None:
    clients["recruiter"].get(f"/console/applications/{made.applications['林晓']}")
    page = clients["hr"].get("/console/operations").text
    section = page[page.index('id="usage"') :]
    with made.context.database.reading() as session:
        accounts = session.scalar(select(func.count()).select_from(Account).where(Account.active))
    assert f"/ {accounts}<" in section
    assert "report.read" in section


def test_signing_in_is_locked_after_many_wrong_passwords_and_says_for_how_long(made: Company) -> None:
    client = TestClient(create_app(made.context), base_url="http://127.0.0.1:8000", headers={"accept": "text/html"})
    door = re.search(r'name="door" value="([^"]+)"', client.get("/sign-in").text)
    assert door is not None
    for _ in range(12):
        answer = client.post("/sign-in", data={"login": "somebody", "password": "wrong", "door": door[1]})
        if answer.status_code == 429:
            break
        assert answer.status_code == 401
    assert answer.status_code == 429
    assert 'role="alert"' in answer.text
