"""Many interviews on one machine: a process a core, answers as the unit of work, and a death of a process survived.

The parent only hands out tasks and collects values. A worker that dies takes one attempt of one task with it and is
replaced; a task that kills two workers is given up with a reason, and the rest goes on. Where recognition runs on a GPU
one more process has it (pipelines/hearing/recognition_server.py), and its death counts for all who waited for it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Protocol

from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import AnswerAssessment, InterviewReport
from interview_engine.clock import Clock, SystemClock
from interview_engine.errors import InterviewEngineError
from interview_engine.settings import Settings
from models.runtime.device import resolve
from pipelines.folders import batch_worker
from pipelines.folders.batch_plan import Pace, Pacer, Queue, Task, lengths_by_task
from pipelines.hearing.recognition_server import served
from pipelines.interview import fingerprint, unusable_answer
from pipelines.job import InterviewJob, Options
from pipelines.reports import store as store_report
from pipelines.scoring.score import identity
from pipelines.workbench import needed_weights

MAX_ATTEMPTS = 2
"""A task that kills a second worker is poisoned: more attempts would only cost the others time."""

PACE_EVERY_S = 1.0
"""How often the listener is told the pace."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
    "MALLOC_ARENA_MAX",
)
"""One thread a process: measured faster than fewer processes with more threads, and bit-for-bit repeatable.

And one heap (glibc): CTranslate2 searches in a thread of its own, and with a heap of its own that thread keeps what it
has freed from all the others, 25 MiB after a minute of speech and 50 after fifteen."""


Work = Callable[[Connection, Settings, Options, Path], None]
"""What a worker process runs: answers tasks from the pipe until it closes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one interview: its report, or the error that kept it from one. `resumed`: it was there before."""

    interview_id: str
    folder: Path
    report: InterviewReport | None
    error: InterviewEngineError | None = None
    resumed: bool = False


class Listener(Protocol):
    """Told in the parent what goes on, for bars and lines."""

    def planned(self, jobs: Sequence[InterviewJob]) -> None:
        """Work begins on these interviews (those that were done before are left out)."""
        ...

    def progress(self, job: InterviewJob, question_id: str, stage: str, share: float) -> None:
        """An answer's work is done to `share` (0..1); question_id is "" while the interview is scored and written."""
        ...

    def paced(self, pace: Pace) -> None:
        """How the whole gets on; about every second while there is work, and once at its end."""
        ...

    def finished(self, outcome: Outcome) -> None:
        """An interview is done, one way or the other."""
        ...


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    task: Task | None = None


@dataclass(slots=True)
class _Pending:
    job: InterviewJob
    inputs_sha256: str
    answers: dict[int, AnswerAssessment] = field(default_factory=dict)


def assess_all(
    jobs: Sequence[InterviewJob],
    options: Options,
    settings: Settings,
    out: Path,
    listener: Listener,
    work: Work | None = None,
) -> list[Outcome]:
    """Assess every interview that `out` does not hold yet; one outcome a job, in the order of `jobs`.

    Each finished interview is a folder that appears whole. Interrupting (KeyboardInterrupt) leaves finished ones; the
    next call skips what has the same inputs, kit, options, models and engine.

    Raises:
        UsageError: `device.no_cuda`, `device.unknown`.
        OutputError: `out` cannot be written or another run is writing into it.
        WeightsError: weights are missing (checked before any work).
    """
    resolve(settings.device)
    weights = needed_weights(settings)
    outcomes: dict[int, Outcome] = {}
    pending: dict[int, _Pending] = {}
    with store_report.locked(out):
        store_report.sweep(out)
        for index, job in enumerate(jobs):
            inputs = fingerprint(job, options, weights, identity(options.scorer, settings, options.calibration))
            done = store_report.finished(out, job, inputs)
            if done is None:
                pending[index] = _Pending(job, inputs)
                continue
            outcomes[index] = Outcome(job.interview_id, out / job.interview_id, done, resumed=True)
        listener.planned([entry.job for entry in pending.values()])
        for outcome in outcomes.values():
            listener.finished(outcome)
        if pending:
            with served(settings) as settings:
                _Run(pending, outcomes, options, settings, out, listener, work or batch_worker.work).run()
    return [outcomes[index] for index in range(len(jobs))]


