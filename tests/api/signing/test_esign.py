"""e签宝 behind the same page: requests signed as its documents say, its states followed, its document kept (D9)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from console_data import CLOCK
from esign_double import APP_ID, SECRET, EsignDouble
from signing_world import Ready
from sqlalchemy import select

from api.signing import flow
from api.signing.esign import Esign, signature
from interview_engine.errors import DeliveryError, UsageError
from interview_engine.hr.files.tables import Contract
from interview_engine.hr.signing.tables import SignatureRequest
from interview_engine.signing_settings import EsignSettings, read_esign_settings


@pytest.fixture
def double() -> EsignDouble:
    return EsignDouble(answer=b"%PDF-1.7 signed elsewhere")


@pytest.fixture
def elsewhere(world: Ready, double: EsignDouble) -> Ready:
    """The world with the provider set up."""
    provider = Esign(EsignSettings(APP_ID, SECRET, org_id="org1"), CLOCK, transport=double.transport())
    world.made = replace(world.made, context=replace(world.made.context, signatures=provider))
    return world


def send(world: Ready) -> None:
    flow.send(world.made.context, world.made.actors["hr"], world.prepared(), "esign", 14)


def latest(world: Ready) -> SignatureRequest:
    with world.made.context.database.reading() as session:
        row = session.scalars(select(SignatureRequest).order_by(SignatureRequest.id.desc()).limit(1)).one()
        session.expunge(row)
        return row


def state(world: Ready) -> str:
    with world.made.context.database.reading() as session:
        return session.get_one(Contract, world.contract_id).state


def test_the_document_and_both_signers_go_to_the_provider(elsewhere: Ready, double: EsignDouble) -> None:
    send(elsewhere)
    (pdf,) = double.files.values()
    assert pdf.startswith(b"%PDF-")
    (asked,) = double.flows.values()
    company, person = asked["signers"]
    assert company["orgSignerInfo"] == {"orgId": "org1"}
    assert company["signFields"][0]["normalSignFieldConfig"]["autoSign"] is True
    assert person["psnSignerInfo"] == {"psnAccount": "13800006789", "psnInfo": {"psnName": "何小满"}}
    row = latest(elsewhere)
    assert (row.provider, row.reference, row.address) == ("esign", "flow0", "https://sign.example/flow0")


def test_what_is_signed_there_is_kept_here_and_in_force(elsewhere: Ready, double: EsignDouble) -> None:
    send(elsewhere)
    assert flow.look_elsewhere(elsewhere.made.context) == 0
    double.status = 2
    assert flow.look_elsewhere(elsewhere.made.context) == 1
    assert state(elsewhere) == "active"
    row = latest(elsewhere)
    assert elsewhere.made.context.blobs.read(row.document_sha256 or "") == double.answer
    assert row.evidence_sha256
    assert flow.look_elsewhere(elsewhere.made.context) == 0


def test_who_declines_there_has_declined_here_with_the_reason(elsewhere: Ready, double: EsignDouble) -> None:
    send(elsewhere)
    double.status, double.reason = 7, "工资不符"
    flow.look_elsewhere(elsewhere.made.context)
    row = latest(elsewhere)
    assert (row.state, row.reason, state(elsewhere)) == ("declined", "工资不符", "draft")


def test_taking_it_back_takes_it_back_there(elsewhere: Ready, double: EsignDouble) -> None:
    send(elsewhere)
    flow.withdraw(elsewhere.made.context, elsewhere.made.actors["hr"], latest(elsewhere).id, "改条款")
    assert double.revoked == ["flow0"]
    assert state(elsewhere) == "draft"


def test_a_provider_that_is_away_leaves_a_draft_that_can_be_sent_again(elsewhere: Ready, double: EsignDouble) -> None:
    double.down = True
    with pytest.raises(DeliveryError) as caught:
        send(elsewhere)
    assert caught.value.code == "esign.unreachable"
    assert (latest(elsewhere).state, state(elsewhere)) == ("draft", "draft")
    double.down = False
    send(elsewhere)
    assert state(elsewhere) == "signing"


def test_what_the_provider_refuses_is_said_in_its_words(elsewhere: Ready, double: EsignDouble) -> None:
    double.refuse = 1435405
    with pytest.raises(DeliveryError) as caught:
        send(elsewhere)
    assert caught.value.code == "esign.1435405"
    assert "签署份数不足" in caught.value.message.zh


def test_a_wrong_secret_is_refused_by_the_double(world: Ready, double: EsignDouble) -> None:
    provider = Esign(EsignSettings(APP_ID, "another"), CLOCK, transport=double.transport())
    with pytest.raises(DeliveryError) as caught:
        provider.standing("flow0")
    assert "INVALID_SIGNATURE" in caught.value.message.en


def test_a_reply_that_is_no_json_is_an_error_in_words(double: EsignDouble) -> None:
    import httpx

    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=b"<html>"))
    provider = Esign(EsignSettings(APP_ID, SECRET), CLOCK, transport=transport)
    with pytest.raises(DeliveryError) as caught:
        provider.standing("flow0")
    assert caught.value.code == "esign.reply"


def test_without_the_provider_it_cannot_be_chosen(world: Ready) -> None:
    with pytest.raises(DeliveryError) as caught:
        send(world)
    assert caught.value.code == "signing.provider_off"


def test_the_signature_covers_method_body_type_and_path() -> None:
    base = ("k", "POST", "bWQ1", "application/json; charset=UTF-8", "/v3/x")
    whole = signature(*base)
    for place, other in enumerate(("l", "GET", "bWQ2", "application/pdf", "/v3/y")):
        changed = [*base]
        changed[place] = other
        assert signature(*changed) != whole


@pytest.mark.parametrize("set_", [{"APP_ID": "a"}, {"SECRET": "s"}, {"APP_ID": "a", "SECRET": "s", "URL": "http://x"}])
def test_half_settings_and_plain_http_are_refused(set_: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        read_esign_settings({f"INTERVIEW_ENGINE_ESIGN_{name}": value for name, value in set_.items()})


def test_it_is_off_unless_set() -> None:
    assert read_esign_settings({}) is None
