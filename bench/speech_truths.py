"""What is known of the shared recordings' speech: word times, gaps put in by hand, who speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.asr import load
from bench.asr_sets import Clip, aishell, speechocean
from interview_engine.assessment.delivery.spans import Span, merge
from interview_engine.assessment.media import SAMPLE_RATE, Audio, as_floats
from interview_engine.assessment.transcript import Word

FRAME = SAMPLE_RATE // 100
OVER_FLOOR_DB = 15.0
"""In clean, dry recordings a frame this far above the quietest twentieth is speech; independent of the product's
finder. In a room with an echo it is wrong (it takes the echo's tail for speech), so only dry recordings are used."""

UNLABELLED_FILLER = Span(14.53, 14.87)
"""The "uh" of acoustic_corpus that its transcript has and its alignment leaves out, placed by ear and spectrum."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A recording whose words (fillers as words) and their times are known."""

    name: str
    audio: Audio
    words: tuple[Word, ...]


def aligned(data: Path) -> Iterator[Timed]:
    """The two MFA recordings with their word alignment."""
    for name in ("acoustic_corpus", "cold_corpus"):
        path = data / f"C_audio/mfa/{name}.wav"
        words = list(text_grid_words(path.with_suffix(".TextGrid")))
        if name == "acoustic_corpus":
            words.append(Word("uh", UNLABELLED_FILLER.start_s, UNLABELLED_FILLER.end_s, 1.0))
        # the alignment of cold_corpus holds a stray "uh" of 10 ms inside "the"
        kept = [word for word in words if word.end_s - word.start_s > 0.015]
        yield Timed(name, load(Clip(name, (path,), "", "en")), tuple(sorted(kept, key=lambda word: word.start_s)))


def text_grid_words(path: Path) -> Iterator[Word]:
    """The words of a Praat TextGrid in the short text form, first tier; silences left out."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    at = lines.index("<exists>") + 2
    count = int(lines[at + 4])
    for row in range(count):
        start_s, end_s, text = lines[at + 5 + 3 * row : at + 8 + 3 * row]
        if text.strip('"'):
            yield Word(text.strip('"'), float(start_s), float(end_s), 1.0)


def joined_mandarin(data: Path) -> Iterator[tuple[str, str, Audio]]:
    """Ten Mandarin utterances of one speaker at a time: name, characters spoken, sound."""
    clips = list(aishell(data))
    for start in range(0, len(clips), 10):
        group = clips[start : start + 10]
        paths = tuple(path for clip in group for path in clip.paths)
        yield f"aishell-{start // 10}", "".join(clip.reference for clip in group), load(Clip("", paths, "", "zh"))


def clean_speech(samples: NDArray[np.float32]) -> tuple[Span, ...]:
    """Where a clean recording (in -1..1) is loud, silences up to 0.1 s closed: speech by a rule without any model."""
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    level = np.convolve(level, np.ones(3) / 3, "same")
    floor = float(np.quantile(level[level > -90.0], 0.05))
    loud = np.flatnonzero(level > floor + OVER_FLOOR_DB)
    spans = merge([Span(index * 0.01 - 0.05, index * 0.01 + 0.06) for index in loud.tolist()])
    whole = (Span(round(span.start_s + 0.05, 3), round(span.end_s - 0.05, 3)) for span in spans)
    return tuple(span for span in whole if span.duration_s >= 0.03)


def with_gaps(clips: Sequence[NDArray[np.float32]], seed: int, snr_db: float) -> tuple[NDArray[np.float32], list[Span]]:
    """Utterances trimmed and joined with silences of 0.3 to 1.4 s, under pink noise: the sound and the silences."""
    generator = np.random.default_rng(seed)
    parts: list[NDArray[np.float32]] = [np.zeros(SAMPLE_RATE // 2, np.float32)]
    silences: list[Span] = []
    for index, clip in enumerate(clips):
        spans = clean_speech(clip)
        clip = clip[int(spans[0].start_s * SAMPLE_RATE) : int(spans[-1].end_s * SAMPLE_RATE)]
        if index:
            start = sum(part.size for part in parts)
            parts.append(np.zeros(int(generator.uniform(0.3, 1.4) * SAMPLE_RATE), np.float32))
            silences.append(Span(start / SAMPLE_RATE, (start + parts[-1].size) / SAMPLE_RATE))
        parts.append(clip * np.float32(0.05 / np.sqrt(np.mean(clip**2))))
    sound = np.concatenate([*parts, parts[0]])
    spectrum = np.fft.rfft(generator.standard_normal(sound.size))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(sound.size, 1 / SAMPLE_RATE), 50.0))
    noise = np.fft.irfft(spectrum, sound.size)
    return (sound + noise / noise.std() * 0.05 * 10 ** (-snr_db / 20)).astype(np.float32), silences


def one_voice(data: Path) -> Iterator[tuple[str, Audio]]:
    """Recordings of one speaker each."""
    yield from ((name, audio) for name, _, audio in joined_mandarin(data))
    clips = list(speechocean(data))
    for start in range(0, len(clips), 5):
        paths = tuple(path for clip in clips[start : start + 5] for path in clip.paths)
        yield f"{clips[start].name[:5]}-{start // 5 % 2}", load(Clip("", paths, "", "en"))
    folder = data / "C_audio"
    for speaker in (1, 2):
        paths = tuple(sorted((folder / "speechbrain").glob(f"spk{speaker}_*.wav")))
        yield f"speechbrain-{speaker}", load(Clip("", paths, "", "en"))
    for name in (
        "C_audio/mfa/acoustic_corpus.wav",
        "C_audio/mfa/cold_corpus.wav",
        "C_audio/jfk/jfk.flac",
        "C_audio/wenet/librispeech-1995-1837-0001.wav",
        "B_video/hdtf_aoc.mp4",
        "B_video/may_5s.mp4",
        "B_video/latentsync_demo1.mp4",
        "B_video/latentsync_demo2.mp4",
        "B_video/retalking_face1.mp4",
        "B_video/retalking_face4.mp4",
    ):
        yield Path(name).stem, load(Clip("", (data / name,), "", "en"))


def one_voice_long(data: Path) -> Iterator[tuple[str, Audio]]:
    """Eight recordings of about four minutes: half of one reader's utterances, drawn again each time."""
    clips = [load(clip).samples for clip in aishell(data)]
    for seed in range(8):
        drawn = np.random.default_rng(seed).permutation(len(clips))[: len(clips) // 2]
        parts = [part for index in drawn for part in (clips[index], np.zeros(SAMPLE_RATE // 2, np.int16))]
        yield f"drawn-{seed}", Audio(np.concatenate(parts), SAMPLE_RATE, "")


def two_voices(data: Path) -> Iterator[tuple[str, Audio]]:
    """Recordings in which several people are known to speak (labels, or utterances of three readers in one file)."""
    for name in (
        "C_audio/azure/katiesteve.wav",
        "C_audio/speechbrain/valid.wav",
        "B_video/googlework_short.mp4",
        "C_audio/pyannote/sample.wav",
        "C_audio/pyannote/trn04.wav",
        "C_audio/pyannote/trn06.wav",
    ):
        yield Path(name).stem, load(Clip("", (data / name,), "", "en"))


def inserted_voice(data: Path, second_s: float) -> Iterator[tuple[str, Audio]]:
    """About 20 s of one reader with `second_s` of another in the middle, every ordered pair of eight readers."""
    readers: dict[str, list[NDArray[np.float32]]] = {
        "aishell": [as_floats(load(clip).samples) for clip in aishell(data)][:12]
    }
    for clip in speechocean(data):
        readers.setdefault(clip.name[:5], []).append(as_floats(load(clip).samples))
    for speaker in (1, 2):
        paths = sorted((data / "C_audio/speechbrain").glob(f"spk{speaker}_*.wav"))
        readers[f"speechbrain-{speaker}"] = [as_floats(load(Clip("", (path,), "", "en")).samples) for path in paths]
    for main, first in readers.items():
        for other, second in readers.items():
            if main == other:
                continue
            own = _until([_levelled(clip) for clip in first], 20.0)
            added = np.concatenate(_until([_levelled(clip) for clip in second], second_s))[
                : int(second_s * SAMPLE_RATE)
            ]
            middle = len(own) // 2 + 1
            sound = np.concatenate([*own[:middle], added, *own[middle:]])
            yield f"{main}+{other}", Audio.from_floats(sound, SAMPLE_RATE, "")


def _levelled(clip: NDArray[np.float32]) -> NDArray[np.float32]:
    return clip * np.float32(0.05 / np.sqrt(np.mean(clip**2)))


def _until(clips: Sequence[NDArray[np.float32]], seconds: float) -> list[NDArray[np.float32]]:
    taken: list[NDArray[np.float32]] = []
    for clip in clips:
        if sum(part.size for part in taken) >= seconds * SAMPLE_RATE:
            break
        taken.append(clip)
    return taken
