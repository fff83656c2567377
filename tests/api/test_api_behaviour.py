"""What another system may rely on: keys, pages, errors in both languages, limits, webhooks, the reference page (L1)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from api_world import NOBODY, Program, Samples, program, token_for, unlimited_app, whole_company
from applications import application
from console_data import make_context
from pypdf import PdfReader
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.access import KEY_HEADER
from api.app import create_app
from api.limits import RATES, Buckets, Rate, kind_of, most_bytes
from api.openapi import endpoints
from interview_engine.hr.recruiting.tables import Application
from interview_engine.i18n import msg
from interview_engine.store.tables import AuditEvent, OutboxMessage


@dataclass(frozen=True, slots=True)
class World:
    """The company, and a program with the administrator's token."""

    samples: Samples
    call: Program

    @property
    def requisition(self) -> str:
        return f"/requisitions/{self.samples.company.requisition_id}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    context = make_context(Path(tmp_path_factory.mktemp("behaviour")), webhook_private=True)
    made = whole_company(context)
    yield World(made, program(made.company, "administrator"))
    context.database.close()


def candidate(number: int) -> dict[str, str]:
    return {"name": f"候选人{number}", "email": f"n{number}@example.com"}


# Keys -----------------------------------------------------------------------------------------------------------------


def test_a_post_sent_twice_with_one_key_has_one_effect(world: World) -> None:
    path, key = f"{world.requisition}/postings", {KEY_HEADER: "posting-1"}
    body = {"channel": "job board", "cost": "10.00"}
    first = world.call("POST", path, json=body, headers=key)
    again = world.call("POST", path, json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = world.call("POST", path, json={**body, "cost": "11.00"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.reused")


def test_a_key_of_one_address_is_no_key_of_another(world: World) -> None:
    key, first = {KEY_HEADER: "shared"}, world.samples.ids["application_id"]
    assert world.call("POST", f"/applications/{first}/notes", json={"text": "gesehen"}, headers=key).status_code == 201
    other = world.samples.company.applications["孙佳"]
    answer = world.call("POST", f"/applications/{other}/notes", json={"text": "gesehen"}, headers=key)
    assert answer.json()["code"] == "idempotency.reused"


def test_many_posts_at_once_with_one_key_add_one_invitation(world: World) -> None:
    application = world.samples.company.applications["陈雨桐"]

    def invite(_: int) -> Any:
        return world.call(
            "POST", f"/applications/{application}/invitations", json={"days": 3}, headers={KEY_HEADER: "invite"}
        )

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(invite, range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1  # the same link for all
    assert len(world.call("GET", f"/applications/{application}/invitations").json()["items"]) == 1


# Pages ----------------------------------------------------------------------------------------------------------------


def test_pages_neither_repeat_nor_hide_rows_while_others_are_added(world: World) -> None:
    path = f"{world.requisition}/applications"
    for number in range(12):
        world.call("POST", path, json=candidate(number))
    before = {row["id"] for row in world.call("GET", f"{path}?limit=200").json()["items"]}
    seen: list[str] = []
    cursor, number = "", 100
    while True:
        page = world.call("GET", f"{path}?limit=5{cursor}").json()
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        world.call("POST", path, json=candidate(number))
        number += 1
    assert len(seen) == len(set(seen))
    assert before == set(seen)


@pytest.mark.parametrize("cursor", ["x", "WzFd", "W10", "WyJhIiwiYiJd", "bnVsbA", "WyJcdTAwMDAiXQ", "%00"])
def test_a_cursor_that_is_not_ours_is_refused(world: World, cursor: str) -> None:
    answer = world.call("GET", f"/requisitions?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "page.cursor")


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "title"), [("zh", "找不到这个应聘。"), ("en", "There is no such application.")])
def test_an_error_is_a_problem_with_a_code_in_the_language_asked_for(world: World, language: str, title: str) -> None:
    answer = world.call("GET", f"/applications/{NOBODY}", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "not_found.application"
    assert problem["title"] == title
    assert problem["zh"]["message"]
    assert problem["en"]["message"]
    assert problem["detail"]


def test_a_wrong_field_is_named(world: World) -> None:
    answer = world.call("POST", f"{world.requisition}/postings", json={"channel": "x", "price": 1})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["fields"]] == ["body.price"]


def test_a_nul_character_is_refused_before_it_reaches_a_database(world: World) -> None:
    answer = world.call("POST", f"{world.requisition}/applications", json={"name": "a\0b", "email": "a@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.fields")
    assert world.call("GET", "/kits?kit_id=%00").status_code == 422


# Privacy --------------------------------------------------------------------------------------------------------------


def test_who_may_not_see_scores_gets_applications_without_them(world: World) -> None:
    company = world.samples.company
    token = token_for(company, company.accounts["administrator"].id, ["applications:read"])
    page = Program(world.call.client, token)("GET", f"{world.requisition}/applications").json()
    assert {row["score_value"] for row in page["items"]} == {None}
    assert any(row["name"] == "林晓" for row in page["items"])
    token = token_for(company, company.accounts["administrator"].id, ["interviews:read"])
    page = Program(world.call.client, token)("GET", f"{world.requisition}/ranking").json()
    rows = page["candidates"]
    assert {row["name"] for row in rows} == {"—"}
    assert all(row["score"] is not None for row in rows if row["section"] != "cannot_assess")


def test_the_ranking_comes_in_pages_that_together_are_the_whole_list(world: World) -> None:
    whole = world.call("GET", f"{world.requisition}/ranking?limit=200").json()
    assert whole["pages"] == 1
    assert [row["section"] for row in whole["candidates"]] == sorted(
        (row["section"] for row in whole["candidates"]), key=["cannot_assess", "needs_review", "ranked"].index
    )
    parts = [world.call("GET", f"{world.requisition}/ranking?limit=2&page={number}").json() for number in (1, 2)]
    assert parts[0]["pages"] == 2
    assert [row for part in parts for row in part["candidates"]] == whole["candidates"]


@pytest.mark.parametrize("language", ["ja", "es"])
def test_a_report_on_paper_is_in_the_language_that_was_asked_for(world: World, language: str) -> None:
    paper = world.call("GET", f"/applications/{world.samples.ids['application_id']}/report.pdf?language={language}")
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages))
    assert re.sub(r"\s", "", msg("Match with the role").get(language)) in text


def test_a_report_in_a_language_without_catalogues_is_refused(world: World) -> None:
    path = f"/applications/{world.samples.ids['application_id']}/report.pdf?language=fr"
    refused = world.call("GET", path)
    assert refused.status_code == 422
    assert refused.json()["fields"][0]["field"] == "query.language"


def test_reading_a_report_through_the_api_is_in_the_audit_trail(world: World) -> None:
    application = world.samples.ids["application_id"]
    subject = f"application:{application}"

    def readings() -> int:
        with world.samples.company.context.database.reading() as session:
            found = select(func.count()).where(AuditEvent.action == "report.read", AuditEvent.subject == subject)
            return session.scalar(found) or 0

    before = readings()
    assert world.call("GET", f"/applications/{application}/report").json()["schema"] == "interview-report/2"
    assert readings() == before + 1
    page = world.call("GET", f"/audit?subject={subject}&action=report.read&limit=1").json()
    assert page["items"][0]["subject"] == subject


def test_the_trail_is_checked_and_held_against_an_end_that_was_kept(world: World) -> None:
    checked = world.call("GET", "/audit/check").json()
    assert checked["holds"] is True
    kept = f"sequence={checked['sequence']}&hash={checked['hash']}"
    assert world.call("GET", f"/audit/check?{kept}").json()["holds"] is True
    other = f"sequence={checked['sequence']}&hash={'0' * 64}"
    assert world.call("GET", f"/audit/check?{other}").json()["problem"]["kind"] == "rewritten"
    for wrong in ("sequence=1", f"hash={'0' * 64}", "sequence=1&hash=x"):
        assert world.call("GET", f"/audit/check?{wrong}").status_code == 422


def test_checking_and_exporting_the_trail_through_the_api_is_in_the_trail(world: World) -> None:
    def noted() -> dict[str, int]:
        with world.samples.company.context.database.reading() as session:
            counted = select(AuditEvent.action, func.count()).group_by(AuditEvent.action)
            return dict(session.execute(counted).tuples().all())

    before = noted()
    assert world.call("GET", "/audit/check").json()["holds"] is True
    lines = world.call("GET", "/exports/audit.jsonl").content.splitlines()
    after = noted()
    assert len(lines) == sum(after.values()) - 1, "all that was there before the export"
    for action in ("audit.check", "audit.export"):
        assert after[action] == before.get(action, 0) + 1


def test_a_recording_is_played_from_its_signed_address_without_a_token(world: World) -> None:
    invitation = world.samples.ids["invitation_id"]
    rows = world.call("GET", f"/invitations/{invitation}/answers").json()["items"]
    address = next(row["media"] for row in rows if row["mode"] == "video")
    path = "/" + address.split("/", 3)[3]
    answer = world.call.client.get(path, headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, b"ftyp")
    assert world.call.client.get(path[:-4] + "AAAA").status_code == 403


def test_an_export_is_safe_for_a_spreadsheet_and_recorded(world: World) -> None:
    world.call("POST", f"{world.requisition}/applications", json={"name": "=1+1", "email": "formula@example.com"})
    path = f"/exports{world.requisition}/applications"
    rows = list(csv.DictReader(io.StringIO(world.call("GET", f"{path}.csv").content.decode("utf-8-sig"))))
    assert "'=1+1" in {row["name"] for row in rows}
    as_json = world.call("GET", f"{path}.json").json()
    assert len(as_json) == len(rows) > 1
    assert world.call("GET", f"{path}.xlsx").content[:2] == b"PK"
    events = world.call("GET", "/audit?action=applications.export").json()["items"]
    assert [event["detail"]["form"] for event in events] == ["xlsx", "json", "csv"]


# Webhooks -------------------------------------------------------------------------------------------------------------


def test_a_webhook_is_told_of_what_it_asked_for_in_identifiers_and_states(world: World) -> None:
    made = world.call(
        "POST", "/webhooks", json={"url": "http://127.0.0.1:9/hook", "events": ["application.*", "review.*"]}
    ).json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in world.call("GET", f"/webhooks/{made['id']}").json()
    application = world.call(
        "POST", f"{world.requisition}/applications", json={"name": "钱多多", "email": "qian@example.com"}
    ).json()["id"]
    override = {"competency_code": None, "score": 3.5, "reason": "另有看法"}
    assert world.call(
        "POST", f"/applications/{world.samples.ids['application_id']}/overrides", json=override
    ).is_success
    test = world.call("POST", f"/webhooks/{made['id']}/test")
    assert test.status_code == 202
    page = world.call("GET", f"/webhooks/{made['id']}/deliveries").json()
    types = [row["type"] for row in page["items"]]
    assert types == ["webhook.test", "review.override", "application.create"]
    with world.samples.company.context.database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == f"webhook:{made['id']}")).all()
    sent = json.dumps([row.payload for row in rows], ensure_ascii=False)
    assert application in sent
    for secret in ("钱多多", "qian@", "另有看法"):
        assert secret not in sent
    assert not re.search(r"(?<!\d)3\.5(?!\d)", sent)  # the score; seconds of a time have two digits before the point


