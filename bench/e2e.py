"""python -m bench e2e: whole answers, the product against a naive script and the best practice, and every target.

Parts: `ratio` (CPU seconds a media second by stage, with error rates and cues, targets 1 to 3), `encoder` (its share
of the machine's rate, target 2), `reading` (against ffmpeg -f null, target 4), `memory` (target 5, and cost and
evenness of target 6), `workers` (two against one, target 6), `latency` (the report after the last answer, target 6).

Every measurement has a process of its own with one thread; a calibration kernel before and after marks it invalid when
it drifts by more than 15 %. The result is written after each run, and a part that is not asked for keeps what the file
held of it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.clips import Clip, Language, make_clip, seconds_of
from bench.conventions import installed, run_info, write_json
from bench.e2e_parts import encoder, latency, memory, ratio, reading, workers
from bench.e2e_parts.target import Target
from bench.e2e_profiles.run import PROFILES
from bench.setting import results_folder, settings, shared_data

LIBRARIES = (
    "openai-whisper",
    "faster-whisper",
    "ctranslate2",
    "openvino",
    "torch",
    "mediapipe",
    "librosa",
    "av",
    "opencv-python-headless",
    "onnxruntime",
    "numpy",
)
PARTS = ("ratio", "encoder", "reading", "memory", "workers", "latency")
WARM_S = 10
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def main(arguments: Sequence[str]) -> int:
    """Measure the parts asked for, print and store; 0 whether or not the targets are met."""
    options = _parser().parse_args(arguments)
    document = _begin(options)
    parts: dict[str, Callable[[], Any]] = {
        "ratio": lambda: _ratio(options, document),
        "encoder": lambda: encoder.measure(_clip(options.languages[0], options.clips[0])),
        "reading": lambda: [reading.measure(_clip(options.languages[0], s), options.repeats) for s in options.clips],
        "memory": lambda: _memory(options),
        "workers": lambda: workers.measure(
            _clip(options.languages[0], options.batch_clip), options.batch, max(1, options.repeats // 2)
        ),
        "latency": lambda: latency.measure(_clip(options.languages[0], options.answer_clip), options.answers),
    }
    for name in options.only:
        print(f"— {name}", flush=True)
        document[name] = parts[name]()
        document["targets"] = [asdict(target) | {"met": target.met} for target in targets(document)]
        write_json(options.out, document)
    _print(document, options.out)
    return 0


def targets(document: dict[str, Any]) -> list[Target]:
    """Every target whose part is in the document, in order of number."""
    found: list[Target] = []
    if "ratio" in document:
        found += ratio.targets(document["ratio"]["runs"])
    for name, part in (("encoder", encoder), ("memory", memory), ("workers", workers), ("latency", latency)):
        if name in document:
            found += part.targets(document[name])
    for row in document.get("reading", ()):
        found += reading.targets(row)
    return sorted(found, key=lambda target: target.number)


def _ratio(options: argparse.Namespace, document: dict[str, Any]) -> dict[str, Any]:
    def keep(runs: list[dict[str, Any]]) -> None:
        document["ratio"] = {"runs": runs, "clips": ratio.summarise(runs)}
        write_json(options.out, document)

    clips = [_clip(language, seconds) for seconds in options.clips for language in options.languages]
    ratio.measure(
        clips,
        {language: _clip(language, WARM_S) for language in options.languages},
        options.profiles,
        repeats=options.repeats,
        reruns=options.reruns,
        naive_up_to_s=options.naive_up_to,
        keep=keep,
    )
    found: dict[str, Any] = document["ratio"]
    return found


def _memory(options: argparse.Namespace) -> dict[str, Any]:
    language = options.languages[0]
    lengths = [_clip(language, seconds) for seconds in sorted(options.memory_clips)]
    return memory.measure(_clip(language, options.batch_clip), _clip(language, WARM_S), options.batch, lengths)


def _clip(language: Language, seconds: int) -> Clip:
    return make_clip(language, seconds, shared_data())


def _begin(options: argparse.Namespace) -> dict[str, Any]:
    """The document: of the parts that are not measured now, what the file holds."""
    from pipelines.workbench import needed_weights

    document: dict[str, Any] = {}
    if options.out.is_file() and not options.fresh:
        document = json.loads(options.out.read_text(encoding="utf-8"))
    info = asdict(run_info(installed(LIBRARIES), threads=1))
    kept = document.get("part_runs", {})
    return {
        **document,
        "schema": "bench-e2e/1",
        "run": info,
        "part_runs": kept | dict.fromkeys(options.only, info),
        "weights": {model.name: model.sha256 for model in needed_weights(settings())},
    }


def _print(document: dict[str, Any], path: Path) -> None:
    run = document["run"]
    if "ratio" in document:
        print("\n".join(ratio.table(document["ratio"]["clips"])))
    print()
    for target in targets(document):
        print(target.line())
    print(f"\n{run['machine']['processor']}, {run['machine']['cores']} cores, load {run['load']:.1f}, 1 thread")
    print(", ".join(f"{library} {version}" for library, version in run["versions"].items()))
    print(f"git {run['git_revision'][:12]}{'' if run['git_clean'] else ' with changes'} → {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench e2e", description=__doc__)
    lengths = {"type": seconds_of, "metavar": "LENGTH"}
    parser.add_argument("--only", type=_parts, default=list(PARTS), help=f"parts, by commas: {','.join(PARTS)}")
    parser.add_argument("--clips", type=_lengths, default=[20, 180], help="lengths by commas (20s,3min,15min)")
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--profiles", nargs="+", choices=PROFILES, default=list(PROFILES))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--reruns", type=int, default=1, help="of a run that was disturbed")
    parser.add_argument("--naive-up-to", **lengths, default=180, help="longest clip of the naive profile")  # type: ignore[arg-type]
    parser.add_argument("--batch", type=int, default=8, help="clips of the parts memory and workers")
    parser.add_argument("--batch-clip", **lengths, default=60, help="their length")  # type: ignore[arg-type]
    parser.add_argument("--memory-clips", type=_lengths, default=[60, 900], help="lengths whose memory is compared")
    parser.add_argument("--answers", type=int, default=7, help="of the part latency")
    parser.add_argument("--answer-clip", **lengths, default=180, help="their length")  # type: ignore[arg-type]
    parser.add_argument("--fresh", action="store_true", help="forget what the result file holds of other parts")
    parser.add_argument("--out", type=Path, default=results_folder() / "e2e.json")
    return parser


def _parts(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(PARTS)}")
    return names


def _lengths(text: str) -> list[int]:
    return [seconds_of(part) for part in text.split(",")]
