#!/usr/bin/env bash
# Going back to the beginning with container.seek(0) loses the sound before the first picture, without an error.
#
# Versions:  av 18.1.0 (FFmpeg's libavformat 62.12 in its wheel from PyPI, Linux), Python 3.11 or 3.12
# Expected:  seek's documentation speaks of a time in the file; 0 is the beginning, so a second pass over the packets after
#            seek(0) gives what the first gave. That is how a file is read twice: once to measure, once to copy.
# Behaviour: the seek is done on the first picture stream, goes to its first key frame even where that lies after the time
#            that was asked for, and the other streams follow to there. Sound that begins before the pictures is skipped: of
#            8 s of sound with pictures from 3 s on, the second pass gives 5 s, in MP4 and in WebM. A seek on the sound stream
#            goes back to where that begins.
# Why it matters: a camera that wakes up after the microphone is common. Every measure and every copy made in the second
#            pass is short by the first words of a speaker, and nothing says so.
# Way out:   open the file again, or seek on the stream that begins first.
#
# Output seen:
#   mp4: first pass 8.0 s of sound, after seek(0) 5.2 s, after a seek on the sound 8.0 s, opened again 8.0 s
#   webm: first pass 8.0 s of sound, after seek(0) 5.0 s, after a seek on the sound 8.0 s, opened again 8.0 s
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: av==18.1.0 numpy==2.4.6 2>/dev/null
"$folder/venv/bin/python" - <<'PY'
import io
from fractions import Fraction

import av
import numpy as np

av.logging.set_level(None)
PICTURES = {"mp4": ("libx264", "aac"), "webm": ("libvpx", "libopus")}


def recording(kind):
    """8 s of sound; pictures from 3 s on, ten a second."""
    data, packets = io.BytesIO(), []
    with av.open(data, "w", format=kind) as out:
        pictures = out.add_stream(PICTURES[kind][0], rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 128, 128, "yuv420p"
        sound = out.add_stream(PICTURES[kind][1], rate=48_000, layout="mono")
        out.start_encoding()
        for number in range(30, 80):
            frame = av.VideoFrame(128, 128, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            packets += pictures.encode(frame)
        packets += pictures.encode(None)
        for start in range(0, 8 * 48_000, 960):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            packets += sound.encode(frame)
        packets += sound.encode(None)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            out.mux(packet)
    return data.getvalue()


def heard(container):
    """Seconds between the first and the end of the last packet of sound."""
    sound = container.streams.audio[0]
    times = [packet.pts * packet.time_base for packet in container.demux(sound) if packet.size]
    return round(float(max(times) - max(min(times), 0)), 1)


def seen(data):
    found = {}
    with av.open(io.BytesIO(data)) as container:
        found["first pass"] = heard(container)
        container.seek(0)
        found["after seek(0)"] = heard(container)
    with av.open(io.BytesIO(data)) as container:
        heard(container)
        container.seek(0, stream=container.streams.audio[0])
        found["after a seek on the sound"] = heard(container)
    with av.open(io.BytesIO(data)) as container:
        found["opened again"] = heard(container)
    return found


results = {kind: seen(recording(kind)) for kind in PICTURES}
for kind, found in results.items():
    first, *others = found.items()
    print(f"{kind}: first pass {first[1]} s of sound, " + ", ".join(f"{how} {length_s} s" for how, length_s in others))
lost = all(found["after seek(0)"] < 5.5 < 7.9 <= found["first pass"] == found["opened again"] for found in results.values())
raise SystemExit(0 if lost else 1)
PY
