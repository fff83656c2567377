"""How often a second voice is noticed, by sex and by room: the windows of known speakers, put one behind the other.

Windows are described once for each speaker and joined as they are, which is what a join of the sounds gives but for the
one or two windows across the seam.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from bench.asr import load
from bench.asr_sets import Clip, aishell, speechocean
from interview_engine.assessment.media import SAMPLE_RATE, as_floats, as_integers
from models.speech.speaker import WINDOW_S
from pipelines.hearing.activity import find_activity
from pipelines.hearing.voices import second_group, window_starts, windows_pitches

Floats = NDArray[np.float32]

MEN = frozenset({"10330", "speechbrain-2", "acoustic_corpus", "jfk", "latentsync_demo2", "retalking_face1"})
"""By ear and pitch, the women being the others; of the meetings and the telephone the name says it."""
SINGLE = (
    "C_audio/mfa/acoustic_corpus.wav",
    "C_audio/jfk/jfk.flac",
    "C_audio/wenet/librispeech-1995-1837-0001.wav",
    *(f"B_video/{name}.mp4" for name in ("hdtf_aoc", "may_5s", "latentsync_demo1", "latentsync_demo2")),
    *(f"B_video/{name}.mp4" for name in ("retalking_face1", "retalking_face4", "zh_en_noface")),
)
MEETINGS = {"sample": "sample.rttm", **{f"trn0{number}": "debug.train.rttm" for number in (3, 4, 5, 6)}}
LEAST_S, MOST_S = 5.0, 60.0


@dataclass(frozen=True, slots=True)
class Windows:
    """Of one speaker: where each begins, its vector, and the pitches in it."""

    starts: Floats
    vectors: Floats
    pitches: tuple[NDArray[np.float64], ...]

    def between(self, start_s: float, end_s: float) -> Windows:
        """Those inside a stretch."""
        kept = np.flatnonzero((self.starts >= start_s) & (self.starts + WINDOW_S <= end_s)).tolist()
        return Windows(self.starts[kept], self.vectors[kept], tuple(self.pitches[index] for index in kept))


def speakers(data: Path) -> Iterator[tuple[str, str, bool, Floats]]:
    """Name, room (a set of microphones), whether a man, and up to a minute of speech of each."""
    readers: dict[str, list[Floats]] = {"aishell": [as_floats(load(clip).samples) for clip in aishell(data)][:20]}
    for clip in speechocean(data):
        readers.setdefault(clip.name[:5], []).append(as_floats(load(clip).samples))
    for speaker in (1, 2):
        paths = sorted((data / "C_audio/speechbrain").glob(f"spk{speaker}_*.wav"))
        readers[f"speechbrain-{speaker}"] = [as_floats(load(Clip("", (path,), "", "en")).samples) for path in paths]
    for name in SINGLE:
        readers[Path(name).stem] = [as_floats(load(Clip("", (data / name,), "", "en")).samples)]
    for name, clips in readers.items():
        room = "speechocean" if name.isdigit() else name.split("-")[0]
        yield name, room, name in MEN, _together(clips)
    for name, labels in MEETINGS.items():
        sound = as_floats(load(Clip("", (data / f"C_audio/pyannote/{name}.wav",), "", "en")).samples)
        for who, parts in _alone(data / "C_audio/pyannote" / labels, name).items():
            clips = [sound[int(start_s * SAMPLE_RATE) : int(end_s * SAMPLE_RATE)] for start_s, end_s in parts]
            room = "telephone" if name == "sample" else "meeting"
            yield f"{name} {who}", room, who.startswith("M"), _together(clips)


def _together(clips: Sequence[Floats]) -> Floats:
    levelled = [clip * np.float32(0.05 / np.sqrt(np.mean(clip**2) + 1e-12)) for clip in clips if clip.size > 3200]
    return np.concatenate([*levelled, np.zeros(0, np.float32)])[: int(MOST_S * SAMPLE_RATE)]


def _alone(labels: Path, name: str) -> dict[str, list[tuple[float, float]]]:
    """Where each speaker of a labelled meeting talks alone for half a second or more."""
    turns = []
    for line in labels.read_text(encoding="utf-8").splitlines():
        cells = line.split()
        if cells[1] == name:
            turns.append((float(cells[3]), float(cells[3]) + float(cells[4]), cells[7]))
    found: dict[str, list[tuple[float, float]]] = {}
    for start_s, end_s, who in turns:
        parts = [(start_s, end_s)]
        for from_s, to_s, other in turns:
            if other != who:
                cut = [edges for a, b in parts for edges in ((a, min(b, from_s)), (max(a, to_s), b))]
                parts = [(a, b) for a, b in cut if b - a > 0.5]
        found.setdefault(who, []).extend(parts)
    return found


def heard(sound: Floats, vad: Any, voices: Any) -> Windows:
    """The windows of a sound, as the product makes them."""
    activity = find_activity(as_integers(sound), vad)
    starts = window_starts(activity.spans)
    vectors = voices.embed(activity.sound(), starts)
    return Windows(np.asarray(starts, np.float32), vectors, tuple(windows_pitches(activity, starts)))


def flagged(*parts: Windows) -> bool:
    """Whether the windows of these, one behind the other, hold a second voice."""
    starts: list[float] = []
    for part in parts:
        begins = starts[-1] + 2.0 if starts else 0.0
        starts += [float(start_s - part.starts[0]) + begins for start_s in part.starts]
    pitches = [pitch for part in parts for pitch in part.pitches]
    return bool(second_group(np.concatenate([part.vectors for part in parts]), starts, pitches).any())


def otherwise(sound: Floats) -> Mapping[str, Floats]:
    """The same voice with noise, muffled (the head turned away), and thinner (another microphone)."""
    noise = np.random.default_rng(0).normal(0, 0.005, sound.size)
    muffled = sosfilt(butter(1, 1800, "low", fs=SAMPLE_RATE, output="sos"), sound)
    thin = sosfilt(butter(1, 500, "high", fs=SAMPLE_RATE, output="sos"), sound)
    changed = {"noise": sound + noise, "muffled": muffled, "thin": thin}
    return {name: np.asarray(each, np.float32) for name, each in changed.items()}


def voice_pairs(data: Path, vad: Any, voices: Any) -> dict[str, tuple[int, int]]:
    """Flagged, of how many: one speaker, one who sounds otherwise in the second half, and 15 s of one with 6.5 s of
    another behind, by sex and room."""
    found: dict[str, list[bool]] = {}
    everyone: list[tuple[str, str, bool, Windows]] = []
    for name, room, man, sound in speakers(data):
        if sound.size < LEAST_S * SAMPLE_RATE:
            continue
        own = heard(sound, vad, voices)
        everyone.append((name, room, man, own))
        length_s = sound.size / SAMPLE_RATE
        for start_s in range(0, max(1, int(length_s // 25)) * 25, 25):
            found.setdefault("one speaker", []).append(flagged(own.between(start_s, start_s + 25.0)))
        half_s = min(length_s, 30.0) / 2
        for changed in otherwise(sound[: int(30 * SAMPLE_RATE)]).values():
            later = heard(changed, vad, voices).between(half_s, 30.0)
            found.setdefault("one speaker, then otherwise", []).append(flagged(own.between(0.0, half_s), later))
    for (_, room, man, one), (_, there, other_man, other) in itertools.permutations(everyone, 2):
        sexes = {2: "two men", 0: "two women", 1: "a man and a woman"}[man + other_man]
        place = "one room" if room == there else "two rooms"
        found.setdefault(f"{sexes}, {place}", []).append(flagged(one.between(0.0, 15.0), other.between(0.0, 6.5)))
    return {name: (sum(each), len(each)) for name, each in sorted(found.items())}
