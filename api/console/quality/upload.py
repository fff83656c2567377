"""Tables that are brought to a page, used for it and not kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from api.console.forms import Fields
from interview_engine.hr.problems import invalid
from interview_engine.i18n import msg
from pipelines.spreadsheets import Row, read_rows

MAX_TABLE = 10_000_000
"""Bytes."""


def uploaded_rows(form: Fields, name: str, columns: Sequence[str]) -> Sequence[Row]:
    """The rows of an uploaded CSV or XLSX that has these columns.

    Raises:
        InvalidInput: `fairness.table`, none was chosen; `fairness.table_size`. ManifestError: it cannot be read.
    """
    given = form.upload(name)
    if given is None:
        raise invalid(name, "fairness.table", msg("Choose a table."), msg("CSV or XLSX."))
    data = given.file.read(MAX_TABLE + 1)
    if len(data) > MAX_TABLE:
        raise invalid(
            name,
            "fairness.table_size",
            msg("The table is larger than 10 MB."),
            msg("Keep only the id column and the groups."),
        )
    suffix = ".xlsx" if (given.filename or "").lower().endswith(".xlsx") else ".csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{suffix}"
        path.write_bytes(data)
        return read_rows(path, tuple(columns))
