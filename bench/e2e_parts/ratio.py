"""Targets 1, 2 and 3: the profiles over the same clips, by turns, each in a process of its own; ratios and quality."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from bench.clips import Clip
from bench.e2e_parts.target import Target
from bench.e2e_profiles.measured import STAGES
from bench.process_cost import run_alone
from bench.text_scores import score

VISION = ("faces", "hands", "pose")

Run = Mapping[str, Any]


def measure(
    clips: Sequence[Clip],
    warm: Mapping[str, Clip],
    profiles: Sequence[str],
    *,
    repeats: int,
    reruns: int,
    naive_up_to_s: float,
    keep: Callable[[list[dict[str, Any]]], None],
) -> list[dict[str, Any]]:
    """Run every profile over every clip, A B C A B C, and score what each heard.

    Args:
        warm: a short clip by language, assessed once before the measured one.
        reruns: how often a run that the machine disturbed is tried again; its disturbed runs stay in the list.
        naive_up_to_s: longer clips are left out of the naive profile, whose cost only grows with the time.
        keep: called with all runs so far after each.
    """
    runs: list[dict[str, Any]] = []
    for clip in clips:
        for repeat in range(repeats):
            for profile in profiles:
                if profile == "naive" and clip.duration_s > naive_up_to_s:
                    continue
                for attempt in range(1 + reruns):
                    runs.append(_one(profile, clip, warm[clip.language], repeat, attempt))
                    keep(runs)
                    _say(runs[-1])
                    if not runs[-1]["invalid"]:
                        break
    return runs


def summarise(runs: Sequence[Run]) -> dict[str, Any]:
    """By clip: every profile's medians, and the medians of the paired ratios. Valid runs only, where there are any."""
    return {clip: _clip_summary([run for run in runs if run["clip"] == clip]) for clip in _order(runs, "clip")}


def targets(runs: Sequence[Run]) -> list[Target]:
    """Targets 1 to 3 from the runs that are there, over all clips."""
    found = []
    of = ", ".join(_order(runs, "clip"))
    for number, name, other, bar, part in (
        ("1", "end to end, times the naive script", "naive", 7.0, total),
        ("1", "end to end, times the best practice", "practice", 1.7, total),
        ("2", "recognition, times openai-whisper", "naive", 5.0, recognition),
        ("2", "recognition, times faster-whisper int8", "practice", 2.0, recognition),
    ):
        ratios, valid = paired(runs, other, "ours", part)
        if ratios:
            found.append(Target(number, name, median(ratios), bar, True, "x", of, valid))
    ours = [run for run in runs if run["profile"] == "ours"]
    if ours:
        used = [run for run in ours if not run["invalid"]] or ours
        figure = 1000 * median(vision(run) for run in used)
        found.append(
            Target("3", "vision, CPU-ms a video second", figure, 250.0, False, "ms", of, used != ours or _fine(ours))
        )
    return found


def paired(runs: Sequence[Run], above: str, below: str, part: Callable[[Run], float]) -> tuple[list[float], bool]:
    """Ratios of two profiles' costs, one for each clip and repeat that has both, and whether the runs were valid.

    Where a repeat has valid runs of both, only those count; if no repeat has, all do and the result is not valid.
    """
    for valid in (True, False):
        last: dict[tuple[str, int, str], Run] = {}
        for run in runs:
            if not (valid and run["invalid"]):
                last[run["clip"], run["repeat"], run["profile"]] = run
        ratios = [
            part(run) / part(last[clip, repeat, below])
            for (clip, repeat, profile), run in last.items()
            if profile == above and (clip, repeat, below) in last and part(last[clip, repeat, below]) > 0.0
        ]
        if ratios:
            return ratios, valid
    return [], False


def total(run: Run) -> float:
    """CPU seconds a media second."""
    return float(run["cpu_s"]) / float(run["duration_s"])


def recognition(run: Run) -> float:
    """CPU seconds of recognition a media second."""
    return float(run["stages_cpu_s"].get("recognition", 0.0)) / float(run["duration_s"])


def vision(run: Run) -> float:
    """CPU seconds of faces, hands and pose a media second."""
    return sum(float(run["stages_cpu_s"].get(stage, 0.0)) for stage in VISION) / float(run["duration_s"])


