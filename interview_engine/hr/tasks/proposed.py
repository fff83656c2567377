"""Tasks that a new installation begins with: a proposal, every line of which the company changes in the console.

The days of the leaving certificate (on leaving) and of moving file and insurance (within 15 days) are those of article
50 of the Labour Contract Law.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from interview_engine.i18n import LocalizedText


@dataclass(frozen=True, slots=True)
class Proposal:
    """One template; see `tables.TaskTemplate`."""

    kind: str
    category: str
    owner: str
    days: int
    zh: str
    en: str
    ja: str
    es: str


@dataclass(frozen=True, slots=True)
class Title(LocalizedText):
    """The title of a proposal, as it ships, in every language of the phone."""

    ja: str
    es: str

    def get(self, language: str) -> str:
        """The text in `language`; English in one that is not there."""
        return {"zh": self.zh, "ja": self.ja, "es": self.es}.get(language, self.en)


PROPOSED: tuple[Proposal, ...] = tuple(
    Proposal(**one) for one in json.loads(Path(__file__).with_name("proposed.json").read_text("utf-8"))
)
_TITLES = {(one.zh, one.en): Title(one.zh, one.en, one.ja, one.es) for one in PROPOSED}


def title_as_shipped(zh: str, en: str) -> LocalizedText:
    """A title; in every language of the phone where the company has left it as it ships."""
    return _TITLES.get((zh, en)) or LocalizedText(zh, en)
