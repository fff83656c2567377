"""python -m bench.e2e_profiles.run PROFILE CLIP --warm CLIP --result FILE: one profile over one clip, here."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.conventions import calibrate, drifted, write_json
from bench.e2e_profiles.measured import Profile
from bench.process_cost import StageClock, cpu_s, peak_mib
from bench.setting import settings, weight_store
from interview_engine.errors import InterviewEngineError

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
    from bench.e2e_profiles.ours import Ours

    return Ours(settings())


def main(arguments: Sequence[str]) -> int:
    """Load, warm up, measure once, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("profile", choices=PROFILES)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--warm", type=Path, required=True)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        profile = load(options.profile)
        profile.assess(options.warm, StageClock())
        before_s = calibrate()
        clock = StageClock()
        wall, cpu = time.perf_counter(), cpu_s()
        assessed = profile.assess(options.clip, clock)
        wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
        after_s = calibrate()
    except InterviewEngineError as error:
        print(f"{error.text('zh')}\n{error.text('en')}")
        return 2
    clock.cpu["other"] = cpu - sum(seconds for stage, seconds in clock.cpu.items() if stage != "other")
    document = {
        "profile": options.profile,
        "cpu_s": cpu,
        "wall_s": wall,
        "stages_cpu_s": clock.cpu,
        "peak_mib": peak_mib(),
        "calibration_s": [before_s, after_s],
        "invalid": drifted(before_s, after_s),
        **asdict(assessed),
    }
    write_json(options.result, document)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
