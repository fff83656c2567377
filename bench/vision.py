"""python -m bench vision: what watching costs, and whether the product's detectors agree with MediaPipe and labels.

Three parts. Cost: `observe` over the sampled pictures of the 720p clips, without decoding, by the product's detectors
and by MediaPipe's tasks in IMAGE mode, by turns. Agreement: both on the same pictures and boxes; distances are of the
sampled picture (360 lines), angles in degrees, blendshapes 0..1. Labels: F1 of faces, hands and looks off camera by
half seconds against tests/pipelines/watching/visual_labels.tsv.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.clips import Clip, make_clip, seconds_of
from bench.conventions import calibrate, drifted, installed, run_info, write_json
from bench.e2e_profiles.ours import Watched
from bench.process_cost import answer, cpu_s, run_alone
from bench.setting import ROOT, results_folder, shared_data, weight_store
from interview_engine.assessment.delivery.observations import FaceSeen, HandSeen
from interview_engine.assessment.delivery.spans import Span

LIBRARIES = ("openvino", "mediapipe", "numpy", "opencv-python-headless", "av")
LABELS = ROOT / "tests" / "pipelines" / "watching" / "visual_labels.tsv"
KINDS = ("networks", "mediapipe")
"""Values of the setting `vision`; the second is the reference."""

PARTS = ("cost", "agreement", "labels")
BLOCK = 16


def main(arguments: Sequence[str]) -> int:
    """Measure the detectors on clips, print the figures and store them; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.result is not None:
        return answer(options.result, lambda: _measure(options))
    info = run_info(installed(LIBRARIES), threads=1)
    passed = ["--clips", options.clips, "--repeats", str(options.repeats), "--only", *options.only]
    document = {"schema": "bench-vision/1", "run": asdict(info), **run_alone("bench.vision", passed)}
    write_json(options.out, document)
    _print(document)
    print(f"→ {options.out}")
    return 0


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    from pipelines.watching.watch import load_detectors

    store = weight_store()
    loaded: dict[str, Any] = {kind: load_detectors(store, vision=kind) for kind in KINDS}  # type: ignore[arg-type]
    before_s = calibrate()
    document: dict[str, Any] = {"weights": {name: store.sha256(name) for name in _weights()}}
    lengths = [seconds_of(text) for text in options.clips.split(",")]
    clips = [make_clip(language, length, shared_data()) for length in lengths for language in ("zh", "en")]
    if "cost" in options.only:
        document["cost"] = [cost(clip, loaded, options.repeats) for clip in clips]
    if "agreement" in options.only:
        document["agreement"] = [agreement(clip, loaded) for clip in clips[:2]]
    if "labels" in options.only:
        document["labels"] = {kind: label_scores(detectors, shared_data()) for kind, detectors in loaded.items()}
    for detectors in loaded.values():
        detectors.close()
    after_s = calibrate()
    return {**document, "calibration_s": [before_s, after_s], "invalid": drifted(before_s, after_s)}


def _weights() -> tuple[str, ...]:
    return ("face-landmarker", "hand-landmarker", "pose-landmarker")


def cost(clip: Clip, loaded: dict[str, Any], repeats: int) -> dict[str, Any]:
    """CPU milliseconds a video second of watching, in all and by detector, of each kind."""
    from pipelines.media.ingest import open_recording
    from pipelines.watching.watch import observe

    with open_recording(clip.path) as recording:
        frames = list(recording.frames())
    rows: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for repeat in range(1 + repeats):
        for kind, detectors in loaded.items():
            parts = {name: Watched(getattr(detectors, name)) for name in ("faces", "hands", "pose")}
            started = cpu_s()
            for _ in observe(iter(frames), replace(detectors, **parts)):
                pass
            whole = cpu_s() - started
            if repeat:  # the first is the warm-up
                taken = {name: part.take()[0] for name, part in parts.items()}
                rows[kind].append({"all": whole, **taken, "rest": whole - sum(taken.values())})
    result: dict[str, Any] = {"clip": clip.name, "frames": len(frames)}
    for kind, found in rows.items():
        result[kind] = {
            name: round(1000 * median(row[name] for row in found) / clip.duration_s, 2) for name in found[0]
        }
    pairs = zip(rows["mediapipe"], rows["networks"], strict=True)
    result["ratio"] = round(median(theirs["all"] / ours["all"] for theirs, ours in pairs), 3)
    return result


