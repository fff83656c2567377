"""Target 4: reading a recording as the product does, against FFmpeg decoding all of it to nothing.

`python -m bench.e2e_parts.reading CLIP --repeats N --result FILE` measures in a process of its own, by turns.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.clips import Clip
from bench.conventions import calibrate, drifted
from bench.e2e_parts.target import Target
from bench.process_cost import answer, cpu_s, run_alone


def measure(clip: Clip, repeats: int) -> dict[str, Any]:
    """Both ways over one clip, by turns."""
    found: dict[str, Any] = run_alone("bench.e2e_parts.reading", [str(clip.path), "--repeats", str(repeats)])
    return {"clip": clip.name, "duration_s": clip.duration_s, **found}


def targets(found: dict[str, Any]) -> list[Target]:
    """The targets for reading one clip: CPU time of ours over that of the reference."""
    ours = 1000 * found["ours_cpu_s"] / found["duration_s"]
    theirs = 1000 * found["reference_cpu_s"] / found["duration_s"]
    of = f"{found['clip']}: {ours:.0f} against {theirs:.0f} CPU-ms a second by {found['reference']}"
    return [
        Target(
            "4",
            "reading a file, over decoding it to nothing",
            found["ratio"],
            1.2,
            False,
            "x",
            of,
            not found["invalid"],
        )
    ]


def read(path: Path) -> None:
    """The product's ingest: one demux, sampled small pictures, 16 kHz sound; the pictures are let go."""
    from pipelines.media.ingest import open_recording

    with open_recording(path) as recording:
        for _ in recording.frames():
            pass
        recording.media()


def decode_all(path: Path) -> None:
    """Everything decoded in one thread by FFmpeg's libraries, where its program is not installed."""
    import av

    with av.open(str(path)) as container:
        for stream in (*container.streams.video, *container.streams.audio):
            stream.codec_context.thread_count = 1
        for _ in container.decode():
            pass


def ffmpeg_to_null(path: Path) -> None:
    """`ffmpeg -f null` in one thread."""
    command = ["ffmpeg", "-v", "error", "-threads", "1", "-i", str(path), "-threads", "1", "-f", "null", "-"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def _measure(path: Path, repeats: int) -> dict[str, Any]:
    program = shutil.which("ffmpeg")
    reference: Callable[[Path], None] = ffmpeg_to_null if program else decode_all
    read(path)
    reference(path)
    before_s = calibrate()
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(repeats):
        for run, times in ((read, ours), (reference, theirs)):
            started = cpu_s()
            run(path)
            times.append(cpu_s() - started)
    after_s = calibrate()
    return {
        "reference": "ffmpeg -f null" if program else "PyAV, everything",
        "ours_cpu_s": median(ours),
        "reference_cpu_s": median(theirs),
        "ratio": median(a / b for a, b in zip(ours, theirs, strict=True)),
        "calibration_s": [before_s, after_s],
        "invalid": drifted(before_s, after_s),
    }


def _main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--result", type=Path, required=True)
    options = parser.parse_args(arguments)
    return answer(options.result, lambda: _measure(options.clip, options.repeats))


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
