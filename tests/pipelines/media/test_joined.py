"""A recorder that was started again leaves two recordings in one file: both are read, and both are kept (A1)."""

import media_files as made
import pytest
from media_reading import CLIPS, read

from pipelines.media.container import Limits
from pipelines.media.ingest import open_recording
from pipelines.media.joined import parts_of
from pipelines.media.remux import receive
from pipelines.media.screenshots import grab_frames

WEBM = {
    "video_codec": "libvpx",
    "audio_codec": "libopus",
    "rate": 48_000,
    "container_format": "webm",
    "container_options": {"live": "1"},
}
FRAGMENTS = {
    "video_options": {"bf": "0", "g": "10"},
    "container_format": "mp4",
    "container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
}
KINDS = {"webm": WEBM, "fragmented mp4": FRAGMENTS, "mp4": {"container_format": "mp4"}}


def recording(path, seconds, kind, **more):
    options = {**KINDS[kind], **more}
    sound = made.tone(seconds, options.setdefault("rate", 44_100))
    return made.write(path, times_s=made.every(0.1, seconds), sound=sound, **options)


def twice(tmp_path, kind, seconds=(2.0, 3.0), **second):
    parts = [
        recording(tmp_path / f"part {index}", length_s, kind, **(second if index else {}))
        for index, length_s in enumerate(seconds)
    ]
    return made.joined(tmp_path / "joined", *parts)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seconds", [(2.0, 3.0), (1.0, 2.0, 1.5)], ids=["two", "three"])
def test_every_recording_in_a_file_is_read_one_after_the_other(tmp_path, kind, seconds):
    frames, media, _ = read(twice(tmp_path, kind, seconds))
    total_s = sum(seconds)
    assert media.duration_s == pytest.approx(total_s, abs=0.2)
    assert len(media.audio.samples) / 16_000 == pytest.approx(total_s, abs=0.2)
    assert len(frames) == pytest.approx(total_s * 5, abs=2)
    assert [time_s for time_s, _ in frames] == sorted(time_s for time_s, _ in frames)
    assert frames[-1][1] == pytest.approx(seconds[-1] - 0.2, abs=0.15)
    assert len(media.restarts_s) == len(seconds) - 1
    assert media.restarts_s[0] == pytest.approx(seconds[0], abs=0.1)
    assert (media.truncated, media.unrecorded) == (None, ())


@pytest.mark.parametrize("kind", KINDS)
def test_recordings_of_other_sizes_and_sample_rates_follow_one_another(tmp_path, kind):
    rate = 48_000 if kind == "webm" else 22_050
    frames, media, _ = read(twice(tmp_path, kind, size=(320, 240), rate=rate))
    assert media.duration_s == pytest.approx(5.0, abs=0.2)
    assert len(frames) == pytest.approx(25, abs=2)
    assert frames[-1][1] == pytest.approx(2.8, abs=0.15)
    assert len(media.audio.samples) / 16_000 == pytest.approx(5.0, abs=0.2)


