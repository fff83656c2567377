"""Recordings for the speed benchmarks: like a phone's or a browser's, as long as wanted, the words spoken known.

Pictures: stretches of 5 s of real people from B_video, 1280 x 720, 30 frames a second, H.264 by x264 "medium" with B
frames at 1.5 Mbit/s, a key frame every 2 s. Wide recordings fill the picture, the others stand before a plain wall;
the luma carries weak noise, as a camera's does, so that a repeated picture is not free. One quarter of the time hands
are in view. The Mandarin reel takes webcam_glasses_near_silent, latentsync_demo1 and 2, retalking_face1 and 4 and
webcam_noaudio_1; the English one hdtf_aoc, may_5s, webcam_noaudio_1 and 2, one_face_expressions_silent,
retalking_face4 and latentsync_demo1. A reel of 60 s is encoded once and its packets are repeated.

Sound: AISHELL-1 utterances (zh), or MFA recordings, speechocean762 and speechbrain sentences (en), in an order drawn
once, without the silence around them, at the same level, joined by pauses of 0.3 to 1 s, as AAC of 48 kHz. What was
said is the clip's reference. Lips and words do not belong together, which nothing here measures.

Clips lie in the user's cache under a name made of their contents, never in the repository.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.asr import load
from bench.asr_sets import Clip as Spoken
from bench.asr_sets import aishell, mfa, speechbrain, speechocean
from bench.speech_truths import clean_speech
from interview_engine.assessment.media import SAMPLE_RATE, as_floats
from interview_engine.errors import UsageError
from interview_engine.i18n import msg

Language = Literal["zh", "en"]

MADE = "bench-clip/1"
SPOKEN = "speech/3"
"""Change when the same sources shall give other pictures, or other sound."""

WIDTH, HEIGHT, RATE = 1280, 720, 30
KEY_EVERY_S = 2
BIT_RATE = 1_500_000
SOUND_RATE = 48_000
STRETCH_S = 5.0

WALL = (176, 172, 165)
NOISE = 2.0
"""Standard deviation of the luma noise, of 255."""
FILLS_FROM = 1.3
"""Pictures at least this wide for their height are cropped to fill; others are shown whole."""

LEVEL = 0.05
"""Root mean square of an utterance."""
PAUSE_S = (0.3, 1.0)
LEAST_PAUSE_S = 0.3
MARGIN_S = 0.1
"""Left before and after an utterance where its silence is cut off."""

REELS: dict[Language, tuple[tuple[str, float], ...]] = {
    "zh": (
        ("webcam_glasses_near_silent.mp4", 0.0),
        ("latentsync_demo2.mp4", 5.0),
        ("retalking_face1.mp4", 0.0),
        ("webcam_noaudio_1.webm", 10.0),
        ("webcam_noaudio_1.webm", 15.0),
        ("retalking_face4.mp4", 0.0),
        ("latentsync_demo1.mp4", 0.0),
        ("webcam_glasses_near_silent.mp4", 5.0),
        ("webcam_glasses_near_silent.mp4", 10.0),
        ("webcam_noaudio_1.webm", 20.0),
        ("latentsync_demo2.mp4", 12.0),
        ("retalking_face1.mp4", 0.5),
    ),
    "en": (
        ("hdtf_aoc.mp4", 0.0),
        ("webcam_noaudio_1.webm", 44.0),
        ("may_5s.mp4", 0.0),
        ("webcam_noaudio_2.webm", 0.0),
        ("webcam_noaudio_2.webm", 5.0),
        ("hdtf_aoc.mp4", 3.0),
        ("one_face_expressions_silent.mp4", 3.0),
        ("webcam_noaudio_1.webm", 0.0),
        ("retalking_face4.mp4", 0.0),
        ("latentsync_demo1.mp4", 5.0),
        ("webcam_noaudio_2.webm", 10.0),
        ("webcam_noaudio_2.webm", 20.0),
    ),
}
"""File and where its stretch begins, in seconds."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording for the speed benchmarks. `reference` is what is said in it."""

    name: str
    language: Language
    path: Path
    duration_s: float
    reference: str


def clip_folder() -> Path:
    """Where clips are kept between runs."""
    from models.weights.registry import default_root

    return default_root().parent / "bench-clips"


def seconds_of(text: str) -> int:
    """Seconds of "20s", "3min" or "90".

    Raises:
        UsageError: `bench.bad_length`: not a length, or not a whole number of key frame distances.
    """
    for unit, factor in (("min", 60), ("s", 1), ("", 1)):
        number = text.removesuffix(unit)
        if text.endswith(unit) and number.isdecimal():
            seconds = int(number) * factor
            if seconds >= KEY_EVERY_S and seconds % KEY_EVERY_S == 0:
                return seconds
    raise UsageError(
        "bench.bad_length",
        msg("“{text}” is no usable length.", text=text),
        msg("Give an even number of seconds, such as 20s or 3min."),
    )


