"""The speed benchmarks' recordings: their length, their words, and that nothing of them lands in the repository."""

import av
import numpy as np
import pytest

from bench import clips
from bench.setting import ROOT
from interview_engine.assessment.media import SAMPLE_RATE
from interview_engine.errors import UsageError
from pipelines.media.ingest import open_recording


@pytest.mark.parametrize(("text", "seconds"), [("20s", 20), ("3min", 180), ("15min", 900), ("90", 90)])
def test_lengths_are_read_and_named(text, seconds):
    assert clips.seconds_of(text) == seconds
    assert clips.seconds_of(clips.named(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "min", "3h", "1s", "2.5s", "-20s", "21s"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(UsageError, match="length"):
        clips.seconds_of(text)


def tone(seconds: float) -> np.ndarray:
    return np.sin(np.arange(round(seconds * SAMPLE_RATE)) / 8).astype(np.float32)


def test_speech_fills_the_time_with_whole_utterances_and_their_words():
    sound, words = clips.speech("en", [(tone(2.0), "one"), (tone(3.0), "two")], 12.0)
    assert sound.size == 12 * SAMPLE_RATE
    assert words.startswith("one two one")
    loud = np.abs(sound) > 0.02
    spoken_s = sum({"one": 2.0, "two": 3.0}[word] for word in words.split())
    assert loud.mean() * 12 == pytest.approx(spoken_s, rel=0.25)
    assert not loud[-round(0.2 * SAMPLE_RATE) :].any()


def test_an_utterance_that_is_too_long_is_passed_over_for_those_that_fit():
    _, words = clips.speech("en", [(tone(30.0), "long"), (tone(2.0), "short")], 10.0)
    assert words == "short short short"


def test_every_utterance_is_as_loud_as_the_others_and_pauses_are_of_the_stated_length():
    sound, _ = clips.speech("zh", [(tone(1.0), "一"), (0.1 * tone(1.0), "二")], 30.0)
    quiet = np.convolve(np.abs(sound) > 0.02, np.ones(80), "same") == 0
    edges = np.flatnonzero(np.diff(quiet.astype(int)))
    lengths = np.diff(edges)[1::2] / SAMPLE_RATE  # the pauses between utterances
    assert lengths.min() > 0.29
    assert lengths.max() < 1.01
    peaks = [np.abs(part).max() for part in np.split(sound, edges + 1) if np.abs(part).max() > 0.02]
    assert max(peaks) < 1.2 * min(peaks)


def test_speech_is_the_same_every_time():
    spoken = [(tone(1.0), "one")]
    assert np.array_equal(clips.speech("en", spoken, 10.0)[0], clips.speech("en", spoken, 10.0)[0])


def test_a_reel_that_is_repeated_stays_one_decodable_recording(tmp_path, monkeypatch):
    """4 s of pictures make 10 s: all pictures there, in order, as long as the sound; key frames every 2 s."""
    monkeypatch.setattr(clips, "WIDTH", 320)
    monkeypatch.setattr(clips, "HEIGHT", 180)
    generator = np.random.default_rng(0)

    def pictures():
        for number in range(4 * clips.RATE):
            planes = generator.integers(100, 120, (270, 320), dtype=np.uint8)
            planes[:180, 2 * number : 2 * number + 40] = 255
            yield planes

    reel, path = tmp_path / "reel.mp4", tmp_path / "clip.mp4"
    clips._encode(pictures(), reel)
    clips._mux(reel, 0.1 * tone(10.0), 10, path)
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert (video.codec_context.name, video.codec_context.has_b_frames) == ("h264", True)
        times = [frame.time for frame in container.decode(video)]
    assert len(times) == 10 * clips.RATE
    assert np.allclose(np.diff(times), 1 / clips.RATE, atol=1e-3)
    with av.open(str(path)) as container:
        keys = [float(p.pts * p.time_base) for p in container.demux(video=0) if p.size and p.is_keyframe]
    assert keys == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0])
    with open_recording(path) as recording:
        sampled = [frame.time_s for frame in recording.frames()]
        media = recording.media()
    assert len(sampled) == 50
    assert media.duration_s == pytest.approx(10.0, abs=0.1)
    assert media.truncated is None
    assert media.audio.samples.size / SAMPLE_RATE == pytest.approx(10.0, abs=0.1)


def test_clips_are_kept_outside_the_repository():
    assert not clips.clip_folder().is_relative_to(ROOT)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reel_is_a_minute_of_several_people(language):
    reel = clips.REELS[language]
    assert len(reel) * clips.STRETCH_S == 60.0
    assert len({name for name, _ in reel}) >= 5
