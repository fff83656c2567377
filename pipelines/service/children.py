"""Child processes that do the measuring: a crash, a bomb or a hang of native code takes one attempt, never the worker.

Each child holds its models, answers one task at a time and lives under limits of memory, processor time and file size.
It ends by itself when the worker is gone, however that died.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import resource
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

from interview_engine.clock import Clock, SystemClock
from interview_engine.errors import InterviewEngineError
from interview_engine.i18n import msg
from interview_engine.settings import Settings
from models.runtime.device import cuda_devices
from pipelines.folders.batch import single_threaded

LOOK_EVERY_S = 0.2
"""How often a waiting parent looks whether it shall stop, or the time is up."""

PROGRESS_EVERY_S = 1.0
"""Progress is written to the database, so not more often than this."""

StartMethod = Literal["spawn", "fork"]
"""The product spawns: a worker has threads, and a fork of it could inherit a lock that nobody will ever open. Tests
that start hundreds of children fork, before there are threads."""

Report = Callable[[str, float], None]
"""Told the stage and the share that is done, 0..1."""

Do = Callable[[Any, Settings, Report], Any]
"""What a child does with a task: a function that a new process can import. Task and result are pickled."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may take.

    Args:
        memory_bytes: of private memory (RLIMIT_DATA), where the processor measures; with CUDA there is no such limit,
            because its driver maps more than the machine has. None is no limit either.
        file_bytes: largest file it may write.
    """

    memory_bytes: int | None = 6 * 1024**3
    file_bytes: int = 4 * 1024**3


class ChildError(InterviewEngineError):
    """A child ended or was ended while it worked on a task."""


class Stopping(Exception):  # noqa: N818 not an error: the worker ends in order
    """The worker stops; the task was not finished and is nobody's fault."""


@dataclass(slots=True)
class _Child:
    process: BaseProcess
    pipe: Connection
    lifeline: Connection
    """Our end of a pipe that nothing is ever sent on: it closes when this process is gone."""


