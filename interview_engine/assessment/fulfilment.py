"""How far a level fulfils what a role requires: the measure that the match with a job is made of."""

from __future__ import annotations

from typing import Literal, get_args

Measure = Literal["fulfilment/1", "fulfilment/2"]

MEASURES: tuple[Measure, ...] = get_args(Measure)
MEASURE: Measure = "fulfilment/2"
"""What new reports are made with; reports name theirs, and those of before keep it."""

MET = 0.9
"""Fulfilment at exactly the required level (a convention): 91 % says what the role asks for, and a little above it."""

LOWEST, HIGHEST = 1.0, 5.0


def fulfilment(level: float, required: float, measure: Measure = MEASURE) -> float:
    """The share of a requirement that a level fulfils, 0..1, never falling with the level.

    `fulfilment/2` is 0 at level 1, `MET` at the required level and 1 at level 5, straight in between: everybody below
    and above the requirement is told apart. `fulfilment/1` was min(1, level / required), which gave 29 % for level 1
    of 3.5, 86 % for a mediocre 3 and the same 100 % to all who met it.

    Args:
        level, required: 1..5. A role that requires 5 has nothing above it, so `MET` is its most.
    """
    if measure == "fulfilment/1":
        return min(1.0, level / required)
    if level < required:
        return MET * (level - LOWEST) / (required - LOWEST)
    if required >= HIGHEST:
        return MET
    return MET + (1.0 - MET) * (level - required) / (HIGHEST - required)
