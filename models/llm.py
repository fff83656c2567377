"""An OpenAI-compatible chat endpoint (vLLM, llama.cpp, Ollama, DeepSeek, Qwen): JSON in a schema, retries, usage."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from interview_engine.assessment.judge import Reply
from interview_engine.errors import Bilingual, ScorerError

RETRY_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""Statuses that pass: time-outs, limits and servers that restart. Everything else is final."""

FIRST_WAIT_S = 1.0
MAX_WAIT_S = 30.0
MAX_TOKENS = 1200
"""Ceiling of one reply: some twelve quotes with their fields."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how to ask.

    Args:
        url: base address up to and including /v1; model: the name the server knows it by; key: empty for none.
        timeout_s: for one request; attempts: requests in all before giving up.
        json_mode: "schema" where the server enforces a JSON schema (vLLM, llama.cpp, Ollama, OpenAI), "object" where
            it only promises JSON (DeepSeek); the reply is checked against the schema either way.
    """

    url: str
    model: str
    key: str = ""
    timeout_s: float = 120.0
    attempts: int = 4
    json_mode: Literal["schema", "object"] = "schema"


class ChatModel:
    """Asks one endpoint. `sleep` and `transport` are injected by tests; nothing is cached."""

    def __init__(
        self, endpoint: Endpoint, sleep: Callable[[float], None], transport: httpx.BaseTransport | None = None
    ) -> None:
        self.endpoint = endpoint
        self._sleep = sleep
        headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._client = httpx.Client(timeout=endpoint.timeout_s, headers=headers, transport=transport)

    @property
    def name(self) -> str:
        """The model's name, for provenance."""
        return self.endpoint.model

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int) -> Reply:
        """One reply at temperature 0.

        Raises:
            ScorerError: `judge.unreachable` (after all attempts), `judge.refused` (a final status), or
                `judge.invalid_reply` (no JSON where JSON was promised).
        """
        body: dict[str, Any] = {
            "model": self.endpoint.model,
            "messages": list(messages),
            "temperature": 0,
            "seed": seed,
            "max_tokens": MAX_TOKENS,
            "response_format": self._format(schema),
        }
        response = self._post(body)
        try:
            reply = response.json()
            content = reply["choices"][0]["message"]["content"]
            usage = reply.get("usage") or {}
            document = json.loads(content)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise _invalid(self.endpoint, f"{type(error).__name__}: {error}") from error
        return Reply(document, int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0)))

    def _format(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        if self.endpoint.json_mode == "object":
            return {"type": "json_object"}
        return {"type": "json_schema", "json_schema": {"name": "judgement", "strict": True, "schema": dict(schema)}}

    def _post(self, body: Mapping[str, Any]) -> httpx.Response:
        url = f"{self.endpoint.url.rstrip('/')}/chat/completions"
        problem = ""
        for attempt in range(self.endpoint.attempts):
            if attempt:
                self._sleep(min(MAX_WAIT_S, FIRST_WAIT_S * 2 ** (attempt - 1)))
            try:
                response = self._client.post(url, json=body)
            except httpx.HTTPError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if response.status_code < 400:
                return response
            problem = f"HTTP {response.status_code}: {response.text[:200]}"
            if response.status_code not in RETRY_STATUS:
                raise _refused(self.endpoint, problem)
        raise _unreachable(self.endpoint, problem)


def _unreachable(endpoint: Endpoint, problem: str) -> ScorerError:
    return ScorerError(
        "judge.unreachable",
        Bilingual(
            f"大模型服务 {endpoint.url} 在 {endpoint.attempts} 次尝试后仍不可用（{problem}）。",
            f"The model endpoint {endpoint.url} did not answer in {endpoint.attempts} attempts ({problem}).",
        ),
        Bilingual(
            "请检查地址与服务后重试；不会改用别的评分器。",
            "Check the address and the server; no other scorer is used.",
        ),
    )


def _refused(endpoint: Endpoint, problem: str) -> ScorerError:
    return ScorerError(
        "judge.refused",
        Bilingual(
            f"大模型服务 {endpoint.url} 拒绝了请求（{problem}）。",
            f"The model endpoint {endpoint.url} refused the request ({problem}).",
        ),
        Bilingual("请检查密钥、模型名和 json_mode。", "Check the key, the model's name and the JSON mode."),
    )


def _invalid(endpoint: Endpoint, problem: str) -> ScorerError:
    return ScorerError(
        "judge.invalid_reply",
        Bilingual(
            f"大模型 {endpoint.model} 的回复不是约定的 JSON（{problem}）。",
            f"The reply of {endpoint.model} is not the JSON that was asked for ({problem}).",
        ),
        Bilingual("请换一个支持 JSON 约束的模型或服务。", "Use a model or server that supports JSON output."),
    )
