"""Many interviews on one machine: a process a core, answers as the unit of work, and a death of a process survived.

The parent only hands out tasks and collects values. A worker that dies takes one attempt of one task with it and is
replaced; a task that kills two workers is given up with a reason, and the rest goes on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Protocol

from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import AnswerAssessment, InterviewReport
from interview_engine.clock import SystemClock
from interview_engine.errors import Bilingual, InterviewEngineError
from interview_engine.settings import Settings
from pipelines import store_report
from pipelines.interview import Options, assess_answer, assess_interview, fingerprint, unusable_answer
from pipelines.manifest import InterviewJob
from pipelines.score import identity
from pipelines.workbench import Workbench, needed_weights

MAX_ATTEMPTS = 2
"""A task that kills a second worker is poisoned: more attempts would only cost the others time."""

PROGRESS_EVERY_S = 0.2
"""A bar need not move more often, and every message costs the parent a wake-up."""

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""One thread a process: measured faster than fewer processes with more threads, and bit-for-bit repeatable."""


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

    def finished(self, outcome: Outcome) -> None:
        """An interview is done, one way or the other."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    """One answer of one interview, or with answer None the scoring and writing of it."""

    job: int
    answer: int | None


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    task: _Task | None = None


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
        OutputError: `out` cannot be written or another run is writing into it.
        WeightsError: weights are missing (checked before any work).
    """
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
            _Run(pending, outcomes, options, settings, out, listener, work or _work).run()
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
        self.tasks = deque(_Task(index, n) for index, entry in pending.items() for n in range(len(entry.job.answers)))
        self.attempts: dict[_Task, int] = {}
        self.workers: list[_Worker] = []

    def run(self) -> None:
        wanted = self.settings.workers or len(os.sched_getaffinity(0))
        count = max(1, min(wanted, len(self.tasks)))
        try:
            self.workers = [self._spawn() for _ in range(count)]
            while self.tasks or any(worker.task is not None for worker in self.workers):
                self._hand_out()
                self._collect()
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
            if worker.task is None and self.tasks:
                task = self.tasks.popleft()
                entry = self.pending[task.job]
                answers = None
                if task.answer is None:
                    answers = [entry.answers[n] for n in range(len(entry.job.answers))]
                worker.task = task
                try:
                    worker.pipe.send((entry.job, entry.inputs_sha256, task.answer, answers))
                except OSError:
                    self._replace(worker)

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

    def _take(self, worker: _Worker, kind: str, value: object) -> None:
        task = worker.task
        assert task is not None
        entry = self.pending[task.job]
        if kind == "progress":
            assert isinstance(value, tuple)
            stage, share = value
            question_id = "" if task.answer is None else entry.job.answers[task.answer].question_id
            self.listener.progress(entry.job, question_id, stage, share)
            return
        worker.task = None
        if kind == "answer":
            assert isinstance(value, AnswerAssessment)
            self._answered(task, value)
        elif kind == "report":
            assert isinstance(value, InterviewReport)
            self._finish(task, value, None)
        else:
            assert isinstance(value, InterviewEngineError)
            self._failed(task, value)

    def _answered(self, task: _Task, answer: AnswerAssessment) -> None:
        entry = self.pending[task.job]
        assert task.answer is not None
        entry.answers[task.answer] = answer
        self.listener.progress(entry.job, answer.question_id, "done", 1.0)
        if len(entry.answers) == len(entry.job.answers):
            # the interview that can be finished comes first: its report is what somebody waits for
            self.tasks.appendleft(_Task(task.job, None))

    def _failed(self, task: _Task, error: InterviewEngineError) -> None:
        if task.answer is None or error.code.startswith(("weights.", "system.")):
            # an incomplete installation fails every answer alike: say so once, give no half-true report
            self.tasks = deque(other for other in self.tasks if other.job != task.job)
            if task.job not in self.outcomes:
                self._finish(task, None, error)
            return
        source = self.pending[task.job].job.answers[task.answer]
        self._answered(task, unusable_answer(source, Reason("engine.failed", {"error": error.message.en})))

    def _finish(self, task: _Task, report: InterviewReport | None, error: InterviewEngineError | None) -> None:
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
        self.attempts[task] = self.attempts.get(task, 0) + 1
        if self.attempts[task] < MAX_ATTEMPTS:
            self.tasks.appendleft(task)
            return
        self._failed(task, _unexpected(f"worker process ended with code {worker.process.exitcode}"))


def _work(pipe: Connection, settings: Settings, options: Options, out: Path) -> None:
    """A worker: one task after the other until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bench = Workbench(settings, options.scorer, options.calibration)
    try:
        while True:
            try:
                job, inputs_sha256, index, answers = pipe.recv()
            except EOFError:
                return
            pipe.send(_do(pipe, bench, options, out, job, inputs_sha256, index, answers))
    except BrokenPipeError:
        return  # the parent is gone: nobody waits for what this process could still do
    finally:
        bench.close()


def _do(
    pipe: Connection,
    bench: Workbench,
    options: Options,
    out: Path,
    job: InterviewJob,
    inputs_sha256: str,
    index: int | None,
    answers: Sequence[AnswerAssessment] | None,
) -> tuple[str, object]:
    """One task: an answer, or with index None the scoring and writing of the interview."""
    clock = SystemClock()
    sent_s, sent_stage = clock.monotonic_s(), ""

    def progress(stage: str, share: float) -> None:
        nonlocal sent_s, sent_stage
        now = clock.monotonic_s()
        if stage != sent_stage or now - sent_s >= PROGRESS_EVERY_S:
            sent_s, sent_stage = now, stage
            pipe.send(("progress", (stage, share)))

    try:
        if index is not None:
            return "answer", assess_answer(job.answers[index], job, options, bench, clock, progress)
        assert answers is not None
        progress("score", 0.0)
        weights = needed_weights(bench.settings)
        bench.vectors.begin()
        report = assess_interview(
            job,
            answers,
            options,
            bench.scorer,
            weights,
            clock,
            device=bench.settings.device,
            inputs_sha256=inputs_sha256,
        )
        progress("report", 0.5)
        return "report", store_report.save(report, job, options, out, bench.vectors.document())
    except InterviewEngineError as error:
        return "error", error
    except Exception as error:  # noqa: BLE001 one broken recording must not stop the other interviews
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        return "error", _unexpected(f"{type(error).__name__}: {error} ({where})")


def _unexpected(detail: str) -> InterviewEngineError:
    return InterviewEngineError(
        "engine.failed",
        Bilingual(f"评估程序内部出错：{detail}", f"The engine failed: {detail}"),
        Bilingual("请保留文件并报告此问题。", "Please keep the file and report this."),
    )


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
    """The numeric libraries read these variables when they are loaded, so the child must be born with them."""
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
