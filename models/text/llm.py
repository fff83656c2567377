"""An OpenAI-compatible chat endpoint (vLLM, llama.cpp, Ollama, DeepSeek, Qwen): JSON in a schema, retries, usage.

Two kinds of failure are kept apart. The endpoint failed: a ScorerError, after retries where waiting can help. The model
wrote something that is not the JSON asked for: a reply without a document, and whoever pools replies decides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import httpx
import jsonschema

from interview_engine.assessment.judge.scorer import Reply
from interview_engine.clock import Clock
from interview_engine.errors import ScorerError
from interview_engine.i18n import msg

JsonMode = Literal["schema", "object"]

RETRY_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""Statuses that pass: time-outs, limits and servers that restart. Everything else is final."""

FIRST_WAIT_S = 1.0
MAX_WAIT_S = 30.0

MAX_BODY_BYTES = 4_000_000
"""A chat reply is a few kilobytes; a body beyond this is not one, and is not read to its end."""

_SHOWN = 200
"""Characters of a server's own words in an error."""

EMPTY = "an empty reply"
_THINKING = re.compile(r"\A.*</think>", re.DOTALL)
_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to ask.

    Args:
        url: base address up to and including /v1.
        model: the name the server knows it by.
        key: sent as a bearer token; empty for none. Never printed.
        timeout_s: for one request from its first byte to its last.
        attempts: requests in all before giving up.
        json_mode: "schema" where the server enforces a JSON schema (vLLM, llama.cpp, Ollama, OpenAI), "object" where
            it only promises JSON (DeepSeek); the reply is checked against the schema either way.
        max_tokens: ceiling of one reply; models that think aloud need several times the default.
        temperature: 0 for the likeliest reply; above it replies differ by seed.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout_s: float = 120.0
    attempts: int = 4
    json_mode: JsonMode = "schema"
    max_tokens: int = 1200
    temperature: float = 0.0

    @property
    def shown_url(self) -> str:
        """The address without user, password and query, fit for messages and reports."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


class ChatModel:
    """Asks one endpoint. `sleep`, `clock` and `transport` are injected; nothing is cached."""

    def __init__(
        self,
        endpoint: Endpoint,
        sleep: Callable[[float], None],
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._sleep = sleep
        self._clock = clock
        headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._client = httpx.Client(timeout=endpoint.timeout_s, headers=headers, transport=transport)

    @property
    def name(self) -> str:
        """The model's name, for provenance."""
        return self.endpoint.model

    @property
    def address(self) -> str:
        """Where answers are sent, for provenance."""
        return self.endpoint.shown_url

    def close(self) -> None:
        """Close the connections that are kept open between requests."""
        self._client.close()

    def check(self) -> None:
        """Ask the server for its list of models, to find a wrong address or key before hours of work.

        A server that has no such list passes. Raises ScorerError as `ask`.
        """
        status, body = self._send("GET", "models", None)
        if status in (401, 403):
            raise _refused(self.endpoint, self._told(status, body))

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int) -> Reply:
        """One reply, checked against the schema. Its document is None when it does not follow it.

        Raises:
            ScorerError: `judge.unreachable` (after all attempts), `judge.refused` (a final status), or
                `judge.not_compatible` (an answer that no chat endpoint gives).
        """
        body: dict[str, Any] = {
            "model": self.endpoint.model,
            "messages": list(messages),
            "temperature": self.endpoint.temperature,
            "seed": seed,
            "max_tokens": self.endpoint.max_tokens,
            "response_format": self._format(schema),
        }
        status, raw = self._send("POST", "chat/completions", body)
        if status != 200:
            raise _refused(self.endpoint, self._told(status, raw))
        return self._read(status, raw, schema)

    def _read(self, status: int, raw: bytes, schema: Mapping[str, Any]) -> Reply:
        try:
            reply = json.loads(raw)
            choice = reply["choices"][0]
            content, thought = choice["message"]["content"], choice["message"].get("reasoning_content")
            usage = reply.get("usage") or {}
            tokens = usage.get("prompt_tokens"), usage.get("completion_tokens")
        except (ValueError, RecursionError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise _not_compatible(self.endpoint, f"{type(error).__name__}: {self._told(status, raw)}") from error
        prompt_tokens, completion_tokens = (count if isinstance(count, int) else None for count in tokens)
        document, problem = _parsed(_text(content), schema)
        if problem:
            problem = self._why(problem, choice.get("finish_reason"), thought)
        return Reply(document, prompt_tokens, completion_tokens, problem)

    def _why(self, problem: str, finish: object, thought: object) -> str:
        """What was there instead of the JSON, as far as the server says."""
        if finish == "length":
            return f"cut off after {self.endpoint.max_tokens} tokens"
        if finish == "content_filter":
            return "withheld by the server's filter"
        if problem == EMPTY and thought:
            return "thinking and no reply"
        return problem

    def _format(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if self.endpoint.json_mode == "object":
            return {"type": "json_object"}
        return {"type": "json_schema", "json_schema": {"name": "judgement", "strict": True, "schema": dict(schema)}}

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        """Status and body, after retries."""
        url = f"{self.endpoint.url.rstrip('/')}/{path}"
        problem, wait_s = "", 0.0
        for attempt in range(self.endpoint.attempts):
            if attempt:
                self._sleep(min(MAX_WAIT_S, max(wait_s, FIRST_WAIT_S * 2 ** (attempt - 1))))
            try:
                status, raw, wait_s = self._once(method, url, body)
            except httpx.HTTPError as error:
                problem, wait_s = self._without_key(f"{type(error).__name__}: {error}"), 0.0
                continue
            except (httpx.InvalidURL, httpx.CookieConflict) as error:
                raise _refused(self.endpoint, self._without_key(str(error))) from error
            if status not in RETRY_STATUS and not _ran_out(raw):
                return status, raw
            problem = self._told(status, raw)
        raise _unreachable(self.endpoint, problem)

    def _once(self, method: str, url: str, body: Mapping[str, Any] | None) -> tuple[int, bytes, float]:
        """Status, body, and the seconds the server asks to wait."""
        until_s = self._clock.monotonic_s() + self.endpoint.timeout_s
        raw = bytearray()
        with self._client.stream(method, url, json=body) as response:
            for block in response.iter_bytes():
                raw += block
                if len(raw) > MAX_BODY_BYTES:
                    raise _not_compatible(self.endpoint, f"more than {MAX_BODY_BYTES} bytes")
                if self._clock.monotonic_s() > until_s:
                    raise httpx.ReadTimeout(f"the reply was not complete after {self.endpoint.timeout_s:g} s")
            return response.status_code, bytes(raw), _seconds(response.headers.get("retry-after", ""))

    def _told(self, status: int, raw: bytes) -> str:
        words = " ".join(raw[: 4 * _SHOWN].decode("utf-8", "replace").split())
        return self._without_key(f"HTTP {status}: {words}")[:_SHOWN]

    def _without_key(self, text: str) -> str:
        return text.replace(self.endpoint.key, "***") if self.endpoint.key else text


def _ran_out(raw: bytes) -> bool:
    """Whether the server gave up in the middle for want of resources (DeepSeek says so in a reply with status 200)."""
    if b"insufficient_system_resource" not in raw:
        return False
    try:
        return bool(json.loads(raw)["choices"][0]["finish_reason"] == "insufficient_system_resource")
    except (ValueError, RecursionError, KeyError, IndexError, TypeError):
        return False


def _text(content: object) -> object:
    """A message's content as one text where it comes in parts."""
    if not isinstance(content, list):
        return content
    return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))


