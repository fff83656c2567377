"""The judge's endpoint over real HTTP, in the dialects of llama.cpp's server, vLLM and DeepSeek."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from chat_servers import DIALECTS, Dialect, Running, Said, chat_server

from interview_engine.assessment.judge import pairwise
from interview_engine.assessment.judge.prompt import prompt, reply_schema
from interview_engine.assessment.judge.shown import shown
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.scoring import AnswerText
from interview_engine.clock import SystemClock
from interview_engine.errors import ScorerError
from models.text.llm import ChatModel, Endpoint, JsonMode

KIT = load_kit(shipped_kits()["customer-service"])
COMPETENCY = KIT.competency("communication")
ANSWER = AnswerText("q1", "zh", "我先让他把话说完，再把他的意思复述一遍，他点头以后我才去查订单。")
MESSAGES = prompt(KIT, COMPETENCY, [(ANSWER, shown(ANSWER.text))], 0)
SCHEMA = reply_schema(COMPETENCY)
GOOD = '{"evidence": [{"quote": "我先让他把话说完", "indicator": "asks-to-understand", "level": 4}], "level": 4}'
MODES: dict[Dialect, JsonMode] = {"llama.cpp": "schema", "vllm": "schema", "deepseek": "object"}


@contextmanager
def talking(
    dialect: Dialect, *turns: Said, mode: JsonMode | None = None, attempts: int = 4
) -> Iterator[tuple[ChatModel, Running, list[float]]]:
    waits: list[float] = []
    with chat_server(dialect, turns) as running:
        endpoint = Endpoint(running.url, "m", attempts=attempts, json_mode=mode or MODES[dialect], timeout_s=30)
        with closing(ChatModel(endpoint, waits.append, SystemClock())) as model:
            yield model, running, waits


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_judges_prompt_is_accepted_and_its_reply_read_and_counted(dialect: Dialect) -> None:
    with talking(dialect, Said(GOOD)) as (model, running, _):
        model.check()
        reply = model.ask(MESSAGES, SCHEMA, 0)
    assert isinstance(reply.document, dict), reply.problem
    assert reply.document["level"] == 4
    assert (reply.prompt_tokens, reply.completion_tokens) == (120, 30)
    assert running.asked[0]["temperature"] == 0


@pytest.mark.parametrize("dialect", DIALECTS)
def test_thinking_beside_or_before_the_reply_is_not_the_reply(dialect: Dialect) -> None:
    for turn in (Said(GOOD, reasoning="Level 1? No."), Said(f"<think>{{}} maybe 1</think>\n```json\n{GOOD}\n```")):
        with talking(dialect, turn) as (model, _, _):
            reply = model.ask(MESSAGES, SCHEMA, 0)
        assert isinstance(reply.document, dict), reply.problem


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("turn", "problem"),
    [
        (Said(None, reasoning="Let me think about", finish="length"), "cut off after 1200 tokens"),
        (Said("", reasoning="Thought to the end."), "thinking and no reply"),
        (Said(""), "an empty reply"),
        (Said(GOOD[:40], finish="length"), "cut off after 1200 tokens"),
        (Said("", finish="content_filter"), "withheld by the server's filter"),
        (Said("level 4"), "not JSON"),
    ],
)
def test_a_reply_without_the_json_says_what_was_there_instead(dialect: Dialect, turn: Said, problem: str) -> None:
    with talking(dialect, turn) as (model, _, _):
        reply = model.ask(MESSAGES, SCHEMA, 0)
    assert (reply.document, reply.problem) == (None, problem)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_content_in_parts_is_put_together(dialect: Dialect) -> None:
    parts = [{"type": "text", "text": GOOD[:20]}, {"type": "text", "text": GOOD[20:]}]
    with talking(dialect, Said(parts)) as (model, _, _):
        assert isinstance(model.ask(MESSAGES, SCHEMA, 0).document, dict)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("status", [429, 503])
def test_a_full_or_loading_server_is_asked_again_when_it_says_so(dialect: Dialect, status: int) -> None:
    with talking(dialect, Said(status=status, retry_after="7"), Said(status=status), Said(GOOD)) as (model, _, waits):
        assert isinstance(model.ask(MESSAGES, SCHEMA, 0).document, dict)
    assert waits == [7.0, 2.0]


def test_a_server_that_ran_out_of_resources_in_the_middle_is_asked_again() -> None:
    with talking("deepseek", Said("", finish="insufficient_system_resource"), Said(GOOD)) as (model, running, waits):
        assert isinstance(model.ask(MESSAGES, SCHEMA, 0).document, dict)
    assert (len(running.asked), waits) == (2, [1.0])


def test_a_server_that_stays_out_of_resources_is_an_error() -> None:
    busy = Said("", finish="insufficient_system_resource")
    with talking("deepseek", busy, attempts=3) as (model, _, _), pytest.raises(ScorerError) as caught:
        model.ask(MESSAGES, SCHEMA, 0)
    assert caught.value.code == "judge.unreachable"


def test_a_server_without_schemas_is_refused_with_the_setting_that_helps() -> None:
    with talking("deepseek", Said(GOOD), mode="schema") as (model, running, _), pytest.raises(ScorerError) as caught:
        model.ask(MESSAGES, SCHEMA, 0)
    assert caught.value.code == "judge.refused"
    assert "response_format type is unavailable" in caught.value.text("en")
    assert "INTERVIEW_ENGINE_JUDGE_JSON" in caught.value.text("en")
    assert len(running.asked) == 1, "never another form in silence"


PAIR = pairwise.prompt(KIT, COMPETENCY, [(ANSWER, shown(ANSWER.text))], pairwise.examples_of(COMPETENCY)[0], 1)
WON = GOOD.replace('"level": 4}]', '"speaks": "for"}]').replace('"level": 4', '"more": "second"')


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_comparison_is_asked_and_its_reply_read_in_every_dialect(dialect: Dialect) -> None:
    schema = pairwise.reply_schema(COMPETENCY)
    for turn in (Said(WON), Said(f"<think>first?</think>\n```json\n{WON}\n```"), Said(WON, reasoning="first?")):
        with talking(dialect, turn) as (model, running, _):
            reply = model.ask(PAIR, schema, 7)
        compared = pairwise.verify(reply.document, COMPETENCY, [(ANSWER, shown(ANSWER.text))], 1)
        assert compared is not None, reply.problem
        assert compared.won == 1.0
        assert running.asked[0]["seed"] == 7


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_reply_to_another_question_is_no_comparison(dialect: Dialect) -> None:
    with talking(dialect, Said(GOOD)) as (model, _, _):
        reply = model.ask(PAIR, pairwise.reply_schema(COMPETENCY), 0)
    assert reply.document is None
    assert reply.problem


def test_the_temperature_of_the_settings_is_sent() -> None:
    with chat_server("vllm", [Said(GOOD)]) as running:
        endpoint = Endpoint(running.url, "m", temperature=0.7, timeout_s=30)
        with closing(ChatModel(endpoint, lambda _: None, SystemClock())) as model:
            model.ask(MESSAGES, SCHEMA, 3)
    assert (running.asked[0]["temperature"], running.asked[0]["seed"]) == (0.7, 3)
