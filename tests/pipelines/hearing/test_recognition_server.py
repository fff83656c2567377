"""One recognition process for all (row A10): the same results as with one's own recogniser, windows of several clients
in one batch, and deaths on either side survived."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from batch_recorder import ANOTHER_ANSWER, ANSWER, Recorder
from numpy.typing import NDArray

from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import SystemClock
from interview_engine.errors import RecognitionLost, WeightsError
from interview_engine.settings import Settings
from models.speech.faster_whisper_recogniser import FasterWhisperRecogniser
from models.speech.recogniser import DecodeRequest, EncodedWindow
from models.speech.vad import SileroVoiceActivity
from models.weights.registry import WeightStore, default_root
from pipelines.folders.batch import Work, assess_all
from pipelines.folders.manifest import job_from_files
from pipelines.hearing import recognition_server
from pipelines.hearing.recognition_client import RemoteRecogniser
from pipelines.hearing.recognition_server import Make, RecognitionServer
from pipelines.hearing.transcribe import transcribe
from pipelines.job import Options
from pipelines.media.ingest import open_recording

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))
CLIP = DATA / "B_video" / "latentsync_demo1.mp4"

STAND_INS = '''
"""Recognisers that say what they were asked, for a server in a process of its own."""
import os, signal, time
from pathlib import Path
from interview_engine.errors import WeightsError
from interview_engine.i18n import LocalizedText
from models.speech.recogniser import EncodedWindow, Heard, HeardWord

class Echo:
    """A window's first sample is what is said in it; how many were done at once is written to a file."""
    batch = 4
    def __init__(self, log):
        self.log = log
    def encode(self, windows):
        if any(len(window) > 100 for window in windows):
            raise ValueError("too long")
        if any(window[0] == 666 for window in windows):
            os.kill(os.getpid(), signal.SIGKILL)
        self.note("encode", len(windows))
        return [EncodedWindow({"en": 1.0}, len(w) / 16000, float(w[0])) for w in windows]
    def decode(self, requests):
        self.note("decode", len(requests))
        texts = [f"{r.window.state:g} {r.language} {r.prompt} {r.avoid_repeats}" for r in requests]
        return [Heard((HeardWord(text, 0.0, r.window.duration_s, 1.0),), -0.1, 0.0) for text, r in zip(texts, requests)]
    def note(self, kind, count):
        time.sleep(0.05)
        with self.log.open("a") as file:
            file.write(f"{kind} {count}\\n")

def echo(settings):
    return Echo(settings.weights / "log")

def missing(settings):
    raise WeightsError("weights.missing", LocalizedText("没有", "missing"), LocalizedText("下载", "pull"))
'''


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Make]]:
    (tmp_path / "stand_ins.py").write_text(STAND_INS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("stand_ins", None)
    import stand_ins  # type: ignore[import-not-found]

    monkeypatch.setattr(recognition_server, "RESTART_PAUSE_S", 0.05)
    yield lambda name: getattr(stand_ins, name)
    sys.modules.pop("stand_ins", None)


def window(value: float, count: int = 10) -> NDArray[np.float32]:
    return np.full(count, value, np.float32)


def say(recogniser: RemoteRecogniser, values: Sequence[float], language: str = "en") -> list[str]:
    windows = recogniser.encode([window(value) for value in values])
    return [heard.text for heard in recogniser.decode([DecodeRequest(w, language, f"p{language}") for w in windows])]


def logged(folder: Path) -> list[tuple[str, int]]:
    lines = (folder / "log").read_text(encoding="utf-8").splitlines()
    return [(kind, int(count)) for kind, count in (line.split() for line in lines)]


@pytest.fixture
def server(tmp_path: Path, stand_ins: Callable[[str], Make]) -> Iterator[RecognitionServer]:
    with RecognitionServer(Settings(weights=tmp_path), stand_ins("echo")) as running:
        yield running


def test_every_request_gets_its_own_answer_in_order(server: RecognitionServer) -> None:
    recogniser = RemoteRecogniser(server.address)
    assert recogniser.batch == 4
    assert say(recogniser, [1, 2, 3]) == ["1 en pen False", "2 en pen False", "3 en pen False"]
    assert recogniser.encode([]) == []
    one = recogniser.encode([window(7)])[0]
    again = [DecodeRequest(one, "zh"), DecodeRequest(one, "en", "x", avoid_repeats=True)]
    assert [heard.text for heard in recogniser.decode(again)] == ["7 zh  False", "7 en x True"]
    assert one.language_probabilities == {"en": 1.0}
    assert one.duration_s == 10 / SAMPLE_RATE


def test_windows_of_several_clients_share_a_batch_and_large_requests_are_cut(
    server: RecognitionServer, tmp_path: Path
) -> None:
    found: dict[int, list[str]] = {}

    def client(number: int) -> None:
        found[number] = say(RemoteRecogniser(server.address), [10 * number + step for step in range(3)])

    threads = [threading.Thread(target=client, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for number in range(6):
        assert found[number] == [f"{10 * number + step} en pen False" for step in range(3)]
    sizes = [size for _, size in logged(tmp_path)]
    assert max(sizes) == 4
    assert sum(sizes) == 36
    assert len(sizes) < 12


def test_one_faulty_window_is_refused_without_harm_to_others(server: RecognitionServer) -> None:
    good, bad = RemoteRecogniser(server.address), RemoteRecogniser(server.address)
    failed: list[Exception] = []

    def ask() -> None:
        try:
            bad.encode([window(1, 200)])
        except ValueError as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert say(good, [1, 2]) == ["1 en pen False", "2 en pen False"]
    thread.join(timeout=60)
    assert [str(error) for error in failed] == ["too long"]
    assert say(bad, [5]) == ["5 en pen False"]


def test_a_windows_state_is_let_go_when_nobody_refers_to_it_or_its_client_is_gone() -> None:
    class Silent:
        batch = 4

        def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
            return [EncodedWindow({}, 1.0, object()) for _ in windows]

        def decode(self, requests: Sequence[DecodeRequest]) -> list[object]:
            raise AssertionError

    folder = recognition_server._private_folder()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(folder / "socket"))
    listener.listen()
    desk = recognition_server.Desk(listener, Silent(), SystemClock())  # type: ignore[arg-type]
    threading.Thread(target=desk.serve, daemon=True).start()

    def held() -> list[int]:
        return [len(windows) for windows in desk._clients.values()]

    def soon(wanted: list[int]) -> bool:
        until = time.monotonic() + 20
        while held() != wanted and time.monotonic() < until:
            time.sleep(0.01)
        return held() == wanted

    client = RemoteRecogniser(folder / "socket")
    windows = client.encode([window(0), window(1), window(2)])
    assert soon([3])
    del windows[0]
    assert soon([2])
    other = RemoteRecogniser(folder / "socket")
    kept = other.encode([window(3)])
    assert soon([2, 1])
    client.close()
    assert soon([1])
    assert len(kept) == 1
    assert folder.stat().st_mode & 0o077 == 0
    shutil.rmtree(folder)


def test_a_server_that_dies_is_told_to_those_who_waited_and_is_there_again(server: RecognitionServer) -> None:
    recogniser = RemoteRecogniser(server.address)
    kept = recogniser.encode([window(1)])
    first = server.process_id
    os.kill(first, signal.SIGKILL)
    with pytest.raises(RecognitionLost) as caught:
        recogniser.decode([DecodeRequest(kept[0], "en")])
    assert caught.value.code == "recognition.lost"
    assert say(recogniser, [2]) == ["2 en pen False"]
    assert server.process_id != first
    with pytest.raises(RecognitionLost):
        recogniser.decode([DecodeRequest(kept[0], "en")])


def test_what_is_missing_is_said_by_every_question_and_ends_nothing(
    tmp_path: Path, stand_ins: Callable[[str], Make]
) -> None:
    with RecognitionServer(Settings(weights=tmp_path), stand_ins("missing")) as server:
        for _ in range(2):
            with pytest.raises(WeightsError) as caught:
                RemoteRecogniser(server.address)
            assert caught.value.message.zh == "没有"
    with pytest.raises(RecognitionLost):
        RemoteRecogniser(server.address)


def test_without_a_gpu_nothing_is_shared() -> None:
    settings = Settings(device="cpu")
    with recognition_server.served(settings) as same:
        assert same is settings


BATCH_WORKER = '''
"""A worker that has its recogniser say one word for each written answer."""
import numpy as np
from pipelines import interview
from pipelines.folders import batch_worker

