"""The best known practice with public libraries: one demux, sampled small pictures, faster-whisper in int8.

PyAV decodes once and swscale makes pictures of 360 lines, 5 a second; MediaPipe's face, hand and pose landmarkers look
at each in IMAGE mode; faster-whisper with its voice filter, beam 5 and word times finds the language by itself;
`librosa.yin` and RMS are prosody (ten times cheaper than pyin). Library defaults otherwise; weights are the product's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.e2e_profiles.landmarkers import landmarkers
from bench.e2e_profiles.measured import Assessed, Seen, speech_of
from bench.process_cost import StageClock, missing_extra
from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.assessment.transcript import Word
from models.weights.registry import WeightStore

PICTURES_PER_S = 5.0
LINES = 360
PITCH_HZ = (65.0, 400.0)


def load_faster_whisper(store: WeightStore) -> Any:
    """The practised recogniser: 8-bit, one thread."""
    from faster_whisper import WhisperModel

    return WhisperModel(str(store.locate("whisper-base")), device="cpu", compute_type="int8", cpu_threads=1)


def recognise(model: Any, sound: NDArray[np.float32]) -> tuple[list[Any], str]:
    """The segments, with words, of 16 kHz mono samples, and the language found."""
    segments, info = model.transcribe(sound, beam_size=5, vad_filter=True, word_timestamps=True)
    return list(segments), info.language


class Practice:
    """The loaded libraries of the practised script."""

    def __init__(self, store: WeightStore) -> None:
        """Load everything.

        Raises:
            UsageError: `bench.no_extra`. WeightsError: weights are missing.
        """
        try:
            import librosa
        except ImportError as error:
            raise missing_extra(error.name or "librosa") from error

        self._librosa = librosa
        self._model = load_faster_whisper(store)
        self._faces, self._hands, self._pose = landmarkers(store, "IMAGE")

    def assess(self, path: Path, clock: StageClock) -> Assessed:
        """See `Profile.assess`."""
        sound, pictures, faces, hands, duration_s = self._watch(path, clock)
        with clock.stage("recognition"):
            found, language = recognise(self._model, sound)
        with clock.stage("prosody"):
            low, high = PITCH_HZ
            hz = self._librosa.yin(sound, fmin=low, fmax=high, sr=SAMPLE_RATE)
            loud = self._librosa.feature.rms(y=sound)[0]
            voiced = hz[: loud.size][loud[: hz.size] > 0.1 * loud.max()]
        words = [Word(w.word.strip(), w.start, w.end, w.probability) for segment in found for w in segment.words or ()]
        text = "".join(segment.text for segment in found).strip()
        rate = pictures / duration_s
        seen = Seen(rate, rate, rate, faces / max(1, pictures), hands / max(1, pictures))
        pitch = float(np.median(voiced)) if voiced.size else None
        return Assessed(text, language, seen, speech_of(words, language, duration_s, pitch))

    def _watch(self, path: Path, clock: StageClock) -> tuple[NDArray[np.float32], int, int, int, float]:
        import av
        import mediapipe

        sound: list[NDArray[np.int16]] = []
        pictures = faces = hands = 0
        next_s, end_s = 0.0, 0.0
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
            container.streams.video[0].codec_context.thread_count = 1
            frames: Any = container.decode(container.streams.video[0], container.streams.audio[0])
            while True:
                with clock.stage("decode"):
                    frame = next(frames, None)
                    if frame is None:
                        sound += [out.to_ndarray()[0] for out in resampler.resample(None)]
                        break
                    if isinstance(frame, av.AudioFrame):
                        sound += [out.to_ndarray()[0] for out in resampler.resample(frame)]
                        continue
                    time_s = float(frame.time or 0.0)
                    end_s = max(end_s, time_s)
                    if time_s < next_s - 1e-6:
                        continue
                    next_s += 1.0 / PICTURES_PER_S
                    width = round(frame.width * LINES / frame.height)
                    rgb = frame.reformat(width=width, height=LINES, format="rgb24").to_ndarray()
                    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
                with clock.stage("faces"):
                    faces += bool(self._faces.detect(image).face_landmarks)
                with clock.stage("hands"):
                    hands += bool(self._hands.detect(image).hand_landmarks)
                with clock.stage("pose"):
                    self._pose.detect(image)
                pictures += 1
        samples = np.concatenate(sound).astype(np.float32) / 32768.0
        return samples, pictures, faces, hands, max(end_s, samples.size / SAMPLE_RATE)
