"""A worker process of a batch: one task after the other, its models loaded once, everything that goes wrong a value."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from interview_engine.assessment.report import AnswerAssessment
from interview_engine.clock import SystemClock
from interview_engine.errors import InterviewEngineError, RecognitionLost
from interview_engine.i18n import msg
from interview_engine.settings import Settings
from pipelines.interview import assess_answer, assess_interview
from pipelines.job import InterviewJob, Options
from pipelines.reports import store as store_report
from pipelines.workbench import Workbench, needed_weights

PROGRESS_EVERY_S = 0.2
"""A bar need not move more often, and every message costs the parent a wake-up."""

RECOGNITION_LOST = 75
"""Exit code of a worker whose recognition process died (EX_TEMPFAIL of sysexits.h): trying again may help."""


def work(pipe: Connection, settings: Settings, options: Options, out: Path) -> None:
    """A worker: one task after the other until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bench = Workbench(settings, options.scorer, options.calibration, waits=False)
    try:
        while True:
            try:
                job, inputs_sha256, index, answers = pipe.recv()
            except EOFError:
                return
            pipe.send(_do(pipe, bench, options, out, job, inputs_sha256, index, answers))
    except RecognitionLost:
        sys.exit(RECOGNITION_LOST)
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
            speech_backend=lambda: bench.speech_backend,
        )
        progress("report", 0.5)
        return "report", store_report.save(report, job, options, out, bench.vectors.document())
    except RecognitionLost:
        raise
    except InterviewEngineError as error:
        return "error", error
    except Exception as error:  # noqa: BLE001 one broken recording must not stop the other interviews
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        return "error", unexpected(f"{type(error).__name__}: {error} ({where})")


def unexpected(detail: str) -> InterviewEngineError:
    """`engine.failed`: what should not happen."""
    return InterviewEngineError(
        "engine.failed",
        msg("The engine failed: {detail}", detail=detail),
        msg("Please keep the file and report this."),
    )
