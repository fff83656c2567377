"""The recordings with known words that recognition is measured on, by path in the shared data folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

JFK = "And so my fellow Americans ask not what your country can do for you ask what you can do for your country"
COSYVOICE = "希望你以后能够做的比我还好呦。"
MIXED = "大家好我的名字是AutoCut这是一条用于测试的视频Hello my name is AutoCut This is a video for testing"


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and what is said in it.

    Args:
        paths: of one file, or of several to be joined with half a second of silence between.
        reference: the words; "" when nobody speaks or the words are not known.
        language: "zh" or "en", the unit of errors.
        snr_db: white noise to add, None for none.
        expected: code of the reason a silent or foreign clip must end with.
    """

    name: str
    paths: tuple[Path, ...]
    reference: str
    language: str
    snr_db: float | None = None
    expected: str | None = None


def aishell(data: Path) -> Iterator[Clip]:
    """100 read Mandarin utterances of one speaker."""
    folder = data / "C_audio/aishell_S0150"
    for line in (folder / "transcripts.tsv").read_text(encoding="utf-8").splitlines():
        name, text = line.split("\t")[:2]
        yield Clip(name, (folder / f"{name}.wav",), text, "zh")


def aishell_joined(data: Path) -> Iterator[Clip]:
    """The same, ten utterances at a time joined to one recording: does packing into windows cost accuracy?"""
    clips = list(aishell(data))
    for start in range(0, len(clips), 10):
        group = clips[start : start + 10]
        paths = tuple(path for clip in group for path in clip.paths)
        yield Clip(f"joined-{start // 10}", paths, "".join(clip.reference for clip in group), "zh")


def long(data: Path) -> Iterator[Clip]:
    """All Mandarin and all learners' English utterances in three drawn orders, each joined to one long recording: an
    answer of many sentences, of which a recogniser may pass over some."""
    english = [*speechocean(data), *speechbrain(data), *mfa(data)]
    for language, there, between in (("zh", [*aishell(data)], ""), ("en", english, " ")):
        for seed in range(3):
            drawn = [there[index] for index in np.random.default_rng(seed).permutation(len(there))]
            paths = tuple(path for clip in drawn for path in clip.paths)
            yield Clip(f"{language}-{seed}", paths, between.join(clip.reference for clip in drawn), language)


def speechocean(data: Path) -> Iterator[Clip]:
    """Read English sentences by Mandarin-speaking adults."""
    folder = data / "C_audio/speechocean762_train"
    with (folder / "meta.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            path = folder / f"{row['utt']}.wav"
            if path.is_file():
                yield Clip(row["utt"], (path,), row["text"], "en")


def mfa(data: Path) -> Iterator[Clip]:
    """Spontaneous English with fillers and pauses; the transcripts hold the fillers."""
    for name in ("acoustic_corpus", "cold_corpus"):
        folder = data / "C_audio/mfa"
        yield Clip(name, (folder / f"{name}.wav",), (folder / f"{name}.lab").read_text(encoding="utf-8").strip(), "en")


def speechbrain(data: Path) -> Iterator[Clip]:
    """Twelve short English sentences of two speakers."""
    folder = data / "C_audio/speechbrain"
    for part in ("ASR_dev.json", "ASR_train.json"):
        for name, entry in json.loads((folder / part).read_text(encoding="utf-8")).items():
            yield Clip(name, (folder / Path(entry["wav"]).name,), entry["words"], "en")


def single(data: Path) -> Iterator[Clip]:
    """Single well-known clips: a speech, a read passage, a telephone dialogue, a Mandarin sentence, a mixed one."""
    folder = data / "C_audio"
    yield Clip("jfk", (folder / "jfk/jfk.flac",), JFK, "en")
    for line in (folder / "wenet/data.list").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        path = folder / "wenet" / Path(entry["wav"]).name
        if path.is_file():
            yield Clip(entry["key"], (path,), entry["txt"], "zh" if "aishell" in entry["key"] else "en")
    lines = (folder / "pyannote/sample.stm").read_text(encoding="utf-8").splitlines()
    dialogue = " ".join(line.split(" ", 5)[5] for line in lines)
    yield Clip("telephone", (folder / "pyannote/sample.wav",), dialogue, "en")
    yield Clip("cosyvoice", (folder / "cosyvoice/zero_shot_prompt.wav",), COSYVOICE, "zh")
    yield Clip("zh-en", (data / "B_video/zh_en_noface.mp4",), MIXED, "zh")


def guards(data: Path) -> Iterator[Clip]:
    """Recordings that must end with a reason: silence, no speech, another language, a sample rate of 400 Hz."""
    for path, reason in (
        ("C_audio/silence/silence.wav", "audio.too_low_rate"),
        ("C_audio/silence/silence2sec.wav", "audio.no_speech"),
        ("B_video/one_face_expressions_silent.mp4", "audio.no_speech"),
        ("B_video/single_face_near_silent.mp4", "audio.no_speech"),
        ("B_video/webcam_glasses_near_silent.mp4", "audio.no_speech"),
        ("B_video/no_face_animation.mp4", "audio.no_speech"),
        ("B_video/latentsync_demo1.mp4", "language.not_covered"),
        ("B_video/latentsync_demo2.mp4", "language.not_covered"),
    ):
        yield Clip(Path(path).stem, (data / path,), "", "en", expected=reason)


def noise(data: Path) -> Iterator[Clip]:
    """Every fifth AISHELL and speechocean clip under white noise: where does recognition break, and does the
    confidence say so? The threshold of pipelines/hearing/word_times.py is read off this set."""
    clips = [*list(aishell(data))[::5], *list(speechocean(data))[::5]]
    for snr_db in (10.0, 0.0, -5.0):
        for clip in clips:
            yield Clip(f"{clip.name}@{snr_db:g}dB", clip.paths, clip.reference, clip.language, snr_db)


SETS: dict[str, Callable[[Path], Iterator[Clip]]] = {
    "aishell": aishell,
    "aishell-joined": aishell_joined,
    "long": long,
    "speechocean762": speechocean,
    "mfa": mfa,
    "speechbrain": speechbrain,
    "single": single,
    "guards": guards,
    "noise": noise,
}
