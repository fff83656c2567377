"""J1: callbacks decrypt and encrypt exactly as the platform's own sample does, and nothing forged gets in."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.wechat.crypto import CallbackKeys, check_time, opened, sealed, signature
from interview_engine.errors import PermissionDenied, UsageError

# the sample published with the platform's callback documentation
KEYS = CallbackKeys("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
POST = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsi"
    "jff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5"
    "wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZ"
    "ZIs2pDBS8R07+qN+E7Q=="
)


def test_the_official_address_check_decrypts() -> None:
    given = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert opened(KEYS, given, "1409659589", "263014780", ECHO) == "1616140317555161061"
    assert sealed(KEYS, "1616140317555161061", random=b"c41b64491c2468d0") == ECHO


def test_the_official_message_decrypts_and_encrypts_to_the_same_bytes() -> None:
    given = "477715d11cdb4164915debcba66cb864d751f3e6"
    message = opened(KEYS, given, "1409659813", "1372623149", POST)
    assert "<Content><![CDATA[hello]]></Content>" in message
    assert "<AgentID><![CDATA[218]]></AgentID>" in message or "<AgentID>218</AgentID>" in message
    assert sealed(KEYS, message, random=b"0960688932c47ef1") == POST


@given(st.text(max_size=300))
def test_what_is_sealed_opens_again(message: str) -> None:
    encrypted = sealed(KEYS, message)
    assert len(base64.b64decode(encrypted)) % 32 == 0
    assert opened(KEYS, signature(KEYS.token, "1", "n", encrypted), "1", "n", encrypted) == message


@given(st.text(alphabet="ABCabc012+/=", max_size=200) | st.text(max_size=80))
def test_what_is_forged_or_malformed_is_refused(encrypted: str) -> None:
    signed = signature(KEYS.token, "1", "n", encrypted)
    with pytest.raises(PermissionDenied) as caught:
        opened(KEYS, signed, "1", "n", encrypted)
    assert caught.value.code == "wechat.encrypted"
    with pytest.raises(PermissionDenied):
        opened(KEYS, signed[::-1], "1", "n", encrypted)


def test_a_message_for_another_receiver_is_refused() -> None:
    other = CallbackKeys(KEYS.token, KEYS.aes_key, "wx0000000000000000")
    encrypted = sealed(other, "<xml/>")
    with pytest.raises(PermissionDenied):
        opened(KEYS, signature(KEYS.token, "1", "n", encrypted), "1", "n", encrypted)


def test_an_old_or_odd_timestamp_is_refused() -> None:
    now = datetime.fromtimestamp(1_800_000_000, UTC)
    check_time("1800000299", now)
    for wrong in ("1799999699", "1800000301", "", "-1", "١٢٣", "1e9", "9" * 40):
        with pytest.raises(PermissionDenied):
            check_time(wrong, now)


@pytest.mark.parametrize("key", ["", "short", "x" * 44, "!" * 43])
def test_a_wrong_key_is_named_at_the_start(key: str) -> None:
    with pytest.raises(UsageError) as caught:
        CallbackKeys("t", key, "wx")
    assert caught.value.code == "wechat.aes_key"
