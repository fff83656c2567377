"""How well the sentences of an answer follow from each other (逻辑连贯性); used where a kit's competency asks for it.

Three signs, each 0..1 and each lost when the sentences are shuffled:
- neighbours speak of the same thing more than sentences far apart do;
- what opens (当时, "there was", 首先) stands early and what closes (结果, "in the end", 后来) stands late;
- sentences that lean on the one before (所以, 于是, "so", "that is why", 这样) do not come first, and there are some.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from interview_engine.assessment.text import fold

Vectors = NDArray[np.float64]


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts))


_OPENING = {
    "en": _any(
        r"\b(?:first|firstly|at first|to begin with|the situation|the problem was|there was|one day|at the time)\b",
        r"\bstarted\b",
        r"\blast (?:year|month|week|spring|summer|autumn|winter|quarter)\b",
        r"\b(?:when i (?:joined|started|worked)|initially|originally)\b",
    ),
    "zh": _any(
        "首先|第一|一开始|起初|有一次|有一回|当时|那时候|那天|去年|前年|上个月|背景|情况是|问题是|刚接手|最开始|先"
    ),
}
_CLOSING = {
    "en": _any(
        r"\b(?:finally|in the end|eventually|as a result|the result|since then|from then on|afterwards|later)\b",
        r"\bafter that\b",
        r"\b(?:ever since|now we|now i|lastly|by the end|looking back|next time|the lesson)\b",
    ),
    "zh": _any("最后|最终|结果|后来|从那以后|打那以后|之后|到现在|现在|复盘|事后|总的来说|下次|于是|从此|学到"),
}
_LEANING = {
    "en": _any(
        r"^(?:so|then|that|this|because of|therefore|as a result|after that|but|and|it|which|he|she|they|these)\b",
        r"^those\b",
        r"^(?:however|that's why|that is why|for that|the second|second|next|also|once|instead|to do (?:that|this))\b",
    ),
    "zh": _any(
        "^(?:所以|因此|于是|然后|接着|随后|后来|之后|但是|可是|不过|结果|这样|这|那|他|她|它|而且|另外)",
        "^(?:其次|第二|第三|再|最后|为此|因为这|查完|改完|做完|同时)",
    ),
}

NEIGHBOUR_GAIN = 4.0
"""Slope from cosine to the sign. In strong development twins neighbours are closer than all pairs by .01 to .02
(median) and by .05 to .06 (90 %): the sign is weak by itself, which is why it is one of three."""


def coherence(texts: Sequence[str], vectors: Vectors, language: str) -> float | None:
    """Coherence 0..1 of sentences in the order said; None for fewer than three (nothing to judge)."""
    if len(texts) < 3:
        return None
    side = "zh" if language == "zh" else "en"
    folded = [fold(text) for text in texts]
    return 0.4 * _neighbours(vectors) + 0.4 * _order(folded, side) + 0.2 * _leaning(folded, side)


def _neighbours(vectors: Vectors) -> float:
    likeness = vectors @ vectors.T
    count = len(vectors)
    near = float(np.mean([likeness[i, i + 1] for i in range(count - 1)]))
    every = float((likeness.sum() - np.trace(likeness)) / (count * (count - 1)))
    return min(1.0, max(0.0, 0.5 + NEIGHBOUR_GAIN * (near - every)))


def _order(folded: Sequence[str], side: str) -> float:
    """Mean place (0 first, 1 last) of what closes minus that of what opens, from 0 to 1; 0.5 when one is absent."""
    last = len(folded) - 1
    opens = [i / last for i, text in enumerate(folded) if _OPENING[side].search(text)]
    closes = [i / last for i, text in enumerate(folded) if _CLOSING[side].search(text)]
    begin = float(np.mean(opens)) if opens else 0.5
    end = float(np.mean(closes)) if closes else 0.5
    return min(1.0, max(0.0, 0.5 + 0.6 * (end - begin)))


def _leaning(folded: Sequence[str], side: str) -> float:
    leaning = [bool(_LEANING[side].search(text)) for text in folded]
    share = sum(leaning[1:]) / (len(folded) - 1)
    return (0.0 if leaning[0] else 0.5) + 0.5 * min(1.0, 2.0 * share)
