"""A stored report as a PDF: its screenshots are fetched from the blobs for the time of the rendering."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interview_engine.store.blobs import BlobStore


def report_pdf(blobs: BlobStore, document: dict[str, Any], frames: Mapping[str, str], language: str) -> bytes:
    """The report on paper in `language` ("zh" or "en").

    Args:
        frames: {path in the report: blob sha256}.

    Raises:
        SystemPackageError: `fonts.cjk_missing`. NotFoundError: a screenshot is gone by retention.
    """
    from pipelines.reports import pdf  # typst is only needed here

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, sha256 in frames.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            blobs.fetch(sha256, target)
        return pdf.render(document, folder, language=language)
