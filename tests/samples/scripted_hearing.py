"""A voice detector and a recogniser that do what a test's script says, and an answer heard with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.transcript import Transcript
from models.speech.recogniser import DecodeRequest, EncodedWindow, Heard, HeardWord
from pipelines.hearing.transcribe import transcribe


class ScriptedVad:
    """Speech everywhere but in the given silences (seconds)."""

    def __init__(self, *silences: tuple[float, float], speech: bool = True) -> None:
        self.silences = silences
        self.speech = speech

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        times = np.arange(-(-len(samples) // 512)) * 512 / SAMPLE_RATE
        result = np.full(len(times), 0.99 if self.speech else 0.01, np.float32)
        for start, end in self.silences:
            result[(times >= start) & (times < end)] = 0.01
        return result


class ScriptedRecogniser:
    """Says what the script says for each decoding; records the prompts it was given."""

    batch = 1

    def __init__(
        self,
        script: Callable[[str, str, bool], Sequence[HeardWord]],
        languages: Mapping[str, float] | None = None,
        no_speech: float = 0.0,
    ) -> None:
        self.script = script
        self.languages = {"en": 1.0} if languages is None else dict(languages)
        self.no_speech = no_speech
        self.calls: list[tuple[str, str, bool]] = []

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[EncodedWindow]:
        assert all(len(samples) <= 30 * SAMPLE_RATE for samples in windows)
        return [EncodedWindow(self.languages, len(samples) / SAMPLE_RATE, None) for samples in windows]

    def later(self, window: EncodedWindow, from_s: float) -> EncodedWindow | None:
        return None

    def decode(self, requests: Sequence[DecodeRequest]) -> list[Heard]:
        assert len(requests) > 0
        self.calls += [(request.language, request.prompt, request.avoid_repeats) for request in requests]
        return [
            Heard(tuple(self.script(request.language, request.prompt, request.avoid_repeats)), -0.2, self.no_speech)
            for request in requests
        ]


def say(text: str, probability: float = 0.9, *, until_s: float = 9.5) -> list[HeardWord]:
    """Words spread evenly over the first seconds of a window; Chinese by character."""
    parts = [" " + part for part in text.split()] if text.isascii() else list(text)
    step = until_s / max(1, len(parts))
    return [HeardWord(part, i * step, (i + 0.9) * step, probability) for i, part in enumerate(parts)]


def hear(
    recogniser: ScriptedRecogniser, seconds: float = 9.6, vad: ScriptedVad | None = None, **kwargs: object
) -> Transcript:
    audio = Audio(np.zeros(round(seconds * SAMPLE_RATE), np.int16), 48_000, "opus")
    return transcribe(audio, recogniser, vad or ScriptedVad(), **kwargs)  # type: ignore[arg-type]


def codes(transcript: Transcript) -> list[str]:
    return [reason.code for _, reason in transcript.dropped]
