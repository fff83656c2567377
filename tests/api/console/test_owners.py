"""Whose a kit, profile, competency or survey is: chosen by who has a choice, named where companies are several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from console_data import company, make_context
from sqlalchemy import select
from starlette.testclient import TestClient
from two_companies import Companies, context_on, kit_text, two_companies

from interview_engine.hr.access.service import owners
from interview_engine.hr.accounts.service import actor_of
from interview_engine.hr.competency.tables import CompetencyRow, KitVersion, RoleProfile, Survey
from interview_engine.hr.people.tables import LegalEntity

CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
FORMS = ("/console/competencies", "/console/profiles/new", "/console/surveys/new")
LISTS = ("/console/competencies", "/console/profiles", "/console/surveys", "/console/kits")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Companies]:
    found = two_companies(context_on(Path(tmp_path_factory.mktemp("owners"))))
    yield found
    found.context.database.close()


@pytest.fixture(scope="module")
def client(made: Companies) -> Iterator[TestClient]:
    with TestClient(made.app, follow_redirects=False) as found:
        yield found


def page(client: TestClient, cookie: str, path: str) -> str:
    answer = client.get(path, headers={"cookie": f"session={cookie}", "accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def sent(client: TestClient, cookie: str, path: str, **data: Any) -> int:
    found = CSRF.search(page(client, cookie, "/console/account"))
    assert found is not None
    headers = {"cookie": f"session={cookie}", "accept": "text/html"}
    return client.post(path, headers=headers, data={**data, "csrf": found[1]}).status_code


@pytest.mark.parametrize("path", FORMS)
def test_who_reaches_the_group_chooses_between_it_and_each_company(
    made: Companies, client: TestClient, path: str
) -> None:
    text = page(client, made.own_cookies["hr"], path)
    chosen = re.search(r'<select id="f-owner".*?</select>', text, re.DOTALL)
    assert chosen is not None
    assert re.findall(r'<option value="(\w*)"', chosen[0])[0] == ""
    with made.context.database.reading() as session:
        companies = set(session.scalars(select(LegalEntity.id)))
    assert {made.a["legal_entity_id"], made.b["legal_entity_id"]} < companies
    assert set(re.findall(r'<option value="(\w+)"', chosen[0])) == companies


@pytest.mark.parametrize("path", FORMS)
def test_who_has_one_company_is_asked_nothing(made: Companies, client: TestClient, path: str) -> None:
    assert 'name="owner"' not in page(client, made.cookies["hr"], path)


@pytest.mark.parametrize("path", LISTS)
def test_lists_name_the_owner(made: Companies, client: TestClient, path: str) -> None:
    with made.context.database.reading() as session:
        name = session.get_one(LegalEntity, made.b["legal_entity_id"]).name
    text = page(client, made.own_cookies["hr"], path)
    assert f'<span class="tag">{name}</span>' in text or '<span class="tag">全集团</span>' in text
    if path == "/console/surveys":
        assert f'<span class="tag">{name}</span>' in text


def test_what_is_made_belongs_to_the_company_that_was_chosen(made: Companies, client: TestClient) -> None:
    a, cookie = made.a["legal_entity_id"], made.own_cookies["hr"]
    words = {f"anchor{level}_{language}": "词 word" for level in range(1, 6) for language in ("zh", "en")}
    both = {"name_zh": "词", "name_en": "word", "definition_zh": "词", "definition_en": "word"}
    competency = {"code": "a-own", "kind": "general", **both, **words}
    assert sent(client, cookie, "/console/competencies", owner=a, **competency) == 303
    survey = {"title_zh": "甲", "title_en": "A", "question_kind": "open", "question_zh": "词", "question_en": "word"}
    assert sent(client, cookie, "/console/surveys", owner=a, question_competency="", **survey) == 303
    profile = {"code": "a-profile", "name_zh": "甲", "name_en": "A", "kit": "", "level": "3", "weight": "100"}
    assert sent(client, cookie, "/console/profiles", owner=a, competency="a-own", **profile) == 303
    version = made.b["kit_version_id"]
    kit = kit_text("a-own-kit")
    assert sent(client, cookie, f"/console/kits/{version}/publish", owner=a, text=kit, note="") == 303
    with made.context.database.reading() as session:
        for column, where in (
            (CompetencyRow.legal_entity_id, CompetencyRow.code == "a-own"),
            (Survey.legal_entity_id, Survey.title["en"].as_string() == "A"),
            (RoleProfile.legal_entity_id, RoleProfile.code == "a-profile"),
            (KitVersion.legal_entity_id, KitVersion.kit_id == "a-own-kit"),
        ):
            assert session.scalars(select(column).where(where)).all() == [a]


def test_the_owner_is_asked_for_only_where_a_kit_is_new(made: Companies, client: TestClient) -> None:
    cookie, version = made.own_cookies["hr"], made.b["kit_version_id"]
    assert 'name="owner"' not in page(client, cookie, f"/console/kits/{version}/draft")
    found = CSRF.search(page(client, cookie, "/console/account"))
    assert found is not None
    headers = {"cookie": f"session={cookie}", "accept": "text/html"}
    data = {"text": kit_text("another-kit"), "csrf": found[1]}
    assert 'name="owner"' in client.post(f"/console/kits/{version}/draft", headers=headers, data=data).text


def test_with_one_company_nothing_is_told_apart(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    one = company(context)
    with context.database.reading() as session:
        found = owners(session, actor_of(session, one.accounts["hr"], context.clock))
    assert not found.names
    assert not found.choices
    context.database.close()
