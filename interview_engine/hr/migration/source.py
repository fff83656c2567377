"""A table as a customer hands it in, after a program has found its heads: pure values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from interview_engine.hr.forms.matching import head_key
from interview_engine.i18n import Text, msg

Left = Literal["total", "heads", "instruction", "section"]
"""Why a line is no row of data."""
WHY_LEFT: Mapping[str, Text] = {
    "total": msg("This line is a total or a signature, no row."),
    "heads": msg("This line repeats the heads."),
    "section": msg("This line is the heading of a group, no row."),
    "instruction": msg("This line explains how to fill in the table."),
}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line with a value: its number in the file, the first is 1, and a text for each head, "" for none."""

    number: int
    cells: tuple[str, ...]
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The table.

    Args:
        sheet: name of the sheet, "" of a CSV.
        heads: each once; those that came twice have a number, columns without one are called by their letter.
    """

    sheet: str
    heads: tuple[str, ...]
    lines: tuple[SourceLine, ...]


def shape_of(heads: Sequence[str]) -> str:
    """What a company's sheets with these heads are known by again, in any order: sha256."""
    return hashlib.sha256("\n".join(sorted(map(head_key, heads))).encode()).hexdigest()
