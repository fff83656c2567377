"""The chat endpoint of the judge: waits where waiting helps, errors that say what happened, replies checked."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from interview_engine.errors import ScorerError
from models.text.llm import MAX_BODY_BYTES, ChatModel, Endpoint

SCHEMA = {
    "type": "object",
    "properties": {"level": {"type": "integer", "enum": [1, 2, 3, 4, 5]}},
    "required": ["level"],
    "additionalProperties": False,
}
MESSAGES = [{"role": "user", "content": "你好"}]
Handler = Callable[[httpx.Request], httpx.Response]


class StillClock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def now(self) -> datetime:
        return datetime(2030, 1, 1, tzinfo=UTC)

    def monotonic_s(self) -> float:
        return self.at_s


class Server:
    """Answers with the given responses, one a request, the last one for ever; keeps what it was asked."""

    def __init__(self, *responses: httpx.Response | Exception) -> None:
        self.responses = list(responses)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self.responses[min(len(self.requests), len(self.responses)) - 1]
        if isinstance(response, Exception):
            raise response
        return response

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.requests[-1].content)
        return body


def chat(content: object, finish: str = "stop", **more: object) -> httpx.Response:
    choice = {"message": {"role": "assistant", "content": content}, "finish_reason": finish}
    usage = {"prompt_tokens": 11, "completion_tokens": 7}
    return httpx.Response(200, json={"choices": [choice], "usage": usage} | more)


def model(handler: Handler, **settings: Any) -> tuple[ChatModel, list[float]]:
    waits: list[float] = []
    endpoint = Endpoint("http://judge.test/v1", "m", **{"key": "sk-secret", **settings})
    return ChatModel(endpoint, waits.append, StillClock(), httpx.MockTransport(handler)), waits


def error_of(handler: Handler, **settings: Any) -> tuple[ScorerError, list[float]]:
    asked, waits = model(handler, **settings)
    with pytest.raises(ScorerError) as caught:
        asked.ask(MESSAGES, SCHEMA, 0)
    text = caught.value.text("zh") + caught.value.text("en")
    assert "sk-secret" not in text
    assert "不会改用别的评分器" in text
    assert "no other scorer is used" in text
    return caught.value, waits


def test_a_reply_is_parsed_checked_and_counted() -> None:
    server = Server(chat('{"level": 4}'))
    reply = model(server)[0].ask(MESSAGES, SCHEMA, 3)
    assert (reply.document, reply.prompt_tokens, reply.completion_tokens, reply.problem) == ({"level": 4}, 11, 7, "")
    body = server.body()
    assert (body["temperature"], body["seed"], body["model"]) == (0, 3, "m")
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert server.requests[0].headers["authorization"] == "Bearer sk-secret"
    assert str(server.requests[0].url) == "http://judge.test/v1/chat/completions"


def test_object_mode_promises_only_json_and_the_schema_is_checked_here() -> None:
    server = Server(chat('{"level": 9}'))
    reply = model(server, json_mode="object")[0].ask(MESSAGES, SCHEMA, 0)
    assert server.body()["response_format"] == {"type": "json_object"}
    assert reply.document is None
    assert "level" in reply.problem


@pytest.mark.parametrize(
    "content",
    ['```json\n{"level": 2}\n```', '<think>Level 5? {"level": 5} No.</think>\n{"level": 2}', ' \n{"level": 2}\n'],
)
def test_a_fence_or_thinking_aloud_around_the_json_may_stand(content: str) -> None:
    assert model(Server(chat(content)))[0].ask(MESSAGES, SCHEMA, 0).document == {"level": 2}


@pytest.mark.parametrize(
    ("content", "finish", "problem"),
    [
        ("I would say four.", "stop", "not JSON"),
        ('{"level": 4', "length", "cut off after 1200 tokens"),
        (None, "stop", "an empty reply"),
        ("", "stop", "an empty reply"),
        ("[" * 100_000, "stop", "not JSON"),
        ('{"level": 4, "note": "x"}', "stop", "reply: Additional properties"),
        ('{"level": true}', "stop", "level"),
    ],
)
def test_a_malformed_reply_is_no_failure_of_the_endpoint(content: object, finish: str, problem: str) -> None:
    server = Server(chat(content, finish))
    reply = model(server)[0].ask(MESSAGES, SCHEMA, 0)
    assert reply.document is None
    assert reply.problem.startswith(problem)
    assert reply.completion_tokens == 7
    assert len(server.requests) == 1


def test_too_many_requests_then_well_waits_as_long_as_the_server_asks() -> None:
    server = Server(httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(503), chat('{"level": 1}'))
    asked, waits = model(server)
    assert asked.ask(MESSAGES, SCHEMA, 0).document == {"level": 1}
    assert waits == [7.0, 2.0]


def test_waits_double_and_have_a_ceiling() -> None:
    error, waits = error_of(Server(httpx.Response(500, headers={"retry-after": "9999"}, text="boom")), attempts=5)
    assert error.code == "judge.unreachable"
    assert "HTTP 500: boom" in error.message.en
    assert waits == [30.0] * 4
    assert error_of(Server(httpx.Response(500)), attempts=4)[1] == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
def test_an_unreachable_endpoint_is_an_error_after_all_attempts(failure: Exception) -> None:
    server = Server(failure)
    error, waits = error_of(server)
    assert error.code == "judge.unreachable"
    assert type(failure).__name__ in error.message.en
    assert "http://judge.test/v1" in error.message.zh
    assert (len(server.requests), len(waits)) == (4, 3)


def test_a_server_that_dribbles_is_given_up_at_the_time_limit() -> None:
    clock = StillClock()

    class Dribble(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                clock.at_s += 4.0
                yield b" "

    endpoint = Endpoint("http://judge.test/v1", "m", timeout_s=10.0, attempts=2)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Dribble()))
    with pytest.raises(ScorerError) as caught:
        ChatModel(endpoint, lambda _: None, clock, transport).ask(MESSAGES, SCHEMA, 0)
    assert caught.value.code == "judge.unreachable"
    assert "10 s" in caught.value.message.en
    assert clock.at_s == 24.0


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413, 422])
def test_a_final_status_is_not_tried_again_and_its_words_are_passed_on(status: int) -> None:
    server = Server(httpx.Response(status, json={"error": "key sk-secret: context length exceeded"}))
    error, waits = error_of(server)
    assert error.code == "judge.refused"
    assert "context length exceeded" in error.message.en
    assert "***" in error.message.en
    assert (len(server.requests), waits) == (1, [])


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>welcome</html>"),
        httpx.Response(200, json={"choices": []}),
        httpx.Response(200, json=["a"]),
        httpx.Response(200, json={"choices": [{"message": None}]}),
        httpx.Response(200, content=b"\xff\xfe\x00"),
        httpx.Response(200, text="[" * 100_000),
    ],
)
def test_what_is_no_chat_endpoint_is_named_so(response: httpx.Response) -> None:
    assert error_of(Server(response))[0].code == "judge.not_compatible"


def test_a_huge_body_is_not_read_to_its_end() -> None:
    sent = 0

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal sent
            while True:
                sent += 1_000_000
                yield b"x" * 1_000_000

    error, _ = error_of(lambda _: httpx.Response(200, stream=Endless()))
    assert error.code == "judge.not_compatible"
    assert sent <= MAX_BODY_BYTES + 2_000_000


def test_tokens_that_the_server_does_not_count_are_unknown_not_zero() -> None:
    reply = model(Server(chat('{"level": 1}', usage=None)))[0].ask(MESSAGES, SCHEMA, 0)
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)


def test_the_check_finds_a_wrong_address_or_key_and_lets_servers_without_a_list_pass() -> None:
    model(Server(httpx.Response(404)))[0].check()
    model(Server(httpx.Response(200, json={"data": []})))[0].check()
    for response, code in ((httpx.Response(401), "judge.refused"), (httpx.ConnectError("no"), "judge.unreachable")):
        with pytest.raises(ScorerError) as caught:
            model(Server(response))[0].check()
        assert caught.value.code == code


def test_secrets_of_an_endpoint_are_not_printed() -> None:
    endpoint = Endpoint("https://user:pw@judge.test:8/v1?token=t", "m", "sk-secret")
    assert endpoint.shown_url == "https://judge.test:8/v1"
    assert "sk-secret" not in repr(endpoint)
