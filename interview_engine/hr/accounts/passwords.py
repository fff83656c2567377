"""Passwords: what is accepted, and how they are kept (Argon2id)."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from zxcvbn import zxcvbn

from interview_engine.errors import InvalidInput
from interview_engine.hr.accounts.known_phrases import beyond_phrases, squashed
from interview_engine.i18n import msg

SHORTEST = 12
LONGEST = 256
"""A bound, so that nobody makes the server hash a novel. OWASP ASVS asks for 12 at least and 128 to be allowed."""
LEAST_STRENGTH = 3
"""zxcvbn's scale 0..4; 3 is more than 10^8 guesses by somebody who knows the common words, names and keyboards."""
OF_THE_TRADE = ("interview", "engine", "recruit", "candidate", "mianshi", "zhaopin", "renshi", "面试", "招聘", "人事")
"""Words that come to everybody's mind here; a password made of them is weak, like one made of the owner's name."""
LEAST_BEYOND = 6
"""Characters that a password has besides such words."""
SCORED = 72
"""Characters that the strength is judged by; what follows only adds to it, and the estimate gets slow."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
"""46 MiB, two passes: twice the work of the smaller of OWASP's recommended settings for Argon2id."""


def _hash_of_nobody() -> str:
    """A hash in the form of `_HASHER`'s whose password nobody knows: random digits, so that starting costs none."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    work = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${work}${salt}${digest}"


_NOBODY = _hash_of_nobody()


def check_strength(password: str, about: tuple[str, ...] = (), field: str = "password") -> None:
    """Check a new password: any characters are allowed, length and guessability count.

    Args:
        about: login, name, mail of its owner: a password made of them is weak.

    Raises:
        InvalidInput: `password.short`, `password.long`, `password.weak`.
    """
    if len(password) < SHORTEST:
        raise InvalidInput(
            "password.short",
            msg("The password has fewer than {shortest} characters.", shortest=SHORTEST),
            msg("Use a longer one, for instance a few unrelated words."),
            field,
        )
    if len(password) > LONGEST:
        raise InvalidInput(
            "password.long",
            msg("The password has more than {longest} characters.", longest=LONGEST),
            msg("Shorten it."),
            field,
        )
    words = [*OF_THE_TRADE, *(word for word in about if word)]
    strong = zxcvbn(password[:SCORED], words)["score"] >= LEAST_STRENGTH
    known = squashed(password) and beyond_phrases(password) < min(LEAST_BEYOND, len(squashed(password)))
    if not strong or known or _beyond(password, words) < LEAST_BEYOND:
        raise InvalidInput(
            "password.weak",
            msg("The password is easy to guess."),
            msg("Avoid common passwords, quotations, names, dates and keyboard rows; a few unrelated words are good."),
            field,
        )


def _beyond(password: str, words: Sequence[str]) -> int:
    """How many characters are left without these words."""
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 1:
            rest = rest.replace(word.casefold(), "")
    return len(rest)


def hashed(password: str) -> str:
    """Argon2id with its parameters and a random salt in one text."""
    return _HASHER.hash(password)


def holds(password_hash: str | None, password: str) -> bool:
    """Whether a password matches its hash. Takes as long for None, where there is no account to try it on."""
    known = password_hash if len(password) <= LONGEST else None
    try:
        return _HASHER.verify(known or _NOBODY, password[:LONGEST]) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with weaker settings than today's and should be made again at this sign-in."""
    return _HASHER.check_needs_rehash(password_hash)


def generated() -> str:
    """A password for one first sign-in: 99 random bits, in groups that can be read out."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))
