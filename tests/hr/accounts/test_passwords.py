"""Passwords: which are refused, and how they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sign_in_house import PASSWORD

from interview_engine.errors import (
    InvalidInput,
)
from interview_engine.hr.accounts import passwords


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password.short"),
        ("short", "password.short"),
        ("elevenchars", "password.short"),
        ("password123456", "password.weak"),
        ("qwertyuiop12", "password.weak"),
        ("aaaaaaaaaaaaaaaa", "password.weak"),
        ("1qaz2wsx3edc", "password.weak"),
        ("lilei-lilei-lilei", "password.weak"),
        ("interview-engine", "password.weak"),
        ("correct horse battery staple", "password.weak"),
        ("Correct-Horse-Battery-Staple1!", "password.weak"),
        ("ｃｏｒｒｅｃｔ horse batterystaple", "password.weak"),
        ("The quick brown fox jumps over the lazy dog", "password.weak"),
        ("To be, or not to be: that is the question", "password.weak"),
        ("床前明月光，疑是地上霜。", "password.weak"),
        ("好好学习，天天向上！2026", "password.weak"),
        ("wo-ai-ni 1314520 woaini", "password.weak"),
        ("x" * 257, "password.long"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        passwords.check_strength(password, ("lilei",))
    assert caught.value.code == code


@pytest.mark.parametrize(
    "password", [PASSWORD, "我家楼下的面馆今天又涨价了", "kx7-Trombone-Linden!", "a b  c déjà 猫 ☂ long"]
)
def test_any_characters_make_a_good_password(password: str) -> None:
    passwords.check_strength(password, ("lilei", "li@example.com"))


def test_a_known_phrase_with_enough_of_ones_own_is_no_longer_known() -> None:
    passwords.check_strength("correct horse battery staple grumbles on my lavender tractor", ("lilei",))


@pytest.fixture(scope="module", autouse=True)
def _as_in_the_product(product_hashing: Any) -> Iterator[None]:
    quick = type(product_hashing)(passwords._HASHER, passwords._NOBODY)
    product_hashing.use()
    yield
    quick.use()


@pytest.fixture(scope="module")
def kept() -> str:
    return passwords.hashed(PASSWORD)


def test_a_password_is_kept_as_argon2id_with_its_own_salt() -> None:
    first, second = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert first.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert first != second


def test_a_hash_holds_for_its_own_password_alone(kept: str) -> None:
    assert passwords.holds(kept, PASSWORD)
    assert not passwords.holds(kept, PASSWORD + " ")


def test_an_account_without_a_hash_lets_no_password_in() -> None:
    assert not passwords.holds(None, PASSWORD)
    assert not passwords.holds("", PASSWORD)


def test_every_letter_of_the_longest_password_counts() -> None:
    longest = passwords.hashed("x" * passwords.LONGEST)
    assert passwords.holds(longest, "x" * passwords.LONGEST)
    assert not passwords.holds(longest, "x" * (passwords.LONGEST + 1))


def test_a_hash_of_weaker_parameters_is_outdated(kept: str) -> None:
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(
        "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A"
    )


def test_generated_passwords_pass_their_own_rule() -> None:
    made = {passwords.generated() for _ in range(20)}
    assert len(made) == 20
    for password in made:
        passwords.check_strength(password)
