"""The degrees that a text names, of a job or of a résumé. Pure."""

from __future__ import annotations

import re

_DEGREES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("doctor", re.compile(r"博士|Ph\.?\s?D|Doctor(?:ate| of)")),
    ("master", re.compile(r"硕士|研究生|EMBA|MBA|MPA|Master(?:'s|s)?\b|M\.?Sc|M\.?A\.?(?=[\s,])|M\.?Eng")),
    ("bachelor", re.compile(r"本科|学士|Bachelor(?:'s|s)?\b|B\.?Sc|B\.?A\.?(?=[\s,])|B\.?Eng|BBA")),
    ("college", re.compile(r"大专|专科|高职|Associate(?:'s)? degree|Diploma")),
    ("secondary", re.compile(r"高中|中专|技校|中技|High school|A-levels?")),
)
"""Highest first."""

RANKS = {name: rank for rank, (name, _) in enumerate(reversed(_DEGREES))}
"""How high each is: the higher holds the lower."""


def degrees(text: str) -> list[tuple[str, int, int]]:
    """Each degree that a text names, the highest first, with the characters where it stands first."""
    found = []
    for name, pattern in _DEGREES:
        for match in pattern.finditer(text):
            after = text[match.end() : match.end() + 3]
            if after.startswith(("生导师", "导师", "后流动", "院")):
                continue
            found.append((name, match.start(), match.end()))
            break
    return found