def agreement(clip: Clip, loaded: dict[str, Any]) -> dict[str, Any]:
    """How far the product's detectors are from the reference on the same pictures of a clip."""
    from pipelines.media.ingest import open_recording

    ours, theirs = loaded["networks"], loaded["mediapipe"]
    gaps: dict[str, list[float]] = defaultdict(list)
    counts = {name: {"both": 0, "ours": 0, "theirs": 0} for name in ("face", "hands", "pose")}
    with open_recording(clip.path) as recording:
        frames = [frame.rgb for frame in recording.frames()]
    for start in range(0, len(frames), BLOCK):
        block = frames[start : start + BLOCK]
        places = [(rgb, found[0]) for rgb, found in zip(block, theirs.faces.find(block), strict=True) if found]
        faces = zip(places, ours.faces.measure(places), theirs.faces.measure(places), strict=True)
        for (rgb, _), one, other in faces:
            if _count(counts["face"], one, other):
                _face_gaps(gaps, one, other, rgb.shape[0], rgb.shape[1])
        hands = zip(block, ours.hands.find(block), theirs.hands.find(block), strict=True)
        for rgb, one_hands, other_hands in hands:
            for distance in _hand_gaps(counts["hands"], one_hands, other_hands):
                gaps["palm middle, px"].append(distance * rgb.shape[0])
        poses = zip(block, ours.pose.find(block), theirs.pose.find(block), strict=True)
        for rgb, one_pose, other_pose in poses:
            if not _count(counts["pose"], one_pose, other_pose):
                continue
            if one_pose.shoulder_width is not None and other_pose.shoulder_width is not None:
                gap = abs(one_pose.shoulder_width - other_pose.shoulder_width)
                gaps["shoulder width, px"].append(gap * rgb.shape[0])
            gaps["hand expected, differs"].append(float(one_pose.hand_expected != other_pose.hand_expected))
    quantiles = {
        name: [round(float(q), 4) for q in np.quantile(values, (0.5, 0.95, 1.0))] for name, values in gaps.items()
    }
    return {"clip": clip.name, "found": counts, "p50_p95_max": quantiles}


def _count(counts: dict[str, int], one: object, other: object) -> bool:
    if one is not None and other is not None:
        counts["both"] += 1
        return True
    counts["ours"] += one is not None
    counts["theirs"] += other is not None
    return False


def _face_gaps(gaps: dict[str, list[float]], one: FaceSeen, other: FaceSeen, height: int, width: int) -> None:
    edges = [
        abs(one.box.left - other.box.left) * width,
        abs(one.box.right - other.box.right) * width,
        abs(one.box.top - other.box.top) * height,
        abs(one.box.bottom - other.box.bottom) * height,
    ]
    gaps["face's outermost landmarks, px"].append(max(edges))
    gaps["head angles, degrees"].append(max(abs(getattr(one, a) - getattr(other, a)) for a in ("yaw", "pitch", "roll")))
    shapes = ("eye_left", "eye_up", "eyes_shut", "smile")
    gaps["blendshape measures"].append(max(abs(getattr(one, name) - getattr(other, name)) for name in shapes))


