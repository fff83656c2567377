"""Sound keeps its pitch, its times and its level, whatever the format."""

import media_files as made
import pytest
from media_reading import loudness_of, pitch_at, read


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.m4a", "aac", 44_100),
        ("a.mp3", "libmp3lame", 44_100),
        ("a.wav", "pcm_s16le", 44_100),
        ("a.ogg", "libopus", 48_000),
        ("a.flac", "flac", 44_100),
        ("a.mka", "aac", 44_100),
    ],
)
def test_a6_a_glide_keeps_its_pitch_and_its_times_in_every_sound_format(tmp_path, name, codec, rate):
    path = made.write(tmp_path / name, sound=made.glide(4, rate), rate=rate, audio_codec=codec)
    frames, media, recording = read(path)
    assert frames == []
    assert recording.video is None
    assert media.video is None
    for time_s in (0.5, 2.0, 3.5):
        assert pitch_at(media.audio.samples, time_s) == pytest.approx(120 + 60 * time_s / 4, rel=0.02)
    assert media.audio.source_rate == rate


def test_channels_are_averaged_and_cannot_clip(tmp_path):
    loud_left = made.tone(1)
    loud_left[0] *= 1.9
    loud_left[1] *= 0.1
    _, media, _ = read(made.write(tmp_path / "a.wav", sound=loud_left, audio_codec="pcm_s16le"))
    assert loudness_of(media.audio.samples) == pytest.approx(0.5, abs=0.02)
    six = made.tone(1, channels=6)
    _, media, _ = read(made.write(tmp_path / "b.flac", sound=six, audio_codec="flac"))
    assert 0.2 < loudness_of(media.audio.samples) <= 1.0


def test_of_several_sound_streams_the_first_is_heard(tmp_path):
    path = made.write(
        tmp_path / "a.mkv", sound=made.tone(2, hertz=300), more_sounds=[made.tone(2, hertz=900)], audio_codec="aac"
    )
    _, media, _ = read(path)
    assert pitch_at(media.audio.samples, 1.0) == pytest.approx(300, rel=0.01)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_sound_that_starts_late_stays_in_sync_behind_silence(tmp_path, name):
    path = made.write(tmp_path / name, times_s=made.every(0.1, 3), sound=made.tone(1.5), sound_starts_s=1.5)
    frames, media, _ = read(path)
    assert frames[0][0] == 0.0
    assert loudness_of(media.audio.samples[: round(1.45 * 16_000)]) < 1e-3
    assert loudness_of(media.audio.samples[round(1.6 * 16_000) : round(2.8 * 16_000)]) > 0.4
    assert len(media.audio.samples) == pytest.approx(3 * 16_000, abs=1_000)
