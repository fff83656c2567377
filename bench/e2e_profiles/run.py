"""python -m bench.e2e_profiles.run PROFILE CLIP --warm CLIP --result FILE: one profile over one clip, here."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.conventions import calibrate, drifted
from bench.e2e_profiles.measured import Profile
from bench.process_cost import StageClock, answer, cpu_s, peak_mib
from bench.setting import weight_store

PROFILES = ("naive", "practice", "ours")


def load(name: str) -> Profile:
    """The loaded profile of that name.

    Raises:
        UsageError: its libraries are not installed. WeightsError: weights are missing.
    """
    if name == "naive":
        from bench.e2e_profiles.naive import Naive

        return Naive(weight_store())
    if name == "practice":
        from bench.e2e_profiles.practice import Practice

        return Practice(weight_store())
    from bench.e2e_profiles.ours import Ours, product_settings

    return Ours(product_settings())


def main(arguments: Sequence[str]) -> int:
    """Load, warm up, measure once, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("profile", choices=PROFILES)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--warm", type=Path, required=True)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    return answer(options.result, lambda: _measure(options.profile, options.clip, options.warm))


def _measure(name: str, clip: Path, warm: Path) -> dict[str, Any]:
    profile = load(name)
    profile.assess(warm, StageClock())
    before_s = calibrate()
    clock = StageClock()
    wall, cpu = time.perf_counter(), cpu_s()
    assessed = profile.assess(clip, clock)
    wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
    after_s = calibrate()
    clock.cpu["other"] = cpu - sum(seconds for stage, seconds in clock.cpu.items() if stage != "other")
    return {
        "profile": name,
        "cpu_s": cpu,
        "wall_s": wall,
        "stages_cpu_s": clock.cpu,
        "peak_mib": peak_mib(),
        "calibration_s": [before_s, after_s],
        "invalid": drifted(before_s, after_s),
        **asdict(assessed),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
