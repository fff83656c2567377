"""Authored answers as the product's recogniser wrote them down (tests/data/authored/misheard.jsonl)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.datasets.authored import Authored

FILE = "misheard.jsonl"


@dataclass(frozen=True, slots=True)
class Misheard:
    """One answer as its author wrote it, and the same with the recognised text and without marks."""

    written: Authored
    heard: Authored
    voice: str


def misheard(folder: Path, answers: Sequence[Authored]) -> list[Misheard]:
    """Those of the answers that were spoken and recognised, in order of the file.

    Raises:
        FileNotFoundError.
    """
    known = {one.id: one for one in answers}
    found = []
    for line in (folder / FILE).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["id"] in known:
            written = known[row["id"]]
            found.append(Misheard(written, replace(written, text=row["text"], marks=()), row["voice"]))
    return found
