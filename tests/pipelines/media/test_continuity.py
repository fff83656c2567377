"""What a header states about time is a hint; packets decide, and what is left out is told (A1)."""

import struct
from dataclasses import dataclass, field
from fractions import Fraction

import av
import media_files as made
import numpy as np
import pytest
from media_reading import read

from pipelines.media.container import Limits
from pipelines.media.continuity import LONGEST_GAP_S, Clock
from pipelines.media.remux import receive

MILLI = Fraction(1, 1000)


@dataclass
class Stream:
    index: int
    type: str = "video"


@dataclass
class Packet:
    """What the clock looks at of a packet: a tenth of a second long."""

    time_s: float
    stream: Stream = field(default_factory=lambda: Stream(0))
    size: int = 1
    time_base: Fraction = MILLI
    duration: int = 100

    def __post_init__(self):
        self.pts = self.dts = round(self.time_s * 1000)


def run(times_s, *, declared_s=None, sound_s=()):
    """Times that come out, in seconds, and the seconds that were left out."""
    left = []
    clock = Clock(0.0, 0.0, declared_s, lambda kind, length_s: left.append((kind, length_s)))
    packets = [Packet(time_s) for time_s in times_s]
    packets += [Packet(time_s, Stream(1, "audio")) for time_s in sound_s]
    out = [packet for given in packets for packet in clock.take(given)] + clock.rest()
    return [packet.pts / 1000 for packet in out], left


def steps(start_s, end_s):
    return [round(index / 10, 1) for index in range(round(start_s * 10), round(end_s * 10))]


def test_a_single_time_far_away_is_damage_and_is_told():
    for stray_s in (500.0, 40.0):
        times = [*steps(0, 2), stray_s, *steps(2, 4)]
        assert run(times) == (steps(0, 4), [("pictures", 0.1)])
    assert run([*steps(2, 4), 0.0, *steps(4, 6)]) == (steps(2, 6), [("pictures", 0.1)])


def test_a_pause_of_the_recorder_keeps_its_times():
    times = steps(0, 2) + steps(32, 34)
    assert run(times) == (times, [])


def test_a_hole_longer_than_any_pause_is_taken_out():
    times, left = run(steps(0, 2) + steps(LONGEST_GAP_S + 5000, LONGEST_GAP_S + 5002))
    assert times == pytest.approx(steps(0, 4), abs=0.002)
    assert left == []


def test_a_clock_that_begins_again_goes_on():
    times, left = run(steps(0, 3) + steps(0, 2))
    assert times == pytest.approx(steps(0, 5), abs=0.002)
    assert left == []


def test_both_streams_follow_a_clock_that_begins_again():
    left = []
    clock = Clock(0.0, 0.0, None, lambda kind, length_s: left.append(length_s))
    picture, sound = Stream(0), Stream(1, "audio")
    packets = [
        Packet(time_s, stream)
        for times in (steps(0, 3), steps(0, 2))
        for time_s in times
        for stream in (picture, sound)
    ]
    out = [packet for given in packets for packet in clock.take(given)] + clock.rest()
    for stream in (picture, sound):
        times = [packet.pts / 1000 for packet in out if packet.stream is stream]
        assert times == pytest.approx(steps(0, 5), abs=0.25)
        assert times == sorted(times)
    assert left == []


def test_a_last_picture_that_comes_late_is_believed_where_the_header_says_so():
    assert run([*steps(0, 2), 20.0], declared_s=20.1) == ([*steps(0, 2), 20.0], [])
    assert run([*steps(0, 2), 20.0]) == (steps(0, 2), [("pictures", 0.1)])


def with_duration(path, target, seconds):
    """A webm whose header states another duration (EBML id 44 89, a float of 8 bytes, in milliseconds)."""
    data = bytearray(path.read_bytes())
    at = data.find(b"\x44\x89\x88")
    data[at + 3 : at + 11] = struct.pack(">d", seconds * 1000)
    target.write_bytes(data)
    return target


@pytest.mark.parametrize("stated_s", [1.0, 0.0, 90_000.0])
def test_a_webm_that_states_another_length_is_read_to_its_end(tmp_path, stated_s):
    whole = made.write(
        tmp_path / "a.webm",
        times_s=made.every(0.1, 14),
        sound=made.tone(14, 48_000, 1),
        rate=48_000,
        video_codec="libvpx",
        audio_codec="libopus",
    )
    path = with_duration(whole, tmp_path / "stated.webm", stated_s)
    frames, media, _ = read(path)
    assert media.duration_s == pytest.approx(14.0, abs=0.1)
    assert len(media.audio.samples) / 16_000 == pytest.approx(14.0, abs=0.1)
    assert len(frames) == 70
    if stated_s < 14:
        assert media.truncated is None
    assert receive(path, tmp_path / "packed", "video/webm", Limits()).duration_s == pytest.approx(14.0, abs=0.1)


def with_track_lengths(path, target, seconds):
    """An mp4 whose tracks state another length (mdhd, ISO 14496-12, 8.4.2)."""
    data = bytearray(path.read_bytes())
    at = data.find(b"mdhd")
    while at >= 0:
        (scale,) = struct.unpack_from(">I", data, at + 16)
        struct.pack_into(">I", data, at + 20, round(seconds * scale))
        at = data.find(b"mdhd", at + 4)
    target.write_bytes(data)
    return target


