"""What asking a judge takes: requests, tokens, seconds and money, as an estimate before and as a count after."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

CHARACTERS_PER_TOKEN = 3.5
"""Of text without Chinese characters; a Chinese character is taken as one token. On the cautious side of what common
tokenizers make of prompts (4 and 1.5 characters a token)."""

COMPLETION_TOKENS = {"absolute": 250, "pairwise": 120}
"""Tokens of one reply that an estimate reckons with: six quotes, or three with what they show."""

MESSAGE_TOKENS = 8
"""Marks that a chat template puts round a message."""

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What the endpoint charges for a million tokens, in `currency`."""

    prompt: Decimal
    completion: Decimal
    currency: str = "CNY"

    def of(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """The price of so many tokens, not rounded."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / MILLION


@dataclass(frozen=True, slots=True)
class Cost:
    """What one or more interviews take, or took.

    Args:
        money: None without a price. Text of `currency` stands beside it.
        at_least: some replies came without a count of their tokens, so tokens and money are lower bounds.
        seconds: waiting for the endpoint; None in an estimate.
    """

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    money: Decimal | None = None
    currency: str = ""
    at_least: bool = False
    seconds: float | None = None

    @property
    def amount(self) -> str:
        """Money to six places with its currency, ">= " before a lower bound; empty without a price."""
        if self.money is None:
            return ""
        return f"{'>= ' if self.at_least else ''}{self.money.quantize(Decimal('0.000001'))} {self.currency}"


@dataclass(slots=True)
class Count:
    """Requests and tokens of one interview as they come in."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0
    seconds: float = 0.0
    unusable: list[str] = field(default_factory=list)

    def add(self, prompt_tokens: int | None, completion_tokens: int | None, seconds: float) -> None:
        """One reply; None where the server does not say."""
        self.requests += 1
        self.prompt_tokens += prompt_tokens or 0
        self.completion_tokens += completion_tokens or 0
        self.uncounted += prompt_tokens is None or completion_tokens is None
        self.seconds += seconds

    def cost(self, price: Price | None) -> Cost:
        """What it came to."""
        return Cost(
            self.requests,
            self.prompt_tokens,
            self.completion_tokens,
            None if price is None else price.of(self.prompt_tokens, self.completion_tokens),
            "" if price is None else price.currency,
            self.uncounted > 0,
            self.seconds,
        )


def tokens_of(text: str) -> int:
    """About how many tokens a text is, rather too many than too few."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return wide + math.ceil((len(text) - wide) / CHARACTERS_PER_TOKEN)


def message_tokens(messages: Sequence[Mapping[str, str]]) -> int:
    """About how many tokens a prompt is."""
    return sum(tokens_of(message["content"]) + MESSAGE_TOKENS for message in messages)


def added(costs: Iterable[Cost]) -> Cost:
    """The sum; money only where every part has a price in one currency."""
    parts = list(costs)
    money: Decimal | None = None
    currencies = {part.currency for part in parts if part.money is not None}
    if parts and len(currencies) == 1 and all(part.money is not None for part in parts):
        money = sum((part.money for part in parts if part.money is not None), Decimal(0))
    known = [part.seconds for part in parts if part.seconds is not None]
    return Cost(
        sum(part.requests for part in parts),
        sum(part.prompt_tokens for part in parts),
        sum(part.completion_tokens for part in parts),
        money,
        currencies.pop() if money is not None else "",
        any(part.at_least for part in parts),
        sum(known) if known else None,
    )


def spent(settings: Mapping[str, str | int | float | bool]) -> Cost | None:
    """What a report's provenance says of its judge; None when no judge was asked."""
    requests = settings.get("judge_requests")
    if not isinstance(requests, int):
        return None
    told = str(settings.get("judge_cost", "")).removeprefix(">= ").split()
    return Cost(
        requests,
        int(settings.get("judge_prompt_tokens", 0)),
        int(settings.get("judge_completion_tokens", 0)),
        Decimal(told[0]) if told else None,
        told[1] if len(told) > 1 else "",
        "judge_replies_without_token_count" in settings,
        float(settings.get("judge_seconds", 0.0)),
    )
