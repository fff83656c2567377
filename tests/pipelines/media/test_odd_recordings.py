"""Recordings as devices, recorders and joined uploads leave them (A1): all of the sound is heard, in the file and in
its kept copy, or what is missing is told. Every file is made here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import media_files as made
import numpy as np
import pytest
from av.packet import Packet
from media_reading import pitch_at, read

from interview_engine.assessment.media import SAMPLE_RATE
from pipelines.media.container import Limits
from pipelines.media.remux import receive

WEBM = {"video_codec": "libvpx", "audio_codec": "libopus", "rate": 48_000}
FRAGMENTS = {
    "video_options": {"bf": "0", "g": "10"},
    "container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
}


@dataclass(frozen=True, slots=True)
class Odd:
    """How a file is made, how long it is, the pitch (Hz) at some times, and what is told of it."""

    make: Callable[[Path], Path]
    seconds: float
    pitches: dict[float, float]
    told: str | None = None


def film(path: Path, seconds: float, hertz: float, **options) -> Path:
    rate = options.setdefault("rate", 44_100)
    return made.write(path, times_s=made.every(0.1, seconds), sound=made.tone(seconds, rate, hertz=hertz), **options)


def voice(path: Path, seconds: float, hertz: float, *, channels: int = 2, **options) -> Path:
    rate = options.setdefault("rate", 48_000)
    return made.write(path, sound=made.tone(seconds, rate, channels, hertz), **options)


def restarted(write: Callable[..., Path], name: str, *, second: dict | None = None, **options) -> Odd:
    """3 s of 300 Hz, then 3 s of 600 Hz, in one file."""

    def make(folder: Path) -> Path:
        first = write(folder / f"first {name}", 3.0, 300.0, **options)
        after = write(folder / f"second {name}", 3.0, 600.0, **{**options, **(second or {})})
        return made.joined(folder / name, first, after)

    return Odd(make, 6.0, {1.0: 300.0, 2.5: 300.0, 3.6: 600.0, 5.0: 600.0})


def single(write: Callable[..., Path], name: str, seconds: float = 2.0, **options) -> Odd:
    at = {seconds / 2: 500.0} if seconds >= 0.3 else {}
    return Odd(lambda folder: write(folder / name, seconds, 500.0, **options), seconds, at)


def in_the_middle(path: Path, seconds: float, hertz: float, **options) -> Path:
    """A voice in the middle one of six channels."""
    samples = np.zeros((6, round(seconds * 48_000)), np.float32)
    samples[2] = made.tone(seconds, 48_000, 1, hertz)[0]
    return made.write(path, sound=samples, rate=48_000, **options)


def late_pictures(path: Path, seconds: float, hertz: float, **options) -> Path:
    """A camera that wakes up 3 s after the microphone."""
    rate = options.setdefault("rate", 44_100)
    times = [time_s for time_s in made.every(0.1, seconds) if time_s >= 3.0]
    return made.write(path, times_s=times, sound=made.tone(seconds, rate, hertz=hertz), **options)


def uneven(path: Path, seconds: float, hertz: float, **options) -> Path:
    """A variable rate of pictures, with holes of up to 1.3 s."""
    times = [0.0, 0.04, 0.08, 0.5, 0.52, 0.54, 1.7, 1.71, 3.0, 3.3, 3.31, 4.0, 5.2, 5.9]
    rate = options.setdefault("rate", 44_100)
    return made.write(path, times_s=times, sound=made.tone(seconds, rate, hertz=hertz), **options)


def with_empty_packets(path: Path, seconds: float, hertz: float, **options) -> Path:
    """Every seventh packet is followed by one that holds nothing."""

    def packets(source: av.container.InputContainer) -> Iterator[Packet]:
        for number, packet in enumerate(source.demux()):
            if packet.dts is None:
                continue
            yield packet
            if number % 7 == 6:
                empty = Packet(b"")
                empty.pts, empty.dts = packet.pts + 1, packet.dts + 1
                empty.time_base, empty.stream = packet.time_base, packet.stream
                yield empty

    whole = film(path.with_name("whole.webm"), seconds, hertz, **options)
    with av.open(str(whole)) as source, av.open(str(path), "w", format="webm") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in packets(source):
            packet.stream = streams[packet.stream.index]
            target.mux(packet)
    return path


def amr(path: Path, seconds: float, hertz: float) -> Path:
    """Frames of 12.2 kbit/s that hold zeros (RFC 4867, 5.3): how long they last is what is asked."""
    path.write_bytes(b"#!AMR\n" + (bytes([0x3C]) + bytes(31)) * round(seconds * 50))
    return path


FLV = {"video_codec": "flv"}
AVI = {"video_codec": "mpeg4", "audio_codec": "mp3"}
ADTS = {"audio_codec": "aac", "container_format": "adts"}
ODD = {
    "FLV restarted": restarted(film, "a.flv", **FLV),
    "AVI restarted": restarted(film, "a.avi", **AVI),
    "MPEG-TS restarted": restarted(film, "a.ts"),
    "MPEG-TS restarted, turned": restarted(film, "a.ts", second={"size": (120, 160)}),
    "WMA restarted": restarted(voice, "a.wma", audio_codec="wmav2", container_format="asf"),
    "AIFF restarted": restarted(voice, "a.aiff", audio_codec="pcm_s16be"),
    "CAF restarted": restarted(voice, "a.caf", audio_codec="pcm_s16le"),
    "FLAC restarted": restarted(voice, "a.flac", audio_codec="flac"),
    "MP3 restarted": restarted(voice, "a.mp3", audio_codec="mp3"),
    "AAC restarted": restarted(voice, "a.aac", **ADTS),
    "AAC restarted with a headset": restarted(voice, "a.aac", second={"rate": 16_000, "channels": 1}, **ADTS),
    "AAC restarted without a headset": restarted(
        voice, "a.aac", second={"rate": 48_000, "channels": 2}, **{**ADTS, "rate": 16_000, "channels": 1}
    ),
    "fragmented MP4 restarted, turned": restarted(film, "a.mp4", second={"size": (120, 160)}, **FRAGMENTS),
    "96 kHz WAV": single(voice, "a.wav", rate=96_000, audio_codec="pcm_s24le"),
    "96 kHz FLAC in Matroska": single(voice, "a.mkv", rate=96_000, audio_codec="flac"),
    "96 kHz AAC": single(voice, "a.m4a", rate=96_000),
    "a voice in 5.1 Opus": single(in_the_middle, "a.webm", audio_codec="libopus"),
    "a voice in 5.1 AC-3": single(in_the_middle, "a.mkv", audio_codec="ac3"),
    "a telephone's µ-law": single(voice, "a.wav", rate=8_000, channels=1, audio_codec="pcm_mulaw"),
    "0.1 s": single(film, "a.webm", 0.1, **WEBM),
    "0.3 s": single(film, "a.mp4", 0.3),
    "uneven pictures in WebM": single(uneven, "a.webm", 6.0, **WEBM),
    "uneven pictures in MP4": single(uneven, "a.mp4", 6.0),
    "turned by 90°": single(film, "a.mp4", turn=90),
    "empty packets": single(with_empty_packets, "a.webm", 4.0, **WEBM),
}
LATE = {
    "MP4": Odd(lambda folder: late_pictures(folder / "a.mp4", 8.0, 500.0), 8.0, {}, "media.pictures_missing"),
    "WebM": Odd(lambda folder: late_pictures(folder / "a.webm", 8.0, 500.0, **WEBM), 8.0, {}, "media.pictures_missing"),
}


def kept(source: Path, folder: Path) -> tuple[Path, bool]:
    """The kept copy of a file, which is the file itself where it stays as it came, and whether it is called cut."""
    found = receive(source, folder / "packed", "video/webm", Limits())
    return (folder / "packed" if found.packed else source), found.cut


@pytest.mark.parametrize("name", ODD)
def test_all_of_the_sound_is_heard_in_the_file_and_in_its_kept_copy(tmp_path, name):
    odd = ODD[name]
    source = odd.make(tmp_path)
    copy, cut = kept(source, tmp_path)
    assert not cut
    for path in (source, copy):
        _, media, _ = read(path)
        assert media.truncated is None
        assert media.duration_s == pytest.approx(odd.seconds, abs=0.4)
        assert media.audio.samples.size / SAMPLE_RATE == pytest.approx(odd.seconds, abs=0.2)
        for time_s, hertz in odd.pitches.items():
            assert pitch_at(media.audio.samples, time_s) == pytest.approx(hertz, rel=0.02), time_s


def test_amr_recordings_one_after_the_other_are_as_long_as_both(tmp_path):
    part = amr(tmp_path / "part.amr", 2.0, 0.0)
    _, media, _ = read(made.joined(tmp_path / "a.amr", part, part))
    assert (media.duration_s, media.restarts_s) == (pytest.approx(4.0, abs=0.1), (pytest.approx(2.0, abs=0.1),))


@pytest.mark.parametrize("name", LATE)
def test_a_kept_copy_that_tells_of_late_pictures_has_the_sound_before_them(tmp_path, name):
    source = LATE[name].make(tmp_path)
    copy, cut = kept(source, tmp_path)
    assert cut
    for path in (source, copy):
        _, media, _ = read(path)
        assert media.truncated.code == LATE[name].told
        assert media.audio.samples.size / SAMPLE_RATE == pytest.approx(8.0, abs=0.2)
        assert pitch_at(media.audio.samples, 1.0) == pytest.approx(500, rel=0.02)


@pytest.mark.parametrize(("name", "options"), [("a.mp4", {}), ("a.webm", WEBM), ("a.mkv", {})])
def test_a_window_before_the_first_picture_has_its_sound(tmp_path, name, options):
    rate = options.get("rate", 44_100)
    times = [6.0 + time_s for time_s in made.every(0.1, 4.0)]
    path = made.write(
        tmp_path / name, times_s=times, sound=made.glide(10.0, rate, 200, 1200), **{"rate": rate, **options}
    )
    frames, media, _ = read(path, start_s=3.0, end_s=9.0)
    assert [pitch_at(media.audio.samples, time_s) for time_s in (0.2, 1.0, 4.0)] == pytest.approx(
        [520, 600, 900], rel=0.02
    )
    assert frames[0][0] == pytest.approx(3.0, abs=0.1)


def test_pictures_alone_and_then_both_are_kept_as_they_came_with_the_voice(tmp_path):
    mute = made.write(tmp_path / "mute", times_s=made.every(0.1, 2.0), video_codec="libvpx", container_format="webm")
    both = film(tmp_path / "both", 2.0, 600.0, container_format="webm", **WEBM)
    source = made.joined(tmp_path / "a.webm", mute, both)
    copy, cut = kept(source, tmp_path)
    assert cut
    _, media, _ = read(copy)
    assert media.truncated.code == "media.sound_missing"
    assert pitch_at(media.audio.samples, 3.0) == pytest.approx(600, rel=0.02)


@pytest.mark.parametrize(("name", "options"), [("a.webm", WEBM), ("a.mkv", {"rate": 48_000})])
def test_a_voice_that_changes_its_track_at_a_restart_is_kept_on_both(tmp_path, name, options):
    first, second = made.syllables(4.0, 48_000, 300.0), made.syllables(4.0, 48_000, 600.0)
    silent = np.zeros_like(first)
    parts = [
        made.write(
            tmp_path / f"{place} {name}", times_s=made.every(0.1, 4.0), sound=one, more_sounds=[other], **options
        )
        for place, (one, other) in enumerate(((first, silent), (silent, second)))
    ]
    source = made.joined(tmp_path / name, *parts)
    copy, _ = kept(source, tmp_path)
    for path in (source, copy):
        assert read(path)[1].truncated.code == "media.track_left_out"
    with av.open(str(copy)) as container:
        levels = [
            max(float(np.abs(frame.to_ndarray()).max()) for frame in container.decode(audio=place))
            for place in range(2)
            if not container.seek(0)
        ]
    assert min(levels) > 0.1