@pytest.mark.parametrize("b_pictures", ["0", "2"])
def test_an_mp4_whose_tracks_state_less_is_read_to_its_end(tmp_path, b_pictures):
    whole = made.write(
        tmp_path / "a.mp4", times_s=made.every(0.1, 14), sound=made.tone(14), video_options={"bf": b_pictures}
    )
    frames, media, _ = read(with_track_lengths(whole, tmp_path / "stated.mp4", 0.7))
    assert media.duration_s == pytest.approx(14.0, abs=0.1)
    assert len(media.audio.samples) / 16_000 == pytest.approx(14.0, abs=0.1)
    assert (len(frames), media.truncated) == (70, None)


def test_pictures_that_come_far_behind_the_sound_are_kept(tmp_path):
    times = made.every(0.1, 3) + [round(25 + time_s, 1) for time_s in made.every(0.1, 3)]
    path = made.write(tmp_path / "a.mp4", times_s=times, sound=made.tone(28), video_options={"bf": "2"})
    frames, media, _ = read(path)
    assert media.duration_s == pytest.approx(28.0, abs=0.1)
    assert (len(frames), media.unrecorded) == (30, ())
    assert media.truncated is not None
    assert media.truncated.code == "media.pictures_missing"


@pytest.mark.parametrize("name", ["a.webm", "a.mp4"])
def test_where_no_track_has_anything_nothing_was_recorded(tmp_path, name):
    rate = 48_000
    codecs = {"video_codec": "libvpx", "audio_codec": "libopus"} if name == "a.webm" else {}
    path = paused(tmp_path / name, 3.0, 30.0, rate=rate, **codecs)
    for source in (path, tmp_path / "packed"):
        frames, media, _ = read(source)
        assert media.duration_s == pytest.approx(36.0, abs=0.1)
        assert len(frames) == pytest.approx(30, abs=1)
        assert len(media.unrecorded) == 1
        assert media.unrecorded[0].start_s == pytest.approx(3.0, abs=0.15)
        assert media.unrecorded[0].end_s == pytest.approx(33.0, abs=0.15)
        assert media.truncated is None
        if source is path:
            assert not receive(path, tmp_path / "packed", "video/webm", Limits()).cut


def paused(path, seconds, pause_s, *, rate, video_codec="libx264", audio_codec="aac"):
    """A recording of twice `seconds` with a hole between, in which neither track has a packet."""
    first = made.write(
        path.with_name(f"whole {path.name}"),
        times_s=made.every(0.1, 2 * seconds),
        sound=made.tone(2 * seconds, rate, 1),
        rate=rate,
        video_codec=video_codec,
        video_options={"bf": "0"} if video_codec == "libx264" else None,
        audio_codec=audio_codec,
    )
    with av.open(str(first)) as source, av.open(str(path), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is None:
                continue
            if packet.pts * packet.time_base >= seconds:
                packet.pts += round(pause_s / packet.time_base)
                packet.dts += round(pause_s / packet.time_base)
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
    return path


@pytest.mark.parametrize("live", ["0", "1"], ids=["length stated", "no length"])
def test_a_clock_that_starts_late_starts_at_zero_in_the_kept_copy(tmp_path, live):
    path = made.write(
        tmp_path / "a.webm",
        times_s=[10_000 + time_s for time_s in made.every(0.1, 3)],
        sound=made.tone(3, 48_000, 1),
        sound_starts_s=10_000.0,
        rate=48_000,
        video_codec="libvpx",
        audio_codec="libopus",
        container_format="webm",
        container_options={"live": live},
    )
    found = receive(path, tmp_path / "packed", "video/webm", Limits())
    assert not found.cut
    assert found.duration_s == pytest.approx(3.0, abs=0.1)
    with av.open(str(tmp_path / "packed")) as packed:
        assert packed.start_time == pytest.approx(0, abs=50_000)
        assert packed.duration == pytest.approx(3_000_000, abs=100_000)
    frames, media, _ = read(tmp_path / "packed")
    assert len(frames) == pytest.approx(15, abs=1)
    assert np.abs(media.audio.samples[:16_000]).max() > 10_000


def test_a_kept_copy_says_that_something_is_missing(tmp_path):
    whole = made.write(
        tmp_path / "a.mp4",
        times_s=made.every(0.1, 4),
        sound=made.tone(4),
        container_options={"movflags": "faststart"},
    )
    part = made.cut(whole, tmp_path / "cut.mp4", 0.6)
    found = receive(part, tmp_path / "packed", "video/mp4", Limits())
    assert found.cut
    _, media, _ = read(tmp_path / "packed")
    assert media.truncated is not None
    assert media.truncated.code == "media.truncated"
    assert float(media.truncated.detail["at_s"]) == pytest.approx(found.duration_s, abs=0.2)
    again = receive(tmp_path / "packed", tmp_path / "again", "video/mp4", Limits())
    assert again.cut
