"""The GPU's recogniser, on the CPU: the same words at the same times as the plain path (A1, A2)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from faster_whisper.audio import decode_audio, pad_or_trim
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from interview_engine.errors import UsageError, WeightsError
from models import convert
from models.speech.faster_whisper_recogniser import FasterWhisperRecogniser, prefer_avx512
from models.speech.recogniser import DecodeRequest, EncodedWindow, Heard, attended
from models.speech.torch_recogniser import TorchRecogniser
from models.speech.whisper.layers import load
from models.speech.whisper.net import encode
from models.weights.registry import WeightStore, default_root

AUDIO = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[4] / "shared" / "data")) / "C_audio"

SAMPLE_RATE = 16_000


@pytest.fixture(scope="module")
def folder() -> Path:
    return WeightStore(default_root()).locate("whisper-base")


@pytest.fixture(scope="module")
def windows() -> list[NDArray[np.float32]]:
    """English of 15 s (of which the silence after it is left out), Mandarin of 3 s, 2 s of digital silence."""
    if not AUDIO.is_dir():
        pytest.skip("the recordings are not there")
    mandarin = next((AUDIO / "aishell_S0150").glob("*W0016.wav"))
    english = decode_audio(str(AUDIO / "jfk" / "jfk.flac"))
    return [
        np.concatenate([english, english[: 4 * SAMPLE_RATE]]),
        decode_audio(str(mandarin)),
        np.zeros(2 * SAMPLE_RATE, np.float32),
    ]


@pytest.fixture(scope="module")
def recogniser(folder: Path) -> TorchRecogniser:
    return TorchRecogniser(folder, "cpu")


@pytest.fixture(scope="module")
def encoded(recogniser: TorchRecogniser, windows: list[NDArray[np.float32]]) -> list[EncodedWindow]:
    return recogniser.encode(windows)


def requests(encoded: list[EncodedWindow]) -> list[DecodeRequest]:
    """Languages, prompts and rules of their own."""
    english, mandarin, silence = encoded
    return [
        DecodeRequest(english, "en", "Um, uh, well."),
        DecodeRequest(mandarin, "zh", "以下是普通话的句子。", avoid_repeats=True),
        DecodeRequest(silence, "en"),
    ]


@pytest.fixture(scope="module")
def heard(recogniser: TorchRecogniser, encoded: list[EncodedWindow]) -> list[Heard]:
    return recogniser.decode(requests(encoded))


@pytest.mark.slow
def test_the_encoder_computes_what_ctranslate2_computes(folder: Path, windows: list[NDArray[np.float32]]) -> None:
    import ctranslate2

    prefer_avx512()  # as for every recogniser of this process: the first model decides for all of them
    features = pad_or_trim(FeatureExtractor()(windows[0]))[None].astype(np.float32)
    plain = ctranslate2.models.Whisper(str(folder), compute_type="float32", intra_threads=1)
    expected = np.array(plain.encode(ctranslate2.StorageView.from_array(features)))
    found = encode(load(folder, "cpu", torch.float32), torch.from_numpy(features)).numpy()
    assert np.linalg.norm(found - expected) / np.linalg.norm(expected) < 1e-3


@pytest.fixture(scope="module")
def plain(folder: Path) -> FasterWhisperRecogniser:
    return FasterWhisperRecogniser(folder, compute_type="float32", precision="f32")


@pytest.fixture(scope="module")
def plainly_encoded(plain: FasterWhisperRecogniser, windows: list[NDArray[np.float32]]) -> list[EncodedWindow]:
    return plain.encode(windows)


@pytest.fixture(scope="module")
def plainly_heard(plain: FasterWhisperRecogniser, plainly_encoded: list[EncodedWindow]) -> list[Heard]:
    return plain.decode(requests(plainly_encoded))


@pytest.mark.slow
def test_windows_are_encoded_as_the_plain_path_encodes_them(
    encoded: list[EncodedWindow], plainly_encoded: list[EncodedWindow]
) -> None:
    for here, there in zip(encoded, plainly_encoded, strict=True):
        assert here.duration_s == there.duration_s
        assert here.language_probabilities == pytest.approx(there.language_probabilities, abs=1e-3)
        found_sound, expected_sound = here.state.output.numpy(), np.asarray(there.state[0])[0]
        assert len(found_sound) == len(expected_sound) == attended(here.state.frames)
        assert np.linalg.norm(found_sound - expected_sound) / np.linalg.norm(expected_sound) < 1e-3


@pytest.mark.slow
def test_texts_and_their_probabilities_are_those_of_the_plain_path(
    heard: list[Heard], plainly_heard: list[Heard]
) -> None:
    for found, expected in zip(heard, plainly_heard, strict=True):
        assert found.text == expected.text
        assert found.average_log_probability == pytest.approx(expected.average_log_probability, abs=1e-3)
        assert found.no_speech_probability == pytest.approx(expected.no_speech_probability, abs=1e-3)
    assert "ask not what your country can do for you" in heard[0].text
    assert heard[1].text


@pytest.mark.slow
def test_words_stand_where_the_plain_path_puts_them(heard: list[Heard], plainly_heard: list[Heard]) -> None:
    for found, expected in zip(heard, plainly_heard, strict=True):
        for word, other in zip(found.words, expected.words, strict=True):
            assert word.start_s == pytest.approx(other.start_s, abs=0.1)
            assert word.end_s == pytest.approx(other.end_s, abs=0.1)
            assert word.probability == pytest.approx(other.probability, abs=1e-2)


@pytest.mark.slow
def test_a_window_gives_the_same_words_alone(
    recogniser: TorchRecogniser, encoded: list[EncodedWindow], heard: list[Heard]
) -> None:
    for request, together in zip(requests(encoded), heard, strict=True):
        (alone,) = recogniser.decode([request])
        assert [word.text for word in alone.words] == [word.text for word in together.words]
        assert [word.start_s for word in alone.words] == [word.start_s for word in together.words]


@pytest.mark.slow
def test_silence_has_no_words_that_last_beyond_it(heard: list[Heard]) -> None:
    assert all(word.end_s <= 2.0 for word in heard[2].words)
    assert not heard[2].cut_off


@pytest.mark.slow
def test_a_batch_that_is_filled_up_gives_the_same(
    recogniser: TorchRecogniser,
    windows: list[NDArray[np.float32]],
    encoded: list[EncodedWindow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recogniser, "_filled", lambda count: 2)
    (filled,) = recogniser.encode(windows[:1])
    difference = filled.state.output - encoded[0].state.output
    assert difference.norm() / encoded[0].state.output.norm() < 1e-5
    assert filled.language_probabilities == pytest.approx(encoded[0].language_probabilities, abs=1e-5)


@pytest.mark.slow
def test_the_converted_weights_are_the_pinned_ones(
    folder: Path, tmp_path: Path, windows: list[NDArray[np.float32]], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--out", str(tmp_path / "gpu"), "--speech-only", "--check", str(AUDIO / "jfk" / "jfk.flac")]
    assert convert.main(arguments) == 0
    assert "share equal" in capsys.readouterr().out
    here, there = (load(place, "cpu", torch.float32) for place in (folder, tmp_path / "gpu"))
    assert here.sizes == there.sizes
    assert torch.equal(here.decoder[5].key_value.weight, there.decoder[5].key_value.weight)
    assert (tmp_path / "gpu" / "conversion.json").is_file()


@pytest.mark.slow
def test_weights_that_compute_something_else_are_found_out(folder: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    convert.convert_speech(folder, tmp_path)
    changed = load_file(tmp_path / "model.safetensors")
    name = "encoder/layer_2/ffn/linear_0/weight"
    changed[name] = changed[name] * np.float16(1.05)
    save_file(changed, tmp_path / "model.safetensors")
    figures = convert.check_speech(folder, tmp_path, [], "cpu")
    assert not all(figure.ok for figure in figures)


def test_more_than_thirty_seconds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most"):
        TorchRecogniser(tmp_path, "cpu").encode([np.zeros(31 * SAMPLE_RATE, np.float32)])


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        TorchRecogniser(tmp_path, "cpu").encode([np.zeros(SAMPLE_RATE, np.float32)])
    assert caught.value.code == "weights.unreadable"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_gpu_that_is_not_there_is_an_error_and_nothing_falls_back(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        TorchRecogniser(tmp_path, "cuda")
    assert caught.value.code == "device.no_torch"
