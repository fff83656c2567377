"""Which competencies a job description speaks of: its lines against what each competency says of itself. Pure.

Likeness is the cosine of term vectors weighted by inverse document frequency (Salton and Buckley 1988), terms being
words and pairs of Chinese characters. It proposes; a person changes what it proposes before anything is published.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interview_engine.assessment.kits.kit import Competency, Kit

LEAST = 0.075
"""Of the likeness of a line with a competency: below it a line speaks of none. Chosen by eye on five job descriptions
(content, service, shop, software, sales): degrees, years and working hours stay below 0.07."""
BESIDE = 0.8
"""A line that names two things speaks of both: of what is at least so like, of the likest."""
MOST = 6
"""Competencies of one kit: an interview of six questions asks for no more."""
STEP = 5
"""Weights are proposed in these steps, percent."""

_WORD = re.compile(r"[a-z][a-z0-9+#-]{2,}")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_PLAIN = frozenset(
    re.findall(
        r"\S+",
        "the and for with from that this are was not who what how when you your they them their has have had can will "
        "one all any our other more than into out its his her own about work job good well able must should",
    )
)


@dataclass(frozen=True, slots=True)
class Suggested:
    """A competency with the kit that it is from, and the lines that speak of it, the likest first."""

    code: str
    kit: Kit
    lines: tuple[str, ...]


def suggested(lines: Sequence[str], kits: Sequence[Kit]) -> tuple[Suggested, ...]:
    """The competencies that the lines speak of, the most spoken of first; at most `MOST`.

    Args:
        lines: of the description.
        kits: whose competencies may be chosen; of those with one id the first counts.
    """
    known: dict[str, tuple[Kit, Competency]] = {}
    for kit in kits:
        for one in kit.competencies:
            if not one.is_delivery:
                known.setdefault(one.id, (kit, one))
    told = {code: _terms(_said(kit, one)) for code, (kit, one) in known.items()}
    rarity = _rarity(list(told.values()))
    vectors = {code: _vector(terms, rarity) for code, terms in told.items()}
    found: dict[str, list[tuple[float, str]]] = {}
    for line in dict.fromkeys(lines):
        vector = _vector(_terms(line), rarity)
        likeness = {code: _cosine(vector, each) for code, each in vectors.items()}
        best = max(likeness.values(), default=0.0)
        for code, alike in likeness.items():
            if alike >= max(LEAST, BESIDE * best):
                found.setdefault(code, []).append((alike, line))
    ranked = sorted(found, key=lambda code: (-sum(alike for alike, _ in found[code]), code))[:MOST]
    return tuple(
        Suggested(code, known[code][0], tuple(line for _, line in sorted(found[code], reverse=True))) for code in ranked
    )


def weights_of(found: Sequence[Suggested], total: float) -> dict[str, float]:
    """Weights by how many lines speak of each, in steps of `STEP`, that sum to `total` percent."""
    lines = sum(len(one.lines) for one in found)
    weights: dict[str, float] = {
        one.code: max(STEP, STEP * round(total * len(one.lines) / lines / STEP)) for one in found
    }
    weights[found[0].code] += total - sum(weights.values())
    while weights[found[0].code] < STEP:  # many small ones were rounded up
        largest = max(weights, key=lambda code: weights[code])
        weights[largest] -= STEP
        weights[found[0].code] += STEP
    return weights


def _said(kit: Kit, one: Competency) -> str:
    """What a competency says of itself: its name thrice, definition, best anchors, indicators, and its questions."""
    texts = [one.name, one.name, one.name, one.definition, *one.anchors[3:], *(each.text for each in one.indicators)]
    texts += [each.text for each in kit.questions if one.id in each.probes[:1]]
    return "\n".join(part for text in texts for part in (text.zh, text.en))


def _terms(text: str) -> Counter[str]:
    lower = text.lower()
    found = Counter(word for word in _WORD.findall(lower) if word not in _PLAIN)
    for run in _HAN.findall(lower):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


def _rarity(documents: Sequence[Counter[str]]) -> dict[str, float]:
    counts = Counter(term for terms in documents for term in terms)
    return {term: math.log((1 + len(documents)) / (1 + count)) + 0.1 for term, count in counts.items()}


def _vector(terms: Counter[str], rarity: Mapping[str, float]) -> dict[str, float]:
    return {term: (1 + math.log(count)) * rarity[term] for term, count in terms.items() if term in rarity}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other[term] for term, weight in one.items() if term in other)
    size = math.sqrt(sum(v * v for v in one.values())) * math.sqrt(sum(v * v for v in other.values()))
    return shared / size if size else 0.0
