"""Target 6: how long after its last answer an interview's report is ready, when answers are assessed as they arrive.

`python -m bench.e2e_parts.latency CLIP --answers N --result FILE` assesses N recordings in order of arrival in one
process, as a worker does, then scores and writes the report (JSON, HTML, PDF, screenshots), and puts the measured
times on two time axes: recordings that arrive one after the other, each as late as it is long, and all at one moment.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.clips import Clip
from bench.conventions import calibrate, drifted
from bench.e2e_parts.target import Target
from bench.process_cost import StageClock, answer, run_alone

KIT = "store-manager"
"""A shipped kit of seven questions."""

READY_S = 300.0


def measure(clip: Clip, answers: int) -> dict[str, Any]:
    """One interview of `answers` recordings of the clip, one worker of one thread."""
    found: dict[str, Any] = run_alone("bench.e2e_parts.latency", [str(clip.path), "--answers", str(answers)])
    walls = found["answer_s"]
    return {
        "clip": clip.name,
        "duration_s": clip.duration_s,
        "answers": answers,
        **found,
        "after_last_s": waits_s([clip.duration_s * (n + 1) for n in range(answers)], walls) + found["report_s"],
        "after_all_at_once_s": waits_s([0.0] * answers, walls) + found["report_s"],
    }


def waits_s(arrivals_s: Sequence[float], works_s: Sequence[float]) -> float:
    """Seconds from the last arrival until one worker that takes answers in order has assessed the last one."""
    free_s = 0.0
    for arrival_s, work_s in zip(arrivals_s, works_s, strict=True):
        free_s = max(free_s, arrival_s) + work_s
    return free_s - arrivals_s[-1]


def targets(found: dict[str, Any]) -> list[Target]:
    """The wait for the report."""
    valid = not found["invalid"]
    of = f"{found['answers']} x {found['clip']}, one worker; all at once {found['after_all_at_once_s']:.0f} s"
    return [Target("6", "report after the last answer arrived", found["after_last_s"], READY_S, False, "s", of, valid)]


def _measure(clip: Path, answers: int) -> dict[str, Any]:
    from bench.e2e_profiles.ours import product_settings
    from interview_engine.assessment.kits.file import load_kit, shipped_kits
    from interview_engine.assessment.policy import POLICIES
    from interview_engine.clock import SystemClock
    from pipelines.folders.manifest import job_from_files
    from pipelines.interview import assess_answer, assess_interview
    from pipelines.job import Options
    from pipelines.reports import store as store_report
    from pipelines.workbench import Workbench, needed_weights

    clock, options, found = SystemClock(), Options(policy=POLICIES["default"]), product_settings()
    bench = Workbench(found)
    before_s = calibrate()
    stages = StageClock()
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"answer-{index}{clip.suffix}" for index in range(answers)]
        for path in paths:
            shutil.copyfile(clip, path)
        job = job_from_files(paths, load_kit(shipped_kits()[KIT]), None, "auto")
        assessed, walls = [], []
        for source in job.answers[:answers]:
            started = time.perf_counter()
            assessed.append(assess_answer(source, job, options, bench, clock, lambda stage, share: None))
            walls.append(time.perf_counter() - started)
        rest = [assess_answer(source, job, options, bench, clock, lambda *_: None) for source in job.answers[answers:]]
        out = Path(folder) / "out"
        out.mkdir()
        with stages.stage("score"):
            bench.vectors.begin()
            weights = needed_weights(found)
            report = assess_interview(
                job, [*assessed, *rest], options, bench.scorer, weights, clock, device="cpu", inputs_sha256=""
            )
        with stages.stage("report"):
            store_report.save(report, job, options, out, bench.vectors.document())
    bench.close()
    after_s = calibrate()
    return {
        "answer_s": walls,
        "status": [answer.status for answer in assessed],
        "score_s": stages.wall["score"],
        "write_s": stages.wall["report"],
        "report_s": stages.wall["score"] + stages.wall["report"],
        "calibration_s": [before_s, after_s],
        "invalid": drifted(before_s, after_s),
    }


def _main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", type=Path)
    parser.add_argument("--answers", type=int, default=7)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    return answer(options.result, lambda: _measure(options.clip, options.answers))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
