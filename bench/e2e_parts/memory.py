"""Target 5 and half of 6: memory over many clips and over long ones, cost and evenness over equal clips.

`python -m bench.e2e_parts.memory CLIP … --warm CLIP --result FILE`: the clips one after the other in one process.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.clips import Clip
from bench.conventions import calibrate, drifted
from bench.e2e_parts.target import Target
from bench.process_cost import StageClock, answer, cpu_s, peak_mib, run_alone

MAX_MIB = 1200
"""1.2 GB a worker."""

GROWTH = 1.05


def measure(clip: Clip, warm: Clip, count: int, lengths: Sequence[Clip]) -> dict[str, Any]:
    """One process over `count` times the clip, one over a single one, and one process for each of the lengths."""

    def alone(clips: Sequence[Clip]) -> dict[str, Any]:
        arguments = [*(str(one.path) for one in clips), "--warm", str(warm.path)]
        found: dict[str, Any] = run_alone("bench.e2e_parts.memory", arguments)
        return {"clip": clips[0].name, "duration_s": clips[0].duration_s, **found}

    return {"batch": alone([clip] * count), "single": alone([clip]), "lengths": [alone([one]) for one in lengths]}


def targets(found: dict[str, Any]) -> list[Target]:
    """Peak memory and its growth, cost of a batch, evenness."""
    batch, single, lengths = found["batch"], found["single"], found["lengths"]
    peaks = [row["peak_mib"] for row in batch["clips"]]
    count = len(peaks)
    everything = [batch, single, *lengths]
    valid = not any(part["invalid"] for part in everything)
    most = max(part["clips"][-1]["peak_mib"] for part in everything)
    result = [
        Target("5", "peak memory of a worker", most, MAX_MIB, False, "MiB", "all clips", True),
        Target(
            "5", f"peak memory, {count} clips over 1", peaks[-1] / peaks[0], GROWTH, False, "x", batch["clip"], True
        ),
    ]
    if len(lengths) > 1:
        first, last = lengths[0], lengths[-1]
        growth = last["clips"][0]["peak_mib"] / first["clips"][0]["peak_mib"]
        of = f"{first['clip']} to {last['clip']}"
        result.append(
            Target("5", "peak memory, the longest clip over the shortest", growth, GROWTH, False, "x", of, True)
        )
    costs = [row["cpu_s"] for row in batch["clips"]]
    share = median(costs) / single["clips"][0]["cpu_s"]
    result.append(
        Target("6", f"cost a media minute, batch of {count} over 1", share, 1.05, False, "x", batch["clip"], valid)
    )
    walls = [row["wall_s"] / batch["duration_s"] for row in batch["clips"]]
    even = quantile(walls, 0.95) / quantile(walls, 0.5)
    result.append(
        Target("6", "time a media second, p95 over p50", even, 1.3, False, "x", f"{count} x {batch['clip']}", valid)
    )
    return result


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _measure(clips: Sequence[Path], warm: Path) -> dict[str, Any]:
    from bench.e2e_profiles.ours import Ours, product_settings

    profile = Ours(product_settings())
    profile.assess(warm, StageClock())
    before_s = calibrate()
    rows = []
    for path in clips:
        wall, cpu = time.perf_counter(), cpu_s()
        profile.assess(path, StageClock())
        wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
        rows.append({"cpu_s": cpu, "wall_s": wall, "peak_mib": peak_mib()})
    after_s = calibrate()
    return {"clips": rows, "calibration_s": [before_s, after_s], "invalid": drifted(before_s, after_s)}


def _main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--warm", type=Path, required=True)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    return answer(options.result, lambda: _measure(options.clips, options.warm))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