def named(seconds: int) -> str:
    """The length as it is shown: "3min", "20s"."""
    return f"{seconds // 60}min" if seconds % 60 == 0 else f"{seconds}s"


def make_clip(language: Language, seconds: int, data: Path, folder: Path | None = None) -> Clip:
    """The clip of that language and length, made when it is not there yet.

    Args:
        seconds: see `seconds_of`.
        data: the folder of shared data.
        folder: `clip_folder()` by default.
    """
    folder = folder or clip_folder()
    folder.mkdir(parents=True, exist_ok=True)
    spoken = _utterances(language, data)
    reel = _reel(language, data, folder)
    sources = [path for one in spoken for path in one.paths]
    path = folder / f"{language}-{named(seconds)}-{_key(SPOKEN, reel.name, str(seconds), *map(_digest, sources))}.mp4"
    words = path.with_suffix(".txt")
    if not (path.is_file() and words.is_file()):
        utterances = [(_trimmed(as_floats(load(one).samples)), one.reference) for one in spoken]
        sound, reference = speech(language, utterances, seconds)
        _write_whole(path, lambda temporary: _mux(reel, sound, seconds, temporary))
        _write_whole(words, lambda temporary: temporary.write_text(reference, encoding="utf-8"))
    return Clip(f"{language}-{named(seconds)}", language, path, float(seconds), words.read_text(encoding="utf-8"))


def speech(
    language: Language, spoken: Sequence[tuple[NDArray[np.float32], str]], seconds: float
) -> tuple[NDArray[np.float32], str]:
    """Utterances over and over with pauses between until the time is full, and what was said.

    Args:
        spoken: samples (float32, 16 kHz mono) and words of each utterance.

    Returns:
        Exactly `seconds` of samples, and the words; an utterance that would not fit whole is passed over.
    """
    generator = np.random.default_rng(0)
    room = round(seconds * SAMPLE_RATE)
    least = round(LEAST_PAUSE_S * SAMPLE_RATE)
    parts: list[NDArray[np.float32]] = []
    words: list[str] = []
    index = passed_over = 0
    while passed_over < len(spoken):
        samples, text = spoken[index % len(spoken)]
        index += 1
        pause = round(generator.uniform(*PAUSE_S) * SAMPLE_RATE)
        if pause + samples.size > room - least:
            passed_over += 1
            continue
        passed_over = 0
        room -= pause + samples.size
        loudness = max(1e-6, float(np.sqrt(np.mean(samples**2))))
        parts += [np.zeros(pause, np.float32), samples * np.float32(LEVEL / loudness)]
        words.append(text)
    # a recording's silence is never digital: a hiss far below the speech
    sound = np.concatenate([*parts, np.zeros(room, np.float32)])
    hiss = generator.standard_normal(sound.size).astype(np.float32) * np.float32(LEVEL / 100)
    return np.clip(sound + hiss, -1.0, 1.0), ("" if language == "zh" else " ").join(words)


def _utterances(language: Language, data: Path) -> list[Spoken]:
    there = [*aishell(data)] if language == "zh" else [*speechocean(data), *speechbrain(data), *mfa(data)]
    return [there[index] for index in np.random.default_rng(1).permutation(len(there))]


def _trimmed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    spans = clean_speech(samples)
    start = max(0, round((spans[0].start_s - MARGIN_S) * SAMPLE_RATE))
    return samples[start : round((spans[-1].end_s + MARGIN_S) * SAMPLE_RATE)]


def _reel(language: Language, data: Path, folder: Path) -> Path:
    sources = sorted({data / "B_video" / name for name, _ in REELS[language]})
    path = folder / f"reel-{language}-{_key(str(REELS[language]), *map(_digest, sources))}.mp4"
    if not path.is_file():
        _write_whole(path, lambda temporary: _encode(_pictures(language, data), temporary))
    return path


def _pictures(language: Language, data: Path) -> Iterator[NDArray[np.uint8]]:
    """The reel's pictures, planar YUV 4:2:0 (1.5 x height, width)."""
    import cv2

    generator = np.random.default_rng(0)
    noise = generator.normal(0.0, NOISE, (HEIGHT + 64, WIDTH + 64)).round().astype(np.int16)
    for name, start_s in REELS[language]:
        for rgb in _steady(data / "B_video" / name, start_s):
            planes = cv2.cvtColor(_framed(rgb), cv2.COLOR_RGB2YUV_I420)
            down, right = generator.integers(0, 64, 2)
            luma = planes[:HEIGHT] + noise[down : down + HEIGHT, right : right + WIDTH]
            planes[:HEIGHT] = np.clip(luma, 0, 255).astype(np.uint8)
            yield planes