OPUS = {"audio_codec": "libopus", "rate": 48_000}
VP9 = {"video_codec": "libvpx-vp9", "video_options": {"deadline": "realtime", "cpu-used": "8"}}
AV1 = {"video_codec": "libsvtav1", "video_options": {"preset": "12", "svtav1-params": "lp=1"}}
OTHERS = {
    "MP4, AAC then Opus": (FRAGMENTS, {**FRAGMENTS, **OPUS}),
    "MP4, H.264 then VP9": (FRAGMENTS, {**FRAGMENTS, **OPUS, **VP9}),
    "MP4, H.264 then AV1": (FRAGMENTS, {**FRAGMENTS, **OPUS, **AV1}),
    "WebM, VP8 then VP9": (WEBM, {**WEBM, **VP9}),
    "WebM, VP9 then AV1": ({**WEBM, **VP9}, {**WEBM, **AV1}),
    "WebM then MP4": (WEBM, FRAGMENTS),
    "MP4 then WebM": (FRAGMENTS, WEBM),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_recordings_of_other_codecs_follow_one_another(tmp_path, kind):
    parts = [
        recording(tmp_path / f"{index}", length_s, "mp4", **options)
        for index, (length_s, options) in enumerate(zip((2.0, 3.0), OTHERS[kind], strict=True))
    ]
    source = made.joined(tmp_path / "joined", *parts)
    frames, media, _ = read(source)
    assert media.duration_s == pytest.approx(5.0, abs=0.2)
    assert len(media.audio.samples) / 16_000 == pytest.approx(5.0, abs=0.2)
    assert frames[-1][1] == pytest.approx(2.8, abs=0.15)
    assert (media.truncated, len(media.restarts_s)) == (None, 1)
    found = receive(source, tmp_path / "packed", "video/mp4", Limits())
    assert (found.packed, found.cut) == (False, False)
    assert found.duration_s == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize("box", [WEBM, FRAGMENTS], ids=["WebM", "MP4"])
def test_recordings_in_av1_are_packed_although_their_decoder_encodes_nothing(tmp_path, box):
    part = recording(tmp_path / "part", 2.0, "mp4", **{**box, **OPUS, **AV1})
    for source, length_s in ((part, 2.0), (made.joined(tmp_path / "joined", part, part), 4.0)):
        found = receive(source, tmp_path / "packed", "video/mp4", Limits())
        assert (found.packed, found.cut) == (True, False)
        assert found.duration_s == pytest.approx(length_s, abs=0.2)
        frames, media, _ = read(tmp_path / "packed")
        assert len(frames) == pytest.approx(5 * length_s, abs=2)
        assert media.truncated is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_kept_copy_holds_all_of_them_in_one(tmp_path, kind):
    source = twice(tmp_path, kind)
    found = receive(source, tmp_path / "packed", "video/webm", Limits())
    assert (found.packed, found.cut) == (True, False)
    assert found.duration_s == pytest.approx(5.0, abs=0.2)
    assert len(parts_of(tmp_path / "packed")) == 1
    frames, media, _ = read(tmp_path / "packed")
    assert media.duration_s == pytest.approx(5.0, abs=0.2)
    assert frames[-1][1] == pytest.approx(2.8, abs=0.15)
    assert (media.truncated, media.restarts_s) == (None, (pytest.approx(2.0, abs=0.1),))
    _, later, _ = read(tmp_path / "packed", start_s=1.0, end_s=4.0)
    assert later.restarts_s == (pytest.approx(1.0, abs=0.1),)
    _, behind, _ = read(tmp_path / "packed", start_s=3.0)
    assert behind.restarts_s == ()


def test_where_recordings_were_joined_is_known_after_packing_twice_and_beside_what_is_missing(tmp_path):
    source = twice(tmp_path, "webm", (2.0, 3.0))
    receive(source, tmp_path / "once", "video/webm", Limits())
    more = made.cut(recording(tmp_path / "more", 4.0, "webm"), tmp_path / "part", 0.5)
    again = made.joined(tmp_path / "again", tmp_path / "once", more)
    found = receive(again, tmp_path / "twice", "video/webm", Limits())
    assert (found.packed, found.cut) == (True, True)
    _, media, _ = read(tmp_path / "twice")
    assert media.truncated is not None
    assert media.restarts_s == (pytest.approx(2.0, abs=0.1), pytest.approx(5.0, abs=0.1))


def test_recordings_that_one_mp4_cannot_hold_are_kept_as_they_came(tmp_path):
    source = twice(tmp_path, "fragmented mp4", size=(320, 240))
    found = receive(source, tmp_path / "packed", "video/mp4", Limits())
    assert (found.packed, found.cut) == (False, False)
    assert found.duration_s == pytest.approx(5.0, abs=0.2)


def test_joined_sounds_are_heard_to_the_end(tmp_path):
    for name, codec in (("a.wav", "pcm_s16le"), ("a.ogg", "libopus")):
        parts = [
            made.write(tmp_path / f"{index}{name}", sound=made.tone(2, 48_000, 1), rate=48_000, audio_codec=codec)
            for index in range(2)
        ]
        _, media, _ = read(made.joined(tmp_path / name, *parts))
        assert len(media.audio.samples) / 16_000 == pytest.approx(4.0, abs=0.1), name


def test_a_second_recording_that_broke_off_is_read_as_far_as_it_goes(tmp_path):
    whole = recording(tmp_path / "whole", 2.0, "fragmented mp4")
    part = made.cut(recording(tmp_path / "more", 4.0, "fragmented mp4"), tmp_path / "part", 0.5)
    _, media, _ = read(made.joined(tmp_path / "joined", whole, part))
    assert 2.5 < media.duration_s < 5.5
    assert media.truncated is not None


def test_what_cannot_be_opened_behind_a_recording_is_told(tmp_path):
    broken = tmp_path / "broken"
    broken.write_bytes(recording(tmp_path / "more", 1.0, "fragmented mp4").read_bytes()[:60] + bytes(4_000))
    _, media, _ = read(made.joined(tmp_path / "joined", recording(tmp_path / "whole", 2.0, "fragmented mp4"), broken))
    assert media.duration_s == pytest.approx(2.0, abs=0.1)
    assert media.truncated is not None


def test_a_window_and_a_picture_of_the_second_recording_are_where_they_belong(tmp_path):
    source = twice(tmp_path, "webm")
    frames, media, _ = read(source, start_s=3.0, end_s=4.0)
    assert media.duration_s == pytest.approx(1.0, abs=0.05)
    assert [written for _, written in frames] == pytest.approx([1.0, 1.2, 1.4, 1.6, 1.8], abs=0.15)
    picture = grab_frames(source, [4.0])[0]
    assert picture.time_s == pytest.approx(4.0, abs=0.15)
    assert made.time_of(picture.rgb) == pytest.approx(2.0, abs=0.15)


def test_an_ordinary_file_is_one_recording(tmp_path):
    for kind in KINDS:
        path = recording(tmp_path / kind, 1.0, kind)
        assert [(part.start, part.end) for part in parts_of(path)] == [(0, path.stat().st_size)]


RESTARTED = CLIPS.parent / "E_faults" / "webm_restarted_recorder_concatenated.webm"


@pytest.mark.skipif(not RESTARTED.is_file(), reason="the test recordings (SHARED_DATA) are not here")
def test_a_restarted_browser_recorder_gives_both_halves():
    with open_recording(RESTARTED) as one:
        media = one.media()
    assert media.duration_s == pytest.approx(12.2, abs=0.2)
    assert media.truncated is None
