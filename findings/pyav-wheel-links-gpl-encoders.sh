#!/usr/bin/env bash
# PyAV's wheel carries GPL encoders although everything in it says LGPL or BSD.
#
# Versions:  av 18.1.0 (wheel from PyPI, Linux), Python 3.11 or 3.12
# Expected:  the package's metadata names BSD-3-Clause and FFmpeg itself reports "LGPL version 3 or later"; FFmpeg's own
#            configure refuses libx264 and libx265 without --enable-gpl, so a build that reports LGPL holds neither.
# Behaviour: libavcodec links to libx264 and libx265 (GPL-2.0-or-later), both are in the wheel and both encode. The
#            configure line has --enable-libx264 --enable-libx265 and no --enable-gpl.
# Why it matters: a licence check that reads metadata, or asks FFmpeg, passes. Who publishes an image or an installer with
#            this wheel inside passes on GPL libraries. Decoding H.264 and HEVC needs neither of them.
# Way out:   decide with this in view; `pip install --no-binary av av` against an FFmpeg of one's own, or another encoder.
#
# Output seen:
#   metadata: BSD-3-Clause
#   FFmpeg says: LGPL version 3 or later, --enable-gpl: no
#   libavcodec needs: libx264 libx265
#   libx264 encodes: yes
#   libx265 encodes: yes
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: av==18.1.0 2>/dev/null
"$folder/venv/bin/python" - <<'PY'
import io
import re
from importlib.metadata import metadata
from pathlib import Path

import av
import av._core

about = metadata("av")
licence = about.get("License-Expression") or about.get("License") or ""
codec_library = av._core.library_meta["libavcodec"]
gpl = "--enable-gpl" in codec_library["configuration"]
print(f"metadata: {licence}")
print(f"FFmpeg says: {codec_library['license']}, --enable-gpl: {'yes' if gpl else 'no'}")

libraries = Path(av.__file__).parent.parent / "av.libs"
avcodec = next(libraries.glob("libavcodec-*.so*")).read_bytes()
needed = sorted({name.decode() for name in re.findall(rb"(libx26[45])-[0-9a-f]+\.so", avcodec)})
print("libavcodec needs:", *needed)

encoded = {}
for name in ("libx264", "libx265"):
    with av.open(io.BytesIO(), "w", format="matroska") as out:
        stream = out.add_stream(name, rate=5, options={"log-level": "none", "x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 128, 128, "yuv420p"
        packets = [p for _ in range(3) for p in stream.encode(av.VideoFrame(128, 128, "yuv420p"))] + stream.encode(None)
    encoded[name] = sum(packet.size for packet in packets) > 0
    print(f"{name} encodes: {'yes' if encoded[name] else 'no'}")

same = licence.startswith("BSD") and codec_library["license"].startswith("LGPL") and not gpl
raise SystemExit(0 if same and needed == ["libx264", "libx265"] and all(encoded.values()) else 1)
PY
