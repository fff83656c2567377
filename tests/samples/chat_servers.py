"""Chat endpoints over real HTTP that speak as llama.cpp's server, vLLM and DeepSeek do: bodies, errors, oddities.

A dialect decides what is refused and in which form replies and errors come; what the model says is given.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Dialect = Literal["llama.cpp", "vllm", "deepseek"]
DIALECTS: tuple[Dialect, ...] = ("llama.cpp", "vllm", "deepseek")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a server: a reply (content, thinking, why it ended), or a failure with its status."""

    content: object = ""
    reasoning: str | None = None
    finish: str = "stop"
    status: int = 200
    retry_after: str | None = None


@dataclass(slots=True)
class Running:
    """A running server: its address, and what it was asked."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def chat_server(dialect: Dialect, turns: Sequence[Said]) -> Iterator[Running]:
    """A server on a free port that says `turns` in order, the last one for ever."""
    running = Running("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            running.asked.append(body)
            turn = turns[min(len(running.asked), len(turns)) - 1]
            status, words = refused(dialect, body) or said(dialect, turn)
            self._answer(status, words, turn.retry_after if status == turn.status else None)

        def do_GET(self) -> None:
            self._answer(200, {"object": "list", "data": [{"id": "m", "object": "model"}]}, None)

        def _answer(self, status: int, words: dict[str, Any], retry_after: str | None) -> None:
            data = json.dumps(words, ensure_ascii=False).encode()
            if dialect == "deepseek" and status == 200:
                data = b"\n\n" + data  # keep-alive lines while a request waits
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refused(dialect: Dialect, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
    """What the server refuses of a request before any model runs."""
    wanted = body.get("response_format", {})
    if dialect == "deepseek":
        if wanted.get("type") == "json_schema":
            return 400, error(dialect, 400, "This response_format type is unavailable now")
        if wanted.get("type") == "json_object" and "json" not in json.dumps(body["messages"]).lower():
            return 400, error(dialect, 400, "Prompt must contain the word 'json' in some form to use 'json_object'.")
    elif wanted.get("type") == "json_schema" and not isinstance(wanted.get("json_schema", {}).get("schema"), dict):
        return 400, error(dialect, 400, "response_format.json_schema.schema is missing")
    return None


def said(dialect: Dialect, turn: Said) -> tuple[int, dict[str, Any]]:
    """A reply or a failure in the server's form."""
    if turn.status != 200:
        return turn.status, error(dialect, turn.status, "Loading model" if turn.status == 503 else "Too many requests")
    message: dict[str, Any] = {"role": "assistant", "content": turn.content}
    usage: dict[str, Any] = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}
    choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": turn.finish}
    body: dict[str, Any] = {"object": "chat.completion", "created": 1_760_000_000, "model": "m", "choices": [choice]}
    if turn.reasoning is not None:
        message["reasoning_content"] = turn.reasoning
    if dialect == "llama.cpp":
        body |= {"id": "chatcmpl-Q3", "system_fingerprint": "b6000-0badc0de", "timings": {"prompt_n": 120}}
    elif dialect == "vllm":
        message |= {"tool_calls": [], "refusal": None, "reasoning": turn.reasoning}
        choice |= {"logprobs": None, "stop_reason": None}
        usage["prompt_tokens_details"] = None
        body |= {"id": "chatcmpl-9f", "prompt_logprobs": None, "kv_transfer_params": None}
    else:
        choice["logprobs"] = None
        usage |= {"prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 56}
        if turn.reasoning is not None:
            usage["completion_tokens_details"] = {"reasoning_tokens": 20}
        body |= {"id": "30f6b6c1", "system_fingerprint": "fp_prod0425fp8"}
    return 200, body | {"usage": usage}


def error(dialect: Dialect, status: int, words: str) -> dict[str, Any]:
    """An error's body in the server's form."""
    if dialect == "llama.cpp":
        kinds = {503: "unavailable_error", 400: "invalid_request_error"}
        return {"error": {"code": status, "message": words, "type": kinds.get(status, "server_error")}}
    if dialect == "vllm":
        return {"object": "error", "message": words, "type": "BadRequestError", "param": None, "code": status}
    return {
        "error": {"message": words, "type": "invalid_request_error", "param": None, "code": "invalid_request_error"}
    }
