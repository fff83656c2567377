"""The console's pages over HTTP: who may open what (L4), forms of our own only, both languages everywhere (L5)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from console_data import STAFF, Company
from console_pages import address, csrf
from starlette.testclient import TestClient

import api
from api.areas import AREAS
from api.console import frame
from api.console.actors import ACTORS
from api.console.competency import surveys
from api.console.competency import words as competency_words
from api.console.quality import pages
from api.console.recruiting import application, channels
from api.console.recruiting import words as recruiting_words
from api.console.system import administration, deletions, operations
from interview_engine.i18n import catalogue

TEMPLATES = Path(api.__file__).parent / "templates"

PAGES: dict[str, set[str]] = {
    "/console/requisitions": set(STAFF),
    "/console/requisitions/new": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/requisitions/{requisition}": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/requisitions/{requisition}/applicants": {
        "administrator", "hr", "recruiter", "hiring_manager", "interviewer",
    },
    "/console/requisitions/{requisition}/chosen?do=reject&id={application}": {
        "administrator", "hr", "recruiter", "hiring_manager",
    },
    "/console/requisitions/{requisition}/job": set(STAFF),
    "/console/requisitions/{requisition}/ranking.csv": {"administrator", "hr", "recruiter"},
    "/console/applications/{application}": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/applications/{application}/report.json": {"administrator", "hr", "recruiter"},
    "/console/approvals": set(STAFF),
    "/console/employees": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/employees/new": {"administrator", "hr", "recruiter"},
    "/console/employees/import": {"administrator", "hr", "recruiter"},
    "/console/my-requests": set(STAFF),
    "/console/request-kinds": {"administrator", "hr"},
    "/console/requests": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/pay-requests": {"administrator", "hr", "recruiter"},
    "/console/health-requests": {"administrator", "hr"},
    "/console/contracts": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/joining": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/joining/new": {"administrator", "hr", "recruiter"},
    "/console/welcome-texts": set(STAFF),
    "/console/welcome-texts/new": {"administrator", "hr"},
    "/console/tasks": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/tasks/new": {"administrator", "hr", "recruiter"},
    "/console/task-templates": set(STAFF),
    "/console/task-templates/new": {"administrator", "hr"},
    "/console/performance-cycles": {"administrator", "hr"},
    "/console/performance-cycles/new": {"administrator", "hr"},
    "/console/goals": {"administrator", "hr"},
    "/console/goals/new": {"administrator", "hr"},
    "/console/praise": {"administrator", "hr"},
    "/console/work-reports": {"administrator", "hr"},
    "/console/appraisals": {"administrator", "hr"},
    "/console/pay-parameters": {"administrator", "hr"},
    "/console/pay-parameters/new": {"administrator", "hr"},
    "/console/pay-runs": {"administrator", "hr"},
    "/console/pay-runs/new": {"administrator", "hr"},
    "/console/payslips": {"administrator", "hr"},
    "/console/payslip-questions": {"administrator", "hr"},
    "/console/pay-by-year": {"administrator", "hr"},
    "/console/pay-attendance": {"administrator", "hr"},
    "/console/pay-settlements": {"administrator", "hr"},
    "/console/pay-accounts": {"administrator", "hr"},
    "/console/pay-old-months": {"administrator", "hr"},
    "/console/pay-budgets": {"administrator", "hr"},
    "/console/pay-journal": {"administrator", "hr"},
    "/console/pay-costs": {"administrator", "hr"},
    "/console/pay-profiles": {"administrator", "hr"},
    "/console/pay-years": {"administrator", "hr"},
    "/console/pool": {"administrator", "hr", "recruiter", "hiring_manager"},
    "/console/channels": {"administrator", "hr", "recruiter", "hiring_manager", "interviewer"},
    "/console/kits": set(STAFF),
    "/console/kits/{kit}": set(STAFF),
    "/console/kits/from-description": {"administrator", "hr"},
    "/console/kits/{kit}/edit": {"administrator", "hr"},
    "/console/kits/{kit}/draft": {"administrator", "hr"},
    "/console/kits/{kit}/shipped": {"administrator", "hr"},
    "/console/competencies": set(STAFF),
    "/console/profiles": set(STAFF),
    "/console/surveys": {"administrator", "hr"},
    "/console/surveys/new": {"administrator", "hr"},
    "/console/notices": {"administrator", "hr"},
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
    "/console/inbox": set(STAFF),
    "/console/home": set(STAFF),
    "/console/search?q=客服": set(STAFF),
    "/console/account": set(STAFF),
}  # fmt: skip
"""Every page, and the roles that open it."""


@pytest.mark.parametrize("path", PAGES)
def test_l4_each_role_opens_its_pages_and_no_other(path: str, made: Company, clients: dict[str, TestClient]) -> None:
    statuses = {role: client.get(address(path, made)).status_code for role, client in clients.items()}
    opened = {role for role, status in statuses.items() if status == 200}
    refused = {role for role, status in statuses.items() if status == 403}
    assert opened == PAGES[path]
    assert refused == set(STAFF) - PAGES[path]


def test_l4_the_navigation_offers_what_opens(made: Company, clients: dict[str, TestClient]) -> None:
    for role, client in clients.items():
        for area in AREAS:
            for entry in area.entries:
                status = client.get(entry.href).status_code
                offered = frame.may_at_all(made.actors[role], *entry.needs)
                assert (status == 200) == offered, (role, entry.href)


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
            # scripts fill in what stands in data attributes
            said = re.sub(r'<script.*?</script>| data-[a-z-]+="[^"]*"', "", page)
            assert not re.search(r"\{[a-z_]+\}", said), path
    client.get("/language/zh", params={"back": "/console/inbox"})


def test_every_page_of_the_console_offers_to_sign_out(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["administrator"]
    shown = [address(path, made) for path in PAGES if not path.endswith((".csv", ".json"))]
    assert [path for path in shown if 'action="/sign-out"' not in client.get(path).text] == []


def messages() -> dict[str, str]:
    """Every text of the console with where it is from: the templates' `_("…")` and the words that Python names."""
    found: dict[str, str] = {}
    for path in sorted(TEMPLATES.glob("**/*.html")):
        if path.parent != TEMPLATES and TEMPLATES / "console" not in path.parents:
            continue
        texts = r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:, context=["']([^"']*)["'])?"""
        for text, context in re.findall(texts, path.read_text("utf-8")):
            key = f"{context}\x04" if context else ""
            found.setdefault(key + ast.literal_eval(text), path.name)
    named = [
        frame.NOTICES,
        *(area.notices for area in AREAS),
        frame.ROLE_LABELS,
        ACTORS,
        *competency_words.ALL,
        *recruiting_words.ALL,
        application.FLAG_WORDS,
        surveys.QUESTION_WORDS,
        surveys.SURVEY_WORDS,
        channels.ADVICE,
        pages.ALARMS,
        operations.PROBLEMS,
        operations.FAILURES,
        operations.DOUBTS,
        operations.STAGES,
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
    found.update({ast.literal_eval(text): "console_ranking" for text in re.findall(r'\bsay\(\s*("[^"]*")\)', source)})
    return found


def test_l5_every_text_has_a_chinese_translation_with_the_same_places() -> None:
    chinese = catalogue("zh")
    texts = messages()
    assert len(texts) > 600
    assert {text: where for text, where in texts.items() if not chinese.get(text)} == {}
    for text in texts:
        places = [set(re.findall(r"\{(\w+)\}", words)) for words in (text, chinese[text])]
        assert places[0] == places[1], text


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("hiring_manager", "/console/accounts", 403),
        ("auditor", "/console/requisitions/{requisition}", 403),
        ("recruiter", "/console/nowhere", 404),
    ],
)
def test_an_error_keeps_the_navigation_and_says_what_to_do(
    made: Company, clients: dict[str, TestClient], role: str, path: str, status: int
) -> None:
    answer = clients[role].get(address(path, made))
    assert answer.status_code == status
    assert 'class="sections"' in answer.text
    assert 'href="/console/home"' in answer.text
    assert re.search(r"<summary>.*?</summary><span class=\"mono\">[a-z_.]+</span>", answer.text), (
        "the code in small print"
    )


def test_an_error_for_a_stranger_has_no_navigation(made: Company, clients: dict[str, TestClient]) -> None:
    stranger = TestClient(clients["hr"].app, base_url="http://127.0.0.1:8000", headers={"accept": "text/html"})
    answer = stranger.get("/console/nowhere")
    assert answer.status_code == 404
    assert 'class="sections"' not in answer.text


def test_one_page_of_a_section_is_marked_as_the_one_that_is_open(clients: dict[str, TestClient]) -> None:
    for path in ("/console/pay-parameters", "/console/pay-years"):
        subnav = clients["administrator"].get(path).text.partition('class="subnav"')[2].partition("</nav>")[0]
        assert re.findall(r'href="([^"]+)" aria-current="page"', subnav) == [path]


def test_every_form_of_the_console_that_is_posted_carries_the_token_of_the_session() -> None:
    """The one door is before the session: signing in."""
    folder = TEMPLATES / "console"
    without = [
        f"{path.relative_to(folder)}: {form[0][:80]}"
        for path in sorted(folder.rglob("*.html"))
        for form in re.finditer(r'<form[^>]*method="post".*?</form>', path.read_text("utf-8"), re.DOTALL)
        if "csrf" not in form[0] and 'action="/sign-in"' not in form[0]
    ]
    assert without == []