def table(summary: Mapping[str, Any]) -> Iterable[str]:
    """The summary as lines: costs by stage in CPU-ms a media second, quality and memory, ratios."""
    for clip, found in summary.items():
        yield f"\n{clip}  (CPU-ms a media second)"
        columns = (*STAGES, "total")
        yield f"  {'':<9}" + "".join(f"{name:>12}" for name in columns) + f"{'wall':>8}{'peak MiB':>10}"
        for profile, row in found["profiles"].items():
            cells = "".join(f"{1000 * row['stages'].get(stage, 0.0):12.1f}" for stage in STAGES)
            cells += f"{1000 * row['cpu_s_per_s']:12.1f}{1000 * row['wall_s_per_s']:8.0f}{row['peak_mib'] or 0:10.0f}"
            yield f"  {profile:<9}{cells}" + ("" if row["valid"] else "  INVALID")
        for profile, row in found["profiles"].items():
            seen, heard = row["seen"], row["heard"]
            rate = "–" if heard["rate_per_min"] is None else f"{heard['rate_per_min']:.0f}"
            pitch = "–" if heard["pitch_hz"] is None else f"{heard['pitch_hz']:.0f}"
            yield (
                f"  {profile:<9} {row['measure']} {row['error_rate']:.3f} ({row['language']})  looked at a second: "
                f"faces {seen['faces_per_s']:.1f} hands {seen['hands_per_s']:.1f} pose {seen['pose_per_s']:.1f}  "
                f"found: faces {seen['faces_found']:.2f} hands {seen['hands_found']:.2f}  "
                f"pauses {heard['pauses']} rate {rate}/min pitch {pitch} Hz"
            )
        for name, ratio in found["ratios"].items():
            yield f"  {name}: " + ", ".join(f"{what} {value:.2f}" for what, value in ratio.items())


def _one(profile: str, clip: Clip, warm: Clip, repeat: int, attempt: int) -> dict[str, Any]:
    run = run_alone("bench.e2e_profiles.run", [profile, str(clip.path), "--warm", str(warm.path)])
    counted = score(clip.reference, run["text"], clip.language)
    return {
        "clip": clip.name,
        "repeat": repeat,
        "attempt": attempt,
        "duration_s": clip.duration_s,
        "measure": "CER" if clip.language == "zh" else "WER",
        "errors": counted.errors,
        "units": counted.units,
        **run,
    }


def _clip_summary(runs: Sequence[Run]) -> dict[str, Any]:
    profiles = {
        profile: _profile_summary([r for r in runs if r["profile"] == profile]) for profile in _order(runs, "profile")
    }
    ratios = {}
    for other in profiles:
        if other == "ours" or "ours" not in profiles:
            continue
        parts = (("total", total), ("recognition", recognition), ("vision", vision))
        found = {name: paired(runs, other, "ours", part)[0] for name, part in parts}
        ratios[f"{other} / ours"] = {name: median(values) for name, values in found.items() if values}
    return {"profiles": profiles, "ratios": ratios}


def _profile_summary(runs: Sequence[Run]) -> dict[str, Any]:
    used = [run for run in runs if not run["invalid"]] or list(runs)
    last = used[-1]
    stages = {
        stage: median(run["stages_cpu_s"].get(stage, 0.0) / run["duration_s"] for run in used) for stage in STAGES
    }
    return {
        "runs": len(runs),
        "valid": _fine(used),
        "cpu_s_per_s": median(total(run) for run in used),
        "wall_s_per_s": median(run["wall_s"] / run["duration_s"] for run in used),
        "stages": stages,
        "peak_mib": max((run["peak_mib"] for run in used if run["peak_mib"]), default=None),
        "measure": last["measure"],
        "error_rate": last["errors"] / max(1, last["units"]),
        "language": last["language"],
        "seen": last["seen"],
        "heard": last["heard"],
    }


def _fine(runs: Sequence[Run]) -> bool:
    return not any(run["invalid"] for run in runs)


def _order(runs: Sequence[Run], key: str) -> list[str]:
    return list(dict.fromkeys(str(run[key]) for run in runs))


def _say(run: Run) -> None:
    print(
        f"{run['clip']:<9} {run['profile']:<9} {1000 * total(run):7.0f} CPU-ms a second, "
        f"{run['measure']} {run['errors'] / max(1, run['units']):.3f}" + (", INVALID" if run["invalid"] else ""),
        flush=True,
    )