def work(pipe, settings, options, out):
    real = interview.assess_answer
    def asking(source, job, options, bench, clock, progress):
        value = 666.0 if source.path.name.startswith("poison") else 1.0
        for _ in range(20 if source.path.name.startswith("long") else 1):
            bench.recogniser.encode([np.full(10, value, np.float32)])
        return real(source, job, options, bench, clock, progress)
    batch_worker.assess_answer = asking
    batch_worker.work(pipe, settings, options, out)
'''


@pytest.mark.slow
def test_an_answer_that_kills_the_recognition_process_is_given_up_and_those_it_took_along_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: RecognitionServer
) -> None:
    (tmp_path / "asking_worker.py").write_text(BATCH_WORKER, encoding="utf-8")
    sys.modules.pop("asking_worker", None)
    import asking_worker  # type: ignore[import-not-found]

    work: Work = asking_worker.work
    paths = [tmp_path / name for name in ("poison.txt", "long.txt", "c.txt")]
    for path, answer in zip(paths, (ANSWER, ANSWER, ANOTHER_ANSWER), strict=True):
        path.write_text(answer, encoding="utf-8")
    job = job_from_files(paths, load_kit(shipped_kits()["customer-service"]), "one", "zh")
    settings = Settings(device="cpu", workers=2, recognition=server.address)
    outcome = assess_all([job], Options(POLICIES["default"]), settings, tmp_path / "out", Recorder(), work)[0]
    assert outcome.report is not None
    poisoned, *others = outcome.report.answers[:3]
    assert poisoned.reason is not None
    assert poisoned.reason.code == "engine.failed"
    assert [answer.status for answer in others] == ["assessed", "assessed"]


class EncodingAnew(FasterWhisperRecogniser):
    """As a GPU's recogniser does with what a window left out."""

    def later(self, window: EncodedWindow, from_s: float) -> None:  # type: ignore[override]
        return None


@pytest.mark.slow
@pytest.mark.skipif(not CLIP.is_file(), reason="the test recordings (SHARED_DATA) are not here")
def test_the_transcript_is_the_same_as_with_a_recogniser_of_ones_own() -> None:
    store = WeightStore(default_root())
    with open_recording(CLIP) as recording:
        media = recording.media()
    assert media.audio is not None
    audio = replace(media.audio, samples=np.tile(media.audio.samples, 4))
    assert isinstance(audio, Audio)
    vad = SileroVoiceActivity(store)
    own = transcribe(audio, EncodingAnew(store.locate("whisper-base")), vad, language="zh")
    with RecognitionServer(Settings(device="cpu")) as server:
        shared = transcribe(audio, RemoteRecogniser(server.address), vad, language="zh")
    assert shared == own
    assert own.text
