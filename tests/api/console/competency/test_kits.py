"""Kits on the console: a file or a form, previewed, then published with what the preview said (A19)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from console_data import Company
from console_pages import StoredCompany, browsers, csrf, post
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.testclient import TestClient

from api.console.competency.kit_form import draft_from_form, offered
from api.console.forms import Fields
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.errors import InvalidInput
from interview_engine.hr.competency import service as competency
from interview_engine.hr.competency.tables import KitVersion


@dataclass(frozen=True, slots=True)
class Published:
    """A kit whose weights were changed: what the preview said line by line, and the version that came of it."""

    company: Company
    client: TestClient
    preview: list[dict[str, Any]]
    before: int
    version: KitVersion


def reweighted(text: str) -> str:
    """A kit's file with one competency less and another one more by five."""
    changed = text.replace("weight: 25", "weight: 20", 1).replace("weight: 30", "weight: 35", 1)
    assert changed != text
    return changed


@pytest.fixture(scope="module")
def published(hiring_company: StoredCompany, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    company = hiring_company.copy(tmp_path_factory.mktemp("published"))
    client = browsers(company.context, hiring_company.cookies)["hr"]
    base = f"/console/kits/{company.kit_version_id}"
    with company.context.database.reading() as session:
        before = competency.kit_version(session, company.kit_version_id).version
    changed = reweighted(client.get(f"{base}/file").text)
    lines = client.post(
        f"{base}/preview",
        data={"csrf": csrf(client), "text": changed, "bar": "70"},
        headers={"accept": "application/x-ndjson"},
    ).text.splitlines()
    told = [json.loads(line) for line in lines]
    sealed = re.search(r'name="previewed" value="([^"]+)"', told[-1]["page"])
    assert sealed is not None
    post(client, f"{base}/publish", text=changed, note="处理投诉更重", previewed=sealed[1])
    with company.context.database.reading() as session:
        newest = session.scalars(select(KitVersion).order_by(KitVersion.id.desc())).first()
    assert newest is not None
    yield Published(company, client, told, before, newest)
    company.context.database.close()


def test_a19_a_kit_whose_weights_do_not_sum_to_100_is_not_saved(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    base = f"/console/kits/{made.kit_version_id}"
    text = client.get(f"{base}/file").text
    wrong = client.post(
        f"{base}/draft", data={"csrf": csrf(client), "text": text.replace("weight: 25", "weight: 24", 1)}
    )
    assert wrong.status_code == 422, "weights that do not sum to 100 are not saved"


def test_a19_a_preview_says_how_far_it_is(published: Published) -> None:
    assert published.preview[0] == {"done": 1, "total": 4}


def test_a19_a_published_kit_keeps_what_the_preview_said(published: Published) -> None:
    assert published.version.version == published.before + 1
    assert published.version.preview is not None
    assert published.version.preview["total"] == 4


def test_a19_the_differences_of_two_versions_are_shown_line_by_line(published: Published) -> None:
    shown = published.client.get(
        f"/console/kits/{published.version.id}/differences", params={"against": published.company.kit_version_id}
    ).text
    assert "-    weight: 25" in shown
    assert "+    weight: 20" in shown


def typed(page: str) -> dict[str, list[str]]:
    """What the kit's form sends when nothing is changed in it."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="(?:text|number|hidden)"[^>]*?\bname="([^"]+)" value="([^"]*)"', page):
        fields.setdefault(name, []).append(value)
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        fields.setdefault(name, []).append(value)
    for name, value in re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]+)" checked', page):
        fields.setdefault(name, []).append(value)
    return {name: [html.unescape(value) for value in values] for name, values in fields.items()}


def test_a19_the_form_without_yaml_makes_the_same_kit(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    data = typed(client.get(f"/console/kits/{made.kit_version_id}/edit").text)
    answer = client.post(f"/console/kits/{made.kit_version_id}/edit", data={"csrf": csrf(client), **data})
    assert answer.status_code == 200
    assert 'name="previewed"' in answer.text, "valid, and ready to be published"
    assert "没有差异" in answer.text, "a form that was not changed changes no character of the file"
    data["c.communication.weight"], data["c.teamwork.weight"] = ["5"], ["35"]
    answer = client.post(f"/console/kits/{made.kit_version_id}/edit", data={"csrf": csrf(client), **data})
    assert len(re.findall(r'<span class="plus">', answer.text)) == 3, "two lines, and the head that names the file"


def test_who_scores_is_chosen_in_the_form_and_told_on_the_page(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    with made.context.database.reading() as session:
        base = competency.kit(session, made.kit_version_id)
    page = client.get(f"/console/kits/{made.kit_version_id}/edit").text
    assert '<option value="hybrid">' in page
    assert draft_from_form(base, Fields(FormData({"scorer": "hybrid"}))).scorer == "hybrid"
    assert draft_from_form(base, Fields(FormData({"scorer": "default"}))).scorer is None
    with pytest.raises(InvalidInput):
        draft_from_form(base, Fields(FormData({"scorer": "nobody"})))
    text = client.get(f"/console/kits/{made.kit_version_id}/file").text.replace(
        "languages:", "scorer: judge\nlanguages:", 1
    )
    post(client, f"/console/kits/{made.kit_version_id}/publish", text=text, note="")
    with made.context.database.reading() as session:
        newest = session.scalars(select(KitVersion).order_by(KitVersion.id.desc())).first()
    assert newest is not None
    shown = client.get(f"/console/kits/{newest.id}").text
    assert "由大模型评" in shown
    assert "INTERVIEW_ENGINE_JUDGE_URL" in shown, "no model is set here, and the page says so"


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


def test_a31_a_competency_of_another_kit_comes_with_a_question_that_looks_for_it(
    made: Company, clients: dict[str, TestClient]
) -> None:
    with made.context.database.reading() as session:
        base = competency.kit(session, made.kit_version_id)
    library = offered(base, [base, *(load_kit(path) for path in shipped_kits().values())])
    code = next(iter(library))
    assert not {one.id for one in base.competencies} & library.keys()
    draft = draft_from_form(base, Fields(FormData({f"add.{code}.weight": "15"})), library)
    assert draft.competencies[-1] == replace(library[code].competency(code), weight=15)
    asked = draft.questions[-1]
    assert code in asked.probes
    assert asked.id not in {one.id for one in base.questions}
    page = clients["hr"].get(f"/console/kits/{made.kit_version_id}/edit").text
    assert f'name="add.{code}.weight"' in page


@pytest.mark.parametrize(("moved", "place", "order"), [("q3", "1", "q3 q1 q2"), ("q1", "3", "q2 q3 q1")])
def test_a_question_stands_where_the_form_puts_it(made: Company, moved: str, place: str, order: str) -> None:
    with made.context.database.reading() as session:
        base = competency.kit(session, made.kit_version_id)
    draft = draft_from_form(base, Fields(FormData({f"q.{moved}.place": place})))
    assert [one.id for one in draft.questions[:3]] == order.split()


DESCRIPTION = """岗位职责：
1、接听客户来电，处理客户投诉
2、完成销售目标，参与合同谈判
3、拍摄短视频
任职要求：
1、大专及以上学历
2、学习能力强，能快速上手新工具"""


def test_a_kit_begins_with_a_job_description(made: Company, clients: dict[str, TestClient]) -> None:
    client = clients["hr"]
    asked = {"csrf": csrf(client), "role.zh": "热线顾问", "role.en": "Hotline adviser", "text": DESCRIPTION}
    page = client.post("/console/kits/from-description", data=asked).text
    told = page[page.index("<ul>") : page.index("</section>", page.index("<ul>"))]
    assert re.search(r"<b>投诉处理</b>[^<]*<span[^>]*>接听客户来电,处理客户投诉", told)
    assert "<li>拍摄短视频</li>" in told, "what nothing looks for is named"
    assert "大专" not in told
    action = re.search(r'action="(/console/kits/[0-9a-f]+/edit)" data-weights', page)
    assert action is not None
    data = typed(page)
    assert data["role.zh"] == ["热线顾问"]
    weights = {name: float(values[0]) for name, values in data.items() if name.endswith(".weight") and values[0]}
    gone = {name.removesuffix("remove") + "weight" for name in data if name.endswith(".remove")}
    assert sum(weight for name, weight in weights.items() if name not in gone) == 100
    data |= {"description.zh": ["接电话，也卖东西。"], "description.en": ["Answers calls and sells."]}
    draft = client.post(action[1], data={**data, "csrf": csrf(client)})
    assert draft.status_code == 200, re.findall(r'role="alert">.*?</div>', draft.text, re.DOTALL)
    assert "hotline-adviser" in draft.text


def test_a_description_that_speaks_of_nothing_is_refused_and_kept(
    made: Company, clients: dict[str, TestClient]
) -> None:
    client = clients["hr"]
    asked = {"csrf": csrf(client), "role.zh": "甲", "role.en": "A", "text": "早九晚六双休"}
    answer = client.post("/console/kits/from-description", data=asked)
    assert answer.status_code == 422
    assert "早九晚六双休" in answer.text


def test_a31_a_kit_of_its_own_begins_as_a_copy(made: Company, clients: dict[str, TestClient]) -> None:
    """Its code follows its English name, with a number where that is taken, and it starts at version 1."""
    client = clients["hr"]
    path = f"/console/kits/{made.kit_version_id}"
    assert f'href="{path}/edit?own=1"' in client.get("/console/kits").text
    text = client.get(f"{path}/file").text
    post(client, f"{path}/publish", text=text.replace("id: customer-service", "id: short-video-editor", 1), note="")
    data = typed(client.get(f"{path}/edit?own=1").text)
    data |= {"role.zh": ["短视频剪辑"], "role.en": ["Short video editor"]}
    data |= {"description.zh": ["剪片子的人。"], "description.en": ["For people who cut videos."]}
    answer = client.post(f"{path}/edit", data={"csrf": csrf(client), **data})
    assert answer.status_code == 200
    assert "id: short-video-editor-2" in answer.text
    assert "发布新面试包" in answer.text
    found = re.search(r'name="text"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert found is not None
    post(client, f"{path}/publish", text=html.unescape(found[1]), note="")
    with made.context.database.reading() as session:
        row = session.scalars(select(KitVersion).where(KitVersion.kit_id == "short-video-editor-2")).one()
    assert (row.version, row.name["zh"]) == (1, "短视频剪辑")
