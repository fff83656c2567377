"""Sound is kept as 16-bit integers: floats become the nearest, and come back within half a step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.assessment.media import FULL_SCALE, SAMPLE_RATE, Audio, as_floats, as_integers

LARGEST = (FULL_SCALE - 1) / FULL_SCALE


@given(st.lists(st.floats(-1.0, LARGEST), max_size=50), st.sampled_from([np.float32, np.float64]))
def test_floats_come_back_within_half_a_step(values: list[float], kind: type) -> None:
    samples = np.array(values, dtype=kind)
    back = as_floats(as_integers(samples))
    assert back.dtype == np.float32
    assert np.all(np.abs(back - samples) <= 0.5 / FULL_SCALE)


def test_every_integer_comes_back_as_itself() -> None:
    integers = np.arange(-FULL_SCALE, FULL_SCALE).astype(np.int16)
    floats = as_floats(integers)
    assert (floats[0], floats[FULL_SCALE], floats[-1]) == (-1.0, 0.0, np.float32(LARGEST))
    assert np.array_equal(as_integers(floats), integers)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_lies_beyond_full_scale_is_cut_and_never_wrapped_round(kind: type) -> None:
    loud = np.array([1.0, 1.00001, 1.5, 70_000.0, -1.0, -1.00001, -1.5, -70_000.0], dtype=kind)
    assert as_integers(loud).tolist() == [FULL_SCALE - 1] * 4 + [-FULL_SCALE] * 4


def test_floats_where_integers_belong_are_refused_and_not_taken_for_silence() -> None:
    with pytest.raises(TypeError, match="float32"):
        as_floats(np.ones(3, np.float32))  # type: ignore[arg-type]


def test_audio_is_made_of_floats_or_of_nothing() -> None:
    audio = Audio.from_floats(np.array([0.5, -0.25]), SAMPLE_RATE, "opus")
    assert audio.samples.dtype == np.int16
    assert audio.samples.tolist() == [16_384, -8_192]
    assert Audio.from_floats(np.zeros(0, np.float32), SAMPLE_RATE, "").samples.size == 0
