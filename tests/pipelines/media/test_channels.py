"""Sound is where speech is: in whichever channel or track it was recorded, at its level (A1, A6)."""

import media_files as made
import numpy as np
import pytest
from media_reading import loudness_of, pitch_at, read

from pipelines.media.channels import weights
from pipelines.media.container import Limits
from pipelines.media.remux import receive

FORMATS = [("a.wav", "pcm_s16le"), ("a.m4a", "aac"), ("a.flac", "flac")]


def heard(path):
    return read(path)[1].audio.samples


@pytest.mark.parametrize(("name", "codec"), FORMATS)
def test_the_same_sound_in_two_channels_is_as_loud_as_in_one(tmp_path, name, codec):
    levels = [
        loudness_of(
            heard(made.write(tmp_path / f"{channels}{name}", sound=made.tone(2, channels=channels), audio_codec=codec))[
                8_000:24_000
            ]
        )
        for channels in (1, 2)
    ]
    assert levels[0] == pytest.approx(0.5, abs=0.03)
    assert levels[1] == pytest.approx(levels[0], rel=0.03)


@pytest.mark.parametrize(("name", "codec"), FORMATS)
def test_a_channel_that_is_turned_round_does_not_silence_the_other(tmp_path, name, codec):
    sound = made.tone(2)
    sound[1] *= -1
    samples = heard(made.write(tmp_path / name, sound=sound, audio_codec=codec))
    assert loudness_of(samples[8_000:24_000]) == pytest.approx(0.5, abs=0.05)
    assert pitch_at(samples, 1.0) == pytest.approx(440, rel=0.01)


@pytest.mark.parametrize("channel", [0, 1])
def test_speech_in_one_channel_keeps_its_level(tmp_path, channel):
    sound = made.tone(2)
    sound[1 - channel] = 0
    assert loudness_of(heard(made.write(tmp_path / "a.wav", sound=sound, audio_codec="pcm_s16le"))) == pytest.approx(
        0.5, abs=0.02
    )


def test_two_people_in_a_channel_each_are_both_heard_at_their_level(tmp_path):
    sound = np.concatenate([made.tone(2, hertz=300), made.tone(2, hertz=700)], axis=1)
    half = sound.shape[1] // 2
    sound[1, :half] = 0
    sound[0, half:] = 0
    samples = heard(made.write(tmp_path / "a.wav", sound=sound, audio_codec="pcm_s16le"))
    for time_s, hertz in ((1.0, 300), (3.0, 700)):
        assert pitch_at(samples, time_s) == pytest.approx(hertz, rel=0.01)
        at = round(time_s * 16_000)
        assert loudness_of(samples[at - 4_000 : at + 4_000]) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("where", [(2,), (0, 1), (4, 5), (0, 1, 2)], ids=["middle", "front", "back", "all in front"])
def test_speech_in_some_of_six_channels_keeps_its_level(tmp_path, where):
    sound = np.zeros((6, 4 * 44_100), dtype=np.float32)
    sound[list(where)] = made.tone(4, channels=1)
    samples = heard(made.write(tmp_path / "a.mkv", sound=sound, audio_codec="flac"))
    assert loudness_of(samples[16_000:32_000]) == pytest.approx(0.5, abs=0.03)


def test_no_correlation_silences_a_channel_or_makes_one_louder_than_both():
    for correlation in np.linspace(-1, 1, 41):
        left, right = weights(1.0, 1.0, float(correlation))
        energy = left**2 + right**2 + 2 * left * right * correlation
        assert 0.9 <= energy <= 2.1, correlation
    assert weights(1.0, 0.0, 0.0) == (1.0, 0.0)
    assert weights(0.0, 1.0, 0.0) == (0.0, 1.0)
    assert weights(0.0, 0.0, 0.0) == (1.0, 0.0)


TRACKS = {
    "silent": np.zeros((1, 4 * 44_100), dtype=np.float32),
    "hum": made.tone(4, channels=1, hertz=100.0),
    "hiss": (np.random.default_rng(7).normal(0, 0.02, (1, 4 * 44_100))).astype(np.float32),
}


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("first", TRACKS)
def test_of_several_tracks_the_one_with_the_speech_is_heard_and_kept(tmp_path, name, first):
    path = made.write(
        tmp_path / name,
        times_s=made.every(0.1, 4),
        sound=TRACKS[first],
        more_sounds=[made.syllables(4)],
        audio_codec="aac",
    )
    receive(path, tmp_path / "packed", "video/mp4", Limits())
    for source in (path, tmp_path / "packed"):
        _, media, _ = read(source)
        samples = media.audio.samples
        assert pitch_at(samples, 0.75, 0.1) == pytest.approx(200, rel=0.02)
        assert loudness_of(samples[2_667 + 1_200 : 5_333 - 1_200]) < 0.05
        assert media.truncated is None


def test_a_track_with_speech_of_its_own_that_is_not_heard_is_told(tmp_path):
    other = made.syllables(4)
    path = made.write(
        tmp_path / "a.mkv",
        sound=made.syllables(4),
        more_sounds=[np.roll(other, 44_100 // 6, axis=1)],
        audio_codec="aac",
    )
    _, media, _ = read(path)
    assert media.truncated is not None
    assert media.truncated.code == "media.track_left_out"
    same = made.write(tmp_path / "b.mkv", sound=other, more_sounds=[0.3 * other], audio_codec="aac")
    assert read(same)[1].truncated is None


@pytest.mark.parametrize("place", [0, 1, 2])
def test_of_three_tracks_the_speaking_one_is_heard_wherever_it_stands(tmp_path, place):
    tracks = [TRACKS["silent"], TRACKS["hiss"]]
    tracks.insert(place, made.syllables(4))
    path = made.write(
        tmp_path / "a.mkv", times_s=made.every(0.1, 4), sound=tracks[0], more_sounds=tracks[1:], audio_codec="aac"
    )
    receive(path, tmp_path / "packed", "video/x-matroska", Limits())
    for source in (path, tmp_path / "packed"):
        _, media, _ = read(source)
        assert pitch_at(media.audio.samples, 0.75, 0.1) == pytest.approx(200, rel=0.02)
        assert media.truncated is None


def test_of_a_mix_and_its_two_sources_the_mix_is_heard_and_nothing_is_missed(tmp_path):
    microphone, others = made.syllables(4), np.roll(made.syllables(4, hertz=300.0), 44_100 // 6, axis=1)
    path = made.write(tmp_path / "a.mkv", sound=microphone + 0.2 * others, more_sounds=[microphone], audio_codec="aac")
    _, media, _ = read(path)
    assert media.truncated is None
    assert pitch_at(media.audio.samples, 0.75, 0.1) == pytest.approx(200, rel=0.02)


@pytest.mark.parametrize("louder_db", [0, 6, 12])
def test_a_turned_channel_that_is_softer_takes_little_of_the_voice(tmp_path, louder_db):
    sound = made.tone(2)
    sound[1] *= -(10 ** (-louder_db / 20))
    samples = heard(made.write(tmp_path / "a.wav", sound=sound, audio_codec="pcm_s16le"))
    assert loudness_of(samples[8_000:24_000]) > 0.2
    assert pitch_at(samples, 1.0) == pytest.approx(440, rel=0.01)
