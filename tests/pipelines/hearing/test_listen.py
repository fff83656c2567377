"""How an answer was spoken (A5, A6) and what a person should listen to, on recordings whose truth is known."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from interview_engine.assessment.delivery.spans import Span, total_s
from interview_engine.assessment.media import SAMPLE_RATE, Audio
from interview_engine.assessment.transcript import Transcript, Word
from models.speech.speaker import WINDOW_S, VoiceEncoder
from models.speech.vad import SileroVoiceActivity
from models.weights.registry import WeightStore, default_root
from pipelines.hearing.activity import find_activity
from pipelines.hearing.listen import hear, listen, signals
from pipelines.hearing.voices import HOP_S, second_group, window_starts
from pipelines.media.ingest import open_recording

DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))


@pytest.fixture(scope="module")
def vad() -> SileroVoiceActivity:
    return SileroVoiceActivity(WeightStore(default_root()))


@pytest.fixture(scope="module")
def voices() -> VoiceEncoder:
    return VoiceEncoder(WeightStore(default_root()))


def sound(*relative: str) -> Audio:
    """The recordings one after another, 0.4 s of silence between."""
    parts = []
    for name in relative:
        path = DATA / name
        if not path.is_file():
            pytest.skip(f"the shared recording {name} is not here (set SHARED_DATA)")
        with open_recording(path) as recording:
            audio = recording.media().audio
        assert audio is not None
        parts += [audio.samples, np.zeros(int(0.4 * SAMPLE_RATE), np.int16)]
    return Audio(np.concatenate(parts[:-1]), SAMPLE_RATE, "")


def transcript(words: Sequence[Word], language: str = "en") -> Transcript:
    return Transcript(language, 1.0, 1.0, "", "", (), tuple(words))


def aligned(name: str) -> tuple[Audio, list[Word]]:
    from bench.speech_truths import text_grid_words

    audio = sound(f"C_audio/mfa/{name}.wav")
    return audio, list(text_grid_words(DATA / f"C_audio/mfa/{name}.TextGrid"))


PAUSES = {
    "acoustic_corpus": [(13.9, 14.53), (17.19, 18.35), (22.33, 22.9), (23.53, 24.15)],
    "cold_corpus": [(9.0, 9.89), (12.73, 13.5), (17.09, 17.78), (18.32, 19.65)],
}
"""The alignments' silences over 0.5 s; the first ends at the "uh" that the alignment left out."""

SPEECH_RATE = {"acoustic_corpus": 144.7, "cold_corpus": 163.1}
"""Words a minute from the alignments (that "uh" taken as speech)."""


