"""A file that was cut off says so, whatever its format promises, and so does the copy that is kept (A1, A3)."""

from __future__ import annotations

import struct
from pathlib import Path

import media_files as made
import pytest
from media_reading import read

from pipelines.media.container import Limits
from pipelines.media.endings import ends_inside
from pipelines.media.joined import Part
from pipelines.media.remux import look_and_pack, receive

LENGTH_S = 4.0
PICTURES = {"times_s": made.every(0.1, LENGTH_S)}
SOUND = {"sound": made.tone(LENGTH_S)}
OPUS = {"sound": made.tone(LENGTH_S, 48_000, 1), "rate": 48_000, "audio_codec": "libopus"}
LIVE = {"container_options": {"live": "1"}}
KINDS = {
    "live webm": {**PICTURES, **OPUS, **LIVE, "video_codec": "libvpx", "container_format": "webm"},
    "live webm, sound": {**OPUS, **LIVE, "container_format": "webm"},
    "webm": {**PICTURES, **OPUS, "video_codec": "libvpx", "container_format": "webm"},
    "live matroska": {**PICTURES, **SOUND, **LIVE, "container_format": "matroska"},
    "avi": {**PICTURES, **SOUND, "video_codec": "mpeg4", "audio_codec": "libmp3lame", "container_format": "avi"},
    "fragmented mp4": {
        **PICTURES,
        **SOUND,
        "video_options": {"bf": "0", "g": "10"},
        "container_format": "mp4",
        "container_options": {"movflags": "frag_keyframe+empty_moov+default_base_moof"},
    },
    "mp4 with its index first": {
        **PICTURES,
        **SOUND,
        "container_format": "mp4",
        "container_options": {"movflags": "faststart"},
    },
    "ogg": {**OPUS, "container_format": "ogg"},
    "wav": {**SOUND, "audio_codec": "pcm_s16le", "container_format": "wav"},
    "aiff": {**SOUND, "audio_codec": "pcm_s16be", "container_format": "aiff"},
    "mp3": {**SOUND, "audio_codec": "libmp3lame", "container_format": "mp3"},
    "mp3 without a head": {
        **SOUND,
        "audio_codec": "libmp3lame",
        "container_format": "mp3",
        "container_options": {"write_xing": "0", "id3v2_version": "0"},
    },
    "aac": {**SOUND, "container_format": "adts"},
    "flv": {**PICTURES, **SOUND, "video_codec": "flv1", "audio_codec": "libmp3lame", "container_format": "flv"},
    "transport stream": {**PICTURES, **SOUND, "container_format": "mpegts"},
}


@pytest.fixture(scope="module", params=KINDS)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write(tmp_path_factory.mktemp("endings") / "whole", **KINDS[request.param])


def test_a_whole_file_is_not_said_to_be_cut_off(whole: Path, tmp_path: Path) -> None:
    assert not ends_inside(whole)
    _, media, _ = read(whole)
    assert media.truncated is None
    assert not look_and_pack(whole, tmp_path / "packed", "video/webm", Limits()).cut


@pytest.mark.parametrize("share", [0.551, 0.803, 0.971])
def test_a_file_that_is_cut_off_says_so_and_where(whole: Path, share: float, tmp_path: Path) -> None:
    part = made.cut(whole, tmp_path / "part", share)
    _, media, _ = read(part)
    assert media.truncated is not None
    assert media.truncated.code == "media.truncated"
    assert float(media.truncated.detail["at_s"]) == pytest.approx(media.duration_s, abs=0.06)
    assert look_and_pack(part, tmp_path / "packed", "video/webm", Limits()).cut


def test_the_kept_copy_of_a_live_webm_carries_the_note(tmp_path: Path) -> None:
    part = made.cut(made.write(tmp_path / "whole", **KINDS["live webm"]), tmp_path / "part", 0.6)
    found = receive(part, tmp_path / "packed", "video/webm", Limits())
    assert (found.packed, found.cut) == (True, True)
    assert not ends_inside(tmp_path / "packed")
    _, media, _ = read(tmp_path / "packed")
    assert media.truncated is not None
    assert float(media.truncated.detail["at_s"]) == pytest.approx(media.duration_s, abs=0.1)


def test_every_byte_at_which_a_live_webm_is_cut_off_shows_but_the_ends_of_its_blocks(tmp_path: Path) -> None:
    path = made.write(tmp_path / "whole", **KINDS["live webm, sound"])
    size = path.stat().st_size
    silent = [end for end in range(size // 2, size) if not ends_inside(path, Part(0, end))]
    blocks = path.read_bytes()[size // 2 :].count(b"\xa3")
    assert 0 < len(silent) <= blocks


def test_a_window_that_ends_before_the_cut_is_whole(tmp_path: Path) -> None:
    part = made.cut(made.write(tmp_path / "whole", **KINDS["live webm"]), tmp_path / "part", 0.8)
    _, media, _ = read(part, end_s=1.0)
    assert media.truncated is None


def test_an_avi_whose_writer_was_stopped_has_no_index(tmp_path: Path) -> None:
    data = bytearray(made.write(tmp_path / "whole", **KINDS["avi"]).read_bytes())
    movie, index = data.find(b"movi"), data.find(b"idx1")
    struct.pack_into("<I", data, 4, 0)
    struct.pack_into("<I", data, movie - 4, 0)
    for name, end, cut_off in (("finished", len(data), False), ("stopped", index, True), ("inside", index - 5, True)):
        path = tmp_path / name
        path.write_bytes(data[:end])
        assert ends_inside(path) == cut_off, name


@pytest.mark.parametrize("stated", [0, 0x7FFF_F000, 0xFFFF_FFFF])
def test_a_wav_of_unstated_length_is_a_stream_and_not_cut_off(tmp_path: Path, stated: int) -> None:
    data = bytearray(made.write(tmp_path / "whole", **KINDS["wav"]).read_bytes())
    struct.pack_into("<I", data, 4, stated)
    struct.pack_into("<I", data, data.find(b"data") + 4, stated)
    path = tmp_path / "stream.wav"
    path.write_bytes(data)
    _, media, _ = read(path)
    assert media.duration_s == pytest.approx(LENGTH_S, abs=0.05)
    assert media.truncated is None


def test_the_index_of_a_fragment_without_its_pictures_is_a_cut(tmp_path: Path) -> None:
    path = made.write(tmp_path / "whole", **KINDS["fragmented mp4"])
    data = path.read_bytes()
    last = data.rfind(b"moof") - 4
    (length,) = struct.unpack_from(">I", data, last)
    assert ends_inside(path, Part(0, last + length))
    assert not ends_inside(path, Part(0, last))


@pytest.mark.parametrize(
    "head", [b"", b"\x1a\x45\xdf\xa3", b"OggS", b"RIFF", b"#!AMR\n", b"\xff\xf1", b"\0\0\0\x18ftyp"]
)
def test_bytes_that_are_no_recording_do_no_harm(tmp_path: Path, head: bytes) -> None:
    for filling in (b"\0", b"\xff", b"RIFF"):
        path = tmp_path / "any"
        path.write_bytes(head + filling * 300)
        assert ends_inside(path) in (True, False)
