"""Recordings that lie one after the other in one file: a recorder that was restarted, files that were put together.

FFmpeg reads the first and stops, or mixes both on one clock; each is therefore opened as the file that it is.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_PARTS = 200
"""A file with more beginnings than this is read as one: restarts happen a few times, not hundreds of times."""

EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
LONGEST_EBML_HEADER = 200
"""Bytes. An EBML header with DocType takes 31 to 60 (RFC 8794, 11.2)."""

AIFF = (b"AIFF", b"AIFC")

AFTER_FTYP = frozenset({b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"styp", b"sidx", b"pdin"})
LONGEST_FTYP = 1024


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` to `end` of a file, which are a recording of their own."""

    start: int
    end: int


def parts_of(path: Path) -> tuple[Part, ...]:
    """The recordings in a file, in order; one that holds the whole file where nothing else begins inside.

    WebM and Matroska begin with an EBML header that a Segment follows, MP4 with an `ftyp` box that a box of the top
    level follows; one may follow the other. WAV and AIFF begin where the chunk before them ends, chained Ogg (RFC 3533,
    section 4) with new first pages, FLV, ASF, FLAC, CAF and AMR with heads that cannot stand inside, AAC (ADTS) with
    frames of another rate or number of channels. In MP3, AVI and MPEG streams FFmpeg reads on.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    whole = (Part(0, size),)
    if size < 16:
        return whole
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begins = _BEGINNINGS.get(_family(data))
        if begins is None:
            return whole
        starts = [0]
        for start in begins(data):
            if start > starts[-1]:
                starts.append(start)
            if len(starts) > MAX_PARTS:
                return whole
    return tuple(Part(start, end) for start, end in zip(starts, [*starts[1:], size], strict=True))


def _family(data: mmap.mmap) -> str:
    if data[:4] == EBML:
        return "matroska"
    if data[4:8] == b"ftyp":
        return "mp4"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"FORM" and data[8:12] in AIFF:
        return "aiff"
    if data[:4] == b"OggS":
        return "ogg"
    if data[0] == 0xFF and data[1] & 0xF6 == 0xF0:
        return "adts"
    return next((name for name, (mark, _) in _HEADS.items() if data[: len(mark)] == mark), "")


def _matroska(data: mmap.mmap) -> Iterator[int]:
    for place in _found(data, EBML):
        header = data[place : place + LONGEST_EBML_HEADER]
        segment = header.find(SEGMENT)
        if segment > 0 and (b"webm" in header[:segment] or b"matroska" in header[:segment]):
            yield place


def _mp4(data: mmap.mmap) -> Iterator[int]:
    for place in _found(data, b"ftyp"):
        start = place - 4
        if start < 0:
            continue
        (length,) = struct.unpack(">I", data[start:place])
        follows = data[start + length + 4 : start + length + 8]
        if 16 <= length <= LONGEST_FTYP and length % 4 == 0 and follows in AFTER_FTYP:
            yield start


def _either(data: mmap.mmap) -> Iterator[int]:
    """WebM and MP4, in order: a browser that was updated in between records in the other."""
    yield from sorted([*_matroska(data), *_mp4(data)])


def _wav(data: mmap.mmap) -> Iterator[int]:
    start = 0
    while data[start : start + 4] == b"RIFF" and data[start + 8 : start + 12] == b"WAVE":
        yield start
        (length,) = struct.unpack("<I", data[start + 4 : start + 8])
        start += 8 + length + length % 2


def _aiff(data: mmap.mmap) -> Iterator[int]:
    start = 0
    while data[start : start + 4] == b"FORM" and data[start + 8 : start + 12] in AIFF:
        yield start
        (length,) = struct.unpack(">I", data[start + 4 : start + 8])
        start += 8 + length + length % 2


def _ogg(data: mmap.mmap) -> Iterator[int]:
    place, in_heads = 0, False
    while data[place : place + 4] == b"OggS" and place + 27 <= len(data):
        begins = bool(data[place + 5] & 2)
        if begins and not in_heads:
            yield place
        in_heads = begins
        lengths = data[place + 27 : place + 27 + data[place + 26]]
        place += 27 + len(lengths) + sum(lengths)


def _adts(data: mmap.mmap) -> Iterator[int]:
    """Frames tell their rate and channels and how long they are (ISO 14496-3, 1.A.2.2); FFmpeg counts the time of all
    by the rate of the first."""
    place, form = 0, None
    while place + 7 <= len(data) and data[place] == 0xFF and data[place + 1] & 0xF6 == 0xF0:
        head = data[place + 2 : place + 6]
        length = (head[1] & 3) << 11 | head[2] << 3 | head[3] >> 5
        found = (head[0] >> 2 & 15, (head[0] & 1) << 2 | head[1] >> 6)
        if found != form:
            yield place
        form = found
        if length < 7:
            return
        place += length


def _with_head(mark: bytes, form: re.Pattern[bytes]) -> Callable[[mmap.mmap], Iterator[int]]:
    def begins(data: mmap.mmap) -> Iterator[int]:
        for place in _found(data, mark):
            if form.match(data, place):
                yield place

    return begins


_HEADS = {
    "flv": (b"FLV\x01", re.compile(rb"FLV\x01[\x00\x01\x04\x05]\x00\x00\x00\x09\x00\x00\x00\x00")),
    "asf": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", re.compile(rb".{8}\xa6\xd9\x00\xaa\x00\x62\xce\x6c", re.DOTALL)),
    "flac": (b"fLaC", re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")),
    "caf": (b"caff", re.compile(rb"caff\x00\x01..desc\x00\x00\x00\x00", re.DOTALL)),
    "amr": (b"#!AMR", re.compile(rb"#!AMR(-WB)?\n")),
}
"""By family: how a recording begins, and its whole head (Adobe, "Video File Format Specification", E.2; Microsoft,
"Advanced Systems Format", 3.1; RFC 9639, 8.2; Apple, "Core Audio Format Specification"; RFC 4867, 5)."""

_BEGINNINGS = {
    **{"matroska": _either, "mp4": _either, "wav": _wav, "aiff": _aiff, "ogg": _ogg, "adts": _adts},
    **{name: _with_head(mark, form) for name, (mark, form) in _HEADS.items()},
}


def _found(data: mmap.mmap, mark: bytes) -> Iterator[int]:
    place = data.find(mark)
    while place >= 0:
        yield place
        place = data.find(mark, place + 1)
