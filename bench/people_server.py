"""The server whose memory `bench people` reads: `python -m bench.people_server FOLDER PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from api.app import create_app
from api.limits import Buckets
from bench.console import _context
from interview_engine.clock import SystemClock


def main(folder: str, port: str) -> None:
    """Serve the company in the folder until the process is stopped."""
    app = create_app(_context(Path(folder), SystemClock()), Buckets({}))
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
