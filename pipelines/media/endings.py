"""Whether a file ends in the middle of what it holds, by its bytes: FFmpeg passes over the last piece in silence.

Formats are made of pieces that say how long they are. A file whose last piece is longer than what is there was cut off;
one that ends between two pieces looks whole unless something at its end is promised (an index, a length in the head).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.media.joined import EBML, SEGMENT, Part

UNSTATED = 0x7FFF_0000
"""RIFF lengths from here on stand for "not known yet" (writers to a pipe state 2 or 4 GiB), as does 0."""

LAST_FRAMES_BYTES = 16_384
"""Frames of MP3 and ADTS are followed through so much of the end; one of them takes at most 8 KiB."""

SURE_AFTER = 3
"""So many frames in a row, each where the one before it ends, are no accident."""

LONGEST_PACKET = 188
"""Bytes of a packet of MPEG-TS (ISO 13818-1, 2.4.3)."""


@dataclass(frozen=True, slots=True)
class _Bytes:
    """A recording in a mapped file: bytes `start` to `end`."""

    data: mmap.mmap
    start: int
    end: int

    def at(self, place: int, length: int) -> bytes:
        """So many bytes from a place, or as many as there are."""
        return self.data[place : min(place + length, self.end)]


def ends_inside(path: Path, part: Part | None = None) -> bool:
    """Whether a recording ends in the middle of a piece of its format, or before what its head promises.

    False where that cannot be known: the format is another, or the cut lies exactly between two pieces of a format that
    promises nothing (a live WebM without its last clusters, Ogg, MPEG-TS).

    Args:
        part: bytes of the file that are the recording; None is all of it.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    start, end = (0, size) if part is None else (part.start, part.end)
    if end - start < 16:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = _Bytes(data, start, end)
        ending = _ending_of(found.at(start, 16))
        return ending is not None and ending(found)


def _ending_of(head: bytes) -> Callable[[_Bytes], bool] | None:
    for place, mark, ending in _ENDINGS:
        if head[place : place + len(mark)] == mark:
            return ending
    return _frames if head[0] == 0xFF and head[1] & 0xE0 == 0xE0 else None


CLUSTER, TIMESTAMP = b"\x1f\x43\xb6\x75", 0xE7
BLOCKS = (0xA3, 0xA0)
BEGINS_CLUSTER = (TIMESTAMP, 0xAB, 0xA7, 0xBF, 0xEC)
"""What a cluster begins with: its time, or sizes and checks before it (RFC 9559, 5.1.3)."""


def _matroska(found: _Bytes) -> bool:
    """WebM and Matroska (RFC 8794, RFC 9559): a Segment that states its length holds it; in one that does not, as live
    recorders write it, the elements behind the last cluster's beginning are followed to the end."""
    header = _element(found, found.start)
    segment = None if header is None or header[2] is None else _element(found, header[1] + header[2])
    if header is None or segment is None:
        return True
    if segment[2] is not None:
        return segment[1] + segment[2] > found.end
    return _elements_break_off(found, _last_cluster(found) or segment[1])


def _elements_break_off(found: _Bytes, place: int) -> bool:
    """Whether what follows a place, clusters and what is in them, ends inside an element or with an empty cluster."""
    blocks = True
    while place < found.end:
        element = _element(found, place)
        if element is None:
            return True
        name, place, length = element
        if name == int.from_bytes(CLUSTER):
            blocks = length is not None
        blocks = blocks or name in BLOCKS
        if length is None:
            if name not in (int.from_bytes(CLUSTER), int.from_bytes(SEGMENT)):
                return False
            continue
        place += length
    return place > found.end or not blocks


