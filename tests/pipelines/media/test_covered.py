"""Sound or pictures that end early, begin late or have a hole are told of, in the kept copy too (A1)."""

import av
import media_files as made
import pytest
from media_reading import read

from interview_engine.assessment.delivery.spans import Span
from pipelines.media.container import Limits
from pipelines.media.remux import receive

WEBM = {"video_codec": "libvpx", "audio_codec": "libopus"}
FRAGMENTS = {
    "video_options": {"bf": "0", "g": "10"},
    "container_format": "mp4",
    "container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
}
BOXES = {"a.mp4": {}, "a.mkv": {}, "a.webm": WEBM, "fragments.mp4": FRAGMENTS}


def recording(path, pictures_s, sound_s, sound_starts_s=0.0, **options):
    return made.write(
        path,
        times_s=made.every(0.1, pictures_s),
        sound=made.tone(sound_s, 48_000, 1),
        rate=48_000,
        sound_starts_s=sound_starts_s,
        **{**BOXES[path.name], **options},
    )


def with_hole(source, target, kind, start_s, end_s):
    """The recording without the packets of a kind between two moments."""
    with av.open(str(source)) as whole, av.open(str(target), "w") as out:
        streams = {stream.index: out.add_stream_from_template(stream) for stream in whole.streams}
        for packet in whole.demux():
            if packet.dts is None:
                continue
            if packet.stream.type != kind or not start_s <= packet.pts * packet.time_base < end_s:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    return target


def told(path, tmp_path):
    """Codes and seconds that reading the recording and its kept copy give, and where the sound holds nothing."""
    _, media, _ = read(path)
    found = receive(path, tmp_path / "packed", "video/mp4", Limits())
    _, copy, _ = read(tmp_path / "packed")
    for truncated in (media.truncated, copy.truncated):
        if truncated is None:
            assert not found.cut
        else:
            assert found.cut
            assert float(truncated.detail["seconds"]) == pytest.approx(4.0, abs=0.2)
            assert truncated.text("zh") != truncated.text("en")
    codes = {reason.code if reason else None for reason in (media.truncated, copy.truncated)}
    assert len(codes) == 1
    return codes.pop(), media.soundless


@pytest.mark.parametrize("box", BOXES)
def test_sound_that_ends_before_the_pictures_is_told_of(tmp_path, box):
    code, soundless = told(recording(tmp_path / box, 8, 4), tmp_path)
    assert code == "media.sound_missing"
    assert len(soundless) == 1
    assert (soundless[0].start_s, soundless[0].end_s) == pytest.approx((4.0, 8.0), abs=0.15)


@pytest.mark.parametrize("box", BOXES)
def test_pictures_that_end_before_the_sound_are_told_of(tmp_path, box):
    assert told(recording(tmp_path / box, 4, 8), tmp_path) == ("media.pictures_missing", ())


@pytest.mark.parametrize("box", BOXES)
def test_sound_that_begins_after_the_pictures_is_told_of(tmp_path, box):
    code, soundless = told(recording(tmp_path / box, 8, 4, 4.0), tmp_path)
    assert code == "media.sound_missing"
    assert (soundless[0].start_s, soundless[0].end_s) == pytest.approx((0.0, 4.0), abs=0.15)


@pytest.mark.parametrize("box", ["a.mp4", "a.webm"])
def test_a_hole_in_one_track_is_told_of_and_no_pause_of_the_speaker(tmp_path, box):
    options = {"video_options": {"bf": "0", "g": "10"}} if box == "a.mp4" else {}
    whole = recording(tmp_path / box, 12, 12, **options)
    (tmp_path / "holes").mkdir()
    code, soundless = told(with_hole(whole, tmp_path / "holes" / box, "audio", 4, 8), tmp_path)
    assert code == "media.sound_missing"
    assert (soundless[0].start_s, soundless[0].end_s) == pytest.approx((4.0, 8.0), abs=0.15)
    code, soundless = told(with_hole(whole, tmp_path / "holes" / box, "video", 4, 8), tmp_path)
    assert (code, soundless) == ("media.pictures_missing", ())


@pytest.mark.parametrize(("pictures_s", "sound_s"), [(8.0, 7.2), (8.0, 8.0), (7.0, 8.0)])
def test_tracks_of_nearly_one_length_are_whole(tmp_path, pictures_s, sound_s):
    assert told(recording(tmp_path / "a.mp4", pictures_s, sound_s), tmp_path) == (None, ())


@pytest.mark.parametrize(
    "times_s", [[0.0], [0.0, 3.0, 6.0, 9.0], made.every(1.0, 12)], ids=["one", "slides", "1 a second"]
)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_rare_pictures_are_not_missing(tmp_path, times_s, name):
    path = made.write(tmp_path / name, times_s=times_s, sound=made.tone(12, 48_000, 1), rate=48_000)
    assert told(path, tmp_path) == (None, ())


def test_a_window_is_asked_for_itself_alone(tmp_path):
    path = recording(tmp_path / "a.mp4", 12, 6)
    assert read(path, end_s=5.0)[1].truncated is None
    _, media, _ = read(path, start_s=4.0, end_s=10.0)
    assert media.truncated is not None
    assert media.truncated.detail["seconds"] == "4.0"
    assert media.soundless == (Span(pytest.approx(2.0, abs=0.15), pytest.approx(6.0, abs=0.15)),)


def test_a_restart_without_sound_is_told_of(tmp_path):
    live = {"container_format": "webm", "container_options": {"live": "1"}}
    first = recording(tmp_path / "a.webm", 3, 3, **live)
    mute = made.write(tmp_path / "mute", times_s=made.every(0.1, 4), video_codec="libvpx", **live)
    _, media, _ = read(made.joined(tmp_path / "joined", first, mute))
    assert media.truncated is not None
    assert media.truncated.code == "media.sound_missing"
    _, media, _ = read(made.joined(tmp_path / "joined", mute, first))
    assert media.truncated is not None
    assert media.truncated.code == "media.sound_missing"
