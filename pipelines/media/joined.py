"""Recordings that lie one after the other in one file: a recorder that was restarted, files that were put together.

FFmpeg reads the first and stops, or mixes both on one clock; each is therefore opened as the file that it is.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_PARTS = 200
"""A file with more beginnings than this is read as one: restarts happen a few times, not hundreds of times."""

EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
LONGEST_EBML_HEADER = 200
"""Bytes. An EBML header with DocType takes 31 to 60 (RFC 8794, 11.2)."""

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
    level follows; one may follow the other. WAV begins where the RIFF chunk before it ends,
    chained Ogg (RFC 3533, section 4) with new first pages.

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
    return "ogg" if data[:4] == b"OggS" else ""


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


def _ogg(data: mmap.mmap) -> Iterator[int]:
    place, in_heads = 0, False
    while data[place : place + 4] == b"OggS" and place + 27 <= len(data):
        begins = bool(data[place + 5] & 2)
        if begins and not in_heads:
            yield place
        in_heads = begins
        lengths = data[place + 27 : place + 27 + data[place + 26]]
        place += 27 + len(lengths) + sum(lengths)


_BEGINNINGS = {"matroska": _either, "mp4": _either, "wav": _wav, "ogg": _ogg}


def _found(data: mmap.mmap, mark: bytes) -> Iterator[int]:
    place = data.find(mark)
    while place >= 0:
        yield place
        place = data.find(mark, place + 1)
