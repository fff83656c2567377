"""The authored answers in Mandarin and English at known levels (tests/data/twins): invented people and companies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML has it: the same values in a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One authored answer to a question of a shipped kit.

    Args:
        level: the author's target on 1..5.
        story: answers of one story share it; a split never divides a story.
        split: "dev" may build the scorer, "held" only measures it.
        family: what the answer is besides a plain one ("modest", "keyword_list", …), or "".
        twin_of: id of the same answer in the other language, or "".
    """

    id: str
    kit: str
    question: str
    competency: str
    language: str
    level: float
    story: str
    split: str
    family: str
    twin_of: str
    text: str


def twins(folder: Path) -> list[Twin]:
    """All authored answers of the YAML files in `folder`, in order of file and place."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        for raw in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER):
            found.append(
                Twin(
                    raw["id"],
                    raw["kit"],
                    raw["question"],
                    raw["competency"],
                    raw["language"],
                    float(raw.get("level", "nan")),
                    raw.get("story") or raw["id"],
                    raw["split"],
                    raw.get("family") or "",
                    raw.get("twin_of") or "",
                    raw["text"].strip(),
                )
            )
    return found
