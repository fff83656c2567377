"""Where there is speech: Silero VAD v6, as it comes with faster-whisper, run in blocks so that memory stays flat."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span
from interview_engine.assessment.media import SAMPLE_RATE
from models.weights.registry import WeightStore

WINDOW = 512
"""Samples a probability stands for: 32 ms at 16 kHz."""

CONTEXT = 64
"""Samples of the window before, which the model wants in front of each window."""

BLOCK = 1024
"""Windows run at once, about 33 s: the model's buffers stay below 20 MB however long the recording is."""

THRESHOLD = 0.5
"""Speech begins at this probability (the publisher's default)."""

HYSTERESIS = 0.15
"""Speech goes on until the probability falls this far below the threshold (the publisher's default)."""


class VoiceActivity(Protocol):
    """Tells speech from everything else in 16 kHz mono sound."""

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability of speech (0..1) for each 512 samples of 16 kHz mono; the last may be padded."""
        ...

    def speech_spans(
        self,
        samples: NDArray[np.float32],
        *,
        min_silence_s: float = 0.25,
        min_speech_s: float = 0.1,
        pad_s: float = 0.05,
    ) -> list[Span]:
        """Spans of speech in seconds, in order, not touching. See `SileroVoiceActivity.speech_spans`."""
        ...


class SileroVoiceActivity:
    """Silero voice activity detection on the CPU, one thread, deterministic.

    Args:
        store: holds the weights "voice-activity".

    Raises:
        WeightsError: they are not there or not what they should be.
    """

    def __init__(self, store: WeightStore) -> None:
        self._path = store.locate("voice-activity") / "silero_vad_v6.onnx"
        self._session: Any = None

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability of speech (0..1) for each 32 ms; the last window is filled up with silence."""
        session = self._loaded()
        hidden = np.zeros((1, 1, 128), np.float32)
        cell = np.zeros((1, 1, 128), np.float32)
        context = np.zeros(CONTEXT, np.float32)
        found = []
        for start in range(0, len(samples), BLOCK * WINDOW):
            block = samples[start : start + BLOCK * WINDOW]
            block = np.pad(block, (0, -len(block) % WINDOW)).reshape(-1, WINDOW)
            before = np.vstack([context, block[:-1, -CONTEXT:]])
            inputs = {"input": np.hstack([before, block]), "h": hidden, "c": cell}
            output, hidden, cell = session.run(None, inputs)
            context = block[-1, -CONTEXT:]
            found.append(np.asarray(output, np.float32).reshape(-1))
        return np.concatenate(found) if found else np.zeros(0, np.float32)

    def speech_spans(
        self,
        samples: NDArray[np.float32],
        *,
        min_silence_s: float = 0.25,
        min_speech_s: float = 0.1,
        pad_s: float = 0.05,
    ) -> list[Span]:
        """Spans of speech.

        Args:
            samples: float32, 16 kHz mono, -1..1.
            min_silence_s: shorter silences do not end a span.
            min_speech_s: shorter spans are left out.
            pad_s: added on both sides, at most half of the silence beside it.

        Returns:
            Spans in seconds inside the samples' length, in order, not overlapping.
        """
        return spans_of(
            self.probabilities(samples),
            len(samples) / SAMPLE_RATE,
            min_silence_s=min_silence_s,
            min_speech_s=min_speech_s,
            pad_s=pad_s,
        )

    def _loaded(self) -> Any:
        if self._session is None:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.inter_op_num_threads = 1
            options.intra_op_num_threads = 1
            options.enable_cpu_mem_arena = False
            options.log_severity_level = 4
            self._session = onnxruntime.InferenceSession(
                str(self._path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        return self._session


def spans_of(
    probabilities: NDArray[np.float32], length_s: float, *, min_silence_s: float, min_speech_s: float, pad_s: float
) -> list[Span]:
    """Probabilities a window to spans: hysteresis, short silences closed, short speech left out, padding."""
    step = WINDOW / SAMPLE_RATE
    raw: list[tuple[float, float]] = []
    start: float | None = None
    silent_since: float | None = None
    for index, probability in enumerate(probabilities):
        now = index * step
        if probability >= THRESHOLD:
            start = now if start is None else start
            silent_since = None
        elif start is not None and probability < THRESHOLD - HYSTERESIS:
            silent_since = now if silent_since is None else silent_since
            if now + step - silent_since >= min_silence_s:
                raw.append((start, silent_since))
                start = silent_since = None
    if start is not None:
        raw.append((start, length_s if silent_since is None else silent_since))
    raw = [(begin, end) for begin, end in raw if end - begin >= min_speech_s]
    spans = []
    for index, (begin, end) in enumerate(raw):
        before = raw[index - 1][1] if index else 0.0
        after = raw[index + 1][0] if index + 1 < len(raw) else length_s
        room_before = begin - before if index == 0 else (begin - before) / 2
        room_after = after - end if index + 1 == len(raw) else (after - end) / 2
        spans.append(
            Span(begin - min(pad_s, max(0.0, room_before)), min(length_s, end + min(pad_s, max(0.0, room_after))))
        )
    return spans