class _Run:
    """The parent's loop over workers and tasks."""

    def __init__(
        self,
        pending: dict[int, _Pending],
        outcomes: dict[int, Outcome],
        options: Options,
        settings: Settings,
        out: Path,
        listener: Listener,
        work: Work,
    ) -> None:
        self.work = work
        self.pending = pending
        self.outcomes = outcomes
        self.options = options
        self.settings = settings
        self.out = out
        self.listener = listener
        self.clock: Clock = SystemClock()
        lengths = lengths_by_task({index: entry.job for index, entry in pending.items()})
        self.count = max(1, min(settings.workers or len(os.sched_getaffinity(0)), len(lengths)))
        self.tasks = Queue(lengths, self.count)
        self.pacer = Pacer(lengths, len(pending), self.clock.monotonic_s())
        self.told_s = self.clock.monotonic_s()
        self.attempts: dict[Task, int] = {}
        self.suspects: set[Task] = set()
        """Tasks that waited for the recognition process when it died: any of them may have killed it, so they are tried
        again one at a time, and only the one that did it loses its second attempt."""
        self.workers: list[_Worker] = []

    def run(self) -> None:
        try:
            self.workers = [self._spawn() for _ in range(self.count)]
            while self.tasks or any(worker.task is not None for worker in self.workers):
                self._hand_out()
                self._collect()
                self._tell_pace()
            self.listener.paced(self.pacer.pace(self.clock.monotonic_s()))
        finally:
            for worker in self.workers:
                _stop(worker)

    def _spawn(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self.work, args=(theirs, self.settings, self.options, self.out), daemon=True)
        with single_threaded():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _hand_out(self) -> None:
        for worker in list(self.workers):
            if worker.task is not None:
                continue
            task = self.tasks.take(self._held_back())
            if task is None:
                return
            entry = self.pending[task.job]
            answers = None
            if task.answer is None:
                answers = [entry.answers[n] for n in range(len(entry.job.answers))]
            worker.task = task
            try:
                worker.pipe.send((entry.job, entry.inputs_sha256, task.answer, answers))
            except OSError:
                self._replace(worker)

    def _held_back(self) -> frozenset[Task]:
        """Suspects wait while one of them is being tried."""
        busy = any(worker.task in self.suspects for worker in self.workers)
        return frozenset(self.suspects) if busy else frozenset()

    def _collect(self) -> None:
        by_pipe = {worker.pipe: worker for worker in self.workers if worker.task is not None}
        for ready in wait(list(by_pipe)):
            worker = by_pipe[ready]  # type: ignore[index]
            try:
                kind, value = worker.pipe.recv()
            except (EOFError, OSError):
                self._replace(worker)
                continue
            self._take(worker, kind, value)

    def _tell_pace(self) -> None:
        now_s = self.clock.monotonic_s()
        if now_s - self.told_s >= PACE_EVERY_S:
            self.told_s = now_s
            self.listener.paced(self.pacer.pace(now_s))

    def _take(self, worker: _Worker, kind: str, value: object) -> None:
        task = worker.task
        assert task is not None
        entry = self.pending[task.job]
        if kind == "progress":
            assert isinstance(value, tuple)
            stage, share = value
            question_id = "" if task.answer is None else entry.job.answers[task.answer].question_id
            self.pacer.moved(task, share)
            self.listener.progress(entry.job, question_id, stage, share)
            return
        worker.task = None
        self.suspects.discard(task)
        if kind == "answer":
            assert isinstance(value, AnswerAssessment)
            self._answered(task, value)
        elif kind == "report":
            assert isinstance(value, InterviewReport)
            self._finish(task, value, None)
        else:
            assert isinstance(value, InterviewEngineError)
            self._failed(task, value)

    def _answered(self, task: Task, answer: AnswerAssessment) -> None:
        entry = self.pending[task.job]
        assert task.answer is not None
        entry.answers[task.answer] = answer
        self.pacer.measured(task, answer.duration_s)
        self.listener.progress(entry.job, answer.question_id, "done", 1.0)
        if len(entry.answers) == len(entry.job.answers):
            # the interview that can be finished comes first: its report is what somebody waits for
            self.tasks.first(Task(task.job, None))

    def _failed(self, task: Task, error: InterviewEngineError) -> None:
        if task.answer is None or error.code.startswith(("weights.", "system.")):
            # an incomplete installation fails every answer alike: say so once, give no half-true report
            self.tasks.drop(task.job)
            if task.job not in self.outcomes:
                self._finish(task, None, error)
            return
        source = self.pending[task.job].job.answers[task.answer]
        self._answered(task, unusable_answer(source, Reason("engine.failed", {"error": error.message.en})))

    def _finish(self, task: Task, report: InterviewReport | None, error: InterviewEngineError | None) -> None:
        job = self.pending[task.job].job
        outcome = Outcome(job.interview_id, self.out / job.interview_id, report, error)
        self.outcomes[task.job] = outcome
        self.listener.finished(outcome)

    def _replace(self, worker: _Worker) -> None:
        worker.process.join()
        worker.pipe.close()
        task = worker.task
        assert task is not None
        self.workers[self.workers.index(worker)] = self._spawn()
        self.pacer.moved(task, 0.0)
        self.attempts[task] = self.attempts.get(task, 0) + 1
        if worker.process.exitcode == batch_worker.RECOGNITION_LOST:
            self.suspects.add(task)
        if self.attempts[task] < MAX_ATTEMPTS:
            self.tasks.first(task)
            return
        self.suspects.discard(task)
        self._failed(task, batch_worker.unexpected(f"worker process ended with code {worker.process.exitcode}"))


def _stop(worker: _Worker) -> None:
    worker.pipe.close()
    if worker.task is not None:
        worker.process.kill()
    worker.process.join(timeout=10)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


@contextmanager
def single_threaded() -> Iterator[None]:
    """The libraries read these variables when they are loaded, so the child must be born with them."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
