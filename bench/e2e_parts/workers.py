"""Target 6: two worker processes against one over a folder of interviews, as `interview-engine assess` runs them.

`python -m bench.e2e_parts.workers CLIP --count N --workers W --result FILE` is one run, from nothing to all reports.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from bench.clips import Clip
from bench.conventions import calibrate, drifted
from bench.e2e_parts.memory import quantile
from bench.e2e_parts.target import Target
from bench.process_cost import answer, cpu_s, run_alone
from interview_engine.assessment.report import AnswerAssessment
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from pipelines.folders.batch import Outcome
from pipelines.folders.batch_plan import Pace
from pipelines.job import InterviewJob


def measure(clip: Clip, count: int, repeats: int) -> dict[str, Any]:
    """One and two workers over `count` interviews of one answer each, by turns."""
    runs = []
    for _ in range(repeats):
        for workers in (1, 2):
            arguments = [str(clip.path), "--count", str(count), "--workers", str(workers)]
            runs.append(run_alone("bench.e2e_parts.workers", arguments))
            print(f"{workers} worker(s): {runs[-1]['wall_s']:.1f} s for {count} x {clip.name}", flush=True)
    return {"clip": clip.name, "duration_s": clip.duration_s, "count": count, "runs": runs}


def targets(found: dict[str, Any]) -> list[Target]:
    """Wall time of one worker over that of two, and evenness with two at work."""
    one = [run for run in found["runs"] if run["workers"] == 1]
    two = [run for run in found["runs"] if run["workers"] == 2]
    ratio = median(a["wall_s"] / b["wall_s"] for a, b in zip(one, two, strict=True))
    valid = not any(run["invalid"] for run in found["runs"])
    of = f"{found['count']} x {found['clip']}, start and reports included"
    times = [seconds / found["duration_s"] for run in two for seconds in run["answer_s"]]
    even = quantile(times, 0.95) / quantile(times, 0.5)
    return [
        Target("6", "two workers, times one", ratio, 1.8, True, "x", of, valid),
        Target(
            "6", "two workers: time a media second, p95 over p50", even, 1.3, False, "x", f"{len(times)} answers", valid
        ),
    ]


class Quiet:
    """A listener of the batch that only remembers when the first work was done."""

    def __init__(self) -> None:
        self.first: float | None = None

    def planned(self, jobs: Sequence[InterviewJob]) -> None:
        """See `Listener.planned`."""

    def progress(self, job: InterviewJob, question_id: str, stage: str, share: float) -> None:
        """See `Listener.progress`."""
        if self.first is None:
            self.first = time.perf_counter()

    def paced(self, pace: Pace) -> None:
        """See `Listener.paced`."""

    def finished(self, outcome: Outcome) -> None:
        """See `Listener.finished`."""


def _measure(clip: Path, count: int, workers: int) -> dict[str, Any]:
    from bench.e2e_profiles.ours import one_answer, product_settings
    from interview_engine.assessment.policy import POLICIES
    from pipelines.folders.batch import assess_all
    from pipelines.job import Options

    before_s = calibrate()
    listener = Quiet()
    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for index in range(count):
            copy = Path(folder) / f"answer-{index}{clip.suffix}"
            shutil.copyfile(clip, copy)
            jobs.append(one_answer(copy))
        started, cpu = time.perf_counter(), cpu_s()
        options = Options(policy=POLICIES["default"])
        outcomes = assess_all(
            jobs, options, replace(product_settings(), workers=workers), Path(folder) / "out", listener
        )
        ended = time.perf_counter()
    answers = [_answer(outcome) for outcome in outcomes]
    after_s = calibrate()
    return {
        "workers": workers,
        "wall_s": ended - started,
        "start_s": None if listener.first is None else listener.first - started,
        "cpu_s": cpu_s() - cpu,
        "answer_s": [sum(answer.stage_seconds.values()) for answer in answers],
        "calibration_s": [before_s, after_s],
        "invalid": drifted(before_s, after_s),
    }


def _answer(outcome: Outcome) -> AnswerAssessment:
    """The one answer of an interview: measured, though what is said in it answers no question.

    Raises:
        UsageError: `bench.not_assessed`, with the reason.
    """
    if outcome.report is None:
        why = outcome.error.code if outcome.error else ""
    else:
        found = outcome.report.answers[0]
        if found.transcript is not None and found.transcript.words:
            return found
        why = found.reason.text("en") if found.reason else found.status
    raise UsageError(
        "bench.not_assessed",
        msg("{interview_id} was not assessed: {why}.", interview_id=outcome.interview_id, why=why),
        msg("Settle the reason, then run again."),
    )


def _main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", type=Path)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    return answer(options.result, lambda: _measure(options.clip, options.count, options.workers))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
