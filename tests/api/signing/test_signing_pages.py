"""A contract on the phone: identified by a code, read, signed once, taken along; each wrong way a clear answer (D9)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from console_data import CLOCK
from signing_world import Ready, identified, phone
from sqlalchemy import select

from api.signing import flow
from interview_engine.errors import ConflictError
from interview_engine.hr.employment import service as employments
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.signing import service
from interview_engine.hr.signing.tables import SignatureRequest
from interview_engine.store.tables import OutboxMessage
from pipelines.papers.checking import check

IPHONE = {"user-agent": "Mozilla/5.0 (iPhone) Test"}


def request_of(world: Ready) -> SignatureRequest:
    with world.made.context.database.reading() as session:
        row = session.scalars(select(SignatureRequest).order_by(SignatureRequest.id.desc()).limit(1)).one()
        session.expunge(row)
        return row


def contract_state(world: Ready) -> str:
    with world.made.context.database.reading() as session:
        return session.get_one(Contract, world.contract_id).state


def test_a_contract_is_signed_on_the_phone_and_in_force(world: Ready) -> None:
    token = world.sent()
    assert contract_state(world) == "signing"
    client = identified(world, token)
    page = client.get(f"/sign/{token}").text
    assert "月工资8000元" in page
    assert "何小满" in page
    done = client.post(f"/sign/{token}/sign", data={"agree": "yes"})
    assert "双方已签署" in done.text
    assert contract_state(world) == "active"
    pdf = client.get(f"/sign/{token}/contract.pdf").content
    found = check(pdf)
    assert (found.verdict, [one.name for one in found.signatures]) == ("whole", ["启明家居（演示）", "何小满"])
    row = request_of(world)
    assert row.document_sha256 == found.sha256
    evidence = json.loads(client.get(f"/sign/{token}/evidence.json").content)
    assert evidence["document"]["sha256"] == found.sha256
    told = [step["what"] for step in evidence["steps"]]
    assert told == ["prepared", "sealed", "sent", "opened", "code_sent", "identified", "shown", "agreed", "signed",
                    "concluded"]  # fmt: skip
    assert check(client.get(f"/sign/{token}/evidence.pdf").content).verdict == "whole"


def test_the_link_alone_shows_nothing_of_the_contract(world: Ready) -> None:
    token = world.sent()
    page = phone(world.made).get(f"/sign/{token}").text
    assert "8000" not in page
    assert "何小满" not in page
    assert phone(world.made).get(f"/sign/{token}/contract.pdf").status_code == 403


def test_a_stolen_link_on_another_phone_needs_a_code_that_only_the_person_gets(world: Ready) -> None:
    token = world.sent()
    identified(world, token)
    thief = phone(world.made)
    page = thief.get(f"/sign/{token}")
    assert "另一台设备" in page.text
    assert "8000" not in page.text
    refused = thief.post(f"/sign/{token}/sign", data={"agree": "yes"})
    assert refused.status_code == 422
    assert contract_state(world) == "signing"


def test_a_wrong_code_is_refused_and_the_sixth_try_even_with_the_right_one(world: Ready) -> None:
    token = world.sent()
    client = phone(world.made)
    client.post(f"/sign/{token}/code")
    right = world.code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(service.CODE_TRIES):
        assert "不正确" in client.post(f"/sign/{token}/identify", data={"code": wrong}).text
    assert "已失效" in client.post(f"/sign/{token}/identify", data={"code": right}).text
    assert request_of(world).state in ("sent", "opened")


def test_a_second_code_within_a_minute_is_refused(world: Ready) -> None:
    token = world.sent()
    client = phone(world.made)
    client.post(f"/sign/{token}/code")
    assert "不到一分钟" in client.post(f"/sign/{token}/code").text


def test_full_width_digits_are_taken_as_the_code(world: Ready) -> None:
    token = world.sent()
    client = phone(world.made)
    client.post(f"/sign/{token}/code")
    wide = world.code().translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert "请阅读全文" in client.post(f"/sign/{token}/identify", data={"code": wide}).text


def test_the_code_is_gone_from_the_message_after_it_was_used(world: Ready) -> None:
    token = world.sent()
    identified(world, token)
    with world.made.context.database.reading() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "signature.code")).one()
        assert "code" not in message.payload


def test_declining_wants_a_reason_and_makes_the_contract_a_draft_again(world: Ready) -> None:
    token = world.sent()
    client = identified(world, token)
    assert client.post(f"/sign/{token}/decline", data={"reason": ""}).status_code == 422
    page = client.post(f"/sign/{token}/decline", data={"reason": "工资与约定不符"})
    assert "您已拒绝签署" in page.text
    assert contract_state(world) == "draft"
    assert request_of(world).reason == "工资与约定不符"


def test_signing_twice_at_once_gives_one_signature(world: Ready) -> None:
    token = world.sent()
    client = identified(world, token)
    client.get(f"/sign/{token}")
    device = next(value for name, value in client.cookies.items() if name.startswith("sign-"))
    came = flow.From("127.0.0.1", "twice")

    def once(_: int) -> str:
        try:
            return flow.sign(world.made.context, token, device, came).state
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(once, range(2))) == ["signed", "signing.signed"]
    row = request_of(world)
    pdf = world.made.context.blobs.read(row.document_sha256 or "")
    assert len(check(pdf).signatures) == 2


def test_what_has_run_out_says_so_and_the_contract_is_a_draft_again(world: Ready) -> None:
    token = world.sent(days=1)
    context = world.made.context
    later = type("Later", (), {"now": lambda self: CLOCK.now() + timedelta(days=2), "monotonic_s": CLOCK.monotonic_s})()
    with context.database.transaction() as session:
        assert service.expire(session, later) == 1
        assert service.expire(session, later) == 0
    assert "签署期限已过" in phone(world.made).get(f"/sign/{token}").text
    assert contract_state(world) == "draft"


def test_what_was_taken_back_cannot_be_signed(world: Ready) -> None:
    token = world.sent()
    client = identified(world, token)
    flow.withdraw(world.made.context, world.made.actors["hr"], request_of(world).id, "改条款")
    page = client.post(f"/sign/{token}/sign", data={"agree": "yes"})
    assert "公司已撤回" in page.text
    assert contract_state(world) == "draft"


def test_a_contract_that_was_changed_after_it_was_sent_is_not_signed(world: Ready) -> None:
    token = world.sent()
    client = identified(world, token)
    client.get(f"/sign/{token}")
    with world.made.context.database.transaction() as session:
        row = session.get_one(Contract, world.contract_id)
        row.last_day = row.first_day + timedelta(days=100)
    page = client.post(f"/sign/{token}/sign", data={"agree": "yes"})
    assert page.status_code == 422
    assert "合同日期与文件中的不一致" in page.text


def test_who_has_left_signs_nothing(world: Ready) -> None:
    token = world.sent()
    client = identified(world, token)
    client.get(f"/sign/{token}")
    with world.made.context.database.transaction() as session:
        employments.locked(session, world.employment_id).state = "left"
    assert "劳动关系已结束" in client.post(f"/sign/{token}/sign", data={"agree": "yes"}).text
    with world.made.context.database.transaction() as session:
        assert service.expire(session, CLOCK) == 1


def test_a_link_that_never_was_is_not_found(world: Ready) -> None:
    assert phone(world.made).get("/sign/" + "x" * 43).status_code == 404


def test_a_draft_that_is_out_is_neither_dropped_nor_noted_as_signed(world: Ready) -> None:
    from interview_engine.hr.files import contract_signing, contracts

    world.sent()
    for change in (contract_signing.sign, contracts.drop):
        with world.made.context.database.transaction() as session, pytest.raises(ConflictError) as caught:
            change(session, world.made.actors["hr"], world.contract_id, CLOCK)
        assert caught.value.code == "contract.signing"


def test_without_any_way_to_the_person_nothing_is_sent(world: Ready) -> None:
    context = replace(world.made.context, service=replace(world.made.context.service, smtp_url=""))
    with pytest.raises(ConflictError) as caught:
        flow.send(context, world.made.actors["hr"], world.prepared(), "own", 14)
    assert caught.value.code == "signing.unreachable"
    assert contract_state(world) == "draft"


def test_a_new_link_goes_out_and_the_ones_before_lead_nowhere(world: Ready) -> None:
    context, hr = world.made.context, world.made.actors["hr"]
    lost = world.sent()
    client = identified(world, lost)
    with context.database.transaction() as session:
        issued = service.send_again(session, hr, request_of(world).id, CLOCK)
    assert phone(world.made).get(f"/sign/{lost}").status_code == 404
    assert client.post(f"/sign/{lost}/sign", data={"agree": "yes"}).status_code == 404
    assert "请阅读全文" in client.get(f"/sign/{issued.token}").text, "the phone that identified itself is known"
    with context.database.reading() as session:
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "signature.sent")).all()
        assert sorted(one.payload.get("token", "") for one in sent) == ["", issued.token]
    client.post(f"/sign/{issued.token}/decline", data={"reason": "不同意条款"})
    with context.database.transaction() as session, pytest.raises(ConflictError) as caught:
        service.send_again(session, hr, request_of(world).id, CLOCK)
    assert caught.value.code == "signing.state"
