"""python -m bench rescore: the time machine over an archive of 300 interviews, timed as a user would wait for it.

The archive is made in a temporary folder from the authored answers of one kit, measured, scored and stored by the
product's own functions, with the sentence vectors that `assess` keeps. The changed kit has other weights, a higher
requirement and an indicator less. With --cold it is the worst case instead: no vectors (an archive of an older
version), and each sentence led in by a phrase of its candidate, so that none stands in the archive twice.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from bench.conventions import calibrate, drifted, run_info, write_json
from bench.datasets.twins import Twin, twins
from bench.setting import results_folder, twin_folder
from interview_engine.assessment.kits.file import load_kit, shipped_kits
from interview_engine.assessment.kits.kit import Kit
from interview_engine.assessment.policy import POLICIES
from interview_engine.clock import SystemClock
from interview_engine.settings import Settings
from pipelines.interview import assess_answer, assess_interview
from pipelines.job import AnswerSource, InterviewJob, Options
from pipelines.reports.document import to_document
from pipelines.reports.reading import dump
from pipelines.scoring.sentence_vectors import FILE
from pipelines.workbench import Workbench

KIT = "software-engineer"
LIMIT_S = 60.0
"""Issue 3, item 5: 300 interviews in under a minute on two cores."""

LIBRARIES = ("numpy", "onnxruntime", "openvino")


def main(arguments: Sequence[str]) -> int:
    """Make the archive, run the command, print and store; 1 when it took too long or a flip has no reason."""
    parser = argparse.ArgumentParser(prog="python -m bench rescore", description=__doc__)
    parser.add_argument("--interviews", type=int, default=300)
    parser.add_argument("--cold", action="store_true", help="no kept vectors, no sentence twice")
    parser.add_argument("--out", type=Path, default=results_folder() / "rescore.json")
    options = parser.parse_args(arguments)
    info = run_info(LIBRARIES, threads=1)
    with tempfile.TemporaryDirectory() as folder:
        archive, kit = Path(folder) / "archive", Path(folder) / "changed.yaml"
        kit.write_text(changed_kit(shipped_kits()[KIT]), encoding="utf-8")
        words = make_archive(archive, options.interviews, cold=options.cold)
        seconds, printed = _timed(archive, kit)
        document = json.loads((archive / "rescore.json").read_text(encoding="utf-8"))
    unexplained = unexplained_flips(document)
    kept = {
        "schema": "bench-rescore/1",
        "run": asdict(info),
        "drifted": drifted(info.calibration_s, calibrate()),
        "processes": len(os.sched_getaffinity(0)),
        "interviews": document["interviews"],
        "cold": options.cold,
        "words_or_characters": words,
        "seconds": round(seconds, 1),
        "limit_s": LIMIT_S,
        "flips": document["flips"],
        "causes": causes_of_flips(document),
        "unexplained_flips": unexplained,
    }
    write_json(options.out, kept)
    print(printed.splitlines()[0] if printed else "")
    causes = ", ".join(f"{cause} {count}" for cause, count in causes_of_flips(document).items())
    print(
        f"flips {document['flips']} of {document['interviews']}; causes named: {causes}; without a reason {unexplained}"
    )
    print(f"{seconds:.1f} s for {words} words or characters on {kept['processes']} cores (limit {LIMIT_S:.0f} s)")
    print(f"→ {options.out}")
    return 1 if unexplained or (options.interviews >= 300 and seconds > LIMIT_S) else 0


def make_archive(folder: Path, count: int, *, cold: bool = False) -> int:
    """Write `count` reports of the kit's questions under `folder`; returns words (en) and characters (zh) in all."""
    kit = load_kit(shipped_kits()[KIT])
    plain = [twin for twin in twins(twin_folder()) if twin.kit == KIT and not twin.family]
    bench = Workbench(Settings())
    words = 0
    with tempfile.TemporaryDirectory() as texts:
        for number in range(count):
            words += _one_report(folder, kit, _answers(kit, plain, number, cold), number, bench, Path(texts))
    if cold:
        for path in folder.glob(f"*/{FILE}"):
            path.unlink()
    return words


