"""What one would write today: every picture through MediaPipe's example code, openai-whisper in float32, librosa.

Public APIs only, as their documentation shows them: OpenCV reads every picture; face, hand and pose landmarkers run in
VIDEO mode on each; `whisper.transcribe` with word times finds the language by itself; `librosa.pyin` and RMS are the
prosody. Whisper's weights are the product's.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.e2e_profiles.landmarkers import landmarkers
from bench.e2e_profiles.measured import Assessed, Seen, speech_of
from bench.e2e_profiles.whisper_reference import load_openai_whisper
from bench.process_cost import StageClock, missing_extra
from interview_engine.assessment.transcript import Word
from interview_engine.errors import UsageError
from interview_engine.i18n import msg
from models.weights.registry import WeightStore

GAP_MS = 1000
"""Between the times of two recordings: landmarkers in VIDEO mode want times that only grow."""

PITCH_HZ = (65.0, 400.0)


def recognise(model: Any, sound: NDArray[np.float32]) -> dict[str, Any]:
    """openai-whisper's result, with words, of 16 kHz mono samples."""
    found: dict[str, Any] = model.transcribe(sound, word_timestamps=True, fp16=False)
    return found


class Naive:
    """The loaded libraries of the naive script."""

    def __init__(self, store: WeightStore) -> None:
        """Load everything.

        Raises:
            UsageError: `bench.no_extra`, `bench.no_ffmpeg`. WeightsError: weights are missing.
        """
        try:
            import librosa
            import torch
            import whisper
        except ImportError as error:
            raise missing_extra(error.name or "openai-whisper") from error
        if shutil.which("ffmpeg") is None:
            raise UsageError(
                "bench.no_ffmpeg",
                msg("openai-whisper needs the ffmpeg program."),
                msg("Run apt-get install ffmpeg."),
            )
        torch.set_num_threads(1)
        self._whisper, self._librosa = whisper, librosa
        self._model = load_openai_whisper(store.locate("whisper-base"))
        self._faces, self._hands, self._pose = landmarkers(store, "VIDEO")
        self._clock_ms = 0

    def assess(self, path: Path, clock: StageClock) -> Assessed:
        """See `Profile.assess`."""
        pictures, faces, hands, duration_s = self._watch(path, clock)
        with clock.stage("decode"):
            sound = self._whisper.load_audio(str(path))
        with clock.stage("recognition"):
            result = recognise(self._model, sound)
        with clock.stage("prosody"):
            low, high = PITCH_HZ
            hz, _, _ = self._librosa.pyin(sound, fmin=low, fmax=high, sr=self._whisper.audio.SAMPLE_RATE)
            self._librosa.feature.rms(y=sound)
            pitch = float(np.nanmedian(hz)) if np.any(np.isfinite(hz)) else None
        words = [
            Word(word["word"].strip(), word["start"], word["end"], word["probability"])
            for segment in result["segments"]
            for word in segment["words"]
        ]
        rate = pictures / duration_s
        seen = Seen(rate, rate, rate, faces / max(1, pictures), hands / max(1, pictures))
        language = result["language"]
        return Assessed(result["text"].strip(), language, seen, speech_of(words, language, duration_s, pitch))

    def _watch(self, path: Path, clock: StageClock) -> tuple[int, int, int, float]:
        import cv2
        import mediapipe

        video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        rate = video.get(cv2.CAP_PROP_FPS)
        pictures = faces = hands = 0
        while True:
            with clock.stage("decode"):
                there, bgr = video.read()
                if not there:
                    break
                rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
                image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
            time_ms = self._clock_ms + round(1000 * pictures / rate)
            with clock.stage("faces"):
                faces += bool(self._faces.detect_for_video(image, time_ms).face_landmarks)
            with clock.stage("hands"):
                hands += bool(self._hands.detect_for_video(image, time_ms).hand_landmarks)
            with clock.stage("pose"):
                self._pose.detect_for_video(image, time_ms)
            pictures += 1
        video.release()
        self._clock_ms += round(1000 * pictures / rate) + GAP_MS
        return pictures, faces, hands, pictures / rate
