"""Describing voices: the published front end and network, computed without torch and without trusting the file."""

from __future__ import annotations

import os
import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from interview_engine.assessment.media import as_floats
from interview_engine.errors import WeightsError
from models.runtime.torch_file import MAGIC, PROTOCOL, read_tensors
from models.speech import speaker
from models.speech.speaker import WINDOW_S, VoiceEncoder
from models.weights.registry import WeightStore, default_root
from pipelines.media.ingest import open_recording

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))


@pytest.fixture(scope="module")
def encoder() -> VoiceEncoder:
    return VoiceEncoder(WeightStore(default_root()))


def sound(relative: str) -> NDArray[np.float32]:
    path = DATA / relative
    if not path.is_file():
        pytest.skip(f"the shared recording {relative} is not here (set SHARED_DATA)")
    with open_recording(path) as recording:
        audio = recording.media().audio
    assert audio is not None
    return as_floats(audio.samples)


def test_the_front_end_is_the_one_the_encoder_was_trained_with() -> None:
    import librosa

    generator = np.random.default_rng(0)
    samples = generator.standard_normal(5 * 16_000).astype(np.float32)
    expected = librosa.feature.melspectrogram(y=samples, sr=16_000, n_fft=400, hop_length=160, n_mels=40).T[100:260]
    level = np.mean(samples[16_000 : 16_000 + 159 * 160] ** 2)
    np.testing.assert_allclose(speaker._mel(samples, 1.0), expected * (1e-3 / level), rtol=0.02)


def test_the_network_is_an_lstm_as_published(encoder: VoiceEncoder) -> None:
    """Against a plain step-by-step LSTM in double precision with the textbook's sigmoid gates."""
    tensors = read_tensors(WeightStore(default_root()).locate("speaker") / "pretrained.pt", "model_state")
    generator = np.random.default_rng(1)
    mels = generator.gamma(0.5, 0.02, (2, 160, 40)).astype(np.float32)

    def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1 / (1 + np.exp(-x))

    for row, window in enumerate(mels):
        sequence = window.astype(np.float64)
        for layer in range(3):
            state = cell = np.zeros(256)
            states = []
            for vector in sequence:
                gates = tensors[f"lstm.weight_ih_l{layer}"] @ vector + tensors[f"lstm.weight_hh_l{layer}"] @ state
                gates = gates + tensors[f"lstm.bias_ih_l{layer}"] + tensors[f"lstm.bias_hh_l{layer}"]
                let_in, keep, new, let_out = np.split(gates, 4)
                cell = sigmoid(keep) * cell + sigmoid(let_in) * np.tanh(new)
                state = sigmoid(let_out) * np.tanh(cell)
                states.append(state)
            sequence = np.array(states)
        raw = np.maximum(tensors["linear.weight"] @ sequence[-1] + tensors["linear.bias"], 0)
        np.testing.assert_allclose(encoder._encode(mels)[row], raw / np.linalg.norm(raw), atol=2e-4)


def test_weights_of_another_shape_are_refused() -> None:
    tensors = dict(read_tensors(WeightStore(default_root()).locate("speaker") / "pretrained.pt", "model_state"))
    tensors["lstm.weight_ih_l1"] = tensors["lstm.weight_ih_l0"]
    with pytest.raises(ValueError, match="weight_ih_l1"):
        speaker.encoder_graph(tensors)


def test_one_voice_is_like_itself_and_unlike_another(encoder: VoiceEncoder) -> None:
    starts = [1.0, 3.5, 6.0]
    one = encoder.embed(sound("C_audio/jfk/jfk.flac"), starts)
    other = encoder.embed(sound("C_audio/wenet/librispeech-1995-1837-0001.wav"), starts)
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1.0, atol=1e-5)
    assert (one @ one.T).min() > 0.65
    assert (one @ other.T).max() < 0.6


