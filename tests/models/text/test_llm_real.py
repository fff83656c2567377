"""The judge against a real llama.cpp server with a small Qwen: the protocol holds, quotes are true.

The model is far too small to judge anybody; what is tested is that whatever it writes ends as a score with verbatim
quotes or as a stated reason, never as an invented quote.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from interview_engine.assessment.judge.asking import Asking
from interview_engine.assessment.judge.prompt import reply_schema
from interview_engine.assessment.judge.scorer import JudgeScorer, Reply
from interview_engine.assessment.judge.screening import Screened
from interview_engine.assessment.judge.shown import shown
from interview_engine.assessment.kits.kit import Competency, Indicator, Kit, Phrases, Question
from interview_engine.assessment.scoring import AnswerText
from interview_engine.clock import SystemClock
from interview_engine.errors import WeightsError
from interview_engine.i18n import LocalizedText
from models.text.llm import ChatModel, Endpoint
from models.weights.registry import WeightStore, default_root

WEIGHTS = "qwen2.5-coder-0.5b"

SERVER = """
import sys
import xllamacpp
p = xllamacpp.CommonParams()
p.model.path = sys.argv[1]
p.hostnames, p.port, p.ui = ["127.0.0.1"], 0, False
p.n_ctx, p.n_parallel, p.n_threads_http, p.verbosity = 2048, 1, 2, 0
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = 1
p.warmup = False
server = xllamacpp.Server(p)
print("ADDRESS", server.listening_address, flush=True)
sys.stdin.read()
"""

COMPETENCY = Competency(
    "care",
    "general",
    LocalizedText("客户关怀", "Customer care"),
    LocalizedText("帮客户解决问题。", "Solves the customer's problem."),
    100.0,
    3.0,
    (Indicator("acts", LocalizedText("采取行动", "takes action"), Phrases((), ())),),
    tuple(LocalizedText(text, text) for text in ("nothing", "little", "acts", "acts well", "acts very well")),
)
QUESTION = Question("q1", LocalizedText("说一次经历。", "Tell me about a customer."), 0, 60, 1, ("care",))
NAME, NO_PHRASES = LocalizedText("客服", "Service"), Phrases((), ())
KIT = Kit("tiny", 1, NAME, NAME, ("zh", "en"), (COMPETENCY,), (QUESTION,), NO_PHRASES, "0")
TEXT = "A customer got a broken fridge. I called the depot, found another one and had it sent the same evening."


class Overheard:
    """Passes on to the real model and keeps its replies."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model
        self.name, self.address = model.name, model.address
        self.replies: list[Reply] = []

    def ask(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], seed: int) -> Reply:
        self.replies.append(self.model.ask(messages, schema, seed))
        return self.replies[-1]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    store = WeightStore(default_root())
    try:
        store.pull([WEIGHTS])
    except WeightsError as error:
        pytest.skip(f"the weights cannot be had here: {error}")
    (gguf,) = Path(store.locate(WEIGHTS)).glob("*.gguf")
    command = [sys.executable, "-c", SERVER, str(gguf)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            told = next((line for line in server.stdout if line.startswith("ADDRESS")), "")
            assert told, f"the server ended with {server.wait()}"
            yield f"{told.split()[1]}/v1"
        finally:
            server.kill()


@pytest.mark.slow
def test_a_small_model_on_a_real_server_gives_verified_quotes_or_a_reason(address: str) -> None:
    endpoint = Endpoint(address, WEIGHTS, timeout_s=300.0, attempts=1, max_tokens=120)
    with closing(ChatModel(endpoint, time.sleep, SystemClock())) as chat:
        chat.check()
        model = Overheard(chat)
        scorer = JudgeScorer(
            model, lambda kit, answers: [Screened(None, shown(a.text)) for a in answers], Asking(samples=1)
        )
        content = scorer.score(KIT, [AnswerText("q1", "en", TEXT)])
    (reply,), (found,) = model.replies, content.competencies
    jsonschema.validate(reply.document, reply_schema(COMPETENCY))
    assert content.settings["judge_prompt_tokens"] == reply.prompt_tokens
    assert (reply.prompt_tokens or 0) > 200
    assert (reply.completion_tokens or 0) > 5
    if found.score is None:
        assert found.reason is not None
        assert found.reason.code in {"judge.quotes_unverified", "competency.not_shown"}
    else:
        assert 0.0 <= found.score.low <= found.score.value <= found.score.high <= 10.0
        assert found.evidence
    for evidence in found.evidence:
        assert TEXT[evidence.char_start :].startswith(evidence.quote)