def _answers(kit: Kit, plain: Sequence[Twin], number: int, each: bool) -> dict[str, str]:
    """An answer to each question: one that was written for it, where there is one, else of the same kit."""
    language = "zh" if number % 2 else "en"
    own = [twin for twin in plain if twin.language == language]
    found = {}
    for place, question in enumerate(kit.questions):
        fitting = [twin for twin in own if twin.question == question.id] or own
        found[question.id] = led_in(
            fitting[(number // 2 + 5 * place) % len(fitting)].text, language, f"{number + 1}-{place + 1}", each=each
        )
    return found


def led_in(text: str, language: str, mark: str, *, each: bool) -> str:
    """The text with a phrase that holds `mark` before its first sentence, or before each."""
    sentences = [one.strip() for one in re.split(r"(?<=[。！？.!?])\s*", text) if one.strip()]
    phrase = f"第{mark}号，" if language == "zh" else f"In {mark}, "
    marked = [phrase + one if each or not place else one for place, one in enumerate(sentences)]
    return ("" if language == "zh" else " ").join(marked)


def _one_report(folder: Path, kit: Kit, answers: dict[str, str], number: int, bench: Workbench, texts: Path) -> int:
    sources = []
    for question, text in answers.items():
        path = texts / f"{question}.txt"
        path.write_text(text, encoding="utf-8")
        sources.append(AnswerSource(question, path))
    identity = f"case{number:03d}"
    job = InterviewJob(identity, f"候选人 {number:03d}", True, kit, "auto", tuple(sources))
    options, clock = Options(POLICIES["default"]), SystemClock()
    measured = [assess_answer(source, job, options, bench, clock, lambda stage, share: None) for source in sources]
    bench.vectors.begin()
    report = assess_interview(job, measured, options, bench.scorer, (), clock, device="cpu", inputs_sha256=kit.sha256)
    (folder / identity).mkdir(parents=True)
    (folder / identity / "report.json").write_text(dump(to_document(report, kit)), encoding="utf-8")
    vectors = bench.vectors.document()
    if vectors is not None:
        (folder / identity / FILE).write_bytes(vectors)
    chinese = number % 2
    return sum(len(text) if chinese else len(text.split()) for text in answers.values())


def changed_kit(path: Path) -> str:
    """The kit as HR might change it: ten percent of weight moved, half a level more asked, an indicator dropped."""
    kit = yaml.safe_load(path.read_text(encoding="utf-8"))
    content = [one for one in kit["competencies"] if "measures" not in one]
    kit["version"] += 1
    content[0]["weight"] += 10
    content[1]["weight"] -= 10
    content[0]["required_level"] = min(5.0, content[0]["required_level"] + 0.5)
    del content[1]["indicators"][0]
    return yaml.safe_dump(kit, allow_unicode=True, sort_keys=False)


def _timed(archive: Path, kit: Path) -> tuple[float, str]:
    command = [sys.executable, "-m", "api.cli.main", "rescore", str(archive), "--kit", str(kit), "--against", KIT]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise SystemExit(done.returncode)
    return seconds, done.stdout


def unexplained_flips(document: dict[str, Any]) -> int:
    """Interviews that change side of the bar without a named cause."""
    return sum(1 for one in document["changes"] if one["flips"] and not any(d["causes"] for d in one["drivers"]))


def causes_of_flips(document: dict[str, Any]) -> dict[str, int]:
    """How many of the flips name each cause."""
    found: Counter[str] = Counter()
    for one in document["changes"]:
        if one["flips"]:
            found.update({cause for driver in one["drivers"] for cause in driver["causes"]})
    return dict(sorted(found.items()))
