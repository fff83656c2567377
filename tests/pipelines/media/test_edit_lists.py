"""MP4 files that a phone's editor trimmed: what its edit list leaves out is not part of the answer (A1)."""

from __future__ import annotations

import struct
from pathlib import Path

import media_files as made
import numpy as np
import pytest
from media_reading import pitch_at, read

from pipelines.media.container import Limits
from pipelines.media.remux import receive

CLOCKS = ((16_000, 0), (44_100, 1024))
"""Ticks a second of the pictures' and the sound's clock as they are written here, and where their first sample is."""
INSIDE = (b"moov", b"trak")


def edited(path: Path, edits: list[tuple[float, float]]) -> Path:
    """2 s of 300 Hz and 4 s of 600 Hz, of which a player shows these parts: (seconds, from where), in turn."""
    sound = np.concatenate([made.tone(2.0, 44_100, 1, 300.0), made.tone(4.0, 44_100, 1, 600.0)], axis=1)
    options = {"bf": "0", "g": "5"}
    made.write(path, times_s=made.every(0.1, 6.0), sound=sound, video_options=options)
    data = path.read_bytes()
    assert data.index(b"mdat") < data.index(b"moov"), "so that no chunk moves"
    path.write_bytes(boxes(data, edits, iter(CLOCKS)))
    return path


def boxes(data, edits, clocks, clock=None):
    """The boxes with the edit lists of both tracks written over, and their lengths stated as the edits say."""
    total = struct.pack(">I", round(1000 * sum(length for length, _ in edits)))
    found, place = b"", 0
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + size]
        if kind in INSIDE:
            body = boxes(body, edits, clocks, next(clocks) if kind == b"trak" else clock)
        elif kind == b"edts":
            scale, first = clock
            entries = [(round(1000 * length), round(scale * start) + first, 1 << 16) for length, start in edits]
            table = b"".join(struct.pack(">IiI", *entry) for entry in entries)
            body = struct.pack(">I4sII", 16 + len(table), b"elst", 0, len(entries)) + table
        elif kind in (b"mvhd", b"tkhd"):
            at = 16 if kind == b"mvhd" else 20
            body = body[:at] + total + body[at + 4 :]
        found += struct.pack(">I4s", len(body) + 8, kind) + body
        place += size
    return found


@pytest.mark.parametrize(
    ("edits", "pitches"),
    [([(4.0, 2.0)], {0.5: 600, 3.5: 600}), ([(1.5, 0.0), (2.0, 4.0)], {0.5: 300, 1.2: 300, 2.0: 600, 3.2: 600})],
    ids=["its beginning left out", "its middle left out"],
)
def test_a_trimmed_film_is_read_as_its_editor_left_it_and_is_whole(tmp_path, edits, pitches):
    _, media, _ = read(edited(tmp_path / "trimmed.mp4", edits))
    assert media.truncated is None
    assert media.duration_s == pytest.approx(sum(length for length, _ in edits), abs=0.05)
    heard = {at_s: round(pitch_at(media.audio.samples, at_s), -1) for at_s in pitches}
    assert heard == pytest.approx(pitches, abs=10)


def test_the_kept_copy_of_a_trimmed_film_is_as_long_as_it_and_begins_where_it_does(tmp_path):
    source = edited(tmp_path / "trimmed.mp4", [(4.0, 2.0)])
    receive(source, tmp_path / "kept.mp4", "video/mp4", Limits())
    copy = tmp_path / "kept.mp4"
    _, media, _ = read(copy if copy.exists() else source)
    assert media.truncated is None
    assert media.duration_s == pytest.approx(4.0, abs=0.1)
    assert pitch_at(media.audio.samples, 0.5) == pytest.approx(600, abs=10)
