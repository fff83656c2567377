"""The level of an account: explained cues, the fitted direction of its sentences, and what speaks against the deed.

    before  = intercept + cues + sum over sentences of share x points + indicators,     clipped to -0.2 .. 2.2
    s       = before + chance of evidence against x min(0, floor - before)

Cues are those of level.py with constants of their own (account.json), points and chances are those of deeds.py. A
sentence's share is its words times its weight over the sum of them. Every term belongs to a category or a sentence,
so s is their sum.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from interview_engine.assessment.evidence import deeds, level
from interview_engine.assessment.evidence.reading import Reading

WHY = {"wrong": "wrong_deed", "denied": "negated", "taken_back": "taken_back"}
"""The code in `Evidence.why` of each kind of evidence against."""

LEAST_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class AccountLevel:
    """s of one account for one competency, and what makes it.

    Args:
        s: the level, 0 at the low anchors, 2 at the high ones.
        cues: what every category of cues adds.
        told: per sentence what its deed adds; 0 for one that does not count.
        against: per sentence what it takes away (0 or less) and the kind of evidence it is.
        rest: intercept, indicators and what the clipping took, so that all parts sum to s.
    """

    s: float
    cues: tuple[level.Part, ...]
    told: tuple[float, ...]
    against: tuple[tuple[float, str], ...]
    rest: float

    def points(self, place: int) -> dict[str, float]:
        """What the deed of one sentence adds to s, by the codes of `Evidence.why`."""
        found = {"deed" if self.told[place] >= 0 else "weak_deed": self.told[place]}
        fall, kind = self.against[place]
        if fall < 0:
            found[WHY[kind]] = fall
        return found


@cache
def constants() -> level.Constants:
    """The constants of accounts that ship (account.json)."""
    raw = json.loads(files("interview_engine.assessment.evidence").joinpath("account.json").read_text(encoding="utf-8"))
    raw.pop("about")
    return level.Constants(**raw)


def measure(
    reading: Reading, row: Sequence[float], shown: int | None, fitted: level.Constants, model: deeds.DeedModel
) -> AccountLevel:
    """The level of a reading whose sentences carry deeds.

    Args:
        row: per sentence how much it counts for the competency, 0..1.
        shown: number of indicators shown, None when the kit names none.
    """
    parts = level.parts(reading.pieces, row, reading.language, fitted)
    told = points_told(reading, row)
    total = fitted.intercept + sum(part.points for part in parts) + sum(told)
    if shown is not None:
        total += fitted.indicator_weight * (min(shown, fitted.indicator_limit) - fitted.indicator_mean)
    before = min(level.HIGH, max(level.LOW, total))
    fall = reading.against.any * min(0.0, model.floor - before)
    found = tuple((fall * share, kind) for share, kind in _shares(reading))
    rest = before - sum(part.points for part in parts) - sum(told)
    return AccountLevel(before + fall, parts, told, found, rest)


def points_told(reading: Reading, row: Sequence[float]) -> tuple[float, ...]:
    """Per sentence its share in the answer times the points of its deed."""
    spent = [
        piece.words * weight if piece.deed is not None else 0.0
        for piece, weight in zip(reading.pieces, row, strict=True)
    ]
    total = max(LEAST_SHARE, sum(spent))
    return tuple(
        part / total * piece.deed.points if piece.deed is not None else 0.0
        for part, piece in zip(spent, reading.pieces, strict=True)
    )


def _shares(reading: Reading) -> list[tuple[float, str]]:
    places = [place for place, piece in enumerate(reading.pieces) if piece.deed is not None]
    told = [piece.deed for piece in reading.pieces if piece.deed is not None]
    found: list[tuple[float, str]] = [(0.0, "")] * len(reading.pieces)
    for place, share in zip(places, deeds.shares_of(told, reading.against), strict=True):
        found[place] = share
    return found