def test_a_webhook_inside_the_own_network_needs_the_setting(tmp_path: Path, world: World) -> None:
    body = {"url": "https://10.0.0.7/hook", "events": ["offer.*"]}
    assert world.call("POST", "/webhooks", json=body).status_code == 201
    context = make_context(tmp_path)
    from console_data import company

    strict = program(company(context), "administrator")
    answer = strict("POST", "/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "webhook.address")
    context.database.close()


# Limits ---------------------------------------------------------------------------------------------------------------


def test_a_bucket_empties_and_fills_again_with_time() -> None:
    buckets = Buckets({"api": Rate(3, 0.5)})
    assert [buckets.wait_s("api", "t", 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    assert buckets.wait_s("api", "other", 0.0) == 0.0
    assert buckets.wait_s("api", "t", 2.0) == 0.0
    assert buckets.wait_s("api", "t", 3.0) == pytest.approx(1.0)
    assert buckets.wait_s("unlimited", "t", 0.0) == 0.0


def test_buckets_never_take_more_than_their_share_of_memory() -> None:
    buckets = Buckets({"guess": Rate(1, 1)}, slots=100)
    for number in range(1000):
        buckets.wait_s("guess", f"address {number}", 0.0)
    assert len(buckets) == 100
    assert buckets.wait_s("guess", "address 999", 0.0) > 0  # the latest are remembered


def test_a_program_that_asks_too_often_is_told_when_to_come_again(world: World) -> None:
    app = application(world.samples.company.context, Buckets({"api": Rate(5, 0.1), "guess": Rate(3, 0.1)}))
    call = Program(TestClient(app), world.call.token)
    answers = [call("GET", "/requisitions?limit=1") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 11
    assert answers[-1].json()["code"] == "request.too_many"
    assert call.client.get("/api/v1/health").status_code == 200


def test_trying_out_tokens_and_links_is_slowed_down_by_address(world: World) -> None:
    app = application(world.samples.company.context, Buckets({"guess": Rate(3, 0.1)}))
    client = TestClient(app)
    statuses = [client.get(f"/i/guess-{number}").status_code for number in range(4)]
    assert statuses[:3] == [404, 404, 404]
    assert statuses[3] == 429
    assert Program(client, "iet_guess")("GET", "/requisitions").status_code == 429  # the address, not the kind
    assert Program(client, world.call.token)("GET", "/requisitions").status_code == 200  # who is known is let through


def test_recordings_are_not_counted_and_sign_in_is_strict() -> None:
    assert kind_of("PATCH", "/i/abc/uploads/1") is None
    assert most_bytes("/i/abc/uploads/1") is None
    assert kind_of("POST", "/sign-in") == "sign_in"
    assert RATES["sign_in"].per_s < RATES["console"].per_s
    assert kind_of("GET", "/console/applications/1/report.pdf") == "export"


def test_a_body_too_large_is_refused_whether_its_length_is_announced_or_not(world: World) -> None:
    path = f"/api/v1{world.requisition}/applications"
    headers = {"Authorization": f"Bearer {world.call.token}", "content-type": "application/json"}
    big = b'{"name": "' + b"x" * (2 << 20) + b'"}'
    announced = world.call.client.post(path, content=big, headers=headers)
    streamed = world.call.client.post(path, content=iter([big[: 1 << 20], big[1 << 20 :]]), headers=headers)
    for answer in (announced, streamed):
        assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


# Document -------------------------------------------------------------------------------------------------------------


def test_the_document_names_every_operation_once_with_its_errors(world: World) -> None:
    document = world.call.client.get("/api/openapi.json").json()
    operations = [one for item in document["paths"].values() for one in item.values()]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names)) > 110
    listed = {tag["name"] for tag in document["tags"]}
    for one in operations:
        assert set(one["tags"]) <= listed, one["operationId"]
        assert one["description"], one["operationId"]
        if "x-needs" in one:
            assert one["security"] == [{"token": []}]
            assert {"401", "403", "429"} <= set(one["responses"])
            assert one["x-token-scopes"], one["operationId"]
    posts = [item["post"] for item in document["paths"].values() if "post" in item]
    assert all(KEY_HEADER in {parameter["name"] for parameter in post["parameters"]} for post in posts)


def test_the_reference_page_shows_every_operation_without_a_script(world: World) -> None:
    page = world.call.client.get("/api/docs", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "style=" not in page.text
    for endpoint in endpoints(world.call.client.app):  # type: ignore[arg-type]
        if endpoint.listed:
            assert f'id="{endpoint.name}"' in page.text, endpoint.name
    chinese = world.call.client.get("/api/docs", headers={"Accept-Language": "zh"}).text
    assert "接口文档" in chinese
    assert not re.search(r">\s*Contents\s*<", chinese)


def test_whoever_is_hired_through_the_api_goes_all_the_way(world: World) -> None:
    """The worked example of docs/api.md: decide, offer, send, answer, hire."""
    application = world.samples.company.applications["Grace Adeyemi"]
    decision = {"decision": "advance", "reason": "Clear example with a result."}
    assert world.call("POST", f"/applications/{application}/decisions", json=decision).status_code == 201
    offer = {"title": "Support agent", "monthly_pay": "12000.00", "start_date": "2099-01-05"}
    drafted = world.call("POST", f"/applications/{application}/offers", json=offer).json()
    sent = world.call("POST", f"/offers/{drafted['id']}/send").json()
    assert sent["monthly_pay"] == "12000.00"
    early = world.call("POST", f"/applications/{application}/hire")
    assert (early.status_code, early.json()["code"]) == (409, "hire.no_offer")
    from interview_engine.hr.recruiting.hiring.offers import answer_offer

    with world.samples.company.context.database.transaction() as session:
        answer_offer(session, sent["link"].rpartition("/")[2], True, world.samples.company.context.clock)
    hired = world.call("POST", f"/applications/{application}/hire").json()
    assert hired["interview"]["kit"]["id"] == "customer-service"
    with world.samples.company.context.database.reading() as session:
        assert session.get_one(Application, application).stage == "hired"
    assert world.call("GET", "/employments").json()["items"][0]["id"] == hired["id"]
    assert world.call("GET", f"/employments/{hired['id']}").json()["interview"] == hired["interview"]
    portrait = world.call("GET", f"/persons/{hired['person_id']}/portrait").json()
    assert {one["latest"]["source"] for one in portrait["competencies"]} == {"interview"}


def test_the_application_that_serves_is_limited(world: World) -> None:
    app = create_app(world.samples.company.context)
    assert unlimited_app(world.samples.company.context) is not app
    limits = [one for one in app.user_middleware if one.cls.__name__ == "Limits"]
    assert len(limits) == 1
    assert limits[0].kwargs["buckets"] is None