def test_a_raised_voice_is_the_same_voice(encoder: VoiceEncoder) -> None:
    samples = sound("C_audio/jfk/jfk.flac")
    quiet, loud = (encoder.embed(samples * np.float32(gain), [1.0]) for gain in (0.1, 1.0))
    np.testing.assert_allclose(quiet, loud, atol=1e-3)


def test_windows_past_the_end_and_none_at_all_are_fine(encoder: VoiceEncoder) -> None:
    samples = np.full(8000, 0.1, np.float32)
    assert encoder.embed(samples, [0.0, 0.4]).shape == (2, 256)
    assert encoder.embed(samples, []).shape == (0, 256)
    assert np.isfinite(encoder.embed(np.zeros(8000, np.float32), [0.0])).all()
    assert WINDOW_S == 1.6


class _Storage:
    """Pickles as a torch storage: a persistent id."""


def checkpoint(path: Path, key: str = "7", numbers: int = 6, offset: int = 0) -> Path:
    """A file in the older torch format with one 2 x 3 tensor, "model_state" → "weight"."""

    class Writer(pickle.Pickler):
        def persistent_id(self, obj: object) -> object:
            return ("storage", FloatStorage, key, "cpu", numbers, None) if isinstance(obj, _Storage) else None

    with path.open("wb") as file:
        for value in (MAGIC, PROTOCOL, {"protocol_version": PROTOCOL, "little_endian": True}):
            pickle.dump(value, file, protocol=2)
        tensor = Rebuild((_Storage(), offset, (2, 3), (3, 1), False, OrderedDict()))
        Writer(file, protocol=2).dump({"model_state": OrderedDict(weight=tensor), "step": 1})
        pickle.dump([key], file, protocol=2)
        file.write(struct.pack("<q", 6) + np.arange(6, dtype="<f4").tobytes())
    return path


class FloatStorage:
    """Pickles as the name torch.FloatStorage."""


class Rebuild:
    """Pickles as a call of torch._utils._rebuild_tensor_v2."""

    def __init__(self, arguments: tuple[object, ...]) -> None:
        self.arguments = arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _rebuild_tensor_v2, self.arguments


def _rebuild_tensor_v2(*_: object) -> None:
    raise AssertionError("never called: only its name is written")


@pytest.fixture(autouse=True)
def torch_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pickle find the two stand-ins under torch's names, without torch."""
    import sys
    import types

    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = FloatStorage  # type: ignore[attr-defined]
    torch.Tensor = type("Tensor", (), {})  # type: ignore[attr-defined]  # scipy asks for it where it sees torch
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    monkeypatch.setattr(FloatStorage, "__module__", "torch")
    monkeypatch.setattr(_rebuild_tensor_v2, "__module__", "torch._utils")


def test_tensors_are_read_from_a_checkpoint(tmp_path: Path) -> None:
    tensors = read_tensors(checkpoint(tmp_path / "good.pt"), "model_state")
    np.testing.assert_array_equal(tensors["weight"], [[0, 1, 2], [3, 4, 5]])


def test_a_checkpoint_that_calls_anything_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.pt"
    marker = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (marker,)

    with path.open("wb") as file:
        for value in (MAGIC, PROTOCOL, {"little_endian": True}, {"model_state": Evil()}):
            pickle.dump(value, file, protocol=2)
    with pytest.raises(WeightsError) as refused:
        read_tensors(path, "model_state")
    assert refused.value.code == "weights.unreadable"
    assert not marker.exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", pickle.dumps(3), pickle.dumps(MAGIC)])
def test_what_is_no_checkpoint_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.pt"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="models pull"):
        read_tensors(path, "model_state")


def test_a_tensor_outside_its_storage_and_a_cut_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        read_tensors(checkpoint(tmp_path / "outside.pt", offset=3), "model_state")
    path = checkpoint(tmp_path / "cut.pt")
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(WeightsError):
        read_tensors(path, "model_state")
    with pytest.raises(WeightsError):
        read_tensors(checkpoint(tmp_path / "other.pt"), "optimizer_state")
