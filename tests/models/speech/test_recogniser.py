"""One window of speech to words: deterministic, times inside the window, words joined as people write them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_engine.errors import WeightsError
from models.speech.faster_whisper_recogniser import FasterWhisperRecogniser, prefer_avx512
from models.speech.load import load_recogniser
from models.speech.recogniser import (
    AFTER_SOUND_S,
    ENCODED_FRAME_S,
    LONG_S,
    MAX_WINDOW_S,
    SHORT_S,
    DecodeRequest,
    HeardWord,
    attended,
    join_pieces,
)
from models.weights.registry import WeightStore, default_root

SHARED_DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))

SPEECH = SHARED_DATA / "C_audio" / "jfk" / "jfk.flac"


def pieces(*texts: str) -> list[HeardWord]:
    return [HeardWord(text, float(index), index + 0.5, 0.5) for index, text in enumerate(texts)]


def texts(words: tuple[HeardWord, ...]) -> list[str]:
    return [word.text for word in words]


def test_punctuation_joins_its_word_and_keeps_the_words_times() -> None:
    words = join_pieces(pieces(" Well", ",", " I", " left", "."))
    assert texts(words) == [" Well,", " I", " left."]
    assert words[0].end_s == 0.5


def test_opening_marks_join_the_word_after_them() -> None:
    assert texts(join_pieces(pieces("我", "说", "《", "红", "楼", "》"))) == ["我", "说", "《红", "楼》"]


def test_pieces_of_a_latin_word_in_chinese_text_become_one_word() -> None:
    words = join_pieces(pieces("用", " Auto", "Cut", "做", "1", "5", "个"))
    assert texts(words) == ["用", " AutoCut", "做", "15", "个"]
    assert (words[1].start_s, words[1].end_s) == (1.0, 2.5)
    assert texts(join_pieces(pieces("1", ".", "5", "倍"))) == ["1.5", "倍"]
    assert texts(join_pieces(pieces(" 1", ".5", " real", "-time", " don", "'t"))) == [" 1.5", " real-time", " don't"]


@given(st.lists(st.sampled_from([" a", "b", ",", "。", "《", " ", "你", "好", "1", " '", "-", "…"]), max_size=30))
def test_joining_loses_no_letter(parts: list[str]) -> None:
    joined = "".join(texts(join_pieces(pieces(*parts))))
    letters = [character for character in "".join(parts) if character.isalnum()]
    assert [character for character in joined if character.isalnum()] == letters


@given(st.integers(0, 3000))
def test_all_sound_is_encoded_and_little_silence_after_one_of_middling_length(mel_frames: int) -> None:
    sound_s, attended_s = mel_frames * 0.01, attended(mel_frames) * ENCODED_FRAME_S
    assert sound_s - ENCODED_FRAME_S <= attended_s <= MAX_WINDOW_S
    if SHORT_S <= sound_s <= LONG_S:
        assert attended_s <= sound_s + AFTER_SOUND_S + ENCODED_FRAME_S
    else:
        assert attended_s == MAX_WINDOW_S


def test_a_folder_without_a_model_is_an_error_and_nothing_is_looked_up_on_the_net(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        FasterWhisperRecogniser(tmp_path).encode([np.zeros(16_000, np.float32)])
    assert caught.value.code == "weights.not_a_model"
    assert "model.bin" in caught.value.text("zh")


def test_a_damaged_model_is_an_error(tmp_path: Path) -> None:
    real = WeightStore(default_root()).locate("whisper-base")
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_bytes((real / name).read_bytes())
    (tmp_path / "model.bin").write_bytes((real / "model.bin").read_bytes()[:100_000])
    with pytest.raises(WeightsError, match="not a usable Whisper model"):
        FasterWhisperRecogniser(tmp_path).encode([np.zeros(16_000, np.float32)])


def test_a_window_longer_than_thirty_seconds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most"):
        FasterWhisperRecogniser(tmp_path).encode([np.zeros(31 * 16_000, np.float32)])


def test_importing_the_recogniser_loads_no_heavy_library() -> None:
    heavy = "('ctranslate2', 'onnxruntime', 'openvino', 'torch', 'av')"
    ours = "models.speech.recogniser, models.speech.load, models.speech.vad, models.weights.registry"
    code = f"import sys, {ours}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_processor_choice_of_the_users_own_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CT2_FORCE_CPU_ISA", "GENERIC")
    prefer_avx512()
    assert os.environ["CT2_FORCE_CPU_ISA"] == "GENERIC"


def test_the_same_samples_give_the_same_words_and_times_inside_the_window() -> None:
    recogniser = load_recogniser(WeightStore(default_root()), device="cpu")
    generator = np.random.default_rng(1)
    samples = (0.1 * generator.standard_normal(5 * 16_000)).astype(np.float32)
    states = recogniser.encode([samples, samples])
    first, second = recogniser.decode([DecodeRequest(state, "en", "Um, uh.") for state in states])
    assert first == second
    for word in first.words:
        assert 0 <= word.start_s <= word.end_s <= 5.0
        assert 0 <= word.probability <= 1


@pytest.mark.slow
def test_a_window_gives_the_same_words_in_whatever_company() -> None:
    """Of these four the first and the last are searched together."""
    if not SPEECH.is_file():
        pytest.skip("the recording is not there")
    from faster_whisper.audio import decode_audio

    recogniser = load_recogniser(WeightStore(default_root()), device="cpu")
    speech = decode_audio(str(SPEECH))
    noise = 0.01 * np.random.default_rng(2).standard_normal(len(speech)).astype(np.float32)
    windows = [speech, speech[: 5 * 16_000], np.zeros(0, np.float32), speech / 2 + noise]
    requests = [DecodeRequest(state, "en", "Um, uh.") for state in recogniser.encode(windows)]
    together = recogniser.decode(requests)
    assert [recogniser.decode([request])[0] for request in requests] == together
    assert "ask not what your country" in together[0].text
    assert together[1].text != together[0].text