class Children:
    """At most `count` children, born when first needed. Safe to call from several threads."""

    def __init__(
        self,
        count: int,
        do: Do,
        settings: Settings,
        limits: ChildLimits,
        clock: Clock,
        start_method: StartMethod = "spawn",
    ) -> None:
        self._start_method = start_method
        self._do = do
        self._settings = settings
        self._limits = limits
        self._clock = clock
        self._stopping = threading.Event()
        self._birth = threading.Lock()
        self._places: queue.Queue[_Child | None] = queue.Queue()
        for _ in range(count):
            self._places.put(self._bear() if start_method == "fork" else None)

    def run(self, task: object, report: Report, *, wall_s: float, cpu_s: float) -> Any:
        """Have a child do `task`; its result.

        Args:
            report: called here, in the caller's thread, at most once a second for each stage.
            wall_s, cpu_s: more than this ends the child.

        Raises:
            ChildError: `work.killed`, `work.too_long`, `work.memory`. InterviewEngineError: what the child raised;
                `engine.failed` for what should not happen. Stopping: `stop` was called.
        """
        child = self._free_place()
        try:
            if child is None or not child.process.is_alive():
                child = self._bear()
            result = self._attend(child, task, report, wall_s, cpu_s)
        except BaseException:
            if child is not None:
                _end(child)
            self._places.put(None)
            raise
        self._places.put(child)
        if self._stopping.is_set():
            self._end_idle()
        if isinstance(result, InterviewEngineError):
            raise result
        return result

    def stop(self) -> None:
        """End all children; those who wait for one get `Stopping`."""
        self._stopping.set()
        self._end_idle()

    def _free_place(self) -> _Child | None:
        while not self._stopping.is_set():
            with contextlib.suppress(queue.Empty):
                return self._places.get(timeout=LOOK_EVERY_S)
        raise Stopping

    def _end_idle(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                child = self._places.get_nowait()
                if child is not None:
                    _end(child)

    def _bear(self) -> _Child:
        context: BaseContext = multiprocessing.get_context(self._start_method)
        with self._birth:
            ours, theirs = context.Pipe()
            end, lifeline = context.Pipe(duplex=False)
            process = context.Process(  # type: ignore[attr-defined]
                target=_live,
                args=(theirs, end, self._do, self._settings, self._limits),
                kwargs={"inherited": (ours, lifeline) if self._start_method == "fork" else ()},
                daemon=True,
            )
            with single_threaded():
                process.start()
            theirs.close()
            end.close()
        return _Child(process, ours, lifeline)

    def _attend(self, child: _Child, task: object, report: Report, wall_s: float, cpu_s: float) -> Any:
        started_s = self._clock.monotonic_s()
        try:
            child.pipe.send((task, cpu_s))
            while True:
                if self._stopping.is_set():
                    raise Stopping
                if self._clock.monotonic_s() - started_s > wall_s:
                    raise _too_long(wall_s)
                if not child.pipe.poll(LOOK_EVERY_S):
                    continue
                kind, value = child.pipe.recv()
                if kind == "done":
                    return value
                report(*value)
        except (EOFError, OSError):
            child.process.join(timeout=5)
            raise _killed(child.process.exitcode) from None


def _end(child: _Child) -> None:
    child.lifeline.close()
    child.pipe.close()
    child.process.kill()
    child.process.join(timeout=10)


def _live(
    pipe: Connection,
    lifeline: Connection,
    do: Do,
    settings: Settings,
    limits: ChildLimits,
    inherited: tuple[Connection, ...],
) -> None:
    """A child's life: one task after the other until the worker is gone. `inherited` are the worker's own ends, which a
    fork has too and must not hold open."""
    for end in inherited:
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    _limit(limits, settings)
    clock = SystemClock()
    while True:
        try:
            task, cpu_s = pipe.recv()
        except EOFError:
            return
        _allow_cpu(cpu_s)
        try:
            pipe.send(("done", _done(do, task, settings, _Progress(pipe, clock))))
        except BrokenPipeError:
            return


class _Progress:
    """Sends progress, not more often than somebody reads it."""

    def __init__(self, pipe: Connection, clock: Clock) -> None:
        self._pipe = pipe
        self._clock = clock
        self._sent_s = -PROGRESS_EVERY_S
        self._stage = ""

    def __call__(self, stage: str, share: float) -> None:
        now_s = self._clock.monotonic_s()
        if stage != self._stage or now_s - self._sent_s >= PROGRESS_EVERY_S:
            self._sent_s, self._stage = now_s, stage
            self._pipe.send(("progress", (stage, share)))


def _done(do: Do, task: object, settings: Settings, progress: Report) -> object:
    """The result, or the error as a value: only values travel."""
    try:
        return do(task, settings, progress)
    except InterviewEngineError as error:
        return error
    except MemoryError:
        return ChildError(
            "work.memory",
            msg("It takes more memory than is allowed."),
            LOOK_AT_IT,
        )
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 one broken recording must not end the child
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} ({Path(frame.filename).name}:{frame.lineno})"
        return ChildError(
            "engine.failed",
            msg("The engine failed: {where}.", where=where),
            LOOK_AT_IT,
        )


def _die_with_parent(lifeline: Connection) -> None:
    """Blocks until the worker's end of the pipe is closed, which the system does for a killed process too."""
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)


def _limit(limits: ChildLimits, settings: Settings) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    if limits.memory_bytes is not None and (settings.device == "cpu" or cuda_devices() == 0):
        resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))


def _allow_cpu(cpu_s: float) -> None:
    """From now on at most `cpu_s` more: the soft limit moves along with every task, SIGXCPU ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + cpu_s) + 1, hard))


def _too_long(wall_s: float) -> ChildError:
    minutes = f"{wall_s / 60:.0f}"
    return ChildError(
        "work.too_long",
        msg("It took more than {minutes} minutes and was ended.", minutes=minutes),
        LOOK_AT_IT,
    )


def _killed(exit_code: int | None) -> ChildError:
    if exit_code == -signal.SIGXCPU:
        return ChildError(
            "work.too_long",
            msg("It took more processor time than is allowed and was ended."),
            LOOK_AT_IT,
        )
    how = f"{exit_code}" if exit_code is None or exit_code >= 0 else signal.Signals(-exit_code).name
    return ChildError(
        "work.killed",
        msg("The process that worked on it ended unexpectedly ({how}).", how=how),
        LOOK_AT_IT,
    )


LOOK_AT_IT = msg("Check the file; retry it, or continue without this answer.")
"""What a person can do about an item that fails again and again."""
