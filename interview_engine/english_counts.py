"""English texts that count something, for one of it: "{count} lines are left" with 1 is "1 line is left".

The msgids are written in the plural, and the catalogues have no plurals; English forms its nouns and verbs so regularly
that a rule does, and nobody has to write every text twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

IRREGULAR: Mapping[str, str] = {"people": "person", "shelves": "shelf"}
"""What adding or dropping an s does not make."""
VERBS: Mapping[str, str] = {
    "are": "is", "were": "was", "have": "has", "do": "does", "wait": "waits", "end": "ends", "change": "changes",
    "follow": "follows", "move": "moves", "proceed": "proceeds", "hold": "holds", "serve": "serves", "stand": "stands",
    "count": "counts", "take": "takes", "say": "says", "need": "needs", "lead": "leads", "begin": "begins",
    "come": "comes", "cannot": "cannot",
}  # fmt: skip
"""Verbs that follow what is counted, and how they go with one."""
_NOUN = r"[a-z]+s|people"
_COUNTED = re.compile(
    rf"(?P<there>[Tt]here are )?(?P<place>\{{(?P<name>\w+)(?::\w+)?\}} )"
    r"(?P<before>(?:(?:more|first|usable|recovery|abnormal|closed|synthetic|anchor|statutory) )*)"
    rf"(?P<noun>{_NOUN})\b"
    r"(?P<after>(?: \([^)]*\))?(?: (?:of|in|on|at|under|from|about) (?:this |the |sick )?[“{]*\w+[”}]*"
    r"| still| no longer)*)"
    r"(?P<verb> [a-z]+\b)?"
)
_SAME = frozenset(("always", "as", "has", "is", "was", "less", "news", "lacks", "opens", "comes"))
"""Words that end in s and are no plurals."""


def of_one(text: str, values: tuple[tuple[str, object], ...]) -> str:
    """The text with its places unfilled, as it reads for those of its values that are 1."""
    ones = frozenset(name for name, value in values if _is_one(value))
    return _singular(text, ones) if ones else text


def _is_one(value: object) -> bool:
    return not isinstance(value, bool) and (value == "1" or (isinstance(value, int | Decimal | float) and value == 1))


@lru_cache(maxsize=1024)
def _singular(text: str, ones: frozenset[str]) -> str:
    return _COUNTED.sub(lambda found: _said(found, ones) if found["name"] in ones else found[0], text)


def _said(found: re.Match[str], ones: frozenset[str]) -> str:
    noun = found["noun"]
    if noun in _SAME or found.string[: found.start()].endswith(("1 to ", "0 to ")):
        return found[0]
    verb = (found["verb"] or "").strip()
    return "".join((
        (found["there"] or "").replace("are", "is"), found["place"], found["before"], singular(noun),
        _singular(found["after"], ones),
        f" {VERBS.get(verb, verb)}" if verb else "",
    ))  # fmt: skip


def singular(noun: str) -> str:
    """One of what the plural names: "entry" of "entries"."""
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    if noun.endswith(("sses", "shes", "ches", "xes")):
        return noun[:-2]
    return noun[:-1]
