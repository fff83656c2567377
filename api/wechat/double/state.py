"""What the double remembers: applications, people, tokens, codes, quotas, and every message with what became of it."""

from __future__ import annotations

import itertools
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

CHINA = timezone(timedelta(hours=8))


class Clock(Protocol):
    """What the double needs of a clock."""

    def now(self) -> datetime:
        """This moment, aware, UTC."""
        ...


@dataclass
class Official:
    """An Official Account: its secrets, limits, templates and followers."""

    app_id: str
    secret: str
    token: str
    aes_key: str
    redirect_host: str
    callback_url: str = ""
    templates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Template id → the fields it has."""
    subscriptions: frozenset[str] = frozenset()
    """Templates that need a credit."""
    daily: int = 100_000
    followers: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    snapshot: set[str] = field(default_factory=set)
    allowed_ips: frozenset[str] | None = None


@dataclass
class Corporation:
    """A WeCom corporation with one application: its secrets, limits and members."""

    corp_id: str
    agent_id: int
    secret: str
    token: str
    aes_key: str
    redirect_host: str
    callback_url: str = ""
    members: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    trusted_ips: frozenset[str] | None = None
    per_minute: int = 30


@dataclass
class Token:
    """An access token of one account."""

    value: str
    owner: str
    expires_at: datetime
    dies_at: datetime | None = None

    def lives(self, now: datetime) -> bool:
        """Whether it is accepted at `now`."""
        return now < self.expires_at and (self.dies_at is None or now < self.dies_at)


@dataclass
class Code:
    """A sign-in code: once, for five minutes."""

    value: str
    owner: str
    user: str
    expires_at: datetime
    used: bool = False


@dataclass
class Message:
    """`fate`: shown, dropped (WeCom's silent limit), duplicate."""

    owner: str
    to: str
    body: dict[str, Any]
    at: datetime
    fate: str = "shown"


class World:
    """One WeChat and one WeCom. `trouble` holds error codes to answer with next, by path."""

    def __init__(self, clock: Clock, official: Official, corporation: Corporation) -> None:
        self.clock = clock
        self.official = official
        self.corporation = corporation
        self.tokens: list[Token] = []
        self.codes: dict[str, Code] = {}
        self.credits: Counter[tuple[str, str]] = Counter()
        self.messages: list[Message] = []
        self.calls: Counter[str] = Counter()
        self.used: Counter[tuple[str, str]] = Counter()
        self.trouble: dict[str, list[int]] = {}
        self.response_codes: dict[str, dict[str, Any]] = {}
        self.client_ids: dict[str, str] = {}
        self.numbers = itertools.count(100_000)

    # tokens ------------------------------------------------------------------------------------------------------

    def stable_token(self) -> Token:
        """The same while it has more than five minutes; then a new one, and both work for five minutes."""
        now = self.clock.now()
        mine = [t for t in self.tokens if t.owner == self.official.app_id and t.lives(now)]
        if mine and mine[-1].expires_at - now > timedelta(minutes=5):
            return mine[-1]
        for old in mine:
            old.dies_at = now + timedelta(minutes=5)
        return self._new_token(self.official.app_id)

    def plain_token(self) -> Token:
        """The old interface: every call kills the token before."""
        now = self.clock.now()
        for old in self.tokens:
            if old.owner == self.official.app_id:
                old.dies_at = now
        return self._new_token(self.official.app_id)

    def corporation_token(self) -> Token:
        """The application's token: the same until it ends, two hours after it was made."""
        now = self.clock.now()
        mine = [t for t in self.tokens if t.owner == self.corporation.corp_id and t.lives(now)]
        return mine[-1] if mine else self._new_token(self.corporation.corp_id)

    def lose_tokens(self) -> None:
        """All tokens die at once, as after a secret was seen and renewed elsewhere."""
        for token in self.tokens:
            token.dies_at = self.clock.now()

    def token_error(self, owner: str, value: str) -> int:
        """Why a call with this token is refused, as the real servers number it; 0 where it is not."""
        now = self.clock.now()
        if not value:
            return 41001
        for token in self.tokens:
            if token.value == value and token.owner == owner:
                if token.lives(now):
                    return 0
                return 42001 if now >= token.expires_at else 40001 if owner == self.official.app_id else 40014
        return 40014

    def _new_token(self, owner: str) -> Token:
        value = secrets.token_urlsafe(380)[:512]
        token = Token(value, owner, self.clock.now() + timedelta(seconds=7200))
        self.tokens.append(token)
        return token

    # sign-in -----------------------------------------------------------------------------------------------------

    def new_code(self, owner: str, user: str) -> str:
        """A sign-in code for `user`, as the browser brings it back."""
        code = Code(secrets.token_hex(16), owner, user, self.clock.now() + timedelta(minutes=5))
        self.codes[code.value] = code
        return code.value

    def use_code(self, owner: str, value: str) -> tuple[int, str]:
        """(0, user), once; else the error's number and no user."""
        code = self.codes.get(value)
        if code is None or code.owner != owner or self.clock.now() >= code.expires_at:
            return 40029, ""
        if code.used:
            return (40163 if owner == self.official.app_id else 40029), ""
        code.used = True
        return 0, code.user

    # quotas ------------------------------------------------------------------------------------------------------

    def next_trouble(self, path: str) -> int:
        """The error that was ordered for the next call of `path`, or 0."""
        waiting = self.trouble.get(path, [])
        return waiting.pop(0) if waiting else 0

    def day(self) -> str:
        """Today in China, to which daily limits belong."""
        return self.clock.now().astimezone(CHINA).date().isoformat()

    def minute(self) -> str:
        """This minute in China, to which a member's limit belongs."""
        return self.clock.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M")

    def shown_to(self, user: str) -> list[Message]:
        """The messages on the phone of `user`, oldest first."""
        return [message for message in self.messages if message.to == user and message.fate == "shown"]
