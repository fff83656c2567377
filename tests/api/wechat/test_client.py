"""J1: the client gets its token once, never repeats for ever, and does by code what the platform asks for."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechat_world import WechatWorld

from api.wechat import client
from api.wechat.client import WechatError
from api.wechat.codes import ACTIONS, MAX_TRIES, action_for, wait_until
from api.wechat.official import OfficialAccount
from api.wechat.tokens import TokenHolder
from interview_engine.errors import DeliveryError
from interview_engine.store.secrets import SecretBox

SEND = "/oa/cgi-bin/message/template/send"
VALUES = {"thing1": "客服专员", "phrase2": "待面试", "time3": "2026-11-21 10:00"}


def send(world: WechatWorld, key: str = "k") -> str:
    return world.official.send_template("o-candidate", "invitation", VALUES, "https://x/i/t", key)


def test_many_messages_need_one_token(wechat_world: WechatWorld) -> None:
    for number in range(5):
        send(wechat_world, f"k{number}")
    assert wechat_world.fake.calls["/oa/cgi-bin/stable_token"] == 1
    assert len(wechat_world.fake.shown_to("o-candidate")) == 5


def test_a_platform_that_speaks_for_ever_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "CALL_S", 1.0)
    stop = threading.Event()
    gave_up = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                for _ in range(600):  # two minutes, when nobody hangs up
                    if stop.wait(0.2):
                        return
                    connection.sendall(b"x-wait: 1\r\n")
                gave_up.set()

        thread = threading.Thread(target=drip)
        thread.start()
        port = listener.getsockname()[1]
        holder = cast(TokenHolder, None)
        api = client.ApiClient("official", f"http://127.0.0.1:{port}", holder, "k", lambda _: ("token", 1.0))
        with pytest.raises(DeliveryError) as failed:
            api.plain("GET", "/slow")
        assert not gave_up.is_set()
        assert failed.value.code == "wechat.unreachable"
        stop.set()
        thread.join()
        api.close()


def test_a_repeat_of_a_message_is_shown_once(wechat_world: WechatWorld) -> None:
    assert send(wechat_world, "same") == send(wechat_world, "same")


def test_a_token_is_renewed_before_its_end(wechat_world: WechatWorld) -> None:
    send(wechat_world, "a")
    wechat_world.clock.at += timedelta(seconds=7200 - 299)
    send(wechat_world, "b")
    assert wechat_world.fake.calls["/oa/cgi-bin/stable_token"] == 2
    assert wechat_world.fake.calls[SEND] == 2


def test_a_token_lost_in_the_middle_of_a_burst_costs_one_renewal(wechat_world: WechatWorld) -> None:
    failures: list[Exception] = []

    def burst(start: int) -> None:
        for number in range(start, start + 5):
            if number == 12:
                wechat_world.fake.lose_tokens()
            try:
                send(wechat_world, f"k{number}")
            except DeliveryError as error:
                failures.append(error)

    threads = [threading.Thread(target=burst, args=(start,)) for start in (0, 5, 10, 15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(wechat_world.fake.shown_to("o-candidate")) == 20
    assert wechat_world.fake.calls["/oa/cgi-bin/stable_token"] <= 3


def test_two_processes_share_one_token(wechat_world: WechatWorld) -> None:
    box, clock = SecretBox("s" * 40), wechat_world.clock
    other = OfficialAccount(wechat_world.official.settings, TokenHolder(wechat_world.database, box, clock))
    send(wechat_world, "a")
    other.send_template("o-candidate", "invitation", VALUES, "https://x", "b")
    other.close()
    assert wechat_world.fake.calls["/oa/cgi-bin/stable_token"] == 1


def test_a_token_that_is_refused_again_and_again_ends(wechat_world: WechatWorld) -> None:
    wechat_world.fake.trouble[SEND] = [40001] * 100
    with pytest.raises(WechatError) as caught:
        send(wechat_world)
    assert caught.value.errcode == 40001
    assert wechat_world.fake.calls[SEND] <= MAX_TRIES
    assert wechat_world.fake.calls["/oa/cgi-bin/stable_token"] <= 2


def test_a_busy_platform_is_asked_three_times_at_most(wechat_world: WechatWorld) -> None:
    wechat_world.fake.trouble[SEND] = [-1]
    send(wechat_world, "once more")
    wechat_world.fake.trouble[SEND] = [-1] * 100
    before = wechat_world.fake.calls[SEND]
    with pytest.raises(WechatError) as caught:
        send(wechat_world, "never")
    assert caught.value.temporary
    assert wechat_world.fake.calls[SEND] - before == MAX_TRIES


def test_wecoms_40001_is_a_wrong_secret_and_is_not_repeated(wechat_world: WechatWorld) -> None:
    wechat_world.fake.corporation.secret = "changed in the console"
    with pytest.raises(WechatError) as caught:
        wechat_world.wecom.send_textcard(["recruiter"], "hello", "a card", "https://x/", "Open")
    assert (caught.value.errcode, caught.value.action) == (40001, "set_up")
    assert wechat_world.fake.calls["/qy/cgi-bin/gettoken"] == 1


def test_an_address_that_is_not_on_the_list_is_for_a_person_to_mend(wechat_world: WechatWorld) -> None:
    wechat_world.fake.official.allowed_ips = frozenset({"203.0.113.9"})
    with pytest.raises(WechatError) as caught:
        send(wechat_world)
    assert not caught.value.temporary
    assert "IP" in caught.value.next_step.zh


def test_an_unreachable_platform_is_a_temporary_failure(wechat_world: WechatWorld) -> None:
    settings = replace(wechat_world.official.settings, api_url="http://127.0.0.1:9")
    holder = TokenHolder(wechat_world.database, SecretBox("s" * 40), wechat_world.clock)
    nowhere = OfficialAccount(settings, holder)
    with pytest.raises(DeliveryError) as caught:
        nowhere.send_template("o", "t", {}, "", "")
    nowhere.close()
    assert caught.value.code == "wechat.unreachable"
    assert caught.value.temporary


def test_a_code_signs_in_once(wechat_world: WechatWorld) -> None:
    code = wechat_world.fake.new_code("wxfake", "o-candidate")
    assert wechat_world.official.visitor(code).openid == "o-candidate"
    with pytest.raises(WechatError) as caught:
        wechat_world.official.visitor(code)
    assert caught.value.action == "restart_sign_in"


def test_a_stranger_in_wecom_is_no_member(wechat_world: WechatWorld) -> None:
    code = wechat_world.fake.new_code("wwfake", "o-stranger")
    member = wechat_world.wecom.member(code)
    assert (member.userid, member.openid) == (None, "o-stranger")


@given(st.sampled_from(["official", "wecom"]), st.integers(-10, 999_999))
def test_every_code_has_one_thing_to_do(platform: str, code: int) -> None:
    action = action_for(platform, code)  # type: ignore[arg-type]
    assert (action == "ok") == (code == 0)
    if code not in ACTIONS[platform]:  # type: ignore[index]
        assert action == "message"


def test_a_days_quota_ends_with_the_day_in_china() -> None:
    evening = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)  # 23:30 in Beijing
    assert wait_until("wait_day", evening) == datetime(2026, 11, 21, 16, 0, 5, tzinfo=UTC)
    assert wait_until("wait_minute", evening) == evening + timedelta(seconds=60)


def test_no_log_ever_holds_a_secret_a_token_or_a_code(
    wechat_world: WechatWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # as `serve` does
    code = wechat_world.fake.new_code("wxfake", "o-candidate")
    wechat_world.official.visitor(code)
    send(wechat_world)
    wechat_world.wecom.send_textcard(["recruiter"], "hello", "a card", "https://x/", "Open")
    secrets = [code, "oa-secret", "qy-secret", *(token.value for token in wechat_world.fake.tokens)]
    assert [one for one in secrets if one in caplog.text] == []
