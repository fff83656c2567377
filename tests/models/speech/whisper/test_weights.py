"""A CTranslate2 model file is read whole or refused: nothing of a damaged one is used (A1)."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import WeightsError
from models.speech.whisper.weights import as_float32, read_variables
from models.weights.registry import WeightStore, default_root


def text(value: str) -> bytes:
    return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"


def model_file(version: int = 6, specification: str = "WhisperSpec") -> bytes:
    """Three variables (float32, float16, bfloat16) and one alias."""
    single = np.arange(6, dtype="<f4").reshape(2, 3)
    half = np.array([0.5, -2.0], "<f2")
    upper = (np.array([1.5, -3.0], "<f4").view("<u4") >> 16).astype("<u2")
    parts = [struct.pack("<I", version), text(specification), struct.pack("<II", 3, 3)]
    for name, kind, array in (("a/weight", 0, single), ("b/bias", 4, half), ("c", 5, upper)):
        parts += [text(name), struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)]
        parts += [struct.pack("<BI", kind, array.nbytes), array.tobytes()]
    parts += [struct.pack("<I", 1), text("again"), text("a/weight")]
    return b"".join(parts)


def read(tmp_path: Path, data: bytes) -> dict[str, np.ndarray]:
    path = tmp_path / "model.bin"
    path.write_bytes(data)
    return read_variables(path)


def test_variables_keep_names_types_and_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, model_file())
    assert found["a/weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["b/bias"].dtype == np.float16
    assert found["b/bias"].tolist() == [0.5, -2.0]
    assert found["c"].tolist() == [1.5, -3.0]
    assert found["again"].tolist() == found["a/weight"].tolist()
    assert as_float32(found["b/bias"]).dtype == np.float32


@given(st.data())
def test_a_truncated_file_is_refused_wherever_it_is_cut(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = model_file()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(WeightsError) as caught:
        read(tmp_path_factory.mktemp("cut"), whole[:cut])
    assert caught.value.code == "weights.unreadable"
    assert "model.bin" in caught.value.text("zh")


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_never_do_more_than_be_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    start = struct.pack("<I", 6) + text("WhisperSpec")
    for data in (noise, start + noise):
        with contextlib.suppress(WeightsError):
            assert read(tmp_path_factory.mktemp("noise"), data) == {}


def test_another_kind_of_model_or_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="TransformerSpec"):
        read(tmp_path, model_file(specification="TransformerSpec"))
    with pytest.raises(WeightsError, match="binary version 9"):
        read(tmp_path, model_file(version=9))


def test_quantised_numbers_are_not_taken_for_weights() -> None:
    with pytest.raises(ValueError, match="quantised"):
        as_float32(np.zeros(3, np.int8))


def test_the_pinned_model_is_whisper_base() -> None:
    found = read_variables(WeightStore(default_root()).locate("whisper-base") / "model.bin")
    assert found["encoder/conv1/weight"].shape == (512, 80, 3)
    assert found["decoder/embeddings/weight"].shape == (51865, 512)
    assert np.shares_memory(found["decoder/projection/weight"], found["decoder/embeddings/weight"])
