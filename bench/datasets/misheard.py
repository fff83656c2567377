"""Authored answers as the product's recogniser wrote them down (tests/data/authored/misheard.jsonl)."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.datasets.authored import Authored

FILE = "misheard.jsonl"

SHARE = 10
"""One answer in so many is spoken."""

SEED = 20_261_130


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


def drawn(answers: Sequence[Authored]) -> list[Authored]:
    """A tenth of the answers of each author and language by lot, one of each in turn."""
    lots = []
    for author, language in sorted({(one.author, one.language) for one in answers}):
        own = [one for one in answers if (one.author, one.language) == (author, language)]
        lots.append(random.Random(f"{SEED} {author} {language}").sample(own, len(own) // SHARE))
    return [one for turn in zip(*lots, strict=True) for one in turn]
