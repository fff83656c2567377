#!/usr/bin/env bash
# Copying an AV1 stream with PyAV fails for want of an encoder, although nothing is encoded.
#
# Versions:  av 18.1.0 (wheel from PyPI, Linux), Python 3.11 or 3.12
# Expected:  the documented way to remux, add_stream_from_template and then mux of every packet, copies packets as they
#            are. Any codec that the container holds can be copied: H.264, VP8 and VP9 are, and so is AV1 by `ffmpeg -c copy`.
# Behaviour: for pictures PyAV looks for an encoder that is called like the decoder of the source. "vp9" and "h264" name a
#            codec too, so one is found; AV1 is decoded by "libdav1d", a decoder only: UnknownCodecError: libdav1d, with an
#            AV1 encoder (libsvtav1) in the same wheel. With opaque=True the same copy is made and reads whole.
# Why it matters: browsers record AV1 (MediaRecorder, video/mp4 and video/webm). Code that was tested with H.264 and VP9
#            refuses or loses such a recording, and the error speaks of a decoder that works.
# Way out:   add_stream_from_template(stream, opaque=True) where the decoder is libdav1d.
#
# Output seen:
#   h264: 20 of 20 packets copied
#   vp9: 20 of 20 packets copied
#   libdav1d: UnknownCodecError: libdav1d
#   libdav1d, opaque: 20 of 20 packets copied
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: av==18.1.0 2>/dev/null
SVT_LOG=1 "$folder/venv/bin/python" - <<'PY'
import io

import av

av.logging.set_level(None)


def recording(codec, options):
    data = io.BytesIO()
    with av.open(data, "w", format="matroska") as out:
        stream = out.add_stream(codec, rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 128, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame(128, 128, "yuv420p")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return data.getvalue()


def packets(data):
    with av.open(io.BytesIO(data)) as source:
        return source.streams.video[0].codec_context.codec.name, sum(packet.size > 0 for packet in source.demux())


def copied(data, **options):
    target = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(target, "w", format="matroska") as out:
        stream = out.add_stream_from_template(source.streams.video[0], **options)
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return packets(target.getvalue())[1]


seen = {}
for codec, options in (
    ("libx264", {"preset": "ultrafast"}),
    ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}),
    ("libsvtav1", {"preset": "11", "svtav1-params": "lp=1"}),
):
    data = recording(codec, options)
    name, count = packets(data)
    for how in ({}, {"opaque": True}) if codec == "libsvtav1" else ({},):
        label = f"{name}, opaque" if how else name
        try:
            seen[label] = f"{copied(data, **how)} of {count} packets copied"
        except Exception as error:
            seen[label] = f"{type(error).__name__}: {error}"
        print(f"{label}: {seen[label]}")
expected = {
    "h264": "20 of 20 packets copied",
    "vp9": "20 of 20 packets copied",
    "libdav1d": "UnknownCodecError: libdav1d",
    "libdav1d, opaque": "20 of 20 packets copied",
}
raise SystemExit(0 if seen == expected else 1)
PY