@pytest.mark.parametrize("name", ["acoustic_corpus", "cold_corpus"])
def test_silences_are_found_in_the_sound_within_three_percent_of_the_rate(name: str, vad: SileroVoiceActivity) -> None:
    """Two noisy recordings with marked words, fillers and a long pause; word times are loosened by 0.15 s."""
    audio, words = aligned(name)
    loose = [Word(word.text, max(0.0, word.start_s - 0.15), word.end_s + 0.15, 1.0) for word in words]
    cues = listen(audio, transcript(loose), vad)
    assert cues is not None
    assert cues.speech_rate_per_min == pytest.approx(SPEECH_RATE[name], rel=0.03)
    assert len(cues.pauses) == len(PAUSES[name])
    for pause, (start_s, end_s) in zip(cues.pauses, PAUSES[name], strict=True):
        assert pause.start_s == pytest.approx(start_s, abs=0.15)
        assert pause.end_s == pytest.approx(end_s, abs=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fillers"), [("acoustic_corpus", 3), ("cold_corpus", 5)])
def test_pauses_and_fillers_are_found_with_the_products_own_words(
    name: str, fillers: int, vad: SileroVoiceActivity
) -> None:
    from models.speech.load import load_recogniser
    from pipelines.hearing.transcribe import transcribe

    audio, words = aligned(name)
    recogniser = load_recogniser(WeightStore(default_root()), device="cpu")
    cues = listen(audio, transcribe(audio, recogniser, vad, language="en"), vad)
    assert cues is not None
    assert len(cues.filled_pauses) == fillers
    assert len(cues.pauses) == 4
    assert cues.units == pytest.approx(sum(word.text not in ("um", "uh") for word in words), abs=4)
    assert cues.pitch is not None
    assert cues.loudness is not None


def test_a_known_sentence_has_its_known_pace(vad: SileroVoiceActivity) -> None:
    """22 words; the sound is above a tenth of its peak from 0.3 s to 10.4 s."""
    audio = sound("C_audio/jfk/jfk.flac")
    cues = listen(audio, transcript([Word("w", 0.3 + 0.45 * k, 0.7 + 0.45 * k, 1.0) for k in range(22)]), vad)
    assert cues is not None
    assert cues.units == 22
    assert cues.overall_rate_per_min == pytest.approx(60 * 22 / 10.1, rel=0.03)
    assert cues.time_to_first_word_s == pytest.approx(0.3, abs=0.1)


def test_a_written_answer_and_silence_measure_nothing(vad: SileroVoiceActivity) -> None:
    silence = Audio(np.zeros(3 * SAMPLE_RATE, np.int16), SAMPLE_RATE, "")
    assert listen(silence, transcript([Word("written", 0.0, 0.0, 1.0)]), vad) is None
    assert listen(silence, transcript([Word("ghost", 1.0, 1.5, 1.0)]), vad) is None
    assert listen(silence, transcript([]), vad) is None
    assert listen(Audio(np.zeros(0, np.int16), SAMPLE_RATE, ""), transcript([Word("x", 0.1, 0.2, 1.0)]), vad) is None
    assert signals(silence, transcript([]), vad, None) == ()


def test_a_policy_can_leave_the_voice_unmeasured_and_the_pace_stays(vad: SileroVoiceActivity) -> None:
    audio = sound("C_audio/wenet/librispeech-1995-1837-0001.wav")
    words = transcript([Word("w", 0.2 * k, 0.2 * k + 0.2, 1.0) for k in range(40)])
    heard = hear(audio, vad)
    with_voice = listen(audio, words, vad, activity=heard)
    without = listen(audio, words, vad, voice_cues=False)
    assert with_voice is not None
    assert without is not None
    assert (without.pitch, without.loudness) == (None, None)
    assert with_voice.pitch is not None
    assert with_voice.speech_rate_per_min == without.speech_rate_per_min


def test_the_same_sound_measures_the_same(vad: SileroVoiceActivity) -> None:
    audio = sound("C_audio/wenet/aishell-BAC009S0724W0121.wav")
    words = transcript([Word("广州市房地产中介协会分析", 0.4, 3.6, 1.0)], "zh")
    assert listen(audio, words, vad) == listen(audio, words, vad)


def test_music_and_noise_are_not_speech_and_are_flagged(vad: SileroVoiceActivity) -> None:
    audio = sound("C_audio/ina/musanmix.mp3")
    activity = find_activity(audio.samples, vad)
    assert total_s([span for span in activity.spans if span.end_s < 52.8]) < 0.5
    assert total_s(activity.spans) == pytest.approx(7.9, abs=1.0)
    found = signals(audio, transcript([Word("so", 64.0, 64.4, 1.0)]), vad, None)
    assert [signal.reason.code for signal in found] == ["quality.music", "quality.noise"]
    assert found[0].reason.text("zh")
    assert total_s(found[0].spans) == pytest.approx(22.0, abs=1.0)  # the file's labels: music to 22.48 s
    assert all(span.start_s > 29.0 for span in found[1].spans)


def test_a_clean_recording_has_no_background(vad: SileroVoiceActivity) -> None:
    assert signals(sound("C_audio/jfk/jfk.flac"), transcript([]), vad, None) == ()


def test_two_people_talking_are_flagged_with_where(vad: SileroVoiceActivity, voices: VoiceEncoder) -> None:
    audio = sound("C_audio/azure/katiesteve.wav")
    found = signals(audio, transcript([Word("good", 0.3, 0.6, 1.0)]), vad, voices)
    assert [signal.reason.code for signal in found] == ["integrity.second_voice"]
    assert found[0].spans
    assert f"{found[0].spans[0].start_s:.1f}" in found[0].reason.text("en")


def test_one_person_talking_is_not_flagged(vad: SileroVoiceActivity, voices: VoiceEncoder) -> None:
    """The false alarms on all recordings of one speaker are counted by python -m bench speech."""
    words = transcript([Word("a", 0.3, 0.6, 1.0)])
    for name in ("C_audio/mfa/acoustic_corpus.wav", "C_audio/jfk/jfk.flac"):
        assert signals(sound(name), words, vad, voices) == ()


def test_without_words_or_without_leave_no_voice_is_compared(vad: SileroVoiceActivity, voices: VoiceEncoder) -> None:
    audio = sound("C_audio/azure/katiesteve.wav")
    assert signals(audio, transcript([]), vad, voices) == ()
    assert signals(audio, transcript([Word("good", 0.3, 0.6, 1.0)]), vad, None) == ()


def voice(towards: int) -> NDArray[np.float32]:
    vector = np.full(8, 0.1, np.float32)
    vector[towards] = 1.0
    return vector / np.linalg.norm(vector)


NO_PITCH = np.zeros(0)


def test_an_odd_window_is_no_second_voice_and_a_few_seconds_are() -> None:
    starts = [0.8 * index for index in range(12)]
    silent = [NO_PITCH] * 12
    main = [voice(0)] * 12
    assert not second_group(np.array(main), starts, silent).any()
    assert not second_group(np.array([*main[:11], voice(1)]), starts, silent).any()
    assert second_group(np.array([*main[:9], *[voice(1)] * 3]), starts, silent).tolist() == [False] * 9 + [True] * 3


def likeness(cosine: float, spread: float, count: int, side: float) -> NDArray[np.float32]:
    """`count` vectors around one of two that have this cosine; a spread makes those of a group unlike each other."""
    angle = np.arccos(cosine) / 2 * side
    vectors = np.zeros((count, 2 + 16), np.float32)
    vectors[:, 0], vectors[:, 1] = np.cos(angle), np.sin(angle)
    vectors[np.arange(count), 2 + (np.arange(count) + (8 if side > 0 else 0)) % 16] = spread
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def two_groups(cosine: float, spread: float, hertz: float) -> bool:
    """Whether 6 windows are told from 8 others, which speak at 120 Hz."""
    vectors = np.concatenate([likeness(cosine, spread, 8, -1.0), likeness(cosine, spread, 6, 1.0)])
    pitches = [np.full(100, 120.0)] * 8 + [np.full(100, hertz)] * 6
    return bool(second_group(vectors, [1.6 * index for index in range(14)], pitches).any())


def test_two_groups_are_told_apart_by_likeness_by_compactness_and_by_pitch() -> None:
    assert not two_groups(0.75, 0.0, 120.0)
    assert two_groups(0.5, 0.0, 120.0)
    assert two_groups(0.59, 0.0, 120.0)  # windows that are all alike in themselves: so far apart is another voice
    assert not two_groups(0.75, 0.5, 120.0)  # the same groups, of windows that are unlike each other anyway
    assert two_groups(0.65, 0.0, 190.0)
    assert not two_groups(0.65, 0.0, 122.0)


@given(
    st.lists(
        st.builds(lambda start_s, length_s: Span(start_s, start_s + length_s), st.floats(0, 100), st.floats(0, 15)),
        max_size=15,
    )
)
def test_windows_lie_on_talk_and_do_not_pile_up(spans: list[Span]) -> None:
    starts = window_starts(spans)
    for before, after in itertools.pairwise(starts):
        assert after - before >= HOP_S / 2 - 1e-9
    for start_s in starts:
        assert any(span.start_s - WINDOW_S < start_s < span.end_s for span in spans)
