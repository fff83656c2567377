"""What a process costs, CPU seconds and peak memory, and how a measurement gets a process to itself."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.conventions import write_json
from bench.setting import ROOT
from interview_engine.errors import InterviewEngineError, UsageError
from interview_engine.i18n import msg
from pipelines.folders.batch import THREAD_VARIABLES

LAST_LINES = 15
"""Of what a failed process printed, shown to the user."""


def cpu_s() -> float:
    """CPU seconds of this process with all its threads and of its children that have ended, user and system."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_mib(process_id: int | None = None) -> float | None:
    """The most memory a process has held so far (resident), in MiB; None where the system does not say."""
    status = Path(f"/proc/{process_id or 'self'}/status")
    if not status.is_file():
        return None
    for line in status.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM"):
            return round(int(line.split()[1]) / 1024, 1)
    return None


class StageClock:
    """CPU and wall seconds by stage; a stage may be entered many times."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside as `name`."""
        wall, cpu = time.perf_counter(), cpu_s()
        try:
            yield
        finally:
            self.cpu[name] = self.cpu.get(name, 0.0) + cpu_s() - cpu
            self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall


def run_alone(module: str, arguments: Sequence[str]) -> Any:
    """Run `python -m module … --result FILE` as a fresh process with one thread a library; what it wrote, parsed.

    Raises:
        UsageError: `bench.child_failed`, with the last lines it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments, "--result", str(result)],
            cwd=ROOT,
            env={**os.environ, **dict.fromkeys(THREAD_VARIABLES, "1")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode == 0 and result.is_file():
            return json.loads(result.read_text(encoding="utf-8"))
    printed = "\n".join(done.stdout.strip().splitlines()[-LAST_LINES:])
    raise UsageError(
        "bench.child_failed",
        msg(
            "The measuring process {module} failed (exit code {returncode}):\n{printed}",
            module=module,
            returncode=done.returncode,
            printed=printed,
        ),
        msg("Settle what it says, then run again."),
    )


def answer(result: Path, measure: Callable[[], Any]) -> int:
    """What a process of `run_alone` ends with: the result written and 0, or its error printed and 2."""
    try:
        write_json(result, measure())
    except InterviewEngineError as error:
        print(f"{error.text('zh')}\n{error.text('en')}")
        return 2
    return 0


def missing_extra(package: str) -> UsageError:
    """The error of a comparison profile whose libraries are not installed."""
    return UsageError(
        "bench.no_extra",
        msg("The library {package} of the comparison is not installed.", package=package),
        msg("Run pip install -e '.[bench]'."),
    )
