"""What may be shown of a 360 so that no group under three can be told from it, by no subtraction (H4).

Results are published once, as one partition of those who answered. What is published later (after an appeal, in
another cut) is allowed only where all that was ever published, taken together, tells nothing of fewer than three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

LEAST = 3
NAMED = ("self", "manager")
"""Groups that are known by name: who they are is no secret, and they are never merged."""


def partition(counts: Mapping[str, int], least: int = LEAST) -> tuple[tuple[str, ...], ...]:
    """Which groups are shown together, by how many of each answered; groups with nobody leave.

    Groups of at least `least` stand alone. Smaller ones are merged; where they are still too few, the smallest of the
    others joins them. Nothing is shown where all together are too few: then no sum of all may be shown either.
    """
    answered = {name: count for name, count in counts.items() if count > 0}
    small = sorted(name for name, count in answered.items() if count < least)
    large = sorted((name for name, count in answered.items() if count >= least), key=lambda one: (answered[one], one))
    if sum(answered.values()) < least:
        return ()
    merged = list(small)
    while merged and sum(answered[one] for one in merged) < least:
        merged.append(large.pop(0))
    shown = [tuple(sorted(merged))] if merged else []
    return tuple(sorted([*shown, *((one,) for one in large)]))


def reveals(published: Iterable[frozenset[str]], least: int = LEAST) -> bool:
    """Whether adding and subtracting the sums of these sets of raters says something of fewer than `least` of them.

    Means of sets are sums of their raters; a combination that has all its weight on fewer than `least` raters is a
    combination of the columns of the others that vanishes: the rank without those raters is lower.
    """
    sets = sorted({one for one in published if one}, key=sorted)
    if not sets:
        return False
    raters = sorted(frozenset[str]().union(*sets))
    whole = _rank(_matrix(sets, raters))
    few = min(least - 1, len(raters))
    return any(
        _rank(_matrix(sets, [one for one in raters if one not in hidden])) < whole
        for hidden in combinations(raters, few)
    )


def may_publish(before: Iterable[frozenset[str]], new: Iterable[frozenset[str]], least: int = LEAST) -> bool:
    """Whether sets may be published beside everything that has been published of the same person's 360 before."""
    return not reveals([*before, *new], least)


def _matrix(sets: Sequence[frozenset[str]], raters: Sequence[str]) -> list[list[Fraction]]:
    return [[Fraction(1 if one in raters_of else 0) for one in raters] for raters_of in sets]


def _rank(rows: list[list[Fraction]]) -> int:
    """Rank by elimination, in fractions: nothing is lost to rounding."""
    rank, width = 0, len(rows[0]) if rows else 0
    for column in range(width):
        pivot = next((at for at in range(rank, len(rows)) if rows[at][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for at in range(rank + 1, len(rows)):
            if rows[at][column]:
                factor = rows[at][column] / rows[rank][column]
                rows[at] = [one - factor * other for one, other in zip(rows[at], rows[rank], strict=True)]
        rank += 1
    return rank
