"""Child processes (rows A9, A10): whatever happens to one takes one task, and none outlives its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interview_engine.clock import SystemClock
from interview_engine.errors import InterviewEngineError, WeightsError
from interview_engine.i18n import LocalizedText
from interview_engine.settings import Settings
from pipelines.service.children import ChildError, ChildLimits, Children, Report, Stopping


def do(task: str, settings: Settings, progress: Report) -> object:
    """What the children of these tests do, by name."""
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "hang":
        time.sleep(60)
    if task == "spin":
        while True:
            pass
    if task == "grow":
        return len(bytearray(2 * 1024**3))
    if task == "fill":
        with tempfile.TemporaryFile() as file:
            file.write(bytes(3 * 1024**2))
            file.flush()
    if task == "raise":
        raise WeightsError("weights.missing", LocalizedText("缺。", "Missing."), LocalizedText("下载。", "Pull."))
    if task == "bug":
        return 1 // int(settings.device == "cuda")
    if task == "progress":
        for step in range(1000):
            progress("watch", step / 1000)
        progress("listen", 1.0)
    return os.getpid()


@pytest.fixture
def children() -> Iterator[Children]:
    limits = ChildLimits(memory_bytes=1024**3, file_bytes=1024**2)
    made = Children(1, do, Settings(device="cpu"), limits, SystemClock(), "fork")
    yield made
    made.stop()


def _run(children: Children, task: str, wall_s: float = 30.0, cpu_s: float = 30.0) -> object:
    return children.run(task, lambda *_: None, wall_s=wall_s, cpu_s=cpu_s)


def test_a_child_lives_for_many_tasks(children: Children) -> None:
    assert _run(children, "pid") == _run(children, "pid") != os.getpid()


@pytest.mark.parametrize(
    ("task", "code"), [("die", "work.killed"), ("hang", "work.too_long"), ("spin", "work.too_long")]
)
def test_a_death_takes_one_task_and_the_next_gets_a_new_child(children: Children, task: str, code: str) -> None:
    before = _run(children, "pid")
    with pytest.raises(ChildError) as caught:
        _run(children, task, wall_s=1.0 if task == "hang" else 30.0, cpu_s=0.2)
    assert caught.value.code == code
    assert _run(children, "pid") not in (before, None)


def test_too_much_memory_is_a_reason_and_the_child_lives_on(children: Children) -> None:
    before = _run(children, "pid")
    with pytest.raises(ChildError) as caught:
        _run(children, "grow")
    assert caught.value.code == "work.memory"
    assert _run(children, "pid") == before


def test_a_file_that_grows_without_end_is_cut_off(children: Children) -> None:
    with pytest.raises(InterviewEngineError):
        _run(children, "fill")


def test_errors_cross_as_themselves_and_bugs_as_what_and_where(children: Children) -> None:
    with pytest.raises(WeightsError):
        _run(children, "raise")
    with pytest.raises(ChildError, match=r"ZeroDivisionError \(test_children.py:\d+\)"):
        _run(children, "bug")


def test_progress_is_told_at_most_once_a_second_for_a_stage(children: Children) -> None:
    told: list[tuple[str, float]] = []
    children.run("progress", lambda stage, share: told.append((stage, share)), wall_s=30, cpu_s=30)
    assert [stage for stage, _ in told][-1] == "listen"
    assert 2 <= len(told) <= 5


def test_stopping_ends_who_works_and_who_waits(children: Children) -> None:
    children.stop()
    with pytest.raises(Stopping):
        _run(children, "pid")


def test_children_of_a_killed_worker_end_by_themselves(tmp_path: Path) -> None:
    """kill -9 of the worker while its spawned child hangs: the child is gone within seconds."""
    script = tmp_path / "doomed.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal, sys, threading, time
            from interview_engine.clock import SystemClock
            from interview_engine.settings import Settings
            from pipelines.service.children import ChildLimits, Children

            def do(task, settings, progress):
                progress(str(os.getpid()), 0.0)
                time.sleep(60)

            def told(stage, share):
                print(stage, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)

            if __name__ == "__main__":
                Children(1, do, Settings(), ChildLimits(), SystemClock()).run("x", told, wall_s=60, cpu_s=60)
            """
        ),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)], env=os.environ | {"PYTHONPATH": os.getcwd()}, stdout=subprocess.PIPE, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    child = int(done.stdout)
    _until(lambda: not Path(f"/proc/{child}").exists() or _is_zombie(child))


def _is_zombie(pid: int) -> bool:
    return " Z " in Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)
