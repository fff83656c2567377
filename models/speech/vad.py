"""Where there is speech: Silero VAD v6, as it comes with faster-whisper, run in blocks so that memory stays flat."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.weights.registry import WeightStore

WINDOW = 512
"""Samples a probability stands for: 32 ms at 16 kHz."""

CONTEXT = 64
"""Samples of the window before, which the model wants in front of each window."""

BLOCK = 1024
"""Windows run at once, about 33 s: the model's buffers stay below 20 MB however long the recording is."""


class VoiceActivity(Protocol):
    """Tells speech from everything else in 16 kHz mono sound."""

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probability of speech (0..1) for each 512 samples of 16 kHz mono; the last may be padded."""
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
