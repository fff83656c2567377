"""What every benchmark prints and stores about the run itself, and how results are written."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent

INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16", "asimddp", "bf16")
"""Processor flags on which the speed of the models depends, as Linux names them."""

DRIFT_LIMIT = 0.15
"""A run whose calibration kernel drifts more is marked invalid (docs/performance.md): others used the machine."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """The circumstances of a run. `load` is the 1-minute load average; `calibration_s` see `calibrate`."""

    started: str
    machine: dict[str, Any]
    versions: dict[str, str]
    git_revision: str
    git_clean: bool
    threads: int
    load: float
    calibration_s: float


def run_info(libraries: Sequence[str], threads: int) -> RunInfo:
    """Collect the circumstances before a run.

    Args:
        libraries: distributions whose versions matter to the result.
        threads: of one worker.
    """
    return RunInfo(
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine(),
        versions={name: importlib.metadata.version(name) for name in libraries} | {"python": platform.python_version()},
        git_revision=_git("rev-parse", "HEAD"),
        git_clean=not _git("status", "--porcelain", "--untracked-files=no"),
        threads=threads,
        load=os.getloadavg()[0],
        calibration_s=calibrate(),
    )


def installed(libraries: Sequence[str]) -> tuple[str, ...]:
    """Those of the distributions that are installed."""
    found = []
    for name in libraries:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        found.append(name)
    return tuple(found)


def machine() -> dict[str, Any]:
    """Processor, its instructions that matter, cores and memory; never the host's name."""
    processor = platform.processor() or platform.machine()
    flags: set[str] = set()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        values = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in reversed(lines))}
        processor = values.get("model name", processor)
        flags = set(values.get("flags", values.get("Features", "")).split())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": processor,
        "instructions": [name for name in INSTRUCTIONS if name in flags],
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.system(),
    }


def calibrate() -> float:
    """CPU seconds of a fixed matrix product: the same before and after a run that nothing disturbed."""
    generator = np.random.default_rng(0)
    matrix = generator.standard_normal((512, 512), dtype=np.float32)
    times = []
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(20):
            matrix @ matrix
        times.append(time.perf_counter() - started)
    return min(times)


def drifted(before_s: float, after_s: float) -> bool:
    """Whether the calibration moved more than `DRIFT_LIMIT` between the two moments."""
    return abs(after_s - before_s) > DRIFT_LIMIT * before_s


def write_json(path: Path, document: object) -> None:
    """Write a result under its final name only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