def _steady(path: Path, start_s: float) -> Iterator[NDArray[np.uint8]]:
    """`STRETCH_S` of a recording at `RATE` pictures a second, by their true times; the last stays if it ends early."""
    import av

    wanted = round(STRETCH_S * RATE)
    sent = 0
    rgb: Any = None
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        first_s = None
        for frame in container.decode(stream):
            own_s: float | None = frame.time  # None in damaged files, whatever the annotation says
            if own_s is None:
                continue
            first_s = own_s if first_s is None else first_s
            time_s = own_s - first_s - start_s
            while rgb is not None and sent < wanted and sent / RATE < time_s:
                yield rgb
                sent += 1
            if sent == wanted:
                return
            if time_s > -1.0:
                rgb = frame.to_ndarray(format="rgb24")
    if rgb is None:
        raise ValueError(f"{path.name} has no picture at {start_s} s")
    for _ in range(sent, wanted):
        yield rgb


def _framed(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    height, width = rgb.shape[:2]
    fills = width / height >= FILLS_FROM
    scale = (max if fills else min)(WIDTH / width, HEIGHT / height)
    kind = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    scaled = cv2.resize(rgb, (round(width * scale), round(height * scale)), interpolation=kind)
    top, left = (scaled.shape[0] - HEIGHT) // 2, (scaled.shape[1] - WIDTH) // 2
    if fills:
        return np.ascontiguousarray(scaled[top : top + HEIGHT, left : left + WIDTH])
    framed = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    framed[:] = WALL
    framed[:, -left : -left + scaled.shape[1]] = scaled[:HEIGHT]
    return framed


def _encode(pictures: Iterator[NDArray[np.uint8]], path: Path) -> None:
    import av

    with av.open(str(path), "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = BIT_RATE
        stream.codec_context.thread_count = 1  # the same stream on every machine
        key = str(KEY_EVERY_S * RATE)
        stream.options = {
            "preset": "medium",
            "g": key,
            "keyint_min": key,
            "sc_threshold": "0",
            "maxrate": str(2 * BIT_RATE),
            "bufsize": str(4 * BIT_RATE),
        }
        for planes in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        container.mux(stream.encode(None))


def _mux(reel: Path, sound: NDArray[np.float32], seconds: int, path: Path) -> None:
    """The reel's packets over and over beside the sound, in order of time."""
    import av

    with av.open(str(reel)) as source, av.open(str(path), "w", format="mp4") as container:
        video = source.streams.video[0]
        packets = [packet for packet in source.demux(video) if packet.pts is not None and packet.dts is not None]
        pictures: Any = container.add_stream_from_template(video)
        voice: Any = container.add_stream("aac", rate=SOUND_RATE, layout="mono")
        voice.bit_rate = 64_000
        length = len(packets) / RATE
        base = video.time_base or Fraction(1, 90_000)
        packed = _sound_packets(sound, voice)
        waiting = next(packed, None)
        for turn in range(-(-seconds // round(length))):
            shift = round(turn * length / base)
            for original in packets:
                assert original.pts is not None
                assert original.dts is not None
                if (original.pts + shift) * base >= seconds:
                    continue
                packet = av.Packet(bytes(original))
                packet.pts, packet.dts = original.pts + shift, original.dts + shift
                packet.duration, packet.time_base = original.duration, base
                packet.is_keyframe = original.is_keyframe
                packet.stream = pictures
                while waiting is not None and waiting.dts * waiting.time_base <= packet.dts * base:
                    container.mux(waiting)
                    waiting = next(packed, None)
                container.mux(packet)
        while waiting is not None:
            container.mux(waiting)
            waiting = next(packed, None)


def _sound_packets(sound: NDArray[np.float32], stream: Any) -> Iterator[Any]:
    import av
    import soxr

    raised = soxr.resample(sound, SAMPLE_RATE, SOUND_RATE).astype(np.float32)
    for start in range(0, raised.size, SOUND_RATE):
        block = raised[start : start + SOUND_RATE]
        frame = av.AudioFrame.from_ndarray(block[None, :], format="fltp", layout="mono")
        frame.sample_rate = SOUND_RATE
        frame.pts, frame.time_base = start, Fraction(1, SOUND_RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _write_whole(path: Path, write: Any) -> None:
    temporary = path.with_name(f"{path.stem}.part-{os.getpid()}{path.suffix}")
    write(temporary)
    os.replace(temporary, path)


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join((MADE, *parts)).encode()).hexdigest()[:12]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
