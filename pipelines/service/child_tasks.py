"""What a child process does: measure one answer, score one interview with the functions of the command line, or work
a roster out.

Results are files in the task's folder, so that the worker never parses what was made from a candidate's recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from interview_engine.assessment.calibration.calibration import Calibration
from interview_engine.assessment.kits.kit import ScorerName
from interview_engine.assessment.reasons import Reason
from interview_engine.assessment.report import AnswerAssessment, ModelUsed
from interview_engine.assessment.screenshots import with_frames
from interview_engine.clock import SystemClock
from interview_engine.hr.rosters.greedy import greedy
from interview_engine.hr.rosters.plan import Plan, Problem
from interview_engine.hr.rosters.service import Proof
from interview_engine.settings import Settings
from pipelines.folders.answer_file import read_answer_file, write_answer
from pipelines.hearing.correction import with_correction
from pipelines.interview import assess_answer, assess_interview, unusable_answer
from pipelines.job import AnswerSource, InterviewJob, Options
from pipelines.reports import store as store_report
from pipelines.reports.document import to_document
from pipelines.reports.reading import dump
from pipelines.roster import solve
from pipelines.service.children import Report
from pipelines.workbench import Workbench
from pipelines.writing import write_whole, writing

ANSWER, REPORT, FRAMES = "answer.json", "report.json", "frames"


@dataclass(frozen=True, slots=True)
class AnswerTask:
    """Measure `source` into `folder`/answer.json."""

    folder: Path
    source: AnswerSource
    job: InterviewJob
    options: Options


@dataclass(frozen=True, slots=True)
class AnswerDone:
    """What became of it: the status of the AnswerAssessment, and the seconds of recording in it."""

    status: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One chosen answer of an interview that is to be scored.

    Args:
        measured: its answer.json; None when a person went on without it, then `reason` says why.
        correction: the candidate's own text, or empty.
    """

    question_id: str
    measured: Path | None
    correction: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class InterviewTask:
    """Score `given` into `folder`/report.json and `folder`/frames/. `job.answers` are the kit's questions in order,
    with the recordings where there are any; `models` are the weights that the report names."""

    folder: Path
    job: InterviewJob
    given: tuple[GivenAnswer, ...]
    options: Options
    models: tuple[ModelUsed, ...]
    inputs_sha256: str


@dataclass(frozen=True, slots=True)
class InterviewDone:
    """Paths of the screenshots as the report names them."""

    frames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RosterTask:
    """Work a roster out by "solver", or by "greedy", which needs no solver."""

    problem: Problem
    method: str


@dataclass(frozen=True, slots=True)
class RosterDone:
    """The plan, and what is proved of it; None of a greedy one."""

    plan: Plan
    proof: Proof | None


Task = AnswerTask | InterviewTask | RosterTask

_benches: dict[tuple[ScorerName, str], Workbench] = {}
"""The models of this process, by scorer and calibration; a child lives for many tasks and loads them once."""


def do(task: Task, settings: Settings, progress: Report) -> AnswerDone | InterviewDone | RosterDone:
    """Do a task (see `children.Do`).

    Raises:
        OutputError: the disk is full. WeightsError, SystemPackageError, ScorerError, PolicyError: see interview.py.
        SystemPackageError, InvalidInput: see roster.py.
    """
    if isinstance(task, RosterTask):
        return _roster(task, progress)
    if isinstance(task, AnswerTask):
        return _measure(task, settings, progress)
    if isinstance(task, InterviewTask):
        return _score(task, settings, progress)
    assert_never(task)


def _roster(task: RosterTask, progress: Report) -> RosterDone:
    progress("roster", 0.0)
    if task.method == "greedy":
        return RosterDone(greedy(task.problem), None)
    found = solve(task.problem, tell=progress)
    return RosterDone(found.plan, Proof(found.bound_minutes, found.covers_best, found.even_best))


def _measure(task: AnswerTask, settings: Settings, progress: Report) -> AnswerDone:
    bench = _bench(settings, "evidence", None)
    answer = assess_answer(task.source, task.job, task.options, bench, SystemClock(), progress)
    with writing(task.folder):
        write_whole(task.folder / ANSWER, write_answer(answer, task.job.kit))
    return AnswerDone(answer.status, answer.duration_s)


def _score(task: InterviewTask, settings: Settings, progress: Report) -> InterviewDone:
    progress("score", 0.0)
    bench = _bench(settings, task.options.scorer, task.options.calibration)
    report = assess_interview(
        task.job,
        _answers(task.job, task.given),
        task.options,
        bench.scorer,
        task.models,
        SystemClock(),
        device=settings.device,
        inputs_sha256=task.inputs_sha256,
        speech_backend=lambda: bench.speech_backend,
    )
    progress("report", 0.8)
    with writing(task.folder):
        (task.folder / FRAMES).mkdir(exist_ok=True)
        if task.options.policy.frames:
            report = with_frames(report, store_report.save_frames(report, task.job, task.folder))
        write_whole(task.folder / REPORT, dump(to_document(report, task.job.kit)).encode("utf-8"))
    return InterviewDone(tuple(frame.path for answer in report.answers for frame in answer.frames))


def _answers(job: InterviewJob, given: Sequence[GivenAnswer]) -> tuple[AnswerAssessment, ...]:
    by_question = {answer.question_id: answer for answer in given}
    return tuple(_answer(source, by_question.get(source.question_id), job) for source in job.answers)


def _answer(source: AnswerSource, given: GivenAnswer | None, job: InterviewJob) -> AnswerAssessment:
    if given is None:
        return unusable_answer(source, Reason("answer.missing"))
    if given.measured is None:
        return unusable_answer(source, given.reason or Reason("answer.missing"))
    return with_correction(read_answer_file(given.measured), given.correction, job.kit.languages)


def _bench(settings: Settings, scorer: ScorerName, calibration: Calibration | None) -> Workbench:
    key = scorer, "" if calibration is None else calibration.sha256
    if key not in _benches:
        _benches[key] = Workbench(settings, scorer, calibration)
    return _benches[key]