def _seconds(header: str) -> float:
    """Retry-After in seconds; its other form, a date, is not worth a clock: the usual wait does."""
    return float(header) if re.fullmatch(r"\d{1,6}(\.\d+)?", header) else 0.0


def _parsed(content: object, schema: Mapping[str, Any]) -> tuple[object, str]:
    """(document, "") or (None, what is wrong). Thinking aloud before the JSON and a code fence around it may stand."""
    if not isinstance(content, str) or not content.strip():
        return None, EMPTY
    text = _THINKING.sub("", content).strip()
    fenced = _FENCE.match(text)
    try:
        document = json.loads(fenced.group(1) if fenced else text)
        jsonschema.validate(document, schema)
    except jsonschema.ValidationError as error:
        where = "/".join(str(part) for part in error.absolute_path) or "reply"
        return None, f"{where}: {error.message[:80]}"
    except (ValueError, RecursionError):
        return None, "not JSON"
    return document, ""


def _unreachable(endpoint: Endpoint, problem: str) -> ScorerError:
    return ScorerError(
        "judge.unreachable",
        msg(
            "The model endpoint {shown_url} did not answer in {attempts} attempts ({problem}).",
            shown_url=endpoint.shown_url,
            attempts=endpoint.attempts,
            problem=problem,
        ),
        msg("Check the address, proxy settings and the server; no other scorer is used."),
    )


def _refused(endpoint: Endpoint, problem: str) -> ScorerError:
    return ScorerError(
        "judge.refused",
        msg(
            "The model endpoint {shown_url} refused the request ({problem}).",
            shown_url=endpoint.shown_url,
            problem=problem,
        ),
        msg(
            "Check the address (up to /v1), the key, the model's name, its context length and "
            "INTERVIEW_ENGINE_JUDGE_JSON; no other scorer is used."
        ),
    )


def _not_compatible(endpoint: Endpoint, problem: str) -> ScorerError:
    return ScorerError(
        "judge.not_compatible",
        msg(
            "{shown_url} does not answer as an OpenAI-compatible chat endpoint ({problem}).",
            shown_url=endpoint.shown_url,
            problem=problem,
        ),
        msg("Check that the address ends at /v1; no other scorer is used."),
    )
