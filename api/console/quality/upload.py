"""Tables that are brought to a page, used for it and not kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from api.console.forms import Fields
from interview_engine.i18n import msg
from pipelines.spreadsheets import Row, read_rows

MAX_TABLE = 10_000_000
"""Bytes."""


def uploaded_rows(form: Fields, name: str, columns: Sequence[str]) -> Sequence[Row]:
    """The rows of an uploaded CSV or XLSX that has these columns.

    Raises:
        InvalidInput: as `Fields.file`. ManifestError: it cannot be read.
    """
    given = form.file(name, MAX_TABLE, msg("CSV or XLSX."))
    suffix = ".xlsx" if given.name.lower().endswith(".xlsx") else ".csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(given.data)
        return read_rows(path, tuple(columns))