def _hand_gaps(counts: dict[str, int], one: Sequence[HandSeen], other: Sequence[HandSeen]) -> Iterable[float]:
    """Distances in picture heights of each hand of the reference to the nearest of ours, one to one."""
    left = list(one)
    for hand in other:
        nearest = min(left, key=lambda seen, hand=hand: np.hypot(seen.x - hand.x, seen.y - hand.y), default=None)  # type: ignore[misc]
        if nearest is None:
            counts["theirs"] += 1
            continue
        left.remove(nearest)
        counts["both"] += 1
        yield float(np.hypot(nearest.x - hand.x, nearest.y - hand.y))
    counts["ours"] += len(left)


def label_scores(detectors: Any, data: Path) -> dict[str, Any]:
    """Hits, false alarms, misses and F1 by half seconds against the labels, over all labelled recordings."""
    from pipelines.media.ingest import open_recording
    from pipelines.watching.watch import watch

    counts = {what: {"hit": 0, "false": 0, "missed": 0} for what in ("face", "hands", "off_camera")}
    for clip, wanted in read_labels(LABELS).items():
        with open_recording(data / "B_video" / clip) as recording:
            cues = watch(recording.frames(), detectors)
        if cues is None:
            raise ValueError(f"{clip} has no pictures")
        spans: dict[str, Callable[[float], bool]] = {
            "face": lambda t, c=cues: c.face_present_share > 0 and not _covers(c.face_absent_spans, t),  # type: ignore[misc]
            "hands": lambda t, c=cues: _covers(c.hands_visible_spans, t),  # type: ignore[misc]
            "off_camera": lambda t, c=cues: _covers(c.off_camera_spans, t),  # type: ignore[misc]
        }
        for half in wanted["judged"]:
            for what, count in counts.items():
                label, found = wanted[what].get(half, "0"), spans[what](half / 2 + 0.25)
                if label == "-":
                    continue
                count["hit"] += found and label == "1"
                count["false"] += found and label == "0"
                count["missed"] += not found and label == "1"
    return {what: {**count, "f1": round(f1(**count), 4)} for what, count in counts.items()}


def f1(hit: int, false: int, missed: int) -> float:
    """The harmonic mean of precision and recall; 1 where there was nothing to find and nothing was found."""
    return 2 * hit / (2 * hit + false + missed) if hit + false + missed else 1.0


def read_labels(path: Path) -> dict[str, dict[str, dict[int, str]]]:
    """Recording → what → half second → "1" or "-" (not judged); a half second that is missing is no."""
    table: dict[str, dict[str, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"):
            for half in range(round(2 * float(row["start_s"])), round(2 * float(row["end_s"]))):
                table[row["clip"]][row["what"]][half] = row["value"]
    return table


def _covers(spans: Sequence[Span], time_s: float) -> bool:
    return any(span.start_s <= time_s < span.end_s for span in spans)


def _print(document: dict[str, Any]) -> None:
    for row in document.get("cost", ()):
        print(f"{row['clip']}, {row['frames']} pictures: CPU-ms a video second (bar 250)")
        for kind in KINDS:
            print(f"  {kind:<10}" + "".join(f"{name:>8} {value:7.1f}" for name, value in row[kind].items()))
        print(f"  mediapipe / networks {row['ratio']:.2f}")
    for row in document.get("agreement", ()):
        print(f"{row['clip']}: networks against mediapipe on the same pictures")
        for what, count in row["found"].items():
            print(
                f"  {what:<6} found by both {count['both']}, by ours alone {count['ours']}, by theirs {count['theirs']}"
            )
        for name, (middle, high, most) in row["p50_p95_max"].items():
            print(f"  {name:<32} p50 {middle:.4f}  p95 {high:.4f}  max {most:.4f}")
    for kind, found in document.get("labels", {}).items():
        print(f"  {kind:<10}" + "  ".join(f"{what} F1 {count['f1']:.3f}" for what, count in found.items()))
    if document["invalid"]:
        print("INVALID: the machine was disturbed while this ran")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench vision", description=__doc__)
    parser.add_argument("--clips", default="20s", help="lengths by commas, in both languages")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--out", type=Path, default=results_folder() / "vision.json")
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
