"""Dictation without speech input of the browser: a clip comes in, its words go back, and no sound is kept (F5)."""

from __future__ import annotations

import os
import tempfile
import threading
import wave
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from phone_stage import Stage

from api.limits import kind_of
from interview_engine.clock import china_day
from interview_engine.errors import WeightsError
from interview_engine.hr.access.rules import SYSTEM
from interview_engine.hr.employment import service as employment
from interview_engine.settings import Settings
from models.weights.registry import WeightStore, default_root
from pipelines.hearing import dictation

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))
SPEECH = DATA / "C_audio" / "jfk" / "jfk.flac"
SMALL = 500
"""Bytes: a library notes its session in a file of temporary files; the shortest clip here has 16,000."""


@pytest.fixture
def speech() -> bytes:
    if not SPEECH.is_file():
        pytest.skip("no recordings (SHARED_DATA)")
    try:
        WeightStore(default_root()).locate("whisper-base")
    except WeightsError as error:
        pytest.skip(f"no weights: {error.code}")
    return SPEECH.read_bytes()


def silence(folder: Path, seconds: int) -> bytes:
    path = folder / f"silence{seconds}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(2 * 8_000 * seconds))
    return path.read_bytes()


def send(client: httpx.Client, clip: bytes, kind: str = "audio/webm;codecs=opus", **headers: str) -> httpx.Response:
    shown = {"content-type": kind, "accept": "application/json", **headers}
    return client.post("/dictation", content=clip, headers=shown, timeout=120, follow_redirects=False)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of server and child alone, watched while something runs."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    tempfile.tempdir = None


def test_f5_a_recording_comes_back_as_words_in_the_console_and_nothing_is_kept_of_it(
    stage: Stage, speech: bytes, temporary: Path, tmp_path: Path
) -> None:
    kept = {path for path in tmp_path.rglob("*") if path.is_file()}
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            seen.update(str(path) for path in temporary.rglob("*"))

    watching = threading.Thread(target=watch)
    watching.start()
    answer = send(stage.http, speech, "audio/flac")
    over.set()
    watching.join()
    assert answer.status_code == 200
    text = answer.json()["text"]
    assert "ask not what your country can do for you" in text
    left = {path for path in tmp_path.rglob("*") if path.is_file()} - kept
    assert sum(path.stat().st_size for path in left) < SMALL
    assert not any(path.endswith((".wav", ".flac", ".webm", ".mp4")) for path in seen)
    print(text)


def test_f5_on_the_phone_of_who_works_here_and_of_nobody_else(stage: Stage, speech: bytes) -> None:
    company, clock = stage.company, stage.company.clock
    stage.wechat.fake.official.redirect_host = stage.url.removeprefix("http://")
    with company.database.transaction() as session:
        where = employment.Place(company.entity_id, company.department_id)
        start = china_day(clock) - timedelta(days=350)
        employment.begin(session, SYSTEM, stage.person_id, where, "客服专员", start, None, clock)
    agent = {"accept-language": "zh", "user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"}
    with httpx.Client(
        base_url=stage.url, follow_redirects=True, headers=agent, cookies={"fake-user": "o-candidate"}
    ) as mine:
        assert code(send(mine, speech, "audio/flac")) == (401, "session.over"), "before the sign-in of WeChat"
        assert mine.get("/wechat/today").status_code == 200
        answer = send(mine, speech, "audio/flac")
        assert "country" in answer.json()["text"]
        assert code(send(mine, speech, "audio/flac", origin="https://elsewhere.example")) == (403, "request.origin")


def test_what_is_no_short_recording_of_words_is_refused_with_a_reason(
    stage: Stage, tmp_path: Path, temporary: Path
) -> None:
    http = stage.http
    assert code(send(http, b"hello", "text/plain")) == (415, "dictation.type")
    assert code(send(http, b"hello", "application/x-www-form-urlencoded")) == (415, "dictation.type")
    assert code(send(http, b"")) == (422, "dictation.empty")
    assert code(send(http, b"this is no recording" * 100)) == (422, "dictation.unreadable")
    assert code(send(http, silence(tmp_path, 70), "audio/wav")) == (422, "dictation.too_long")
    nothing = send(http, silence(tmp_path, 2), "audio/wav")
    assert code(nothing) == (422, "dictation.no_words")
    assert nothing.json()["en"]["message"] == "No words were heard."
    assert nothing.json()["zh"]["message"] == "没有听到说话。"
    assert send(http, bytes(dictation.MAX_BYTES + 1)).status_code == 413
    assert sum(path.stat().st_size for path in temporary.rglob("*")) < SMALL


def test_when_all_places_are_taken_or_it_takes_too_long_one_is_told_when_to_come_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip = silence(tmp_path, 2)
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(dictation, "_places", places)
    with places:
        answer = send(stage.http, clip, "audio/wav")
    assert code(answer) == (503, "dictation.busy")
    assert answer.headers["retry-after"] == "5"
    monkeypatch.setattr(dictation, "WALL_S", 0.01)
    assert code(send(stage.http, clip, "audio/wav")) == (503, "dictation.slow")
    monkeypatch.undo()
    assert code(send(stage.http, clip, "audio/wav")) == (422, "dictation.no_words"), "the place is free again"


def test_without_the_model_it_is_said_and_the_text_can_be_typed(tmp_path: Path) -> None:
    empty = tmp_path / "weights"
    empty.mkdir()
    with pytest.raises(WeightsError) as refused:
        dictation.words_of(silence(tmp_path, 1), "audio/wav", Settings(weights=empty))
    assert refused.value.code == "dictation.weights"
    assert "models pull" in refused.value.next_step.en


def test_it_counts_to_the_limit_of_pages() -> None:
    assert kind_of("POST", "/dictation") == "console"