def _element(found: _Bytes, place: int) -> tuple[int, int, int | None] | None:
    """Of an EBML element its name, where what it holds begins, and how long that is, None where it does not say; None
    for bytes that begin no element, or not all of it."""
    head = found.at(place, 12)
    name_length = _vint_length(head[:1])
    size_length = _vint_length(head[name_length : name_length + 1])
    if not 0 < name_length <= 4 or size_length == 0 or len(head) < name_length + size_length:
        return None
    size = int.from_bytes(head[name_length : name_length + size_length]) & ((1 << 7 * size_length) - 1)
    unknown = size == (1 << 7 * size_length) - 1
    return int.from_bytes(head[:name_length]), place + name_length + size_length, None if unknown else size


def _vint_length(first: bytes) -> int:
    """How many bytes a number of EBML takes, by its first; 0 for none."""
    return 9 - first[0].bit_length() if first and first[0] else 0


def _last_cluster(found: _Bytes) -> int | None:
    """Where the last cluster begins; its four bytes alone may stand in a picture by chance."""
    place = found.data.rfind(CLUSTER, found.start, found.end)
    while place >= 0:
        element = _element(found, place)
        if element is None:  # cut off within the cluster's head
            return place
        first = found.at(element[1], 1)
        if not first or first[0] in BEGINS_CLUSTER:
            return place
        place = found.data.rfind(CLUSTER, found.start, place)
    return None


def _mp4(found: _Bytes) -> bool:
    """MP4 and QuickTime (ISO 14496-12, 4.2): boxes of the top level; a fragment's index is followed by its data."""
    place, before = found.start, b""
    while place + 8 <= found.end:
        head = found.at(place, 16)
        length, name = int.from_bytes(head[:4]), head[4:8]
        if not name.isascii() or not name.decode("ascii").isprintable() or length == 0:
            return before == b"moof"  # bytes of an application behind the recording, or a box that goes to the end
        if length == 1:
            length = int.from_bytes(head[8:16])
        if length < 8 or place + length > found.end:
            return True
        place, before = place + length, name
    return before == b"moof" or any(found.at(place, 8))


def _riff(found: _Bytes) -> bool:
    """WAV and AVI: the chunks of the top level, of a large AVI several. A writer that never came back to state lengths
    was stopped, which in an AVI shows by the missing index; a WAV of unstated length may be a stream."""
    place, movie = found.start, found.at(found.start + 8, 4) == b"AVI "
    while found.at(place, 4) == b"RIFF":
        (length,) = struct.unpack("<I", found.at(place + 4, 4).ljust(4, b"\0"))
        if length == 0 or length >= UNSTATED:
            return movie and _chunks_break_off(found, place + 12)
        if place + 8 + length > found.end:
            return True
        place += 8 + length + length % 2
    return False


def _chunks_break_off(found: _Bytes, place: int) -> bool:
    """Whether the chunks of an AVI whose length is not stated lack their end or the index behind them."""
    index = False
    while place + 8 <= found.end:
        name, length = found.at(place, 4), int.from_bytes(found.at(place + 4, 4), "little")
        if name == b"LIST" and (length == 0 or length >= UNSTATED):
            place += 12
            continue
        index = index or name == b"idx1"
        place += 8 + length + length % 2
    return not index or place > found.end + 1


def _aiff(found: _Bytes) -> bool:
    """AIFF: one FORM with its length."""
    return found.start + 8 + int.from_bytes(found.at(found.start + 4, 4)) > found.end


def _ogg(found: _Bytes) -> bool:
    """Ogg (RFC 3533, section 6): the last page is whole, and so is the last packet in it."""
    place = found.data.rfind(b"OggS", found.start, found.end)
    head = found.at(place, 27)
    if len(head) < 27:
        return True
    lengths = found.at(place + 27, head[26])
    ends = place + 27 + head[26] + sum(lengths)
    return len(lengths) < head[26] or ends != found.end or lengths[-1:] == b"\xff"


def _flv(found: _Bytes) -> bool:
    """FLV (version 10.1, E.3): behind every tag stands how long it was."""
    length = int.from_bytes(found.at(found.end - 4, 4))
    tag = found.end - 4 - length
    return tag < found.start + 9 or int.from_bytes(found.at(tag + 1, 3)) != length - 11


ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
"""The object of an ASF head that states the file's length (Advanced Systems Format, 3.2)."""


