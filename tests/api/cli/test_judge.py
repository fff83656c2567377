"""`assess --scorer judge` as a person meets it: settings, an endpoint not there, provenance."""

import io
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from interview_engine.errors import UsageError
from interview_engine.settings import read_settings

PREFIX = "INTERVIEW_ENGINE_JUDGE_"
ANSWER = (
    "去年双十一，一位客户收到破损的冰箱，非常着急。我先把她说的情况重复了一遍确认，然后查了仓库的库存，"
    "发现城西还有一台同型号的，就和司机协调当晚九点换货。第二天我又打电话确认，她给了五星评价。"
)
QUOTE = "然后查了仓库的库存"


class Judge(BaseHTTPRequestHandler):
    """A chat endpoint that quotes one phrase and gives level 4; /broken answers 500."""

    def do_GET(self) -> None:
        self._answer({"data": []})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        document = {"evidence": [{"quote": QUOTE, "indicator": "none", "level": 4}], "level": 4}
        choice = {"message": {"content": json.dumps(document)}, "finish_reason": "stop"}
        self._answer({"choices": [choice], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}})

    def _answer(self, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def judge() -> Iterator[str]:
    """The address of a judge that is asked once, with its prices."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Judge) as server, pytest.MonkeyPatch.context() as patch:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        for name, value in (("URL", url), ("MODEL", "fake"), ("SAMPLES", "1"), ("PROMPT_PRICE", "2")):
            patch.setenv(PREFIX + name, value)
        patch.setenv(PREFIX + "COMPLETION_PRICE", "8")
        patch.setenv("INTERVIEW_ENGINE_WORKERS", "1")
        yield url
        server.shutdown()


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that was assessed by the judge once: the line that was printed, and its report."""

    answer: Path
    out: Path
    line: dict[str, Any]
    report: dict[str, Any]

    def again(self, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
        """What the same command prints now."""
        main(_command(self.answer, self.out, "--json", *more))
        return dict(json.loads(capsys.readouterr().out))


@pytest.fixture(scope="module")
def once(judge: str, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("judged")
    path, out = folder / "answer.txt", folder / "out"
    path.write_text(ANSWER, encoding="utf-8")
    printed = io.StringIO()
    with redirect_stdout(printed):
        main(_command(path, out, "--scorer", "judge", "--json"))
    return Judged(path, out, json.loads(printed.getvalue()), _report(out))


@pytest.fixture
def judged(once: Judged, tmp_path: Path) -> Judged:
    """With a folder of this test's own."""
    return replace(once, out=Path(shutil.copytree(once.out, tmp_path / "out")))


def _command(answer: Path, out: Path, *more: str) -> list[str]:
    return ["assess", str(answer), "--kit", "customer-service", "--candidate", "林晓", "--out", str(out), *more]


def _report(out: Path) -> dict[str, Any]:
    (path,) = out.glob("*/report.json")
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture
def answers(tmp_path: Path) -> list[str]:
    path = tmp_path / "answer.txt"
    path.write_text(ANSWER, encoding="utf-8")
    return _command(path, tmp_path / "out")


def test_without_an_address_the_judge_is_refused_with_what_to_set(
    answers: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PREFIX + "URL", raising=False)
    assert main([*answers, "--scorer", "judge"]) == 2
    text = capsys.readouterr().err
    assert "错误 [judge.not_set]" in text
    assert "INTERVIEW_ENGINE_JUDGE_URL" in text
    assert not (tmp_path / "out").exists()


def test_an_endpoint_that_is_not_there_ends_the_run_before_any_work(
    answers: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + "URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv(PREFIX + "MODEL", "fake")
    monkeypatch.setenv(PREFIX + "KEY", "sk-secret")
    monkeypatch.setattr("models.text.llm.FIRST_WAIT_S", 0.0)
    assert main([*answers, "--scorer", "judge"]) == 1
    text = capsys.readouterr().err
    assert "error [judge.unreachable]" in text
    assert "不会改用别的评分器" in text
    assert "sk-secret" not in text
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_judged_report_says_by_whom_and_at_what_cost(judged: Judged, judge: str) -> None:
    settings = judged.report["provenance"]["settings"]
    requests = settings["judge_requests"]
    assert requests >= 1
    assert judged.report["provenance"]["scorer"] == "judge/2:fake:1"
    assert settings["judge_endpoint"] == judge
    assert settings["judge_prompt_tokens"] == 1000 * requests
    assert settings["judge_completion_tokens"] == 100 * requests
    assert settings["judge_cost"] == f"{requests * 2800 / 1_000_000:.6f} CNY"


@pytest.mark.slow
def test_a_judged_report_quotes_what_the_judge_found(judged: Judged) -> None:
    quotes = [quote["quote"] for competency in judged.report["competencies"] for quote in competency["evidence"]]
    assert set(quotes) == {QUOTE}


@pytest.mark.slow
def test_a_judged_answer_is_not_judged_twice(judged: Judged, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged.line["resumed"] is False
    assert judged.again(capsys, "--scorer", "judge")["resumed"] is True


@pytest.mark.slow
def test_another_scorer_assesses_again(judged: Judged, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged.again(capsys)["resumed"] is False
    report = _report(judged.out)
    assert report["provenance"]["scorer"].startswith("evidence/")
    assert "judge_requests" not in report["provenance"]["settings"]


@pytest.mark.slow
def test_a_run_says_what_the_judge_will_take_at_most_and_what_it_took(
    judge: str, answers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*answers, "--scorer", "judge"])
    printed = capsys.readouterr().err
    before, after = printed.index("Judge, at most about"), printed.index("Judge, spent in this run")
    assert before < after
    assert "reply tokens" in printed[before:after]
    assert "CNY" in printed[before:after]
    assert "大模型" in printed


@pytest.mark.slow
def test_hybrid_keeps_the_defaults_score_and_shows_the_judges(
    judge: str, answers: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*answers, "--json"])
    own = [one["score"] and one["score"]["value"] for one in _report(tmp_path / "out")["competencies"]]
    capsys.readouterr()
    main([*answers, "--scorer", "hybrid", "--json"])
    line = json.loads(capsys.readouterr().out)
    report = _report(tmp_path / "out")
    assert [one["score"] and one["score"]["value"] for one in report["competencies"]] == own
    assert any(value is not None for value in own)
    assert line["judge"]["requests"] >= 1
    assert report["provenance"]["scorer"].startswith("hybrid/1:evidence/")
    assert any("beside" in one for one in report["competencies"])
    assert report["provenance"]["settings"]["hybrid_threshold"] == 2.5


@pytest.mark.slow
def test_a_judge_that_fails_midway_leaves_a_report_for_a_person_and_the_next_run_asks_again(
    judge: str, answers: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + "BUDGET", "0.000001")
    assert main([*answers, "--scorer", "judge"]) == 3
    printed = capsys.readouterr().out
    report = _report(tmp_path / "out")
    assert "judge.budget" in printed
    assert report["answers"][0]["transcript"]["text"] == ANSWER
    assert "judge.budget" in [reason["code"] for reason in report["needs_review"]]
    monkeypatch.delenv(PREFIX + "BUDGET")
    main([*answers, "--scorer", "judge"])
    again = _report(tmp_path / "out")
    assert "judge_failed" not in again["provenance"]["settings"]
    assert any(one["score"] is not None for one in again["competencies"])


def test_who_scores_is_a_setting_and_an_unknown_one_is_named() -> None:
    assert read_settings({"INTERVIEW_ENGINE_SCORER": "hybrid"}).scorer == "hybrid"
    assert read_settings({}).scorer == "evidence"
    with pytest.raises(UsageError) as caught:
        read_settings({"INTERVIEW_ENGINE_SCORER": "both"})
    assert "INTERVIEW_ENGINE_SCORER" in caught.value.message.en


def test_settings_of_the_judge_are_read_and_its_key_is_not_printed() -> None:
    environment = {
        PREFIX + "URL": "https://judge.test/v1",
        PREFIX + "MODEL": "m",
        PREFIX + "KEY": "sk-secret",
        PREFIX + "JSON": "object",
        PREFIX + "SAMPLES": "3",
        PREFIX + "PROMPT_PRICE": "0.8",
    }
    settings = read_settings(environment)
    assert settings.judge is not None
    assert (settings.judge.samples, settings.judge.json_mode, settings.judge.key) == (3, "object", "sk-secret")
    assert str(settings.judge.prompt_price) == "0.8"
    assert "sk-secret" not in repr(settings)
    assert read_settings({}).judge is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "judge.test/v1"),
        ("URL", "file:///etc/passwd"),
        ("URL", "http://[::1"),
        ("MODEL", ""),
        ("JSON", "xml"),
        ("SAMPLES", "10"),
        ("SAMPLES", "5"),
        ("METHOD", "triples"),
        ("POOL", "mode"),
        ("TEMPERATURE", "3"),
        ("BUDGET", "5"),
        ("TIMEOUT_S", "0"),
        ("PROMPT_PRICE", "cheap"),
        ("COMPLETION_PRICE", "NaN"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    environment = {PREFIX + "URL": "http://judge.test/v1", PREFIX + "MODEL": "m", PREFIX + name: value}
    with pytest.raises(UsageError) as caught:
        read_settings(environment)
    assert caught.value.code == "settings.invalid"
    assert PREFIX + name in caught.value.message.en
