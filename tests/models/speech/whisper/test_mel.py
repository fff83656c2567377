"""What a GPU's recogniser hears is what the CPU's hears (A1)."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.audio import pad_or_trim
from faster_whisper.feature_extractor import FeatureExtractor

from models.speech.whisper.mel import frames, log_mel


@pytest.mark.parametrize("mels", [80, 128])
def test_frames_of_windows_of_any_length_are_the_extractors(mels: int) -> None:
    generator = np.random.default_rng(3)
    lengths = (480_000, 479_999, 30_001, 16_000, 250, 100, 0)
    windows = [(0.1 * generator.standard_normal(length)).astype(np.float32) for length in lengths]
    windows.append(np.zeros(16_000, np.float32))
    reference = FeatureExtractor(mels)
    for samples, found in zip(windows, log_mel(windows, mels, "cpu").numpy(), strict=True):
        features = reference(samples)
        kept = min(features.shape[-1] - 1, reference.nb_max_frames)
        assert kept == frames(len(samples))
        np.testing.assert_allclose(found, pad_or_trim(features[:, :kept]), atol=1e-4)
