"""Make the synthetic demo interviews: `python -m bench.make_demo --out pipelines/demo`.

Run once by a developer; the results are committed. Needs `pip install -e .[demo]`, npm, Debian's libegl1, libegl-mesa0,
libgl1-mesa-dri and fonts-noto-cjk, and the face-landmarker weights. See docs/demo.md.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import yaml

from bench.demo_making.cast import CAST
from bench.demo_making.film import FRAMES_PER_SECOND, Actor, write_audio, write_browser_webm, write_mp4
from bench.demo_making.motion import Away, move
from bench.demo_making.parts import fetch
from bench.demo_making.voice import SAMPLE_RATE, Line, Spoken, Voice, room_noise
from models.weights.registry import WeightStore, default_root

SCRIPT = Path(__file__).parent / "demo_making/candidates.yaml"


@dataclass(frozen=True, slots=True)
class Studio:
    """What every recording needs."""

    voice: Voice
    body: Path
    landmarker: Path
    label: str
    out: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the recordings and manifests; 0 when all are there."""
    parser = argparse.ArgumentParser(prog="python -m bench.make_demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for recordings and manifests")
    parser.add_argument("--only", help="one candidate's id")
    default_cache = Path(platformdirs.user_cache_dir("interview-engine")) / "demo-making"
    parser.add_argument("--cache", type=Path, default=default_cache, help="folder for downloaded parts")
    options = parser.parse_args(arguments)
    script = yaml.safe_load(SCRIPT.read_text(encoding="utf-8"))
    parts = fetch(options.cache)
    landmarker = WeightStore(default_root()).locate("face-landmarker") / "face_landmarker.task"
    options.out.mkdir(parents=True, exist_ok=True)
    voice = Voice(parts.voice_model, parts.voice_vocabulary, parts.voice_styles, options.cache / "spoken")
    studio = Studio(voice, parts.body, landmarker, script["label"], options.out)
    for candidate in script["candidates"]:
        if options.only in (None, candidate["id"]):
            make_candidate(candidate, script["kit"], studio)
    return 0


def make_candidate(candidate: Mapping[str, Any], kit: str, studio: Studio) -> None:
    """Write one candidate's recordings and manifest."""
    seed = int.from_bytes(hashlib.sha256(candidate["id"].encode()).digest()[:4], "big")
    filmed = any(Path(answer["file"]).suffix in (".mp4", ".webm") for answer in candidate["answers"].values())
    actor = None
    if filmed:
        actor = Actor(CAST[candidate["figure"]], studio.body, studio.landmarker, studio.label, seed)
    for number, answer in enumerate(candidate["answers"].values()):
        path = studio.out / answer["file"]
        if "written" in answer:
            path.write_text(answer["written"] + "\n", encoding="utf-8")
        else:
            make_recording(path, answer, _say(candidate, answer, studio.voice, seed + number), actor, seed + number)
        print(
            f"{path.name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}",
            flush=True,
        )
    manifest = {
        "id": f"demo-{candidate['id']}",
        "candidate": candidate["name"],
        "synthetic": True,
        "kit": kit,
        "language": "auto",
        "answers": {question: answer["file"] for question, answer in candidate["answers"].items()},
    }
    head = f"# Synthetic demo: an invented person; see docs/demo.md.\n# {candidate['shows']}.\n"
    body = yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False)
    (studio.out / f"{candidate['id']}.yaml").write_text(head + body, encoding="utf-8")


def make_recording(path: Path, answer: Mapping[str, Any], spoken: Spoken, actor: Actor | None, seed: int) -> None:
    """Write one recording; its ending says what kind: .mp4, .webm (as a browser streams it), .m4a or .ogg."""
    if path.suffix in (".m4a", ".ogg"):
        write_audio(path, spoken.samples)
        return
    if actor is None:
        raise ValueError(f"{path.name} needs a figure")
    times = np.arange(int(spoken.duration_s * FRAMES_PER_SECOND)) / FRAMES_PER_SECOND
    motion = move(spoken, times, [Away(**span) for span in answer.get("away", [])], seed)
    if path.suffix == ".mp4":
        write_mp4(path, actor.frames(motion), spoken.samples)
        return
    jitter = np.random.default_rng(seed).uniform(-0.009, 0.009, len(times))  # a browser's frames come unevenly
    write_browser_webm(path, actor.frames(motion), np.maximum(times + jitter, 0.0), spoken.samples)


def _say(candidate: Mapping[str, Any], answer: Mapping[str, Any], voice: Voice, seed: int) -> Spoken:
    if "silence_s" in answer:
        return Spoken(room_noise(round(answer["silence_s"] * SAMPLE_RATE), seed), ())
    lines = [Line(line["text"], line.get("gap")) for line in answer["lines"]]
    return voice.tell(
        lines,
        candidate["voice"],
        candidate["language"],
        candidate["speed"],
        answer.get("lead_s", 1.0),
        answer.get("tail_s", 1.0),
        seed,
    )


if __name__ == "__main__":
    raise SystemExit(main())
