"""The encoder on the CPU in both number formats, whatever the processor's own choice would be (A1)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.convert import ENCODER_LIMITS, made_up_sound, windows_of
from models.runtime import openvino_runtime
from models.runtime.openvino_runtime import compile_model, fastest_precision, has_bf16
from models.speech.faster_whisper_recogniser import FasterWhisperRecogniser, prefer_avx512
from models.speech.load import speech_backend
from models.speech.recogniser import DecodeRequest, Heard
from models.speech.whisper.encoder import WhisperEncoder, encoder_graph
from models.speech.whisper.weights import read_variables
from models.weights.registry import WeightStore, default_root

AUDIO = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[5] / "shared" / "data")) / "C_audio"

F32_LIMIT = 1e-4
"""Largest ‖difference‖ ÷ ‖output‖ in f32: it was 4e-6."""

BF16_TEXT_SHARE = 0.85
"""Windows that must have the same text in bf16 as in f32: 60 of 66 had, and 12 of 907 words and characters differed."""

needs_bf16 = pytest.mark.skipif(not has_bf16(), reason="OpenVINO has no bf16 on this processor")


@pytest.fixture(scope="module")
def folder() -> Path:
    return WeightStore(default_root()).locate("whisper-base")


@pytest.fixture(scope="module")
def features(folder: Path) -> NDArray[np.float32]:
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.feature_extractor import FeatureExtractor

    return pad_or_trim(FeatureExtractor()(made_up_sound()), 3000).astype(np.float32)


@pytest.fixture(scope="module")
def expected(folder: Path, features: NDArray[np.float32]) -> NDArray[np.float32]:
    import ctranslate2

    prefer_avx512()  # as for every recogniser of this process: the first model decides for all of them
    plain = ctranslate2.models.Whisper(str(folder), compute_type="float32", intra_threads=1)
    return np.array(plain.encode(ctranslate2.StorageView.from_array(features[None])))


def relative(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


@pytest.mark.slow
def test_in_f32_it_computes_what_ctranslate2_computes(
    folder: Path, features: NDArray[np.float32], expected: NDArray[np.float32]
) -> None:
    assert relative(WhisperEncoder(folder, "f32")(features), expected) < F32_LIMIT


@pytest.mark.slow
@needs_bf16
def test_in_bf16_it_is_off_by_no_more_than_bf16_rounds(
    folder: Path, features: NDArray[np.float32], expected: NDArray[np.float32]
) -> None:
    assert F32_LIMIT < relative(WhisperEncoder(folder, "bf16")(features), expected) < ENCODER_LIMITS["bfloat16"]


@pytest.mark.slow
@needs_bf16
def test_in_bf16_the_same_words_are_heard(folder: Path) -> None:
    if not AUDIO.is_dir():
        pytest.skip("the recordings are not there")
    mandarin = sorted((AUDIO / "aishell_S0150").glob("*.wav"))[:6]
    windows = [window for path in [AUDIO / "jfk" / "jfk.flac", *mandarin] for window in windows_of(path)]
    exact, rounded = (FasterWhisperRecogniser(folder, precision=precision) for precision in ("f32", "bf16"))

    def heard(recogniser: FasterWhisperRecogniser) -> list[Heard]:
        languages = ["en", *["zh"] * len(mandarin)]
        encoded = recogniser.encode(windows)
        return recogniser.decode([DecodeRequest(*pair) for pair in zip(encoded, languages, strict=True)])

    texts = [[window.text for window in heard(recogniser)] for recogniser in (exact, rounded)]
    same = [one == other for one, other in zip(*texts, strict=True)]
    assert np.mean(same) >= BF16_TEXT_SHARE, [pair for pair in zip(*texts, strict=True) if pair[0] != pair[1]]


@pytest.mark.parametrize("precision", ["f32", pytest.param("bf16", marks=needs_bf16)])
def test_the_number_format_is_the_one_asked_for_and_part_of_the_backends_name(folder: Path, precision: str) -> None:
    compiled = compile_model(encoder_graph(read_variables(folder / "model.bin")), precision)
    named = {"f32": "f32", "bf16": "bf16"}[precision]
    assert compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name() == named
    assert FasterWhisperRecogniser(folder, precision=precision).backend == f"openvino {precision}, ctranslate2 int8"


@pytest.mark.parametrize(("hardware", "expected"), [(True, "bf16"), (False, "f32")])
def test_where_none_is_asked_for_it_is_the_fast_one_of_the_hardware(
    hardware: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openvino_runtime, "has_bf16", lambda: hardware)
    assert fastest_precision() == expected
    assert speech_backend("cpu") == f"openvino {expected}, ctranslate2 int8"
