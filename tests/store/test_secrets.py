"""Secrets: encrypted values, tokens, signatures that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import GoneError, PermissionDenied, UsageError
from interview_engine.store.secrets import SecretBox, Signer, digest, token

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


@given(texts)
def test_what_is_encrypted_comes_back_and_never_looks_the_same(text: str) -> None:
    box = SecretBox("one")
    first, second = box.encrypt(text), box.encrypt(text)
    assert box.decrypt(first) == box.decrypt(second) == text
    assert first != second


def test_another_key_does_not_open_it_and_an_old_one_does() -> None:
    sealed = SecretBox("old").encrypt("值")
    with pytest.raises(UsageError) as caught:
        SecretBox("new").decrypt(sealed)
    assert caught.value.code == "secret.cannot_decrypt"
    assert SecretBox("new", ["older", "old"]).decrypt(sealed) == "值"


@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_a_changed_ciphertext_is_refused(at: int, character: str) -> None:
    box = SecretBox("one")
    sealed = box.encrypt("一个身份证号")
    at %= len(sealed)
    if sealed[at] == character:
        return
    changed = sealed[:at] + character + sealed[at + 1 :]
    with pytest.raises(UsageError):
        box.decrypt(changed)


@given(texts)
def test_every_other_spelling_of_the_last_character_is_refused(text: str) -> None:
    box = SecretBox("one")
    sealed = box.encrypt(text)
    body, padding = sealed.rstrip("="), sealed[len(sealed.rstrip("=")) :]
    for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        if character != body[-1]:
            with pytest.raises(UsageError):
                box.decrypt(body[:-1] + character + padding)


@given(texts)
def test_a_signed_value_comes_back_until_it_ends(value: str) -> None:
    signer = Signer("one")
    signed = signer.sign("media", value, LATER)
    assert signer.verify("media", signed, NOW) == value
    with pytest.raises(GoneError):
        signer.verify("media", signed, LATER)


@given(st.text(max_size=80))
def test_anything_that_was_not_signed_here_is_refused(text: str) -> None:
    with pytest.raises(PermissionDenied):
        Signer("one").verify("media", text, NOW)


def test_a_signature_is_worth_nothing_for_another_purpose_key_value_or_end() -> None:
    signed = Signer("one").sign("media", "a", LATER)
    value, expires, mac = signed.split(".")
    other = Signer("one").sign("media", "b", LATER).split(".")[0]
    for purpose, text in (
        ("csrf", signed),
        ("media", f"{other}.{expires}.{mac}"),
        ("media", f"{value}.{int(expires) + 9999}.{mac}"),
        ("media", f"{value}.{expires}.{mac[:-2]}AA"),
    ):
        with pytest.raises(PermissionDenied):
            Signer("one").verify(purpose, text, NOW)
    with pytest.raises(PermissionDenied):
        Signer("two").verify("media", signed, NOW)


def test_tokens_differ_and_only_their_digest_is_kept() -> None:
    made = {token() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 43 for one in made)
    assert len(digest(next(iter(made)))) == 64