def _asf(found: _Bytes) -> bool:
    """ASF and WMA: the head states the file's length, unless the file was broadcast."""
    place = found.data.find(ASF_FILE, found.start, min(found.end, found.start + 65_536))
    about = found.at(place, 92)
    if place < 0 or len(about) < 92 or about[88] & 1:
        return False
    return found.start + int.from_bytes(about[40:48], "little") > found.end


AMR_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
AMR_WB_BYTES = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
"""Bytes of a frame with its head, by its mode (RFC 4867, 5.3)."""


def _amr(found: _Bytes) -> bool:
    wide = found.at(found.start, 9) == b"#!AMR-WB\n"
    sizes, place = (AMR_WB_BYTES, found.start + 9) if wide else (AMR_BYTES, found.start + 6)
    while place < found.end:
        place += sizes[found.data[place] >> 3 & 15]
    return place > found.end


def _tagged(found: _Bytes) -> bool:
    """MP3 or ADTS behind an ID3 tag (ID3v2.4, 3.1)."""
    size = 0
    for byte in found.at(found.start + 6, 4):
        size = size << 7 | byte & 0x7F
    return _frames(_Bytes(found.data, min(found.start + 10 + size, found.end), found.end))


def _frames(found: _Bytes) -> bool:
    """MP3 and ADTS: the head of an MP3 may state its bytes; else the last frame is whole."""
    first = found.at(found.start, 256)
    stated = max(first.find(b"Xing"), first.find(b"Info"))
    if stated >= 0 and first[stated + 7] & 2:
        place = stated + (12 if first[stated + 7] & 1 else 8)
        if found.start + int.from_bytes(first[place : place + 4]) > found.end:
            return True
    end = found.end - 128 if found.at(found.end - 128, 3) == b"TAG" else found.end
    tail = found.data[max(found.start, end - LAST_FRAMES_BYTES) : end]
    for begin in range(len(tail) - 8):
        place, count = begin, 0
        while length := _frame_length(tail[place : place + 7]):
            place, count = place + length, count + 1
        if count >= SURE_AFTER:
            return place > len(tail) or 0 < len(tail) - place < 7
    return False


KILOBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
KILOBITS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
HERTZ = (44_100, 48_000, 32_000, 0)
"""Of layer III, by the numbers in a frame's head (ISO 11172-3, 2.4.2.3; ISO 13818-3 for half the rates)."""


def _frame_length(head: bytes) -> int:
    """Bytes of a frame of ADTS (ISO 14496-3, 1.A.2) or MPEG audio layer III, by its head; 0 where none begins."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    if head[1] & 0xF6 == 0xF0:
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    hertz, full = HERTZ[head[2] >> 2 & 3], version == 3
    kilobits = (KILOBITS if full else KILOBITS_LOW)[head[2] >> 4]
    if version == 1 or layer != 1 or not hertz or not kilobits:
        return 0
    hertz //= {3: 1, 2: 2, 0: 4}[version]
    return (144 if full else 72) * 1000 * kilobits // hertz + (head[2] >> 1 & 1)


def _transport(found: _Bytes) -> bool:
    """MPEG-TS: packets of one length."""
    whole = found.at(found.start + LONGEST_PACKET, 1) == b"\x47"
    return whole and (found.end - found.start) % LONGEST_PACKET != 0


_ENDINGS: tuple[tuple[int, bytes, Callable[[_Bytes], bool]], ...] = (
    (0, EBML, _matroska),
    (4, b"ftyp", _mp4),
    (4, b"moov", _mp4),
    (4, b"wide", _mp4),
    (0, b"RIFF", _riff),
    (0, b"FORM", _aiff),
    (0, b"OggS", _ogg),
    (0, b"FLV", _flv),
    (0, b"\x30\x26\xb2\x75", _asf),
    (0, b"#!AMR", _amr),
    (0, b"ID3", _tagged),
    (0, b"\x47", _transport),
)
