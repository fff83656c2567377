"""Tasks that a new installation begins with: a proposal, every line of which the company changes in the console.

The days of the leaving certificate (on leaving) and of moving file and insurance (within 15 days) are those of article
50 of the Labour Contract Law.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Proposal:
    """One template; see `tables.TaskTemplate`."""

    kind: str
    category: str
    owner: str
    days: int
    zh: str
    en: str


PROPOSED: tuple[Proposal, ...] = tuple(
    Proposal(**one) for one in json.loads(Path(__file__).with_name("proposed.json").read_text("utf-8"))
)
